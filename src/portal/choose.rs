//! Which links of a page are its entries: as the site file says, as the first page showed, as the family has them, or
//! recognised.

use std::collections::HashSet;
use std::sync::LazyLock;

use scraper::Selector;
use url::Url;

use super::cursor::{Learned, hash};
use super::family::{self, Family};
use super::groups::{self, LEVELS};
use super::items::{self, Candidate};
use super::outline::Outline;
use super::pager::Pager;
use super::reader::ListReader;
use super::{article_key, canonical};
use crate::page::HtmlPage;

/// Levels from a link up to its block where nothing else is known.
const RISE: usize = 8;

/// What finds the entries of each family, compiled once for all lists.
static FAMILY_LINKS: LazyLock<Vec<(&'static str, Vec<Selector>)>> = LazyLock::new(|| {
    family::all()
        .map(|family| (family.name, family.links.iter().filter_map(|links| Selector::parse(links).ok()).collect()))
        .collect()
});

impl ListReader {
    /// The links that are entries: as the site file says, as the first page showed, as the family has them, or found.
    pub(super) fn choose(
        &self,
        page: &HtmlPage,
        outline: &Outline,
        family: Option<&'static Family>,
        learned: Option<&Learned>,
        pager: &Pager,
        why: &mut Vec<String>,
    ) -> (Vec<Candidate>, Option<Learned>) {
        let name = family.map(|family| family.name);
        if self.item.is_some() || self.link.is_some() {
            let chosen = self.by_site(page, outline, name);
            why.push(format!("{} links by the site file's selectors", chosen.len()));
            return (chosen, None);
        }
        let by_family = self.by_family(page, outline, name);
        if let Some(learned) = learned {
            if learned.by_family && !by_family.is_empty() {
                why.push(format!("{} links as {} has them", by_family.len(), name.unwrap_or_default()));
                return (by_family, None);
            }
            let by_learned = self.by_learned(outline, learned, name);
            if !by_learned.is_empty() {
                why.push(format!("{} links where the first page had them", by_learned.len()));
                return (by_learned, None);
            }
        }
        let found = groups::find(outline, &self.urls, &self.list.url, family, pager.present);
        // The family's place wins, unless the page has a list in which its links are a small part.
        let part = !found.front && distinct(&by_family) * 2 < distinct(&found.chosen);
        let home = found.front && groups::is_home(&self.list.url);
        if !by_family.is_empty() && !part && !home {
            why.push(format!("{} links as {} has them", by_family.len(), name.unwrap_or_default()));
            let learned = Learned { by_family: true, ..groups::learn(outline, &by_family) };
            return (by_family, Some(learned));
        }
        why.extend(found.why);
        (found.chosen, Some(found.learned).filter(|learned| !learned.paths.is_empty()))
    }

    fn by_site(&self, page: &HtmlPage, outline: &Outline, family: Option<&str>) -> Vec<Candidate> {
        let linked: Option<HashSet<usize>> =
            self.link.as_ref().map(|link| nodes(outline, page, link).into_iter().collect());
        let blocks = self.item.as_ref().map(|item| nodes(outline, page, item));
        let allowed = |index: usize| {
            let link = &outline.links[index];
            // The file's word is enough: only what cannot be fetched as an article of the site is left out.
            link.url.as_ref().is_some_and(|url| self.urls.accepts(url))
                && linked.as_ref().is_none_or(|linked| outline.upwards(link.node).any(|node| linked.contains(&node)))
        };
        let Some(blocks) = blocks else {
            let links: Vec<usize> = (0..outline.links.len()).filter(|&index| allowed(index)).collect();
            return items::candidates(outline, &links, family, RISE);
        };
        let mut chosen = Vec::new();
        for block in blocks {
            let inside: Vec<usize> = outline.nodes[block].links.clone().filter(|&index| allowed(index)).collect();
            // One article a block: without a link selector the longest title names it.
            let best = if self.link.is_some() {
                inside.first()
            } else {
                inside.iter().max_by_key(|&&index| items::title(outline, outline.links[index].node).chars().count())
            };
            if let Some((&link, url)) = best.and_then(|link| Some((link, outline.links[*link].url.as_ref()?))) {
                chosen.push(Candidate { link, key: article_key(url, family), block });
            }
        }
        chosen
    }

    fn by_family(&self, page: &HtmlPage, outline: &Outline, family: Option<&str>) -> Vec<Candidate> {
        let Some((_, selectors)) = FAMILY_LINKS.iter().find(|(name, _)| Some(*name) == family) else {
            return Vec::new();
        };
        let wanted: HashSet<usize> = selectors.iter().flat_map(|selector| nodes(outline, page, selector)).collect();
        let links: Vec<usize> = (0..outline.links.len())
            .filter(|&index| wanted.contains(&outline.links[index].node) && self.is_item(outline, index))
            .collect();
        items::candidates(outline, &links, family, RISE)
    }

    fn by_learned(&self, outline: &Outline, learned: &Learned, family: Option<&str>) -> Vec<Candidate> {
        let standing = |node| learned.paths.contains(&outline.path(node, LEVELS));
        let alike: Vec<usize> = (0..outline.links.len())
            .filter(|&index| standing(outline.links[index].node) && self.is_item(outline, index))
            .collect();
        let root = |index: usize| hash(&outline.path(outline.links[index].node, usize::MAX));
        let same: Vec<usize> = alike.iter().copied().filter(|&index| learned.roots.contains(&root(index))).collect();
        items::candidates(outline, if same.is_empty() { &alike } else { &same }, family, learned.rise)
    }

    fn is_item(&self, outline: &Outline, index: usize) -> bool {
        outline.links[index]
            .url
            .as_ref()
            .is_some_and(|url| plain(url) != plain(&self.list.url) && self.urls.accepts(url))
    }
}

/// Indices of the elements that `selector` finds.
pub(super) fn nodes(outline: &Outline, page: &HtmlPage, selector: &Selector) -> Vec<usize> {
    let ids: HashSet<_> = page.dom.select(selector).map(|element| element.id()).collect();
    if ids.is_empty() {
        return Vec::new();
    }
    (0..outline.nodes.len()).filter(|&index| ids.contains(&outline.nodes[index].id)).collect()
}

fn distinct(chosen: &[Candidate]) -> usize {
    chosen.iter().map(|candidate| candidate.key.as_str()).collect::<HashSet<_>>().len()
}

/// An address without what redirects add or drop: scheme, `www.`, trailing slash.
pub(super) fn plain(url: &Url) -> String {
    let folded = canonical(url, None).0;
    let rest = folded.split_once("://").map_or(folded.as_str(), |(_, rest)| rest);
    rest.trim_start_matches("www.").trim_end_matches('/').to_owned()
}
