//! Options that every command takes, and those of the crawling commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::logging;
use crate::config::{Cidr, Config, Faults, Overrides, Requisites, check_host, units};

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Which parts of pages are archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// None
    None,
    /// Those on the site's own hosts and its asset hosts
    SameSite,
    /// Those on any public host
    All,
}

impl Which {
    fn requisites(self) -> Requisites {
        match self {
            Self::None => Requisites::None,
            Self::SameSite => Requisites::SameSite,
            Self::All => Requisites::All,
        }
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// Yes
    Yes,
    /// No
    No,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Archive root; overrides the configuration
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Say more (repeat for yet more)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Form of log lines [default: text; records of the journal where systemd started it]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Data as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

impl Common {
    /// Sends log lines to the journal or to stderr.
    pub fn start_logging(&self) {
        let level = match (self.quiet, self.verbose) {
            // What sled logs reaches us as errors as well, and those are reported in our own words.
            (true, _) => "error,sled=off",
            (_, 0) => "warn,sled=off",
            (_, 1) => "luutru=info,warn,sled=off",
            (_, 2) => "luutru=debug,info",
            _ => "trace",
        };
        let ansi = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => super::output::stderr_is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        logging::start(level, self.log_format, ansi);
    }

    /// Whether data on stdout is coloured.
    pub fn colours(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => super::output::stdout_is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    /// The configuration, with this command line over it.
    pub fn load(&self, overrides: Overrides) -> Result<Config, Faults> {
        Config::load(self.config.as_deref(), &Overrides { root: self.root.clone(), ..overrides })
    }
}

/// A host as site files write it.
fn host(text: &str) -> Result<String, String> {
    check_host(text).map_err(|wrong| format!("{}; {}", wrong.what, wrong.mend))
}

/// Options of crawling commands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Politeness and limits")]
pub struct CrawlOptions {
    /// Pause between requests to one server [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = units::parse_duration)]
    pub delay: Option<Duration>,
    /// List pages read per list
    #[arg(long, value_name = "N")]
    pub max_pages: Option<u32>,
    /// Articles asked for
    #[arg(long, value_name = "N")]
    pub max_articles: Option<u32>,
    /// Requests under way at once over all servers; to one server it is always one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub concurrency: Option<u16>,
    /// Addresses that are not public and may be reached all the same, such as 127.0.0.0/8
    #[arg(long, value_name = "CIDR", num_args = 1.., value_delimiter = ',')]
    pub allow_net: Vec<Cidr>,
    /// Hosts, beside a site's own, from which images and attachments may come, such as cdn.example.vn
    #[arg(long, value_name = "HOST", num_args = 1.., value_delimiter = ',', value_parser = host)]
    pub allow_host: Vec<String>,
    /// Images, style sheets, scripts and fonts of article pages [default: same-site]
    #[arg(long, value_name = "WHICH")]
    pub requisites: Option<Which>,
    /// Files that articles link to [default: yes]
    #[arg(long, value_name = "YES|NO")]
    pub attachments: Option<YesNo>,
    /// User-Agent to send
    #[arg(long, value_name = "TEXT")]
    pub user_agent: Option<String>,
    /// How the operator can be reached: a mail address or a page
    #[arg(long, value_name = "MAIL|URL")]
    pub contact: Option<String>,
}

impl CrawlOptions {
    /// The configuration, with these options over it.
    pub fn config(&self, common: &Common) -> Result<Config, Faults> {
        let mut config = common.load(self.overrides())?;
        // Whoever asks for less than a tenth of a second between requests wants no ceiling either.
        if self.delay.is_some_and(|delay| delay.as_millis() < 100) {
            config.ceiling.requests_per_second = 0;
        }
        Ok(config)
    }

    /// What the command line puts over the configuration.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            delay: self.delay,
            concurrency: self.concurrency.map(usize::from),
            user_agent: self.user_agent.clone(),
            contact: self.contact.clone(),
            allow_net: self.allow_net.clone(),
            asset_hosts: self.allow_host.clone(),
            requisites: self.requisites.map(Which::requisites),
            attachments: self.attachments.map(|which| which == YesNo::Yes),
            ..Overrides::default()
        }
    }
}
