//! `luutru crawl` and `luutru backfill`.

use clap::Args;
use jiff::civil::Date;
use tokio::sync::watch;
use url::Url;

use super::exit::{Exit, UsageError};
use super::options::{Common, CrawlOptions};
use super::progress::Progress;
use super::recheck::RecheckOptions;
use super::{output, remote, signals, summary};
use crate::config::{Config, ListSpec, Site};
use crate::control::Command;
use crate::crawl::{self, Halt, Job, Outcome, Recheck, Stop, Want};

/// Arguments of `crawl`.
#[derive(Debug, Args)]
pub struct Crawl {
    /// Site ids of the configuration, or addresses of news lists; all enabled sites when left out
    #[arg(value_name = "SITE|URL")]
    targets: Vec<String>,
    /// With --recheck: only articles published on this day or later, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD", requires = "recheck")]
    from: Option<Date>,
    /// With --recheck: only articles published on this day or earlier, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD", requires = "recheck")]
    to: Option<Date>,
    /// Leave the job with the daemon that owns the archive, and do not wait for it
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    again: RecheckOptions,
    #[command(flatten)]
    options: CrawlOptions,
}

/// Arguments of `backfill`.
#[derive(Debug, Args)]
pub struct Backfill {
    /// Site ids of the configuration, or addresses of news lists; all enabled sites when left out
    #[arg(value_name = "SITE|URL")]
    targets: Vec<String>,
    /// First day wanted, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Last day wanted, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// Look over lists again that are complete for this window
    #[arg(long)]
    again: bool,
    /// Leave the job with the daemon that owns the archive, and do not wait for it; it outlives a restart
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    recheck: RecheckOptions,
    #[command(flatten)]
    options: CrawlOptions,
}

impl Crawl {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        in_order(self.from, self.to)?;
        start(common, &self.targets, &self.options, Want::Crawl, self.again.window(self.from, self.to), self.detach)
    }
}

impl Backfill {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        in_order(self.from, self.to)?;
        let want = Want::Backfill { from: self.from, to: self.to, again: self.again };
        start(common, &self.targets, &self.options, want, self.recheck.window(self.from, self.to), self.detach)
    }
}

fn in_order(from: Option<Date>, to: Option<Date>) -> Result<(), UsageError> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => {
            Err(UsageError { what: format!("--from {from} is after --to {to}; give the earlier day first") })
        }
        _ => Ok(()),
    }
}

fn start(
    common: &Common,
    targets: &[String],
    options: &CrawlOptions,
    want: Want,
    recheck: Option<Recheck>,
    detach: bool,
) -> anyhow::Result<Exit> {
    let config = options.config(common)?;
    let sites = resolve(&config, targets)?;
    let asked = || for_the_daemon(&config, &sites, options, want, recheck, detach);
    if let Some(exit) = remote::hand_over(common, &config, asked)? {
        return Ok(exit);
    }
    if detach {
        let what = "no daemon owns this archive, so nobody could take the job over; leave --detach out".to_owned();
        return Err(UsageError { what }.into());
    }
    let job = Job { sites, want, max_pages: options.max_pages, max_articles: options.max_articles, recheck };
    let resume = "to go on, run the same command again".to_owned();
    let runtime = runtime()?;
    let outcome = runtime.block_on(async { carry_out(common, &config, &job, signals::listen(resume)).await })?;
    summary::print(common, &job, &outcome)?;
    Ok(exit_of(&outcome))
}

/// The job as the daemon is told of it. What it cannot do is refused, not left out.
fn for_the_daemon(
    config: &Config,
    sites: &[Site],
    options: &CrawlOptions,
    want: Want,
    recheck: Option<Recheck>,
    detach: bool,
) -> anyhow::Result<Command> {
    let own = [
        ("--recheck", recheck.is_some()),
        ("--max-articles", options.max_articles.is_some()),
        ("--max-pages", options.max_pages.is_some() && want == Want::Crawl),
        ("--delay", options.delay.is_some()),
        ("--concurrency", options.concurrency.is_some()),
        ("--user-agent", options.user_agent.is_some()),
        ("--contact", options.contact.is_some()),
    ];
    if let Some((flag, _)) = own.iter().find(|(_, given)| *given) {
        let what = format!(
            "the daemon owns this archive, and does the work in its own way: leave {flag} out, or stop the daemon, or \
             use another --root"
        );
        return Err(UsageError { what }.into());
    }
    let sites = remote::parts(config, sites)?;
    Ok(match want {
        Want::Crawl => Command::Crawl { sites, detach },
        Want::Backfill { from, to, again } => {
            Command::Backfill { sites, from, to, again, max_pages: options.max_pages, detach }
        }
    })
}

/// One thread drives all connections; parsing and writing have threads of their own.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // A site at work has three files and a connection open; the usual 1,024 are the end at 250 sites. Where it may not be
    // raised, fewer sites are what this machine can do, and the errors say so.
    let most = getrlimit(Resource::Nofile).maximum;
    let _ = setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most });
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Runs a job under the eyes of whoever started it.
pub async fn carry_out(
    common: &Common,
    config: &Config,
    job: &Job,
    stop: watch::Receiver<Stop>,
) -> Result<Outcome, crawl::CrawlError> {
    let mut progress = None;
    let result = crawl::run(config, job, stop, |view| {
        if view.adopted.captures > 0 {
            output::note(&format!(
                "read back in what an earlier run left: {} captures, {} articles; {} of a torn record cut off",
                view.adopted.captures,
                view.adopted.articles,
                output::bytes(view.adopted.cut_bytes)
            ));
        }
        if !common.quiet {
            for note in &view.notes {
                output::note(note);
            }
        }
        // A run that has to begin anew says so by beginning twice.
        if let Some(first) = progress.replace(Progress::start(view, common.quiet, common.verbose > 0)) {
            first.stop();
        }
    })
    .await;
    if let Some(progress) = progress {
        progress.stop();
    }
    result
}

/// Site ids and addresses, as sites.
fn resolve(config: &Config, targets: &[String]) -> anyhow::Result<Vec<Site>> {
    if targets.is_empty() {
        // Site files that merely lie about, as in a checkout, are no order to crawl them all.
        if config.file.is_none() {
            let what = "no site is named and there is no luutru.toml; name a site or a list's address, or write a \
                        configuration (`luutru init`)"
                .to_owned();
            return Err(UsageError { what }.into());
        }
        let sites: Vec<Site> = config.sites().iter().filter(|site| site.disabled.is_none()).cloned().collect();
        if sites.is_empty() {
            let what = "no site is configured; name a list's address, or write site files (`luutru init`)".to_owned();
            return Err(UsageError { what }.into());
        }
        return Ok(with_asset_hosts(config, sites));
    }
    let mut sites: Vec<Site> = Vec::new();
    for target in targets {
        let site = if target.contains("://") { by_address(config, target)? } else { by_id(config, target)? };
        match sites.iter_mut().find(|known| known.id == site.id) {
            Some(known) => join(known, site),
            None => sites.push(site),
        }
    }
    Ok(with_asset_hosts(config, sites))
}

/// The sites, each with the asset hosts of the command line.
fn with_asset_hosts(config: &Config, mut sites: Vec<Site>) -> Vec<Site> {
    for site in &mut sites {
        site.add_asset_hosts(&config.asset_hosts);
    }
    sites
}

fn by_id(config: &Config, id: &str) -> anyhow::Result<Site> {
    if let Some(site) = config.site(id) {
        if let Some(why) = &site.disabled {
            let what = format!("site {id} is disabled in its file: {why}");
            return Err(UsageError { what }.into());
        }
        return Ok(site.clone());
    }
    let near = config.sites().iter().map(|site| site.id.as_str());
    let near = near.max_by(|a, b| strsim::jaro_winkler(a, id).total_cmp(&strsim::jaro_winkler(b, id)));
    let hint = near.filter(|near| strsim::jaro_winkler(near, id) > 0.8);
    let hint = hint.map(|near| format!("did you mean \"{near}\"? ")).unwrap_or_default();
    let what =
        format!("no site \"{id}\" in {}; {hint}an address starts with https:// or http://", config.sites_dir.display());
    Err(UsageError { what }.into())
}

/// A list's address: of a configured site if one owns it, of a site of its own otherwise.
fn by_address(config: &Config, address: &str) -> anyhow::Result<Site> {
    let wrong = |why: &str| UsageError { what: format!("{address} is no address of a news list: {why}") };
    let mut url = Url::parse(address).map_err(|error| wrong(&error.to_string()))?;
    url.set_fragment(None);
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("only http and https can be fetched").into());
    }
    let owner = config.sites().iter().find(|site| site.disabled.is_none() && site.owns(&url));
    let Some(owner) = owner else {
        return Ok(Site::bare(&url).ok_or_else(|| wrong("it has no host"))?);
    };
    let list = owner.lists.iter().find(|list| list.url == url).cloned();
    Ok(Site { lists: vec![list.unwrap_or_else(|| ListSpec::bare(&url))], ..owner.clone() })
}

/// Adds the lists of `more`, each with an id of its own.
fn join(site: &mut Site, more: Site) {
    for mut list in more.lists {
        if site.lists.iter().any(|known| known.url == list.url) {
            continue;
        }
        while site.lists.iter().any(|known| known.id == list.id) {
            list.id.push('-');
        }
        site.lists.push(list);
    }
}

/// The code that an outcome ends with.
pub fn exit_of(outcome: &Outcome) -> Exit {
    let unreached = |halt: &Halt| matches!(halt, Halt::Unreachable(_) | Halt::AddressRefused(_));
    let cut_off = outcome.sites.iter().any(|site| site.halt.as_ref().is_some_and(unreached));
    let archived = |site: &crawl::SiteOutcome| site.tally.list_pages + site.tally.articles + site.tally.duplicates;
    if outcome.drained {
        return Exit::Interrupted;
    }
    if cut_off && outcome.sites.iter().map(archived).sum::<u64>() == 0 {
        return Exit::Network;
    }
    let later = outcome.sites.iter().any(|site| matches!(site.halt, Some(Halt::Later(_))));
    let failed = outcome.sites.iter().any(|site| site.tally.failed > 0 || site.lists.iter().any(|list| list.failed));
    if cut_off || later || failed { Exit::Failures } else { Exit::Done }
}
