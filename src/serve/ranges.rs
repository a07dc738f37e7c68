//! A `Range` field → the bytes that it asks for (RFC 9110 14.1, 14.2). Pure.

use std::ops::Range;

/// More than this many ranges is no download, and is answered with the whole.
const MOST_RANGES: usize = 16;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Everything: no range, or one that need not be understood.
    All,
    /// These bytes, in the order in which they were asked for.
    Parts(Vec<Range<u64>>),
    /// Bytes that are not there (416).
    Beyond,
}

/// Reads the field for a representation of `length` bytes. What is no range of bytes, or asks for the same bytes over and
/// over, is passed over, as the RFC allows.
pub fn parse(field: &str, length: u64) -> Asked {
    let Some((unit, set)) = field.split_once('=') else { return Asked::All };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::All;
    }
    let (mut parts, mut specs) = (Vec::new(), 0);
    for spec in set.split(',').map(str::trim).filter(|spec| !spec.is_empty()) {
        specs += 1;
        match one(spec, length) {
            None => return Asked::All,
            Some(part) if part.is_empty() => {}
            Some(part) => parts.push(part),
        }
        if specs > MOST_RANGES {
            return Asked::All;
        }
    }
    if specs == 0 {
        return Asked::All;
    }
    let total: u64 = parts.iter().map(|part| part.end - part.start).sum();
    match parts.len() {
        0 => Asked::Beyond,
        // Overlapping parts could make a small file large.
        2.. if total > length => Asked::All,
        _ => Asked::Parts(parts),
    }
}

/// One range; empty when it lies behind the end, `None` when it is none.
fn one(spec: &str, length: u64) -> Option<Range<u64>> {
    let (first, last) = spec.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        let count = number(last)?;
        return Some(length.saturating_sub(count)..length);
    }
    let first = number(first)?;
    let end = if last.is_empty() { length } else { number(last)?.saturating_add(1) };
    if !last.is_empty() && end <= first {
        return None;
    }
    Some(if first >= length { 0..0 } else { first..end.min(length) })
}

/// Digits alone; what is too large for a number is as good as the largest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let parts = |list: &[(u64, u64)]| Asked::Parts(list.iter().map(|&(from, to)| from..to).collect());
        for (field, wanted) in [
            ("bytes=0-499", parts(&[(0, 500)])),
            ("bytes=500-", parts(&[(500, 1000)])),
            ("bytes=-500", parts(&[(500, 1000)])),
            ("bytes=-5000", parts(&[(0, 1000)])),
            ("bytes=0-5000", parts(&[(0, 1000)])),
            ("Bytes=0-0,-1", parts(&[(0, 1), (999, 1000)])),
            ("bytes= 0-0 , 5-6", parts(&[(0, 1), (5, 7)])),
            ("bytes=0-0,2000-", parts(&[(0, 1)])),
            ("bytes=999-99999999999999999999999", parts(&[(999, 1000)])),
            ("bytes=1000-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=2000-3000", Asked::Beyond),
            ("bytes=5-4", Asked::All),
            ("bytes=a-b", Asked::All),
            ("bytes=", Asked::All),
            ("bytes", Asked::All),
            ("lines=0-1", Asked::All),
            ("bytes=0-999,0-999", Asked::All),
            (
                "bytes=0-1,2-3,4-5,6-7,8-9,10-11,12-13,14-15,16-17,18-19,20-21,22-23,24-25,26-27,28-29,30-31,32-33",
                Asked::All,
            ),
        ] {
            assert_eq!(parse(field, 1000), wanted, "{field}");
        }
        assert_eq!(parse("bytes=0-0", 0), Asked::Beyond);
    }

    proptest::proptest! {
        #[test]
        fn every_part_lies_inside(field in "bytes=[0-9,\\- ]{0,40}", length in 0u64..5000) {
            if let Asked::Parts(parts) = parse(&field, length) {
                proptest::prop_assert!(parts.iter().all(|part| part.start < part.end && part.end <= length));
            }
        }
    }
}
