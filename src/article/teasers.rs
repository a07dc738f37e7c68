//! Lists of other articles that no heading announces: links with their summaries, link lines after a phrase.

use super::body::{Region, SENTENCE_BYTES, Weights};
use super::furniture::{ambiguous, onward};
use super::outline::{LineKind, Outline};

/// A link to an article: most of the line, and long enough for a title.
fn link(outline: &Outline, weights: &Weights, index: usize) -> bool {
    let line = &outline.lines[index];
    line.link_share() > 0.7 && line.size >= 20 && !weights.lines[index].file && line.kind != LineKind::Row
}

fn sentence(outline: &Outline, weights: &Weights, index: usize) -> bool {
    let line = &outline.lines[index];
    line.size >= SENTENCE_BYTES && line.link_share() < 0.4 && weights.lines[index].phrase.is_none()
}

/// Where summaries of other articles begin below the text: from there on every sentence stands under a link, and there
/// are two links or more. The heading above the first goes with them.
pub(super) fn begin(outline: &Outline, weights: &Weights, region: Region) -> Option<usize> {
    let mut first = None;
    let (mut links, mut under, mut sentences, mut headed) = (0usize, 0usize, 0usize, true);
    for index in (region.first..region.end).rev() {
        if link(outline, weights, index) && !onward(&outline.lines[index]) {
            links += 1;
            headed &= matches!(outline.lines[index].kind, LineKind::Heading(_));
            first = Some(index);
        } else if sentence(outline, weights, index) {
            let above = (index.saturating_sub(2).max(region.first)..index).rev();
            let covered = above
                .take_while(|at| !sentence(outline, weights, *at))
                .any(|at| link(outline, weights, at) && !onward(&outline.lines[at]));
            if !covered {
                break;
            }
            under += 1;
        }
    }
    // One paragraph behind a box of links is not yet a list; headings that are links are.
    let first = first.filter(|_| links >= 2 && under >= if headed { 1 } else { 2 })?;
    sentences += (region.first..first).filter(|index| sentence(outline, weights, *index)).count();
    // A page that is such a list from its top is no article; other rules say so.
    if sentences < 2 {
        return None;
    }
    let heading = first.checked_sub(1).filter(|above| {
        let line = &outline.lines[*above];
        *above > region.first
            && line.size < SENTENCE_BYTES
            && (matches!(line.kind, LineKind::Heading(_)) || line.is_bold())
    });
    Some(heading.unwrap_or(first))
}

/// Drops links that point on to other articles in the midst of the text: behind a phrase that announces them, or marked.
pub(super) fn drop_pointers(outline: &Outline, weights: &Weights, kept: &mut Vec<usize>) {
    let announced = |index: usize| {
        let mut above = index;
        while above > 0 && link(outline, weights, above) {
            above -= 1;
        }
        weights.lines[above].phrase.is_some() && outline.lines[above].text.chars().count() < 60
    };
    kept.retain(|index| {
        let pointer = !weights.lines[*index].file
            && (onward(&outline.lines[*index]) || (link(outline, weights, *index) && announced(*index)));
        !pointer
    });
}

/// Whether a phrase heads a section of the text itself: set as a heading between two sentences of the article.
pub(super) fn heads_section(outline: &Outline, weights: &Weights, region: Region, index: usize) -> bool {
    let line = &outline.lines[index];
    let set_apart = matches!(line.kind, LineKind::Heading(_)) || line.is_bold();
    let stands = |at: usize| {
        (region.first..region.end).contains(&at) && sentence(outline, weights, at) && !outline.lines[at].noisy
    };
    set_apart
        && line.linked == 0
        && !line.noisy
        && ambiguous(&weights.lines[index].key)
        && index > 0
        && stands(index - 1)
        && stands(index + 1)
}
