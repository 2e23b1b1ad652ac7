//! Mail over SMTP: what arrives, by which kinds of connection, and what is refused.

use serde_json::json;

use super::{FROM, HIDDEN, enqueue, job_errors, mail_server, outcome, rows, sending, tls, to, work};
use crate::tls::{ELLIPTIC, make_certificate};

#[tokio::test]
async fn a_mail_arrives_whole_and_its_text_is_erased_here() {
    let folder = tempfile::tempdir().unwrap();
    let server = mail_server(folder.path(), &json!({}));
    let app = sending("smtp", &server, None, None).await;
    enqueue(&app, &to("zoe@example.org")).await;
    let (state, _, sealed) = rows(&app).await.pop().unwrap();
    assert_eq!(state, "waiting");
    assert!(!String::from_utf8_lossy(&sealed).contains(HIDDEN), "it is sealed");
    work(&app).await;
    assert_eq!(rows(&app).await, [("sent".to_owned(), String::new(), Vec::new())]);

    let mails = server.record();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(
        (&mail["from"], &mail["to"]),
        (&json!("gridfolio@energy.example.org"), &json!(["zoe@example.org"]))
    );
    assert_eq!(
        (&mail["tls"], &mail["user"], &mail["hello"]),
        (&json!(false), &json!(null), &json!("energy.example.org"))
    );
    let headers = &mail["headers"];
    assert_eq!(headers["from"], FROM);
    assert_eq!(headers["to"], "zoe@example.org");
    assert_eq!(headers["subject"], "Grüße from Gridfolio");
    assert_eq!(headers["date"], "Sun, 15 Jun 2025 12:00:00 +0000");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert!(headers["message-id"].as_str().unwrap().ends_with("@energy.example.org>"), "{headers}");
    assert_eq!(headers["content-type"], "text/plain; charset=\"utf-8\"");
    // A line of a single dot is where a careless client ends the mail.
    let text = mail["text"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(text, format!("Hello,\n\nyour temporary password is {HIDDEN}\n.\nZoë\n"));
    assert!(mail["raw"].as_str().unwrap().split("\r\n").all(|line| line.len() <= 78 && !line.contains('\n')));
}

#[tokio::test]
async fn a_sign_in_over_starttls_is_one_with_a_password() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "own", ELLIPTIC);
    let cert = folder.path().join("own.pem");
    let mut options = tls(folder.path(), "upgrade");
    options["user"] = json!("us er");
    options["password"] = json!("päss\"word");
    let server = mail_server(folder.path(), &options);
    let app = sending("smtp+starttls", &server, Some(("us er", "päss\"word")), Some(&cert)).await;
    assert_eq!(outcome(&app, &to("zoe@example.org")).await, ("sent".to_owned(), String::new()));
    let mail = &server.record()[0];
    assert_eq!((&mail["tls"], &mail["user"]), (&json!(true), &json!("us er")));

    let wrong = sending("smtp+starttls", &server, Some(("us er", HIDDEN)), Some(&cert)).await;
    let (state, error) = outcome(&wrong, &to("zoe@example.org")).await;
    assert_eq!(state, "waiting", "the configuration can be put right: {error}");
    assert!(error.contains("refused mail.user and mail.password: 535 "), "{error}");
    assert!(!error.contains(HIDDEN) && !error.contains("zoe"), "{error}");
    assert_eq!(job_errors(&wrong).await, [error]);
}

#[tokio::test]
async fn tls_from_the_first_byte() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "own", ELLIPTIC);
    let server = mail_server(folder.path(), &tls(folder.path(), "start"));
    let app = sending("smtps", &server, None, Some(&folder.path().join("own.pem"))).await;
    assert_eq!(outcome(&app, &to("zoe@example.org")).await, ("sent".to_owned(), String::new()));
    assert_eq!(server.record().len(), 1);
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_cannot_prove_its_name_or_does_no_tls() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "own", ELLIPTIC);
    for (scheme, options, named) in [
        ("smtp+starttls", tls(folder.path(), "upgrade"), "does not do STARTTLS: "),
        ("smtps", tls(folder.path(), "start"), "cannot be reached: "),
        ("smtp+starttls", json!({}), "does not do STARTTLS: STARTTLS is not supported"),
    ] {
        let server = mail_server(folder.path(), &options);
        let app = sending(scheme, &server, None, None).await;
        let (state, error) = outcome(&app, &to("zoe@example.org")).await;
        assert_eq!(state, "waiting", "{scheme}: {error}");
        assert!(error.contains(named), "{scheme}: {error}");
        assert_eq!(server.record().len(), 0);
    }
}

#[tokio::test]
async fn a_refused_recipient_is_final_and_a_refused_sender_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        mail_server(folder.path(), &json!({"refuse": ["no@example.org"], "later": ["busy@example.org"]}));
    let app = sending("smtp", &server, None, None).await;
    let name = format!("smtp://127.0.0.1:{}", server.port);
    let refused =
        format!("{name} refused the recipient: 550 5.1.1 … Recipient address rejected: User unknown");
    assert_eq!(outcome(&app, &to("no@example.org")).await, ("failed".to_owned(), refused));
    let (_, _, sealed) = rows(&app).await.pop().unwrap();
    assert!(!sealed.is_empty(), "an administrator can still read it");
    app.app.clock.advance(1);
    let busy = format!("{name} refused the recipient: 450 4.2.1 … mailbox busy");
    assert_eq!(outcome(&app, &to("busy@example.org")).await, ("waiting".to_owned(), busy));
    app.app.clock.advance(1);
    let nobody = "the mail cannot be written: its recipient is no mail address".to_owned();
    let evil = to("zoe@example.org>\r\nRCPT TO:<all@example.org");
    assert_eq!(outcome(&app, &evil).await, ("failed".to_owned(), nobody));
    assert_eq!(server.record().len(), 0);

    let strict = mail_server(folder.path(), &json!({"refuse_sender": true}));
    let app = sending("smtp", &strict, None, None).await;
    let (state, error) = outcome(&app, &to("zoe@example.org")).await;
    let said = format!(
        "smtp://127.0.0.1:{} refused the sender, mail.from: 553 5.7.1 … is not yours, nor is …",
        strict.port
    );
    assert_eq!((state.as_str(), error), ("waiting", said));
}
