//! Pages in letters from before Unicode: found once a page, restored text by text.

use ego_tree::NodeRef;
use scraper::Node;

use super::markup::attr;
use super::meta::Meta;
use crate::page::{HtmlPage, OldLetters, shows_capitals};

/// How far up the element that names the font is looked for.
const MOST_ANCESTORS: usize = 12;

/// What the page's text is written in, when not in Unicode.
pub(super) fn letters(page: &HtmlPage) -> Option<OldLetters> {
    if !OldLetters::suspected(&page.source) {
        return None;
    }
    let texts = page.dom.tree.nodes().filter_map(|node| match node.value() {
        Node::Text(text) => Some(&**text),
        _ => None,
    });
    OldLetters::of(texts, &page.source)
}

/// One text of the page in Unicode; `None` where it is already.
pub(super) fn restore(letters: OldLetters, text: &str, node: NodeRef<'_, Node>) -> Option<String> {
    let restored = letters.restore(text);
    if letters != OldLetters::Tcvn3 {
        return restored;
    }
    // The capitals of this set are fonts of their own over the small letters.
    let capitals =
        node.ancestors().take(MOST_ANCESTORS).filter_map(|node| node.value().as_element()).find_map(|above| {
            let font = attr(above, "face").or_else(|| attr(above, "style")).filter(|font| font.contains(".V"))?;
            Some(shows_capitals(font))
        });
    if capitals != Some(true) {
        return restored;
    }
    Some(restored.as_deref().unwrap_or(text).to_uppercase())
}

impl Meta {
    /// What the head declares, in Unicode.
    pub(super) fn restore(&mut self, letters: OldLetters) {
        for text in [&mut self.title, &mut self.og_title, &mut self.headline, &mut self.section].into_iter().flatten() {
            if let Some(restored) = letters.restore(text) {
                *text = restored;
            }
        }
    }
}
