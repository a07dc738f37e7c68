//! What `luutru init` writes: the commented example and the example sites, as they stand in the checkout.

/// One file of a new installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaffoldFile {
    /// Path below the directory that is initialised.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The files, in the order in which they are written.
pub const FILES: [ScaffoldFile; 4] = [
    ScaffoldFile { name: "luutru.toml", text: include_str!("../../config/luutru.example.toml") },
    ScaffoldFile { name: "sites/dongnai-sxd.toml", text: include_str!("../../config/sites/dongnai-sxd.toml") },
    ScaffoldFile { name: "sites/hanoi-sotttt.toml", text: include_str!("../../config/sites/hanoi-sotttt.toml") },
    ScaffoldFile { name: "sites/nghean.toml", text: include_str!("../../config/sites/nghean.toml") },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::config::pages_table::KINDS as PAGE_KINDS;
    use crate::config::{Config, FAMILIES, Overrides, check, init, settings, site_file};

    /// The example with every `#key = …` line put in force.
    fn uncommented(text: &str) -> String {
        let live = |line: &str| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => rest.to_owned(),
            _ => line.to_owned(),
        };
        text.lines().map(live).collect::<Vec<_>>().join("\n")
    }

    fn keys(table: &toml::Table, path: &str, out: &mut BTreeSet<String>) {
        for (key, value) in table {
            out.insert(format!("{path}{key}"));
            if let toml::Value::Table(below) = value {
                keys(below, &format!("{path}{key}."), out);
            }
        }
    }

    #[test]
    fn the_example_holds_every_key_and_no_other() {
        let text = uncommented(FILES[0].text);
        let (_, faults, known) = settings::read(Path::new("luutru.toml"), &text);
        assert_eq!(faults, [], "a key of the example is not known, or its value is wrong");
        let mut shown = BTreeSet::new();
        keys(&text.parse().unwrap(), "", &mut shown);
        assert_eq!(shown, known, "left: in the example; right: known");
    }

    #[test]
    fn the_example_shows_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("luutru.toml");
        let shown = uncommented(FILES[0].text).replace("sites = \"sites\"", "");
        std::fs::write(&file, shown).unwrap();
        let example = Config::load(Some(&file), &Overrides::default()).unwrap();
        let usual = Config::default();
        assert_eq!((example.delay, example.crawl_delay_cap), (usual.delay, usual.crawl_delay_cap));
        assert_eq!((example.concurrency, example.limits), (usual.concurrency, usual.limits));
        assert_eq!((example.warc, example.ceiling, example.disk), (usual.warc, usual.ceiling, usual.disk));
        assert_eq!((example.backoff, example.whole), (usual.backoff, usual.whole));
    }

    #[test]
    fn what_init_writes_passes_check() {
        let dir = tempfile::tempdir().unwrap();
        let written = init(dir.path()).unwrap();
        assert_eq!(written.len(), FILES.len());
        let outcome = check(Some(&dir.path().join("luutru.toml")));
        assert_eq!(outcome.faults, []);
        assert_eq!((outcome.sites, outcome.lists), (3, 8));
    }

    #[test]
    fn init_never_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("luutru.toml"), "# mine\n").unwrap();
        let message = init(dir.path()).unwrap_err().to_string();
        assert!(message.contains("luutru.toml: the file is there already; "), "{message}");
        assert_eq!(std::fs::read_to_string(dir.path().join("luutru.toml")).unwrap(), "# mine\n");
        assert!(!dir.path().join("sites").exists(), "nothing is written when one file is in the way");
    }

    /// The checkout holds many more; a new installation starts with three.
    #[test]
    fn the_example_sites_are_those_of_the_checkout() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        assert_eq!(FILES.len(), 4);
        for file in &FILES[1..] {
            assert_eq!(std::fs::read_to_string(dir.join(file.name)).unwrap(), file.text);
        }
    }

    /// A page on site files that leaves a key out is how keys get lost.
    #[test]
    fn every_site_key_stands_on_its_page() {
        let page = include_str!("../../docs/site-files.md");
        let mut known = BTreeSet::new();
        for pages in PAGE_KINDS {
            let text = format!(
                "id = \"x\"\nbase = \"https://x.vn/\"\nvalid = {{}}\nrobots = {{}}\ncookie_gate = {{}}\ntls = {{}}\n[article]\n[[list]]\n\
                 id = \"l\"\nurl = \"/\"\npages = {{ kind = \"{pages}\" }}\n"
            );
            known.extend(site_file::read_keys(Path::new("x.toml"), &text, FAMILIES).2);
        }
        assert!(known.len() > 40, "{known:?}");
        for name in PAGE_KINDS.into_iter().chain(FAMILIES.iter().map(|(name, _)| *name)) {
            assert!(page.contains(&format!("`{name}`")), "docs/site-files.md does not explain {name}");
        }
        for key in known {
            let last = key.rsplit('.').next().unwrap();
            let shown = page.contains(&format!("`{last}`")) || page.contains(&format!("[{last}]"));
            assert!(shown, "docs/site-files.md does not explain {key}");
        }
    }
}
