//! Options that have archived articles visited again.

use std::time::Duration;

use clap::Args;
use jiff::civil::Date;

use crate::config::units;
use crate::crawl::Recheck;

/// Which archived articles are visited again.
#[derive(Debug, Args)]
#[command(next_help_heading = "Archived articles")]
pub struct RecheckOptions {
    /// Also fetch articles again that are archived: a changed text becomes a new version, the old one stays
    #[arg(long)]
    recheck: bool,
    /// With --recheck: only articles published at most so long ago, such as 30d
    #[arg(long, value_name = "DURATION", value_parser = units::parse_duration, requires = "recheck")]
    within: Option<Duration>,
    /// With --recheck: only articles that were not fetched for so long, such as 1d
    #[arg(long, value_name = "DURATION", value_parser = units::parse_duration, requires = "recheck")]
    unseen_for: Option<Duration>,
}

impl RecheckOptions {
    /// What is asked for between two days, if anything is.
    pub fn window(&self, from: Option<Date>, to: Option<Date>) -> Option<Recheck> {
        let unseen = self.unseen_for.unwrap_or_default();
        self.recheck.then_some(Recheck { from, to, within: self.within, unseen })
    }
}
