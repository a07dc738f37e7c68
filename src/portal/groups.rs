//! A news list found on a page that nothing is known of.
//!
//! Links that look like articles are grouped by where they stand; the group that looks most like a list is it, and
//! groups beside it that go on with it ("Các tin khác") belong to it. A front page has no such group: there, every link
//! built like the portal's articles counts.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::article_url::ArticleUrls;
use super::cursor::{Learned, hash};
use super::family::Family;
use super::items::{self, Candidate};
use super::outline::Outline;
use super::score::{Evidence, LEAST, TITLE_LETTERS};
use super::shape::{Shape, shape};
use super::words::{Heading, Noise};

/// Levels from a link up to its block, at most.
const RISE: usize = 8;
/// Levels of structure that a group is told by.
pub(super) const LEVELS: usize = 4;

/// Links that stand alike under one element.
#[derive(Debug)]
pub(super) struct Group {
    /// The element that holds the blocks.
    pub holder: usize,
    /// The links.
    pub members: Vec<Candidate>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The links of the list, in page order.
    pub chosen: Vec<Candidate>,
    /// How to find them on the next page.
    pub learned: Learned,
    /// For people.
    pub why: Vec<String>,
    /// Whether the page is a front page: no list leads.
    pub front: bool,
}

/// Finds the list of the page `outline` was made of, asked for as the list `list`.
pub(super) fn find(
    outline: &Outline,
    urls: &ArticleUrls,
    list: &Url,
    family: Option<&'static Family>,
    paged: bool,
) -> Found {
    let shapes: Vec<Option<Shape>> = outline.links.iter().map(|link| link.url.as_ref().map(shape)).collect();
    let links = patterned(outline, urls, family).unwrap_or_else(|| plausible(outline, urls, list, &shapes));
    let all = items::candidates(outline, &links, family.map(|family| family.name), RISE);
    let groups = group(outline, &all);
    let mut rated: Vec<(f64, Evidence, &Group)> = groups
        .iter()
        .map(|group| {
            let evidence = Evidence::of(outline, group, &shapes);
            (evidence.score(), evidence, group)
        })
        .collect();
    rated.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some((score, evidence, main)) = rated.first() else {
        return Found { why: vec!["no link on the page looks like an article".to_owned()], ..Found::default() };
    };
    if *score < LEAST {
        let why = format!("the best group of links is no news list: {}", evidence.words());
        return Found { why: vec![why], ..Found::default() };
    }
    let pattern = usual_shape(main, &shapes);
    if is_front(list, &rated, &shapes, pattern.as_deref(), paged) {
        return front(outline, &all, &shapes, &rated);
    }
    let mut chosen = main.members.clone();
    let mut why = vec![format!("list recognised: {}, at {}", evidence.words(), outline.path(main.holder, 2))];
    for (score, evidence, group) in rated.iter().skip(1) {
        if *score > 0.0 && goes_on(outline, main, group, evidence, &shapes, pattern.as_deref()) {
            why.push(format!("goes on with {}, at {}", evidence.words(), outline.path(group.holder, 2)));
            chosen.extend(group.members.iter().cloned());
        }
    }
    chosen.sort_by_key(|candidate| candidate.link);
    let learned = learn(outline, &chosen);
    Found { chosen, learned, why, front: false }
}

/// Where the chosen links stand.
pub(super) fn learn(outline: &Outline, chosen: &[Candidate]) -> Learned {
    let mut learned = Learned::default();
    for candidate in chosen {
        let node = outline.links[candidate.link].node;
        let path = outline.path(node, LEVELS);
        let root = hash(&outline.path(node, usize::MAX));
        if !learned.paths.contains(&path) {
            learned.paths.push(path);
        }
        if !learned.roots.contains(&root) {
            learned.roots.push(root);
        }
        learned.rise = learned.rise.max(outline.nodes[node].depth - outline.nodes[candidate.block].depth);
    }
    learned
}

/// Links whose addresses the family's articles alone have, if there are as many as make a list.
fn patterned(outline: &Outline, urls: &ArticleUrls, family: Option<&'static Family>) -> Option<Vec<usize>> {
    let pattern = family?.pattern.as_ref().filter(|_| !urls.is_told())?;
    let fits = |url: &Url| pattern.is_match(url.as_str()) && urls.accepts(url);
    let links = (0..outline.links.len()).filter(|&index| outline.links[index].url.as_ref().is_some_and(fits));
    let links: Vec<usize> = links.collect();
    let different: HashSet<&Url> = links.iter().filter_map(|&index| outline.links[index].url.as_ref()).collect();
    (different.len() >= 3).then_some(links)
}

/// Links that may be articles at all, by address and text.
fn plausible(outline: &Outline, urls: &ArticleUrls, list: &Url, shapes: &[Option<Shape>]) -> Vec<usize> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for link in &outline.links {
        if let Some(url) = &link.url {
            *times.entry(url.as_str()).or_default() += 1;
        }
    }
    let home = |url: &Url| url.path() == "/" && url.query().is_none();
    (0..outline.links.len())
        .filter(|&index| {
            let link = &outline.links[index];
            let (Some(url), Some(shape)) = (&link.url, &shapes[index]) else { return false };
            if home(url) || same_page(url, list) || !urls.accepts(url) {
                return false;
            }
            if urls.is_told() || (shape.numbered && shape.likeness >= 2) {
                return true;
            }
            // Without a number: a section named in every item is no article, nor is a name of three words.
            let long = items::title(outline, link.node).chars().count() >= TITLE_LETTERS;
            times.get(url.as_str()).is_none_or(|times| *times <= 3)
                && (shape.likeness >= 3 || (shape.likeness == 2 && (long || outline.nodes[link.node].links.is_empty())))
                && (long || items::title(outline, link.node).is_empty())
        })
        .collect()
}

fn same_page(url: &Url, list: &Url) -> bool {
    url.path().trim_end_matches('/') == list.path().trim_end_matches('/')
        && url.host_str() == list.host_str()
        && (url.query() == list.query() || shape(url).pattern == shape(list).pattern)
}

/// Groups candidates by their holder and by the path from the block to the link; holders that are built alike under one
/// element (rows of cards) are one.
fn group(outline: &Outline, all: &[Candidate]) -> Vec<Group> {
    let mut index: HashMap<(usize, String), usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let rows: HashSet<usize> = all.iter().filter_map(|candidate| outline.nodes[candidate.block].parent).collect();
    let mut alike: HashMap<(usize, String), usize> = HashMap::new();
    for &row in &rows {
        if let (Some(above), "div" | "tr" | "li") = (outline.nodes[row].parent, outline.nodes[row].element.name()) {
            *alike.entry((above, outline.signature(row))).or_default() += 1;
        }
    }
    for candidate in all {
        let node = outline.links[candidate.link].node;
        let levels = outline.nodes[node].depth - outline.nodes[candidate.block].depth + 1;
        let row = outline.nodes[candidate.block].parent.unwrap_or(0);
        let mut holder = row;
        let mut path = outline.path(node, levels);
        // A row of cards: the rows' parent holds the list.
        if let Some(above) = outline.nodes[row].parent {
            let built = (above, outline.signature(row));
            if alike.get(&built).is_some_and(|rows| *rows > 1) {
                holder = above;
                path.push_str("<<");
                path.push_str(&built.1);
            }
        }
        let at = *index.entry((holder, path)).or_insert_with(|| {
            groups.push(Group { holder, members: Vec::new() });
            groups.len() - 1
        });
        groups[at].members.push(candidate.clone());
    }
    groups
}

/// The shape most members have.
fn usual_shape(group: &Group, shapes: &[Option<Shape>]) -> Option<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for shape in group.members.iter().filter_map(|member| shapes[member.link].as_ref()) {
        *counts.entry(&shape.pattern).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(pattern, count)| (*count, std::cmp::Reverse(*pattern)))
        .map(|(pattern, _)| pattern.to_owned())
}

fn has_shape(shapes: &[Option<Shape>], link: usize, pattern: Option<&str>) -> bool {
    shapes[link].as_ref().is_some_and(|shape| Some(shape.pattern.as_str()) == pattern)
}

/// Whether a group beside the main one holds more of the same list.
fn goes_on(
    outline: &Outline,
    main: &Group,
    group: &Group,
    evidence: &Evidence,
    shapes: &[Option<Shape>],
    pattern: Option<&str>,
) -> bool {
    let alike =
        group.members.iter().filter(|member| has_shape(shapes, member.link, pattern)).count() * 2 > group.members.len();
    if !alike || evidence.noise == Noise::Hard || evidence.heading == Some(Heading::Foreign) {
        return false;
    }
    // Links of the same blocks: a picture, "Chi tiết".
    if group.holder == main.holder || evidence.heading == Some(Heading::Own) {
        return true;
    }
    let known = |member: &Candidate| main.members.iter().any(|other| other.key == member.key);
    if group.members.iter().all(known) {
        return true;
    }
    // A first item set apart, or a second block of the same column: near, and in no box of its own.
    evidence.noise == Noise::None
        && outline.upwards(main.holder).take(3).any(|above| {
            outline.within(group.holder, above)
                && outline.nodes[group.holder].depth - outline.nodes[above].depth <= 2
                && !matches!(outline.nodes[above].element.name(), "body" | "html" | "form")
                && evidence.long >= 0.5
        })
}

/// A front page: asked for as one and without a pager, or with boxes of news none of which leads.
fn is_front(
    list: &Url,
    rated: &[(f64, Evidence, &Group)],
    shapes: &[Option<Shape>],
    pattern: Option<&str>,
    paged: bool,
) -> bool {
    if paged {
        return false;
    }
    if is_home(list) {
        return true;
    }
    let boxes = rated.iter().filter(|(score, evidence, group)| {
        *score >= LEAST
            && evidence.noise == Noise::None
            && group.members.iter().any(|member| has_shape(shapes, member.link, pattern))
    });
    let counts: Vec<usize> = boxes.map(|(_, evidence, _)| evidence.count).collect();
    counts.len() >= 4 && counts.iter().max().is_some_and(|most| most * 3 < counts.iter().sum())
}

/// Whether an address is a portal's own front page.
pub(super) fn is_home(list: &Url) -> bool {
    let path = list.path().trim_matches('/').to_ascii_lowercase();
    let stem = super::shape::split_ext(&path).0;
    list.query().is_none()
        && matches!(
            stem,
            "" | "vi" | "en" | "home" | "trang-chu" | "index" | "default" | "web/guest" | "web/guest/home" | "trangchu"
        )
}

/// Every link built like the articles of any box that leads.
fn front(outline: &Outline, all: &[Candidate], shapes: &[Option<Shape>], rated: &[(f64, Evidence, &Group)]) -> Found {
    let leading = leading_shape(outline, all, shapes);
    let pattern = leading.as_deref();
    let mut patterns: Vec<String> = pattern.map(str::to_owned).into_iter().collect();
    for (score, evidence, group) in rated {
        if *score >= LEAST && evidence.alike >= 0.8 && evidence.noise < Noise::Hard {
            let usual = usual_shape(group, shapes).filter(|usual| pattern.is_none_or(|leading| kin(usual, leading)));
            patterns.extend(usual.filter(|usual| !patterns.contains(usual)));
        }
    }
    let chosen: Vec<Candidate> = all
        .iter()
        .filter(|candidate| {
            let known = shapes[candidate.link].as_ref().is_some_and(|shape| patterns.contains(&shape.pattern));
            known && outline.nodes[outline.links[candidate.link].node].noise < Noise::Hard
        })
        .cloned()
        .collect();
    let why = vec![format!("front page: every link built like {} counts", patterns.join(" or "))];
    Found { learned: learn(outline, &chosen), chosen, why, front: true }
}

/// The shape of most articles on the page, surer ones counting for more: a front page's largest box may list sections.
fn leading_shape(outline: &Outline, all: &[Candidate], shapes: &[Option<Shape>]) -> Option<String> {
    let mut keys: HashSet<&str> = HashSet::new();
    let mut weights: HashMap<&str, u32> = HashMap::new();
    for candidate in all {
        let hard = outline.nodes[outline.links[candidate.link].node].noise == Noise::Hard;
        if let Some(shape) = shapes[candidate.link].as_ref().filter(|_| !hard && keys.insert(&candidate.key)) {
            *weights.entry(&shape.pattern).or_default() += u32::from(shape.likeness);
        }
    }
    let best = weights.into_iter().max_by_key(|(pattern, weight)| (*weight, std::cmp::Reverse(*pattern)));
    best.map(|(pattern, _)| pattern.to_owned())
}

/// Whether two shapes end alike and carry the same mark: sections and documents of a portal are built otherwise.
fn kin(one: &str, other: &str) -> bool {
    let last = |pattern: &str| pattern.rsplit('/').next().unwrap_or_default().to_owned();
    last(one) == last(other) && one.contains("-/") == other.contains("-/")
}
