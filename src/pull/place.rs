//! Where a listed file comes to lie: a path below the folder, made of checked parts only. Pure.

use std::path::Path;

use super::error::PullError;
use super::listing::Listed;
use crate::archive::warc::{WarcName, file_safe};

/// The longest name that every file system takes, with room for what is put behind it meanwhile.
const LONGEST: usize = 230;

/// Where a file goes, relative to the folder, with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file itself.
    pub path: String,
    /// Its index, if it is of a luutru.
    pub index: Option<String>,
}

/// The place of a file. What a luutru made lies where its archive has it; the rest lies flat by collection.
pub fn place(file: &Listed) -> Result<Place, PullError> {
    let name = file.filename.as_str();
    if !is_name(name) {
        return Err(PullError::Name { name: name.chars().take(200).collect() });
    }
    let collection = file.collection.as_deref().unwrap_or_default();
    // The parts of the name have been looked at one by one; a site that is no plain name is none of a luutru's.
    let of_site = is_name(collection).then(|| WarcName::parse(Path::new(&format!("warc/{collection}/0000/{name}"))));
    if let Some(own) = of_site.flatten().filter(|own| own.file_name() == name && own.begun().is_some()) {
        return Ok(Place { path: own.relative(), index: Some(format!("index/{}.cdxj", own.stem())) });
    }
    let mut folder = file_safe(collection);
    folder.truncate(LONGEST);
    if collection.trim_matches('.').is_empty() || !is_name(&folder) {
        "unnamed".clone_into(&mut folder);
    }
    Ok(Place { path: format!("warc/{folder}/{name}"), index: None })
}

/// Whether it is a name and nothing more: no path, nothing hidden, nothing that a shell or another system reads otherwise.
pub fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let ours = [".part", ".etag", ".tmp", ".open"];
    (1..=LONGEST).contains(&text.len())
        && text.chars().all(plain)
        && !text.starts_with(['.', '-'])
        && !ours.iter().any(|ending| text.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(filename: &str, collection: Option<&str>) -> Listed {
        Listed {
            filename: filename.to_owned(),
            size: None,
            checksums: std::collections::BTreeMap::new(),
            locations: Vec::new(),
            collection: collection.map(str::to_owned),
        }
    }

    #[test]
    fn files_lie_where_an_archive_has_them() {
        let own = "x.gov.vn-20261123101112-00001-h.warc.gz";
        let found = place(&listed(own, Some("x.gov.vn"))).unwrap();
        assert_eq!(found.path, format!("warc/x.gov.vn/2026/{own}"));
        assert_eq!(found.index.as_deref(), Some("index/x.gov.vn-20261123101112-00001-h.cdxj"));
        for (name, collection, wanted) in [
            (own, Some("other"), "warc/other/x.gov.vn-20261123101112-00001-h.warc.gz"),
            ("ARCHIVEIT-1-2.warc.gz", Some("4521"), "warc/4521/ARCHIVEIT-1-2.warc.gz"),
            ("a.warc.gz", None, "warc/unnamed/a.warc.gz"),
            ("a.warc.gz", Some(".."), "warc/unnamed/a.warc.gz"),
            ("a.warc.gz", Some(""), "warc/unnamed/a.warc.gz"),
        ] {
            assert_eq!(place(&listed(name, collection)).unwrap().path, wanted, "{name}");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "/a",
            "a\\b",
            "..\\a",
            "a\0b",
            ".hidden",
            "-rf",
            "a b",
            "ữ.gz",
            "a\n",
            "%2e%2e",
            "a.warc.gz.part",
            "a.part.etag",
            "C:a",
        ] {
            assert!(place(&listed(name, Some("x"))).is_err(), "{name:?}");
        }
        assert!(place(&listed(&"a".repeat(300), Some("x"))).is_err());
        for collection in ["../../etc", "/etc", "a/../../b", "..", ".ssh", "a\0b"] {
            let path = place(&listed("a.warc.gz", Some(collection))).unwrap().path;
            let parts: Vec<&str> = path.split('/').collect();
            assert_eq!(parts.len(), 3, "{path}");
            assert!(parts.iter().all(|part| is_name(part)), "{path}");
        }
    }
}
