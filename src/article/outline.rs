//! One walk over the tree: lines of text, the areas that hold them, pictures, files, and what the head declares.
//!
//! Everything later works on this outline. Lines stand in document order, so an area is a range of lines and its sums
//! are differences of running totals.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{Html, Node};

use super::hints::Hints;
use super::meta::Meta;
use super::old;
use super::walk::Walk;
use crate::page::OldLetters;

/// What kind of block a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    Text,
    Heading(u8),
    Item,
    Cell,
    Row,
    Caption,
}

/// How a line is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Align {
    #[default]
    Plain,
    Center,
    Right,
}

/// A line of text: what stands between two block borders or line breaks.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) area: usize,
    pub(super) kind: LineKind,
    pub(super) align: Align,
    /// Hints of its block and of inline elements in it.
    pub(super) hints: Hints,
    /// Some area around it is called noise.
    pub(super) noisy: bool,
    /// Bytes of text; those in links, in bold, in italics.
    pub(super) size: usize,
    pub(super) linked: usize,
    pub(super) bold: usize,
    pub(super) italic: usize,
    /// A picture stands before it with no text between.
    pub(super) after_image: bool,
    /// The line before ended in `<br>`, in the same block.
    pub(super) continues: bool,
}

impl Line {
    pub(super) fn link_share(&self) -> f32 {
        share(self.linked, self.size)
    }

    pub(super) fn is_bold(&self) -> bool {
        self.size > 0 && self.bold * 10 >= self.size * 9
    }

    pub(super) fn is_italic(&self) -> bool {
        self.size > 0 && self.italic * 10 >= self.size * 9
    }
}

#[allow(clippy::cast_precision_loss)] // sizes of lines; a ratio needs no more
fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

/// A block element and the lines in it.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // what an element hands down to its lines, each on its own
pub(super) struct Area {
    pub(super) parent: usize,
    pub(super) node: NodeId,
    pub(super) hints: Hints,
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) kind: LineKind,
    pub(super) align: Align,
    pub(super) noisy: bool,
    pub(super) hidden: bool,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) cell: bool,
    /// Opened for what its class says, inside a line.
    pub(super) inline: bool,
}

/// A picture and the line it stands before.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) line: usize,
    pub(super) source: String,
    pub(super) area: usize,
}

/// A link to what may be a file.
#[derive(Debug, Clone)]
pub(super) struct FileLink {
    pub(super) line: usize,
    pub(super) address: String,
    pub(super) name: String,
    pub(super) area: usize,
}

/// Elements that selectors chose.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    pub(super) chosen: Vec<NodeId>,
    pub(super) dropped: Vec<NodeId>,
}

/// The outline of a page.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) lines: Vec<Line>,
    pub(super) areas: Vec<Area>,
    pub(super) pictures: Vec<Picture>,
    pub(super) files: Vec<FileLink>,
    pub(super) meta: Meta,
    /// A password field was seen.
    pub(super) password: bool,
}

impl Outline {
    /// Walks the tree once.
    pub(super) fn of(dom: &Html, marks: &Marks) -> Self {
        Self::read(dom, marks, None)
    }

    /// The same for a page in letters of old.
    pub(super) fn read(dom: &Html, marks: &Marks, letters: Option<OldLetters>) -> Self {
        let mut walk = Walk::new(dom, marks);
        let mut skip: Option<NodeId> = None;
        for edge in dom.tree.root().traverse() {
            match edge {
                Edge::Open(node) if skip.is_none() => match node.value() {
                    Node::Text(text) => match letters.and_then(|letters| old::restore(letters, text, node)) {
                        Some(restored) => walk.text(&restored),
                        None => walk.text(text),
                    },
                    Node::Element(element) if !walk.open(node.id(), element, node) => skip = Some(node.id()),
                    _ => {}
                },
                Edge::Close(node) => match skip {
                    Some(id) if id == node.id() => skip = None,
                    Some(_) => {}
                    None => {
                        if let Node::Element(element) = node.value() {
                            walk.close(node.id(), element);
                        }
                    }
                },
                Edge::Open(_) => {}
            }
        }
        walk.flush(false);
        walk.outline.areas[0].end = walk.outline.lines.len();
        walk.outline.settle_noise();
        walk.outline
    }

    /// Carries noise down from areas to lines. An area that holds much of the page's text, or the heading of the page,
    /// is called noise by mistake (`print`, `share` and `control` name whole articles too).
    fn settle_noise(&mut self) {
        let mut totals = Vec::with_capacity(self.lines.len() + 1);
        let mut total = 0usize;
        for line in &self.lines {
            totals.push(total);
            total += if line.size >= 60 && line.link_share() < 0.4 { line.size } else { 0 };
        }
        totals.push(total);
        for index in 1..self.areas.len() {
            let area = &self.areas[index];
            let text = totals[area.end] - totals[area.first.min(area.end)];
            let noisy = area.noisy && (text == 0 || text * 5 < total * 2);
            self.areas[index].noisy = noisy || self.areas[area.parent].noisy;
            let outer = &self.areas[self.areas[index].parent];
            // A small box names its paragraphs: `<div class="sapo"><p>`. A large one is named after its first use.
            let lines = outer.end - outer.first;
            let handed = if lines <= 2 { outer.hints } else { outer.hints.only(Hints::FILES) };
            self.areas[index].hints = self.areas[index].hints.with(if lines <= 6 { handed } else { Hints::NONE });
        }
        for line in &mut self.lines {
            let area = &self.areas[line.area];
            line.noisy = area.noisy;
            line.hints = line.hints.with(area.hints);
        }
    }

    /// Whether `inner` is `outer` or lies in it.
    pub(super) fn within(&self, inner: usize, outer: usize) -> bool {
        let mut at = inner;
        while at > outer {
            at = self.areas[at].parent;
        }
        at == outer
    }

    /// The area of an element that a selector chose.
    pub(super) fn area_of(&self, node: NodeId) -> Option<usize> {
        self.areas.iter().position(|area| area.node == node)
    }
}

impl Line {
    /// An entry of some list: its date is another article's.
    pub(super) fn noisy_list(&self) -> bool {
        self.noisy && self.kind == LineKind::Item
    }
}
