//! `luutru search`: articles by their words.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::decisions::Decisions;
use crate::archive::select::text_of;
use crate::config::{Config, Overrides};
use crate::search::{self, Found, Index, Needles, Query, Request, SearchError, Sort};

/// Bytes of a text that are shown.
const SNIPPET: usize = 240;

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct Search {
    /// Words; "in quotes" together; -word not; title: byline: section: site: province: from: to:
    #[arg(value_name = "QUERY", num_args = 1.., required = true)]
    query: Vec<String>,
    /// Only articles of these sites
    #[arg(long, value_name = "SITE", value_delimiter = ',')]
    site: Vec<String>,
    /// Only articles published on this day or later, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Only articles published on this day or earlier, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// Order of the hits
    #[arg(long, value_name = "ORDER", default_value = "relevance")]
    sort: Order,
    /// Hits to show
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Without regard to marks, also where the query has some
    #[arg(long)]
    any_marks: bool,
    #[command(flatten)]
    place: Place,
}

/// Where the index is kept.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Keep what is computed here: search index, checksums, bundles [default: in the archive root]
    #[arg(long, value_name = "DIR", env = "CACHE_DIRECTORY")]
    pub cache: Option<PathBuf>,
}

impl Place {
    /// In the directory that was asked for, if one was.
    pub fn under(cache: Option<PathBuf>) -> Self {
        Self { cache }
    }

    /// Deletes the index, so that the next search, or a server that runs, makes it anew.
    pub fn forget(&self, root: &Path) -> Result<(), SearchError> {
        match Index::remove(&self.dir(root)) {
            // Whoever writes to it notices by itself which logs were rewritten.
            Err(SearchError::Busy { .. }) => Ok(()),
            done => done,
        }
    }

    /// The directory of the index of the archive at `root`.
    pub fn dir(&self, root: &Path) -> PathBuf {
        self.cache.as_deref().unwrap_or(root).join("search")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// What fits best first
    Relevance,
    /// Last published first
    Newest,
    /// First published first
    Oldest,
}

impl Search {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        if !config.root.is_dir() {
            let what = format!("{}: there is no archive here; name its root with --root", config.root.display());
            return Err(UsageError { what }.into());
        }
        let request = self.request(&config)?;
        let index = self.index(&config)?;
        let found = index.find(&request)?;
        if found.any_marks && !self.any_marks {
            output::note("nothing is written like this; these are found without regard to marks");
        }
        let needles = Needles::of(&request.query, found.any_marks);
        let mut lost = 0;
        for hit in &found.hits {
            let record = catalog::record_at(&config.root.join("catalog").join(&hit.log), hit.offset)?;
            match record.filter(|record| record.id == hit.id) {
                Some(record) => Self::show(common, &config, &record, &needles)?,
                None => lost += 1,
            }
        }
        if !common.quiet {
            output::note(&count(&found));
        }
        if lost > 0 {
            output::note(&format!(
                "{lost} hits are not in the catalogue any more; the next search finds it as it is then"
            ));
        }
        Ok(Exit::Done)
    }

    fn request(&self, config: &Config) -> Result<Request, anyhow::Error> {
        let query = Query::parse(&self.query.join(" ")).map_err(usage)?;
        let mut query = Query { from: self.from.or(query.from), to: self.to.or(query.to), ..query };
        query.sites.extend(self.site.iter().cloned());
        if !query.provinces.is_empty() {
            let theirs = search::sites_of(&query.provinces, config.sites());
            query.sites.retain(|site| theirs.contains(site));
            if query.sites.is_empty() {
                query.sites = theirs;
            }
            if query.sites.is_empty() {
                let what = format!("province:{}: no site file names it", query.provinces.join(", "));
                return Err(UsageError { what }.into());
            }
        }
        let sort = match self.sort {
            Order::Relevance => Sort::Relevance,
            Order::Newest => Sort::Newest,
            Order::Oldest => Sort::Oldest,
        };
        let hidden = Decisions::read(&config.root)?.takedowns().map(|decision| decision.subject.clone()).collect();
        Ok(Request { query, sort, skip: 0, take: self.limit, hidden, within: None, any_marks: self.any_marks })
    }

    /// The index as it is now. Where a server keeps it, that one's is searched.
    fn index(&self, config: &Config) -> anyhow::Result<Index> {
        let index = Index::open(&self.place.dir(&config.root), false)?;
        match index.update(&config.root, &|| true) {
            Ok(_) | Err(SearchError::Busy { .. }) => {}
            Err(SearchError::Directory { .. }) => {
                output::note("the search index cannot be written to; it may be behind");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(index)
    }

    fn show(common: &Common, config: &Config, record: &ArticleRecord, needles: &Needles) -> anyhow::Result<()> {
        let text = text_of(&config.root, record)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        // The title is shown above.
        let body = text.split_once("\n\n").map_or("", |(_, body)| body).replace('\n', " ");
        let pieces = search::snippet(&body, needles, SNIPPET);
        if common.json {
            let mut row = serde_json::to_value(record)?;
            row["snippet"] = pieces.iter().map(|piece| piece.text.as_str()).collect::<String>().into();
            return output::json(&row);
        }
        let marks = if common.colours() { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let shown = |pieces: &[search::Piece]| -> String {
            let one = |piece: &search::Piece| {
                let text = output::shown(&piece.text);
                if piece.hit { format!("{}{text}{}", marks.0, marks.1) } else { text }
            };
            pieces.iter().map(one).collect()
        };
        let day = record.published.as_deref().and_then(|at| at.get(..10)).unwrap_or("undated   ");
        let head = output::shown(&format!("{}  {day}  {}  ", record.id, record.site));
        output::data(&format!("{head}{}\n    {}\n", shown(&needles.mark(&record.title)), shown(&pieces)))?;
        Ok(())
    }
}

fn usage(error: SearchError) -> anyhow::Error {
    match error {
        SearchError::Query { what } => UsageError { what }.into(),
        error => error.into(),
    }
}

fn count(found: &Found) -> String {
    match (found.total, found.hits.len()) {
        (1, 1) => "1 article".to_owned(),
        (total, shown) if shown == total => format!("{total} articles"),
        (total, shown) => format!("{shown} of {total} articles; --limit shows more"),
    }
}
