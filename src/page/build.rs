//! The pruner's tags and texts → the tree: html5ever's tree construction, without tokenizing what was just read.
//!
//! Texts and values that need no change are slices of one copy of the source.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use ego_tree::Tree;
use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::TreeSink;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    Doctype, EndTag, StartTag, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, QualName, ns};
use memchr::memchr;
use scraper::{Html, Node};

use super::attributes;
use super::names::Names;
use super::output::Output;
use super::references::resolve;
use super::sink::{Handle, Sink};

/// Nodes that room is made for beforehand, at most.
const MAX_ROOM: usize = 200_000;

/// Builds the tree of what it is told.
pub(super) struct Builder<'a> {
    source: &'a str,
    shared: StrTendril,
    tree: TreeBuilder<Handle, Sink>,
    text: Run,
    names: Names,
    /// The source holds carriage returns; NULs.
    returns: bool,
    zeros: bool,
    typed: bool,
    scratch: RefCell<String>,
}

/// The text since the last tag: a piece of the source as long as that is possible.
#[derive(Default)]
struct Run {
    range: Range<usize>,
    changed: String,
}

impl<'a> Builder<'a> {
    /// `source` is what ranges refer to.
    pub(super) fn new(source: &'a str) -> Self {
        let bytes = source.as_bytes();
        // Each tag makes a node or ends one, and a text stands before it: a tree that grows is copied several times.
        let room = memchr::memchr_iter(b'<', bytes).count().min(MAX_ROOM);
        let mut empty = Html::new_document();
        empty.tree = Tree::with_capacity(Node::Document, room + 16);
        Self {
            source,
            shared: StrTendril::from(source),
            tree: TreeBuilder::new(Sink::new(empty), TreeBuilderOpts::default()),
            text: Run::default(),
            names: Names::new(),
            returns: memchr(b'\r', bytes).is_some(),
            zeros: memchr(0, bytes).is_some(),
            typed: false,
            scratch: RefCell::default(),
        }
    }

    /// The tree.
    pub(super) fn finish(mut self) -> Html {
        self.flush();
        self.send(Token::EOFToken);
        self.tree.end();
        self.tree.sink.finish()
    }

    fn send(&self, token: Token) {
        // What the tokenizer would do otherwise now, the pruner has seen to: no script runs, no raw text comes.
        let _ = self.tree.process_token(token, 1);
    }

    fn flush(&mut self) {
        let changed = !self.text.changed.is_empty();
        let text = if changed {
            self.plain(&self.text.changed, false).unwrap_or_else(|| StrTendril::from(self.text.changed.as_str()))
        } else if self.text.range.is_empty() {
            return;
        } else {
            self.slice(self.text.range.clone(), false)
        };
        self.text.changed.clear();
        self.text.range = 0..0;
        if !text.is_empty() {
            self.send(Token::CharacterTokens(text));
        }
    }

    /// A piece of the source as text or value.
    fn slice(&self, range: Range<usize>, attribute: bool) -> StrTendril {
        let piece = self.source.get(range.clone()).unwrap_or_default();
        self.plain(piece, attribute).unwrap_or_else(|| {
            let place = u32::try_from(range.start).ok().zip(u32::try_from(range.len()).ok());
            let shared = place.and_then(|(start, length)| self.shared.try_subtendril(start, length).ok());
            shared.unwrap_or_else(|| StrTendril::from(piece))
        })
    }

    /// The text with line ends, NULs and references seen to; `None` when it is to stay as it is.
    fn plain(&self, piece: &str, attribute: bool) -> Option<StrTendril> {
        let has = |byte| memchr(byte, piece.as_bytes()).is_some();
        let (referring, returns, zeros) = (has(b'&'), self.returns && has(b'\r'), self.zeros && has(0));
        if !(referring || returns || zeros) {
            return None;
        }
        let mut scratch = self.scratch.borrow_mut();
        scratch.clear();
        if returns || zeros {
            let piece = piece.replace('\0', "").replace("\r\n", "\n").replace('\r', "\n");
            resolve(&piece, attribute, &mut scratch);
        } else {
            resolve(piece, attribute, &mut scratch);
        }
        Some(StrTendril::from(scratch.as_str()))
    }

    fn tag(&mut self, kind: TagKind, name: Range<usize>, attrs: Vec<Attribute>) {
        self.flush();
        let name = self.names.get(&self.source[name]);
        self.send(Token::TagToken(Tag { kind, name, self_closing: false, attrs, had_duplicate_attributes: false }));
    }
}

impl Output for Builder<'_> {
    fn text(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        if self.text.changed.is_empty() {
            if self.text.range.is_empty() {
                self.text.range = range;
                return;
            }
            if self.text.range.end == range.start {
                self.text.range.end = range.end;
                return;
            }
            self.text.changed.push_str(&self.source[self.text.range.clone()]);
        }
        self.text.changed.push_str(&self.source[range]);
    }

    fn literal(&mut self, text: &str) {
        if self.text.changed.is_empty() {
            self.text.changed.push_str(&self.source[self.text.range.clone()]);
        }
        self.text.changed.push_str(text);
    }

    fn doctype(&mut self, range: Range<usize>) {
        // The first counts, if it stands before everything else (13.2.6.4.1).
        self.flush();
        if !std::mem::replace(&mut self.typed, true)
            && let Some(doctype) = doctype(&self.source[range])
        {
            self.send(Token::DoctypeToken(doctype));
        }
    }

    fn start(&mut self, name: Range<usize>, attributes: &[attributes::Attribute]) {
        let mut attrs: Vec<Attribute> = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            let local = self.names.get(&self.source[attribute.name.clone()]);
            // The first of a name counts (13.2.5.33).
            if attrs.iter().all(|known| known.name.local != local) {
                let value = self.slice(attribute.value.clone(), true);
                attrs.push(Attribute { name: QualName::new(None, ns!(), local), value });
            }
        }
        self.tag(StartTag, name, attrs);
    }

    fn end(&mut self, name: Range<usize>) {
        self.tag(EndTag, name, Vec::new());
    }
}

/// Reads a document type, which says whether a table closes a paragraph; rare enough for html5ever's tokenizer.
fn doctype(source: &str) -> Option<Doctype> {
    #[derive(Default)]
    struct First(Cell<Option<Doctype>>);
    impl TokenSink for First {
        type Handle = ();
        fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
            if let Token::DoctypeToken(doctype) = token {
                self.0.set(Some(doctype));
            }
            TokenSinkResult::Continue
        }
    }
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(source.replace('\0', "")));
    let tokenizer = Tokenizer::new(First::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.take()
}
