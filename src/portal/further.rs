//! What to ask for after a page: the site file's word first, then the page's own links, then the family's way.

use url::Url;

use super::article_url::grows;
use super::choose::nodes;
use super::cursor::Cursor;
use super::family::Family;
use super::numbered::Numbered;
use super::pager::Pager;
use super::reader::{ListReader, Seen};
use super::template::{fill, names_in};
use super::{Next, exclusion, form, postback, script};
use crate::config::{ListSpec, Pages};
use crate::model::{PageMethod, PageRequest};
use crate::page::HtmlPage;

/// The request for a list's first page: its address, unless a web service can be asked at once.
pub fn first_request(list: &ListSpec) -> PageRequest {
    let first = PageRequest::first(list.url.clone());
    match &list.pages {
        Some(rule @ Pages::Json { .. }) => match addressed(&list.url, rule, 1, &Cursor::default()) {
            Some(Ok(request)) => request,
            _ => first,
        },
        _ => first,
    }
}

/// The request for page `number` under a rule by which any page can be asked for; the name of a missing value; `None`
/// where the rule leads from page to page only.
fn addressed(list: &Url, rule: &Pages, number: u32, cursor: &Cursor) -> Option<Result<PageRequest, String>> {
    let get = |url: Url| PageRequest { number, url, method: PageMethod::Get };
    let joined = |address: &str| list.join(address).map_err(|fault| format!("usable address ({address}: {fault})"));
    let known = &cursor.params;
    Some(match rule {
        Pages::Query { param, count } => Ok(get(with_param(list, param, count.of(number)))),
        Pages::Path { template, count } => Ok(get(with_path(list, template, count.of(number)))),
        Pages::Form { action, fields, json, count, .. } => (|| {
            let url = joined(&fill(action, known, count.of(number))?)?;
            let fields = form::filled(fields, known, count.of(number))?;
            Ok(if *json { form::post_json(url, number, fields) } else { form::post(url, number, &fields) })
        })(),
        Pages::Json { url, body, count, .. } => (|| {
            let count = count.of(if cursor.frame { number.saturating_sub(1) } else { number });
            let request = get(joined(&fill(url, known, count)?)?);
            let Some(body) = body else { return Ok(request) };
            let content_type = if body.trim_start().starts_with(['{', '[']) { form::JSON } else { form::FORM };
            let (content_type, body) = (content_type.to_owned(), fill(body, known, count)?);
            Ok(PageRequest { method: PageMethod::Post { content_type, body }, ..request })
        })(),
        _ => return None,
    })
}

impl ListReader {
    /// The request for page `number` of the list, where any page can be asked for by its number: by the site file's
    /// rule, else as the pager's links count, else in the family's way.
    pub fn page(&self, number: u32, cursor: &Cursor) -> Option<PageRequest> {
        if number == 1 {
            return Some(first_request(&self.list));
        }
        if self.list.pages.is_none()
            && let Some(numbered) = &cursor.numbered
        {
            let url = numbered.page(number).filter(|url| self.urls.owns(url) && !grows(url))?;
            return Some(PageRequest { number, url, method: PageMethod::Get });
        }
        let rule = self.rule(self.known_family(cursor), cursor)?;
        addressed(&self.list.url, rule, number, cursor)?.ok()
    }

    /// Keeps how the addresses of pages count, once enough of them are known.
    pub(super) fn learn_numbers(pager: &Pager, request: &PageRequest, next: &Next, cursor: &mut Cursor) {
        let mut known = pager.numbers.clone();
        if request.method == PageMethod::Get {
            known.push((request.number, request.url.clone()));
        }
        if let Next::Page(PageRequest { number, url, method: PageMethod::Get }) = next {
            known.push((*number, url.clone()));
        }
        cursor.numbered = Numbered::of(&known).or_else(|| cursor.numbered.take());
    }

    /// The way to further pages that is in force: the site file's, else the family's.
    pub(super) fn rule(&self, family: Option<&'static Family>, cursor: &Cursor) -> Option<&Pages> {
        let of_family = || family?.pages.get(cursor.rule?).map(|way| &way.pages);
        self.list.pages.as_ref().or_else(of_family)
    }

    /// Chooses the family's way and keeps the script values that requests for further pages need.
    pub(super) fn learn_params(
        &self,
        page: &HtmlPage,
        family: Option<&'static Family>,
        request: &PageRequest,
        cursor: &mut Cursor,
    ) {
        if cursor.rule.is_none() || request.number == 1 {
            let fits = |when: &Option<String>| when.as_ref().is_none_or(|mark| page.source.contains(mark));
            cursor.rule = family.and_then(|family| family.pages.iter().position(|way| fits(&way.when)));
        }
        let mut names: Vec<&str> = Vec::new();
        let rule = self.rule(family, cursor);
        match rule {
            Some(Pages::Form { action, fields, .. } | Pages::Exclusion { action, fields, .. }) => {
                names.extend(fields.iter().flat_map(|(_, template)| names_in(template)).chain(names_in(action)));
            }
            Some(Pages::Json { url, body, .. }) => {
                names.extend(names_in(url).chain(body.iter().flat_map(|body| names_in(body))));
                cursor.frame |= request.number == 1;
            }
            _ => {}
        }
        let counted = match rule {
            Some(Pages::Form { total, .. }) => total.as_deref(),
            _ => None,
        };
        script::collect(&page.source, names.into_iter().chain(counted), &mut cursor.params);
        let told = counted.and_then(|total| cursor.params.get(total)?.parse().ok());
        cursor.total_pages = told.or(cursor.total_pages);
    }

    /// What to ask for after an HTML page.
    pub(super) fn next(&self, seen: &Seen<'_>, cursor: &mut Cursor) -> Next {
        let number = seen.request.number.saturating_add(1);
        let rule = self.rule(seen.family, cursor);
        let framed = cursor.frame && seen.request.number == 1;
        if seen.empty && !framed {
            return Next::End("no articles on this page".to_owned());
        }
        let get = |url: Url| Next::Page(PageRequest { number, url, method: PageMethod::Get });
        if self.list.pages.is_none()
            && let Some(url) = &seen.pager.next
        {
            cursor.frame = false;
            return get(url.clone());
        }
        let past = cursor.total_pages.is_some_and(|total| number > total) && seen.pager.next.is_none();
        match rule {
            None => Next::End(seen.pager.why.clone()),
            Some(Pages::Single) => Next::End("the site file says: one page".to_owned()),
            Some(Pages::Next { .. }) => {
                let found = self.next.as_ref().map(|next| nodes(seen.outline, seen.page, next)).unwrap_or_default();
                let mut links = seen.outline.links.iter().filter(|link| found.contains(&link.node));
                let url = links.find_map(|link| link.url.clone());
                url.map_or_else(|| Next::End("no link where the site file has the next page".to_owned()), get)
            }
            Some(Pages::Feed | Pages::Sitemap) => {
                Next::Cut("the portal sent a page in place of the feed or sitemap".to_owned())
            }
            Some(Pages::Postback { target, argument }) => {
                postback::next(seen, target.as_deref(), argument.as_deref(), &self.list.url)
            }
            Some(_) if past => Next::End(format!("page {} is the last", seen.request.number)),
            Some(rule) => self.ruled(rule, number, cursor),
        }
    }

    /// The next page under a rule that needs no look at the page.
    pub(super) fn ruled(&self, rule: &Pages, number: u32, cursor: &Cursor) -> Next {
        let asked = match rule {
            Pages::Exclusion { action, fields, ids, .. } if !cursor.shown.is_empty() => {
                if cursor.shown.len() >= Cursor::SHOWN {
                    return Next::Cut(format!("more than {} articles shown: no more can be told", Cursor::SHOWN));
                }
                exclusion::request(&self.list.url, action, fields, ids, cursor, number)
            }
            Pages::Exclusion { .. } => Err("article number in the addresses".to_owned()),
            rule => match addressed(&self.list.url, rule, number, cursor) {
                Some(asked) => asked,
                None => return Next::End("the list has one page".to_owned()),
            },
        };
        match asked {
            Ok(request) => Next::Page(request),
            Err(missing) => Next::Cut(format!("the page has no {missing}, which further pages need")),
        }
    }

    /// Lets no request through that was made before, leaves the site, or grows by itself.
    pub(super) fn guard(
        &self,
        next: Next,
        from: &Url,
        request: &PageRequest,
        cursor: &Cursor,
        why: &mut Vec<String>,
    ) -> Next {
        let Next::Page(next) = next else { return next };
        if next.method == PageMethod::Get && grows(&next.url) {
            return Next::Cut(format!("the next page's address grows by itself: {}", next.url));
        }
        let end = if !self.urls.owns(&next.url) {
            Some("the next page lies off the site")
        } else if cursor.knows_request(&next)
            || (next.method == PageMethod::Get && request.method == PageMethod::Get && next.url == *from)
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
}

fn with_param(list: &Url, param: &str, value: u32) -> Url {
    let mut url = list.clone();
    let kept: Vec<(String, String)> = list.query_pairs().into_owned().filter(|(name, _)| name != param).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair(param, &value.to_string());
    url
}

/// The template stands after the list's address; one that opens with `/` stands after the host.
fn with_path(list: &Url, template: &str, value: u32) -> Url {
    let mut url = list.clone();
    let piece = template.replace("{n}", &value.to_string());
    let path = if piece.starts_with('/') { piece } else { format!("{}/{piece}", list.path().trim_end_matches('/')) };
    url.set_path(&path);
    url
}
