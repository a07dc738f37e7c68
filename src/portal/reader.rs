//! One list page read: which links are its entries, and what to ask for next.

use std::collections::HashSet;

use scraper::Selector;
use url::Url;

use super::article_url::{ArticleUrls, grows};
use super::cursor::{Cursor, Learned};
use super::family::{self, Family, Paging};
use super::groups::{self, LEVELS};
use super::items::{self, Candidate};
use super::outline::Outline;
use super::pager::{self, Pager};
use super::{ListItem, Next, PortalError, article_key, canonical, form};
use crate::config::{ListSpec, Pages, Site};
use crate::model::{PageMethod, PageRequest};
use crate::page::HtmlPage;

/// Levels from a link up to its block where nothing else is known.
const RISE: usize = 8;

/// Reads the pages of one list. Made once a list; safe to share between threads.
#[derive(Debug)]
pub struct ListReader {
    list: ListSpec,
    urls: ArticleUrls,
    family: Option<&'static Family>,
    item: Option<Selector>,
    link: Option<Selector>,
    date: Option<Selector>,
    next: Option<Selector>,
    family_links: Vec<(&'static str, Vec<Selector>)>,
}

/// What a list page holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ListReading {
    /// The entries, once each, in page order.
    pub items: Vec<ListItem>,
    /// What to ask for next.
    pub next: Next,
    /// The CMS family, told by the site file or recognised.
    pub family: Option<&'static str>,
    /// The list's section name.
    pub section: Option<String>,
    /// Number of pages, where the page tells.
    pub total_pages: Option<u32>,
    /// Whether the portal answered with the list's first page instead of the one asked for.
    pub sent_back: bool,
    /// Whether the same set of items was met on an earlier page.
    pub repeated: bool,
    /// What to hand to the next page's reading.
    pub cursor: Cursor,
    /// Evidence, for people.
    pub why: Vec<String>,
}

impl ListReader {
    /// Compiles what the site file says of a list.
    ///
    /// # Errors
    /// A selector or pattern that cannot be read, a page rule without `{n}`, an unknown family.
    pub fn new(list: &ListSpec, site: &Site) -> Result<Self, PortalError> {
        let compile =
            |field: &'static str, selector: Option<&str>| selector.map(|text| compile(list, field, text)).transpose();
        let family = match &site.family {
            None => None,
            Some(name) => Some(family::by_name(name).ok_or_else(|| PortalError::Family {
                site: site.id.clone(),
                family: name.clone(),
                known: family::names(),
            })?),
        };
        let next = match &list.pages {
            Some(Pages::Next { selector }) => Some(selector.as_str()),
            _ => None,
        };
        check_pages(list)?;
        let family_links = family::all()
            .map(|family| (family.name, family.links.iter().filter_map(|links| Selector::parse(links).ok()).collect()))
            .collect();
        Ok(Self {
            urls: ArticleUrls::new(site)?,
            family,
            item: compile("item", list.item.as_deref())?,
            link: compile("link", list.link.as_deref())?,
            date: compile("date", list.date.as_deref())?,
            next: compile("pages.selector", next)?,
            family_links,
            list: list.clone(),
        })
    }

    /// Reads one page, asked for by `request`.
    pub fn read(&self, page: &HtmlPage, request: &PageRequest, cursor: &Cursor) -> ListReading {
        let mut cursor = cursor.clone();
        let mut why = Vec::new();
        let family = self.family_of(page, &cursor, &mut why);
        // A fragment that answers a POST is read as if it stood on the list's own page.
        let base = if request.method == PageMethod::Get { &page.url } else { &self.list.url };
        let outline = Outline::of(&page.dom, base);
        let pager = pager::read(&outline, &self.urls, base, &self.list.url, request.number);
        let sent_back = self.is_sent_back(page, request);
        let (chosen, learned) = self.choose(page, &outline, family, &cursor, &pager, &mut why);
        let dates = self.date.as_ref().map(|date| nodes(&outline, page, date)).unwrap_or_default();
        let (keys, items): (Vec<String>, Vec<ListItem>) = items::entries(&outline, &chosen, &dates).into_iter().unzip();

        cursor.family = family.map(|family| family.name.to_owned());
        if request.number == 1 || cursor.learned.is_none() {
            cursor.learned = learned;
        }
        cursor.page_size = cursor.page_size.max(u32::try_from(items.len()).unwrap_or(u32::MAX));
        cursor.remember_request(request);
        let repeated = !items.is_empty() && !cursor.remember_items(keys.iter().map(String::as_str));
        self.learn_params(page, &outline, family, &mut cursor);
        cursor.total_pages = pager.total.or(cursor.total_pages);
        let next = self.next(page, &outline, request, family, &cursor, &pager, items.is_empty());
        let next = self.guard(next, page, request, &cursor, &mut why);
        cursor.next = match &next {
            Next::Page(request) => Some(request.clone()),
            Next::End(_) => None,
        };
        ListReading {
            section: self.section(&outline),
            total_pages: cursor.total_pages,
            family: family.map(|family| family.name),
            items,
            next,
            sent_back,
            repeated,
            cursor,
            why,
        }
    }

    fn family_of(&self, page: &HtmlPage, cursor: &Cursor, why: &mut Vec<String>) -> Option<&'static Family> {
        if let Some(family) = self.family.or_else(|| cursor.family.as_deref().and_then(family::by_name)) {
            return Some(family);
        }
        let (family, marks) = family::recognise(&page.source)?;
        why.push(format!("family {}: {}", family.name, marks.join(", ")));
        Some(family)
    }

    /// Past the end, NukeViet sends a reader to the first page.
    fn is_sent_back(&self, page: &HtmlPage, request: &PageRequest) -> bool {
        request.number > 1
            && request.method == PageMethod::Get
            && plain(&page.url) != plain(&request.url)
            && plain(&page.url) == plain(&self.list.url)
    }

    /// The links that are entries: as the site file says, as the first page showed, as the family has them, or found.
    fn choose(
        &self,
        page: &HtmlPage,
        outline: &Outline,
        family: Option<&'static Family>,
        cursor: &Cursor,
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
        let by_learned =
            cursor.learned.as_ref().map(|learned| self.by_learned(outline, learned, name)).unwrap_or_default();
        if by_family.is_empty() && !by_learned.is_empty() {
            why.push(format!("{} links where the first page had them", by_learned.len()));
            return (by_learned, None);
        }
        let found = groups::find(outline, &self.urls, &self.list.url, name, pager.present);
        if !by_family.is_empty() && distinct(&by_family) * 2 > distinct(&found.chosen) {
            why.push(format!("{} links as {} has them", by_family.len(), name.unwrap_or_default()));
            let learned = groups::learn(outline, &by_family);
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
        let Some((_, selectors)) = self.family_links.iter().find(|(name, _)| Some(*name) == family) else {
            return Vec::new();
        };
        let wanted: HashSet<usize> = selectors.iter().flat_map(|selector| nodes(outline, page, selector)).collect();
        let links: Vec<usize> = (0..outline.links.len())
            .filter(|&index| wanted.contains(&outline.links[index].node) && self.is_item(outline, index))
            .collect();
        items::candidates(outline, &links, family, RISE)
    }

    fn by_learned(&self, outline: &Outline, learned: &Learned, family: Option<&str>) -> Vec<Candidate> {
        let links: Vec<usize> = (0..outline.links.len())
            .filter(|&index| self.is_item(outline, index))
            .filter(|&index| learned.paths.contains(&outline.path(outline.links[index].node, LEVELS)))
            .collect();
        items::candidates(outline, &links, family, learned.rise)
    }

    fn is_item(&self, outline: &Outline, index: usize) -> bool {
        outline.links[index]
            .url
            .as_ref()
            .is_some_and(|url| plain(url) != plain(&self.list.url) && self.urls.accepts(url))
    }

    /// Keeps the script values that a POST for further pages needs.
    fn learn_params(&self, page: &HtmlPage, outline: &Outline, family: Option<&Family>, cursor: &mut Cursor) {
        match (&self.list.pages, family.map(|family| family.paging)) {
            (Some(Pages::Form { fields, .. }), _) => {
                let names = fields.iter().flat_map(|(_, template)| form::names_in(template));
                form::collect(&page.source, outline, names, &mut cursor.params);
            }
            (None, Some(Paging::Form { fields, total, .. })) => {
                let names = fields.iter().flat_map(|(_, template)| form::names_in(template)).chain([total]);
                form::collect(&page.source, outline, names, &mut cursor.params);
                let told = cursor.params.get(total).and_then(|value| value.parse().ok());
                cursor.total_pages = told.or(cursor.total_pages);
            }
            _ => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what a page shows, each piece computed once")]
    fn next(
        &self,
        page: &HtmlPage,
        outline: &Outline,
        request: &PageRequest,
        family: Option<&Family>,
        cursor: &Cursor,
        pager: &Pager,
        empty: bool,
    ) -> Next {
        let number = request.number.saturating_add(1);
        if empty {
            return Next::End("no articles on this page".to_owned());
        }
        let past = cursor.total_pages.is_some_and(|total| number > total);
        let get = |url: Url| Next::Page(PageRequest { number, url, method: PageMethod::Get });
        let posted = |action: &str, fields: &[(&str, &str)]| match form::request(
            &self.list.url,
            action,
            fields,
            &cursor.params,
            number,
        ) {
            Ok(request) => Next::Page(request),
            Err(missing) => Next::End(format!("the page's script has no {missing}, which further pages need")),
        };
        match &self.list.pages {
            Some(Pages::Single) => Next::End("the site file says: one page".to_owned()),
            Some(Pages::Next { .. }) => {
                let found = self.next.as_ref().map(|next| nodes(outline, page, next)).unwrap_or_default();
                let url =
                    outline.links.iter().filter(|link| found.contains(&link.node)).find_map(|link| link.url.clone());
                url.map_or_else(|| Next::End("no link where the site file has the next page".to_owned()), get)
            }
            Some(_) if past => Next::End(format!("page {} is the last", request.number)),
            Some(Pages::Query { param, first }) => {
                get(with_param(&self.list.url, param, first.saturating_add(number - 1)))
            }
            Some(Pages::Path { template }) => get(with_path(&self.list.url, template, number)),
            Some(Pages::Form { action, fields }) => {
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                posted(action, &fields)
            }
            None => match (&pager.next, family.map(|family| family.paging)) {
                (Some(url), _) => get(url.clone()),
                (None, Some(Paging::Form { action, fields, .. })) if !past => posted(action, fields),
                (None, _) => Next::End(pager.why.clone()),
            },
        }
    }

    /// Lets no request through that was made before, leaves the site, or grows by itself.
    fn guard(
        &self,
        next: Next,
        page: &HtmlPage,
        request: &PageRequest,
        cursor: &Cursor,
        why: &mut Vec<String>,
    ) -> Next {
        let Next::Page(next) = next else { return next };
        let end = if !self.urls.owns(&next.url) {
            Some("the next page lies off the site")
        } else if grows(&next.url) {
            Some("the next page's address grows by itself")
        } else if cursor.knows_request(&next)
            || (next.method == PageMethod::Get && request.method == PageMethod::Get && next.url == page.url)
        {
            Some("the next page was read before")
        } else {
            None
        };
        match end {
            Some(end) => {
                why.push(format!("{end}: {}", next.url));
                Next::End(end.to_owned())
            }
            None => Next::Page(next),
        }
    }

    /// The site file's name, else the page's title up to its first separator.
    fn section(&self, outline: &Outline) -> Option<String> {
        let told = || {
            let title = outline.title?;
            let first = [" - ", " | ", " – ", " :: "]
                .iter()
                .fold(title, |title, mark| title.split(mark).next().unwrap_or(title));
            Some(first.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
        };
        self.list.section.clone().or_else(told)
    }
}

fn compile(list: &ListSpec, field: &'static str, selector: &str) -> Result<Selector, PortalError> {
    Selector::parse(selector).map_err(|fault| PortalError::Selector {
        list: list.id.clone(),
        field,
        selector: selector.to_owned(),
        why: fault.to_string(),
    })
}

fn check_pages(list: &ListSpec) -> Result<(), PortalError> {
    let fault = |field, value: &str| PortalError::NoNumber { list: list.id.clone(), field, value: value.to_owned() };
    match &list.pages {
        Some(Pages::Path { template }) if !template.contains("{n}") => Err(fault("template", template)),
        Some(Pages::Form { fields, .. }) if !fields.iter().any(|(_, value)| value.contains("{n}")) => {
            Err(fault("fields", ""))
        }
        _ => Ok(()),
    }
}

/// Indices of the elements that `selector` finds.
fn nodes(outline: &Outline, page: &HtmlPage, selector: &Selector) -> Vec<usize> {
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
fn plain(url: &Url) -> String {
    let folded = canonical(url, None).0;
    let rest = folded.split_once("://").map_or(folded.as_str(), |(_, rest)| rest);
    rest.trim_start_matches("www.").trim_end_matches('/').to_owned()
}

fn with_param(list: &Url, param: &str, value: u32) -> Url {
    let mut url = list.clone();
    let kept: Vec<(String, String)> = list.query_pairs().into_owned().filter(|(name, _)| name != param).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair(param, &value.to_string());
    url
}

/// The template stands after the list's address; one that opens with `/` stands after the host.
fn with_path(list: &Url, template: &str, number: u32) -> Url {
    let mut url = list.clone();
    let piece = template.replace("{n}", &number.to_string());
    let path = if piece.starts_with('/') { piece } else { format!("{}/{piece}", list.path().trim_end_matches('/')) };
    url.set_path(&path);
    url
}
