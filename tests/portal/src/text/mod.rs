//! Texts: a seed goes in, an article's title, lead and blocks come out, in made-up words of the field.
//!
//! Promises: the same seed gives the same text; no two titles of one world are equal. Nothing here knows of markup,
//! portals or dates.

mod fill;
mod patterns;
mod words;

use std::collections::HashSet;

pub use fill::{Theme, fill, person};

use crate::rng::Rng;
use crate::spelling::{Tone, respell};

/// One block of an article's body, in the order of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph; several lines when a `<br>` stands between them.
    Para(Vec<String>),
    /// A bold line above a part of the text.
    Subhead(String),
    /// A bulleted or numbered list.
    List {
        /// Numbered rather than bulleted.
        ordered: bool,
        /// The items.
        items: Vec<String>,
    },
    /// A table; the first row is its head.
    Table(Vec<Vec<String>>),
    /// An image, perhaps with a caption.
    Image(Option<String>),
}

/// The words of an article, typed in the old tone style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The headline.
    pub title: String,
    /// The sapo; a few articles have none.
    pub lead: Option<String>,
    /// The body.
    pub blocks: Vec<Block>,
}

impl Text {
    /// A new text about things of the day `on`, with a title that is not in `taken`.
    pub fn compose(rng: &mut Rng, taken: &mut HashSet<String>, on: (i32, u8, u8)) -> Self {
        let (theme, title) = loop {
            let theme = Theme::new(rng, on);
            let title = fill(rng.pick(patterns::TITLES), rng, Some(&theme));
            if taken.insert(title.to_lowercase()) {
                break (theme, title);
            }
        };
        let lead = (!rng.chance(4)).then(|| fill(rng.pick(patterns::LEADS), rng, Some(&theme)));
        Self { title, lead, blocks: body(rng, &theme) }
    }

    /// The same text with the tone marks placed as `tone` says.
    pub fn respelled(&self, tone: Tone) -> Self {
        let one = |s: &String| respell(s, tone);
        let many = |lines: &Vec<String>| lines.iter().map(one).collect::<Vec<_>>();
        let blocks = self.blocks.iter().map(|block| match block {
            Block::Para(lines) => Block::Para(many(lines)),
            Block::Subhead(line) => Block::Subhead(one(line)),
            Block::List { ordered, items } => Block::List { ordered: *ordered, items: many(items) },
            Block::Table(rows) => Block::Table(rows.iter().map(many).collect()),
            Block::Image(caption) => Block::Image(caption.as_ref().map(one)),
        });
        Self { title: one(&self.title), lead: self.lead.as_ref().map(one), blocks: blocks.collect() }
    }

    /// Adds a sentence after publication: the kind of change that makes a new version.
    pub fn amend(&mut self, rng: &mut Rng) {
        let sentence = fill(rng.pick(patterns::EDITS), rng, None);
        // Never last: the end of the last paragraph may carry the byline.
        let at = self.blocks.len().saturating_sub(1);
        self.blocks.insert(at, Block::Para(vec![sentence]));
    }

    /// Takes the latest such sentence out again.
    pub fn amend_back(&mut self) {
        if let Some(at) = self.blocks.len().checked_sub(2) {
            self.blocks.remove(at);
        }
    }

    /// Number of images.
    pub fn images(&self) -> usize {
        self.blocks.iter().filter(|b| matches!(b, Block::Image(_))).count()
    }
}

/// Six to twelve paragraphs with what stands between them; the last block is always a paragraph.
fn body(rng: &mut Rng, theme: &Theme) -> Vec<Block> {
    let paragraphs = rng.between(6, 12);
    let mut sentences = rng.sample(patterns::BODY.len(), paragraphs * 3).into_iter().map(|i| patterns::BODY[i]);
    let mut blocks = Vec::new();
    let first_image = if rng.chance(62) { rng.below(3) } else { usize::MAX };
    let list_at = if rng.chance(18) { rng.between(2, paragraphs - 1) } else { usize::MAX };
    let table_at = if rng.chance(11) { rng.between(2, paragraphs - 1) } else { usize::MAX };
    let subheads = rng.chance(15);
    for i in 0..paragraphs {
        if i == first_image || (i > first_image && i % 4 == 3 && rng.chance(45)) {
            blocks.push(Block::Image(rng.chance(78).then(|| fill(rng.pick(words::CAPTIONS), rng, Some(theme)))));
        }
        if subheads && i % 3 == 2 {
            blocks.push(Block::Subhead(fill(rng.pick(patterns::SUBHEADS), rng, Some(theme))));
        }
        blocks.push(paragraph(rng, theme, &mut sentences));
        if i == list_at {
            list(rng, theme, &mut blocks);
        }
        if i == table_at {
            table(rng, theme, &mut blocks);
        }
    }
    blocks.push(Block::Para(vec![fill(rng.pick(patterns::CLOSERS), rng, Some(theme))]));
    blocks
}

fn paragraph(rng: &mut Rng, theme: &Theme, sentences: &mut impl Iterator<Item = &'static str>) -> Block {
    let mut lines = vec![String::new()];
    for n in 0..rng.between(2, 4) {
        let pattern = sentences.next().unwrap_or_else(|| rng.pick(patterns::BODY));
        if n > 0 && rng.chance(3) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            let sentence = fill(pattern, rng, Some(theme));
            line.push_str(&sentence);
        }
    }
    Block::Para(lines)
}

fn list(rng: &mut Rng, theme: &Theme, blocks: &mut Vec<Block>) {
    blocks.push(Block::Para(vec![fill(rng.pick(patterns::LIST_HEADS), rng, Some(theme))]));
    let items = (0..rng.between(3, 5)).map(|_| fill(rng.pick(patterns::ITEMS), rng, Some(theme))).collect();
    blocks.push(Block::List { ordered: rng.chance(40), items });
}

fn table(rng: &mut Rng, theme: &Theme, blocks: &mut Vec<Block>) {
    blocks.push(Block::Para(vec![fill(rng.pick(patterns::TABLE_HEADS), rng, Some(theme))]));
    let mut rows = vec![["TT", "Đơn vị", "Kế hoạch", "Thực hiện", "Tỷ lệ (%)"].map(String::from).to_vec()];
    for n in 1..=rng.between(3, 6) {
        let (plan, done) = (rng.between(120, 900), rng.between(60, 900));
        let rate = done * 1000 / plan;
        rows.push(vec![
            n.to_string(),
            format!("Xã {}", fill::commune(rng)),
            plan.to_string(),
            done.to_string(),
            format!("{},{}", rate / 10, rate % 10),
        ]);
    }
    blocks.push(Block::Table(rows));
}
