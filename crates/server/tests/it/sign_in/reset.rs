//! Forgotten passwords: a code by mail, and nothing that tells who has an account.

use gridfolio::kit::jobs;
use gridfolio::messages::outbox;
use gridfolio::worker::JOBS;
use gridfolio_testkit::{PASSWORD, TestApp, USER, both};
use serde_json::{Value, json};

use super::{CLIENT, bad, good, is, log, profile_status, sql, tokens, with_password};

const NEW: &str = "another password";

async fn forget(app: &TestApp, name: &str) -> Value {
    let answer = good(app, "ForgotPassword", json!({"ClientId": CLIENT, "Username": name})).await;
    while jobs::work_once(&app.app, JOBS).await.unwrap() {}
    answer["CodeDeliveryDetails"].clone()
}

/// How many messages were kept.
async fn letters(app: &TestApp) -> usize {
    outbox::list(&app.app).await.unwrap().len()
}

/// The code of the newest letter.
async fn code(app: &TestApp) -> String {
    let held = outbox::list(&app.app).await.unwrap().pop().unwrap();
    let content = held.content.unwrap();
    assert_eq!(content.to, USER);
    let (_, rest) = content.text.split_once("Code: ").unwrap();
    rest[..6].to_owned()
}

fn confirm(name: &str, code: &str, password: &str) -> Value {
    json!({"ClientId": CLIENT, "Username": name, "ConfirmationCode": code, "Password": password})
}

fn another(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

both! {
    async fn a_code_sets_a_new_password_and_ends_all_sessions(app) {
        let session = tokens(&app, USER).await;
        for _ in 0..5 {
            bad(&app, "InitiateAuth", with_password(USER, "not the password")).await;
        }
        let details = forget(&app, &USER.to_uppercase()).await;
        assert_eq!(details, json!({"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "u***@e***"}));
        let code = code(&app).await;
        let short = bad(&app, "ConfirmForgotPassword", confirm(USER, &code, "short")).await;
        assert_eq!(short.0, "InvalidPasswordException");
        is(&bad(&app, "ConfirmForgotPassword", confirm(USER, &another(&code), NEW)).await,
            "CodeMismatchException", "Invalid verification code provided, please try again.");
        assert_eq!(good(&app, "ConfirmForgotPassword", confirm(USER, &code, NEW)).await, json!({}));
        assert_eq!(profile_status(&app, &session["IdToken"]).await, 401);
        good(&app, "InitiateAuth", with_password(USER, NEW)).await;
        assert_eq!(bad(&app, "InitiateAuth", with_password(USER, PASSWORD)).await.0, "NotAuthorizedException");
        assert_eq!(bad(&app, "ConfirmForgotPassword", confirm(USER, &code, NEW)).await.0, "ExpiredCodeException");
        let rows = log(&app).await;
        let row = rows.iter().find(|row| row["action"] == "password_reset").unwrap();
        assert_eq!(row["item"], json!({"by": "code"}));
    }

    async fn a_code_holds_for_an_hour(app) {
        forget(&app, USER).await;
        let code = code(&app).await;
        app.app.clock.advance(3_600_000);
        is(&bad(&app, "ConfirmForgotPassword", confirm(USER, &code, NEW)).await,
            "ExpiredCodeException", "Invalid code provided, please request a code again.");
        tokens(&app, USER).await;
    }

    async fn a_code_is_for_the_password_and_the_address_of_its_time(app) {
        forget(&app, USER).await;
        let code = code(&app).await;
        let refused = async |name: &str| bad(&app, "ConfirmForgotPassword", confirm(name, &code, NEW)).await.0;
        sql(&app, "UPDATE credential SET epoch = epoch + 1").await;
        assert_eq!(refused(USER).await, "CodeMismatchException");
        sql(&app, "UPDATE credential SET epoch = epoch - 1").await;
        sql(&app, "UPDATE app_user SET email_key = 'new@example.org', \
            document = REPLACE(document, 'user@example.org', 'new@example.org') WHERE email_key = 'user@example.org'").await;
        assert_eq!(refused("new@example.org").await, "CodeMismatchException");
        sql(&app, "UPDATE app_user SET email_key = 'user@example.org', \
            document = REPLACE(document, 'new@example.org', 'user@example.org') WHERE email_key = 'new@example.org'").await;
        good(&app, "ConfirmForgotPassword", confirm(USER, &code, NEW)).await;
    }

    async fn five_attempts_are_all_whatever_is_sent_meanwhile(app) {
        forget(&app, USER).await;
        let first = code(&app).await;
        for _ in 0..4 {
            assert_eq!(bad(&app, "ConfirmForgotPassword", confirm(USER, &another(&first), NEW)).await.0, "CodeMismatchException");
        }
        app.app.clock.advance(1);
        forget(&app, USER).await;
        let second = code(&app).await;
        assert_eq!(bad(&app, "ConfirmForgotPassword", confirm(USER, &another(&second), NEW)).await.0, "CodeMismatchException");
        is(&bad(&app, "ConfirmForgotPassword", confirm(USER, &second, NEW)).await,
            "LimitExceededException", "Attempt limit exceeded, please try after some time.");
        app.app.clock.advance(3_600_000);
        forget(&app, USER).await;
        good(&app, "ConfirmForgotPassword", confirm(USER, &code(&app).await, NEW)).await;
    }

    async fn names_without_an_account_are_answered_alike(app) {
        let details = forget(&app, "umberto@elsewhere.example").await;
        assert_eq!(details["Destination"], "u***@e***");
        assert_eq!(letters(&app).await, 0);
        let asked = [bad(&app, "ConfirmForgotPassword", confirm("nobody@example.org", "123456", NEW)).await,
            bad(&app, "ConfirmForgotPassword", confirm(USER, "123456", NEW)).await];
        assert_eq!(asked[0], asked[1], "nothing was asked for");
        for _ in 0..5 {
            let wrong = bad(&app, "ConfirmForgotPassword", confirm("umberto@elsewhere.example", "nocode", NEW)).await;
            assert_eq!(wrong.0, "CodeMismatchException");
        }
        let more = bad(&app, "ConfirmForgotPassword", confirm("umberto@elsewhere.example", "nocode", NEW)).await;
        assert_eq!(more.0, "LimitExceededException");
        let by_id = forget(&app, "00000000-0000-4000-8000-00000000abcd").await;
        assert_eq!(by_id["Destination"].as_str().unwrap().len(), "u***@e***".len());
    }

    async fn who_has_a_temporary_password_is_sent_to_the_administrator(app) {
        sql(&app, "UPDATE credential SET temporary_until = 1750075200000").await;
        forget(&app, USER).await;
        assert_eq!(letters(&app).await, 1);
        let held = outbox::list(&app.app).await.unwrap().pop().unwrap();
        assert!(!held.content.unwrap().text.contains("Code: "));
    }

    async fn codes_are_neither_stored_nor_queued_in_clear(app) {
        good(&app, "ForgotPassword", json!({"ClientId": CLIENT, "Username": USER})).await;
        let mut snapshot = app.app.db.read().await.unwrap();
        let rows: Vec<(String, String)> = gridfolio_db::query("SELECT id, code_hash FROM password_code")
            .all(&mut snapshot).await.unwrap();
        let queued: Vec<(String,)> = gridfolio_db::query("SELECT payload FROM job WHERE kind = 'send_password_code'")
            .all(&mut snapshot).await.unwrap();
        drop(snapshot);
        while jobs::work_once(&app.app, JOBS).await.unwrap() {}
        let code = code(&app).await;
        assert_eq!((rows.len(), queued.len()), (1, 1));
        assert!(rows[0].1.len() == 64 && rows[0].1 != code && !queued[0].0.contains(&code));
    }

    async fn asking_too_often_is_refused(app) {
        for name in [USER, "nobody@example.org"] {
            for _ in 0..5 {
                forget(&app, name).await;
            }
            let refused = bad(&app, "ForgotPassword", json!({"ClientId": CLIENT, "Username": name})).await;
            assert_eq!(refused.0, "LimitExceededException");
        }
        for name in ["engineer@example.org", "nobody-else@example.org"] {
            let mut said = Vec::new();
            for _ in 0..31 {
                said.push(bad(&app, "InitiateAuth", with_password(name, "not the password")).await.0);
            }
            assert_eq!(said.pop().unwrap(), "TooManyRequestsException");
            assert!(said.iter().all(|kind| kind == "NotAuthorizedException"));
        }
    }
}
