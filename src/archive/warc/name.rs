//! Names of WARC files (ISO 28500 Annex C), and where they lie under the archive root.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Which of a site's two series a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SeriesKind {
    /// Exchanges over the wire.
    Captures,
    /// Cleaned texts.
    Text,
}

/// Ending of a sealed file.
pub const SEALED: &str = ".warc.gz";
/// What a file's name carries after [`SEALED`] while it is being written.
pub const OPEN: &str = ".open";

/// The parts of a WARC file's name: `<site>[-text]-<YYYYMMDDhhmmss>-<serial>-<host>.warc.gz`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WarcName {
    /// Site, as [`file_safe`] makes it.
    pub site: String,
    /// Series.
    pub kind: SeriesKind,
    /// When the file was begun, UTC, 14 digits.
    pub stamp: String,
    /// Counts up within a series.
    pub serial: u32,
    /// The crawling machine, as [`file_safe`] makes it.
    pub host: String,
}

impl WarcName {
    /// The name of a file that is begun at `now`.
    pub fn new(site: &str, kind: SeriesKind, now: Timestamp, serial: u32, host: &str) -> Self {
        let stamp = now.strftime("%Y%m%d%H%M%S").to_string();
        Self { site: file_safe(site), kind, stamp, serial, host: file_safe(host) }
    }

    /// The name without its ending.
    pub fn stem(&self) -> String {
        let kind = match self.kind {
            SeriesKind::Captures => "",
            SeriesKind::Text => "-text",
        };
        format!("{}{kind}-{}-{:05}-{}", self.site, self.stamp, self.serial, self.host)
    }

    /// The name of the sealed file.
    pub fn file_name(&self) -> String {
        self.stem() + SEALED
    }

    /// Path of the sealed file, relative to the root, with `/`.
    pub fn relative(&self) -> String {
        format!("warc/{}/{}/{}", self.site, &self.stamp[..4], self.file_name())
    }

    /// Path of the sealed file.
    pub fn sealed_path(&self, root: &Path) -> PathBuf {
        root.join(self.relative())
    }

    /// Path of the file while it is being written.
    pub fn open_path(&self, root: &Path) -> PathBuf {
        root.join(self.relative() + OPEN)
    }

    /// Path of the file's index.
    pub fn index_path(&self, root: &Path) -> PathBuf {
        root.join("index").join(self.stem() + ".cdxj")
    }

    /// When the file was begun.
    pub fn begun(&self) -> Option<Timestamp> {
        let at = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", &self.stamp).ok()?;
        Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }

    /// Reads a path `…/<site>/<YYYY>/<name>`, sealed or open; the directory says where the site's id ends.
    pub fn parse(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let stem = name.strip_suffix(OPEN).unwrap_or(name).strip_suffix(SEALED)?;
        let site = path.parent()?.parent()?.file_name()?.to_str()?;
        let rest = stem.strip_prefix(site)?.strip_prefix('-')?;
        let (kind, rest) = match rest.strip_prefix("text-") {
            Some(rest) => (SeriesKind::Text, rest),
            None => (SeriesKind::Captures, rest),
        };
        let (stamp, rest) = rest.split_once('-')?;
        let (serial, host) = rest.split_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if stamp.len() != 14 || !digits(stamp) || serial.len() < 5 || !digits(serial) || host.is_empty() {
            return None;
        }
        Some(Self {
            site: site.to_owned(),
            kind,
            stamp: stamp.to_owned(),
            serial: serial.parse().ok()?,
            host: host.to_owned(),
        })
    }
}

/// `text` within `[a-z0-9._-]`: capitals become small, anything else `_`. A name that would hide or climb gets a `_`.
///
/// The set is that of WACZ resource names; a `~` or a capital makes a bundle invalid.
pub fn file_safe(text: &str) -> String {
    let mut out: String = text
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-') { c } else { '_' })
        .collect();
    if out.is_empty() || out.starts_with('.') {
        out.insert(0, '_');
    }
    out
}

/// Where the file of that relative (sealed) name lies now: sealed, or still open.
pub fn locate(root: &Path, relative: &str) -> PathBuf {
    let sealed = root.join(relative);
    if sealed.exists() {
        return sealed;
    }
    let open = root.join(format!("{relative}{OPEN}"));
    if open.exists() { open } else { sealed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let now: Timestamp = "2026-11-23T10:11:12Z".parse().unwrap();
        let name = WarcName::new("127.0.0.1:8080", SeriesKind::Text, now, 7, "Máy.chủ");
        assert_eq!(
            name.relative(),
            "warc/127.0.0.1_8080/2026/127.0.0.1_8080-text-20261123101112-00007-m_y.ch_.warc.gz"
        );
        assert_eq!(WarcName::parse(&name.open_path(Path::new("/r"))), Some(name.clone()));
        assert_eq!(WarcName::parse(&name.sealed_path(Path::new("/r"))), Some(name.clone()));
        assert_eq!(name.begun(), Some(now));
    }

    #[test]
    fn a_site_that_ends_in_text_is_not_a_text_series() {
        let path = Path::new("warc/x-text/2026/x-text-20261123101112-00001-h.warc.gz");
        assert_eq!(WarcName::parse(path).unwrap().kind, SeriesKind::Captures);
        let path = Path::new("warc/x/2026/x-text-20261123101112-00001-h.warc.gz");
        assert_eq!(WarcName::parse(path).unwrap().kind, SeriesKind::Text);
    }

    #[test]
    fn strange_names_are_refused() {
        assert_eq!(WarcName::parse(Path::new("warc/x/2026/x-2026-00001-h.warc.gz")), None);
        assert_eq!(WarcName::parse(Path::new("warc/x/2026/y-20261123101112-00001-h.warc.gz")), None);
        assert_eq!(file_safe("../Etc"), "_.._etc");
    }
}
