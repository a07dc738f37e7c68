//! The log of tokens: one line for each that was made, one for each that was revoked. Lines are only appended.
//!
//! `access/tokens.jsonl` below the root, outside of everything that is served. It cannot be made again from the WARC files.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};

use super::AccessError;
use super::scope::Access;
use super::secret::{self, Secret};
use crate::model::Digest;

/// A line of the log.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line {
    Create {
        at: Timestamp,
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// All, if none is named.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        sites: BTreeSet<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Timestamp>,
        hash: String,
    },
    Revoke {
        at: Timestamp,
        id: String,
    },
}

/// What a new token shall be.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// Whose it is.
    pub name: Option<String>,
    /// What it opens; every site, if empty.
    pub sites: BTreeSet<String>,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
}

/// A token as it is known here.
#[derive(Debug, Clone)]
pub struct Token {
    /// By which it is listed and revoked.
    pub id: String,
    /// Whose it is.
    pub name: Option<String>,
    /// What it opens; every site, if empty.
    pub sites: BTreeSet<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    hash: Digest,
}

impl Token {
    /// Whether it opens anything at that time.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now < end)
    }

    /// What it opens.
    pub fn access(&self) -> Access {
        if self.sites.is_empty() { Access::all() } else { Access::sites(&self.sites) }
    }
}

/// All tokens of a root, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    /// Reads the log; a root without one has no tokens.
    pub fn read(root: &Path) -> Result<Self, AccessError> {
        let path = path_of(root);
        match fs::read(&path) {
            Ok(bytes) => Self::parse(&path, &bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(AccessError::Io { action: "read", path, source }),
        }
    }

    /// A last line without its end was never acknowledged, and counts for nothing.
    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, AccessError> {
        let mut out = Self::default();
        let whole = whole_lines(bytes);
        for (number, line) in bytes[..whole].split_inclusive(|&byte| byte == b'\n').enumerate() {
            let wrong = || AccessError::Line { path: path.to_owned(), line: number + 1 };
            match serde_json::from_slice(line).map_err(|_| wrong())? {
                Line::Create { at, id, name, sites, expires, hash } => {
                    let hash = Digest::parse(&hash).ok_or_else(wrong)?;
                    out.0.push(Token { id, name, sites, created: at, expires, revoked: None, hash });
                }
                Line::Revoke { at, id } => {
                    for token in out.0.iter_mut().filter(|token| token.id == id) {
                        token.revoked.get_or_insert(at);
                    }
                }
            }
        }
        Ok(out)
    }

    /// All of them, those that open nothing any more included.
    pub fn iter(&self) -> impl Iterator<Item = &Token> {
        self.0.iter()
    }

    /// Whether any opens something.
    pub fn any_good(&self, now: Timestamp) -> bool {
        self.0.iter().any(|token| token.is_good(now))
    }

    /// The token that was presented, if it is a good one. All are compared, whichever it is.
    pub fn find(&self, presented: &str, now: Timestamp) -> Option<&Token> {
        let hash = secret::hash(presented);
        let same =
            self.0.iter().fold(None, |found, token| if secret::same(&hash, &token.hash) { Some(token) } else { found });
        same.filter(|token| token.is_good(now))
    }
}

/// Makes a token, durably; the secret is nowhere but in the answer.
pub fn create(root: &Path, new: NewToken, now: Timestamp) -> Result<(String, Secret), AccessError> {
    let secret = Secret::make()?;
    let id = secret::id()?;
    let NewToken { name, sites, expires } = new;
    let line = Line::Create { at: now, id: id.clone(), name, sites, expires, hash: secret.hash().to_string() };
    append(root, |_| Ok(Some(line)))?;
    Ok((id, secret))
}

/// Revokes a token, durably; `false` if it was revoked before.
pub fn revoke(root: &Path, id: &str, now: Timestamp) -> Result<bool, AccessError> {
    append(root, |tokens| {
        let Some(token) = tokens.iter().find(|token| token.id == id) else {
            return Err(AccessError::Unknown { id: id.to_owned() });
        };
        Ok(token.revoked.is_none().then(|| Line::Revoke { at: now, id: id.to_owned() }))
    })
}

/// Appends the line that `decide` makes from what is there, if it makes one.
fn append(root: &Path, decide: impl FnOnce(&Tokens) -> Result<Option<Line>, AccessError>) -> Result<bool, AccessError> {
    let path = path_of(root);
    let io = |action| {
        let path = path.clone();
        move |source| AccessError::Io { action, path, source }
    };
    let dir = path.parent().unwrap_or(root);
    if !dir.is_dir() {
        fs::DirBuilder::new().mode(0o750).create(dir).map_err(io("make the folder of"))?;
        belongs_to_the_archive(root, dir);
    }
    let mut options = OpenOptions::new();
    // The server's own user reads it through the group.
    let mut file = options.read(true).append(true).create(true).mode(0o640).open(&path).map_err(io("open"))?;
    belongs_to_the_archive(root, &path);
    // Two administrators at once: the second sees what the first wrote.
    let locked = rustix::fs::flock(&file, FlockOperation::LockExclusive);
    locked.map_err(std::io::Error::from).map_err(io("lock"))?;
    let bytes = fs::read(&path).map_err(io("read"))?;
    let Some(line) = decide(&Tokens::parse(&path, &bytes)?)? else { return Ok(false) };
    let whole = whole_lines(&bytes);
    if whole < bytes.len() {
        file.set_len(whole as u64).map_err(io("cut"))?;
    }
    let mut line = serde_json::to_vec(&line).map_err(std::io::Error::from).map_err(io("write"))?;
    line.push(b'\n');
    file.write_all(&line).and_then(|()| file.sync_all()).map_err(io("append to"))?;
    for dir in [dir, root] {
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(io("sync the folder of"))?;
    }
    Ok(true)
}

/// Made by root, it would be unreadable to those who serve the archive. Where that is not ours to give, it stays.
fn belongs_to_the_archive(root: &Path, path: &Path) {
    if let Ok(meta) = fs::metadata(root) {
        let _ = std::os::unix::fs::chown(path, Some(meta.uid()), Some(meta.gid()));
    }
}

fn whole_lines(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
}

/// Where the log is.
pub fn path_of(root: &Path) -> PathBuf {
    root.join("access").join("tokens.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_token_opens_until_it_ends() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        assert!(!Tokens::read(root).unwrap().any_good(at(0)));
        let (plain, plain_secret) = create(root, NewToken::default(), at(0)).unwrap();
        let sites = BTreeSet::from(["a".to_owned()]);
        let new = NewToken { name: Some("Lan".to_owned()), sites, expires: Some(at(10)) };
        let (short, short_secret) = create(root, new, at(1)).unwrap();
        let known = Tokens::read(root).unwrap();
        assert_eq!(known.find(plain_secret.text(), at(2)).unwrap().id, plain);
        assert!(known.find(plain_secret.text(), at(2)).unwrap().access().sees_all());
        let found = known.find(short_secret.text(), at(2)).unwrap();
        assert_eq!((found.id.as_str(), found.access()), (short.as_str(), Access::sites(["a"])));
        assert!(known.find(short_secret.text(), at(10)).is_none(), "it has run out");
        assert!(known.find("ltt_", at(2)).is_none());
        assert!(revoke(root, &plain, at(3)).unwrap());
        assert!(!revoke(root, &plain, at(4)).unwrap());
        assert!(matches!(revoke(root, "x", at(4)), Err(AccessError::Unknown { .. })));
        let known = Tokens::read(root).unwrap();
        assert!(known.find(plain_secret.text(), at(5)).is_none());
        assert_eq!(known.iter().filter_map(|token| token.revoked).collect::<Vec<_>>(), [at(3)]);
        let kept = fs::read_to_string(path_of(root)).unwrap();
        for secret in [plain_secret, short_secret] {
            assert!(!kept.contains(&secret.text()[4..]), "the token itself is on disk");
        }
        assert_eq!(fs::metadata(path_of(root)).unwrap().mode() & 0o007, 0, "others may read it");
    }

    #[test]
    fn a_torn_line_counts_for_nothing_and_a_damaged_one_closes_all() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let (_, secret) = create(root, NewToken::default(), at(0)).unwrap();
        let whole = fs::read(path_of(root)).unwrap();
        fs::write(path_of(root), [&whole[..], b"{\"event\":\"rev"].concat()).unwrap();
        assert!(Tokens::read(root).unwrap().find(secret.text(), at(1)).is_some());
        create(root, NewToken::default(), at(0)).unwrap();
        assert_eq!(Tokens::read(root).unwrap().iter().count(), 2);
        fs::write(path_of(root), [&b"{}\n"[..], &whole].concat()).unwrap();
        assert!(matches!(Tokens::read(root), Err(AccessError::Line { line: 1, .. })));
        assert!(create(root, NewToken::default(), at(0)).is_err());
    }
}
