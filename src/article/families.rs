//! Selectors of the article's parts, for CMS families whose templates are known. They stand in the families' data files.

use crate::config::ArticleSpec;
use crate::portal;

/// The preset of a family, by its name in a site file; `None` for names without one.
pub fn family_spec(name: &str) -> Option<ArticleSpec> {
    portal::by_name(name).map(|family| family.article.clone())
}
