//! Durations and sizes as people write them: a number and its unit, never a bare number.

use std::time::Duration;

use super::Wrong;

const DURATIONS: [(&str, u64); 11] = [
    ("ms", 1),
    ("s", 1_000),
    ("sec", 1_000),
    ("m", 60_000),
    ("min", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("day", 86_400_000),
    ("days", 86_400_000),
    ("w", 604_800_000),
    ("week", 604_800_000),
];

const SIZES: [(&str, u64); 9] = [
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

/// A duration such as `500ms`, `5s`, `1.5h`, `10min` or `1d`; whole milliseconds, at most 100 years.
pub fn parse_duration(text: &str) -> Result<Duration, Wrong> {
    let mend = "write a number with a unit (ms, s, min, h, d, w), such as \"5s\", \"10min\" or \"1d\"";
    let millis = parse(text, "duration", &DURATIONS, mend)?;
    if millis > 100 * 366 * 86_400_000 {
        return Err(Wrong::new(format!("the duration \"{text}\" is over a hundred years"), mend));
    }
    Ok(Duration::from_millis(millis))
}

/// A number of bytes such as `512B`, `64KiB` (65 536) or `1GB` (1 000 000 000); letter case does not matter.
pub fn parse_size(text: &str) -> Result<u64, Wrong> {
    let mend = "write a number with a unit (B, KB, MB, GB, TB; KiB, MiB, GiB, TiB), such as \"64KiB\" or \"1GB\"";
    parse(text, "size", &SIZES, mend)
}

/// A duration as it can be written into a file again.
pub fn show_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    for (unit, worth) in [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)] {
        if millis >= worth && millis.is_multiple_of(worth) {
            return format!("{}{unit}", millis / worth);
        }
    }
    if millis == 0 { "0s".to_owned() } else { format!("{millis}ms") }
}

/// `<number><unit>` in the smallest unit; a fraction is exact, or an error.
fn parse(text: &str, kind: &str, units: &[(&str, u64)], mend: &str) -> Result<u64, Wrong> {
    let wrong = |what: String| Wrong::new(what, mend);
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(trimmed.len());
    let (number, unit) = (trimmed[..split].replace('_', ""), trimmed[split..].trim().to_ascii_lowercase());
    if number.is_empty() {
        return Err(wrong(format!("the {kind} \"{text}\" has no number")));
    }
    if unit.is_empty() {
        return Err(wrong(format!("the {kind} \"{text}\" has no unit")));
    }
    let worth = units.iter().find(|(name, _)| *name == unit).map(|(_, worth)| *worth);
    let worth = worth.ok_or_else(|| wrong(format!("the {kind} \"{text}\" has an unknown unit \"{unit}\"")))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, "0"));
    let scale = u32::try_from(fraction.len()).ok().and_then(|digits| 10u128.checked_pow(digits));
    let value = match (whole.parse::<u64>(), fraction.parse::<u64>(), scale) {
        (Ok(whole), Ok(fraction), Some(scale)) => {
            let (whole, fraction, worth) = (u128::from(whole), u128::from(fraction), u128::from(worth));
            Some(whole * worth + fraction * worth / scale)
        }
        _ => None,
    };
    let value = value.ok_or_else(|| wrong(format!("the {kind} \"{text}\" is no number we can read")))?;
    u64::try_from(value).map_err(|_| wrong(format!("the {kind} \"{text}\" is too large")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_with_units() {
        for (text, millis) in [
            ("5s", 5_000),
            ("0s", 0),
            ("0.2s", 200),
            ("10min", 600_000),
            ("10 m", 600_000),
            ("1.5h", 5_400_000),
            ("1d", 86_400_000),
            ("250ms", 250),
            ("2w", 1_209_600_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn sizes_with_units() {
        for (text, bytes) in
            [("1GB", 1_000_000_000), ("64KiB", 65_536), ("1gib", 1 << 30), ("512 B", 512), ("1.5kB", 1_500)]
        {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn refusals_say_what_and_give_an_example() {
        for (text, what) in [
            ("5", "has no unit"),
            ("s", "has no number"),
            ("", "has no number"),
            ("5 fortnights", "unknown unit \"fortnights\""),
            ("1.2.3s", "is no number"),
            (".s", "is no number"),
            ("-5s", "has no number"),
            ("99999999999999999999s", "is no number"),
            ("9999999999999999999w", "is too large"),
            ("5000000000s", "over a hundred years"),
        ] {
            let message = parse_duration(text).unwrap_err().to_string();
            assert!(message.contains(what), "{text}: {message}");
            assert!(message.contains("\"5s\""), "{text}: {message}");
        }
        assert!(parse_size("1G").unwrap_err().to_string().contains("unknown unit \"g\""));
        assert!(parse_size("20000000TB").unwrap_err().to_string().contains("too large"));
    }

    #[test]
    fn shown_durations_read_back() {
        for text in ["5s", "90min", "1d", "250ms", "0s"] {
            assert_eq!(show_duration(parse_duration(text).unwrap()), text);
        }
    }
}
