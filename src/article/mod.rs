//! From a page to an article: extraction, dates, bylines, fingerprints. Pure and bounded.
