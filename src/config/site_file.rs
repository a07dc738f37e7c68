//! A site file's text → a checked [`Site`].

use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use regex::RegexBuilder;
use scraper::Selector;
use toml::de::DeValue;
use url::Url;

use super::list_table;
use super::sheet::{Section, Sheet, did_you_mean};
use super::site::authority;
use super::{ArticleSpec, CookieGate, Fault, Quiet, RobotsPolicy, Site, TlsPolicy, Validity, Wrong};

/// Known CMS families: the name, and the letters and twins that mean it as well.
///
/// Each but the last has its data file in `portal/families/`.
pub const FAMILIES: &[(&str, &[&str])] = &[
    ("vnpt", &["A", "vnportal"]),
    ("tandan", &["B"]),
    ("liferay", &["C"]),
    ("uploadid", &["D"]),
    ("nukeviet", &["E"]),
    ("yyyymm", &["F"]),
    ("sharepoint", &["G"]),
    ("webforms", &["H"]),
    ("ims", &["I"]),
    ("hemera", &["J"]),
    ("drupal", &["K"]),
    ("wordpress", &["L"]),
    ("dnn", &["M"]),
    (GENERIC, &[]),
];

/// What a certificate in PEM form begins with.
const BEGIN_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// A portal of no known family: the same as leaving the key out.
const GENERIC: &str = "generic";

/// Reads the text of `file`. A site comes out only together with no faults of its required parts.
pub(super) fn read(file: &Path, text: &str, families: &[(&str, &[&str])]) -> (Option<Site>, Vec<Fault>) {
    let (site, faults, _) = read_keys(file, text, families);
    (site, faults)
}

/// [`read`], with every key that was asked for.
pub(super) fn read_keys(
    file: &Path,
    text: &str,
    families: &[(&str, &[&str])],
) -> (Option<Site>, Vec<Fault>, std::collections::BTreeSet<String>) {
    let sheet = Sheet::new(file, text);
    let site = sheet.parse().and_then(|table| site(&Section::top(&sheet, &table), families));
    let (faults, asked) = sheet.into_parts();
    (site, faults, asked)
}

fn site(top: &Section<'_, '_>, families: &[(&str, &[&str])]) -> Option<Site> {
    let plain = |key| top.text(key).map(|text| (*text.get_ref()).to_owned());
    top.require("id", "\"a-short-name\"");
    top.require("base", "\"https://host/\"");
    let id = site_id(top);
    let base = top.parsed("base", |text| web_address(text, None));
    let hosts = hosts(top, base.as_ref());
    let mut site = Site {
        id: String::new(),
        name: plain("name"),
        publisher: plain("publisher"),
        province: plain("province"),
        province_now: plain("province_now"),
        valid: validity(top),
        base: Url::parse("http://localhost/").ok()?,
        family: top.parsed("family", |text| family(text, families)).filter(|name| name != GENERIC),
        hosts: Vec::new(),
        asset_hosts: top.each("asset_hosts", check_host),
        delay: top.duration("delay", Duration::ZERO..=Duration::from_hours(24)),
        quiet: top.parsed("quiet", Quiet::parse),
        tls: tls(top),
        robots: robots(top),
        cookie_gate: cookie_gate(top),
        verified: verified(top),
        disabled: disabled(top),
        lists: list_table::lists(top, base.as_ref(), &hosts),
        article: top.section("article").map(|table| article(&table)).unwrap_or_default(),
    };
    top.unknown_keys();
    (site.id, site.base, site.hosts) = (id?, base?, hosts);
    Some(site)
}

/// The id, which is also the file's name: directories of the archive are called after it.
fn site_id(top: &Section<'_, '_>) -> Option<String> {
    let text = top.text("id")?;
    let id = top.check("id", &text.span(), short_name(text.get_ref()))?;
    let stem = top.sheet.file.file_stem().and_then(|stem| stem.to_str());
    if stem.is_some_and(|stem| stem != id) {
        let what = format!("the id \"{id}\" is not the file's name");
        let wrong = Wrong::new(what, format!("call the file {id}.toml, or write id = \"{}\"", stem.unwrap_or("")));
        top.sheet.fault(&text.span(), wrong);
    }
    Some(id)
}

/// A name that is safe in a file name: `[a-z0-9._-]`, at most 64 characters, no dot in front.
pub(super) fn short_name(text: &str) -> Result<String, Wrong> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if text.chars().all(plain) && text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(text.to_owned());
    }
    let mend = "write a to z, 0 to 9, dot, dash and underscore, at most 64, a letter or digit first";
    Err(Wrong::new(format!("\"{}\" cannot name files", text.escape_debug()), mend))
}

/// An address with http or https, a host, and no password; relative ones are joined to `base`.
pub(super) fn web_address(text: &str, base: Option<&Url>) -> Result<Url, Wrong> {
    let mend = "write an address such as \"https://example.gov.vn/tin-tuc\"";
    let wrong = |why: &str| Wrong::new(format!("\"{}\" {why}", text.escape_debug()), mend);
    let parsed = match base {
        Some(base) => base.join(text),
        None => Url::parse(text),
    };
    let url = parsed.map_err(|error| wrong(&format!("is no web address ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("is no http or https address"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a user name or password"));
    }
    if url.fragment().is_some() {
        return Err(wrong("has a # part, which no server ever sees"));
    }
    Ok(url)
}

/// The hosts that are never left; the base's own when the key is absent.
fn hosts(top: &Section<'_, '_>, base: Option<&Url>) -> Vec<String> {
    let mut hosts = top.each("hosts", check_host);
    let own = base.and_then(authority);
    if let (Some(own), true) = (&own, hosts.is_empty()) {
        hosts.push(own.clone());
    }
    if let (Some(own), Some(value)) = (own, top.value("hosts"))
        && !hosts.contains(&own)
    {
        let what = format!("\"hosts\" does not hold the base's own host \"{own}\"");
        top.sheet.fault(&value.span(), Wrong::new(what, format!("add \"{own}\" to it")));
    }
    hosts
}

/// A host, with its port when that is not the default, in the form in which hosts are compared.
pub fn check_host(text: &str) -> Result<String, Wrong> {
    let mend = "write the host alone, such as \"example.gov.vn\" or \"example.gov.vn:8080\"";
    let wrong = || Wrong::new(format!("\"{}\" is no host", text.escape_debug()), mend);
    let url = Url::parse(&format!("http://{text}/")).map_err(|_| wrong())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !bare || text.contains(['/', '@', '*', '?', '#']) {
        return Err(wrong());
    }
    if text.ends_with(":80") || text.ends_with(":443") {
        return Err(Wrong::new(format!("\"{text}\" names a default port"), "leave :80 and :443 out"));
    }
    authority(&url).ok_or_else(wrong)
}

fn family(text: &str, families: &[(&str, &[&str])]) -> Result<String, Wrong> {
    let meant = |(name, twins): &&(&str, &[&str])| *name == text || twins.contains(&text);
    if let Some((name, _)) = families.iter().find(meant) {
        return Ok((*name).to_owned());
    }
    let names: Vec<&str> = families.iter().map(|(name, _)| *name).collect();
    Err(Wrong::new(format!("unknown family \"{}\"", text.escape_debug()), did_you_mean(text, &names)))
}

fn validity(top: &Section<'_, '_>) -> Validity {
    let Some(table) = top.section("valid") else { return Validity::default() };
    let valid = Validity { from: date(&table, "from"), to: date(&table, "to") };
    if let (Some(from), Some(to)) = (valid.from, valid.to)
        && from > to
    {
        table.sheet.fault(&table.span(), Wrong::new("\"valid\" ends before it begins", "exchange from and to"));
    }
    table.unknown_keys();
    valid
}

/// A day, bare or in quotes.
fn date(table: &Section<'_, '_>, key: &'static str) -> Option<Date> {
    let value = table.value(key)?;
    let text = match value.get_ref() {
        DeValue::Datetime(at) => at.to_string(),
        DeValue::String(text) => text.trim().to_owned(),
        _ => {
            table.wants(key, value, "a day", "2025-07-01");
            return None;
        }
    };
    table.check(key, &value.span(), day(&text))
}

fn day(text: &str) -> Result<Date, Wrong> {
    let wrong = || Wrong::new(format!("\"{}\" is no day", text.escape_debug()), "write YYYY-MM-DD, such as 2025-07-01");
    if text.len() != 10 {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

/// Day of the last live probe; `"never"` and absence mean the same.
fn verified(top: &Section<'_, '_>) -> Option<Date> {
    let value = top.value("verified")?;
    if matches!(value.get_ref(), DeValue::String(text) if text.trim() == "never") {
        return None;
    }
    date(top, "verified")
}

/// Text alone, since a site that rests without a reason is a riddle a year later.
fn disabled(top: &Section<'_, '_>) -> Option<String> {
    match top.value("disabled")?.get_ref() {
        DeValue::Boolean(false) => None,
        _ => top.parsed("disabled", reason),
    }
}

fn tls(top: &Section<'_, '_>) -> TlsPolicy {
    let Some(value) = top.value("tls") else { return TlsPolicy::Strict };
    let read = match value.get_ref() {
        DeValue::String(text) if text == "strict" => Some(TlsPolicy::Strict),
        DeValue::String(text) => {
            let wrong = exception(text, "tls", "strict", "tls = { legacy = \"why\" }", &["legacy"]);
            top.check("tls", &value.span(), Err(wrong))
        }
        DeValue::Table(table) => tls_exception(&top.below("tls", table, value.span())),
        _ => {
            top.wants("tls", value, "\"strict\" or a table with a reason", "{ legacy = \"why\" }");
            None
        }
    };
    read.unwrap_or_default()
}

fn tls_exception(table: &Section<'_, '_>) -> Option<TlsPolicy> {
    let legacy = table.parsed("legacy", reason);
    let file = table.text("intermediates");
    let why = table.parsed("why", reason);
    table.unknown_keys();
    let wrong = |what: &str, mend: &str| table.sheet.fault(&table.span(), Wrong::new(what, mend));
    let from = file.map(|text| match text.get_ref() {
        pem if pem.contains(BEGIN_CERTIFICATE) => (String::new(), (*pem).to_owned()),
        name => (table.sheet.file.with_file_name(name).display().to_string(), String::new()),
    });
    match (table.has("legacy"), table.has("intermediates"), table.has("why")) {
        (true, false, false) => return legacy.map(|why| TlsPolicy::Legacy { why }),
        (false, true, true) => {
            return from.zip(why).map(|((file, pem), why)| TlsPolicy::Intermediates { file, pem, why });
        }
        (false, true, false) => wrong("pinned intermediates without a reason", "add why = \"…\" beside intermediates"),
        (false, false, _) => wrong("\"tls\" names no exception", "write tls = { legacy = \"why\" }, or leave it out"),
        (true, _, _) => wrong("\"tls\" mixes two exceptions", "keep legacy = \"why\", or intermediates and why"),
    }
    None
}

fn robots(top: &Section<'_, '_>) -> RobotsPolicy {
    let why = with_reason(top, "robots", "obey", "ignore");
    why.map_or(RobotsPolicy::Obey, |why| RobotsPolicy::Ignore { why })
}

fn cookie_gate(top: &Section<'_, '_>) -> CookieGate {
    let why = with_reason(top, "cookie_gate", "stop", "answer");
    why.map_or(CookieGate::Stop, |why| CookieGate::Answer { why })
}

/// The reason for an exception: `key = "usual"`, or `key = { exception = "why" }`.
fn with_reason(
    top: &Section<'_, '_>,
    key: &'static str,
    usual: &'static str,
    exceptional: &'static str,
) -> Option<String> {
    let value = top.value(key)?;
    match value.get_ref() {
        DeValue::String(text) if text == usual => None,
        DeValue::String(text) => {
            let form = format!("{key} = {{ {exceptional} = \"why\" }}");
            let wrong = exception(text, key, usual, &form, &[exceptional]);
            top.check(key, &value.span(), Err(wrong))
        }
        DeValue::Table(table) => {
            let table = top.below(key, table, value.span());
            table.require(exceptional, "\"why\"");
            let why = table.parsed(exceptional, reason);
            table.unknown_keys();
            why
        }
        _ => {
            let form = format!("{{ {exceptional} = \"why\" }}");
            top.wants(key, value, &format!("\"{usual}\" or a table with a reason"), &form);
            None
        }
    }
}

/// A word where an exception with its reason belongs.
fn exception(text: &str, key: &str, usual: &str, form: &str, known: &[&str]) -> Wrong {
    if known.contains(&text) {
        return Wrong::new(format!("\"{text}\" is given without a reason"), format!("write {form}"));
    }
    let what = format!("unknown value \"{}\"", text.escape_debug());
    Wrong::new(what, format!("write {key} = \"{usual}\" or {form}"))
}

/// A reason that says something.
fn reason(text: &str) -> Result<String, Wrong> {
    if text.chars().filter(|c| c.is_alphabetic()).count() >= 5 && !matches!(text, "because" | "reason") {
        return Ok(text.to_owned());
    }
    let mend = "write a sentence that tells the next administrator why";
    Err(Wrong::new(format!("\"{}\" is no reason", text.escape_debug()), mend))
}

fn article(table: &Section<'_, '_>) -> ArticleSpec {
    let spec = ArticleSpec {
        title: table.parsed("title", selector),
        date: table.parsed("date", selector),
        byline: table.parsed("byline", selector),
        lead: table.parsed("lead", selector),
        body: table.parsed("body", selector),
        drop: table.each("drop", selector),
        url_pattern: table.parsed("url_pattern", pattern),
    };
    table.unknown_keys();
    spec
}

/// A CSS selector that the page's reader understands.
pub(super) fn selector(text: &str) -> Result<String, Wrong> {
    match Selector::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => {
            let what = format!("\"{}\" is no CSS selector ({error})", text.escape_debug());
            Err(Wrong::new(what, "write one such as \"h2.Title a\""))
        }
    }
}

/// A regular expression of bounded size.
fn pattern(text: &str) -> Result<String, Wrong> {
    match RegexBuilder::new(text).size_limit(1 << 20).build() {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let what = format!("\"{}\" is no regular expression ({why})", text.escape_debug());
            Err(Wrong::new(what, r"write one such as '-\d+\.html$', in single quotes"))
        }
    }
}
