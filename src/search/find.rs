//! A query → the articles that it finds, a page of them at a time.

use serde::Serialize;
use tantivy::collector::{Collector, Count, TopDocs};
use tantivy::schema::Value as _;
use tantivy::{DocAddress, Order, Searcher, TantivyDocument};

use super::error::{At as _, SearchError};
use super::facets::{Facets, Gather};
use super::filters;
use super::index::Index;
use super::query::Query;

/// In which order hits come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// What fits best first.
    #[default]
    Relevance,
    /// What was published last first; without a date last.
    Newest,
    /// What was published first first.
    Oldest,
}

/// What is asked of the index.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Words and filters. Provinces are the caller's to turn into sites.
    pub query: Query,
    /// Order.
    pub sort: Sort,
    /// Hits that are passed over.
    pub skip: usize,
    /// Hits that are wanted.
    pub take: usize,
    /// Articles that must not be found.
    pub hidden: Vec<String>,
    /// Sites beyond which nothing is found; everything may be, if `None`.
    pub within: Option<Vec<String>>,
    /// Look for all words without their marks.
    pub any_marks: bool,
}

/// An article, by the place of its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// Its id.
    pub id: String,
    /// The log in `catalog/`.
    pub log: String,
    /// Where its line starts.
    pub offset: u64,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// All hits.
    pub total: usize,
    /// Those that were wanted.
    pub hits: Vec<Hit>,
    /// Counts over all hits.
    pub facets: Facets,
    /// Nothing is written as the query is; these are found without regard to marks.
    pub any_marks: bool,
}

impl Index {
    /// Carries out a request. When nothing is written as the query is, words are looked for without their marks.
    pub fn find(&self, request: &Request) -> Result<Found, SearchError> {
        let searcher = self.reader.searcher();
        let found = self.search(&searcher, request, request.any_marks)?;
        if found.total > 0 || request.any_marks || !request.query.has_marks() {
            return Ok(found);
        }
        self.search(&searcher, request, true)
    }

    /// Articles that can be found.
    pub fn count(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    fn search(&self, searcher: &Searcher, request: &Request, any_marks: bool) -> Result<Found, SearchError> {
        let query = filters::build(&self.fields, &request.query, request.within.as_deref(), &request.hidden, any_marks);
        let top = || TopDocs::with_limit(request.take.max(1)).and_offset(request.skip);
        let by_day = |order| searched(searcher, &*query, top().order_by_fast_field::<u64>("day", order));
        let found = match request.sort {
            Sort::Relevance => searched(searcher, &*query, top().order_by_score()),
            Sort::Newest => by_day(Order::Desc),
            Sort::Oldest => by_day(Order::Asc),
        };
        let (total, places, facets) = found.at(&self.dir)?;
        let places = places.into_iter().take(request.take);
        let hits = places.map(|place| self.hit(searcher, place)).collect::<Result<_, _>>()?;
        Ok(Found { total, hits, facets, any_marks })
    }

    fn hit(&self, searcher: &Searcher, place: DocAddress) -> Result<Hit, SearchError> {
        let doc: TantivyDocument = searcher.doc(place).at(&self.dir)?;
        let text = |field| doc.get_first(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let offsets = searcher.segment_reader(place.segment_ord).fast_fields().u64("offset").at(&self.dir)?;
        let offset = offsets.first(place.doc_id).unwrap_or_default();
        Ok(Hit { id: text(self.fields.id), log: text(self.fields.log), offset })
    }
}

/// Count, places and facets in one pass.
fn searched<K: Send + Sync + 'static>(
    searcher: &Searcher,
    query: &dyn tantivy::query::Query,
    top: impl Collector<Fruit = Vec<(K, DocAddress)>>,
) -> tantivy::Result<(usize, Vec<DocAddress>, Facets)> {
    let (total, top, facets) = searcher.search(query, &(Count, top, Gather))?;
    Ok((total, top.into_iter().map(|(_, place)| place).collect(), facets))
}
