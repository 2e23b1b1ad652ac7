//! The second factor: setting it up, being asked for it, and what a wrong code does.

use gridfolio::identity::authority::SecondFactor;
use gridfolio::identity::model::{Account, Credential};
use gridfolio::identity::{keys, store};
use gridfolio_testkit::{Backend, PASSWORD, TestApp, USER, both};
use serde_json::{Value, json};

use super::{
    answering, bad, code_of, from_base32, give_factor, good, is, log, profile_status, sql, tokens,
    with_password,
};

async fn challenged(app: &TestApp) -> Value {
    let challenge = good(app, "InitiateAuth", with_password(USER, PASSWORD)).await;
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    challenge
}

fn code(challenge: &Value, code: &str) -> Value {
    answering(challenge, json!({"USERNAME": USER, "SOFTWARE_TOKEN_MFA_CODE": code}))
}

async fn one_is_required(backend: Backend) {
    let app = TestApp::with_identity(backend, |config| config.sign_in.mfa = SecondFactor::Required).await;
    let challenge = good(&app, "InitiateAuth", with_password(USER, PASSWORD)).await;
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"], "[\"SOFTWARE_TOKEN_MFA\"]");
    let finish = |session: &Value| {
        let challenge = json!({"ChallengeName": "MFA_SETUP", "Session": session});
        answering(&challenge, json!({"USERNAME": USER}))
    };
    let early = bad(&app, "RespondToAuthChallenge", finish(&challenge["Session"])).await;
    assert_eq!(early.0, "SoftwareTokenMFANotFoundException");
    let begun = good(&app, "AssociateSoftwareToken", json!({"Session": challenge["Session"]})).await;
    let secret = &begun["SecretCode"];
    let verify = |code: &str| json!({"Session": begun["Session"], "UserCode": code});
    let wrong = bad(&app, "VerifySoftwareToken", verify("000000")).await;
    is(&wrong, "EnableSoftwareTokenMFAException", "Code mismatch");
    let verified = good(&app, "VerifySoftwareToken", verify(&code_of(&app, secret, 0))).await;
    assert_eq!(verified["Status"], "SUCCESS");
    let again = bad(&app, "VerifySoftwareToken", verify(&code_of(&app, secret, 1))).await;
    assert_eq!(again.0, "NotAuthorizedException", "the step has led on");
    let result = good(&app, "RespondToAuthChallenge", finish(&verified["Session"])).await;
    let access = &result["AuthenticationResult"]["AccessToken"];
    assert_eq!(
        good(&app, "GetUser", json!({"AccessToken": access})).await["PreferredMfaSetting"],
        "SOFTWARE_TOKEN_MFA"
    );
    let off = json!({"AccessToken": access, "SoftwareTokenMfaSettings": {"Enabled": false}});
    assert_eq!(bad(&app, "SetUserMFAPreference", off).await.0, "InvalidParameterException");
    let challenge = challenged(&app).await;
    let used = bad(&app, "RespondToAuthChallenge", code(&challenge, &code_of(&app, secret, 0))).await;
    assert_eq!(used.0, "CodeMismatchException", "a code works once, also the one of the set-up");
    good(&app, "RespondToAuthChallenge", code(&challenge, &code_of(&app, secret, 1))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_required_one_is_set_up_at_sign_in_on_sqlite() {
    one_is_required(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_required_one_is_set_up_at_sign_in_on_postgres() {
    one_is_required(Backend::Postgres).await;
}

both! {
    async fn a_wrong_code_keeps_the_session(app) {
        let secret = give_factor(&app, USER).await;
        let challenge = challenged(&app).await;
        for wrong in ["000000", "12345", "sixsix"] {
            is(&bad(&app, "RespondToAuthChallenge", code(&challenge, wrong)).await,
                "CodeMismatchException", "Invalid code received for user");
        }
        let result = good(&app, "RespondToAuthChallenge", code(&challenge, &code_of(&app, &secret, 0))).await;
        assert_eq!(profile_status(&app, &result["AuthenticationResult"]["IdToken"]).await, 200);
    }

    async fn keys_replaced_at_once_end_what_was_begun(app) {
        let secret = give_factor(&app, USER).await;
        let begun = challenged(&app).await;
        let key = keys::make(&app.app.authority.seal, app.app.clock.now_ms(), app.app.ids.uuid()).await.unwrap();
        let mut tx = app.app.db.write().await.unwrap();
        keys::replace(&mut tx, &key).await.unwrap();
        tx.commit().await.unwrap();
        let refused = bad(&app, "RespondToAuthChallenge", code(&begun, &code_of(&app, &secret, 0))).await;
        is(&refused, "NotAuthorizedException", "Invalid session for the user.");
        let again = challenged(&app).await;
        good(&app, "RespondToAuthChallenge", code(&again, &code_of(&app, &secret, 0))).await;
    }

    async fn what_was_used_meanwhile_stays_used(app) {
        give_factor(&app, USER).await;
        let read = async || {
            let mut snapshot = app.app.db.read().await.unwrap();
            store::find_account_by_email(&mut snapshot, USER).await.unwrap().unwrap()
        };
        let Account { user, credential: before } = read().await;
        sql(&app, "UPDATE credential SET totp_step = totp_step + 1").await;
        let mut tx = app.app.db.write().await.unwrap();
        let after = Credential { epoch: before.epoch + 1, ..before.clone() };
        assert!(store::update_credential(&mut tx, &user.key, before.epoch, &after).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(read().await.credential.totp_step, before.totp_step + 1);
        let mut tx = app.app.db.write().await.unwrap();
        let reset = Credential { epoch: after.epoch + 1, totp_secret: None, totp_on: false, totp_step: 0, ..after.clone() };
        assert!(store::update_credential(&mut tx, &user.key, after.epoch, &reset).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(read().await.credential.totp_step, 0, "of another secret");
    }

    async fn a_code_works_once(app) {
        let secret = give_factor(&app, USER).await;
        let (first, second) = (challenged(&app).await, challenged(&app).await);
        let now = code_of(&app, &secret, 0);
        good(&app, "RespondToAuthChallenge", code(&first, &now)).await;
        is(&bad(&app, "RespondToAuthChallenge", code(&second, &now)).await,
            "CodeMismatchException", "Invalid code received for user");
        let next = code_of(&app, &secret, 1);
        good(&app, "RespondToAuthChallenge", code(&second, &next)).await;
        is(&bad(&app, "RespondToAuthChallenge", code(&first, &code_of(&app, &secret, 1))).await,
            "CodeMismatchException", "Invalid code received for user");
        app.app.clock.advance(60_000);
        is(&bad(&app, "RespondToAuthChallenge", code(&first, &code_of(&app, &secret, 0))).await,
            "NotAuthorizedException", "Invalid session for the user.");
    }

    async fn two_requests_at_one_time_share_no_code(app) {
        let secret = give_factor(&app, USER).await;
        let (first, second) = (challenged(&app).await, challenged(&app).await);
        let now = code_of(&app, &secret, 0);
        let (first, second) = (code(&first, &now), code(&second, &now));
        let (one, other) = tokio::join!(
            crate::sign_in::cognito(&app, "RespondToAuthChallenge", &first),
            crate::sign_in::cognito(&app, "RespondToAuthChallenge", &second)
        );
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400]);
    }

    async fn a_session_is_of_one_person_and_five_minutes(app) {
        let secret = give_factor(&app, USER).await;
        let challenge = challenged(&app).await;
        let mut other = code(&challenge, &code_of(&app, &secret, 0));
        other["ChallengeResponses"]["USERNAME"] = json!("administrator@example.org");
        is(&bad(&app, "RespondToAuthChallenge", other).await, "NotAuthorizedException", "Invalid session for the user.");
        let mut forged = code(&challenge, &code_of(&app, &secret, 0));
        for session in [json!("made up"), json!("AAAA"), json!("é")] {
            forged["Session"] = session;
            assert_eq!(bad(&app, "RespondToAuthChallenge", forged.clone()).await.0, "NotAuthorizedException");
        }
        app.app.clock.advance(300_000);
        let late = code(&challenge, &code_of(&app, &secret, 0));
        is(&bad(&app, "RespondToAuthChallenge", late).await, "NotAuthorizedException", "Invalid session for the user.");
    }

    async fn it_is_set_up_switched_off_and_on_again(app) {
        let secret = give_factor(&app, USER).await;
        assert_eq!(from_base32(secret.as_str().unwrap()).len(), 20);
        let challenge = challenged(&app).await;
        let result = good(&app, "RespondToAuthChallenge", code(&challenge, &code_of(&app, &secret, 0))).await;
        let access = result["AuthenticationResult"]["AccessToken"].clone();
        let user = good(&app, "GetUser", json!({"AccessToken": access})).await;
        assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
        let set = |settings: Value| json!({"AccessToken": access, "SoftwareTokenMfaSettings": settings});
        good(&app, "SetUserMFAPreference", set(json!({"Enabled": false, "PreferredMfa": false}))).await;
        let user = good(&app, "GetUser", json!({"AccessToken": access})).await;
        assert_eq!((user.get("UserMFASettingList"), user.get("PreferredMfaSetting")), (None, None));
        tokens(&app, USER).await;
        good(&app, "SetUserMFAPreference", set(json!({"Enabled": true}))).await;
        challenged(&app).await;
        let words: Vec<String> = log(&app).await.iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect();
        let about: Vec<&str> = words.iter().map(String::as_str).filter(|word| word.starts_with("mfa_")).collect();
        assert_eq!(about, ["mfa_enable", "mfa_disable", "mfa_enable", "mfa_verify"]);
    }

    async fn nothing_is_switched_on_that_was_not_proven(app) {
        let access = tokens(&app, USER).await["AccessToken"].clone();
        let on = json!({"AccessToken": access, "SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
        assert_eq!(bad(&app, "SetUserMFAPreference", on.clone()).await.0, "InvalidParameterException");
        let verify = |code: &str| json!({"AccessToken": access, "UserCode": code});
        assert_eq!(bad(&app, "VerifySoftwareToken", verify("123456")).await.0, "SoftwareTokenMFANotFoundException");
        let secret = good(&app, "AssociateSoftwareToken", json!({"AccessToken": access})).await["SecretCode"].clone();
        is(&bad(&app, "VerifySoftwareToken", verify("123456")).await, "EnableSoftwareTokenMFAException", "Code mismatch");
        assert_eq!(bad(&app, "SetUserMFAPreference", on).await.0, "InvalidParameterException");
        tokens(&app, USER).await;
        // A second question replaces the secret of the first.
        let newer = good(&app, "AssociateSoftwareToken", json!({"AccessToken": access})).await["SecretCode"].clone();
        assert_ne!(secret, newer);
        assert_eq!(bad(&app, "VerifySoftwareToken", verify(&code_of(&app, &secret, 0))).await.0, "EnableSoftwareTokenMFAException");
        good(&app, "VerifySoftwareToken", verify(&code_of(&app, &newer, 0))).await;
        let sms = json!({"AccessToken": access, "SMSMfaSettings": {"Enabled": true}});
        assert_eq!(bad(&app, "SetUserMFAPreference", sms).await.0, "InvalidParameterException");
    }

    async fn one_that_was_sealed_with_another_key_is_for_the_administrator(app) {
        give_factor(&app, USER).await;
        let mut tx = app.app.db.write().await.unwrap();
        gridfolio_db::query("UPDATE credential SET totp_secret = $1")
            .bind([7_u8; 40].as_slice())
            .execute(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let challenge = challenged(&app).await;
        let refused = bad(&app, "RespondToAuthChallenge", code(&challenge, "123456")).await;
        assert!(refused.1.contains("ask an administrator to reset it"), "{refused:?}");
    }

    async fn its_secret_is_sealed(app) {
        let secret = from_base32(give_factor(&app, USER).await.as_str().unwrap());
        let mut snapshot = app.app.db.read().await.unwrap();
        let account = gridfolio::identity::store::find_account_by_email(&mut snapshot, USER).await.unwrap().unwrap();
        let stored = account.credential.totp_secret.unwrap();
        assert!(!stored.windows(secret.len()).any(|part| part == secret));
        let opened = gridfolio::identity::sign_in::secrets::open_second_factor(&app.app, &stored).unwrap();
        assert_eq!(opened, secret);
    }
}
