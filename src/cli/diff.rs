//! `luutru diff`: what changed between two versions of an article.

use std::collections::BTreeMap;
use std::fs;

use clap::Args;
use serde::Serialize;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::compare::{Op, Run, compare};
use crate::config::Overrides;

/// Digits of an id that are enough where they fit one article only.
const SHORTEST: usize = 6;

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The article's id, or its first digits (six at least)
    #[arg(value_name = "ID")]
    id: String,
    /// The older version [default: the one before the newer]
    #[arg(long, value_name = "N")]
    from: Option<u32>,
    /// The newer version [default: the latest]
    #[arg(long, value_name = "N")]
    to: Option<u32>,
}

/// A version, as the output names it.
#[derive(Debug, Serialize)]
struct Side<'a> {
    version: u32,
    captured_at: &'a str,
    url: &'a str,
    content_hash: String,
    text_path: &'a str,
}

impl<'a> Side<'a> {
    fn of(record: &'a ArticleRecord) -> Self {
        Self {
            version: record.version,
            captured_at: &record.captured_at,
            url: &record.url,
            content_hash: record.content_hash.to_string(),
            text_path: &record.text_path,
        }
    }
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    id: &'a str,
    from: Side<'a>,
    to: Side<'a>,
    changes: &'a [Run],
}

impl Diff {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        let (versions, bad) = self.versions(&config)?;
        let (older, newer) = self.choose(&versions)?;
        let text = |record: &ArticleRecord| {
            let path = config.root.join(&record.text_path);
            let read = fs::read_to_string(&path);
            read.map_err(|error| {
                let what = "the text can be made again from warc/";
                anyhow::anyhow!("{} cannot be read ({error}); {what}", path.display())
            })
        };
        let runs = compare(&text(older)?, &text(newer)?);
        if common.json {
            output::json(&Report { id: &newer.id, from: Side::of(older), to: Side::of(newer), changes: &runs })?;
        } else {
            let marks = if common.colours() { COLOURS } else { MARKS };
            let head = format!(
                "{}  {}\nversion {} of {}\nversion {} of {}\n\n",
                newer.id, newer.url, older.version, older.captured_at, newer.version, newer.captured_at
            );
            output::data(&output::shown(&head))?;
            output::data(&show(&runs, marks))?;
        }
        Ok(if bad > 0 { Exit::Storage } else { Exit::Done })
    }

    /// All versions of the article, by number.
    fn versions(&self, config: &crate::config::Config) -> anyhow::Result<(BTreeMap<u32, ArticleRecord>, u64)> {
        let mut bad = 0u64;
        let mut found: BTreeMap<String, BTreeMap<u32, ArticleRecord>> = BTreeMap::new();
        let wanted = self.id.to_ascii_lowercase();
        catalog::read_versions(
            &config.root,
            &[],
            &mut |record| {
                let fits = record.id == wanted || (wanted.len() >= SHORTEST && record.id.starts_with(&wanted));
                if fits {
                    found.entry(record.id.clone()).or_default().insert(record.version, record);
                }
            },
            &mut |line| {
                bad += 1;
                output::note(&format!("{}: no record at byte {}", line.path.display(), line.offset));
            },
        )?;
        if let Some(exact) = found.remove(&wanted) {
            return Ok((exact, bad));
        }
        let ids: Vec<String> = found.keys().cloned().collect();
        match (found.pop_first(), ids.as_slice()) {
            (Some((_, versions)), [_]) => Ok((versions, bad)),
            (Some(_), ids) => {
                let what = format!("{} fits {} articles ({}); give more digits", self.id, ids.len(), ids.join(", "));
                Err(UsageError { what }.into())
            }
            (None, _) => {
                let what = format!("no article {}; `luutru articles` lists them, the id comes first", self.id);
                Err(UsageError { what }.into())
            }
        }
    }

    fn choose<'a>(
        &self,
        versions: &'a BTreeMap<u32, ArticleRecord>,
    ) -> Result<(&'a ArticleRecord, &'a ArticleRecord), UsageError> {
        let held: Vec<String> = versions.keys().map(u32::to_string).collect();
        let held = held.join(", ");
        let pick = |number: u32| {
            let missing = || UsageError { what: format!("there is no version {number}; there are: {held}") };
            versions.get(&number).ok_or_else(missing)
        };
        let latest = versions.keys().next_back().copied().unwrap_or(1);
        let to = self.to.unwrap_or(latest);
        let before = versions.range(..to).next_back().map(|(number, _)| *number);
        let Some(from) = self.from.or(before) else {
            let what = format!("{} has no version before {to}; there are: {held}", self.id);
            return Err(UsageError { what });
        };
        Ok((pick(from)?, pick(to)?))
    }
}

/// What stands before and after words that are gone, and new ones.
type Marks = [(&'static str, &'static str); 2];
const MARKS: Marks = [("[-", "-]"), ("{+", "+}")];
const COLOURS: Marks = [("\u{1b}[31;9m", "\u{1b}[0m"), ("\u{1b}[32;1m", "\u{1b}[0m")];

/// The blocks that changed, with marks; `…` for those between that did not.
fn show(runs: &[Run], marks: Marks) -> String {
    let mut blocks = vec![(String::new(), false)];
    for run in runs {
        for (at, part) in run.text.split("\n\n").enumerate() {
            if at > 0 {
                // The break itself went or came: both blocks that it parts have changed.
                let broken = run.op != Op::Equal;
                if let Some(last) = blocks.last_mut() {
                    last.1 |= broken;
                }
                blocks.push((String::new(), broken));
            }
            let Some((line, changed)) = blocks.last_mut().filter(|_| !part.is_empty()) else { continue };
            if !line.is_empty() {
                line.push(' ');
            }
            let part = output::shown(part);
            match run.op {
                Op::Equal => line.push_str(&part),
                Op::Delete | Op::Insert => {
                    let (open, close) = marks[usize::from(run.op == Op::Insert)];
                    line.extend([open, &part, close]);
                    *changed = true;
                }
            }
        }
    }
    let mut out = Vec::new();
    for (line, changed) in blocks.iter().filter(|(line, _)| !line.is_empty()) {
        match (changed, out.last()) {
            (true, _) => out.push(line.as_str()),
            (false, Some(&"…")) => {}
            (false, _) => out.push("…"),
        }
    }
    if runs.iter().all(|run| run.op == Op::Equal) {
        return "no words changed\n".to_owned();
    }
    let mut out = out.join("\n\n");
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_changed_are_marked() {
        let runs = compare("Tin\n\nXã họp sáng nay.\n\nHết.\n", "Tin\n\nXã họp chiều nay.\n\nHết.\n");
        assert_eq!(show(&runs, MARKS), "…\n\nXã họp [-sáng-] {+chiều+} nay.\n\n…\n");
        let shown = show(&runs, COLOURS);
        assert!(shown.contains("\u{1b}[31;9msáng\u{1b}[0m \u{1b}[32;1mchiều\u{1b}[0m"), "{shown}");
    }

    #[test]
    fn a_new_block_is_shown_alone() {
        let runs = compare("Tin\n\nMột.\n\nBa.\n", "Tin\n\nMột.\n\nHai là mới.\n\nBa.\n");
        let shown = show(&runs, MARKS);
        assert!(shown.contains("{+Hai là mới.+}") && !shown.contains("[-"), "{shown}");
        assert!(!shown.contains("Tin"), "{shown}");
    }

    #[test]
    fn nothing_changed_says_so_and_strangers_cannot_steer() {
        assert_eq!(show(&compare("a b\n", "a b\n"), MARKS), "no words changed\n");
        assert_eq!(show(&compare("a\n", "\u{1b}[2Jb\n"), MARKS), "[-a-] {+\u{fffd}[2Jb+}\n");
    }
}
