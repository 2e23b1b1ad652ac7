//! What people do with their access token, and what the protocol refuses.

use gridfolio_testkit::{PASSWORD, USER, both};
use serde_json::{Value, json};

use super::{CLIENT, bad, cognito, good, is, log, profile_status, tokens, with_password, with_refresh_token};

both! {
    async fn get_user_tells_who_it_is(app) {
        let access = tokens(&app, USER).await["AccessToken"].clone();
        let user = good(&app, "GetUser", json!({"AccessToken": access, "Unknown": 1})).await;
        let attributes: std::collections::BTreeMap<&str, &str> = user["UserAttributes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair["Name"].as_str().unwrap(), pair["Value"].as_str().unwrap()))
            .collect();
        assert_eq!(attributes["sub"], user["Username"].as_str().unwrap());
        assert_eq!((attributes["email"], attributes["email_verified"]), (USER, "true"));
        assert_eq!((attributes["custom:firstName"], attributes["custom:lastName"]), ("Uwe", "Test"));
        assert_eq!((user.get("UserMFASettingList"), user.get("PreferredMfaSetting")), (None, None));
    }

    async fn only_an_access_token_that_holds_opens_these(app) {
        let signed_in = tokens(&app, USER).await;
        let operations = [
            ("GetUser", json!({})),
            ("GlobalSignOut", json!({})),
            ("ChangePassword", json!({"PreviousPassword": PASSWORD, "ProposedPassword": "another password"})),
            ("AssociateSoftwareToken", json!({})),
            ("VerifySoftwareToken", json!({"UserCode": "123456"})),
            ("SetUserMFAPreference", json!({"SoftwareTokenMfaSettings": {"Enabled": false}})),
        ];
        let with = |body: &Value, token: &Value| {
            let mut body = body.clone();
            body["AccessToken"] = token.clone();
            body
        };
        for (operation, body) in &operations {
            for token in [json!("made up"), signed_in["IdToken"].clone(), signed_in["RefreshToken"].clone()] {
                is(&bad(&app, operation, with(body, &token)).await, "NotAuthorizedException", "Invalid Access Token");
            }
            assert_eq!(bad(&app, operation, body.clone()).await.0, "InvalidParameterException", "{operation}");
        }
        app.app.clock.advance(3_600_000);
        is(&bad(&app, "GetUser", with(&json!({}), &signed_in["AccessToken"])).await,
            "NotAuthorizedException", "Invalid Access Token");
    }

    async fn a_changed_password_ends_the_other_sessions(app) {
        let (own, other) = (tokens(&app, USER).await, tokens(&app, USER).await);
        let change = |previous: &str, proposed: &str| json!({"AccessToken": own["AccessToken"],
            "PreviousPassword": previous, "ProposedPassword": proposed});
        is(&bad(&app, "ChangePassword", change("not the password", "another password")).await,
            "NotAuthorizedException", "Incorrect username or password.");
        assert_eq!(bad(&app, "ChangePassword", change(PASSWORD, "short")).await.0, "InvalidPasswordException");
        assert_eq!(bad(&app, "ChangePassword", change(PASSWORD, &"x".repeat(257))).await.0, "InvalidPasswordException");
        is(&bad(&app, "ChangePassword", change(PASSWORD, "")).await,
            "InvalidParameterException", "Missing required parameter ProposedPassword");
        assert_eq!(good(&app, "ChangePassword", change(PASSWORD, "another password")).await, json!({}));
        assert_eq!(profile_status(&app, &own["IdToken"]).await, 200);
        assert_eq!(profile_status(&app, &other["IdToken"]).await, 401);
        good(&app, "InitiateAuth", with_refresh_token(&own["RefreshToken"])).await;
        assert_eq!(bad(&app, "InitiateAuth", with_refresh_token(&other["RefreshToken"])).await.0, "NotAuthorizedException");
        assert_eq!(bad(&app, "InitiateAuth", with_password(USER, PASSWORD)).await.0, "NotAuthorizedException");
        good(&app, "InitiateAuth", with_password(USER, "another password")).await;
        let rows = log(&app).await;
        let row = rows.iter().find(|row| row["action"] == "password_change").unwrap();
        assert_eq!((&row["userName"], &row["item"]), (&json!("Uwe Test"), &json!({})));
    }

    async fn guesses_of_the_old_password_are_counted(app) {
        let access = tokens(&app, USER).await["AccessToken"].clone();
        let guess = json!({"AccessToken": access, "PreviousPassword": "not the password", "ProposedPassword": "another password"});
        for _ in 0..5 {
            assert_eq!(bad(&app, "ChangePassword", guess.clone()).await.1, "Incorrect username or password.");
        }
        assert_eq!(bad(&app, "ChangePassword", guess).await.1, "Password attempts exceeded");
    }

    async fn signing_out_everywhere_ends_all_sessions(app) {
        let (own, other) = (tokens(&app, USER).await, tokens(&app, USER).await);
        assert_eq!(good(&app, "GlobalSignOut", json!({"AccessToken": own["AccessToken"]})).await, json!({}));
        for ended in [&own, &other] {
            assert_eq!(profile_status(&app, &ended["IdToken"]).await, 401);
            is(&bad(&app, "GetUser", json!({"AccessToken": ended["AccessToken"]})).await,
                "NotAuthorizedException", "Access Token has been revoked");
            is(&bad(&app, "InitiateAuth", with_refresh_token(&ended["RefreshToken"])).await,
                "NotAuthorizedException", "Invalid Refresh Token");
        }
        assert_eq!(log(&app).await[0]["action"], "sign_out");
    }

    async fn a_revoked_refresh_token_ends_its_session(app) {
        let (own, other) = (tokens(&app, USER).await, tokens(&app, USER).await);
        let revoke = json!({"ClientId": CLIENT, "Token": own["RefreshToken"]});
        for _ in 0..2 {
            assert_eq!(good(&app, "RevokeToken", revoke.clone()).await, json!({}));
        }
        assert_eq!(profile_status(&app, &own["IdToken"]).await, 401);
        assert_eq!(profile_status(&app, &other["IdToken"]).await, 200);
        good(&app, "RevokeToken", json!({"ClientId": CLIENT, "Token": "made up"})).await;
        let foreign = json!({"ClientId": "other", "Token": other["RefreshToken"]});
        assert_eq!(bad(&app, "RevokeToken", foreign).await.0, "ResourceNotFoundException");
        assert_eq!(log(&app).await.iter().filter(|row| row["action"] == "sign_out").count(), 1);
    }

    async fn faults_of_a_challenges_answer_have_the_protocols_form(app) {
        let respond = |name: &str, session: Value, responses: Value| json!({"ClientId": CLIENT,
            "ChallengeName": name, "Session": session, "ChallengeResponses": responses});
        let missing = [
            ("PASSWORD_VERIFIER", json!({}), "USERNAME"),
            ("PASSWORD_VERIFIER", json!({"USERNAME": USER, "PASSWORD_CLAIM_SECRET_BLOCK": "x"}), "PASSWORD_CLAIM_SIGNATURE"),
            ("SOFTWARE_TOKEN_MFA", json!({"USERNAME": USER}), "SOFTWARE_TOKEN_MFA_CODE"),
            ("SOFTWARE_TOKEN_MFA", json!({"SOFTWARE_TOKEN_MFA_CODE": "123456"}), "USERNAME"),
            ("SOFTWARE_TOKEN_MFA", json!({"USERNAME": "", "SOFTWARE_TOKEN_MFA_CODE": "123456"}), "USERNAME"),
            ("SOFTWARE_TOKEN_MFA", json!({"USERNAME": USER, "SOFTWARE_TOKEN_MFA_CODE": "123456"}), "Session"),
            ("NEW_PASSWORD_REQUIRED", json!({"USERNAME": USER}), "NEW_PASSWORD"),
            ("MFA_SETUP", json!({"USERNAME": USER}), "Session"),
        ];
        for (name, responses, parameter) in missing {
            is(&bad(&app, "RespondToAuthChallenge", respond(name, Value::Null, responses)).await,
                "InvalidParameterException", &format!("Missing required parameter {parameter}"));
        }
        let unknown = respond("CUSTOM_CHALLENGE", Value::Null, json!({}));
        assert_eq!(bad(&app, "RespondToAuthChallenge", unknown).await.0, "InvalidParameterException");
        let mut foreign = respond("MFA_SETUP", json!("x"), json!({"USERNAME": USER}));
        assert_eq!(bad(&app, "RespondToAuthChallenge", foreign.clone()).await.0, "NotAuthorizedException");
        foreign["ClientId"] = json!("other");
        assert_eq!(bad(&app, "RespondToAuthChallenge", foreign).await.0, "ResourceNotFoundException");
    }

    async fn a_step_leads_where_it_was_made_for(app) {
        crate::sign_in::give_factor(&app, USER).await;
        let session = good(&app, "InitiateAuth", with_password(USER, PASSWORD)).await["Session"].clone();
        let other = [
            ("NEW_PASSWORD_REQUIRED", json!({"USERNAME": USER, "NEW_PASSWORD": "my very own password"})),
            ("MFA_SETUP", json!({"USERNAME": USER})),
        ];
        for (name, responses) in other {
            let body = json!({"ClientId": CLIENT, "ChallengeName": name, "Session": session, "ChallengeResponses": responses});
            is(&bad(&app, "RespondToAuthChallenge", body).await, "NotAuthorizedException", "Invalid session for the user.");
        }
        for operation in ["AssociateSoftwareToken", "VerifySoftwareToken"] {
            let body = json!({"Session": session, "UserCode": "123456"});
            is(&bad(&app, operation, body).await, "NotAuthorizedException", "Invalid session for the user.");
        }
        let block = json!({"ClientId": CLIENT, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {
            "USERNAME": USER, "PASSWORD_CLAIM_SECRET_BLOCK": session, "PASSWORD_CLAIM_SIGNATURE": "AAAA",
            "TIMESTAMP": crate::sign_in::srp_client::timestamp(&app, 0)}});
        is(&bad(&app, "RespondToAuthChallenge", block).await, "NotAuthorizedException", "Invalid session for the user.");
    }

    async fn what_was_sent_is_not_repeated(app) {
        for (operation, body) in [
            ("InitiateAuth", json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": CLIENT, "AuthParameters": PASSWORD})),
            ("InitiateAuth", json!({"AuthFlow": [PASSWORD], "ClientId": CLIENT})),
            ("InitiateAuth", json!(PASSWORD)),
            ("ChangePassword", json!({"AccessToken": {"token": PASSWORD}, "PreviousPassword": [PASSWORD]})),
        ] {
            let refused = bad(&app, operation, body).await;
            assert_eq!(refused.0, "InvalidParameterException");
            assert!(!refused.1.contains(PASSWORD), "{}", refused.1);
        }
        assert!(bad(&app, "GetUser", json!({})).await.1.ends_with("missing field `AccessToken`"));
    }

    async fn answers_are_of_the_protocols_type(app) {
        for (operation, body) in [("GetUser", json!({})), ("Nonsense", json!({}))] {
            let reply = cognito(&app, operation, &body).await;
            assert_eq!(reply.headers["content-type"], "application/x-amz-json-1.1");
        }
    }
}
