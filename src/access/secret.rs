//! The token itself: made of 32 random bytes, shown once, kept as a hash.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use super::AccessError;
use crate::model::Digest;

/// What every token begins with, so that scanners for lost secrets know one.
const PREFIX: &str = "ltt_";

/// A token in clear. It is never logged: its debug form hides it.
pub struct Secret(String);

impl Secret {
    /// A new one, from the machine's random numbers.
    pub fn make() -> Result<Self, AccessError> {
        Ok(Self(PREFIX.to_owned() + &URL_SAFE_NO_PAD.encode(random::<32>()?)))
    }

    /// The text that the archivist keeps.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is kept of it here.
    pub fn hash(&self) -> Digest {
        hash(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The hash of what was presented. With 256 random bits in a token, a slow hash would add nothing.
pub(super) fn hash(presented: &str) -> Digest {
    Digest::of(presented.as_bytes())
}

/// Whether two hashes are one, in a time that does not tell where they differ.
pub(super) fn same(a: &Digest, b: &Digest) -> bool {
    a.0.ct_eq(&b.0).into()
}

/// The name by which a token is listed and revoked; it says nothing about the token.
pub(super) fn id() -> Result<String, AccessError> {
    Ok(format!("{:08x}", u32::from_be_bytes(random::<4>()?)))
}

fn random<const N: usize>() -> Result<[u8; N], AccessError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| AccessError::Random { why: error.to_string() })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_hide_themselves() {
        let (one, two) = (Secret::make().unwrap(), Secret::make().unwrap());
        assert_ne!(one.text(), two.text());
        assert_eq!(one.text().len(), PREFIX.len() + 43);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(one.text().starts_with(PREFIX) && one.text().chars().all(plain), "{}", one.text());
        assert!(!format!("{one:?}").contains(&one.text()[4..]));
        assert!(same(&one.hash(), &hash(one.text())));
        assert!(!same(&one.hash(), &two.hash()));
    }
}
