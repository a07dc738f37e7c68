//! The article readers of one site: its file's selectors over a family's, for each family it may turn out to be.

use super::error::CrawlError;
use crate::article::{ArticleReader, families};
use crate::config::{ArticleSpec, FAMILIES, Site};

/// Readers by family.
#[derive(Debug)]
pub struct ArticleReaders {
    plain: ArticleReader,
    by_family: Vec<(&'static str, ArticleReader)>,
    told: Option<String>,
}

impl ArticleReaders {
    /// Compiles the site's selectors.
    pub fn new(site: &Site) -> Result<Self, CrawlError> {
        let compile = |spec: &ArticleSpec| {
            ArticleReader::new(spec).map_err(|source| CrawlError::Article { site: site.id.clone(), source })
        };
        let mut by_family = Vec::new();
        for (family, _) in FAMILIES {
            if let Some(preset) = families::family_spec(family) {
                by_family.push((*family, compile(&over(&site.article, preset))?));
            }
        }
        Ok(Self { plain: compile(&site.article)?, by_family, told: site.family.clone() })
    }

    /// The reader for a family: the site file's word first, then what was recognised.
    pub fn of(&self, seen: Option<&str>) -> &ArticleReader {
        let family = self.told.as_deref().or(seen);
        let found = self.by_family.iter().find(|(name, _)| Some(*name) == family);
        found.map_or(&self.plain, |(_, reader)| reader)
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
