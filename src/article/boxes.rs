//! Boxes set into the midst of a text: the text goes on after them, in the element it stood in before.

use std::ops::Range;

use super::body::{Region, Weights};
use super::outline::Outline;
use super::teasers::sentence;

/// The lines of the box that a phrase at `index` opens, when the article goes on behind it.
pub(super) fn around(outline: &Outline, weights: &Weights, region: Region, index: usize) -> Option<Range<usize>> {
    let before = (region.first..index).rev().find(|at| text(outline, weights, *at))?;
    // The largest element around the phrase that does not hold the text before it.
    let mut inner = None;
    let mut at = outline.lines[index].area;
    while at != 0 && outline.areas[at].first > before {
        inner = Some(at);
        at = outline.areas[at].parent;
    }
    let frame = &outline.areas[inner?];
    // A heading of its own is no box: what it opens follows as its siblings.
    if frame.first < index || frame.end <= index + 1 || frame.end >= region.end {
        return None;
    }
    let home = holder(outline, before);
    let goes_on = (frame.end..region.end)
        .take_while(|at| !weights.lines[*at].phrase.is_some_and(super::lexicon::Phrase::ends_article))
        .any(|at| text(outline, weights, at) && holder(outline, at) == home);
    goes_on.then_some(frame.first..frame.end)
}

fn text(outline: &Outline, weights: &Weights, index: usize) -> bool {
    sentence(outline, weights, index) && !outline.lines[index].noisy
}

/// The element that holds a line's paragraph, or the line itself where there are no paragraphs.
fn holder(outline: &Outline, index: usize) -> usize {
    let area = outline.lines[index].area;
    let lone = outline.areas[area].end - outline.areas[area].first <= 1;
    if lone { outline.areas[area].parent } else { area }
}
