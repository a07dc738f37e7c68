//! The whole way from files to values and faults.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::*;

/// A directory with these files, and the configuration read from its `luutru.toml`.
fn load(files: &[(&str, &str)]) -> Result<Config, String> {
    load_with(files, &Overrides::default())
}

fn load_with(files: &[(&str, &str)], overrides: &Overrides) -> Result<Config, String> {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("sites")).unwrap();
    fs::write(dir.path().join("luutru.toml"), "").unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let prefix = format!("{}/", dir.path().display());
    Config::load(Some(&dir.path().join("luutru.toml")), overrides)
        .map_err(|faults| faults.to_string().replace(&prefix, ""))
}

const SITE: &str = "id = \"x\"\nbase = \"https://x.gov.vn/\"\n";

/// The faults of a site file that begins with the two required lines.
fn site_faults(rest: &str) -> String {
    load(&[("sites/x.toml", &format!("{SITE}{rest}"))]).expect_err("a fault")
}

#[test]
fn no_file_is_needed() {
    let config = Config::default();
    assert_eq!(config.delay, Duration::from_secs(5));
    assert_eq!(config.user_agent, format!("luutru/{}", env!("CARGO_PKG_VERSION")));
    assert!(config.sites().is_empty());
}

#[test]
fn values_come_with_units_and_paths_start_at_the_file() {
    let text = "root = \"data\"\ncontact = \"a@b.vn\"\ndelay = \"10s\"\nallow_net = [\"127.0.0.0/8\"]\n\
                [warc]\nrotate_bytes = \"64KiB\"\n[limits]\nbody = \"2MB\"\nidle_timeout = \"5s\"\n[disk]\nlow = \"3GB\"\n";
    let config = load(&[("luutru.toml", text)]).unwrap();
    assert!(config.root.ends_with("data") && config.root.is_absolute());
    assert!(config.sites_dir.ends_with("sites"));
    assert_eq!(config.user_agent, format!("luutru/{} (+a@b.vn)", env!("CARGO_PKG_VERSION")));
    assert_eq!((config.delay, config.warc.rotate_bytes), (Duration::from_secs(10), 65_536));
    assert_eq!((config.limits.body_bytes, config.limits.idle), (2_000_000, Duration::from_secs(5)));
    assert_eq!((config.disk.low_bytes, config.disk.high_bytes), (3_000_000_000, 6_000_000_000));
    assert_eq!(config.allow_net, ["127.0.0.0/8".parse().unwrap()]);
}

#[test]
fn flags_beat_files() {
    let overrides = Overrides {
        delay: Some(Duration::ZERO),
        contact: Some("c@d.vn".to_owned()),
        root: Some("elsewhere".into()),
        allow_net: vec!["::1".parse().unwrap()],
        ..Overrides::default()
    };
    let site = format!("{SITE}delay = \"30s\"\n");
    let files = [("luutru.toml", "delay = \"9s\"\ncontact = \"a@b.vn\"\n"), ("sites/x.toml", site.as_str())];
    let config = load_with(&files, &overrides).unwrap();
    assert_eq!(config.delay_for(&config.sites()[0]), Duration::ZERO);
    assert!(config.user_agent.ends_with("(+c@d.vn)"));
    assert_eq!((config.root.as_path(), config.allow_net.len()), (Path::new("elsewhere"), 1));
    let config = load(&files).unwrap();
    assert_eq!(config.delay_for(config.site("x").unwrap()), Duration::from_secs(30));

    let wrong = Overrides { user_agent: Some("tiếng\nViệt".to_owned()), ..Overrides::default() };
    assert!(load_with(&[], &wrong).unwrap_err().starts_with("--user-agent: "));
}

#[test]
fn all_faults_of_all_files_come_at_once() {
    let files = [
        ("luutru.toml", "dely = \"5s\"\nconcurrency = 0\n[warc]\nlevel = \"3\"\n"),
        ("sites/a.toml", "id = \"a\"\nbase = \"https://a.vn\"\n\n[[list]]\nid = \"l\"\nurl = \"/l\"\nitme = \"li\"\n"),
        ("sites/b.toml", "id = \"B\"\n"),
    ];
    let faults = load(&files).unwrap_err();
    let expected = "\
luutru.toml:1: unknown key \"dely\"; did you mean \"delay\"?
luutru.toml:2: \"concurrency\": 0 is out of bounds; write a whole number from 1 to 256, without quotes
luutru.toml:4: [warc] \"level\": text is no whole number; write a whole number from 1 to 9, without quotes
sites/a.toml:7: unknown key \"itme\" in [[list]]; did you mean \"item\"?
sites/b.toml:1: \"base\" is missing from the top of the file; write base = \"https://host/\" there
sites/b.toml:1: \"id\": \"B\" cannot name files; write a to z, 0 to 9, dot, dash and underscore, at most 64, a letter or \
digit first";
    assert_eq!(faults, expected);
}

#[test]
fn figures_are_for_loopback_unless_there_is_a_reason() {
    let metrics = |text: &str| load(&[("luutru.toml", &format!("[daemon]\n{text}"))]).map(|c| c.lasting.metrics);
    assert_eq!(metrics("metrics = \"[::1]:9464\"\n"), Ok(Some("[::1]:9464".parse().unwrap())));
    assert_eq!(metrics(""), Ok(None));
    let open = "metrics = \"10.0.0.5:9464\"\nmetrics_beyond_loopback = \"behind the firewall\"\n";
    assert_eq!(metrics(open), Ok(Some("10.0.0.5:9464".parse().unwrap())));
    for (text, word) in [
        ("metrics = \"0.0.0.0:9464\"\n", "luutru.toml:2: [daemon] \"metrics\": 0.0.0.0:9464 can be reached"),
        ("metrics = \"10.0.0.5:9464\"\nmetrics_beyond_loopback = \"\"\n", "is empty"),
        ("metrics = \"localhost\"\n", "no address to listen on"),
        ("metric = \"127.0.0.1:1\"\n", "did you mean \"metrics\"?"),
    ] {
        let faults = metrics(text).unwrap_err();
        assert!(faults.contains(word), "{faults}");
    }
}

#[test]
fn a_missing_file_tells_how_to_make_it() {
    let faults = Config::load(Some(Path::new("nowhere/luutru.toml")), &Overrides::default()).unwrap_err();
    assert_eq!(faults.to_string(), "nowhere/luutru.toml: there is no such file; `luutru init DIR` writes one into DIR");
    let faults = load(&[("luutru.toml", "sites = \"gone\"\n")]).unwrap_err();
    assert!(faults.starts_with("gone: the sites directory cannot be read"), "{faults}");
}

#[test]
fn broken_text_is_placed() {
    let faults = load(&[("luutru.toml", "delay = \"5s\"\n\nroot = \n")]).unwrap_err();
    assert!(faults.starts_with("luutru.toml:3: not TOML: "), "{faults}");
    let faults = load(&[("luutru.toml", "delay = \"5s\"\ndelay = \"6s\"\n")]).unwrap_err();
    assert!(faults.starts_with("luutru.toml:2: not TOML: duplicate key"), "{faults}");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("luutru.toml");
    fs::write(&file, b"# ok\nroot = \"\xff\"\n").unwrap();
    let fault = Config::load(Some(&file), &Overrides::default()).unwrap_err().into_vec().remove(0);
    assert_eq!((fault.line, fault.column, fault.what.as_str()), (Some(2), Some(9), "not UTF-8 from here"));
}

#[test]
fn robots_cannot_be_changed_for_all() {
    let faults = load(&[("luutru.toml", "[robots]\nignore = \"we like to\"\n")]).unwrap_err();
    assert!(faults.contains("luutru.toml:1: robots rules cannot be changed for all sites"), "{faults}");
}

#[test]
fn sites_fault_table() {
    for (rest, message) in [
        (
            "tls = \"legacy\"",
            "x.toml:3: \"tls\": \"legacy\" is given without a reason; write tls = { legacy = \"why\" }",
        ),
        ("tls = { intermediates = \"a.pem\" }", "pinned intermediates without a reason"),
        ("tls = { intermediates = \"a.pem\", why = \"chain lacks it\" }", "a.pem\": there is no such file"),
        ("tls = { legacy = \"no\" }", "\"no\" is no reason"),
        ("robots = \"ignore\"", "\"ignore\" is given without a reason; write robots = { ignore = \"why\" }"),
        ("robots = { ignore = \"\" }", "\"ignore\" is empty"),
        ("robots = {}", "\"ignore\" is missing from [robots]"),
        (
            "cookie_gate = \"answer\"",
            "x.toml:3: \"cookie_gate\": \"answer\" is given without a reason; write cookie_gate = { answer = \"why\" }",
        ),
        (
            "cookie_gate = { answer = \"yes\" }",
            "x.toml:3: [cookie_gate] \"answer\": \"yes\" is no reason; write a sentence",
        ),
        ("cookie_gate = {}", "\"answer\" is missing from [cookie_gate]"),
        ("cookie_gate = true", "\"cookie_gate\" wants \"stop\" or a table with a reason"),
        ("cookie_gates = {}", "did you mean \"cookie_gate\"?"),
        ("disabled = true", "\"disabled\" wants text, not true or false"),
        ("family = \"vnptt\"", "unknown family \"vnptt\"; did you mean \"vnpt\"?"),
        ("hosts = [\"y.gov.vn\"]", "x.toml:3: \"hosts\" does not hold the base's own host \"x.gov.vn\""),
        ("hosts = [\"https://x.gov.vn\"]", "is no host"),
        ("asset_hosts = [\"x.gov.vn:443\"]", "names a default port"),
        ("delay = 5", "\"delay\" wants a duration with its unit, not a bare number; write delay = \"5s\""),
        ("delay = \"5\"", "\"delay\": the duration \"5\" has no unit"),
        ("verified = \"yesterday\"", "\"yesterday\" is no day; write YYYY-MM-DD"),
        ("valid = { from = 2025-07-01, to = 2024-01-01 }", "ends before it begins"),
        ("[article]\nbody = \"div[\"", "x.toml:4: [article] \"body\": \"div[\" is no CSS selector"),
        ("[article]\ndrop = [\".a\", \"::\"]", "is no CSS selector"),
        ("[article]\nurl_pattern = \"(\"", "is no regular expression (unclosed group)"),
        ("[list]\nid = \"a\"", "head each with [[list]]"),
        ("[[list]]\nid = \"a\"", "\"url\" is missing from [[list]]"),
        ("[[list]]\nid = \"a\"\nurl = \"https://y.vn/\"", "the list's host \"y.vn\" is not among the site's hosts"),
        ("[[list]]\nid = \"a\"\nurl = \"ftp://x.gov.vn/\"", "is no http or https address"),
        (
            "[[list]]\nid = \"a\"\nurl = \"/a\"\n[[list]]\nid = \"a\"\nurl = \"/b\"",
            "x.toml:7: a second [[list]] has the id \"a\"",
        ),
        ("[[list]]\nid = \"a\"\nurl = \"/a\"\nevery = \"500ms\"", "500ms is out of bounds; write 1s to 366d"),
    ] {
        let faults = site_faults(rest);
        assert!(faults.contains(message), "{rest}\n{faults}");
        assert_eq!(faults.lines().count(), 1, "{rest}\n{faults}");
    }
}

#[test]
fn pages_fault_table() {
    for (pages, message) in [
        ("{ kind = \"feed\", url = \"/rss\" }", "unknown key \"url\" in [list.pages]"),
        ("{ kind = \"exclusion\", action = \"/x\", ids = \"a\", id = \"x\" }", "does not have one group"),
        (
            "{ kind = \"json\", url = \"/x\", link = \"a\", title = \"b\" }",
            "neither url nor body carries the page number",
        ),
        ("{ kind = \"form\", action = \"/x\", json = 1, fields = { a = \"{n}\" } }", "wants true or false"),
        ("{ kind = \"qeury\" }", "unknown kind of pages \"qeury\"; did you mean \"query\"?"),
        ("{ param = \"page\" }", "\"kind\" is missing from [list.pages]"),
        ("{ kind = \"query\" }", "\"param\" is missing from [list.pages]"),
        ("{ kind = \"query\", param = \"a=b\" }", "is more than a parameter's name"),
        ("{ kind = \"query\", param = \"p\", step = 0 }", "0 is out of bounds"),
        ("{ kind = \"path\", template = \"page\" }", "does not hold {n} once"),
        ("{ kind = \"next\", selector = \"a[\" }", "is no CSS selector"),
        ("{ kind = \"next\", selector = \"a\", param = \"x\" }", "unknown key \"param\" in [list.pages]"),
        ("{ kind = \"form\", action = \"/x\", fields = { a = \"b\" } }", "no form field carries the page number"),
        ("\"query\"", "\"pages\" wants a table, not text"),
    ] {
        let faults = site_faults(&format!("[[list]]\nid = \"a\"\nurl = \"/a\"\npages = {pages}\n"));
        assert!(faults.contains(message), "{pages}\n{faults}");
        assert_eq!(faults.lines().count(), 1, "{pages}\n{faults}");
    }
}

#[test]
fn a_full_site_file_is_read() {
    let text = r##"
id = "x"
name = "Cổng X"
base = "https://x.gov.vn/"
family = "A"
hosts = ["x.gov.vn", "X.dcs.vn:8080"]
asset_hosts = ["files.x.gov.vn"]
tls = { legacy = "answers with TLS 1.0 only" }
robots = { ignore = "written agreement of 2026-03-01" }
cookie_gate = { answer = "agreed with the department on 2026-03-01" }
verified = 2026-03-02
valid = { from = "2025-07-01" }

[[list]]
id = "a"
url = "tin-tuc"
every = "30min"
pages = { kind = "form", action = "/load", fields = { z = "{site_id}", page = "{n}", size = 15 } }

[[list]]
id = "b"
url = "http://x.dcs.vn:8080/b"
pages = { kind = "query", param = "p", first = 0 }

[article]
body = "#body"
drop = [".share"]
url_pattern = '-\d+$'
"##;
    let config = load(&[("sites/x.toml", text)]).unwrap();
    let site = &config.sites()[0];
    assert_eq!((site.family.as_deref(), site.hosts[1].as_str()), (Some("vnpt"), "x.dcs.vn:8080"));
    assert_eq!(site.cookie_gate, CookieGate::Answer { why: "agreed with the department on 2026-03-01".to_owned() });
    assert_eq!(site.lists[0].url.as_str(), "https://x.gov.vn/tin-tuc");
    let Some(Pages::Form { fields, .. }) = &site.lists[0].pages else { panic!("{:?}", site.lists[0].pages) };
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(fields, [("z", "{site_id}"), ("page", "{n}"), ("size", "15")]);
    assert_eq!(site.lists[1].pages, Some(Pages::Query { param: "p".to_owned(), count: Count { first: 0, step: 1 } }));
    assert_eq!(site.verified.map(|day| day.to_string()).as_deref(), Some("2026-03-02"));
    assert_eq!(site.article.drop, [".share"]);
}

#[test]
fn asset_hosts_of_the_command_line_are_added() {
    let mut site = load(&[("sites/x.toml", SITE)]).unwrap().sites()[0].clone();
    let own = site.hosts[0].clone();
    site.add_asset_hosts(&["cdn.x.vn".to_owned(), own, "cdn.x.vn".to_owned(), "img.x.vn:8080".to_owned()]);
    assert_eq!(site.asset_hosts, ["cdn.x.vn", "img.x.vn:8080"]);
    let flags = Overrides { asset_hosts: vec!["CDN.x.vn".to_owned(), "http://x".to_owned()], ..Overrides::default() };
    let faults = Config::load(None, &flags).unwrap_err().to_string();
    assert!(faults.contains("--allow-host: \"http://x\" is no host; write the host alone"), "{faults}");
}

#[test]
fn the_digest_follows_the_files() {
    let one = load(&[("sites/x.toml", SITE)]).unwrap();
    let same = load(&[("sites/x.toml", SITE)]).unwrap();
    let other = load(&[("sites/x.toml", &format!("{SITE}\n"))]).unwrap();
    assert_eq!(one.digest(), same.digest());
    assert_ne!(one.digest(), other.digest());
}

#[test]
fn check_counts_what_is_good() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("sites")).unwrap();
    fs::write(dir.path().join("luutru.toml"), "delay = 5\n").unwrap();
    fs::write(dir.path().join("sites/x.toml"), format!("{SITE}[[list]]\nid = \"a\"\nurl = \"/a\"\n")).unwrap();
    fs::write(dir.path().join("sites/y.toml"), SITE).unwrap();
    let outcome = check(Some(&dir.path().join("luutru.toml")));
    assert_eq!((outcome.faults.len(), outcome.sites, outcome.lists), (2, 1, 1));
}

#[test]
fn a_key_below_the_wrong_head_is_sent_up() {
    let faults = load(&[("luutru.toml", "[limits]\ncontact = \"a@b.vn\"\n")]).unwrap_err();
    assert!(
        faults.ends_with("unknown key \"contact\" in [limits]; move it above the first [table] of the file"),
        "{faults}"
    );
}

#[test]
fn one_mistake_is_one_fault() {
    for text in [
        "id = \"x\"\nbase = \"nghean\"\n[[list]]\nid = \"a\"\nurl = \"/a\"\n".to_owned(),
        format!(
            "{SITE}[[list]]\nid = \"a\"\nurl = \"/a\"\n[list.pages]\nkind = \"form\"\naction = \"/\"\nfields = {{ p = [1] }}\n"
        ),
    ] {
        let faults = load(&[("sites/x.toml", &text)]).unwrap_err();
        assert_eq!(faults.lines().count(), 1, "{faults}");
    }
}

proptest::proptest! {
    /// Whatever the bytes, there are values or faults; and a fault lies inside the file.
    #[test]
    fn any_text_is_read_or_refused(text in r#"([a-z_\[\]{}"'=.,# \n0-9ữ-]|id|base|list|pages|kind|url|article|warc|delay|= "|"\n){0,60}"#) {
        let file = Path::new("x.toml");
        let (_, faults, _) = settings::read(file, &text);
        let (_, more) = site_file::read(file, &text, FAMILIES);
        for fault in faults.iter().chain(&more) {
            proptest::prop_assert!(fault.line.is_some_and(|line| line <= text.split('\n').count()), "{}", fault);
            proptest::prop_assert!(!fault.to_string().contains('\n'), "{}", fault);
        }
    }

    #[test]
    fn any_unit_is_read_or_refused(text in "[0-9. _a-zA-Zữ-]{0,24}") {
        let _ = (units::parse_duration(&text), units::parse_size(&text), text.parse::<Cidr>());
    }
}

#[test]
fn pinned_certificates_are_read_with_the_configuration() {
    let site =
        "id = \"x\"\nbase = \"https://x.gov.vn/\"\ntls = { intermediates = \"a.pem\", why = \"the chain lacks it\" }\n";
    let block = |kind: &str| format!("-----BEGIN {kind}-----\nAAAA\n-----END {kind}-----\n");
    for (pem, message) in [
        ("nonsense".to_owned(), "holds no certificate"),
        (block("CERTIFICATE"), "hold a certificate that cannot be read"),
        (block("PRIVATE KEY"), "hold a private key"),
    ] {
        let faults = load(&[("sites/x.toml", site), ("sites/a.pem", &pem)]).unwrap_err();
        assert!(faults.contains(message), "{faults}");
    }
    let inline = site.replace("\"a.pem\"", &format!("\"\"\"\n{}\"\"\"", block("CERTIFICATE")));
    let faults = load(&[("sites/x.toml", &inline)]).unwrap_err();
    assert!(faults.contains("x.toml") && faults.contains("cannot be read"), "{faults}");
}
