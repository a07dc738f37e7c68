//! One walk over the tree: lines of text, the areas that hold them, pictures, files, and what the head declares.
//!
//! Everything later works on this outline. Lines stand in document order, so an area is a range of lines and its sums
//! are differences of running totals.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{Html, Node};

use super::hints::Hints;
use super::meta::Meta;
use super::text::push_folded;

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
    pub(super) node: NodeId,
    pub(super) hints: Hints,
    pub(super) first: usize,
    pub(super) end: usize,
    kind: LineKind,
    align: Align,
    noisy: bool,
    hidden: bool,
    bold: bool,
    italic: bool,
    cell: bool,
}

/// A picture and the line it stands before.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) line: usize,
    pub(super) source: String,
    pub(super) noisy: bool,
}

/// A link to what may be a file.
#[derive(Debug, Clone)]
pub(super) struct FileLink {
    pub(super) line: usize,
    pub(super) address: String,
    pub(super) name: String,
    pub(super) noisy: bool,
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
        let mut walk = Walk::new(dom, marks);
        let mut skip: Option<NodeId> = None;
        for edge in dom.tree.root().traverse() {
            match edge {
                Edge::Open(node) if skip.is_none() => match node.value() {
                    Node::Text(text) => walk.text(text),
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
        walk.outline
    }

    /// The area of an element that a selector chose.
    pub(super) fn area_of(&self, node: NodeId) -> Option<usize> {
        self.areas.iter().position(|area| area.node == node)
    }
}

struct Walk<'a> {
    outline: Outline,
    marks: &'a Marks,
    stack: Vec<usize>,
    line: Line,
    links: usize,
    bold: usize,
    italic: usize,
    image_pending: bool,
    broken: bool,
    /// Rows open: the first line, cells seen, and whether a table or a picture lies inside.
    rows: Vec<Row>,
    pre: usize,
    link: Option<(String, usize)>,
}

struct Row {
    first_line: usize,
    first_area: usize,
    mixed: bool,
}

const EMPTY: Line = Line {
    text: String::new(),
    area: 0,
    kind: LineKind::Text,
    align: Align::Plain,
    hints: Hints::NONE,
    noisy: false,
    size: 0,
    linked: 0,
    bold: 0,
    italic: 0,
    after_image: false,
    continues: false,
};

impl<'a> Walk<'a> {
    fn new(dom: &Html, marks: &'a Marks) -> Self {
        let root = Area {
            node: dom.tree.root().id(),
            hints: Hints::NONE,
            first: 0,
            end: 0,
            kind: LineKind::Text,
            align: Align::Plain,
            noisy: false,
            hidden: false,
            bold: false,
            italic: false,
            cell: false,
        };
        let outline = Outline {
            lines: Vec::with_capacity(128),
            areas: vec![root],
            pictures: Vec::new(),
            files: Vec::new(),
            meta: Meta::default(),
            password: false,
        };
        Self {
            outline,
            marks,
            stack: vec![0],
            line: EMPTY,
            links: 0,
            bold: 0,
            italic: 0,
            image_pending: false,
            broken: false,
            rows: Vec::new(),
            pre: 0,
            link: None,
        }
    }

    fn top(&self) -> usize {
        self.stack.last().copied().unwrap_or_default()
    }

    fn text(&mut self, text: &str) {
        let area = &self.outline.areas[self.top()];
        if area.hidden {
            return;
        }
        let (bold, italic) = (area.bold, area.italic);
        if self.pre > 0 {
            for (index, part) in text.split('\n').enumerate() {
                if index > 0 {
                    self.flush(true);
                }
                self.piece(part, bold, italic);
            }
        } else {
            self.piece(text, bold, italic);
        }
    }

    fn piece(&mut self, text: &str, bold: bool, italic: bool) {
        let before = self.line.text.len();
        push_folded(&mut self.line.text, text);
        let added = self.line.text.len() - before;
        if added == 0 || (added == 1 && self.line.text.ends_with(' ')) {
            return;
        }
        self.line.size += added;
        self.line.linked += if self.links > 0 { added } else { 0 };
        self.line.bold += if self.bold > 0 || bold { added } else { 0 };
        self.line.italic += if self.italic > 0 || italic { added } else { 0 };
    }

    /// Ends the line at hand.
    fn flush(&mut self, broken: bool) {
        let kept = self.line.text.trim_end().len();
        self.line.text.truncate(kept);
        if kept == 0 {
            let hints = self.line.hints;
            self.line = EMPTY;
            // A line break in an inline element does not end its hints.
            self.line.hints = if broken { hints } else { Hints::NONE };
            self.broken = self.broken && broken;
            return;
        }
        let area = self.top();
        let frame = &self.outline.areas[area];
        let mut line = std::mem::replace(&mut self.line, EMPTY);
        line.text = super::text::nfc(line.text);
        line.area = area;
        line.kind = frame.kind;
        line.align = frame.align;
        line.noisy = frame.noisy;
        line.hints = line.hints.with(frame.hints);
        line.after_image = std::mem::take(&mut self.image_pending);
        line.continues = std::mem::replace(&mut self.broken, broken);
        if broken {
            self.line.hints = line.hints;
        }
        self.outline.lines.push(line);
    }

    /// Enters an element; `false` skips its subtree.
    fn open(&mut self, id: NodeId, element: &Element, node: ego_tree::NodeRef<'_, Node>) -> bool {
        let name = element.name();
        if !self.marks.dropped.is_empty() && self.marks.dropped.contains(&id) {
            return false;
        }
        match name {
            "script" | "style" | "noscript" | "select" | "textarea" | "template" | "svg" | "button" => return false,
            "head" | "html" | "body" => {
                self.outline.meta.element(name, element, node, 0);
                return true;
            }
            "title" | "meta" | "link" | "base" => {
                self.outline.meta.element(name, element, node, self.outline.lines.len());
                return false;
            }
            "input" => {
                self.outline.password |= element.attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("password"));
                return false;
            }
            "br" | "hr" => {
                self.flush(true);
                return false;
            }
            "img" => {
                self.picture(element);
                return false;
            }
            "iframe" | "embed" | "object" => {
                self.frame(element);
                return name == "object";
            }
            _ => {}
        }
        if element.attr("itemprop").is_some() || name == "time" {
            self.outline.meta.element(name, element, node, self.outline.lines.len());
        }
        let hints =
            element.attr("class").map_or(Hints::NONE, Hints::of).with(element.id().map_or(Hints::NONE, Hints::of));
        let marked = !self.marks.chosen.is_empty() && self.marks.chosen.contains(&id);
        if block(name) || marked {
            self.open_area(id, name, element, hints);
        } else {
            self.open_inline(name, element, hints);
        }
        true
    }

    fn open_inline(&mut self, name: &str, element: &Element, hints: Hints) {
        match name {
            "a" => {
                self.links += 1;
                self.start_link(element);
            }
            "b" | "strong" => self.bold += 1,
            "i" | "em" => self.italic += 1,
            "span" | "font" => {
                let style = Style::of(element.attr("style"));
                self.bold += usize::from(style.bold);
                self.italic += usize::from(style.italic);
            }
            _ => {}
        }
        self.line.hints = self.line.hints.with(hints);
    }

    fn start_link(&mut self, element: &Element) {
        if let Some(address) = super::files::address(element) {
            self.link = Some((address, self.line.text.len()));
        }
    }

    fn open_area(&mut self, id: NodeId, name: &str, element: &Element, hints: Hints) {
        self.flush(false);
        let parent = self.top();
        let outer = &self.outline.areas[parent];
        let style = Style::of(element.attr("style"));
        let hidden = style.hidden || hints.has(Hints::HIDDEN) || element.attr("hidden").is_some();
        let kind = match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => LineKind::Heading(name.as_bytes()[1] - b'0'),
            "li" | "dd" | "dt" => LineKind::Item,
            "td" | "th" => LineKind::Cell,
            "figcaption" | "caption" => LineKind::Caption,
            "table" => LineKind::Text,
            _ => outer.kind,
        };
        let noise = hints.has(Hints::NOISE) || matches!(name, "nav" | "aside" | "footer" | "menu");
        let area = Area {
            node: id,
            hints,
            first: self.outline.lines.len(),
            end: self.outline.lines.len(),
            kind,
            align: style
                .align
                .or_else(|| align(element.attr("align")))
                .or_else(|| class_align(element))
                .unwrap_or(if name == "center" { Align::Center } else { outer.align }),
            noisy: outer.noisy || noise,
            hidden: outer.hidden || hidden,
            bold: style.bold || outer.bold || matches!(name, "th"),
            italic: style.italic || outer.italic,
            cell: matches!(name, "td" | "th"),
        };
        match name {
            "table" => {
                if let Some(row) = self.rows.last_mut() {
                    row.mixed = true;
                }
            }
            "tr" => self.rows.push(Row {
                first_line: self.outline.lines.len(),
                first_area: self.outline.areas.len(),
                mixed: false,
            }),
            "pre" => self.pre += 1,
            _ => {}
        }
        self.stack.push(self.outline.areas.len());
        self.outline.areas.push(area);
    }

    fn close(&mut self, id: NodeId, element: &Element) {
        let name = element.name();
        if self.outline.areas[self.top()].node == id {
            self.flush(false);
            if let Some(closed) = self.stack.pop() {
                self.outline.areas[closed].end = self.outline.lines.len();
            }
            match name {
                "tr" => self.close_row(),
                "pre" => self.pre = self.pre.saturating_sub(1),
                _ => {}
            }
            return;
        }
        match name {
            "a" => {
                self.links = self.links.saturating_sub(1);
                self.end_link();
            }
            "b" | "strong" => self.bold = self.bold.saturating_sub(1),
            "i" | "em" => self.italic = self.italic.saturating_sub(1),
            "span" | "font" => {
                let style = Style::of(element.attr("style"));
                self.bold = self.bold.saturating_sub(usize::from(style.bold));
                self.italic = self.italic.saturating_sub(usize::from(style.italic));
            }
            _ => {}
        }
    }

    fn end_link(&mut self) {
        let Some((address, from)) = self.link.take() else { return };
        let noisy = self.outline.areas[self.top()].noisy;
        let name = self.line.text.get(from..).unwrap_or_default().trim().to_owned();
        self.outline.files.push(FileLink { line: self.outline.lines.len(), address, name, noisy });
    }

    fn frame(&mut self, element: &Element) {
        let source = element.attr("src").or_else(|| element.attr("data"));
        if let Some(address) = source.and_then(super::files::viewer) {
            let noisy = self.outline.areas[self.top()].noisy;
            self.outline.files.push(FileLink { line: self.outline.lines.len(), address, name: String::new(), noisy });
        }
    }

    fn picture(&mut self, element: &Element) {
        let source = ["data-src", "data-original", "data-lazy-src", "src"].iter().find_map(|name| element.attr(name));
        let Some(source) = source.filter(|source| !source.is_empty() && !source.starts_with("data:")) else { return };
        if small(element) || self.outline.areas[self.top()].hidden {
            return;
        }
        self.flush(false);
        self.image_pending = true;
        let noisy = self.outline.areas[self.top()].noisy;
        self.outline.pictures.push(Picture { line: self.outline.lines.len(), source: source.to_owned(), noisy });
    }

    /// Joins the cells of a data row. Rows that lay out a page (tables, pictures, long texts inside) stay apart.
    fn close_row(&mut self) {
        const LONGEST_ROW_BYTES: usize = 4000;
        const LONGEST_CELL_LINES: usize = 12;
        let Some(row) = self.rows.pop() else { return };
        let lines = &self.outline.lines[row.first_line..];
        let cells: Vec<(usize, usize)> = self.outline.areas[row.first_area..]
            .iter()
            .filter(|area| area.cell && area.end > area.first)
            .map(|area| (area.first, area.end))
            .collect();
        let size: usize = lines.iter().map(|line| line.size).sum();
        let layout = row.mixed
            || cells.len() < 2
            || size > LONGEST_ROW_BYTES
            || lines.iter().any(|line| line.after_image || line.noisy || line.hints.has(Hints::CAPTION))
            || cells.iter().any(|(first, end)| end - first > LONGEST_CELL_LINES);
        if layout {
            if let Some(outer) = self.rows.last_mut() {
                outer.mixed = true;
            }
            return;
        }
        let mut joined = self.outline.lines[cells[0].0].clone();
        let texts: Vec<String> = cells
            .iter()
            .map(|(first, end)| {
                let texts: Vec<&str> = self.outline.lines[*first..*end].iter().map(|line| line.text.as_str()).collect();
                texts.join(" ")
            })
            .collect();
        joined.text = texts.join(" | ");
        joined.kind = LineKind::Row;
        joined.align = Align::Plain;
        joined.size = size;
        joined.linked = lines.iter().map(|line| line.linked).sum();
        joined.bold = lines.iter().map(|line| line.bold).sum();
        joined.italic = lines.iter().map(|line| line.italic).sum();
        joined.area = self.top();
        self.outline.lines.truncate(row.first_line);
        self.outline.lines.push(joined);
        let end = row.first_line + 1;
        for area in &mut self.outline.areas[row.first_area.saturating_sub(1)..] {
            area.first = area.first.min(end);
            area.end = area.end.min(end);
        }
        for file in self.outline.files.iter_mut().rev().take_while(|file| file.line >= row.first_line) {
            file.line = row.first_line;
        }
    }
}

/// Elements that begin and end a block.
fn block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "td"
            | "th"
            | "tr"
            | "table"
            | "tbody"
            | "thead"
            | "tfoot"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "section"
            | "article"
            | "aside"
            | "header"
            | "footer"
            | "nav"
            | "main"
            | "figure"
            | "figcaption"
            | "caption"
            | "blockquote"
            | "center"
            | "form"
            | "fieldset"
            | "pre"
            | "address"
            | "details"
            | "summary"
            | "menu"
            | "dialog"
            | "marquee"
    )
}

/// Icons, spacers and smileys stand in a line of text without breaking it.
fn small(element: &Element) -> bool {
    let tiny = |name| {
        element.attr(name).is_some_and(|value| value.trim_end_matches("px").parse::<u32>().is_ok_and(|size| size <= 48))
    };
    tiny("width")
        || tiny("height")
        || element.attr("class").is_some_and(|class| class.contains("icon") || class.contains("emo"))
        || element.attr("src").is_some_and(|source| source.contains("icon") || source.contains("spacer"))
}

fn align(value: Option<&str>) -> Option<Align> {
    match value? {
        value if value.eq_ignore_ascii_case("right") => Some(Align::Right),
        value if value.eq_ignore_ascii_case("center") => Some(Align::Center),
        value if value.eq_ignore_ascii_case("left") || value.eq_ignore_ascii_case("justify") => Some(Align::Plain),
        _ => None,
    }
}

fn class_align(element: &Element) -> Option<Align> {
    element.attr("class")?.split_ascii_whitespace().find_map(|class| match class {
        "text-right" | "text-end" | "rtecenter-right" | "rteright" | "align-right" => Some(Align::Right),
        "text-center" | "rtecenter" | "align-center" => Some(Align::Center),
        _ => None,
    })
}

/// What a style attribute says that matters here.
#[derive(Debug, Clone, Copy, Default)]
struct Style {
    align: Option<Align>,
    bold: bool,
    italic: bool,
    hidden: bool,
}

impl Style {
    fn of(style: Option<&str>) -> Self {
        let mut found = Self::default();
        let Some(style) = style else { return found };
        for declaration in style[..style.floor_char_boundary(600)].split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let (name, value) = (name.trim(), value.trim());
            if name.eq_ignore_ascii_case("text-align") {
                found.align = align(Some(value.trim_end_matches("!important").trim()));
            } else if name.eq_ignore_ascii_case("font-weight") {
                found.bold = value.starts_with("bold") || matches!(value.as_bytes(), [b'6'..=b'9', b'0', b'0', ..]);
            } else if name.eq_ignore_ascii_case("font-style") {
                found.italic = value.starts_with("italic");
            } else if name.eq_ignore_ascii_case("display") {
                found.hidden |= value.starts_with("none");
            } else if name.eq_ignore_ascii_case("visibility") {
                found.hidden |= value.starts_with("hidden");
            }
        }
        found
    }
}

impl Line {
    /// An entry of some list: its date is another article's.
    pub(super) fn noisy_list(&self) -> bool {
        self.noisy && self.kind == LineKind::Item
    }
}
