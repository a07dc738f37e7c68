//! Checksums as servers list them: which of them are known, and do the bytes have them?

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read};

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

/// The checksums of a file that we can compute; in lower case, by the plain name of the method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<&'static str, String>);

impl Sums {
    /// Those of a list that are known. A value that cannot be one of its method is kept, and will not be met.
    pub fn listed(listed: &BTreeMap<String, Option<String>>) -> Self {
        let known = listed.iter().filter_map(|(method, value)| {
            let plain: String = method.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
            let method = ["md5", "sha1", "sha256", "sha512"].into_iter().find(|known| *known == plain)?;
            let value = value.as_deref()?.trim().to_ascii_lowercase();
            let value = value.split_once(':').map_or(value.as_str(), |(_, value)| value).to_owned();
            (!value.is_empty()).then_some((method, value))
        });
        Self(known.collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As text, to compare with what was listed in another run.
    pub fn words(&self) -> BTreeMap<String, String> {
        self.0.iter().map(|(method, value)| ((*method).to_owned(), value.clone())).collect()
    }

    /// Reads to the end; the method whose value the bytes do not have, if there is one.
    pub fn differ(&self, mut from: impl Read) -> io::Result<Option<&'static str>> {
        let has = |method| self.0.contains_key(method);
        let mut md5 = has("md5").then(Md5::new);
        let mut sha1 = has("sha1").then(Sha1::new);
        let mut sha256 = has("sha256").then(Sha256::new);
        let mut sha512 = has("sha512").then(Sha512::new);
        let mut buffer = vec![0; 256 << 10];
        loop {
            let count = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let bytes = &buffer[..count];
            if let Some(sum) = &mut md5 {
                sum.update(bytes);
            }
            if let Some(sum) = &mut sha1 {
                sum.update(bytes);
            }
            if let Some(sum) = &mut sha256 {
                sum.update(bytes);
            }
            if let Some(sum) = &mut sha512 {
                sum.update(bytes);
            }
        }
        let found = [
            ("md5", md5.map(|sum| hex(&sum.finalize()))),
            ("sha1", sha1.map(|sum| hex(&sum.finalize()))),
            ("sha256", sha256.map(|sum| hex(&sum.finalize()))),
            ("sha512", sha512.map(|sum| hex(&sum.finalize()))),
        ];
        Ok(found.into_iter().find(|(method, value)| value.as_ref() != self.0.get(method)).map(|(method, _)| method))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(pairs: &[(&str, &str)]) -> Sums {
        Sums::listed(&pairs.iter().map(|(method, value)| ((*method).to_owned(), Some((*value).to_owned()))).collect())
    }

    #[test]
    fn all_that_are_known_have_to_be_met() {
        let md5 = ("MD5", "900150983CD24FB0D6963F7D28E17F72");
        let sha1 = ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d");
        let sha256 = ("SHA-256", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sums(&[md5, sha1, sha256]).differ(&b"abc"[..]).unwrap(), None);
        assert_eq!(sums(&[md5, sha1, sha256]).differ(&b"abd"[..]).unwrap(), Some("md5"));
        assert_eq!(sums(&[md5, ("sha1", "00")]).differ(&b"abc"[..]).unwrap(), Some("sha1"));
        assert!(sums(&[("crc32", "352441c2"), ("md5", "")]).is_empty());
        assert_eq!(sums(&[("crc32", "352441c2")]).differ(&b"abc"[..]).unwrap(), None);
    }
}
