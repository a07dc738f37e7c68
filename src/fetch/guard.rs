//! Which addresses may be connected to. Checked on the very address that is dialled, so that neither a name that
//! resolves to a private address nor an address literal nor a redirect gets past it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::config::Cidr;

/// Refuses every address that is not part of the public internet, unless a range allows it.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allowed: Vec<Cidr>,
}

impl Guard {
    /// A guard with exceptions (`--allow-net`).
    pub fn new(allowed: Vec<Cidr>) -> Self {
        Self { allowed }
    }

    /// `Err` names the kind of address that was refused.
    pub fn check(&self, address: IpAddr) -> Result<(), &'static str> {
        let address = address.to_canonical();
        if self.allowed.iter().any(|range| range.contains(address)) {
            return Ok(());
        }
        let kind = match address {
            IpAddr::V4(v4) => kind_v4(v4),
            IpAddr::V6(v6) => kind_v6(v6),
        };
        kind.map_or(Ok(()), Err)
    }
}

/// Special-purpose IPv4 addresses (RFC 6890 and its registry).
fn kind_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (0, ..) => Some("unspecified"),
        (127, ..) => Some("loopback"),
        (10, ..) | (192, 168, _) | (172, 16..=31, _) => Some("private"),
        (169, 254, _) => Some("link-local"),
        (100, 64..=127, _) => Some("carrier-grade NAT"),
        (192, 0, 0) | (198, 18..=19, _) => Some("special-purpose"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Some("documentation"),
        (224..=239, ..) => Some("multicast"),
        (240..=255, ..) => Some("reserved"),
        _ => None,
    }
}

/// Special-purpose IPv6 addresses; of the rest only 2000::/3 is in use on the internet.
fn kind_v6(address: Ipv6Addr) -> Option<&'static str> {
    let s = address.segments();
    // Addresses that carry an IPv4 address inside are judged by it: NAT64 and 6to4.
    if s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let [.., high, low] = s;
        return kind_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    }
    match s[0] {
        0x2002 => kind_v4(Ipv4Addr::from_bits(u32::from(s[1]) << 16 | u32::from(s[2]))),
        0x2001 if s[1] < 0x200 => Some("special-purpose"),
        0x2001 if s[1] == 0xdb8 => Some("documentation"),
        0x2000..=0x3fff => None,
        0xfc00..=0xfdff => Some("private"),
        0xfe80..=0xfebf => Some("link-local"),
        0xff00..=0xffff => Some("multicast"),
        _ if address.is_loopback() => Some("loopback"),
        _ => Some("reserved"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        let guard = Guard::default();
        for refused in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "192.0.2.7",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::7f00:1",
        ] {
            assert!(guard.check(refused.parse().unwrap()).is_err(), "{refused}");
        }
        for allowed in ["113.160.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2400:cb00::1", "64:ff9b::808:808"] {
            assert!(guard.check(allowed.parse().unwrap()).is_ok(), "{allowed}");
        }
    }

    #[test]
    fn an_exception_opens_its_range_only() {
        let guard = Guard::new(vec!["127.0.0.0/8".parse().unwrap()]);
        assert!(guard.check("127.0.0.5".parse().unwrap()).is_ok());
        assert!(guard.check("::ffff:127.0.0.5".parse().unwrap()).is_ok());
        assert!(guard.check("10.0.0.5".parse().unwrap()).is_err());
    }
}
