//! What the one who asks may see: every site, or some. Every answer that names a site asks this first.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::archive::warc::file_safe;

/// The sites that an asker may see. Handlers take it as an argument; a request that passed no door sees nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access(Option<Arc<BTreeSet<String>>>);

impl Access {
    /// Everything.
    pub fn all() -> Self {
        Self(None)
    }

    /// Nothing at all.
    pub fn nothing() -> Self {
        Self::sites(std::iter::empty::<&str>())
    }

    /// These sites only.
    pub fn sites<S: AsRef<str>>(sites: impl IntoIterator<Item = S>) -> Self {
        Self(Some(Arc::new(sites.into_iter().map(|site| file_safe(site.as_ref())).collect())))
    }

    /// Whether what belongs to this site may be shown, listed, counted or handed out. A site's id and the form that it
    /// has in names of files are one.
    pub fn may_see(&self, site: &str) -> bool {
        self.0.as_ref().is_none_or(|sites| sites.contains(&file_safe(site)))
    }

    /// Whether it opens all that `other` opens, so that what was made for the other may be handed to this one.
    pub fn covers(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => mine.is_superset(theirs),
        }
    }

    /// The sites, in the form that they have in names of files; `None` for every site.
    pub fn within(&self) -> Option<Arc<BTreeSet<String>>> {
        self.0.clone()
    }

    /// Whether figures about the whole archive may be shown.
    pub fn sees_all(&self) -> bool {
        self.0.is_none()
    }
}

impl<S: Sync> FromRequestParts<S> for Access {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::nothing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_its_sites_and_no_more() {
        assert!(Access::all().may_see("x") && Access::all().sees_all());
        assert!(!Access::nothing().may_see("x"));
        let some = Access::sites(["a.gov.vn", "127.0.0.1:80"]);
        assert!(some.may_see("a.gov.vn") && some.may_see("127.0.0.1:80") && !some.sees_all());
        assert!(some.may_see(&file_safe("127.0.0.1:80")));
        let less = Access::sites(["a.gov.vn"]);
        assert!(
            some.covers(&less) && some.covers(&some) && Access::all().covers(&some) && less.covers(&Access::nothing())
        );
        assert!(!less.covers(&some) && !some.covers(&Access::all()));
        assert!(!some.may_see("b.a.gov.vn") && !some.may_see("") && !some.may_see("a.gov.v"));
    }
}
