//! The texts of a selection, by the catalogue alone: a root without `warc/` has them as well.

use std::path::{Path, PathBuf};

use super::articles::{Articles, Version};
use super::hidden::Hidden;
use super::parts::Names;
use super::query::Query;
use super::{files, held, known_articles, known_sites};
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::error::Result;

/// One text an article: of its latest version, or of the latest that was captured in time.
#[derive(Debug)]
pub struct Texts {
    /// The archive.
    pub root: PathBuf,
    articles: Articles,
    hidden: Hidden,
    /// By day of publication, then content hash; undated articles last.
    order: Vec<(String, Version)>,
}

impl Texts {
    /// Finds the texts of `query`; `names` as for a selection.
    pub fn find(root: &Path, query: &Query, names: &Names<'_>) -> Result<Self> {
        let (files, _) = files::list(root)?;
        if query.sites.iter().any(|site| !catalog::path_of(root, site).exists()) {
            known_sites(root, &files, query)?;
        }
        let hidden = Hidden::read(root, names)?;
        let held = held(root, &files, query)?;
        let articles = Articles::read(root, query, &hidden, &held)?;
        known_articles(&articles, query)?;
        let mut found: Vec<(String, String, Version)> = Vec::new();
        articles.each(&mut |version, record| {
            if query.wants_time(&record.captured_at) {
                let published = record.published.as_deref().unwrap_or("undated");
                let key = format!("{published} {}", record.content_hash.hex());
                match found.last_mut().filter(|(id, ..)| *id == record.id) {
                    Some(last) => *last = (record.id, key, version),
                    None => found.push((record.id, key, version)),
                }
            }
            Ok(())
        })?;
        let mut order: Vec<(String, Version)> = found.into_iter().map(|(_, key, version)| (key, version)).collect();
        order.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Self { root: root.to_owned(), articles, hidden, order })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// Whether an article must not be handed out.
    pub fn hides(&self, id: &str) -> bool {
        self.hidden.article(id)
    }

    /// Hands them over in order.
    pub fn each(&self, each: &mut dyn FnMut(ArticleRecord) -> Result<()>) -> Result<()> {
        self.order.iter().try_for_each(|(_, version)| each(self.articles.record(*version)?))
    }
}
