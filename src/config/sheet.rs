//! A TOML file read key by key: what was asked for is known, whatever else stands there is a fault.
//!
//! Serde stops at the first fault and knows no lines; this walker collects all of them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::units::{parse_duration, parse_size};
use super::{Fault, Wrong};

/// A value and where it stands.
pub(super) type Placed<T> = Spanned<T>;

/// One file's text, and the faults found in it.
pub(super) struct Sheet<'s> {
    pub(super) file: &'s Path,
    text: &'s str,
    faults: RefCell<Vec<Fault>>,
    /// Every key that the reader asked for, as `table.key`.
    asked: RefCell<BTreeSet<String>>,
}

impl<'s> Sheet<'s> {
    pub(super) fn new(file: &'s Path, text: &'s str) -> Self {
        Self { file, text, faults: RefCell::default(), asked: RefCell::default() }
    }

    /// The parsed table; `None` after faults of syntax, since what follows them cannot be trusted.
    pub(super) fn parse(&self) -> Option<Placed<DeTable<'s>>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let message = error.message().trim().replace('\n', ", ");
            let mend = match message.as_str() {
                text if text.contains("duplicate key") => "keep one of the two",
                text if text.contains("unclosed") => "close what was opened",
                _ => "write `key = value`, with text in quotes",
            };
            self.fault(&error.span().unwrap_or(0..0), Wrong::new(format!("not TOML: {message}"), mend));
        }
        errors.is_empty().then_some(table)
    }

    pub(super) fn fault(&self, span: &Range<usize>, wrong: Wrong) {
        self.faults.borrow_mut().push(Fault::at(self.file, self.text, span, wrong));
    }

    /// The faults, and the keys that were asked for.
    pub(super) fn into_parts(self) -> (Vec<Fault>, BTreeSet<String>) {
        (self.faults.into_inner(), self.asked.into_inner())
    }
}

/// A table of the sheet, with the keys asked for so far.
pub(super) struct Section<'a, 's> {
    pub(super) sheet: &'a Sheet<'s>,
    /// As messages name it: `[warc]`, `[[list]]`; empty for the top level.
    name: String,
    /// As the list of asked keys names it: `warc.`, `list.`; empty for the top level.
    path: String,
    table: &'a DeTable<'s>,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a, 's> Section<'a, 's> {
    pub(super) fn top(sheet: &'a Sheet<'s>, table: &'a Placed<DeTable<'s>>) -> Self {
        Self::named(sheet, String::new(), String::new(), table.get_ref(), 0..0)
    }

    fn named(sheet: &'a Sheet<'s>, name: String, path: String, table: &'a DeTable<'s>, span: Range<usize>) -> Self {
        Self { sheet, name, path, table, span, known: RefCell::default() }
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of `key`; the key is known from here on.
    pub(super) fn value(&self, key: &'static str) -> Option<&'a Placed<DeValue<'s>>> {
        self.known.borrow_mut().push(key);
        self.sheet.asked.borrow_mut().insert(format!("{}{key}", self.path));
        self.table.get(key)
    }

    /// Whether `key` is there, good or bad.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.table.get(key).is_some()
    }

    /// A value of the wrong type.
    pub(super) fn wants(&self, key: &str, value: &Placed<DeValue<'_>>, want: &str, example: &str) {
        let what = format!("{}\"{key}\" wants {want}, not {}", self.prefix(), kind(value.get_ref()));
        self.sheet.fault(&value.span(), Wrong::new(what, format!("write {key} = {example}")));
    }

    /// Text that is not empty.
    pub(super) fn text(&self, key: &'static str) -> Option<Placed<&'a str>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(Spanned::new(value.span(), text.trim())),
            DeValue::String(_) => {
                let what = format!("{}\"{key}\" is empty", self.prefix());
                self.sheet.fault(&value.span(), Wrong::new(what, "write a value, or leave the line out"));
                None
            }
            _ => {
                self.wants(key, value, "text", "\"…\"");
                None
            }
        }
    }

    /// Text that `parse` understands.
    pub(super) fn parsed<T>(&self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        let text = self.text(key)?;
        self.check(key, &text.span(), parse(text.get_ref()))
    }

    /// The good half of `result`; the bad half becomes a fault of `key`.
    pub(super) fn check<T>(&self, key: &str, span: &Range<usize>, result: Result<T, Wrong>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(wrong) => {
                let what = format!("{}\"{key}\": {}", self.prefix(), wrong.what);
                self.sheet.fault(span, Wrong::new(what, wrong.mend));
                None
            }
        }
    }

    /// A duration in its bounds.
    pub(super) fn duration(&self, key: &'static str, bounds: RangeInclusive<Duration>) -> Option<Duration> {
        let value = self.value(key)?;
        let DeValue::String(text) = value.get_ref() else {
            self.wants(key, value, "a duration with its unit", "\"5s\"");
            return None;
        };
        let read = parse_duration(text).and_then(|duration| {
            let (low, high) =
                (super::units::show_duration(*bounds.start()), super::units::show_duration(*bounds.end()));
            let wrong = || Wrong::new(format!("{text} is out of bounds"), format!("write {low} to {high}"));
            bounds.contains(&duration).then_some(duration).ok_or_else(wrong)
        });
        self.check(key, &value.span(), read)
    }

    /// A number of bytes, at least `least`.
    pub(super) fn size(&self, key: &'static str, least: u64) -> Option<u64> {
        let value = self.value(key)?;
        let DeValue::String(text) = value.get_ref() else {
            self.wants(key, value, "a size with its unit", "\"1GB\"");
            return None;
        };
        let read = parse_size(text).and_then(|size| {
            let wrong = || Wrong::new(format!("{text} is too small"), format!("write {least}B or more"));
            (size >= least).then_some(size).ok_or_else(wrong)
        });
        self.check(key, &value.span(), read)
    }

    /// A whole number in its bounds.
    pub(super) fn number(&self, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let value = self.value(key)?;
        let mend = format!("write a whole number from {} to {}, without quotes", bounds.start(), bounds.end());
        let number = match value.get_ref() {
            DeValue::Integer(integer) => u32::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .filter(|number| bounds.contains(number))
                .ok_or_else(|| Wrong::new(format!("{integer} is out of bounds"), mend)),
            other => Err(Wrong::new(format!("{} is no whole number", kind(other)), mend)),
        };
        self.check(key, &value.span(), number)
    }

    /// True or false.
    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.wants(key, value, "true or false", "true");
        None
    }

    /// An array of texts; empty when the key is absent.
    pub(super) fn texts(&self, key: &'static str) -> Vec<Placed<&'a str>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            let example = format!("[\"{}\"]", value.get_ref().as_str().unwrap_or("…").escape_debug());
            self.wants(key, value, "a list of texts", &example);
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in array {
            match item.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => out.push(Spanned::new(item.span(), text.trim())),
                _ => self.wants(key, item, "texts that are not empty", "[\"…\", \"…\"]"),
            }
        }
        out
    }

    /// An array of texts that `parse` understands.
    pub(super) fn each<T>(&self, key: &'static str, parse: impl Fn(&str) -> Result<T, Wrong>) -> Vec<T> {
        let texts = self.texts(key);
        texts.iter().filter_map(|text| self.check(key, &text.span(), parse(text.get_ref()))).collect()
    }

    /// A table below this one, `[key]` or inline.
    pub(super) fn section(&self, key: &'static str) -> Option<Section<'a, 's>> {
        let value = self.value(key)?;
        if let DeValue::Table(table) = value.get_ref() {
            return Some(self.below(key, table, value.span()));
        }
        let what = format!("{}\"{key}\" wants a table, not {}", self.prefix(), kind(value.get_ref()));
        let mend = format!("head it with [{}{key}], single brackets, or write {key} = {{ … }}", self.path);
        self.sheet.fault(&value.span(), Wrong::new(what, mend));
        None
    }

    /// The section that `table`, the value of `key`, makes.
    pub(super) fn below(&self, key: &str, table: &'a DeTable<'s>, span: Range<usize>) -> Section<'a, 's> {
        let name = format!("[{}{key}]", self.path);
        Self::named(self.sheet, name, format!("{}{key}.", self.path), table, span)
    }

    /// The tables of `[[key]]`, in the order of the file.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Section<'a, 's>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let mut out = Vec::new();
        let items = value.get_ref().as_array().map(|array| array.iter().collect::<Vec<_>>());
        for item in items.unwrap_or_else(|| vec![value]) {
            match item.get_ref() {
                DeValue::Table(table) if value.get_ref().is_array() => {
                    let (name, path) = (format!("[[{key}]]"), format!("{key}."));
                    out.push(Self::named(self.sheet, name, path, table, item.span()));
                }
                _ => {
                    let what = format!("\"{key}\" wants tables of their own, not {}", kind(item.get_ref()));
                    let mend = format!("head each with [[{key}]], double brackets included");
                    self.sheet.fault(&item.span(), Wrong::new(what, mend));
                }
            }
        }
        out
    }

    /// A fault when `key` is not there at all.
    pub(super) fn require(&self, key: &'static str, example: &str) {
        if !self.has(key) {
            let place = if self.name.is_empty() { "the top of the file".to_owned() } else { self.name.clone() };
            let mend = format!("write {key} = {example} there");
            self.sheet.fault(&self.span, Wrong::new(format!("\"{key}\" is missing from {place}"), mend));
        }
    }

    /// Names and values of a table that holds any key, in the order of the file.
    pub(super) fn entries(&self) -> Vec<(&'a str, &'a Placed<DeValue<'s>>)> {
        let mut out: Vec<_> = self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), value)).collect();
        out.sort_by_key(|(_, value)| value.span().start);
        out
    }

    /// A key that must not be there; it stays out of the list of known ones.
    pub(super) fn forbidden(&self, key: &'static str) -> Option<&'a Placed<DeValue<'s>>> {
        let value = self.table.get(key)?;
        self.known.borrow_mut().push(key);
        Some(value)
    }

    /// Every key that nobody asked for becomes a fault.
    pub(super) fn unknown_keys(&self) {
        let known = self.known.borrow();
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let place = if self.name.is_empty() { String::new() } else { format!(" in {}", self.name) };
            let what = format!("unknown key \"{}\"{place}", name.escape_debug());
            let higher = !self.path.is_empty() && self.sheet.asked.borrow().contains(name);
            let mend = if higher {
                "move it above the first [table] of the file".to_owned()
            } else {
                did_you_mean(name, &known)
            };
            self.sheet.fault(&key.span(), Wrong::new(what, mend));
        }
    }

    fn prefix(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!("{} ", self.name) }
    }
}

/// The nearest known word, or all of them.
pub(super) fn did_you_mean(word: &str, known: &[&str]) -> String {
    let lower = word.to_lowercase();
    let nearest = known.iter().map(|name| (strsim::damerau_levenshtein(&lower, name), name)).min();
    if let Some((distance, name)) = nearest
        && distance <= word.chars().count().div_ceil(3).min(3)
    {
        return format!("did you mean \"{name}\"?");
    }
    let mut sorted = known.to_vec();
    sorted.sort_unstable();
    let mut out = "known here are ".to_owned();
    for (index, name) in sorted.iter().enumerate() {
        let _ = write!(out, "{}{name}", if index > 0 { ", " } else { "" });
    }
    out
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(text) if text.trim().is_empty() => "an empty text",
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a bare number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
