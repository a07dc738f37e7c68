//! What the pruner writes to.

use std::ops::Range;

use super::attributes::Attribute;

/// Takes what is left of a page, in order. Ranges are of the source; names may be in any letter case.
pub(super) trait Output {
    /// A piece of text, character references and all.
    fn text(&mut self, range: Range<usize>);
    /// Text that the source does not have.
    fn literal(&mut self, text: &str);
    /// A document type, brackets included.
    fn doctype(&mut self, range: Range<usize>);
    /// A start tag.
    fn start(&mut self, name: Range<usize>, attributes: &[Attribute]);
    /// An end tag.
    fn end(&mut self, name: Range<usize>);
}
