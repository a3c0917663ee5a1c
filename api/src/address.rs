//! From which address a request comes: the connection's, or, behind our own proxies, what they say.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::HeaderMap};
use ipnet::IpNet;

use crate::state::State;

/// The address of whoever sent the request, for rate limits and for the audit log; of residents it is neither stored nor
/// logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// For the audit log.
    pub fn ip(self) -> IpAddr {
        self.0
    }

    /// Who is counted together: an IPv4 address, or an IPv6 network of 64 bits, which is one household.
    pub fn subject(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                Ipv6Addr::from(network).to_string()
            }
        }
    }

    /// Reads X-Forwarded-For from the right as long as the hop that wrote it is trusted: everything further left
    /// may have been invented by the client.
    pub fn of(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
        // Only a Unix socket has no peer address; that is a proxy on the same machine.
        let mut address = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let lines = headers.get_all("x-forwarded-for").filter_map(|line| line.to_str().ok());
        let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        for hop in hops.iter().rev() {
            if !is_trusted(address) {
                break;
            }
            match hop.parse() {
                Ok(parsed) => address = parsed,
                Err(_) => break,
            }
        }
        Self(address)
    }

    /// The address of this request.
    pub fn of_request(request: &HttpRequest) -> Self {
        let trusted = request
            .app_data::<State>()
            .map_or(&[][..], |state| &state.settings.trusted_proxies);
        Self::of(request.peer_addr().map(|peer| peer.ip()), request.headers(), trusted)
    }
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of_request(request)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn subject(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_str(forwarded).unwrap(),
        );
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        ClientAddress::of(Some(peer.parse().unwrap()), &headers, &trusted).subject()
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        assert_eq!(subject("203.0.113.9", "198.51.100.1", &[]), "203.0.113.9");
        assert_eq!(subject("10.0.0.1", "198.51.100.1", &["10.0.0.0/8"]), "198.51.100.1");
        assert_eq!(
            subject("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(subject("10.0.0.1", "nonsense", &["10.0.0.0/8"]), "10.0.0.1");
    }

    #[test]
    fn a_household_of_ipv6_counts_as_one() {
        let one = subject("2001:db8:1:2:aaaa::1", "", &[]);
        assert_eq!(one, subject("2001:db8:1:2:bbbb::9", "", &[]));
        assert_ne!(one, subject("2001:db8:1:3::1", "", &[]));
        assert_eq!(subject("::ffff:203.0.113.9", "", &[]), "203.0.113.9");
    }
}
