//! Whom connections to other servers believe: the public certificate authorities, which are built in, and those that
//! the configuration names beside them. The system's list is not read: it is elsewhere on every system, and missing in
//! a container.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The authorities that are believed.
#[derive(Clone, Default)]
pub struct Trust {
    further: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").field("further", &self.further.len()).finish()
    }
}

impl Trust {
    /// The public authorities and those in a PEM file. The error names the key and what is wrong with its file.
    pub fn with_file(path: &Path) -> Result<Self, String> {
        let wrong = |why: String| format!("trusted-authorities: {}: {why}", path.display());
        let further = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let further = further.map_err(|e| wrong(e.to_string()))?;
        if further.is_empty() {
            return Err(wrong("must hold certificates (-----BEGIN CERTIFICATE-----) in PEM form".to_owned()));
        }
        let mut store = RootCertStore::empty();
        for certificate in &further {
            store
                .add(certificate.clone())
                .map_err(|e| wrong(format!("a certificate cannot be read: {e}")))?;
        }
        Ok(Self { further })
    }

    /// The authorities beside the public ones.
    pub fn further(&self) -> &[CertificateDer<'static>] {
        &self.further
    }

    /// TLS to other servers, which must prove their names.
    pub fn client_config(&self) -> Result<ClientConfig, String> {
        let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        store.add_parsable_certificates(self.further.iter().cloned());
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| format!("tls: {e}"))?;
        Ok(config.with_root_certificates(store).with_no_client_auth())
    }
}
