//! Ranges of addresses, in CIDR notation.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::Wrong;

/// A range of IPv4 or IPv6 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cidr {
    /// The first address of the range.
    base: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// The range that holds `addr` and shares its first `prefix` bits; `None` when there are fewer bits than that.
    pub fn new(addr: IpAddr, prefix: u8) -> Option<Self> {
        let base = match addr {
            IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & mask32(prefix)?).into()),
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & mask128(prefix)?).into()),
        };
        Some(Self { base, prefix })
    }

    /// Whether `addr` lies in the range. A v4-mapped IPv6 address is the IPv4 address inside it.
    pub fn contains(&self, addr: IpAddr) -> bool {
        let addr = addr.to_canonical();
        Self::new(addr, self.prefix).is_some_and(|range| range == *self)
    }
}

fn mask32(prefix: u8) -> Option<u32> {
    let shift = 32u32.checked_sub(prefix.into())?;
    Some(u32::MAX.checked_shl(shift).unwrap_or(0))
}

fn mask128(prefix: u8) -> Option<u128> {
    let shift = 128u32.checked_sub(prefix.into())?;
    Some(u128::MAX.checked_shl(shift).unwrap_or(0))
}

impl FromStr for Cidr {
    type Err = Wrong;

    /// `127.0.0.0/8`, `fd00::/8`, or one address.
    fn from_str(text: &str) -> Result<Self, Wrong> {
        let mend = "write a range such as \"127.0.0.0/8\" or \"fd00::/8\", or one address";
        let (addr, prefix) = match text.trim().split_once('/') {
            Some((addr, prefix)) => (addr, Some(prefix)),
            None => (text.trim(), None),
        };
        let addr: IpAddr =
            addr.parse().map_err(|_| Wrong::new(format!("\"{text}\" is no range of IP addresses"), mend))?;
        if let IpAddr::V6(v6) = addr
            && is_mapped(v6)
        {
            return Err(Wrong::new(
                format!("\"{text}\" is an IPv4 address in IPv6 clothes"),
                "write the IPv4 range itself, such as \"127.0.0.0/8\"",
            ));
        }
        let bits = if addr.is_ipv4() { 32 } else { 128 };
        let range = match prefix {
            None => Self::new(addr, bits),
            Some(digits) => digits.parse().ok().and_then(|prefix| Self::new(addr, prefix)),
        };
        let range = range.ok_or_else(|| Wrong::new(format!("the prefix of \"{text}\" is not 0 to {bits}"), mend))?;
        if range.base != addr {
            return Err(Wrong::new(
                format!("\"{text}\" has address bits outside its prefix"),
                format!("write \"{range}\", or the address alone"),
            ));
        }
        Ok(range)
    }
}

fn is_mapped(addr: Ipv6Addr) -> bool {
    addr.to_ipv4_mapped().is_some()
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(range: &str, addr: &str) -> bool {
        range.parse::<Cidr>().unwrap().contains(addr.parse().unwrap())
    }

    #[test]
    fn ranges_hold_their_addresses() {
        assert!(holds("127.0.0.0/8", "127.255.0.1"));
        assert!(!holds("127.0.0.0/8", "128.0.0.1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8"));
        assert!(!holds("0.0.0.0/0", "::1"));
        assert!(holds("10.1.2.3", "10.1.2.3"));
        assert!(!holds("10.1.2.3", "10.1.2.4"));
        assert!(holds("fd00::/8", "fdff::1"));
        assert!(!holds("fd00::/8", "fe80::1"));
        assert!(holds("::1", "::1"));
        assert!(holds("::/0", "2001:db8::1"));
    }

    #[test]
    fn a_mapped_address_is_its_ipv4_address() {
        assert!(holds("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(!holds("::/0", "::ffff:127.0.0.1"));
    }

    #[test]
    fn refusals_say_why() {
        for (text, what) in [
            ("localhost", "no range of IP addresses"),
            ("127.0.0.0/33", "not 0 to 32"),
            ("127.0.0.0/", "not 0 to 32"),
            ("::/129", "not 0 to 128"),
            ("127.0.0.1/8", "write \"127.0.0.0/8\""),
            ("::ffff:127.0.0.0/104", "IPv6 clothes"),
        ] {
            let message = text.parse::<Cidr>().unwrap_err().to_string();
            assert!(message.contains(what), "{text}: {message}");
        }
    }
}
