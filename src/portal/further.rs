//! What to ask for after a page: the site file's word first, then the page's own links, then the family's form.

use url::Url;

use super::article_url::grows;
use super::choose::nodes;
use super::cursor::Cursor;
use super::family::{Family, Paging};
use super::outline::Outline;
use super::pager::Pager;
use super::reader::ListReader;
use super::{Next, form};
use crate::config::Pages;
use crate::model::{PageMethod, PageRequest};
use crate::page::HtmlPage;

impl ListReader {
    /// Keeps the script values that a POST for further pages needs.
    pub(super) fn learn_params(
        &self,
        page: &HtmlPage,
        outline: &Outline,
        family: Option<&Family>,
        cursor: &mut Cursor,
    ) {
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
    pub(super) fn next(
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
    pub(super) fn guard(
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
