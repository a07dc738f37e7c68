//! The address of any page of a list, by the addresses of a few: what its pager says without being told.

use serde::{Deserialize, Serialize};
use url::Url;

/// An address in which one number stands for the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    head: String,
    tail: String,
    first: u64,
    step: u64,
}

impl Numbered {
    /// What the addresses of some numbered pages have in common: one number that grows with the page's. `None` when
    /// there are fewer than two of them, or when one of them does not fit.
    pub(super) fn of(pages: &[(u32, Url)]) -> Option<Self> {
        // Page 1 often answers at the list's bare address, so it is no witness.
        let mut pages: Vec<(u32, Vec<&str>)> =
            pages.iter().filter(|(number, _)| *number > 1).map(|(number, url)| (*number, runs(url.as_str()))).collect();
        pages.sort();
        pages.dedup();
        let (low, one) = pages.first()?;
        let (high, other) = pages.iter().find(|(number, _)| number > low)?;
        if one.len() != other.len() {
            return None;
        }
        let mut differing = (0..one.len()).filter(|&at| one[at] != other[at]);
        let at = differing.next()?;
        if differing.next().is_some() {
            return None;
        }
        let (from, to) = (value(one[at])?, value(other[at])?);
        let pages_apart = u64::from(high - low);
        let apart = to.checked_sub(from)?;
        let step = apart / pages_apart;
        let first = from.checked_sub(step * u64::from(low - 1))?;
        let found = Self { head: one[..at].concat(), tail: one[at + 1..].concat(), first, step };
        let fits = |number: u32, runs: &[&str]| found.text(number) == runs.concat();
        (step > 0 && apart % pages_apart == 0 && pages.iter().all(|(number, runs)| fits(*number, runs)))
            .then_some(found)
    }

    /// The address of page `number`, which is 1 for the first.
    pub(super) fn page(&self, number: u32) -> Option<Url> {
        Url::parse(&self.text(number)).ok()
    }

    fn text(&self, number: u32) -> String {
        let value = self.first + self.step * u64::from(number.saturating_sub(1));
        format!("{}{value}{}", self.head, self.tail)
    }
}

/// A number that is written as it counts: `07` would have to be written in its own way.
fn value(digits: &str) -> Option<u64> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    plain.then(|| digits.parse().ok().filter(|value| *value < 1 << 32)).flatten()
}

/// Cuts an address into runs of digits and runs of anything else. An address is ASCII, so every cut is on a character.
fn runs(address: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let bytes = address.as_bytes();
    for at in 1..=bytes.len() {
        if at == bytes.len() || bytes[at].is_ascii_digit() != bytes[at - 1].is_ascii_digit() {
            out.push(address.get(start..at).unwrap_or_default());
            start = at;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pages: &[(u32, &str)], number: u32) -> Option<String> {
        let list = Url::parse("http://a.vn/tin").unwrap();
        let pages: Vec<_> = pages.iter().map(|(number, path)| (*number, list.join(path).unwrap())).collect();
        let url = Numbered::of(&pages)?.page(number)?;
        Some(url.as_str().trim_start_matches("http://a.vn").to_owned())
    }

    #[test]
    fn any_page_by_two() {
        for (pages, number, wanted) in [
            (vec![(1, "/tin"), (2, "?page=2"), (3, "?page=3"), (37, "?page=37")], 180, "/tin?page=180"),
            (vec![(2, "?page=1"), (3, "?page=2")], 100, "/tin?page=99"),
            (vec![(2, "?start=20"), (3, "?start=40")], 5, "/tin?start=80"),
            (vec![(2, "/tin/page-2"), (9, "/tin/page-9"), (10, "/tin/page-10")], 301, "/tin/page-301"),
            (vec![(2, "/tin-c217-2.html"), (3, "/tin-c217-3.html")], 12, "/tin-c217-12.html"),
            (
                vec![(2, "?p_p_id=101&_101_delta=20&_101_cur=2"), (3, "?p_p_id=101&_101_delta=20&_101_cur=3")],
                44,
                "/tin?p_p_id=101&_101_delta=20&_101_cur=44",
            ),
        ] {
            assert_eq!(of(&pages, number).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn what_does_not_count_with_the_page() {
        for pages in [
            vec![(2, "?page=2")],
            vec![(2, "?page=2"), (3, "?page=2")],
            vec![(2, "?page=2"), (3, "?page=3"), (4, "?page=7")],
            vec![(2, "?page=2&t=17"), (3, "?page=3&t=18")],
            vec![(2, "/tin/hai"), (3, "/tin/ba")],
            vec![(2, "?p=02"), (3, "?p=03")],
            vec![(2, "?p=9"), (3, "?p=8")],
        ] {
            assert_eq!(of(&pages, 5), None, "{pages:?}");
        }
    }
}
