//! Finding and reading the files: the one place of this room that touches the disk.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::scaffold::FILES;
use super::site_file::{self, FAMILIES};
use super::{Config, Fault, Faults, Overrides, Site, TlsPolicy, Wrong, settings};
use crate::model::Digest;

/// Bytes of one configuration file that are read; more is no configuration.
const FILE_BYTES: u64 = 1 << 20;

/// Where a configuration is looked for when none is named.
const USUAL: [&str; 2] = ["luutru.toml", "/etc/luutru/luutru.toml"];

/// Where sites are looked for when there is no configuration file at all.
const SITES_WITHOUT_FILE: [&str; 2] = ["config/sites", "sites"];

impl Config {
    /// Reads `path`, or the usual places, or takes the defaults; then the site files; then puts `overrides` on top.
    ///
    /// The error holds every fault of every file.
    pub fn load(path: Option<&Path>, overrides: &Overrides) -> Result<Self, Faults> {
        let (config, faults) = gather(path, overrides);
        Faults::none_or(faults).map(|()| config)
    }
}

/// What `luutru check` reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct CheckOutcome {
    /// The configuration file; none when the defaults are in force.
    pub file: Option<PathBuf>,
    /// Every fault, sorted by file and line.
    pub faults: Vec<Fault>,
    /// Site files without a fault.
    pub sites: usize,
    /// Lists in them.
    pub lists: usize,
}

/// Reads everything that a run would read, and says what is wrong with it.
pub fn check(path: Option<&Path>) -> CheckOutcome {
    let (config, mut faults) = gather(path, &Overrides::default());
    faults.sort();
    let lists = config.sites.iter().map(|site| site.lists.len()).sum();
    CheckOutcome { file: config.file, faults, sites: config.sites.len(), lists }
}

/// Why `init` wrote nothing, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Files are in the way; nothing was written.
    #[error("{0}")]
    Exists(Faults),
    /// The disk refused.
    #[error("cannot write {}: {source}; make the directory writable, or name another one", path.display())]
    Write {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Writes the files of [`super::scaffold`] below `dir`, which is made when it is missing; returns their paths.
///
/// All or nothing as far as existing files go: if one is in the way, none is written.
pub fn init(dir: &Path) -> Result<Vec<PathBuf>, InitError> {
    let paths: Vec<PathBuf> = FILES.iter().map(|file| dir.join(file.name)).collect();
    let in_the_way = paths.iter().filter(|path| path.symlink_metadata().is_ok()).map(|path| {
        let mend = "keep it and edit it, move it away, or name another directory: `luutru init DIR`";
        Fault::whole(path, Wrong::new("the file is there already", mend))
    });
    Faults::none_or(in_the_way.collect()).map_err(InitError::Exists)?;
    for (path, file) in paths.iter().zip(FILES) {
        let parent = path.parent().unwrap_or(dir);
        fs::create_dir_all(parent).map_err(|source| InitError::Write { path: parent.to_owned(), source })?;
        let written = fs::File::create_new(path).and_then(|mut open| open.write_all(file.text.as_bytes()));
        written.map_err(|source| InitError::Write { path: path.clone(), source })?;
    }
    Ok(paths)
}

/// The configuration as far as it can be read, and all faults.
fn gather(path: Option<&Path>, overrides: &Overrides) -> (Config, Vec<Fault>) {
    let mut config = Config::default();
    let mut faults = Vec::new();
    let mut files = Vec::new();
    let mut sites_named = false;
    config.file = path.map(Path::to_owned).or_else(|| first_existing(&USUAL));
    if let Some(file) = config.file.clone() {
        match read_text(&file) {
            Err(fault) => faults.push(*fault),
            Ok(text) => {
                let (read, found, _) = settings::read(&file, &text);
                faults.extend(found);
                sites_named = read.sites.is_some();
                read.apply(&mut config, file.parent().unwrap_or(Path::new("")));
                files.push(("luutru.toml".to_owned(), text));
            }
        }
    } else if let Some(sites) = first_existing(&SITES_WITHOUT_FILE) {
        config.sites_dir = sites;
    }
    overrides.apply(&mut config, &mut faults);
    config.name_agent();
    // A file that cannot be read says nothing of where the sites are.
    if config.file.is_none() || !files.is_empty() {
        config.sites = sites(&config.sites_dir, sites_named, &mut files, &mut faults);
    }
    config.digest = digest(&files);
    (config, faults)
}

fn first_existing(places: &[&str]) -> Option<PathBuf> {
    places.iter().map(PathBuf::from).find(|place| place.exists())
}

/// Every good site of the directory, sorted by id.
fn sites(dir: &Path, named: bool, files: &mut Vec<(String, String)>, faults: &mut Vec<Fault>) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    for (name, file) in site_files(dir, named, faults) {
        let text = match read_text(&file) {
            Ok(text) => text,
            Err(fault) => {
                faults.push(*fault);
                continue;
            }
        };
        let (mut site, mut found) = site_file::read(&file, &text, FAMILIES);
        files.push((format!("sites/{name}"), text));
        if let Some(TlsPolicy::Intermediates { file: from, pem, .. }) = site.as_mut().map(|site| &mut site.tls) {
            let own = from.is_empty();
            match if own { check_pem(&file, std::mem::take(pem)) } else { read_pem(Path::new(&from)) } {
                Ok(text) => {
                    if !own {
                        // What is trusted is part of the configuration, and of its digest.
                        files.push((format!("sites/{name} intermediates"), text.clone()));
                    }
                    *pem = text;
                }
                Err(wrong) => found.push(Fault::whole(&file, wrong)),
            }
        }
        if found.is_empty() {
            sites.extend(site);
        }
        faults.extend(found);
    }
    sites.sort_by(|a, b| a.id.cmp(&b.id));
    sites
}

/// Names and paths of the `*.toml` files, sorted; hidden files are not ours.
fn site_files(dir: &Path, named: bool, faults: &mut Vec<Fault>) -> Vec<(String, PathBuf)> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound && !named => return Vec::new(),
        Err(error) => {
            let what = format!("the sites directory cannot be read ({error})");
            let mend = "make it, or correct `sites` in luutru.toml; `luutru init DIR` writes both";
            faults.push(Fault::whole(dir, Wrong::new(what, mend)));
            return Vec::new();
        }
    };
    let mut files = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => {
                let path = entry.path();
                if let Ok(name) = entry.file_name().into_string()
                    && path.extension().is_some_and(|extension| extension == "toml")
                    && !name.starts_with('.')
                {
                    files.push((name, path));
                }
            }
            Err(error) => {
                let wrong = Wrong::new(format!("reading the directory failed ({error})"), "look at the disk");
                faults.push(Fault::whole(dir, wrong));
            }
        }
    }
    files.sort();
    files
}

/// The text of a configuration file.
fn read_text(file: &Path) -> Result<String, Box<Fault>> {
    let wrong = |what: String, mend: &str| Box::new(Fault::whole(file, Wrong::new(what, mend)));
    let mut bytes = Vec::new();
    let read = fs::File::open(file).and_then(|open| open.take(FILE_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) if bytes.len() as u64 > FILE_BYTES => {
            Err(wrong("over 1 MiB, which is no configuration".to_owned(), "name the right file"))
        }
        Ok(_) => String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
            let mend = "save the file as UTF-8 again";
            Box::new(Fault::at(file, &text, &(good..good), Wrong::new("not UTF-8 from here", mend)))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(wrong("there is no such file".to_owned(), "`luutru init DIR` writes one into DIR"))
        }
        Err(error) => Err(wrong(format!("cannot be read ({error})"), "make it a file that this user may read")),
    }
}

/// The certificates in `file`, as PEM.
fn read_pem(file: &Path) -> Result<String, Wrong> {
    let text = read_text(file).map_err(|fault| {
        let mend = "put the intermediate's PEM file there; a relative name starts at the site file's directory";
        Wrong::new(format!("intermediates \"{}\": {}", file.display(), fault.what), mend)
    })?;
    check_pem(file, text)
}

/// The text, if it holds certificates that can be read and nothing that should be secret.
fn check_pem(file: &Path, text: String) -> Result<String, Wrong> {
    let wrong = |what: &str, mend: &str| Err(Wrong::new(format!("intermediates \"{}\" {what}", file.display()), mend));
    if text.contains("PRIVATE KEY-----") {
        return wrong(
            "hold a private key",
            "leave the certificates alone there, and take the key away from this machine",
        );
    }
    let mut found = 0;
    for der in CertificateDer::pem_slice_iter(text.as_bytes()) {
        let readable = der.is_ok_and(|der| webpki::EndEntityCert::try_from(&der).is_ok());
        if !readable {
            return wrong("hold a certificate that cannot be read", "get it again: openssl s_client -showcerts");
        }
        found += 1;
    }
    if found == 0 {
        return wrong("holds no certificate", "convert it to PEM: openssl x509 -inform der -in FILE");
    }
    Ok(text)
}

/// One digest over names and texts of all files in force; lengths keep them apart.
fn digest(files: &[(String, String)]) -> Digest {
    let lengths: Vec<String> = files.iter().map(|(name, text)| format!("{name} {}\n", text.len())).collect();
    let parts: Vec<&[u8]> =
        files.iter().zip(&lengths).flat_map(|((_, text), length)| [length.as_bytes(), text.as_bytes()]).collect();
    Digest::of_parts(&parts)
}
