//! How often somebody may be wrong, and what the log tells of it.

use gridfolio::identity::sign_in::flow::{self, Caller, Refusal, Step};
use gridfolio::identity::sign_in::reset;
use gridfolio_testkit::{PASSWORD, TestApp, USER, both};
use serde_json::{Value, json};

use super::{answering, bad, code_of, give_factor, good, is, log, tokens, with_password};

const WRONG: &str = "Incorrect username or password.";
const WAIT: &str = "Password attempts exceeded";

async fn fail(app: &TestApp, name: &str, times: usize) {
    for _ in 0..times {
        let refusal = bad(app, "InitiateAuth", with_password(name, "not the password")).await;
        is(&refusal, "NotAuthorizedException", WRONG);
    }
}

async fn waits(app: &TestApp, name: &str, password: &str) {
    let refusal = bad(app, "InitiateAuth", with_password(name, password)).await;
    is(&refusal, "NotAuthorizedException", WAIT);
}

/// The rows of the log since the last one that is not of this kind, oldest first.
async fn told(app: &TestApp) -> Vec<(String, String, Value)> {
    let mut rows: Vec<_> = log(app)
        .await
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            assert_eq!(row["assetType"], "user");
            (text("action"), text("id"), row["item"].clone())
        })
        .filter(|(action, _, _)| action != "create")
        .collect();
    rows.reverse();
    rows
}

both! {
    async fn after_five_failures_each_wait_doubles(app) {
        for name in [USER, "nobody@example.org"] {
            fail(&app, name, 5).await;
            for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
                waits(&app, name, PASSWORD).await;
                app.app.clock.advance(seconds * 1000 - 1);
                // Attempts while it waits are not looked at, and lengthen nothing.
                waits(&app, name, PASSWORD).await;
                app.app.clock.advance(1);
                fail(&app, name, 1).await;
            }
        }
    }

    async fn success_clears_the_failures(app) {
        fail(&app, USER, 4).await;
        tokens(&app, USER).await;
        fail(&app, USER, 5).await;
        waits(&app, USER, PASSWORD).await;
        app.app.clock.advance(1000);
        tokens(&app, USER).await;
        fail(&app, USER, 4).await;
        tokens(&app, USER).await;
    }

    async fn the_wait_is_for_the_person_by_whatever_name(app) {
        let id = {
            let mut snapshot = app.app.db.read().await.unwrap();
            gridfolio::identity::store::find_user_by_email(&mut snapshot, USER).await.unwrap().unwrap().key.to_string()
        };
        fail(&app, USER, 2).await;
        fail(&app, &id, 2).await;
        fail(&app, &USER.to_uppercase(), 1).await;
        waits(&app, &id, PASSWORD).await;
        tokens(&app, "administrator@example.org").await;
    }

    async fn failures_are_forgotten_after_a_quiet_quarter_of_an_hour(app) {
        fail(&app, USER, 4).await;
        app.app.clock.advance(899_999);
        fail(&app, USER, 1).await;
        waits(&app, USER, PASSWORD).await;
        app.app.clock.advance(1_000 + 900_000);
        fail(&app, USER, 4).await;
        tokens(&app, USER).await;
    }

    async fn wrong_codes_count_and_the_password_does_not_clear_them(app) {
        let secret = give_factor(&app, USER).await;
        for _ in 0..5 {
            let challenge = good(&app, "InitiateAuth", with_password(USER, PASSWORD)).await;
            let body = answering(&challenge, json!({"USERNAME": USER, "SOFTWARE_TOKEN_MFA_CODE": "000000"}));
            is(&bad(&app, "RespondToAuthChallenge", body).await, "CodeMismatchException", "Invalid code received for user");
        }
        waits(&app, USER, PASSWORD).await;
        app.app.clock.advance(1000);
        let challenge = good(&app, "InitiateAuth", with_password(USER, PASSWORD)).await;
        let body = answering(&challenge, json!({"USERNAME": USER, "SOFTWARE_TOKEN_MFA_CODE": code_of(&app, &secret, 0)}));
        good(&app, "RespondToAuthChallenge", body).await;
    }

    async fn guesses_at_one_time_are_counted_one_by_one(app) {
        let body = with_password(USER, "not the password");
        let mut guesses = tokio::task::JoinSet::new();
        let app = std::sync::Arc::new(app);
        for _ in 0..12 {
            let (app, body) = (app.clone(), body.clone());
            guesses.spawn(async move { bad(&app, "InitiateAuth", body).await.1 });
        }
        let said = guesses.join_all().await;
        assert_eq!(said.iter().filter(|message| *message == WRONG).count(), 5, "{said:?}");
        assert_eq!(said.iter().filter(|message| *message == WAIT).count(), 7, "{said:?}");
    }

    async fn the_log_tells_of_sign_ins_failures_and_waits(app) {
        fail(&app, USER, 5).await;
        app.app.clock.advance(1000);
        tokens(&app, USER).await;
        let rows = told(&app).await;
        let words: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        assert_eq!(words[..4], ["sign_in_failed"; 4]);
        let mut last = words[4..6].to_vec();
        last.sort_unstable();
        assert_eq!((last, &words[6..]), (vec!["lockout", "sign_in_failed"], &["sign_in"][..]));
        let of = |word: &str| rows.iter().find(|row| row.0 == word).unwrap().2.clone();
        assert_eq!(of("sign_in_failed"), json!({"method": "password"}));
        assert_eq!(of("lockout"), json!({"failures": 5, "seconds": 1}));
        assert_eq!(of("sign_in"), json!({"method": "password", "mfa": false}));
        let asset = rows[0].1.clone();
        assert!(rows.iter().all(|row| row.1 == asset) && asset.len() == 36, "{rows:?}");
    }

    async fn a_stranger_uses_up_nobody_elses_tries(app) {
        let from = |address: &str| Caller { address: Some(address.parse().unwrap()) };
        let (stranger, owner) = (from("203.0.113.7"), from("198.51.100.1"));
        for _ in 0..31 {
            let refused = reset::confirm(&app.app, &stranger, (USER, "123456"), PASSWORD).await.unwrap_err();
            assert!(matches!(refused, Refusal::ExpiredCode), "codes have a count of their own: {refused:?}");
        }
        app.app.clock.advance(60_000);
        for _ in 0..30 {
            let refused = flow::password(&app.app, &stranger, USER, "not the password").await.unwrap_err();
            assert!(matches!(refused, Refusal::NotAuthorized(_)), "{refused:?}");
        }
        let refused = flow::password(&app.app, &stranger, USER, "not the password").await.unwrap_err();
        assert!(matches!(refused, Refusal::TooManyRequests), "{refused:?}");
        app.app.clock.advance(1_000);
        let step = flow::password(&app.app, &owner, USER, PASSWORD).await.unwrap();
        assert!(matches!(step, Step::Proven(_)));
    }

    async fn strangers_do_not_fill_the_log(app) {
        let caller = Caller { address: Some("203.0.113.7".parse().unwrap()) };
        for n in 0..12 {
            let name = format!("nobody{n}@example.org");
            flow::password(&app.app, &caller, &name, "not the password").await.unwrap_err();
        }
        flow::password(&app.app, &caller, USER, "not the password").await.unwrap_err();
        let rows = told(&app).await;
        assert_eq!(rows.iter().filter(|row| row.1 == "unknown").count(), 10);
        assert_eq!(rows.iter().filter(|row| row.1 != "unknown").count(), 1, "accounts' failures are all told");
    }

    async fn the_log_keeps_no_name_that_is_nobodys(app) {
        fail(&app, "a-password-typed-as-a-name", 1).await;
        let rows = told(&app).await;
        assert_eq!((rows[0].0.as_str(), rows[0].1.as_str()), ("sign_in_failed", "unknown"));
        let all = app.get("/audit/users").await.text();
        assert!(!all.contains("a-password-typed-as-a-name"));
    }
}
