//! Vietnamese and English: which one is wanted, and numbers, days and sizes in each. Pure.

/// Language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// The language of that tag.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// What a browser prefers (RFC 9110 12.5.4), of what there is.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for item in header.split(',').take(20) {
            let (tag, rest) = item.split_once(';').unwrap_or((item, ""));
            let weight = rest.trim().strip_prefix("q=").map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if let Some(lang) = Self::parse(tag.trim())
                && weight > best.map_or(0.0, |(_, known)| known)
            {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The words of this language.
    pub const fn of(self, vi: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }

    /// A whole number with its thousands parted.
    pub fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(if self == Self::Vi { '.' } else { ',' });
            }
            out.push(digit);
        }
        out
    }

    /// The day of an RFC 3339 time, as people write it.
    pub fn day(self, at: &str) -> String {
        let parts: Vec<u16> =
            at.get(..10).unwrap_or_default().split('-').filter_map(|part| part.parse().ok()).collect();
        let [year, month, day] = parts.as_slice() else { return at.to_owned() };
        match self {
            Self::Vi => format!("{day:02}/{month:02}/{year}"),
            Self::En => {
                let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
                let name = months.get(usize::from(*month).wrapping_sub(1)).copied().unwrap_or("?");
                format!("{day} {name} {year}")
            }
        }
    }

    /// Day and minute of an RFC 3339 time, as it is written there.
    pub fn time(self, at: &str) -> String {
        let zone = if at.ends_with('Z') { " UTC" } else { "" };
        match at.get(11..16) {
            Some(minute) if minute != "00:00" || zone == " UTC" => format!("{}, {minute}{zone}", self.day(at)),
            _ => self.day(at),
        }
    }

    /// Bytes with a unit, powers of ten.
    pub fn bytes(self, count: u64) -> String {
        let (unit, size) = match count {
            0..1_000 => return format!("{count} B"),
            1_000..1_000_000 => ("kB", 1_000),
            1_000_000..1_000_000_000 => ("MB", 1_000_000),
            _ => ("GB", 1_000_000_000),
        };
        let tenths = count.saturating_mul(10) / size;
        let point = if self == Self::Vi { ',' } else { '.' };
        format!("{}{point}{} {unit}", self.number(tenths / 10), tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_asked() {
        assert_eq!(Lang::accepted("en-GB,en;q=0.9,vi;q=0.8"), Some(Lang::En));
        assert_eq!(Lang::accepted("fr, vi-VN;q=0.5, en;q=0.4"), Some(Lang::Vi));
        assert_eq!(Lang::accepted("de, en;q=0"), None);
    }

    #[test]
    fn numbers_and_days_are_as_people_write_them() {
        assert_eq!(
            [Lang::Vi.number(1_234_567), Lang::En.number(1_234), Lang::En.number(12)],
            ["1.234.567", "1,234", "12"]
        );
        assert_eq!([Lang::Vi.day("2025-07-01"), Lang::En.day("2025-07-01T05:00:00Z")], ["01/07/2025", "1 Jul 2025"]);
        assert_eq!(Lang::Vi.time("2025-07-01T09:30:00+07:00"), "01/07/2025, 09:30");
        assert_eq!([Lang::Vi.bytes(1_550), Lang::En.bytes(2_000_000)], ["1,5 kB", "2.0 MB"]);
        assert_eq!(Lang::En.day("?"), "?");
    }
}
