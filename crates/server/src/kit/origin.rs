//! Where a request comes from: the caller's address, and what of it is proven.
//!
//! Only a trusted proxy is believed when it names another address or a request id. A header that cannot be read is
//! no reason to refuse a request; the last address that is known for sure counts then.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

use crate::kit::http::REQUEST_ID;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED: HeaderName = axum::http::header::FORWARDED;

/// Longest request id that is taken over.
const ID_LENGTH: usize = 128;

/// How this server meets the network.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Who may read the metrics beside this machine.
    pub metrics_from: Vec<IpNet>,
    /// Origins whose pages may call; empty means any.
    pub cors_origins: Vec<HeaderValue>,
    /// How many sign-ins an address has per minute; 0 stands for [`crate::kit::limits::SIGN_INS`].
    pub sign_ins_per_minute: u32,
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// On which way a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the caller itself: nothing says that it was passed on.
    Direct,
    /// Through a trusted proxy, which names the caller.
    Proxy,
    /// It says that it was passed on, but nobody who is trusted says so.
    Claimed,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The caller's address, as far as it is proven; absent where there is no connection, as in tests.
    pub address: Option<IpAddr>,
    /// On which way it came.
    pub way: Way,
}

impl Network {
    /// Where a request with these headers comes from.
    pub fn origin(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Origin {
        let peer = peer.map(|address| address.to_canonical());
        if !headers.contains_key(FORWARDED_FOR) && !headers.contains_key(FORWARDED) {
            return Origin { address: peer, way: Way::Direct };
        }
        match peer {
            Some(proxy) if self.trusts(proxy) => {
                Origin { address: Some(self.caller_behind(proxy, headers)), way: Way::Proxy }
            }
            _ => Origin { address: peer, way: Way::Claimed },
        }
    }

    /// The right-most address that is no trusted proxy. What stands left of it, or of nonsense, anybody may have
    /// written.
    fn caller_behind(&self, proxy: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut known = proxy;
        let lines: Vec<&HeaderValue> = headers.get_all(FORWARDED_FOR).iter().collect();
        for line in lines.into_iter().rev() {
            let Ok(text) = line.to_str() else { return known };
            for entry in text.rsplit(',') {
                let Some(address) = address(entry.trim()) else { return known };
                known = address;
                if !self.trusts(address) {
                    return known;
                }
            }
        }
        known
    }

    /// The request id that a trusted proxy gave, if its characters are harmless.
    pub fn request_id(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<String> {
        let from_proxy = peer.is_some_and(|peer| self.trusts(peer.to_canonical()));
        let text = headers.get(REQUEST_ID).filter(|_| from_proxy)?.to_str().ok()?;
        let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        let fits = !text.is_empty() && text.len() <= ID_LENGTH && text.chars().all(harmless);
        fits.then(|| text.to_owned())
    }

    /// Whether a caller may read the metrics: this machine and the configured networks. A request that was passed on
    /// shows its caller only through a trusted proxy, and loopback is no proof then.
    pub fn may_read_metrics(&self, origin: Origin) -> bool {
        let Some(address) = origin.address else { return false };
        let listed = contains(&self.metrics_from, address);
        match origin.way {
            Way::Direct => listed || address.is_loopback(),
            // The address of a proxy stands for a caller that it did not name.
            Way::Proxy => listed && !self.trusts(address),
            Way::Claimed => false,
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        contains(&self.trusted_proxies, address)
    }
}

fn contains(nets: &[IpNet], address: IpAddr) -> bool {
    nets.iter().any(|net| net.contains(&address))
}

/// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let parsed = bare.parse().or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip()));
    parsed.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::{Network, Origin, Way};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use std::net::IpAddr;

    fn network() -> Network {
        Network {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            metrics_from: vec!["192.0.2.0/24".parse().unwrap()],
            ..Network::default()
        }
    }

    fn headers(lines: &[(&'static str, &[u8])]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
        }
        map
    }

    fn behind(peer: &str, lines: &[&[u8]]) -> Origin {
        let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
        network().origin(Some(peer.parse().unwrap()), &headers(&lines))
    }

    fn found(peer: &str, lines: &[&[u8]]) -> String {
        behind(peer, lines).address.unwrap().to_string()
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_is_the_caller() {
        assert_eq!(found("10.0.0.1", &[b"198.51.100.7"]), "198.51.100.7");
        assert_eq!(found("10.0.0.1", &[b"1.1.1.1, 198.51.100.7, 10.2.3.4"]), "198.51.100.7");
        assert_eq!(found("10.0.0.1", &[b"1.1.1.1", b"198.51.100.7", b"10.2.3.4"]), "198.51.100.7");
        assert_eq!(found("fd00::1", &[b"[2001:db8::9]:4711"]), "2001:db8::9");
        assert_eq!(found("10.0.0.1", &[b"[2001:db8::9]"]), "2001:db8::9");
        assert_eq!(found("10.0.0.1", &[b"198.51.100.7:1234"]), "198.51.100.7");
        assert_eq!(found("::ffff:10.0.0.1", &[b"::ffff:198.51.100.7"]), "198.51.100.7");
        assert_eq!(found("10.0.0.1", &[b"10.0.0.9, 10.0.0.8"]), "10.0.0.9");
    }

    #[test]
    fn strangers_are_not_believed() {
        let origin = behind("203.0.113.5", &[b"198.51.100.7"]);
        assert_eq!(origin, Origin { address: "203.0.113.5".parse().ok(), way: Way::Claimed });
        assert_eq!(behind("203.0.113.5", &[]).way, Way::Direct);
    }

    #[test]
    fn nonsense_ends_the_search_at_what_is_known() {
        for nonsense in ["", "unknown", "_hidden", "1.2.3", "::1::", "999.1.1.1", "a b", "1.1.1.1:99999"] {
            assert_eq!(found("10.0.0.1", &[nonsense.as_bytes()]), "10.0.0.1", "{nonsense}");
            let after_proxy = format!("8.8.8.8, {nonsense}, 10.0.0.2");
            assert_eq!(found("10.0.0.1", &[after_proxy.as_bytes()]), "10.0.0.2", "{nonsense}");
        }
        assert_eq!(found("10.0.0.1", &[b"8.8.8.8", b"\xff\xfe"]), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &[b",".repeat(4000).as_slice()]), "10.0.0.1");
    }

    #[test]
    fn a_request_id_is_taken_over_from_proxies_only() {
        let id = |peer: &str, value: &[u8]| {
            network().request_id(Some(peer.parse().unwrap()), &headers(&[("x-request-id", value)]))
        };
        assert_eq!(id("10.0.0.1", b"7b-A_9.z:1").as_deref(), Some("7b-A_9.z:1"));
        assert_eq!(id("203.0.113.5", b"7b"), None);
        let longest = "a".repeat(128);
        assert_eq!(id("10.0.0.1", longest.as_bytes()), Some(longest.clone()));
        let refused: [&[u8]; 5] = [b"", b"a b", b"a\"b", b"\xff", &[b'a'; 129]];
        for value in refused {
            assert_eq!(id("10.0.0.1", value), None, "{value:?}");
        }
        assert_eq!(network().request_id(None, &headers(&[("x-request-id", b"7b")])), None);
    }

    #[test]
    fn metrics_are_for_this_machine_and_the_listed_networks() {
        let may = |address: &str, way| {
            network().may_read_metrics(Origin { address: Some(address.parse::<IpAddr>().unwrap()), way })
        };
        for way in [Way::Direct, Way::Proxy, Way::Claimed] {
            assert_eq!(may("127.0.0.1", way), way == Way::Direct);
            assert_eq!(may("::1", way), way == Way::Direct);
            assert_eq!(may("192.0.2.9", way), way != Way::Claimed);
            assert!(!may("198.51.100.7", way));
        }
        assert!(!network().may_read_metrics(Origin { address: None, way: Way::Direct }));
        let mut inside = network();
        inside.metrics_from = inside.trusted_proxies.clone();
        let unnamed = inside.origin("10.0.0.1".parse().ok(), &headers(&[("forwarded", b"for=198.51.100.7")]));
        assert_eq!(unnamed, Origin { address: "10.0.0.1".parse().ok(), way: Way::Proxy });
        assert!(!inside.may_read_metrics(unnamed), "whoever the proxy did not name");
    }
}
