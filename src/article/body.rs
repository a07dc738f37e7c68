//! Where the article's text stands: the area whose lines weigh most, and which of its lines are text.

use super::fold::key;
use super::hints::Hints;
use super::lexicon::{Phrase, opening, phrase_of};
use super::outline::{Line, LineKind, Outline};
use super::teasers;
use super::text::bare;

/// Bytes from which a line without links reads like a sentence.
pub(super) const SENTENCE_BYTES: usize = 70;
/// One line weighs no more than this: a footer's long paragraph must not outweigh an article.
const LONGEST_WEIGHED: i32 = 900;

/// Lines longer than this are no phrase as a whole.
const LONGEST_KEY_BYTES: usize = 90;
/// Of longer lines the beginning is looked up: notices of the publisher open alike.
const OPENING_BYTES: usize = 60;

/// What is known about each line, once.
#[derive(Debug, Clone)]
pub(super) struct Weighed {
    pub(super) worth: i32,
    pub(super) phrase: Option<Phrase>,
    /// The folded text of short lines; empty for others.
    pub(super) key: String,
    /// Links to files: content, not navigation.
    pub(super) file: bool,
}

/// Lines with their weights, and running totals.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) lines: Vec<Weighed>,
    sums: Vec<i32>,
    losses: Vec<i32>,
}

impl Weights {
    pub(super) fn of(outline: &Outline) -> Self {
        let mut files = vec![false; outline.lines.len() + 1];
        for file in &outline.files {
            if let Some(slot) = files.get_mut(file.line) {
                *slot = true;
            }
        }
        let lines: Vec<Weighed> = outline
            .lines
            .iter()
            .zip(files)
            .map(|(line, file)| {
                let short = line.size <= LONGEST_KEY_BYTES;
                let key = if short { key(&line.text) } else { String::new() };
                let phrase = if short { phrase_of(&key) } else { long_phrase(line) };
                Weighed { worth: worth(line, phrase, file), phrase, key, file }
            })
            .collect();
        let (mut sums, mut losses) = (Vec::with_capacity(lines.len() + 1), Vec::with_capacity(lines.len() + 1));
        let (mut sum, mut loss) = (0, 0);
        for line in &lines {
            sums.push(sum);
            losses.push(loss);
            sum += line.worth;
            loss += line.worth.min(0);
        }
        sums.push(sum);
        losses.push(loss);
        Self { lines, sums, losses }
    }

    fn sum(&self, first: usize, end: usize) -> i32 {
        self.sums[end] - self.sums[first.min(end)]
    }

    /// The heaviest beginning of a range: its weight and its end.
    fn best_start(&self, first: usize, end: usize) -> (i32, usize) {
        let mut best = (i32::MIN, end);
        for at in first + 1..=end {
            let sum = self.sums[at] - self.sums[first];
            if sum > best.0 {
                best = (sum, at);
            }
        }
        best
    }

    fn loss(&self, first: usize, end: usize) -> i32 {
        self.losses[end] - self.losses[first.min(end)]
    }
}

/// The phrase that a line of some length opens with. Links and paragraphs are none.
fn long_phrase(line: &Line) -> Option<Phrase> {
    if line.size > 240 || line.link_share() > 0.5 {
        return None;
    }
    opening(&key(&line.text[..line.text.floor_char_boundary(OPENING_BYTES)]))
}

/// What a line speaks for (text) or against (links, furniture).
fn worth(line: &Line, phrase: Option<Phrase>, file: bool) -> i32 {
    let size = i32::try_from(line.size).unwrap_or(LONGEST_WEIGHED).min(LONGEST_WEIGHED);
    if phrase.is_some() {
        return -80;
    }
    let linked = line.link_share();
    let value = if linked >= 0.6 {
        if file { 5 } else { -30 - size / 2 }
    } else if line.size >= SENTENCE_BYTES && linked < 0.4 {
        size
    } else if line.size >= 24 && linked < 0.4 {
        size / 3
    } else {
        -4
    };
    if value > 0 && line.noisy { value / 8 } else { value }
}

/// The lines in which the article's text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    pub(super) area: usize,
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) score: i32,
}

/// The area that weighs most, below the title when there is one.
///
/// What counts is the best beginning of an area: bodies share their container with what follows them.
pub(super) fn choose(outline: &Outline, weights: &Weights, title: Option<usize>) -> Option<Region> {
    let after = title.map_or(0, |line| line + 1);
    let mut best: Option<Region> = None;
    for (index, area) in outline.areas.iter().enumerate() {
        let first = area.first.max(after);
        if first >= area.end {
            continue;
        }
        // What lies between title and area speaks against it: bodies stand right below their titles.
        let apart = if title.is_some() { weights.loss(after, first) } else { 0 };
        let named = if area.hints.has(Hints::BODY) { 6 } else { 0 };
        let (sum, end) = weights.best_start(first, area.end);
        let score = sum + apart + named;
        if best.is_none_or(|best| score >= best.score) {
            best = Some(Region { area: index, first, end, score });
        }
    }
    best.map(|region| Region { end: signed_off(outline, weights, region), ..region })
}

/// The region's end moved over the short lines that follow the text: a byline, a note.
fn signed_off(outline: &Outline, weights: &Weights, region: Region) -> usize {
    const MOST: usize = 8;
    let limit = outline.areas[region.area].end.min(region.end + MOST);
    let stops = |index: &usize| weights.lines[*index].phrase.is_some() || outline.lines[*index].link_share() > 0.5;
    (region.end..limit).find(stops).unwrap_or(limit)
}

/// The region a selector chose.
pub(super) fn chosen(outline: &Outline, weights: &Weights, area: usize) -> Region {
    let frame = &outline.areas[area];
    Region { area, first: frame.first, end: frame.end, score: weights.sum(frame.first, frame.end) }
}

/// Which lines of the region are the article's, in order, and where it ends.
pub(super) fn keep(outline: &Outline, weights: &Weights, region: Region, trusted: bool) -> (Vec<usize>, usize) {
    let end = cut(outline, weights, region);
    let area_noisy = noise_means_nothing(outline, weights, region, end);
    let mut kept: Vec<usize> = (region.first..end)
        .filter(|index| {
            let line = &outline.lines[*index];
            let weighed = &weights.lines[*index];
            let furniture = weighed.phrase.is_some()
                && !(trusted && matches!(line.kind, LineKind::Row))
                && !teasers::heads_section(outline, weights, region, *index);
            let noisy = line.noisy && !area_noisy;
            let unwanted = [Hints::ACCOUNT, Hints::COUNT, Hints::TRAIL].iter().any(|hint| line.hints.has(*hint))
                || (line.hints.has(Hints::FILES) && weighed.file);
            !furniture && !noisy && !unwanted && !bare(&line.text)
        })
        .collect();
    teasers::drop_pointers(outline, weights, &mut kept);
    drop_link_runs(outline, weights, &mut kept);
    (kept, end)
}

/// Where the article ends: before the first heading of other articles, counters or comments that has less text after it
/// than before.
fn cut(outline: &Outline, weights: &Weights, region: Region) -> usize {
    let text = |from: usize, to: usize| -> i32 { (from..to).map(|index| weights.lines[index].worth.max(0)).sum() };
    for index in region.first..region.end {
        let Some(phrase) = weights.lines[index].phrase else { continue };
        let line = &outline.lines[index];
        if !phrase.ends_article()
            || line.kind == LineKind::Row
            || teasers::heads_section(outline, weights, region, index)
        {
            continue;
        }
        let (before, after) = (text(region.first, index), text(index + 1, region.end));
        if before > 0 && after <= before / 2 {
            return index;
        }
    }
    teasers::begin(outline, weights, region).unwrap_or(region.end)
}

/// Whether the region is called noise as a whole, or most of its text is: then the name is wrong.
fn noise_means_nothing(outline: &Outline, weights: &Weights, region: Region, end: usize) -> bool {
    let (mut noisy, mut all) = (0usize, 0usize);
    for index in region.first..end {
        let line = &outline.lines[index];
        if weights.lines[index].phrase.is_none() && line.link_share() < 0.5 {
            all += line.size;
            noisy += if line.noisy { line.size } else { 0 };
        }
    }
    noisy * 2 > all
}

/// Lists of links: three in a row anywhere, or any number at the end.
fn drop_link_runs(outline: &Outline, weights: &Weights, kept: &mut Vec<usize>) {
    let linked = |index: usize| outline.lines[index].link_share() > 0.8 && !weights.lines[index].file;
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < kept.len() {
        let start = at;
        while at < kept.len() && linked(kept[at]) {
            at += 1;
        }
        if at - start >= 3 || (at - start >= 2 && at == kept.len()) {
            runs.push((start, at));
        }
        at += usize::from(at == start);
    }
    for (start, end) in runs.into_iter().rev() {
        kept.drain(start..end);
    }
}

/// Whether the lines are a list of articles: links with their summaries, again and again.
pub(super) fn is_list(outline: &Outline, weights: &Weights, region: Region, kept: &[usize]) -> bool {
    /// How far below a thin text the links of its list are looked for, in lines.
    const NEAR: usize = 24;
    let link = |index: usize| {
        let line = &outline.lines[index];
        line.link_share() > 0.7 && line.size >= 24 && !weights.lines[index].file && !line.noisy
    };
    let area_end = outline.areas[region.area].end.max(region.end);
    let links = (region.first..area_end).filter(|index| link(*index)).count();
    let texts: Vec<usize> = kept.iter().copied().filter(|index| outline.lines[*index].link_share() < 0.5).collect();
    let bytes: usize = texts.iter().map(|index| outline.lines[*index].size).sum();
    if bytes < 90 && !weights.lines[region.first..region.end].iter().any(|line| line.file) {
        let near = region.first..outline.lines.len().min(region.first + NEAR);
        let listed = near.take_while(|index| !weights.lines[*index].phrase.is_some_and(Phrase::ends_article));
        return links.max(listed.filter(|index| link(*index)).count()) >= 3;
    }
    if links < 3 {
        return false;
    }
    let first = (region.first..area_end).find(|index| link(*index)).unwrap_or(area_end);
    let before: usize = kept.iter().filter(|index| **index < first).map(|index| outline.lines[*index].size).sum();
    let interleaved = kept.iter().filter(|index| link(**index)).count();
    bytes < 200 || (before < 250 && (interleaved >= 3 || links >= texts.len()))
}

/// Whether every sentence hangs below a link: a page of one or two teasers.
pub(super) fn is_teaser(outline: &Outline, kept: &[usize], title: Option<usize>) -> bool {
    let linked = |index: usize| outline.lines[index].link_share() > 0.7 && outline.lines[index].size >= 24;
    let sentences: Vec<usize> =
        kept.iter().copied().filter(|index| !linked(*index) && outline.lines[*index].size >= SENTENCE_BYTES).collect();
    let bytes: usize = sentences.iter().map(|index| outline.lines[*index].size).sum();
    !sentences.is_empty()
        && bytes < 700
        && sentences.iter().all(|index| {
            let above = (index.saturating_sub(2)..*index).any(linked);
            let text = outline.lines[*index].text.as_str();
            above
                && (Some(*index) > title)
                && (text.ends_with("...") || text.ends_with('…') || kept.iter().any(|line| linked(*line)))
        })
}
