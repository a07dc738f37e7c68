//! Options that say what is handed out.

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::exit::{Exit, UsageError};
use super::output;
use crate::archive::select::{By, Query, Selection};

/// Whose day `--from` and `--to` mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ByDay {
    /// The day of capture
    Captured,
    /// The day that the portal gives
    Published,
}

/// What is handed out.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub struct Selecting {
    /// Only these sites
    #[arg(long, value_name = "SITE", num_args = 1.., value_delimiter = ',')]
    site: Vec<String>,
    /// Only these articles, by their ids in `luutru articles`
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    id: Vec<String>,
    /// Only from this day on, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Only up to this day, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// Which day --from and --to mean
    #[arg(long, value_name = "WHICH", default_value = "published")]
    by: ByDay,
}

impl Selecting {
    /// The selection that was asked for.
    pub fn query(&self) -> Result<Query, UsageError> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(UsageError { what: format!("--from {from} is after --to {to}: swap them") });
        }
        let by = if self.by == ByDay::Captured { By::Captured } else { By::Published };
        Ok(Query { sites: self.site.clone(), ids: self.id.clone(), from: self.from, to: self.to, by, within: None })
    }
}

/// Says what was left out; the exit code that follows from it.
pub fn told(selection: &Selection, without_text: u64) -> Exit {
    for problem in &selection.problems {
        output::note(&format!("left out: {problem}"));
    }
    if without_text > 0 {
        output::note(&format!("{without_text} pages have no text: their files below text/ are not there"));
    }
    if selection.problems.is_empty() && without_text == 0 { Exit::Done } else { Exit::Failures }
}
