//! scraper's tree with handles that remember their element's name.
//!
//! Tree construction asks for the names of open elements again and again; looking each up in the tree costs more than
//! the rest of it.

use std::borrow::Cow;

use ego_tree::NodeId;
use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, Namespace, QualName, local_name, ns};
use scraper::{Html, HtmlTreeSink};

/// The pruner drops drawings and formulas: every element is HTML's.
static HTML: Namespace = ns!(html);

/// A node, and its name if it is an element.
#[derive(Debug, Clone)]
pub(super) struct Handle {
    id: NodeId,
    name: LocalName,
}

impl Handle {
    const fn unnamed(id: NodeId) -> Self {
        Self { id, name: local_name!("") }
    }
}

/// An element's name, as tree construction asks for it.
#[derive(Debug)]
pub(super) struct Name<'a>(&'a LocalName);

impl ElemName for Name<'_> {
    fn ns(&self) -> &Namespace {
        &HTML
    }

    fn local_name(&self) -> &LocalName {
        self.0
    }
}

/// What tree construction writes to.
pub(super) struct Sink(HtmlTreeSink);

impl Sink {
    pub(super) fn new(html: Html) -> Self {
        Self(HtmlTreeSink::new(html))
    }
}

fn bare(child: NodeOrText<Handle>) -> NodeOrText<NodeId> {
    match child {
        NodeOrText::AppendNode(node) => NodeOrText::AppendNode(node.id),
        NodeOrText::AppendText(text) => NodeOrText::AppendText(text),
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Html;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Html {
        self.0.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle::unnamed(self.0.get_document())
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Name<'a> {
        Name(&target.name)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        Handle { name: name.local.clone(), id: self.0.create_element(name, attrs, flags) }
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        Handle::unnamed(self.0.create_comment(text))
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        Handle::unnamed(self.0.create_pi(target, data))
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.0.append(&parent.id, bare(child));
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        self.0.append_based_on_parent_node(&element.id, &previous.id, bare(child));
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.0.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        Handle::unnamed(self.0.get_template_contents(&target.id))
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.id == y.id
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.0.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, new_node: NodeOrText<Handle>) {
        self.0.append_before_sibling(&sibling.id, bare(new_node));
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.0.add_attrs_if_missing(&target.id, attrs);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.0.remove_from_parent(&target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.0.reparent_children(&node.id, &new_parent.id);
    }
}
