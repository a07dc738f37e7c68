//! Names of elements and attributes as the tree holds them.

use html5ever::LocalName;

/// Names up to this length are made without looking anything up.
const SHORT_BYTES: usize = 7;

/// Longer names remembered; a page has a dozen.
const SLOTS: usize = 64;

/// Longer names met lately. Making one anew takes a lock that all threads share.
#[derive(Debug)]
pub(super) struct Names {
    slots: Vec<Option<LocalName>>,
    lower: String,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { slots: vec![None; SLOTS], lower: String::with_capacity(16) }
    }

    /// `name` in lower case, without NULs.
    pub(super) fn get(&mut self, name: &str) -> LocalName {
        self.lower.clear();
        self.lower.push_str(name);
        self.lower.make_ascii_lowercase();
        self.lower.retain(|c| c != '\0');
        if self.lower.len() <= SHORT_BYTES {
            return LocalName::from(self.lower.as_str());
        }
        let hash = self.lower.bytes().fold(0usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let slot = &mut self.slots[hash % SLOTS];
        match slot {
            Some(known) if **known == *self.lower => known.clone(),
            _ => slot.insert(LocalName::from(self.lower.as_str())).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_the_same_whatever_was_asked_before() {
        let mut names = Names::new();
        for round in 0..3 {
            for n in 0..200 {
                let name = format!("data-LONG-{n}");
                assert_eq!(&*names.get(&name), format!("data-long-{n}"), "{round}");
            }
        }
        assert_eq!(&*names.get("BR"), "br");
        assert_eq!(&*names.get("SC\0RIPT"), "script");
    }
}
