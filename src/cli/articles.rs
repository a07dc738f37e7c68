//! `luutru articles`: the catalogue.

use clap::Args;
use jiff::civil::Date;

use super::exit::Exit;
use super::options::Common;
use super::output;
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::decisions::Decisions;
use crate::config::Overrides;

/// Arguments of `articles`.
#[derive(Debug, Args)]
pub struct Articles {
    /// Only articles of these sites
    #[arg(long, value_name = "SITE", num_args = 1.., value_delimiter = ',')]
    site: Vec<String>,
    /// Every version of an article, not only its latest
    #[arg(long)]
    versions: bool,
    /// Only articles published on this day or later, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Only articles published on this day or earlier, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// Also those that are taken down
    #[arg(long)]
    all: bool,
}

impl Articles {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        let decisions = Decisions::read(&config.root)?;
        let mut fault = None;
        let mut bad = 0u64;
        let read = if self.versions { catalog::read_versions } else { catalog::read_latest };
        read(
            &config.root,
            &self.site,
            &mut |record| {
                if fault.is_none() && self.wants(&record) && (self.all || !decisions.hides(&record.id)) {
                    let printed = if common.json { output::json(&record) } else { row(&record) };
                    fault = printed.err();
                }
            },
            &mut |line| {
                bad += 1;
                output::note(&format!("{}: no record at byte {}", line.path.display(), line.offset));
            },
        )?;
        match fault {
            Some(error) => Err(error),
            None if bad > 0 => Ok(Exit::Storage),
            None => Ok(Exit::Done),
        }
    }

    fn wants(&self, record: &ArticleRecord) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let day = record.published.as_ref().and_then(|at| at.get(..10)?.parse::<Date>().ok());
        day.is_some_and(|day| self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to))
    }
}

fn row(record: &ArticleRecord) -> anyhow::Result<()> {
    let day = record.published.as_deref().and_then(|at| at.get(..10)).unwrap_or("undated   ");
    let version = if record.version > 1 { format!("  (version {})", record.version) } else { String::new() };
    let near = match record.near_duplicates.as_slice() {
        [] => String::new(),
        near => format!("  (near: {})", near.join(" ")),
    };
    let line = format!("{}  {day}  {}  {}{version}{near}\n", record.id, record.site, record.title);
    output::data(&output::shown(&line))?;
    Ok(())
}
