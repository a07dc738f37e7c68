//! From chosen links to the entries of a list: one per article, with its title and date.

use std::collections::HashMap;

use super::outline::Outline;
use super::words::fold;
use super::{ListItem, article_key};
use crate::article::dates::parse_stamp;
use crate::model::{Stamp, StampSource};

/// A link that may name an article.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Index into the outline's links.
    pub link: usize,
    /// What the article is known by.
    pub key: String,
    /// Index of the block's element: the largest that holds no other candidate.
    pub block: usize,
}

/// Elements that hold items and are none.
const HOLDERS: [&str; 12] =
    ["ul", "ol", "dl", "tbody", "thead", "table", "body", "html", "main", "form", "nav", "section"];

/// Gives every link its block. `rise` bounds the levels from a link up to its block.
pub(super) fn candidates(outline: &Outline, links: &[usize], family: Option<&str>, rise: usize) -> Vec<Candidate> {
    let keyed: Vec<(usize, String)> =
        links.iter().filter_map(|&link| Some((link, article_key(outline.links[link].url.as_ref()?, family)))).collect();
    keyed
        .iter()
        .map(|(link, key)| {
            let mut block = outline.links[*link].node;
            for above in outline.upwards(block).skip(1).take(rise) {
                let node = &outline.nodes[above];
                let first = keyed.partition_point(|(other, _)| *other < node.links.start);
                let alone = keyed[first..]
                    .iter()
                    .take_while(|(other, _)| *other < node.links.end)
                    .all(|(_, other)| other == key);
                if !alone || HOLDERS.contains(&node.element.name()) {
                    break;
                }
                block = above;
            }
            Candidate { link: *link, key: key.clone(), block }
        })
        .collect()
}

/// The entries that `chosen` stand for, in page order; several links to one article are one entry.
pub(super) fn entries(outline: &Outline, chosen: &[Candidate], date_nodes: &[usize]) -> Vec<(String, ListItem)> {
    let mut order: Vec<(String, ListItem)> = Vec::new();
    let mut ranks: Vec<(bool, bool, usize)> = Vec::new();
    let mut at: HashMap<&str, usize> = HashMap::new();
    for candidate in chosen {
        let link = &outline.links[candidate.link];
        let Some(url) = &link.url else { continue };
        let title = title(outline, link.node);
        let rank = rank(outline, link.node, &title);
        let date = date(outline, candidate, date_nodes);
        if let Some(&index) = at.get(candidate.key.as_str()) {
            let item = &mut order[index].1;
            item.seen_at(url);
            item.date = item.date.or(date);
            if rank > ranks[index] {
                item.title = title;
                ranks[index] = rank;
            }
        } else {
            at.insert(&candidate.key, order.len());
            order.push((candidate.key.clone(), ListItem { url: url.clone(), title, date, also: Vec::new() }));
            ranks.push(rank);
        }
    }
    order
}

/// Which of an article's links names it: no "Đọc tiếp", one in a heading, the longest.
fn rank(outline: &Outline, node: usize, title: &str) -> (bool, bool, usize) {
    const ONWARD: [&str; 6] = ["đọc tiếp", "xem tiếp", "xem thêm", "chi tiết", "xem chi tiết", "read more"];
    let text = fold(title);
    let onward = ONWARD.iter().any(|words| text.starts_with(words));
    let headed = outline.upwards(node).take(3).any(|node| outline.is_heading(node));
    (!onward, headed && !text.is_empty(), text.chars().count())
}

/// The link's text without dates set in it; its `title` when the text is cut or missing, then its picture's.
pub(super) fn title(outline: &Outline, node: usize) -> String {
    let mut out = String::new();
    for piece in &outline.texts[outline.nodes[node].texts.clone()] {
        if piece.node != node && is_stamp_line(piece.text) {
            continue;
        }
        for word in piece.text.split_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    let cut = out.ends_with("...") || out.ends_with('…');
    if !out.is_empty() && !cut {
        return out;
    }
    let told = outline.nodes[node].element.attr("title").map(str::trim).unwrap_or_default();
    if told.chars().count() > out.chars().count() {
        return told.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    if out.is_empty() {
        let inside = outline.nodes[node + 1..].iter().take_while(|inner| inner.depth > outline.nodes[node].depth);
        let picture = inside.filter(|inner| inner.element.name() == "img").find_map(|inner| inner.element.attr("alt"));
        return picture.map(str::trim).unwrap_or_default().to_owned();
    }
    out
}

/// The date of a candidate's block: a chosen date element, then `datetime`, then the first line that is a date.
fn date(outline: &Outline, candidate: &Candidate, date_nodes: &[usize]) -> Option<Stamp> {
    let block = candidate.block;
    if !date_nodes.is_empty() {
        let mut mine = date_nodes.iter().filter(|&&node| outline.within(node, block));
        return mine.find_map(|&node| stamp(&outline.text_of(node)));
    }
    let depth = outline.nodes[block].depth;
    let inside = outline.nodes[block + 1..].iter().take_while(|node| node.depth > depth).take(200);
    let told =
        inside.filter(|node| node.element.name() == "time").find_map(|node| stamp(node.element.attr("datetime")?));
    told.or_else(|| {
        let link = outline.links[candidate.link].node;
        let texts = outline.texts[outline.nodes[block].texts.clone()].iter().take(60);
        let lines = texts.filter(|piece| piece.node != link && is_stamp_line(piece.text));
        // The barest: a short lead may hold a date too.
        lines.min_by_key(|piece| letters(piece.text)).and_then(|piece| stamp(piece.text))
    })
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

fn stamp(text: &str) -> Option<Stamp> {
    let (at, has_time) = parse_stamp(text)?;
    Some(Stamp { at, has_time, source: StampSource::List })
}

/// Whether a piece of text is a date with little else: "Đăng ngày", a weekday, a view count, and no sentence.
pub(super) fn is_stamp_line(text: &str) -> bool {
    if text.len() > 120 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    letters(text) <= 24 && parse_stamp(text).is_some()
}
