//! The next page, by the links of the page itself.

use url::Url;

use super::article_url::{ArticleUrls, is_file};
use super::counter::{Count, count};
use super::outline::{Outline, has_rel};
use super::words::{Label, label};

/// What a page's pager says.
#[derive(Debug, Default)]
pub(super) struct Pager {
    /// Address of the page after this one.
    pub next: Option<Url>,
    /// Whether the page has a pager at all.
    pub present: bool,
    /// The last page's number, where a label tells.
    pub total: Option<u32>,
    /// Numbered pages and their addresses.
    pub numbers: Vec<(u32, Url)>,
    /// For people.
    pub why: String,
}

/// A link that may be the pager's.
struct Step<'a> {
    url: &'a Url,
    label: Label,
    count: Option<Count>,
    in_pager: bool,
    rel_next: bool,
}

/// Reads the pager of page `number` of `list`, which came from `page`.
pub(super) fn read(outline: &Outline, urls: &ArticleUrls, page: &Url, list: &Url, number: u32) -> Pager {
    let steps = steps(outline, urls, page, list);
    let counted = steps.iter().filter(|step| matches!(step.label, Label::Number(_)) && step.count.is_some()).count();
    let calendar = counted >= 27 && !steps.iter().any(|step| step.in_pager);
    if calendar {
        return Pager { why: "numbers of a calendar, not of pages".to_owned(), ..Pager::default() };
    }
    let present = steps.iter().any(|step| step.in_pager || step.rel_next) || counted >= 1 || scripted(outline);
    let total = steps
        .iter()
        .filter_map(|step| match (step.label, step.count) {
            (Label::Number(n), Some(_)) => Some(n),
            (Label::Last, Some(count)) => u32::try_from(count.value).ok(),
            _ => None,
        })
        .max()
        .map(|last| last.max(number));
    let numbers = steps
        .iter()
        .filter_map(|step| match step.label {
            Label::Number(n) if step.count.is_some() || step.in_pager => Some((n, step.url.clone())),
            _ => None,
        })
        .collect();
    let (next, why) = match choose(&steps, outline.rel_next.as_ref().filter(|url| urls.owns(url)), page, number) {
        Some((url, why)) => (Some(url.clone()), why),
        None => (None, "no link to a further page".to_owned()),
    };
    Pager { next, present, total, numbers, why }
}

/// Whether numbers stand in a pager that a script works: there is no address, but there are pages.
fn scripted(outline: &Outline) -> bool {
    let mut dead = outline.links.iter().filter(|link| link.url.is_none());
    dead.any(|link| matches!(label(&outline.text_of(link.node)), Label::Number(_)) && in_pager(outline, link.node))
}

fn steps<'a>(outline: &'a Outline, urls: &ArticleUrls, page: &Url, list: &Url) -> Vec<Step<'a>> {
    let mut out = Vec::new();
    for link in &outline.links {
        let Some(url) = &link.url else { continue };
        if !urls.owns(url) || is_file(url) {
            continue;
        }
        let element = outline.nodes[link.node].element;
        let text = outline.text_of(link.node);
        let told = label(if text.is_empty() {
            element.attr("title").or(element.attr("aria-label")).unwrap_or_default()
        } else {
            &text
        });
        // "»" with the title "Trang cuối" is the last page.
        let told = match element.attr("title").map(label) {
            Some(title @ (Label::Next | Label::Last)) if told == Label::Next => title,
            _ => told,
        };
        let rel_next = has_rel(element, "next");
        let in_pager = in_pager(outline, link.node);
        if told == Label::Other && !rel_next && !in_pager {
            continue;
        }
        let count = count(url, list).or_else(|| count(url, page));
        out.push(Step { url, label: told, count, in_pager, rel_next });
    }
    out
}

/// Whether an element within reach above is named as a pager.
fn in_pager(outline: &Outline, node: usize) -> bool {
    outline.upwards(node).take(6).any(|above| {
        let element = outline.nodes[above].element;
        let named = |name: &str| {
            let name = name.to_ascii_lowercase();
            [
                "pagination",
                "pager",
                "paging",
                "phan-trang",
                "phantrang",
                "page-nav",
                "pagenav",
                "page-iterator",
                "nextprev",
                "page-numbers",
            ]
            .iter()
            .any(|mark| name.contains(mark))
        };
        element.classes().any(named) || element.attr("id").is_some_and(named)
    })
}

/// The best evidence first: `rel=next`, the next number, the word "next", an unlabelled link that counts on.
fn choose<'a>(steps: &'a [Step<'a>], head: Option<&'a Url>, page: &Url, number: u32) -> Option<(&'a Url, String)> {
    let further = |url: &Url| url != page;
    let following = u64::from(number) + 1;
    // Pages may be counted from 0 or by items: the label rules; without one the number must be the next or, from 0, this.
    let counts_on =
        |step: &Step| step.count.is_some_and(|count| count.value == following || count.value == following - 1);
    if let Some(step) = steps.iter().find(|step| step.rel_next && further(step.url)) {
        return Some((step.url, "link with rel=next".to_owned()));
    }
    if let Some(url) = head.filter(|url| further(url)) {
        return Some((url, "head link with rel=next".to_owned()));
    }
    let numbered = steps.iter().find(|step| {
        step.label == Label::Number(number + 1) && further(step.url) && (step.count.is_some() || step.in_pager)
    });
    if let Some(step) = numbered {
        return Some((step.url, format!("pager link \"{following}\"")));
    }
    let worded = |step: &&Step| {
        step.label == Label::Next && further(step.url) && (counts_on(step) || (step.count.is_none() && step.in_pager))
    };
    if let Some(step) = steps.iter().find(worded) {
        return Some((step.url, "pager link \"next\"".to_owned()));
    }
    let silent = steps.iter().find(|step| {
        step.label == Label::Other
            && step.in_pager
            && further(step.url)
            && step.count.is_some_and(|count| count.named && count.value == following)
    });
    silent.map(|step| (step.url, "pager link that counts on".to_owned()))
}
