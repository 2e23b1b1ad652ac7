//! Sign-in by SRP: the password never leaves the client, and who exists stays unknown.

use gridfolio_testkit::{Backend, PASSWORD, TestApp, USER, both};
use serde_json::{Value, json};

use super::srp_client::{SrpClient, timestamp};
use super::{answering, bad, code_of, give_factor, good, is, profile_status, sql, tokens, with_password};

const WRONG: &str = "Incorrect username or password.";

/// A whole sign-in; the body that answers the challenge.
async fn answer(app: &TestApp, username: &str, password: &str) -> Value {
    let client = SrpClient::new(7);
    let challenge = good(app, "InitiateAuth", client.begin(username)).await;
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    answering(&challenge, client.responses(&challenge, password, &timestamp(app, 0)))
}

async fn no_verifier_is_stored(backend: Backend) {
    let app = TestApp::with_identity(backend, |config| config.sign_in.srp = false).await;
    is(
        &bad(&app, "RespondToAuthChallenge", answer(&app, USER, PASSWORD).await).await,
        "NotAuthorizedException",
        WRONG,
    );
    let access = tokens(&app, USER).await["AccessToken"].clone();
    let change =
        json!({"AccessToken": access, "PreviousPassword": PASSWORD, "ProposedPassword": "another password"});
    good(&app, "ChangePassword", change).await;
    let mut snapshot = app.app.db.read().await.unwrap();
    let account =
        gridfolio::identity::store::find_account_by_email(&mut snapshot, USER).await.unwrap().unwrap();
    assert!(account.credential.srp_salt.is_none() && account.credential.srp_verifier.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switched_off_it_stores_nothing_on_sqlite() {
    no_verifier_is_stored(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switched_off_it_stores_nothing_on_postgres() {
    no_verifier_is_stored(Backend::Postgres).await;
}

both! {
    async fn the_right_password_opens_a_session(app) {
        let result = good(&app, "RespondToAuthChallenge", answer(&app, &USER.to_uppercase(), PASSWORD).await).await;
        let result = &result["AuthenticationResult"];
        assert_eq!(profile_status(&app, &result["IdToken"]).await, 200);
        assert!(result["RefreshToken"].is_string());
        // The answer may name the person by the address, too.
        let mut body = answer(&app, USER, PASSWORD).await;
        body["ChallengeResponses"]["USERNAME"] = json!(USER);
        good(&app, "RespondToAuthChallenge", body).await;
    }

    async fn wrong_passwords_and_unknown_names_are_answered_alike(app) {
        for (name, password) in [(USER, "not the password"), ("nobody@example.org", PASSWORD)] {
            is(&bad(&app, "RespondToAuthChallenge", answer(&app, name, password).await).await,
                "NotAuthorizedException", WRONG);
        }
    }

    async fn a_challenge_does_not_tell_who_exists(app) {
        let client = SrpClient::new(7);
        let mut shapes = Vec::new();
        for name in [USER, "nobody@example.org"] {
            let first = good(&app, "InitiateAuth", client.begin(name)).await["ChallengeParameters"].clone();
            let again = good(&app, "InitiateAuth", client.begin(&name.to_uppercase())).await["ChallengeParameters"].clone();
            let id = first["USER_ID_FOR_SRP"].as_str().unwrap();
            let by_id = good(&app, "InitiateAuth", client.begin(id)).await["ChallengeParameters"].clone();
            for other in [&again, &by_id] {
                assert_eq!((&other["SALT"], &other["USER_ID_FOR_SRP"]), (&first["SALT"], &first["USER_ID_FOR_SRP"]));
                assert_ne!((&other["SRP_B"], &other["SECRET_BLOCK"]), (&first["SRP_B"], &first["SECRET_BLOCK"]));
            }
            let names: Vec<String> = first.as_object().unwrap().keys().cloned().collect();
            let lengths: Vec<usize> = names.iter().map(|name| first[name].as_str().unwrap().len()).collect();
            shapes.push((names, lengths));
        }
        assert_eq!(shapes[0], shapes[1]);
    }

    async fn a_challenge_leads_on_once_and_for_five_minutes(app) {
        let body = answer(&app, USER, PASSWORD).await;
        good(&app, "RespondToAuthChallenge", body.clone()).await;
        is(&bad(&app, "RespondToAuthChallenge", body).await, "NotAuthorizedException", "Invalid session for the user.");
        let client = SrpClient::new(9);
        let challenge = good(&app, "InitiateAuth", client.begin(USER)).await;
        app.app.clock.advance(300_000);
        let late = answering(&challenge, client.responses(&challenge, PASSWORD, &timestamp(&app, 0)));
        is(&bad(&app, "RespondToAuthChallenge", late).await, "NotAuthorizedException", "Invalid session for the user.");
    }

    async fn a_clock_may_be_five_minutes_off(app) {
        for (offset, right) in [(-300_000, true), (300_000, true), (-301_000, false), (301_000, false)] {
            let client = SrpClient::new(3);
            let challenge = good(&app, "InitiateAuth", client.begin(USER)).await;
            let body = answering(&challenge, client.responses(&challenge, PASSWORD, &timestamp(&app, offset)));
            if right {
                good(&app, "RespondToAuthChallenge", body).await;
            } else {
                assert!(bad(&app, "RespondToAuthChallenge", body).await.1.starts_with("TIMESTAMP differs"));
            }
        }
        let mut body = answer(&app, USER, PASSWORD).await;
        body["ChallengeResponses"]["TIMESTAMP"] = json!("2025-06-15T12:00:00Z");
        assert_eq!(bad(&app, "RespondToAuthChallenge", body).await.0, "InvalidParameterException");
    }

    async fn a_signature_is_for_one_person(app) {
        let mut body = answer(&app, USER, PASSWORD).await;
        body["ChallengeResponses"]["USERNAME"] = json!("administrator@example.org");
        is(&bad(&app, "RespondToAuthChallenge", body).await, "NotAuthorizedException", WRONG);
    }

    async fn numbers_that_prove_nothing_are_refused(app) {
        for public in ["0", "00", "xyz", &"f".repeat(769)] {
            let mut body = SrpClient::new(7).begin(USER);
            body["AuthParameters"]["SRP_A"] = json!(public);
            assert_eq!(bad(&app, "InitiateAuth", body).await.0, "InvalidParameterException", "{public}");
        }
    }

    async fn who_has_no_verifier_gets_one_with_the_next_password(app) {
        sql(&app, "UPDATE credential SET srp_salt = NULL, srp_verifier = NULL").await;
        is(&bad(&app, "RespondToAuthChallenge", answer(&app, USER, PASSWORD).await).await, "NotAuthorizedException", WRONG);
        tokens(&app, USER).await;
        good(&app, "RespondToAuthChallenge", answer(&app, USER, PASSWORD).await).await;
    }

    async fn the_second_factor_follows(app) {
        let secret = give_factor(&app, USER).await;
        let challenge = good(&app, "RespondToAuthChallenge", answer(&app, USER, PASSWORD).await).await;
        assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let responses = json!({"USERNAME": USER, "SOFTWARE_TOKEN_MFA_CODE": code_of(&app, &secret, 0)});
        let result = good(&app, "RespondToAuthChallenge", answering(&challenge, responses)).await;
        assert_eq!(profile_status(&app, &result["AuthenticationResult"]["IdToken"]).await, 200);
    }

    async fn a_password_changed_meanwhile_ends_the_challenge(app) {
        let body = answer(&app, USER, PASSWORD).await;
        let access = tokens(&app, USER).await["AccessToken"].clone();
        let change = json!({"AccessToken": access, "PreviousPassword": PASSWORD, "ProposedPassword": "another password"});
        good(&app, "ChangePassword", change).await;
        is(&bad(&app, "RespondToAuthChallenge", body).await, "NotAuthorizedException", WRONG);
        good(&app, "RespondToAuthChallenge", answer(&app, USER, "another password").await).await;
        good(&app, "InitiateAuth", with_password(USER, "another password")).await;
    }
}
