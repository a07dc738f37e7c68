//! The article readers of one site: its file's selectors over a family's, for each family it may turn out to be.

use std::sync::OnceLock;

use super::error::CrawlError;
use crate::article::{ArticleReader, families};
use crate::config::{ArticleSpec, FAMILIES, Site};

/// Readers by family. A site has one family: only that one is compiled, when it is first asked for.
#[derive(Debug)]
pub struct ArticleReaders {
    plain: ArticleReader,
    own: ArticleSpec,
    by_family: Vec<(&'static str, OnceLock<Option<ArticleReader>>)>,
    told: Option<String>,
}

impl ArticleReaders {
    /// Compiles the site's selectors.
    pub fn new(site: &Site) -> Result<Self, CrawlError> {
        let plain = ArticleReader::new(&site.article)
            .map_err(|source| CrawlError::Article { site: site.id.clone(), source })?;
        let by_family = FAMILIES.iter().map(|(family, _)| (*family, OnceLock::new())).collect();
        Ok(Self { plain, own: site.article.clone(), by_family, told: site.family.clone() })
    }

    /// The reader for a family: the site file's word first, then what was recognised.
    pub fn of(&self, seen: Option<&str>) -> &ArticleReader {
        let family = self.told.as_deref().or(seen);
        let Some((name, reader)) = self.by_family.iter().find(|(name, _)| Some(*name) == family) else {
            return &self.plain;
        };
        // The site's selectors were compiled before, and a test compiles those of every family.
        let compiled = || ArticleReader::new(&over(&self.own, families::family_spec(name)?)).ok();
        reader.get_or_init(compiled).as_ref().unwrap_or(&self.plain)
    }
}

/// A site file's selectors over a preset's.
fn over(site: &ArticleSpec, preset: ArticleSpec) -> ArticleSpec {
    let pick = |own: &Option<String>, preset: Option<String>| own.clone().or(preset);
    ArticleSpec {
        title: pick(&site.title, preset.title),
        date: pick(&site.date, preset.date),
        byline: pick(&site.byline, preset.byline),
        lead: pick(&site.lead, preset.lead),
        body: pick(&site.body, preset.body),
        drop: site.drop.iter().cloned().chain(preset.drop).collect(),
        url_pattern: pick(&site.url_pattern, preset.url_pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selectors_of_every_family_compile() {
        for (family, _) in FAMILIES {
            if let Some(preset) = families::family_spec(family) {
                assert!(ArticleReader::new(&preset).is_ok(), "{family}");
            }
        }
    }
}
