//! Passwords that somebody else has set, and times outside which nobody gets in.

use gridfolio_testkit::{PASSWORD, TestApp, USER, both};
use serde_json::{Value, json};

use super::{
    answering, bad, code_of, give_factor, good, is, profile_status, sql, tokens, with_password,
    with_refresh_token,
};

const CLOSED: &str = "User is disabled.";

async fn make_temporary(app: &TestApp) {
    // One day after the beginning of every test.
    sql(app, "UPDATE credential SET temporary_until = 1750075200000").await;
}

async fn challenged(app: &TestApp) -> Value {
    let challenge = good(app, "InitiateAuth", with_password(USER, PASSWORD)).await;
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    challenge
}

fn new_password(challenge: &Value, password: &str) -> Value {
    let user = &challenge["ChallengeParameters"]["USER_ID_FOR_SRP"];
    answering(
        challenge,
        json!({"USERNAME": user, "NEW_PASSWORD": password, "userAttributes.name": "ignored"}),
    )
}

async fn set_access(app: &TestApp, first: &str, last: &str) {
    let mut tx = app.app.db.write().await.unwrap();
    let document = json!({"email": USER, "firstName": "Uwe", "lastName": "Test", "groups": [],
        "access": {"startDate": first, "endDate": last, "preventDownload": "no", "restrictProjects": "no"}});
    gridfolio_db::query("UPDATE app_user SET document = $1 WHERE email_key = $2")
        .bind(document.to_string())
        .bind(USER)
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

both! {
    async fn a_temporary_password_must_be_replaced(app) {
        make_temporary(&app).await;
        let challenge = challenged(&app).await;
        let parameters = &challenge["ChallengeParameters"];
        assert_eq!(parameters["requiredAttributes"], "[]");
        let attributes: Value = serde_json::from_str(parameters["userAttributes"].as_str().unwrap()).unwrap();
        assert_eq!((&attributes["email"], &attributes["custom:firstName"]), (&json!(USER), &json!("Uwe")));
        let short = bad(&app, "RespondToAuthChallenge", new_password(&challenge, "short")).await;
        is(&short, "InvalidPasswordException",
            "Password did not conform with policy: a password must have at least 12 characters");
        let same = bad(&app, "RespondToAuthChallenge", new_password(&challenge, PASSWORD)).await;
        is(&same, "InvalidPasswordException",
            "Password did not conform with policy: it must be another than the temporary one");
        let result = good(&app, "RespondToAuthChallenge", new_password(&challenge, "my very own password")).await;
        assert_eq!(profile_status(&app, &result["AuthenticationResult"]["IdToken"]).await, 200);
        let used = bad(&app, "RespondToAuthChallenge", new_password(&challenge, "yet another password")).await;
        is(&used, "NotAuthorizedException", "Invalid session for the user.");
        good(&app, "InitiateAuth", with_password(USER, "my very own password")).await;
        assert_eq!(bad(&app, "InitiateAuth", with_password(USER, PASSWORD)).await.0, "NotAuthorizedException");
    }

    async fn an_expired_temporary_password_opens_nothing(app) {
        make_temporary(&app).await;
        let challenge = challenged(&app).await;
        app.app.clock.advance(86_400_000 - 1);
        challenged(&app).await;
        app.app.clock.advance(1);
        is(&bad(&app, "InitiateAuth", with_password(USER, PASSWORD)).await, "NotAuthorizedException",
            "Temporary password has expired and must be reset by an administrator.");
        assert_eq!(bad(&app, "RespondToAuthChallenge", new_password(&challenge, "my very own password")).await.0,
            "NotAuthorizedException");
    }

    async fn the_second_factor_follows_a_new_password(app) {
        let secret = give_factor(&app, USER).await;
        make_temporary(&app).await;
        let challenge = challenged(&app).await;
        let next = good(&app, "RespondToAuthChallenge", new_password(&challenge, "my very own password")).await;
        assert_eq!(next["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let code = json!({"USERNAME": USER, "SOFTWARE_TOKEN_MFA_CODE": code_of(&app, &secret, 0)});
        good(&app, "RespondToAuthChallenge", answering(&next, code)).await;
    }

    async fn outside_their_time_people_neither_get_in_nor_stay(app) {
        let signed_in = tokens(&app, USER).await;
        for (first, last, inside) in [("2025-06-15", "2025-06-15", true), ("2025-06-16", "2025-12-31", false),
            ("2025-01-01", "2025-06-14", false)]
        {
            set_access(&app, first, last).await;
            let get_user = json!({"AccessToken": signed_in["AccessToken"]});
            if inside {
                tokens(&app, USER).await;
                good(&app, "GetUser", get_user).await;
                good(&app, "InitiateAuth", with_refresh_token(&signed_in["RefreshToken"])).await;
            } else {
                is(&bad(&app, "InitiateAuth", with_password(USER, PASSWORD)).await, "NotAuthorizedException", CLOSED);
                is(&bad(&app, "GetUser", get_user).await, "NotAuthorizedException", CLOSED);
                let refresh = with_refresh_token(&signed_in["RefreshToken"]);
                assert_eq!(bad(&app, "InitiateAuth", refresh).await.0, "NotAuthorizedException");
                assert_eq!(profile_status(&app, &signed_in["IdToken"]).await, 403);
                let wrong = bad(&app, "InitiateAuth", with_password(USER, "not the password")).await;
                assert_eq!(wrong.1, "Incorrect username or password.", "only who knows the password hears of it");
            }
        }
    }
}
