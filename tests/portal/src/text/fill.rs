//! Filling the slots of a pattern from the vocabulary.

use super::words as w;
use crate::rng::Rng;

/// What an article is about: most of its sentences speak of the same place, event and matter.
#[derive(Debug)]
pub struct Theme {
    commune: String,
    speaker: String,
    field: &'static str,
    work: &'static str,
    crop: &'static str,
    event: &'static str,
    agency: &'static str,
    area: &'static str,
    day: String,
    year: String,
}

impl Theme {
    /// A theme by chance, of this year, month and day.
    pub fn new(rng: &mut Rng, (year, month, day): (i32, u8, u8)) -> Self {
        Self {
            commune: commune(rng),
            speaker: speaker(rng),
            field: rng.pick(w::FIELDS),
            work: rng.pick(w::WORKS),
            crop: rng.pick(w::CROPS),
            event: rng.pick(w::EVENTS),
            agency: rng.pick(w::AGENCIES),
            area: rng.pick(w::AREAS),
            day: format!("{day}/{month}"),
            year: year.to_string(),
        }
    }

    /// The theme's own word for a slot, when this sentence keeps to the theme.
    fn word(&self, name: &str, rng: &mut Rng) -> Option<&str> {
        let (word, percent) = match name {
            "xa" => (self.commune.as_str(), 60),
            "ten" => (self.speaker.as_str(), 35),
            "lv" => (self.field, 70),
            "ct" => (self.work, 70),
            "cay" => (self.crop, 75),
            "sk" => (self.event, 90),
            "co" => (self.agency, 45),
            "vung" => (self.area, 65),
            "hom" => (self.day.as_str(), 100),
            "nam" => (self.year.as_str(), 60),
            _ => return None,
        };
        rng.chance(percent).then_some(word)
    }
}

/// Fills every slot of `pattern`. A capital in a slot's name makes the first letter a capital.
pub fn fill(pattern: &str, rng: &mut Rng, theme: Option<&Theme>) -> String {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        let name = &rest[open + 1..open + close];
        let low = name.to_lowercase();
        let value = match theme.and_then(|theme| theme.word(&low, rng)) {
            Some(word) => word.to_owned(),
            None => slot(&low, rng),
        };
        if name.starts_with(char::is_uppercase) || starts_sentence(&out) {
            push_capital(&mut out, &value);
        } else {
            out.push_str(&value);
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

fn starts_sentence(out: &str) -> bool {
    out.is_empty() || out.ends_with(". ")
}

fn push_capital(out: &mut String, value: &str) {
    let mut chars = value.chars();
    if let Some(first) = chars.next() {
        out.extend(first.to_uppercase());
        out.push_str(chars.as_str());
    }
}

/// A person's name.
pub fn person(rng: &mut Rng) -> String {
    format!("{} {} {}", rng.pick(w::SURNAMES), rng.pick(w::MIDDLES), rng.pick(w::GIVEN))
}

/// A commune of nowhere.
pub fn commune(rng: &mut Rng) -> String {
    format!("{} {}", rng.pick(w::PLACE_HEADS), rng.pick(w::PLACE_TAILS))
}

fn speaker(rng: &mut Rng) -> String {
    format!("đồng chí {}, {}", person(rng), rng.pick(w::ROLES))
}

fn slot(name: &str, rng: &mut Rng) -> String {
    let list = match name {
        "co" | "co2" => w::AGENCIES,
        "lv" => w::FIELDS,
        "ct" => w::WORKS,
        "cay" => w::CROPS,
        "sk" => w::EVENTS,
        "vb" => w::DOCS,
        "nguoi" => w::PEOPLE,
        "viec" | "viec2" => w::ACTS,
        "duoi" => w::TAILS,
        "mo" => w::OPENERS,
        "buoi" => w::PARTS,
        "vung" => w::AREAS,
        "chuc" => w::ROLES,
        "noi" => return fill(rng.pick(w::HALLS), rng, None),
        "xa" | "xa2" => return commune(rng),
        "hoten" => return person(rng),
        "ten" => return speaker(rng),
        _ => return number(name, rng),
    };
    rng.pick(list).to_owned()
}

fn number(name: &str, rng: &mut Rng) -> String {
    match name {
        "so" => match rng.between(32, 4_800) {
            n if n >= 1_000 => format!("{}.{:03}", n / 1_000, n % 1_000),
            n => n.to_string(),
        },
        "st" => rng.between(2, 9).to_string(),
        "tr" => format!("{},{}", rng.between(3, 88), rng.between(1, 9)),
        "ty" => rng.between(12, 980).to_string(),
        "pt" => rng.between(11, 97).to_string(),
        "th" => rng.between(1, 12).to_string(),
        "quy" => rng.pick(&["I", "II", "III", "IV"]).to_owned(),
        "nam" => rng.between(2021, 2026).to_string(),
        "gd" => rng.pick(&["2021-2025", "2026-2030", "2025 - 2030", "2026–2031"]).to_owned(),
        "ng" | "hom" => format!("{}/{}", rng.between(1, 28), rng.between(1, 12)),
        "buoiw" => rng.pick(&["buổi sáng", "buổi chiều", "chuyến đi", "đợt công tác"]).to_owned(),
        "shvb" => {
            format!("{}-{}", rng.between(2, 480), rng.pick(&["KH/TU", "NQ/TU", "CT/TU", "QĐ/TU", "KH/UBND", "CTr/TU"]))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::patterns as p;
    use super::*;

    #[test]
    fn every_slot_is_known() {
        let all = [p::TITLES, p::LEADS, p::BODY, p::CLOSERS, p::ITEMS, p::LIST_HEADS, p::TABLE_HEADS, p::SUBHEADS];
        for pattern in all.into_iter().flatten().chain(p::EDITS).chain(w::CAPTIONS) {
            let mut rest = *pattern;
            while let Some(open) = rest.find('{') {
                let close = rest[open..].find('}').unwrap() + open;
                let name = &rest[open + 1..close];
                assert_ne!(slot(&name.to_lowercase(), &mut Rng::new(1)), "", "slot {name} in {pattern}");
                rest = &rest[close + 1..];
            }
        }
    }
}
