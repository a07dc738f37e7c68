//! The files that an administrator begins with fit the rooms that will read them.

use luutru::config::{Config, FAMILIES, Overrides, init};
use luutru::portal::ListReader;

#[test]
fn every_example_list_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path()).unwrap();
    let config = Config::load(Some(&dir.path().join("luutru.toml")), &Overrides::default()).unwrap();
    assert!(!config.sites().is_empty());
    for site in config.sites() {
        assert!(site.verified.is_none(), "{}: nobody has looked at the live portal from here", site.id);
        for list in &site.lists {
            ListReader::new(list, site).unwrap_or_else(|error| panic!("{}/{}: {error}", site.id, list.id));
        }
    }
}

#[test]
fn every_family_that_passes_the_check_can_be_read() {
    for (name, twins) in FAMILIES {
        for name in std::iter::once(name).chain(*twins) {
            let dir = tempfile::tempdir().unwrap();
            let list = "[[list]]\nid = \"a\"\nurl = \"/a\"\n";
            let text = format!("id = \"x\"\nbase = \"https://x.gov.vn/\"\nfamily = \"{name}\"\n{list}");
            std::fs::create_dir(dir.path().join("sites")).unwrap();
            std::fs::write(dir.path().join("sites/x.toml"), text).unwrap();
            std::fs::write(dir.path().join("luutru.toml"), "").unwrap();
            let config = Config::load(Some(&dir.path().join("luutru.toml")), &Overrides::default()).unwrap();
            let site = &config.sites()[0];
            ListReader::new(&site.lists[0], site).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
