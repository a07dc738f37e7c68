//! The site files of the checkout: they pass the check, and docs/portals.md lists them as they are.

use std::fs;
use std::path::Path;

use luutru::config::{Config, Overrides, Site, check};
use luutru::portal::ListReader;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A configuration that names the directory of the checkout.
fn configured() -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("luutru.toml");
    fs::write(&file, format!("sites = \"{}\"\n", root().join("config/sites").display())).unwrap();
    (dir, file)
}

fn sites() -> Vec<Site> {
    let (_dir, file) = configured();
    Config::load(Some(&file), &Overrides::default()).unwrap().sites().to_vec()
}

#[test]
fn every_site_file_passes_the_check() {
    let (_dir, file) = configured();
    let outcome = check(Some(&file));
    assert_eq!(outcome.faults, []);
    assert!(outcome.sites >= 100, "{} sites", outcome.sites);
    for site in sites() {
        assert!(site.verified.is_none(), "{}: nobody has looked at the live portal from here", site.id);
        assert!(site.name.is_some() && site.publisher.is_some(), "{}: who publishes it?", site.id);
        assert!(site.disabled.is_some() || !site.lists.is_empty(), "{}: nothing to crawl; say why", site.id);
        for list in &site.lists {
            ListReader::new(list, &site).unwrap_or_else(|error| panic!("{}/{}: {error}", site.id, list.id));
        }
    }
}

#[test]
fn no_two_sites_share_a_host() {
    let mut hosts: Vec<(String, String)> =
        sites().into_iter().flat_map(|site| site.hosts.into_iter().map(move |host| (host, site.id.clone()))).collect();
    hosts.sort();
    for pair in hosts.windows(2) {
        assert_ne!(pair[0].0, pair[1].0, "{} and {} both own {}", pair[0].1, pair[1].1, pair[0].0);
    }
}

#[test]
fn a_merged_province_ends_and_says_where_it_went() {
    for site in sites() {
        if let Some(now) = &site.province_now {
            assert_ne!(Some(now), site.province.as_ref(), "{}", site.id);
            assert!(site.valid.to.is_some(), "{}: until when was it {:?}?", site.id, site.province);
        }
    }
}

/// One row of the table.
fn row(site: &Site) -> String {
    let text = fs::read_to_string(root().join(format!("config/sites/{}.toml", site.id))).unwrap();
    let then = site.province.as_deref().unwrap_or("the whole country");
    let now = site.province_now.as_deref().unwrap_or(then);
    let family = site.family.as_deref().unwrap_or("generic");
    let state = match &site.disabled {
        Some(why) => format!("disabled: {why}"),
        None if text.contains("\n# Inferred") => "needs a live probe: an address is inferred".to_owned(),
        None => "complete".to_owned(),
    };
    let (id, name, lists) = (&site.id, site.name.as_deref().unwrap_or_default(), site.lists.len());
    format!("| [{id}](../config/sites/{id}.toml) | {name} | {then} | {now} | {family} | {lists} | {state} |")
}

#[test]
fn the_page_of_portals_lists_them_as_they_are() {
    let rows: Vec<String> = sites().iter().map(row).collect();
    let page = fs::read_to_string(root().join("docs/portals.md")).unwrap();
    let shown: Vec<&str> = page.lines().filter(|line| line.starts_with("| [")).collect();
    assert_eq!(shown, rows, "docs/portals.md is behind; its rows should be:\n{}\n", rows.join("\n"));
    let count = format!("{} portals", rows.len());
    assert!(page.contains(&count), "docs/portals.md should say \"{count}\"");
}
