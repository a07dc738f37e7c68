//! From a page to a reading: selectors where they match, recognition everywhere else.

use ego_tree::NodeId;
use scraper::Html;

use super::body::Weights;
use super::draft::Draft;
use super::old;
use super::outline::{Marks, Outline};
use super::refuse::{self, NotArticle};
use super::stamps::When;
use super::{ArticleError, Hint, Reading};
use crate::config::ArticleSpec;
use crate::page::{HtmlPage, Queries};

/// Parts of an article that a site file may name, in the order of [`Chosen`]'s fields.
const PARTS: usize = 5;

/// Reads articles of one site; compiled once, shared between threads.
#[derive(Debug, Clone)]
pub struct ArticleReader {
    queries: Queries,
    /// Which of the queries finds which part; all others find what is dropped.
    parts: [Option<usize>; PARTS],
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
        let mut queries = Queries::default();
        let mut add = |field, text: &String| compile(&mut queries, field, text);
        let named = [
            ("title", &spec.title),
            ("date", &spec.date),
            ("byline", &spec.byline),
            ("lead", &spec.lead),
            ("body", &spec.body),
        ];
        let mut parts = [None; PARTS];
        for (part, (field, selector)) in parts.iter_mut().zip(named) {
            *part = selector.as_ref().map(|text| add(field, text)).transpose()?;
        }
        for text in &spec.drop {
            add("drop", text)?;
        }
        Ok(Self { queries, parts })
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
        let mut found = [None; PARTS];
        let mut dropped = Vec::new();
        self.queries.each(dom, |index, element| {
            let Some(part) = self.parts.iter().position(|part| *part == Some(index)) else {
                return dropped.push(element.id());
            };
            // Templates keep empty twins of an element; the one with text is meant.
            if found[part].is_none() && element.text().any(|text| !text.trim().is_empty()) {
                found[part] = Some(element.id());
            }
        });
        let [title, date, byline, lead, body] = found;
        let chosen = Chosen { title, date, byline, lead, body };
        (chosen, Marks { chosen: found.into_iter().flatten().collect(), dropped })
    }
}

fn compile(queries: &mut Queries, field: &'static str, text: &str) -> Result<usize, ArticleError> {
    queries.add(text).map_err(|fault| ArticleError::Selector {
        field,
        selector: text.to_owned(),
        detail: format!("{fault:?}"),
    })
}
