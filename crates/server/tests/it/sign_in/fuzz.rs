//! Inputs that nobody would write: mutations of a committed corpus, for `GRIDFOLIO_TEST_FUZZ_SECONDS` (20) a function.
//! Nothing panics, nothing answers 5xx, and nobody gets in without the secret.

use std::time::{Duration, Instant};

use gridfolio::identity::sign_in::srp;
use gridfolio::identity::{keys, tokens as parser};
use gridfolio_testkit::{Backend, Call, Reply, Role, TestApp, USER};
use serde_json::{Value, json};

use super::srp_client::{SrpClient, signed, timestamp};
use super::{answering, good, sql, tokens};

const COGNITO: &str = include_str!("../../../../../fixtures/fuzz/cognito.txt");
const TOKENS: &str = include_str!("../../../../../fixtures/fuzz/tokens.txt");
const NUMBERS: &str = include_str!("../../../../../fixtures/fuzz/srp_numbers.txt");

/// What breaks parsers, put where it does not belong.
const WORDS: [&[u8]; 18] = [
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"{",
    b"[[[[[[[[[[[[[[[[",
    b"1e999",
    b"-0",
    b"\xff\xfe",
    b"\xf0\x9f\x92\xa9",
    b".",
    b"=",
    b"/",
    b"eyJhbGciOiJub25lIn0",
    b"\"USERNAME\":",
    b"\"AccessToken\":\"\",",
    b"00000000-0000-4000-8000-000000000001",
    b"\n\r\t",
];

/// Numbers that repeat from run to run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A line of the corpus with one to four changes.
    fn mutated(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut text = self.one(corpus).clone();
        for _ in 0..=self.below(4) {
            let (at, end) = (self.below(text.len() + 1), text.len());
            match self.below(8) {
                0 if at < end => text[at] ^= 1 << self.below(8),
                1 if at < end => text[at] = u8::try_from(self.below(256)).unwrap(),
                2 => text.truncate(at),
                3 if at < end => drop(text.drain(at..(at + 1 + self.below(16)).min(end))),
                4 => {
                    let other = self.one(corpus).clone();
                    text.splice(at.., other[self.below(other.len() + 1)..].iter().copied());
                }
                5 => {
                    let from = self.below(end + 1);
                    let part = text[from.min(at)..from.max(at)].to_vec();
                    text.splice(at..at, part);
                }
                _ => drop(text.splice(at..at, self.one(&WORDS).iter().copied())),
            }
            text.truncate(20_000);
        }
        text
    }
}

/// Whether there is time for one more.
struct Budget {
    until: Instant,
    executions: u64,
}

impl Budget {
    fn new() -> Self {
        let seconds = std::env::var("GRIDFOLIO_TEST_FUZZ_SECONDS");
        let seconds = seconds.map_or(20, |text| text.parse().expect("a number of seconds"));
        Self { until: Instant::now() + Duration::from_secs(seconds), executions: 0 }
    }

    fn goes_on(&mut self) -> bool {
        self.executions += 1;
        Instant::now() < self.until
    }
}

fn lines(corpus: &str) -> Vec<Vec<u8>> {
    corpus.lines().map(|line| line.as_bytes().to_vec()).collect()
}

async fn post(app: &TestApp, target: &str, body: Vec<u8>) -> Reply {
    // So that nobody is refused for asking too often or waits after failures.
    app.app.clock.advance(1_000_000);
    let target: String = target.chars().filter(char::is_ascii_graphic).collect();
    let target = format!("AWSCognitoIdentityProviderService.{target}");
    let call = Call::new(axum::http::Method::POST, "/").by(Role::Anonymous).bytes(body);
    call.header("x-amz-target", &target).send(app).await
}

/// No failure of ours, and nothing that only somebody who is proven may have.
fn opens_nothing(reply: &Reply, sent: &[u8]) {
    let shown = String::from_utf8_lossy(sent);
    assert!(matches!(reply.status.as_u16(), 200 | 400 | 413), "{}: {shown}", reply.status);
    let answer = reply.json();
    for secret in ["AuthenticationResult", "SecretCode", "Status", "Session", "UserAttributes"] {
        assert!(answer.get(secret).is_none(), "{secret} for {shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prints_executions_of_the_cognito_json() {
    let app = TestApp::new(Backend::Sqlite).await;
    let (corpus, mut chance, mut budget) = (lines(COGNITO), Chance(0x5eed_c061), Budget::new());
    for line in &corpus {
        let (target, body) = std::str::from_utf8(line).unwrap().split_once(' ').unwrap();
        opens_nothing(&post(&app, target, body.as_bytes().to_vec()).await, line);
    }
    let mut understood = 0_u64;
    while budget.goes_on() {
        let line = chance.mutated(&corpus);
        let at = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let target = String::from_utf8_lossy(&line[..at]).into_owned();
        let reply = post(&app, &target, line[at..].to_vec()).await;
        opens_nothing(&reply, &line);
        let kind = reply.json()["__type"].as_str().unwrap_or_default().to_owned();
        understood +=
            u64::from(!matches!(kind.as_str(), "UnknownOperationException" | "InvalidParameterException"));
    }
    assert!(understood > 0, "some mutations get past the parser");
    println!(
        "fuzz, Cognito JSON: {} executions, {understood} past the parser; 0 panics, 0 answers of 5xx, 0 let in",
        budget.executions
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prints_executions_of_the_token_parser() {
    let app = TestApp::new(Backend::Sqlite).await;
    let signed_in = tokens(&app, USER).await;
    let real = [&signed_in["IdToken"], &signed_in["AccessToken"]].map(|token| token.as_str().unwrap());
    let key = keys::current(&app.app).await.unwrap().public_jwk;
    assert!(parser::verify_id_token(&app.app, &key, real[0]).is_ok());
    let mut corpus = lines(TOKENS);
    corpus.extend(real.iter().map(|token| token.as_bytes().to_vec()));
    let (mut chance, mut budget, mut parsed) = (Chance(0x5eed_70ce), Budget::new(), 0_u64);
    let user = parser::verify_id_token(&app.app, &key, real[0]).unwrap().sub.parse().unwrap();
    while budget.goes_on() {
        let bytes = chance.mutated(&corpus);
        let text = String::from_utf8_lossy(&bytes);
        parsed += u64::from(parser::unverified(&text).is_ok());
        let verified = parser::verify_id_token(&app.app, &key, &text).is_ok();
        assert!(!verified || text == real[0], "{text}");
        let verified = parser::verify_access_token(&app.app, &key, &text, &user).is_ok();
        assert!(!verified || text == real[1], "{text}");
    }
    assert!(parsed > 0, "some mutations get past the parser");
    println!("fuzz, tokens: {} executions, {parsed} parsed; 0 panics, 0 forged", budget.executions);
}

/// Numbers of the group, off the asynchronous threads: the arithmetic alone.
fn fuzz_numbers(chance: &mut Chance, corpus: &[Vec<u8>], verifier: &[u8; srp::NUMBER]) {
    let bytes = chance.mutated(corpus);
    let text = String::from_utf8_lossy(&bytes);
    let offer = srp::offer(&text, verifier, &[9; 32]);
    let plain = text.trim_start_matches('0');
    let fits =
        !plain.is_empty() && plain.len() <= 2 * srp::NUMBER && plain.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(offer.is_none() || fits, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prints_executions_of_the_srp_messages() {
    let app = TestApp::new(Backend::Sqlite).await;
    let (numbers, mut chance, mut budget) = (lines(NUMBERS), Chance(0x5eed_0517), Budget::new());
    let verifier = srp::number_from(&[4; 32]);
    let client = SrpClient::new(7);
    let mut challenge = Value::Null;
    while budget.goes_on() {
        // So that nobody is refused for asking too often, or waits after failures.
        app.app.clock.advance(10_000);
        if budget.executions % 5 == 1 {
            sql(&app, "DELETE FROM sign_in_failure").await;
        }
        if budget.executions % 25 == 1 {
            fuzz_numbers(&mut chance, &numbers, &verifier);
            challenge = good(&app, "InitiateAuth", client.begin(USER)).await;
        }
        // What a client would say that knows everything but the password.
        let right = signed(&[7; 16], &challenge, &timestamp(&app, 0));
        let field = *chance.one(&[
            "USERNAME",
            "TIMESTAMP",
            "PASSWORD_CLAIM_SECRET_BLOCK",
            "PASSWORD_CLAIM_SIGNATURE",
        ]);
        let seeds = lines(right[field].as_str().unwrap());
        let mut responses = right;
        responses[field] = json!(String::from_utf8_lossy(&chance.mutated(&seeds)));
        let body = answering(&challenge, responses).to_string().into_bytes();
        let reply = {
            let target = "AWSCognitoIdentityProviderService.RespondToAuthChallenge";
            let call = Call::new(axum::http::Method::POST, "/").by(Role::Anonymous).bytes(body.clone());
            call.header("x-amz-target", target).send(&app).await
        };
        opens_nothing(&reply, &body);
    }
    println!("fuzz, SRP messages: {} executions; 0 panics, 0 answers of 5xx, 0 let in", budget.executions);
}
