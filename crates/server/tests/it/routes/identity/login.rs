use gridfolio::identity::authority::SecondFactor;
use gridfolio::identity::sign_in::totp;
use gridfolio::identity::store;
use gridfolio_testkit::{Backend, PASSWORD, Reply, TestApp, USER, both};
use serde_json::json;

use crate::browser::{
    Browser, CALLBACK, attribute, authorize, claims, exchange, profile_status, token, told,
};

const NEW_PASSWORD: &str = "a password of my own";

fn heading(page: &Reply, wanted: &str) {
    assert!(page.text().contains(&format!("<h1>{wanted}</h1>")), "no {wanted}: {}", page.text());
}

fn says(page: &Reply, status: u16, words: &str) {
    page.must_be(status);
    let text = page.text();
    let said = text.split_once("role=\"alert\" id=\"said\">").unwrap_or_else(|| panic!("{text}")).1;
    assert!(said.split_once("</p>").unwrap().0.contains(words), "{said}");
}

async fn requiring_a_second_factor(backend: Backend) -> TestApp {
    TestApp::with_identity(backend, |config| config.sign_in.mfa = SecondFactor::Required).await
}

/// The key that the page shows, as bytes.
fn shown_secret(page: &Reply) -> Vec<u8> {
    let text = page.text();
    let shown = text.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0.replace(' ', "");
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in shown.bytes() {
        let value = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
        (bits, count) = (bits << 5 | u32::from(value), count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    bytes
}

/// Gives the user a password that somebody else has set.
async fn make_temporary(app: &TestApp) {
    let mut tx = app.app.db.write().await.unwrap();
    let account = store::find_account_by_email(&mut tx, USER).await.unwrap().unwrap();
    let until = Some(app.app.clock.now_ms() + 1000);
    let after = gridfolio::identity::model::Credential {
        temporary_until: until,
        epoch: account.credential.epoch + 1,
        ..account.credential.clone()
    };
    assert!(
        store::update_credential(&mut tx, &account.user.key, account.credential.epoch, &after).await.unwrap()
    );
    tx.commit().await.unwrap();
}

both! {
    async fn a_password_leads_back_to_the_application(app) {
        let reply = Browser::default().sign_in(&app).await;
        assert!(reply.headers["location"].to_str().unwrap().starts_with(&format!("{CALLBACK}&code=")));
        assert_eq!((reply.headers["cache-control"].to_str().unwrap(), reply.headers["referrer-policy"].to_str().unwrap()),
            ("no-store", "no-referrer"));
        assert_eq!(told(&reply, "state").as_deref(), Some("a state & more"));
        assert_eq!(told(&reply, "iss").as_deref(), Some("http://gridfolio.test/us-east-1_Tests"));
        assert_eq!(told(&reply, "code").unwrap().len(), 43);
    }

    async fn nobody_and_a_wrong_password_look_alike(app) {
        let mut browser = Browser::default();
        let page = browser.get(&app, &authorize(&[])).await;
        let mut answers = Vec::new();
        for (name, password) in [(USER, "not the password"), ("nobody@example.org", PASSWORD)] {
            let reply = browser.fill(&app, &page, &[("username", name), ("password", password)]).await;
            says(&reply, 400, "The address or the password is not right.");
            assert!(reply.text().contains(&format!("value=\"{name}\"")));
            let place = attribute(&reply.text(), "name=\"place\"", "value");
            answers.push(reply.text().replace(&place, "").replace(name, ""));
        }
        assert_eq!(answers[0], answers[1]);
        // The page that says so works like the first.
        let page = browser.fill(&app, &page, &[("username", USER), ("password", "wrong")]).await;
        let reply = browser.fill(&app, &page, &[("username", USER), ("password", PASSWORD)]).await;
        assert!(told(&reply, "code").is_some());
    }

    async fn what_is_typed_is_never_markup(app) {
        let mut browser = Browser::default();
        let page = browser.get(&app, &authorize(&[])).await;
        let name = "\"><img src=x onerror=alert(1)>'&";
        let reply = browser.fill(&app, &page, &[("username", name), ("password", "x")]).await;
        reply.must_be(400);
        assert!(!reply.text().contains("<img") && reply.text().contains("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;"));
    }

    async fn a_form_of_another_browser_is_refused(app) {
        let mut thief = Browser::default();
        let page = thief.get(&app, &authorize(&[])).await;
        let good = [("username", USER), ("password", PASSWORD)];
        // Without the cookie, as another site would send it, and with that of another page.
        let mut victim = Browser::default();
        let reply = victim.fill(&app, &page, &good).await;
        reply.must_be(400);
        assert!(reply.text().contains("belongs to another browser") && reply.headers.get("location").is_none());
        victim.get(&app, &authorize(&[])).await.must_be(200);
        victim.fill(&app, &page, &good).await.must_be(400);
        assert!(told(&thief.fill(&app, &page, &good).await, "code").is_some());
        // Nor one that was made by somebody else, or sent without a page.
        for place in ["", "x", "AAAA"] {
            let reply = thief.post(&app, "/login", &[("place", place), ("username", USER), ("password", PASSWORD)]).await;
            reply.must_be(400);
            assert!(reply.text().contains("was not made here"));
        }
    }

    async fn a_page_that_stood_open_for_too_long_asks_again(app) {
        let mut browser = Browser::default();
        let page = browser.get(&app, &authorize(&[])).await;
        app.app.clock.advance(15 * 60_000);
        let again = browser.fill(&app, &page, &[("username", USER), ("password", PASSWORD)]).await;
        says(&again, 400, "stood open for too long");
        assert!(told(&browser.fill(&app, &again, &[("username", USER), ("password", PASSWORD)]).await, "code").is_some());
    }

    async fn who_goes_back_is_told_to_the_application(app) {
        let mut browser = Browser::default();
        let page = browser.get(&app, &authorize(&[])).await;
        let reply = browser.fill(&app, &page, &[("cancel", "yes")]).await;
        assert_eq!(told(&reply, "error").as_deref(), Some("access_denied"));
        assert_eq!(told(&reply, "state").as_deref(), Some("a state & more"));
    }

    async fn a_second_factor_is_set_up_and_asked_for(app) {
        let app = requiring_a_second_factor(app.backend).await;
        let mut browser = Browser::default();
        let page = browser.sign_in(&app).await;
        page.must_be(200);
        heading(&page, "Set up your codes");
        assert!(page.text().contains("<svg viewBox=") && page.text().contains("otpauth://totp/Gridfolio%3Auser"), "{}", page.text());
        let secret = shown_secret(&page);
        assert!(page.text().contains(&format!("secret={}&amp;issuer=Gridfolio", totp::base32(&secret))));
        let wrong = browser.fill(&app, &page, &[("code", "000000")]).await;
        says(&wrong, 400, "The code is not right.");
        assert_eq!(shown_secret(&wrong), secret, "the same key is shown again");
        let code = totp::code(&secret, app.app.clock.now_ms());
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let reply = browser.fill(&app, &wrong, &[("code", &spaced)]).await;
        let id = token(&app, &exchange(&told(&reply, "code").unwrap())).await.ok()["id_token"].clone();
        assert_eq!(profile_status(&app, &id).await, 200);

        app.app.clock.advance(60_000);
        let page = browser.sign_in(&app).await;
        heading(&page, "Your code");
        assert_eq!(attribute(&page.text(), "<input id=\"code\"", "autocomplete"), "one-time-code");
        says(&browser.fill(&app, &page, &[("code", &code)]).await, 400, "The code is not right.");
        let code = totp::code(&secret, app.app.clock.now_ms());
        let reply = browser.fill(&app, &page, &[("code", &code)]).await;
        assert!(told(&reply, "code").is_some());
        // Each page leads on once.
        let again = browser.fill(&app, &page, &[("code", &code)]).await;
        again.must_be(400);
        let page = browser.sign_in(&app).await;
        app.app.clock.advance(5 * 60_000);
        let code = totp::code(&secret, app.app.clock.now_ms());
        let late = browser.fill(&app, &page, &[("code", &code)]).await;
        says(&late, 400, "This took too long, or was used already.");
        heading(&late, "Sign in");
    }

    async fn a_temporary_password_is_replaced(app) {
        make_temporary(&app).await;
        let mut browser = Browser::default();
        let page = browser.sign_in(&app).await;
        heading(&page, "A new password");
        assert_eq!(attribute(&page.text(), "<input id=\"new\"", "autocomplete"), "new-password");
        let different = browser.fill(&app, &page, &[("new", NEW_PASSWORD), ("again", "something else")]).await;
        says(&different, 400, "The two passwords are not the same.");
        let short = browser.fill(&app, &page, &[("new", "short"), ("again", "short")]).await;
        says(&short, 400, "Password did not conform with policy");
        let reply = browser.fill(&app, &short, &[("new", NEW_PASSWORD), ("again", NEW_PASSWORD)]).await;
        let tokens = token(&app, &exchange(&told(&reply, "code").unwrap())).await.ok();
        assert_eq!(claims(&tokens["id_token"])["email"], json!(USER));
        let page = browser.sign_in(&app).await;
        says(&page, 400, "The address or the password is not right.");
    }

    async fn too_many_failures_are_told_and_waited_out(app) {
        let mut browser = Browser::default();
        let page = browser.get(&app, &authorize(&[])).await;
        for _ in 0..6 {
            browser.fill(&app, &page, &[("username", USER), ("password", "wrong")]).await.must_be(400);
        }
        let reply = browser.fill(&app, &page, &[("username", USER), ("password", PASSWORD)]).await;
        says(&reply, 400, "Too many wrong attempts.");
    }
}
