//! Two versions of a text → the runs of words that stayed, went and came. Pure.

use serde::Serialize;
use similar::{Algorithm, ChangeTag, capture_diff_slices};

/// A run of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// What became of it.
    pub op: Op,
    /// Its words; blocks are parted by an empty line.
    pub text: String,
}

/// What became of words from one version to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// They stayed.
    Equal,
    /// They are gone.
    Delete,
    /// They are new.
    Insert,
}

/// Words and the ends of blocks: what is compared.
fn words(text: &str) -> Vec<&str> {
    let blocks = text.trim_end().split("\n\n").enumerate();
    let mut out = Vec::new();
    for (at, block) in blocks {
        if at > 0 {
            out.push("\n\n");
        }
        out.extend(block.split_whitespace());
    }
    out
}

/// Runs of words that are equal, gone or new.
pub fn compare(older: &str, newer: &str) -> Vec<Run> {
    let (older, newer) = (words(older), words(newer));
    let mut runs: Vec<Run> = Vec::new();
    for change in
        capture_diff_slices(Algorithm::Patience, &older, &newer).iter().flat_map(|op| op.iter_changes(&older, &newer))
    {
        let op = match change.tag() {
            ChangeTag::Equal => Op::Equal,
            ChangeTag::Delete => Op::Delete,
            ChangeTag::Insert => Op::Insert,
        };
        let word = change.value();
        match runs.last_mut().filter(|run| run.op == op) {
            Some(run) => {
                if word != "\n\n" && !run.text.ends_with('\n') {
                    run.text.push(' ');
                }
                run.text.push_str(word);
            }
            None => runs.push(Run { op, text: word.to_owned() }),
        }
    }
    runs
}
