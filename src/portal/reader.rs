//! One list page read: which links are its entries, and what to ask for next.

use regex::Regex;
use scraper::Selector;

use super::article_url::ArticleUrls;
use super::choose::{nodes, plain};
use super::cursor::Cursor;
use super::family::{self, Family};
use super::outline::Outline;
use super::pager::{self, Pager};
use super::{ListItem, Next, PortalError, items};
use crate::article::NotArticle;
use crate::config::{ListSpec, Pages, Site};
use crate::model::{PageMethod, PageRequest};
use crate::page::HtmlPage;
use url::Url;

/// Reads the pages of one list. Made once a list; safe to share between threads.
#[derive(Debug)]
pub struct ListReader {
    pub(super) list: ListSpec,
    pub(super) urls: ArticleUrls,
    pub(super) family: Option<&'static Family>,
    pub(super) item: Option<Selector>,
    pub(super) link: Option<Selector>,
    pub(super) date: Option<Selector>,
    pub(super) next: Option<Selector>,
    /// What an article's number is in its address, for portals that want to be told which were shown.
    pub(super) shown_id: Option<Regex>,
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
    /// What the page is, when it stands in the place of a list: a gate, a firewall's page, an error answered with 200.
    pub instead: Option<NotArticle>,
    /// What to hand to the next page's reading.
    pub cursor: Cursor,
    /// Evidence, for people.
    pub why: Vec<String>,
}

/// A page as the choice of the next one sees it.
pub(super) struct Seen<'a> {
    pub page: &'a HtmlPage,
    pub outline: &'a Outline<'a>,
    pub request: &'a PageRequest,
    pub family: Option<&'static Family>,
    pub pager: &'a Pager,
    pub empty: bool,
}

/// What was read off a page of any kind.
pub(super) struct Taken<'a> {
    /// The items' keys.
    pub keys: Vec<String>,
    pub items: Vec<ListItem>,
    pub next: Next,
    pub section: Option<String>,
    /// The address that answered.
    pub from: &'a Url,
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
        let shown_id = match &list.pages {
            Some(Pages::Exclusion { id: Some(id), .. }) => {
                Some(Regex::new(id).map_err(|fault| PortalError::Pattern {
                    site: site.id.clone(),
                    pattern: id.clone(),
                    why: fault.to_string().lines().last().unwrap_or_default().to_owned(),
                })?)
            }
            _ => None,
        };
        Ok(Self {
            urls: ArticleUrls::new(site)?,
            family,
            item: compile("item", list.item.as_deref())?,
            link: compile("link", list.link.as_deref())?,
            date: compile("date", list.date.as_deref())?,
            next: compile("pages.selector", next)?,
            shown_id,
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
        // A first page is always looked at anew: portals are rebuilt.
        let before = cursor.learned.as_ref().filter(|_| request.number > 1);
        let (chosen, learned) = self.choose(page, &outline, family, before, &pager, &mut why);
        let dates = self.date.as_ref().map(|date| nodes(&outline, page, date)).unwrap_or_default();
        let (mut keys, mut items): (Vec<String>, Vec<ListItem>) =
            items::entries(&outline, &chosen, &dates).into_iter().unzip();

        if learned.is_some() {
            cursor.learned = learned;
        }
        self.learn_params(page, family, request, &mut cursor);
        cursor.total_pages = pager.total.or(cursor.total_pages);
        self.note_shown(family, &outline, &chosen, &mut cursor);
        let empty = items.is_empty();
        let seen = Seen { page, outline: &outline, request, family, pager: &pager, empty };
        let next = self.next(&seen, &mut cursor);
        Self::learn_numbers(&pager, request, &next, &mut cursor);
        // A service that fills the frame begins with its first page, so what else the frame links to is no list.
        let filled = cursor.frame && request.number == 1 && matches!(next, Next::Page(_));
        if filled && self.item.is_none() && self.link.is_none() {
            (keys, items) = (Vec::new(), Vec::new());
        }
        let section = self.section(&outline);
        let taken = Taken { keys, items, next, section, from: &page.url };
        ListReading { sent_back, ..self.close(taken, family, request, cursor, why) }
    }

    /// What is the same for every kind of page: remembering it, and judging the request for the next.
    pub(super) fn close(
        &self,
        taken: Taken<'_>,
        family: Option<&'static Family>,
        request: &PageRequest,
        mut cursor: Cursor,
        mut why: Vec<String>,
    ) -> ListReading {
        let Taken { keys, items, next, section, from } = taken;
        cursor.family = family.map(|family| family.name.to_owned());
        cursor.page_size = cursor.page_size.max(u32::try_from(items.len()).unwrap_or(u32::MAX));
        cursor.remember_request(request);
        // The first answer of a web service may repeat what its frame showed.
        let frame = cursor.frame && request.number == 1;
        let repeated = !items.is_empty() && !frame && {
            let known = !cursor.remember_items(keys.iter().map(String::as_str));
            known | named(&items).is_some_and(|names| !cursor.remember_items(names.iter().map(String::as_str)))
        };
        let next = self.guard(next, from, request, &cursor, &mut why);
        cursor.next = match &next {
            Next::Page(request) => Some(request.clone()),
            Next::End(_) | Next::Cut(_) => None,
        };
        ListReading {
            instead: None,
            section,
            total_pages: cursor.total_pages,
            family: family.map(|family| family.name),
            items,
            next,
            sent_back: false,
            repeated,
            cursor,
            why,
        }
    }

    /// What an address is known by, and the family that says so, where no page can be recognised.
    pub(super) fn known_family(&self, cursor: &Cursor) -> Option<&'static Family> {
        self.family.or_else(|| cursor.family.as_deref().and_then(family::by_name))
    }

    fn family_of(&self, page: &HtmlPage, cursor: &Cursor, why: &mut Vec<String>) -> Option<&'static Family> {
        if let Some(family) = self.known_family(cursor) {
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
        Some(Pages::Path { template, .. }) if !template.contains("{n}") => Err(fault("template", template)),
        Some(Pages::Form { fields, .. }) if !fields.iter().any(|(_, value)| value.contains("{n}")) => {
            Err(fault("fields", ""))
        }
        _ => Ok(()),
    }
}

/// A page's articles by what it says of them, where that tells pages apart: the same ones may stand at other addresses,
/// where relative links nest.
fn named(items: &[ListItem]) -> Option<Vec<String>> {
    let mut names: Vec<String> = items
        .iter()
        .map(|item| format!("{}\n{}", item.title, item.date.map(|stamp| stamp.date().to_string()).unwrap_or_default()))
        .collect();
    names.sort_unstable();
    names.dedup();
    (names.len() >= 3 && names.len() == items.len()).then_some(names)
}
