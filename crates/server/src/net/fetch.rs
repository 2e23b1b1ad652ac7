//! The one client for calls to other servers: the provider of text messages, the keys of outside issuers. A connection
//! for each call, a limit to its time and to the size of the answer.
//!
//! It follows no redirect, keeps no cookie, and asks no proxy. Where it calls is the configuration's word, never a
//! caller's: nothing here tells a public address from one inside. Errors name the server and the cause; path, query,
//! headers and bodies may hold secrets and are never told.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::net::port::Wire;
use crate::net::trust::Trust;

/// How long a call may take, from the first packet to the last byte.
const TIME: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const BYTES: usize = 1 << 20;

/// Calls other servers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Fetch {
    tls: Arc<ClientConfig>,
    time: Duration,
    bytes: usize,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status; a redirect is an answer like any other.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// A call that failed: which server, and why.
#[derive(Debug, thiserror::Error)]
#[error("{server}: {cause}")]
pub struct FetchError {
    /// Scheme, host and port; empty if the address has none.
    pub server: String,
    /// What went wrong.
    pub cause: Cause,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The address is none that can be called.
    #[error("the address must be http:// or https://, a host and a path, without user or password")]
    Address,
    /// Nobody answers there.
    #[error("cannot connect: {0}")]
    Connect(std::io::Error),
    /// It cannot prove its name, or speaks no TLS.
    #[error("no TLS: {0}")]
    Tls(std::io::Error),
    /// It broke off, or speaks no HTTP.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// It took too long.
    #[error("no whole answer within {} s", .0.as_secs_f32())]
    TooSlow(Duration),
    /// It said too much.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// It did not answer 200.
    #[error("answered {0}")]
    Status(StatusCode),
    /// Its answer is no JSON.
    #[error("the answer is not JSON")]
    NotJson,
}

impl Fetch {
    /// A client that believes these authorities.
    pub fn new(trust: &Trust) -> Result<Self, String> {
        let mut tls = trust.client_config()?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { tls: Arc::new(tls), time: TIME, bytes: BYTES })
    }

    /// With other limits than ten seconds and a mebibyte.
    #[must_use]
    pub fn within(mut self, time: Duration, bytes: usize) -> Self {
        (self.time, self.bytes) = (time, bytes);
        self
    }

    /// The JSON under an address, which must answer 200.
    pub async fn get_json(&self, url: &str) -> Result<Value, FetchError> {
        let accept = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("application/json"))]);
        let answer = self.call(Method::GET, url, accept, Bytes::new()).await?;
        let failed = |cause| FetchError { server: server(url), cause };
        if answer.status != StatusCode::OK {
            return Err(failed(Cause::Status(answer.status)));
        }
        serde_json::from_slice(&answer.body).map_err(|_| failed(Cause::NotJson))
    }

    /// Sends a body; the answer may have any status.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Answer, FetchError> {
        self.call(Method::POST, url, headers, body.into()).await
    }

    async fn call(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, FetchError> {
        let call = async {
            let target = Target::parse(url).ok_or(Cause::Address)?;
            let request = target.request(method, headers, body)?;
            let wire = self.connect(&target).await?;
            self.exchange(wire, request).await
        };
        let outcome = timeout(self.time, call).await.unwrap_or(Err(Cause::TooSlow(self.time)));
        outcome.map_err(|cause| FetchError { server: server(url), cause })
    }

    async fn connect(&self, target: &Target) -> Result<Box<dyn Wire>, Cause> {
        let plain = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(Cause::Connect)?;
        if !target.tls {
            return Ok(Box::new(plain));
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| Cause::Address)?;
        let tls = TlsConnector::from(self.tls.clone()).connect(name, plain).await.map_err(Cause::Tls)?;
        Ok(Box::new(tls))
    }

    async fn exchange(&self, wire: Box<dyn Wire>, request: Request<Full<Bytes>>) -> Result<Answer, Cause> {
        let broken = |e: hyper::Error| Cause::Broken(e.to_string());
        let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(broken)?;
        // Ends with this call, however that ends.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let (parts, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
        let whole = Limited::new(body, self.bytes).collect().await;
        let body = whole.map_err(|e| {
            if e.is::<LengthLimitError>() {
                Cause::TooLarge(self.bytes)
            } else {
                Cause::Broken(e.to_string())
            }
        })?;
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() })
    }
}

/// Where a call goes.
struct Target {
    uri: Uri,
    tls: bool,
    host: String,
    port: u16,
}

impl Target {
    fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let tls = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        if uri.authority()?.as_str().contains('@') {
            return None;
        }
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        (!host.is_empty()).then_some(Self { uri, tls, host, port })
    }

    fn request(
        &self,
        method: Method,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Cause> {
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let host = self.uri.authority().map_or("", |authority| authority.as_str());
        let mut request =
            Request::builder().method(method).uri(path).body(Full::new(body)).map_err(|_| Cause::Address)?;
        let all = request.headers_mut();
        *all = headers;
        all.insert(header::HOST, HeaderValue::from_str(host).map_err(|_| Cause::Address)?);
        all.insert(header::CONNECTION, HeaderValue::from_static("close"));
        let agent = HeaderValue::from_static(concat!("gridfolio/", env!("CARGO_PKG_VERSION")));
        all.insert(header::USER_AGENT, agent);
        Ok(request)
    }
}

/// Whether an address is one that can be called: http or https, a host, no user and no password.
pub fn is_address(url: &str) -> bool {
    Target::parse(url).is_some()
}

/// Scheme, host and port of an address, for people; nothing else of it.
pub fn server(url: &str) -> String {
    Target::parse(url).map_or_else(
        || "an address that cannot be called".to_owned(),
        |target| format!("{}://{}:{}", if target.tls { "https" } else { "http" }, target.host, target.port),
    )
}
