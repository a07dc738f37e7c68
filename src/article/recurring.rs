//! Blocks that a site prints in most of its articles: hotlines, slogans, words on copying, which no lexicon knows.
//!
//! An account holds the blocks of the latest articles of a site as hashes. A block is learned when it stands at the edge of
//! the text in most of them, or anywhere in nearly all. What is learned is left out of texts, and never forgotten; a
//! portal that stops printing it has nothing left out. Articles of one title but for numbers, a bulletin of every day, count
//! once: what they share is theirs. Lines that could sign an article are never learned.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::fingerprint::content_hash;
use super::fold::normal_form;
use super::signature::hash;
use super::{Article, Role, tail};
use crate::model::Digest;

/// The word in a record's notes.
pub const NOTE: &str = "recurring block left out";
/// Articles looked back on.
const WINDOW: usize = 32;
/// Articles before anything is learned.
const ENOUGH: usize = 12;
/// Percent of the articles that have the block at an edge of their text.
const AT_EDGE: usize = 60;
/// Percent of the articles that have it anywhere.
const ANYWHERE: usize = 90;
/// Blocks at the beginning and at the end that are edges.
const EDGES: (usize, usize) = (2, 3);
/// Characters of a block that counts: more is a paragraph of somebody's.
const LONGEST: usize = 400;
/// Letters of a block that counts.
const LETTERS: usize = 8;
/// Blocks of one article that are remembered.
const BLOCKS: usize = 24;
/// Blocks that one site can have learned.
const LEARNED: usize = 64;

/// The blocks that a site's texts are without.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned(Vec<String>);

impl Learned {
    /// How many there are; they only become more.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a block is one of them.
    pub fn has(&self, block: &str) -> bool {
        self.0.iter().any(|known| known == block)
    }

    /// Adds a block; says whether it is new.
    fn add(&mut self, block: &str) -> bool {
        let new = self.0.len() < LEARNED && !self.has(block);
        if new {
            self.0.push(block.to_owned());
        }
        new
    }
}

/// One article, as the account remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    title: u64,
    // Hash, and whether at an edge.
    blocks: Vec<(u64, bool)>,
}

/// What is known of a site's blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    seen: VecDeque<Seen>,
    learned: Learned,
}

impl Account {
    /// The blocks to leave out.
    pub const fn learned(&self) -> &Learned {
        &self.learned
    }

    /// Takes in blocks that were left out of a text: they were learned before.
    pub fn recall(&mut self, blocks: &[String]) {
        for block in blocks {
            self.learned.add(block);
        }
    }

    /// Counts an article by its title and the blocks of its body in order; says whether a block was learned.
    pub fn note<'a>(&mut self, title: &str, body: impl IntoIterator<Item = &'a str>) -> bool {
        let title: String = normal_form(title).chars().filter(|c| !c.is_ascii_digit()).collect();
        let title = hash(title.split_whitespace().collect::<Vec<_>>().join(" ").as_bytes());
        if self.seen.iter().any(|seen| seen.title == title) {
            return false;
        }
        let body: Vec<&str> = body.into_iter().collect();
        let mut found: Vec<(&str, u64, bool)> = Vec::new();
        let from_the_end = |at: usize| body.len() - at;
        let eligible = body.iter().enumerate().filter(|(_, block)| counts(block));
        for (at, block) in eligible {
            let edge = at < EDGES.0 || from_the_end(at) <= EDGES.1;
            match found.iter_mut().find(|(other, ..)| other == block) {
                Some((.., known)) => *known |= edge,
                None => found.push((block, hash(block.as_bytes()), edge)),
            }
        }
        // In the middle of a long text the least is lost.
        while found.len() > BLOCKS {
            found.remove(BLOCKS / 2);
        }
        if self.seen.len() == WINDOW {
            self.seen.pop_front();
        }
        self.seen.push_back(Seen { title, blocks: found.iter().map(|(_, hash, edge)| (*hash, *edge)).collect() });
        let mut learned = false;
        for (block, hash, _) in found {
            learned |= self.recurs(hash) && self.learned.add(block);
        }
        learned
    }

    fn recurs(&self, hash: u64) -> bool {
        let all = self.seen.len();
        let (mut anywhere, mut at_edge) = (0, 0);
        for (_, edge) in self.seen.iter().flat_map(|seen| &seen.blocks).filter(|(other, _)| *other == hash) {
            anywhere += 1;
            at_edge += usize::from(*edge);
        }
        all >= ENOUGH && (at_edge * 100 >= all * AT_EDGE || anywhere * 100 >= all * ANYWHERE)
    }
}

/// Whether a block may be learned: a short paragraph or item with words that nobody signs with.
fn counts(block: &str) -> bool {
    block.chars().nth(LONGEST - 1).is_none()
        && block.chars().filter(|c| c.is_alphabetic()).take(LETTERS).count() == LETTERS
        && !block.contains(" | ")
        && !tail::could_sign(block)
}

impl Article {
    /// Leaves learned blocks out of lead and body, and notes it; says whether any was there. Something always stays.
    pub fn leave_out(&mut self, learned: &Learned) -> bool {
        let goes = |role: Role, text: &str| matches!(role, Role::Paragraph | Role::ListItem) && learned.has(text);
        let lead = self.lead.as_ref().is_some_and(|lead| learned.has(lead));
        let gone = self.blocks.iter().filter(|block| goes(block.role, &block.text)).count();
        let body = self.blocks.iter().filter(|block| !matches!(block.role, Role::Caption | Role::Byline)).count();
        let stays = (body - gone > 0) || (self.lead.is_some() && !lead);
        if learned.is_empty() || (gone == 0 && !lead) || !stays {
            return false;
        }
        let lead = if lead { self.lead.take() } else { None };
        let (left, kept) = std::mem::take(&mut self.blocks).into_iter().partition(|b| goes(b.role, &b.text));
        self.blocks = kept;
        let left: Vec<super::Block> = left;
        self.left_out.extend(lead.into_iter().chain(left.into_iter().map(|block| block.text)));
        if !self.notes.iter().any(|note| note == NOTE) {
            self.notes.push(NOTE.to_owned());
        }
        // It may have stood behind who signed.
        if self.byline.is_none() {
            self.byline = self.blocks.last().and_then(|block| tail::bracketed(&block.text));
        }
        true
    }
}

/// A text file's content, told apart into what the content hash is over and what stands between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks<'a>(Vec<(&'a str, bool)>);

impl<'a> Blocks<'a> {
    /// Tells a text's blocks apart by its content hash; `label` tells captions. `None` where that does not come out: then
    /// nothing can be said about the text.
    pub fn of(text: &'a str, label: impl Fn(&str) -> bool, content: &Digest) -> Option<Self> {
        let mut blocks: Vec<(&str, bool)> =
            text.trim_end_matches('\n').split("\n\n").map(|block| (block, !label(block))).collect();
        let last = blocks.len() - 1;
        // The date line is the second block or none; who signed stands last.
        let doubtful = [1, last, last.saturating_sub(1)];
        let plain = blocks.clone();
        for choice in 0_u8..8 {
            blocks.clone_from(&plain);
            for (bit, at) in doubtful.into_iter().enumerate() {
                if choice >> bit & 1 == 1
                    && at > 0
                    && let Some(block) = blocks.get_mut(at)
                {
                    block.1 = false;
                }
            }
            let found = Self(blocks);
            if found.hash() == *content {
                return Some(found);
            }
            blocks = found.0;
        }
        None
    }

    /// The content hash.
    pub fn hash(&self) -> Digest {
        content_hash(self.0.iter().filter(|(_, content)| *content).map(|(block, _)| *block))
    }

    /// The blocks of the body.
    pub fn body(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.0.iter().skip(1).filter(|(_, content)| *content).map(|(block, _)| *block)
    }

    /// Takes learned blocks out of the body, and gives them; none where nothing would stay.
    pub fn leave_out(&mut self, learned: &Learned) -> Vec<String> {
        let left: Vec<String> = self.body().filter(|block| learned.has(block)).map(str::to_owned).collect();
        if left.is_empty() || self.body().count() == left.len() {
            return Vec::new();
        }
        let mut at = 0;
        self.0.retain(|(block, content)| {
            at += 1;
            at == 1 || !content || !learned.has(block)
        });
        left
    }

    /// Who signs in brackets at the end of the last paragraph.
    pub fn bracketed(&self) -> Option<String> {
        self.0.last().and_then(|(block, _)| tail::bracketed(block))
    }

    /// The text file's content.
    pub fn to_text(&self) -> String {
        let blocks: Vec<&str> = self.0.iter().map(|(block, _)| *block).collect();
        blocks.join("\n\n") + "\n"
    }
}

#[cfg(test)]
#[path = "recurring_tests.rs"]
mod tests;
