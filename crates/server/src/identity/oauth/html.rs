//! The frame of every page: its look, and the headers that keep it from being framed, scripted, kept or told on.
//! Whatever comes from outside goes through [`escape`]; nothing else makes text into HTML.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kit::error::ApiError;

/// A page.
#[derive(Debug)]
pub struct Page {
    /// 200, or what went wrong.
    pub status: StatusCode,
    /// Its heading, also its title.
    pub heading: &'static str,
    /// What is in it, as HTML.
    pub body: String,
    /// Where its form may lead to beside this server, in the words of a Content-Security-Policy.
    pub leads_to: String,
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2b2a;--soft:#5b6b69;--paper:#fff;--ground:#eef3f2;--line:#9fb3b0;--accent:#0b6b5c;--on:#fff;--bad:#a32020}\
@media(prefers-color-scheme:dark){:root{--ink:#e6eeec;--soft:#a5b5b2;--paper:#1b2423;--ground:#111817;--line:#5d706d;--accent:#5cc7b2;--on:#0d1413;--bad:#ff9b93}}\
*{box-sizing:border-box}body{margin:0;font:17px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}\
main{max-width:25rem;margin:8vh auto 2rem;padding:1.6rem;background:var(--paper);border-radius:.6rem}\
h1{font-size:1.5rem;margin:0 0 1rem}label{display:block;margin:.9rem 0 .2rem;font-weight:600}\
input{width:100%;font:inherit;padding:.55rem .6rem;border:1px solid var(--line);border-radius:.35rem;background:var(--paper);color:inherit}\
button{width:100%;font:inherit;font-weight:600;padding:.65rem;margin-top:1.3rem;border:0;border-radius:.35rem;background:var(--accent);color:var(--on);cursor:pointer}\
button.quiet{background:none;color:var(--accent);margin-top:.4rem}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
.said{color:var(--bad);font-weight:600}.hint,footer{color:var(--soft);font-size:.9rem}footer{text-align:center}\
code{font-size:1.05rem;overflow-wrap:anywhere;user-select:all}svg{display:block;width:13rem;max-width:100%;margin:1rem auto;background:#fff}";

impl Page {
    /// A page that only says something.
    pub fn saying(status: StatusCode, heading: &'static str, words: &str) -> Self {
        let body = format!("<p>{}</p>\n", escape(words));
        Self { status, heading, body, leads_to: String::new() }
    }

    fn policy(&self) -> String {
        let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; img-src data:; form-action 'self' {}; \
             base-uri 'none'; frame-ancestors 'none'",
            self.leads_to
        )
    }

    fn text(&self) -> String {
        let Self { heading, body, .. } = self;
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{heading} · Gridfolio</title>\n<style>{STYLE}</style>\n\
             <main>\n<h1>{heading}</h1>\n{body}</main>\n<footer>Gridfolio</footer>\n</html>\n"
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = (self.status, guards(), self.text()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        match HeaderValue::from_str(&self.policy()) {
            Ok(policy) => headers.insert(header::CONTENT_SECURITY_POLICY, policy),
            Err(e) => return ApiError::internal(format!("policy of a page: {e}")).into_response(),
        };
        response
    }
}

/// Headers of everything that a person's browser gets here.
fn guards() -> HeaderMap {
    let all: [(HeaderName, &'static str); 4] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    all.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

/// Sends the browser on, by GET.
pub fn send_to(uri: &str) -> Response {
    match HeaderValue::from_str(uri) {
        Ok(location) => {
            let mut response = (StatusCode::SEE_OTHER, guards()).into_response();
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(e) => ApiError::internal(format!("address of an application: {e}")).into_response(),
    }
}

/// Text as HTML, also inside of quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_becomes_text() {
        let text = r#"<script>alert("x")</script> & 'y'"#;
        assert_eq!(escape(text), "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;");
    }
}
