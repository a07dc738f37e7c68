//! A linear pass over the source: tags and texts, as tree construction is to see them.
//!
//! The cost of construction grows with the square of the nesting depth, and open formatting elements multiply; scripts,
//! styles and layout white space are two thirds of a portal's page. So: contents that are no text go, depth and counts
//! are bounded, whatever this pass believes closed is closed explicitly.

use std::ops::Range;

use memchr::memchr;

use super::attributes::{Attribute, keeps, names_json_ld, value_at};
use super::output::Output;
use super::tags::{Closing, Kind, Open, Stack};
use crate::model::Limits;

/// Elements of one page; the richest portal page seen has 6,000.
const MAX_ELEMENTS: usize = 100_000;

/// Formatting elements left open at a time; each is made anew in every later block.
const MAX_FORMATTING: usize = 24;

/// Attributes of one element (the parser compares each with all others).
const MAX_ATTRIBUTES: usize = 48;

/// JSON-LD scripts remembered.
const MAX_JSON_LD: usize = 16;

/// Writes what is left of `source` to `out`; gives the places of its JSON-LD.
pub(super) fn prune(source: &str, limits: &Limits, out: &mut impl Output) -> Vec<Range<usize>> {
    let mut pass = Pass {
        source,
        bytes: source.as_bytes(),
        out,
        stack: Stack::new(),
        depth_limit: limits.dom_depth.max(8),
        cost: 0,
        formatting: 0,
        pre: 0,
        attributes: Vec::new(),
        exhausted: Vec::new(),
        json_ld: Vec::new(),
        lower: Vec::new(),
    };
    pass.run();
    pass.json_ld
}

struct Pass<'a, O> {
    source: &'a str,
    bytes: &'a [u8],
    out: &'a mut O,
    stack: Stack,
    depth_limit: usize,
    cost: usize,
    /// Formatting elements opened and not closed by name.
    formatting: usize,
    pre: usize,
    attributes: Vec<Attribute>,
    /// Names whose end tag does not come any more: looked for once only.
    exhausted: Vec<Vec<u8>>,
    json_ld: Vec<Range<usize>>,
    lower: Vec<u8>,
}

impl<O: Output> Pass<'_, O> {
    fn run(&mut self) {
        let mut at = if self.source.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        while at < self.bytes.len() {
            let Some(offset) = memchr(b'<', &self.bytes[at..]) else {
                self.text(at..self.bytes.len());
                return;
            };
            let tag = at + offset;
            self.text(at..tag);
            at = match self.bytes.get(tag + 1) {
                Some(b'!') => self.declaration(tag),
                Some(b'?') => self.past(tag, b'>'),
                Some(b'/') => match self.bytes.get(tag + 2) {
                    Some(letter) if letter.is_ascii_alphabetic() => self.end_tag(tag),
                    _ => self.past(tag, b'>'),
                },
                Some(letter) if letter.is_ascii_alphabetic() => self.start_tag(tag),
                _ => {
                    // Each costs the parser as much as an element.
                    self.cost += 1;
                    self.out.literal(if self.cost > MAX_ELEMENTS { " " } else { "&lt;" });
                    tag + 1
                }
            };
        }
    }

    /// The position after the next `byte`, or the end.
    fn past(&self, from: usize, byte: u8) -> usize {
        memchr(byte, &self.bytes[from..]).map_or(self.bytes.len(), |offset| from + offset + 1)
    }

    /// Text, with runs of white space folded (outside `pre`).
    fn text(&mut self, range: Range<usize>) {
        if self.pre > 0 {
            self.out.text(range);
            return;
        }
        let bytes = self.bytes;
        let mut start = range.start;
        let mut at = range.start;
        while at < range.end {
            if bytes[at] > b' ' {
                at += 1;
                continue;
            }
            let run = at;
            let mut lines = false;
            while at < range.end && bytes[at] <= b' ' {
                lines |= bytes[at] == b'\n';
                at += 1;
            }
            if at - run > 1 {
                self.out.text(start..run);
                self.out.literal(if lines { "\n" } else { " " });
                start = at;
            }
        }
        self.out.text(start..range.end);
    }

    /// Comments go, the doctype stays.
    fn declaration(&mut self, tag: usize) -> usize {
        if !self.bytes[tag..].starts_with(b"<!--") {
            let end = self.past(tag, b'>');
            if self.bytes[tag + 2..end].get(..7).is_some_and(|name| name.eq_ignore_ascii_case(b"doctype")) {
                self.out.doctype(tag..end);
            }
            return end;
        }
        // `<!-->` is a whole comment, hence the search from the first dash on.
        let mut at = tag + 2;
        loop {
            let Some(offset) = memchr(b'>', &self.bytes[at..]) else { return self.bytes.len() };
            let end = at + offset;
            let inside = &self.bytes[tag + 2..end];
            if inside.ends_with(b"--") || (inside.len() >= 5 && inside.ends_with(b"--!")) {
                return end + 1;
            }
            at = end + 1;
        }
    }

    fn name_end(&self, from: usize) -> usize {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        self.bytes[from..].iter().position(ends).map_or(self.bytes.len(), |offset| from + offset)
    }

    fn take_name(&mut self, name: &Range<usize>) -> Kind {
        self.lower.clear();
        let bytes = self.bytes;
        self.lower.extend(bytes[name.clone()].iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase));
        Kind::of(&self.lower)
    }

    fn end_tag(&mut self, tag: usize) -> usize {
        let name = tag + 2..self.name_end(tag + 2);
        let kind = self.take_name(&name);
        let Some(end) = self.scan_attributes(name.end) else { return self.bytes.len() };
        match kind {
            Kind::Void if self.lower == b"br" => self.out.start(name, &[]),
            Kind::Void | Kind::Dropped | Kind::Hollow | Kind::Verbatim | Kind::Skipped => {}
            _ => match self.stack.closing(kind, &self.lower) {
                Closing::Nothing => {}
                Closing::From(height) => self.close_from(height),
                Closing::Only(height) => {
                    self.stack.remove(height);
                    self.formatting = self.formatting.saturating_sub(usize::from(kind == Kind::Formatting));
                    self.out.end(name);
                }
            },
        }
        end
    }

    /// Closes every element from `height` up, in the output too. Formatting elements are left to the parser, which
    /// opens them again in the next block as a browser does.
    fn close_from(&mut self, height: usize) {
        while self.stack.depth() > height {
            let Some(open) = self.stack.pop() else { return };
            self.pre -= usize::from(self.is_pre(&open));
            if !matches!(open.kind, Kind::Formatting | Kind::Anchor | Kind::Mute) {
                self.out.end(open.name.0..open.name.1);
            }
        }
    }

    fn is_pre(&self, open: &Open) -> bool {
        self.bytes[open.name.0..open.name.1].eq_ignore_ascii_case(b"pre")
    }

    fn start_tag(&mut self, tag: usize) -> usize {
        let name = tag + 1..self.name_end(tag + 1);
        let kind = self.take_name(&name);
        let Some(end) = self.scan_attributes(name.end) else { return self.bytes.len() };
        // Each formatting element left open costs one element more in every block to come.
        self.cost += 1 + self.formatting.saturating_sub(4);
        let over = self.cost > MAX_ELEMENTS;
        match kind {
            Kind::Dropped => return self.drop_content(&name, end),
            Kind::Skipped => {}
            Kind::Formatting if self.is_icon(end) => return self.past(end, b'>'),
            // Word wraps every run of text in spans that say nothing but a font.
            Kind::Inline if self.says_nothing() => {
                self.stack.push(Open::new(Kind::Mute, &self.lower, (name.start, name.end)));
            }
            Kind::Hollow => {
                if !over {
                    self.emit_start(name.clone());
                    self.out.end(name);
                }
                return self.after_end_tag(end).unwrap_or(end);
            }
            Kind::Verbatim => return self.verbatim(end, name, over),
            Kind::Void if over => {}
            Kind::Void => self.emit_start(name),
            _ => self.open(kind, name, over),
        }
        end
    }

    /// `<i class="fa fa-clock"></i>`: the tag that ends at `end` holds nothing and is an icon by its class.
    fn is_icon(&self, end: usize) -> bool {
        let tail = &self.bytes[end..];
        matches!(self.lower.as_slice(), b"i" | b"em")
            && tail.starts_with(b"</")
            && tail.get(2..2 + self.lower.len()).is_some_and(|name| name.eq_ignore_ascii_case(&self.lower))
            && tail.get(2 + self.lower.len()) == Some(&b'>')
            && self.attributes.iter().all(|attribute| !self.bytes[attribute.name.clone()].eq_ignore_ascii_case(b"id"))
    }

    /// A `span` all of whose attributes are left out.
    fn says_nothing(&self) -> bool {
        self.lower == b"span"
            && !self.attributes.is_empty()
            && self.stack.depth() < self.depth_limit
            && self.attributes.iter().all(|attribute| !keeps(self.bytes, attribute))
    }

    fn open(&mut self, kind: Kind, name: Range<usize>, over: bool) {
        if let Some(height) = self.stack.implied(kind, &self.lower) {
            self.close_implied(kind, height);
        }
        let stray = matches!(kind, Kind::Section | Kind::Row | Kind::Cell) && !self.stack.in_table();
        let flood = kind == Kind::Formatting && self.formatting >= MAX_FORMATTING;
        if over || stray || flood || self.stack.depth() >= self.depth_limit {
            // Flattened; a blank keeps the words of two blocks apart.
            self.out.literal(" ");
            return;
        }
        self.formatting += usize::from(kind == Kind::Formatting);
        let open = Open::new(kind, &self.lower, (name.start, name.end));
        self.pre += usize::from(self.is_pre(&open));
        self.stack.push(open);
        self.emit_start(name);
    }

    fn close_implied(&mut self, kind: Kind, height: usize) {
        if kind == Kind::Anchor {
            let open = self.stack.remove(height);
            self.out.end(open.name.0..open.name.1);
        } else {
            self.close_from(height);
        }
    }

    /// Reads attributes from `from` up to the tag's end; `None` when the source ends first, which drops the tag.
    fn scan_attributes(&mut self, from: usize) -> Option<usize> {
        self.attributes.clear();
        let bytes = self.bytes;
        let mut at = from;
        loop {
            while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/') {
                at += 1;
            }
            if *bytes.get(at)? == b'>' {
                return Some(at + 1);
            }
            let start = at;
            at += 1;
            while !matches!(bytes.get(at)?, b'=' | b'>' | b'/') && !bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            let name = start..at;
            let mut next = at;
            while bytes.get(next)?.is_ascii_whitespace() {
                next += 1;
            }
            let mut value = at..at;
            if bytes[next] == b'=' {
                next += 1;
                while bytes.get(next)?.is_ascii_whitespace() {
                    next += 1;
                }
                value = value_at(bytes, next)?;
                at = value.end + usize::from(matches!(bytes[next], b'"' | b'\''));
            }
            // NULs are nothing, in names too.
            if self.attributes.len() <= MAX_ATTRIBUTES && bytes[name.clone()].iter().any(|byte| *byte != 0) {
                self.attributes.push(Attribute { name, value });
            }
        }
    }

    fn emit_start(&mut self, name: Range<usize>) {
        self.attributes.truncate(MAX_ATTRIBUTES);
        self.attributes.retain(|attribute| keeps(self.bytes, attribute));
        self.out.start(name, &self.attributes);
    }

    fn drop_content(&mut self, name: &Range<usize>, end: usize) -> usize {
        let script = self.lower == b"script";
        let json_ld = script && self.attributes.iter().any(|attribute| names_json_ld(self.bytes, attribute));
        let Some(after) = self.after_end_tag(end) else {
            // Unclosed: a script swallows the rest as in a browser, a drawing does not.
            return if script || self.lower == b"style" { self.bytes.len() } else { end };
        };
        if json_ld && self.json_ld.len() < MAX_JSON_LD {
            let close = self.source[..after].rfind("</").unwrap_or(end);
            self.json_ld.push(end..close.max(end));
        }
        debug_assert!(after >= name.end, "the scan goes forward only");
        after
    }

    fn verbatim(&mut self, end: usize, name: Range<usize>, over: bool) -> usize {
        let Some(after) = self.after_end_tag(end) else { return end };
        if !over {
            self.emit_start(name.clone());
            let close = self.source[..after].rfind("</").unwrap_or(end).max(end);
            self.text(end..close);
            self.out.end(name);
        }
        after
    }

    /// The position after the end tag of the element named in `lower`, searched from `from`.
    fn after_end_tag(&mut self, from: usize) -> Option<usize> {
        if self.exhausted.contains(&self.lower) {
            return None;
        }
        let length = self.lower.len();
        let mut at = from;
        while let Some(offset) = memchr(b'<', &self.bytes[at..]) {
            let tag = at + offset;
            let name = self.bytes.get(tag + 2..tag + 2 + length);
            if self.bytes.get(tag + 1) == Some(&b'/')
                && name.is_some_and(|name| name.eq_ignore_ascii_case(&self.lower))
                && !self.bytes.get(tag + 2 + length).is_some_and(u8::is_ascii_alphanumeric)
            {
                return Some(self.past(tag, b'>'));
            }
            at = tag + 1;
        }
        self.exhausted.push(self.lower.clone());
        None
    }
}
