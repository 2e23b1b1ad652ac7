//! How the server meets the network: certificate, proxies, other sites' pages, who reads the metrics.

use std::net::IpAddr;
use std::path::PathBuf;

use axum::http::{HeaderValue, Uri};
use clap::Args;
use ipnet::IpNet;

use crate::app::Outside;
use crate::kit::limits::SIGN_INS;
use crate::kit::origin::Network;
use crate::net::tls::TlsFiles;
use crate::net::trust::Trust;

/// Who is believed and who may read.
#[derive(Debug, Clone, Default, Args)]
pub struct NetworkArgs {
    /// Proxies in front of this server, as addresses or networks: their word on the caller's address counts.
    #[arg(long, value_name = "CIDR,…", value_delimiter = ',', value_parser = parse_net)]
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may call the API, such as `https://app.example.org`; default: any.
    #[arg(long, value_name = "ORIGIN,…", value_delimiter = ',', value_parser = parse_origin)]
    pub cors_origins: Vec<HeaderValue>,
    /// Who may read /metrics beside this machine, as addresses or networks.
    #[arg(long, value_name = "CIDR,…", value_delimiter = ',', value_parser = parse_net)]
    pub metrics_from: Vec<IpNet>,
    /// How many sign-ins one address has per minute.
    #[arg(long, value_name = "NUMBER", default_value_t = SIGN_INS, value_parser = clap::value_parser!(u32).range(1..))]
    pub sign_ins_per_minute: u32,
    /// Certificates of authorities that calls to other servers believe beside the public ones, PEM: of a mail server,
    /// a provider or an issuer with a certificate of your own.
    #[arg(long, value_name = "FILE")]
    pub trusted_authorities: Option<PathBuf>,
}

impl NetworkArgs {
    /// The configuration; reads the file of authorities.
    pub fn outside(&self) -> Result<Outside, String> {
        let trust = self.trusted_authorities.as_deref().map(Trust::with_file).transpose()?;
        Ok(Outside { network: self.network(), trust: trust.unwrap_or_default(), ..Outside::default() })
    }

    fn network(&self) -> Network {
        let any = self.cors_origins.iter().any(|origin| origin == "*");
        Network {
            trusted_proxies: self.trusted_proxies.clone(),
            metrics_from: self.metrics_from.clone(),
            sign_ins_per_minute: self.sign_ins_per_minute,
            cors_origins: if any { Vec::new() } else { self.cors_origins.clone() },
        }
    }
}

/// The server's certificate.
#[derive(Debug, Clone, Default, Args)]
pub struct TlsArgs {
    /// Certificate and the chain behind it, PEM; with it the server speaks https. Read again at SIGHUP.
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM.
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
}

impl TlsArgs {
    /// Both files, or none.
    pub fn files(&self) -> Result<Option<TlsFiles>, String> {
        match (self.tls_cert.clone(), self.tls_key.clone()) {
            (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert, key })),
            (None, None) => Ok(None),
            (Some(_), None) => Err("tls-key: must be given with --tls-cert".to_owned()),
            (None, Some(_)) => Err("tls-cert: must be given with --tls-key".to_owned()),
        }
    }
}

fn parse_net(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let net = match text.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address.to_canonical())),
        Err(_) => text.parse::<IpNet>(),
    };
    net.map_err(|_| "must be an address or a network such as 10.0.0.0/8".to_owned())
}

/// An origin as browsers send it, or `*`.
fn parse_origin(text: &str) -> Result<HeaderValue, String> {
    let text = text.trim();
    let as_browsers_say = |uri: &Uri| {
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
        !authority.as_str().contains('@') && format!("{scheme}://{authority}") == text.to_ascii_lowercase()
    };
    let fits = text == "*"
        || (text.to_ascii_lowercase() == text && text.parse::<Uri>().is_ok_and(|uri| as_browsers_say(&uri)));
    let value = HeaderValue::from_str(text).ok().filter(|_| fits);
    value.ok_or_else(|| {
        "must be * or an origin such as https://app.example.org: scheme, host and port, in lower case, no path"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::{parse_net, parse_origin};

    #[test]
    fn networks_are_addresses_or_blocks() {
        for (text, net) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            (" 192.0.2.1", "192.0.2.1/32"),
            ("::1", "::1/128"),
            ("::ffff:192.0.2.1", "192.0.2.1/32"),
        ] {
            assert_eq!(parse_net(text).unwrap().to_string(), net);
        }
        for text in ["", "10.0.0.0/33", "localhost", "10.0.0.0/8/8", "1.2.3"] {
            assert!(parse_net(text).is_err(), "{text}");
        }
    }

    #[test]
    fn origins_are_what_browsers_send() {
        for text in ["*", "https://app.example.org", "http://localhost:5173", "http://[::1]:80"] {
            assert_eq!(parse_origin(text).unwrap(), text);
        }
        for text in [
            "",
            "app.example.org",
            "https://app.example.org/",
            "https://App.example.org",
            "null",
            "https://u@app.example.org",
            "https://app.example.org/x",
        ] {
            assert!(parse_origin(text).is_err(), "{text}");
        }
    }
}
