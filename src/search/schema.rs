//! The fields of the index, one document an article.

use tantivy::schema::FAST;
use tantivy::schema::{Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions};

use super::words::Words;

/// Counts changes of fields and words; an index of another number is made anew.
pub(super) const FORM: u32 = 1;
/// Under which [`Words`] is known to the index.
pub(super) const WORDS: &str = "vi";

/// Where is what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The article's id.
    pub id: Field,
    /// Name of the log that its line is in.
    pub log: Field,
    /// Where the line starts.
    pub offset: Field,
    /// Number of the version that is indexed.
    pub version: Field,
    /// 1 for an article that was withdrawn: known, and never found.
    pub withdrawn: Field,
    /// Site.
    pub site: Field,
    /// Section, whole.
    pub section: Field,
    /// Its words.
    pub section_words: Field,
    /// Words of the byline.
    pub byline: Field,
    /// Words of the title.
    pub title: Field,
    /// Words of the whole text, title included.
    pub text: Field,
    /// Every address.
    pub url: Field,
    /// Day of publication as a number, 20250701; 0 without one.
    pub day: Field,
    /// Its year; 0 without one.
    pub year: Field,
}

/// The schema and its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = |record| TextFieldIndexing::default().set_tokenizer(WORDS).set_index_option(record);
    let running = TextOptions::default().set_indexing_options(indexing(IndexRecordOption::WithFreqsAndPositions));
    let fields = Fields {
        id: builder.add_text_field("id", STRING | STORED),
        log: builder.add_text_field("log", STRING | STORED),
        offset: builder.add_u64_field("offset", FAST),
        version: builder.add_u64_field("version", FAST),
        withdrawn: builder.add_u64_field("withdrawn", INDEXED),
        site: builder.add_text_field("site", STRING | FAST),
        section: builder.add_text_field("section", STRING | FAST),
        section_words: builder.add_text_field("section_words", running.clone()),
        byline: builder.add_text_field("byline", running.clone()),
        title: builder.add_text_field("title", running.clone()),
        text: builder.add_text_field("text", running),
        url: builder.add_text_field("url", STRING),
        day: builder.add_u64_field("day", INDEXED | FAST),
        year: builder.add_u64_field("year", INDEXED | FAST),
    };
    (builder.build(), fields)
}

/// Makes the words known to an index.
pub(super) fn register(index: &tantivy::Index) {
    index.tokenizers().register(WORDS, Words);
}
