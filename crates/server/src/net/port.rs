//! The port that the server listens on. Handshakes run beside each other and have a limit of time, so that a slow
//! one holds up nobody.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tls_listener::{Error, SpawningHandshakes, TlsListener};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::kit::origin::Peer;
use crate::net::tls::Certificate;

/// How long a client may take for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause after the system refuses to give us a connection: too many open files.
const PAUSE: Duration = Duration::from_secs(1);

/// A connection, plain or not.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// An open port.
pub enum Port {
    /// Speaks http.
    Plain(TcpListener),
    /// Speaks https.
    Tls(Box<TlsListener<TcpListener, SpawningHandshakes<TlsAcceptor>>>, Arc<Certificate>),
}

impl Port {
    /// Takes the port; with a certificate it speaks https.
    pub async fn bind(address: SocketAddr, certificate: Option<Arc<Certificate>>) -> Result<Self, String> {
        match certificate {
            None => Ok(Self::Plain(bound(address).await?)),
            Some(certificate) => Self::bind_within(address, certificate, HANDSHAKE).await,
        }
    }

    /// Takes the port for https, with a limit to the time of a handshake.
    pub async fn bind_within(
        address: SocketAddr,
        certificate: Arc<Certificate>,
        limit: Duration,
    ) -> Result<Self, String> {
        let acceptor = SpawningHandshakes(certificate.clone().acceptor()?);
        let listener = tls_listener::builder(acceptor).handshake_timeout(limit).listen(bound(address).await?);
        Ok(Self::Tls(Box::new(listener), certificate))
    }

    /// The URL of this port, by the address it listens on.
    pub fn url(&self) -> Result<String, String> {
        let address = self.local_addr().map_err(|e| format!("listen: {e}"))?;
        Ok(match self {
            Self::Plain(_) => format!("http://{address}"),
            Self::Tls(..) => format!("https://{address}"),
        })
    }

    /// The certificate, if there is one.
    pub fn certificate(&self) -> Option<Arc<Certificate>> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(_, certificate) => Some(certificate.clone()),
        }
    }
}

async fn bound(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|e| format!("listen: {address}: {e}"))
}

impl Connected<IncomingStream<'_, Port>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Listener for Port {
    type Io = Box<dyn Wire>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        match self {
            Self::Plain(listener) => {
                let (stream, address) = Listener::accept(listener).await;
                // An answer is written whole: waiting for more to send only delays its end.
                let _ = stream.set_nodelay(true);
                (Box::new(stream), address)
            }
            Self::Tls(listener, _) => loop {
                match listener.accept().await {
                    Ok((stream, address)) => {
                        let _ = stream.get_ref().0.set_nodelay(true);
                        return (Box::new(stream), address);
                    }
                    Err(Error::ListenerError(error)) => {
                        tracing::warn!(%error, "a connection could not be taken");
                        tokio::time::sleep(PAUSE).await;
                    }
                    // Scanners and clients that do not trust the certificate: no fault of this server.
                    Err(error) => tracing::debug!(%error, "a handshake failed"),
                }
            },
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Plain(listener) => listener.local_addr(),
            Self::Tls(listener, _) => listener.listener().local_addr(),
        }
    }
}
