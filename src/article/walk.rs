//! The walk itself: text is gathered into lines, elements open and close areas.

use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{Html, Node};

use super::files;
use super::hints::Hints;
use super::markup::{Attributes, Style, align, attr, block, class_align, small};
use super::meta::Meta;
use super::outline::{Align, Area, FileLink, Line, LineKind, Marks, Outline, Picture};
use super::rows::Row;
use super::text::{nfc, push_folded};

/// The state of a walk.
pub(super) struct Walk<'a> {
    pub(super) outline: Outline,
    marks: &'a Marks,
    stack: Vec<usize>,
    line: Line,
    links: usize,
    bold: usize,
    italic: usize,
    image_pending: bool,
    broken: bool,
    /// Rows open: the first line, cells seen, and whether a table or a picture lies inside.
    pub(super) rows: Vec<Row>,
    pre: usize,
    link: Option<(String, usize)>,
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
    pub(super) fn new(dom: &Html, marks: &'a Marks) -> Self {
        let root = Area {
            parent: 0,
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
            inline: false,
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

    pub(super) fn top(&self) -> usize {
        self.stack.last().copied().unwrap_or_default()
    }

    pub(super) fn text(&mut self, text: &str) {
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
    pub(super) fn flush(&mut self, broken: bool) {
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
        line.text = nfc(line.text);
        line.area = area;
        line.kind = frame.kind;
        line.align = frame.align;
        line.hints = line.hints.with(frame.hints);
        line.after_image = std::mem::take(&mut self.image_pending);
        line.continues = std::mem::replace(&mut self.broken, broken);
        if broken {
            self.line.hints = line.hints;
        }
        self.outline.lines.push(line);
    }

    /// Enters an element; `false` skips its subtree.
    pub(super) fn open(&mut self, id: NodeId, element: &Element, node: NodeRef<'_, Node>) -> bool {
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
                self.outline.password |=
                    attr(element, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("password"));
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
        let attributes = Attributes::of(element);
        if attributes.itemprop || name == "time" {
            self.outline.meta.element(name, element, node, self.outline.lines.len());
        }
        let hints = attributes.class.map_or(Hints::NONE, Hints::of).with(attributes.id.map_or(Hints::NONE, Hints::of));
        let marked = !self.marks.chosen.is_empty() && self.marks.chosen.contains(&id);
        // Dates, titles and counts stand in spans side by side, with nothing between them.
        let apart = hints.has(Hints::HIDDEN.with(Hints::DATE).with(Hints::TITLE).with(Hints::COUNT));
        let nested = hints.has(Hints::DATE) && self.inside_date();
        if block(name) || marked || (apart && name != "a" && !nested) {
            self.open_area(id, name, &attributes, hints);
        } else {
            self.open_inline(name, element, &attributes, hints);
        }
        true
    }

    /// Whether the innermost area is an element in the line, named a date: one inside it goes on with the same line.
    fn inside_date(&self) -> bool {
        let area = &self.outline.areas[self.top()];
        area.inline && area.hints.has(Hints::DATE)
    }

    fn open_inline(&mut self, name: &str, element: &Element, attributes: &Attributes, hints: Hints) {
        match name {
            "a" => {
                self.links += 1;
                self.start_link(element);
            }
            "b" | "strong" => self.bold += 1,
            "i" | "em" => self.italic += 1,
            "span" | "font" => {
                let style = Style::of(attributes.style);
                self.bold += usize::from(style.bold);
                self.italic += usize::from(style.italic);
            }
            _ => {}
        }
        self.line.hints = self.line.hints.with(hints);
    }

    fn start_link(&mut self, element: &Element) {
        if let Some(address) = files::address(element) {
            self.link = Some((address, self.line.text.len()));
        }
    }

    fn open_area(&mut self, id: NodeId, name: &str, attributes: &Attributes, hints: Hints) {
        self.flush(false);
        let parent = self.top();
        let outer = &self.outline.areas[parent];
        let style = Style::of(attributes.style);
        let hidden = style.hidden || hints.has(Hints::HIDDEN) || attributes.hidden;
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
            parent,
            node: id,
            hints,
            first: self.outline.lines.len(),
            end: self.outline.lines.len(),
            kind,
            align: style
                .align
                .or_else(|| align(attributes.align))
                .or_else(|| class_align(attributes.class))
                .unwrap_or(if name == "center" { Align::Center } else { outer.align }),
            noisy: noise,
            hidden: outer.hidden || hidden,
            bold: style.bold || outer.bold || matches!(name, "th"),
            italic: style.italic || outer.italic,
            cell: matches!(name, "td" | "th"),
            inline: !block(name),
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

    pub(super) fn close(&mut self, id: NodeId, element: &Element) {
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
                let style = Style::of(attr(element, "style"));
                self.bold = self.bold.saturating_sub(usize::from(style.bold));
                self.italic = self.italic.saturating_sub(usize::from(style.italic));
            }
            _ => {}
        }
    }

    fn end_link(&mut self) {
        let Some((address, from)) = self.link.take() else { return };
        let area = self.top();
        let name = self.line.text.get(from..).unwrap_or_default().trim().to_owned();
        if name.is_empty() && files::is_picture(&address) {
            return;
        }
        self.outline.files.push(FileLink { line: self.outline.lines.len(), address, name, area });
    }

    fn frame(&mut self, element: &Element) {
        let source = attr(element, "src").or_else(|| attr(element, "data"));
        if let Some(address) = source.and_then(files::viewer) {
            let area = self.top();
            self.outline.files.push(FileLink { line: self.outline.lines.len(), address, name: String::new(), area });
        }
    }

    fn picture(&mut self, element: &Element) {
        let source = ["data-src", "data-original", "data-lazy-src", "src"].iter().find_map(|name| attr(element, name));
        let Some(source) = source.filter(|source| !source.is_empty() && !source.starts_with("data:")) else { return };
        if small(element) || self.outline.areas[self.top()].hidden {
            return;
        }
        self.flush(false);
        self.image_pending = true;
        let area = self.top();
        self.outline.pictures.push(Picture { line: self.outline.lines.len(), source: source.to_owned(), area });
    }
}
