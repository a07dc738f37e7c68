//! Clauses and filters → queries of the index.

use std::ops::Bound;

use jiff::civil::Date;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery,
    TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::query::{self, Clause};
use super::schema::Fields;
use super::words::{EXACT, plain};

/// How much more a word of the title says.
const TITLE: f32 = 3.0;
/// How much more a word says that is written just so, when any marks would do.
const AS_WRITTEN: f32 = 0.6;
/// How much more words say that follow each other as typed.
const TOGETHER: f32 = 1.5;
/// Words that are also looked for together: more make the search slow and tell nothing.
const TOGETHER_WORDS: usize = 6;

type Boxed = Box<dyn Query>;

/// Everything that a document must be, and must not be.
pub(super) fn build(
    fields: &Fields,
    query: &query::Query,
    within: Option<&[String]>,
    hidden: &[String],
    any_marks: bool,
) -> Boxed {
    let mut parts: Vec<(Occur, Boxed)> = Vec::new();
    // None at all finds nothing.
    parts.extend(within.map(|sites| (Occur::Must, any(fields.site, sites))));
    for clause in &query.clauses {
        let occur = if clause.not { Occur::MustNot } else { Occur::Must };
        parts.push((occur, clause_of(fields, clause, any_marks)));
    }
    parts.extend(together(fields, query, any_marks).map(|query| (Occur::Should, query)));
    if let Some(url) = &query.url {
        parts.push((Occur::Must, any(fields.url, std::slice::from_ref(url))));
    }
    if !query.sites.is_empty() {
        parts.push((Occur::Must, any(fields.site, &query.sites)));
    }
    if let Some(section) = &query.section {
        parts.push((Occur::Must, any(fields.section, std::slice::from_ref(section))));
    }
    if query.from.is_some() || query.to.is_some() {
        let term = |day: Date| Term::from_field_u64(fields.day, number(day));
        // What has no day (0) lies before every first day, and before every last one as well.
        let from =
            query.from.map_or(Bound::Excluded(Term::from_field_u64(fields.day, 0)), |day| Bound::Included(term(day)));
        let to = query.to.map_or(Bound::Unbounded, |day| Bound::Included(term(day)));
        parts.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(RangeQuery::new(from, to)), 0.0))));
    }
    if !parts.iter().any(|(occur, _)| *occur == Occur::Must) {
        parts.push((Occur::Must, Box::new(AllQuery)));
    }
    let withdrawn = Term::from_field_u64(fields.withdrawn, 1);
    parts.push((Occur::MustNot, Box::new(TermQuery::new(withdrawn, IndexRecordOption::Basic))));
    if !hidden.is_empty() {
        parts.push((Occur::MustNot, any(fields.id, hidden)));
    }
    Box::new(BooleanQuery::new(parts))
}

/// The day as the index has it.
fn number(day: Date) -> u64 {
    let part = |number: i16| u64::try_from(number).unwrap_or_default();
    part(day.year()) * 10_000 + part(i16::from(day.month())) * 100 + part(i16::from(day.day()))
}

fn any(field: Field, values: &[String]) -> Boxed {
    let terms = values.iter().map(|value| Term::from_field_text(field, value));
    Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(terms)), 0.0))
}

fn clause_of(fields: &Fields, clause: &Clause, any_marks: bool) -> Boxed {
    let places: &[(Field, f32)] = match clause.field {
        query::Field::Any => &[(fields.text, 1.0), (fields.title, TITLE)],
        query::Field::Title => &[(fields.title, 1.0)],
        query::Field::Byline => &[(fields.byline, 1.0)],
        query::Field::Section => &[(fields.section_words, 1.0)],
    };
    let forms = forms(&clause.words, any_marks);
    let mut out: Vec<(Occur, Boxed)> = Vec::new();
    for &(field, weight) in places {
        out.push((Occur::Should, boosted(follow(field, &forms), weight)));
        if let [word] = clause.words.as_slice()
            && !forms[0].starts_with(EXACT)
        {
            out.push((Occur::Should, boosted(follow(field, &[written(word)]), weight * AS_WRITTEN)));
        }
    }
    if out.is_empty() { Box::new(EmptyQuery) } else { Box::new(BooleanQuery::new(out)) }
}

/// Words that are typed one after the other, and stand so in a text, say more.
fn together(fields: &Fields, query: &query::Query, any_marks: bool) -> Option<Boxed> {
    let single = |clause: &&Clause| clause.field == query::Field::Any && !clause.not && clause.words.len() == 1;
    let words: Vec<String> = query.clauses.iter().filter(single).flat_map(|clause| clause.words.clone()).collect();
    if !(2..=TOGETHER_WORDS).contains(&words.len()) {
        return None;
    }
    let forms: Vec<String> = words.iter().flat_map(|word| forms(std::slice::from_ref(word), any_marks)).collect();
    Some(boosted(follow(fields.text, &forms), TOGETHER))
}

/// What is looked up: as written when one of the words has marks, else without them.
fn forms(words: &[String], any_marks: bool) -> Vec<String> {
    let marked = words.iter().any(|word| plain(word) != **word);
    words.iter().map(|word| if marked && !any_marks { written(word) } else { plain(word) }).collect()
}

fn written(word: &str) -> String {
    format!("{EXACT}{word}")
}

fn follow(field: Field, forms: &[String]) -> Boxed {
    let terms: Vec<Term> = forms.iter().map(|form| Term::from_field_text(field, form)).collect();
    match <[Term; 1]>::try_from(terms) {
        Ok([term]) => Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)),
        Err(terms) => Box::new(PhraseQuery::new(terms)),
    }
}

fn boosted(query: Boxed, weight: f32) -> Boxed {
    Box::new(BoostQuery::new(query, weight))
}
