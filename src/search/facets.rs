//! How many of the hits belong to each site, year and section.

use std::collections::BTreeMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// Counts by value, each list by count and then by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Facets {
    /// By site.
    pub sites: Vec<(String, u64)>,
    /// By year, latest first; what has no date is left out.
    pub years: Vec<(u64, u64)>,
    /// By section.
    pub sections: Vec<(String, u64)>,
}

/// Gathers [`Facets`].
pub(super) struct Gather;

pub(super) struct Segment {
    sites: Option<(StrColumn, Vec<u64>)>,
    sections: Option<(StrColumn, Vec<u64>)>,
    years: Column<u64>,
    by_year: BTreeMap<u64, u64>,
}

/// What one segment adds.
#[derive(Default)]
pub(super) struct Counts {
    sites: BTreeMap<String, u64>,
    years: BTreeMap<u64, u64>,
    sections: BTreeMap<String, u64>,
}

impl Collector for Gather {
    type Fruit = Facets;
    type Child = Segment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Segment> {
        let strings = |name: &str| -> tantivy::Result<_> {
            let column = segment.fast_fields().str(name)?;
            Ok(column.map(|column| {
                let values = column.num_terms();
                (column, vec![0; values])
            }))
        };
        Ok(Segment {
            sites: strings("site")?,
            sections: strings("section")?,
            years: segment.fast_fields().u64("year")?,
            by_year: BTreeMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<Counts>>) -> tantivy::Result<Facets> {
        let mut all = Counts::default();
        for segment in segments {
            let segment = segment?;
            segment.sites.into_iter().for_each(|(name, count)| *all.sites.entry(name).or_default() += count);
            segment.sections.into_iter().for_each(|(name, count)| *all.sections.entry(name).or_default() += count);
            segment.years.into_iter().for_each(|(year, count)| *all.years.entry(year).or_default() += count);
        }
        let ranked = |counts: BTreeMap<String, u64>| {
            let mut counts = Vec::from_iter(counts);
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            counts
        };
        let years = all.years.into_iter().rev().filter(|(year, _)| *year > 0).collect();
        Ok(Facets { sites: ranked(all.sites), years, sections: ranked(all.sections) })
    }
}

impl SegmentCollector for Segment {
    type Fruit = tantivy::Result<Counts>;

    fn collect(&mut self, doc: DocId, _: Score) {
        for (column, counts) in self.sites.iter_mut().chain(&mut self.sections) {
            for ord in column.term_ords(doc) {
                if let Some(count) = usize::try_from(ord).ok().and_then(|ord| counts.get_mut(ord)) {
                    *count += 1;
                }
            }
        }
        *self.by_year.entry(self.years.first(doc).unwrap_or(0)).or_default() += 1;
    }

    fn harvest(self) -> tantivy::Result<Counts> {
        Ok(Counts { sites: named(self.sites)?, years: self.by_year, sections: named(self.sections)? })
    }
}

/// Counts under the names that their numbers stand for.
fn named(counted: Option<(StrColumn, Vec<u64>)>) -> tantivy::Result<BTreeMap<String, u64>> {
    let mut out = BTreeMap::new();
    let Some((column, counts)) = counted else { return Ok(out) };
    for (ord, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let mut name = String::new();
        column.ord_to_str(ord as u64, &mut name)?;
        out.insert(name, count);
    }
    Ok(out)
}
