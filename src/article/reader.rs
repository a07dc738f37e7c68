//! From a page to a reading: selectors where they match, recognition everywhere else.

use ego_tree::NodeId;
use scraper::{Html, Selector};

use super::body::Weights;
use super::draft::Draft;
use super::old;
use super::outline::{Marks, Outline};
use super::refuse::{self, NotArticle};
use super::stamps::When;
use super::{ArticleError, Hint, Reading};
use crate::config::ArticleSpec;
use crate::page::HtmlPage;

/// Reads articles of one site; compiled once, shared between threads.
#[derive(Debug, Clone)]
pub struct ArticleReader {
    title: Option<Selector>,
    date: Option<Selector>,
    byline: Option<Selector>,
    lead: Option<Selector>,
    body: Option<Selector>,
    drop: Vec<Selector>,
}

/// The elements that the selectors chose.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) title: Option<NodeId>,
    pub(super) date: Option<NodeId>,
    pub(super) byline: Option<NodeId>,
    pub(super) lead: Option<NodeId>,
    pub(super) body: Option<NodeId>,
}

impl ArticleReader {
    /// Compiles the selectors of a site file or family preset; an empty one recognises everything.
    ///
    /// # Errors
    /// A selector that is no CSS; the error names it.
    pub fn new(spec: &ArticleSpec) -> Result<Self, ArticleError> {
        let one = |field, selector: &Option<String>| selector.as_ref().map(|text| compile(field, text)).transpose();
        Ok(Self {
            title: one("title", &spec.title)?,
            date: one("date", &spec.date)?,
            byline: one("byline", &spec.byline)?,
            lead: one("lead", &spec.lead)?,
            body: one("body", &spec.body)?,
            drop: spec.drop.iter().map(|text| compile("drop", text)).collect::<Result<_, _>>()?,
        })
    }

    /// Reads one page.
    pub fn read(&self, page: &HtmlPage, hint: &Hint<'_>) -> Reading {
        if hint.status >= 400 {
            return Reading::NotArticle(NotArticle::ErrorPage);
        }
        if let Some(cause) = refuse::gate(&page.source) {
            return Reading::NotArticle(cause);
        }
        let (chosen, marks) = self.choose(&page.dom);
        let letters = old::letters(page);
        let mut outline = Outline::read(&page.dom, &marks, letters);
        outline.meta.json_ld(page.json_ld());
        let mut named = None;
        if let Some(letters) = letters {
            outline.meta.restore(letters);
            named = hint.title.and_then(|title| letters.restore(title));
        }
        let hint = &Hint { title: named.as_deref().or(hint.title), ..*hint };
        let weights = Weights::of(&outline);
        let when = When::of(&page.url, &outline, hint);
        match Draft::of(&outline, &weights, &chosen, hint, &when) {
            Ok(draft) => {
                let mut article = draft.finish(page, hint, &when);
                article.notes.extend(letters.map(|letters| letters.note().to_owned()));
                Reading::Article(Box::new(article))
            }
            Err(cause) => Reading::NotArticle(cause),
        }
    }

    fn choose(&self, dom: &Html) -> (Chosen, Marks) {
        let first = |selector: &Option<Selector>| {
            selector.as_ref().and_then(|selector| {
                // Templates keep empty twins of an element; the one with text is meant.
                dom.select(selector)
                    .find(|found| found.text().any(|text| !text.trim().is_empty()))
                    .map(|found| found.id())
            })
        };
        let chosen = Chosen {
            title: first(&self.title),
            date: first(&self.date),
            byline: first(&self.byline),
            lead: first(&self.lead),
            body: first(&self.body),
        };
        let parts = [chosen.title, chosen.date, chosen.byline, chosen.lead, chosen.body];
        let dropped = self.drop.iter().flat_map(|selector| dom.select(selector)).map(|found| found.id()).collect();
        (chosen, Marks { chosen: parts.into_iter().flatten().collect(), dropped })
    }
}

fn compile(field: &'static str, text: &str) -> Result<Selector, ArticleError> {
    Selector::parse(text).map_err(|fault| ArticleError::Selector {
        field,
        selector: text.to_owned(),
        detail: format!("{fault:?}"),
    })
}
