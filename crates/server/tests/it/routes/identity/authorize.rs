use gridfolio_testkit::{Reply, both};

use crate::browser::{Browser, CALLBACK, attribute, authorize, told};

fn is_a_guarded_page(reply: &Reply) {
    let header = |name: &str| reply.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(
        (header("cache-control"), header("x-frame-options")),
        ("no-store".to_owned(), "DENY".to_owned())
    );
    assert_eq!(
        (header("referrer-policy"), header("x-content-type-options")),
        ("no-referrer".to_owned(), "nosniff".to_owned())
    );
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-")
            && policy.contains("frame-ancestors 'none'")
    );
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert!(!reply.text().contains("<script") && !reply.text().contains(" style="));
}

both! {
    async fn the_page_asks_for_address_and_password(app) {
        let mut browser = Browser::default();
        let page = browser.get(&app, &authorize(&[])).await;
        page.must_be(200);
        is_a_guarded_page(&page);
        let text = page.text();
        for (field, autocomplete) in [("username", "username"), ("password", "current-password")] {
            assert_eq!(attribute(&text, &format!("<input id=\"{field}\""), "autocomplete"), autocomplete);
            assert!(text.contains(&format!("<label for=\"{field}\">")), "{text}");
        }
        let set = page.headers["set-cookie"].to_str().unwrap();
        assert!(set.starts_with("gridfolio-sign-in=") && set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("form-action 'self' https://app.example.org;"));
        // Another window of the same browser has the same cookie.
        let first = browser.cookie.clone();
        browser.get(&app, &authorize(&[])).await.must_be(200);
        assert_eq!(browser.cookie, first);
    }

    async fn over_https_the_cookie_belongs_to_this_host_alone(app) {
        let https = gridfolio_testkit::TestApp::with_identity(app.backend, |config| {
            "https://gridfolio.test".clone_into(&mut config.public_url);
        }).await;
        let set = Browser::default().get(&https, &authorize(&[])).await.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(set.starts_with("__Host-gridfolio-sign-in=") && set.contains("; Path=/;") && set.ends_with("; Secure"), "{set}");
    }

    async fn a_wrong_client_or_address_is_told_on_a_page(app) {
        for changes in [
            [("client_id", "other")],
            [("client_id", "")],
            [("redirect_uri", "")],
            [("redirect_uri", "https://evil.example/callback")],
            [("redirect_uri", "https://app.example.org/callback")],
            [("redirect_uri", "http://127.0.0.1:1/other")],
            [("redirect_uri", "javascript:alert(1)")],
        ] {
            let page = Browser::default().get(&app, &authorize(&changes)).await;
            page.must_be(400);
            is_a_guarded_page(&page);
            assert!(page.headers.get("location").is_none() && page.text().contains("Go back to the application"));
        }
        let twice = authorize(&[]) + "&redirect_uri=https%3A%2F%2Fevil.example%2F";
        Browser::default().get(&app, &twice).await.must_be(400);
    }

    async fn every_other_fault_is_told_to_the_application(app) {
        for (changes, error) in [
            ([("response_type", "token")], "unsupported_response_type"),
            ([("response_type", "")], "invalid_request"),
            ([("code_challenge", "")], "invalid_request"),
            ([("code_challenge", "short")], "invalid_request"),
            ([("code_challenge_method", "plain")], "invalid_request"),
            ([("code_challenge_method", "")], "invalid_request"),
            ([("scope", "email profile")], "invalid_scope"),
            ([("response_mode", "form_post")], "invalid_request"),
            ([("request", "x.y.z")], "request_not_supported"),
            ([("request_uri", "https://a.example")], "request_uri_not_supported"),
            ([("prompt", "none")], "login_required"),
            ([("nonce", &"n".repeat(5000))], "invalid_request"),
        ] {
            let reply = Browser::default().get(&app, &authorize(&changes)).await;
            assert_eq!(told(&reply, "error").as_deref(), Some(error), "{changes:?}");
            assert!(reply.headers["location"].to_str().unwrap().starts_with(&format!("{CALLBACK}&error=")));
            assert_eq!(told(&reply, "state").as_deref(), Some("a state & more"));
            assert_eq!(told(&reply, "iss").as_deref(), Some("http://gridfolio.test/us-east-1_Tests"));
            assert!(!told(&reply, "error_description").unwrap().is_empty() && told(&reply, "code").is_none());
        }
        let reply = Browser::default().get(&app, &(authorize(&[]) + "&state=other")).await;
        assert_eq!(told(&reply, "error").as_deref(), Some("invalid_request"));
    }

    async fn programs_on_the_own_machine_take_any_port(app) {
        let page = Browser::default().get(&app, &authorize(&[("redirect_uri", "http://127.0.0.1:51004/callback")])).await;
        page.must_be(200);
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("form-action 'self' http://127.0.0.1:51004;"));
    }

    async fn what_is_not_known_is_left_aside(app) {
        let path = authorize(&[("prompt", "login"), ("ui_locales", "de"), ("scope", "openid offline_access phone")]);
        Browser::default().get(&app, &path).await.must_be(200);
        let form = authorize(&[]);
        let (path, form) = form.split_once('?').unwrap();
        let call = gridfolio_testkit::Call::new(axum::http::Method::POST, path).by(gridfolio_testkit::Role::Anonymous);
        call.bytes(form).send(&app).await.must_be(200);
    }

    async fn markup_in_a_hint_is_text(app) {
        let page = Browser::default().get(&app, &authorize(&[("login_hint", "\"><script>alert(1)</script>")])).await;
        is_a_guarded_page(&page);
        assert!(page.text().contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""), "{}", page.text());
    }
}
