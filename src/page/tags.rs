//! What the pruner must know of HTML's elements: which content is dropped, and which open element a tag closes.
//!
//! Only as much of the standard's tree construction as bounds the tree (HTML Living Standard, 13.2.6).

/// What an element means for the stack of open elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// No end tag.
    Void,
    /// Dropped with all its content.
    Dropped,
    /// Kept, content dropped (the content is text to a parser, and shown by nobody).
    Hollow,
    /// Kept, content is text in which no tag counts.
    Verbatim,
    /// Never emitted, content read on.
    Skipped,
    /// Reopened in later blocks when left open (13.2.4.3).
    Formatting,
    /// `a`: as formatting, but never open twice.
    Anchor,
    /// Block element that closes an open `p`.
    Block,
    /// `p`.
    Paragraph,
    /// `li`, `dd`, `dt`.
    Item,
    /// `table`.
    Table,
    /// `tbody`, `thead`, `tfoot`, `colgroup`.
    Section,
    /// `tr`.
    Row,
    /// `td`, `th`, `caption`.
    Cell,
    /// `option`, `optgroup`.
    Choice,
    /// `form`: its end tag removes itself only.
    Form,
    /// `object`, `button` and other barriers to scope.
    Barrier,
    /// `span` and everything unknown.
    Inline,
    /// An inline element that is left out of the output, end tag included.
    Mute,
}

impl Kind {
    /// The kind of the element of that name, in lower case.
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"br" | b"img" | b"hr" | b"input" | b"meta" | b"link" | b"base" | b"area" | b"col" | b"embed"
            | b"param" | b"source" | b"track" | b"wbr" | b"keygen" | b"image" | b"bgsound" | b"frame" | b"basefont" => {
                Self::Void
            }
            b"script" | b"style" | b"svg" | b"math" | b"noscript" | b"template" | b"noembed" | b"noframes" => {
                Self::Dropped
            }
            b"iframe" | b"xmp" | b"select" => Self::Hollow,
            b"title" | b"textarea" => Self::Verbatim,
            b"plaintext" | b"frameset" | b"listing" => Self::Skipped,
            b"b" | b"i" | b"u" | b"em" | b"strong" | b"font" | b"big" | b"small" | b"s" | b"strike" | b"tt"
            | b"code" | b"nobr" => Self::Formatting,
            b"a" => Self::Anchor,
            b"p" => Self::Paragraph,
            b"li" | b"dd" | b"dt" => Self::Item,
            b"div" | b"section" | b"article" | b"aside" | b"header" | b"footer" | b"nav" | b"main" | b"ul" | b"ol"
            | b"dl" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"blockquote" | b"center" | b"figure"
            | b"figcaption" | b"address" | b"fieldset" | b"details" | b"summary" | b"dialog" | b"menu" | b"pre"
            | b"hgroup" | b"dir" | b"search" => Self::Block,
            b"table" => Self::Table,
            b"tbody" | b"thead" | b"tfoot" | b"colgroup" => Self::Section,
            b"tr" => Self::Row,
            b"td" | b"th" | b"caption" => Self::Cell,
            b"option" | b"optgroup" => Self::Choice,
            b"form" => Self::Form,
            b"object" | b"button" | b"applet" | b"marquee" | b"html" | b"body" | b"head" => Self::Barrier,
            // `o:p`, `st1:place`: what Word leaves behind.
            name if name.contains(&b':') => Self::Skipped,
            _ => Self::Inline,
        }
    }

    fn special(self) -> bool {
        !matches!(self, Self::Formatting | Self::Anchor | Self::Inline | Self::Mute)
    }
}

/// An open element: its kind, and a number made of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) kind: Kind,
    /// Where its name stands in the source.
    pub(super) name: (usize, usize),
    key: u32,
}

impl Open {
    pub(super) fn new(kind: Kind, lower: &[u8], name: (usize, usize)) -> Self {
        Self { kind, name, key: key(lower) }
    }
}

/// FNV-1a; an adversary's collision costs a badly nested tree, nothing more.
fn key(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The open elements. An upper bound of what the parser holds: what it pops here is closed explicitly in the output.
#[derive(Debug)]
pub(super) struct Stack {
    open: Vec<Open>,
    counts: [u32; 256],
    /// Open tables, so that rows without one cost nothing to refuse.
    tables: usize,
}

/// What an end tag does.
pub(super) enum Closing {
    /// Nothing is open under that name.
    Nothing,
    /// The elements from this height up are closed.
    From(usize),
    /// Only the element at this height is closed.
    Only(usize),
}

impl Stack {
    pub(super) fn new() -> Self {
        Self { open: Vec::with_capacity(64), counts: [0; 256], tables: 0 }
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn push(&mut self, open: Open) {
        self.counts[(open.key & 255) as usize] += 1;
        self.tables += usize::from(open.kind == Kind::Table);
        self.open.push(open);
    }

    pub(super) fn pop(&mut self) -> Option<Open> {
        let top = self.open.pop()?;
        self.counts[(top.key & 255) as usize] -= 1;
        self.tables -= usize::from(top.kind == Kind::Table);
        Some(top)
    }

    pub(super) fn remove(&mut self, height: usize) -> Open {
        let gone = self.open.remove(height);
        self.counts[(gone.key & 255) as usize] -= 1;
        self.tables -= usize::from(gone.kind == Kind::Table);
        gone
    }

    /// From which height up a start tag closes open elements.
    pub(super) fn implied(&self, kind: Kind, lower: &[u8]) -> Option<usize> {
        if matches!(kind, Kind::Section | Kind::Row | Kind::Cell) && self.tables == 0 {
            return None;
        }
        let wanted = key(lower);
        for (height, open) in self.open.iter().enumerate().rev() {
            let hit = match kind {
                Kind::Paragraph | Kind::Block | Kind::Form => open.kind == Kind::Paragraph,
                Kind::Item if lower == b"li" => open.key == wanted,
                Kind::Item => open.kind == Kind::Item,
                Kind::Choice | Kind::Cell | Kind::Row | Kind::Section => open.kind == kind,
                Kind::Anchor => return self.open_anchor(),
                _ => return None,
            };
            if hit {
                return Some(height);
            }
            let barrier = match kind {
                Kind::Item => open.kind.special() && !matches!(open.kind, Kind::Paragraph) && open.key != key(b"div"),
                Kind::Cell | Kind::Row | Kind::Section => open.kind == Kind::Table,
                _ => open.kind.special(),
            };
            if barrier {
                return None;
            }
        }
        None
    }

    /// `a` in `a` closes the first when nothing but inline elements stands between.
    fn open_anchor(&self) -> Option<usize> {
        let height = self.open.iter().rposition(|open| open.kind.special() || open.kind == Kind::Anchor)?;
        (self.open[height].kind == Kind::Anchor).then_some(height)
    }

    /// Whether a row or cell is allowed here at all.
    pub(super) fn in_table(&self) -> bool {
        self.tables > 0
    }

    /// What an end tag of that name closes.
    pub(super) fn closing(&self, kind: Kind, lower: &[u8]) -> Closing {
        let wanted = key(lower);
        if self.counts[(wanted & 255) as usize] == 0 {
            return Closing::Nothing;
        }
        for (height, open) in self.open.iter().enumerate().rev() {
            if open.key == wanted {
                let alone = matches!(kind, Kind::Formatting | Kind::Anchor | Kind::Form);
                return if alone { Closing::Only(height) } else { Closing::From(height) };
            }
            let barrier = match kind {
                Kind::Table | Kind::Section | Kind::Row | Kind::Cell => open.kind == Kind::Table,
                Kind::Inline | Kind::Mute => open.kind.special(),
                _ => matches!(open.kind, Kind::Table | Kind::Cell | Kind::Barrier),
            };
            if barrier {
                return Closing::Nothing;
            }
        }
        Closing::Nothing
    }
}
