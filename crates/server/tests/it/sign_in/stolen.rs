//! What a thief of the database has in hand: everything that people sign in with is used, and then looked for in every
//! column of every table.

use gridfolio::messages::outbox;
use gridfolio_db::{ColumnKind, Query, Session};
use gridfolio_testkit::{PASSWORD, SECRET_KEY, TestApp, USER, both};
use serde_json::{Value, json};

use super::{CLIENT, from_base32, give_factor, good, tokens};

/// All that the columns hold, as bytes.
async fn contents(app: &TestApp) -> Vec<(String, Vec<u8>)> {
    let mut snapshot = app.app.db.read().await.unwrap();
    let mut all = Vec::new();
    for table in gridfolio_db::tables().await.unwrap() {
        for column in &table.columns {
            let name = format!("{}.{}", table.name, column.name);
            let select = Query::assembled(format!("SELECT {} FROM {}", column.name, table.name));
            all.push((name, column_bytes(&mut snapshot, select, column.kind).await));
        }
    }
    all
}

async fn column_bytes(session: &mut Session, select: Query, kind: ColumnKind) -> Vec<u8> {
    match kind {
        ColumnKind::Int => Vec::new(),
        ColumnKind::Text => {
            let rows: Vec<(Option<String>,)> = select.all(session).await.unwrap();
            rows.into_iter().flat_map(|(text,)| text.unwrap_or_default().into_bytes()).collect()
        }
        ColumnKind::Blob => {
            let rows: Vec<(Option<Vec<u8>>,)> = select.all(session).await.unwrap();
            rows.into_iter().flat_map(|(bytes,)| bytes.unwrap_or_default()).collect()
        }
    }
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

fn text(value: &Value) -> Vec<u8> {
    value.as_str().unwrap().as_bytes().to_vec()
}

/// A forgotten password, an invitation, a token for a machine: their secrets, from where their owners read them.
async fn handed_out(app: &TestApp) -> Vec<Vec<u8>> {
    good(app, "ForgotPassword", json!({"ClientId": CLIENT, "Username": USER})).await;
    while gridfolio::kit::jobs::work_once(&app.app, gridfolio::worker::JOBS).await.unwrap() {}
    let new = json!({"email": "new@example.org", "firstName": "N", "lastName": "T"});
    app.post("/users", &new).await.ok();
    let me = app.get("/audit/users").await.ok()["logs"][0]["userId"].as_str().unwrap().to_owned();
    let machine = json!({"name": "logger", "expires": "2025-12-31T00:00:00Z", "groups": ["energy-view"]});
    let machine = app.post(&format!("/users/{me}/tokens"), &machine).await.ok()["token"].clone();
    let letters = outbox::list(&app.app).await.unwrap();
    let after = |words: &str| -> Vec<u8> {
        let texts = letters.iter().map(|held| held.content.as_ref().unwrap().text.clone());
        let found = texts.into_iter().find_map(|letter| Some(letter.split_once(words)?.1.to_owned()));
        let found = found.unwrap_or_else(|| panic!("no letter has {words:?}"));
        found.split_whitespace().next().unwrap().as_bytes().to_vec()
    };
    // The six digits of the code alone would stand somewhere by chance.
    assert_eq!(after("Code: ").len(), 6);
    vec![text(&machine), after("password: ")]
}

both! {
    async fn nothing_that_opens_a_door_stands_in_the_database(app) {
        let factor = give_factor(&app, "engineer@example.org").await;
        let session = tokens(&app, USER).await;
        let mut secrets = vec![
            PASSWORD.as_bytes().to_vec(),
            SECRET_KEY.as_bytes().to_vec(),
            vec![7; 32],
            text(&factor),
            from_base32(factor.as_str().unwrap()),
            text(&session["RefreshToken"]),
            text(&session["IdToken"]),
            text(&session["AccessToken"]),
            b"PRIVATE KEY".to_vec(),
        ];
        secrets.extend(handed_out(&app).await);
        let contents = contents(&app).await;
        let found: Vec<&str> = contents
            .iter()
            .filter(|(_, bytes)| secrets.iter().any(|secret| holds(bytes, secret)))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(found, Vec::<&str>::new(), "of {} columns", contents.len());
        let people = contents.iter().find(|(name, _)| name == "app_user.document").unwrap();
        assert!(holds(&people.1, USER.as_bytes()), "what is no secret is found");
        let sealed = ["credential.srp_verifier", "credential.totp_secret", "message.sealed", "signing_key.private_sealed"];
        for name in sealed {
            assert!(contents.iter().any(|(n, bytes)| n == name && !bytes.is_empty()), "{name} has something to hide");
        }
    }
}
