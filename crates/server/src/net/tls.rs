//! The server's certificate: read at start, read again when told so. A broken one is refused, and the old one stays.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

/// Where certificate and key are.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate and the chain behind it, PEM.
    pub cert: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// The certificate that new connections get.
pub struct Certificate {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads both files. The error names the flag and what is wrong with its file.
    pub fn load(files: TlsFiles) -> Result<Self, String> {
        let current = RwLock::new(Arc::new(read(&files)?));
        Ok(Self { files, current })
    }

    /// Reads both files again; connections from now on get what they hold. With an error nothing changes.
    pub fn reload(&self) -> Result<(), String> {
        let fresh = Arc::new(read(&self.files)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// What answers handshakes with this certificate.
    pub fn acceptor(self: Arc<Self>) -> Result<TlsAcceptor, String> {
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| format!("tls: {e}"))?;
        let mut config = config.with_no_client_auth().with_cert_resolver(self);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn read(TlsFiles { cert, key }: &TlsFiles) -> Result<CertifiedKey, String> {
    let bad_cert = |e| broken("tls-cert", cert, "a certificate (-----BEGIN CERTIFICATE-----)", &e);
    let chain = CertificateDer::pem_file_iter(cert).map_err(bad_cert)?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(bad_cert)?;
    if chain.is_empty() {
        return Err(bad_cert(pem::Error::NoItemsFound));
    }
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|e| broken("tls-key", key, "a private key without a password", &e))?;
    CertifiedKey::from_der(chain, private, &aws_lc_rs::default_provider()).map_err(|e| match e {
        rustls::Error::InconsistentKeys(_) => {
            format!("tls-key: {} is not the key of the certificate {}", key.display(), cert.display())
        }
        rustls::Error::InvalidCertificate(_) => {
            format!("tls-cert: {}: the first certificate cannot be read: {e}", cert.display())
        }
        other => format!("tls-key: {}: {other}", key.display()),
    })
}

/// The error of `pem` knows files only by their system error.
fn broken(flag: &str, file: &Path, wanted: &str, error: &pem::Error) -> String {
    let file = file.display();
    match error {
        pem::Error::Io(e) => format!("{flag}: {file}: {e}"),
        pem::Error::NoItemsFound => format!("{flag}: {file}: must hold {wanted} in PEM form"),
        other => format!("{flag}: {file}: must be PEM: {other}"),
    }
}
