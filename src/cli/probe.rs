//! `luutru probe`: a portal looked at for the first time, and the site file that follows from it.

use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::backfill::runtime;
use super::exit::{Exit, UsageError};
use super::options::{Common, CrawlOptions};
use super::{output, signals};
use crate::config::Config;
use crate::crawl::probe::{Findings, PageSeen, RobotsSeen, Sample, probe};
use crate::model::{PageMethod, PageRequest};

/// Lines of the sample article that are shown.
const SAMPLE_LINES: usize = 16;

/// Arguments of `probe`.
#[derive(Debug, Args)]
pub struct Probe {
    /// Address of a news list
    #[arg(value_name = "URL")]
    url: String,
    /// Write the site file into the configuration's directory of sites; a file that is there is kept
    #[arg(long)]
    save: bool,
    #[command(flatten)]
    options: CrawlOptions,
}

impl Probe {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let url = self.address()?;
        let config = self.options.config(common)?;
        let tell = |line: &str| {
            if !common.quiet {
                output::note(&format!("asking for {line}"));
            }
        };
        let findings = runtime()?.block_on(async {
            tokio::select! {
                found = probe(&config, &url, &tell) => found.map(Some),
                true = signals::interrupted() => Ok(None),
            }
        })?;
        let Some(findings) = findings else {
            output::note("stopped; nothing was written, and the same command begins anew");
            return Ok(Exit::Interrupted);
        };
        if common.json {
            output::json(&findings)?;
        } else {
            output::data(&output::shown(&text(&findings, &config)))?;
        }
        for failure in &findings.failures {
            output::error(failure);
        }
        if self.save
            && let Some(failed) = save(&findings, &config)
        {
            return Ok(failed);
        }
        Ok(exit_of(&findings))
    }

    fn address(&self) -> Result<Url, UsageError> {
        let text = if self.url.contains("://") { self.url.clone() } else { format!("https://{}", self.url) };
        let wrong = |why: &str| UsageError { what: format!("{} is no address of a news list: {why}", self.url) };
        let mut url = Url::parse(&text).map_err(|error| wrong(&error.to_string()))?;
        url.set_fragment(None);
        match url.scheme() {
            "http" | "https" => Ok(url),
            _ => Err(wrong("only http and https can be fetched")),
        }
    }
}

fn exit_of(findings: &Findings) -> Exit {
    match (findings.reached, findings.recognised && findings.failures.is_empty()) {
        (false, _) => Exit::Network,
        (true, true) => Exit::Done,
        (true, false) => Exit::Failures,
    }
}

fn site_path(findings: &Findings, config: &Config) -> Option<PathBuf> {
    Some(config.sites_dir.join(format!("{}.toml", findings.site_id.as_ref()?)))
}

/// Writes the site file; gives the exit code when that fails.
fn save(findings: &Findings, config: &Config) -> Option<Exit> {
    let (path, text) = (site_path(findings, config)?, findings.site_file.as_ref()?);
    let written = fs::create_dir_all(&config.sites_dir)
        .and_then(|()| fs::File::create_new(&path))
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            output::note(&format!("saved as {}; `luutru check` reads it", path.display()));
            None
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            output::error(&format!("{} is there already and was kept; move it away to save again", path.display()));
            Some(Exit::Configuration)
        }
        Err(error) => {
            output::error(&format!("{} cannot be written ({error}); make the folder writable", path.display()));
            Some(Exit::Storage)
        }
    }
}

/// Everything, for people; the site file comes last, so that it can be copied.
fn text(findings: &Findings, config: &Config) -> String {
    let mut out = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(out, "{name:<12}{value}");
    };
    row("address", &findings.url);
    row("requests", &findings.requests.to_string());
    if let Some(server) = &findings.server {
        row("server", &format!("{} at {}", server.software.as_deref().unwrap_or("unnamed"), server.address));
    }
    row("TLS", &tls(findings));
    for robots in &findings.robots {
        row("robots.txt", &robots_line(robots));
        for rule in &robots.rules {
            row("", rule);
        }
        for sitemap in &robots.sitemaps {
            row("", &format!("Sitemap: {sitemap}"));
        }
    }
    if let Some(page) = findings.pages.first() {
        row("this list", &page.robots);
        row("section", page.section.as_deref().unwrap_or("without a name"));
        row("family", findings.family.as_deref().unwrap_or("none that is known; the page is read as it comes"));
        for why in &findings.why {
            row("", why);
        }
        row("pages", &findings.total_pages.map_or("the portal does not tell".to_owned(), |total| total.to_string()));
    }
    for page in &findings.pages {
        page_text(&mut out, page);
    }
    if !findings.other_lists.is_empty() {
        let _ = writeln!(out, "\nThe page links to these lists as well");
    }
    for list in &findings.other_lists {
        let _ = writeln!(out, "  {}  {}", list.url, list.section);
    }
    if let Some(sample) = &findings.sample {
        sample_text(&mut out, sample);
    }
    if let (Some(path), Some(file)) = (site_path(findings, config), &findings.site_file) {
        let _ = write!(out, "\nSite file, {}:\n\n{file}", path.display());
    }
    out
}

fn tls(findings: &Findings) -> String {
    if let Some(fault) = &findings.tls_fault {
        return format!("failed: {fault}");
    }
    match findings.server.as_ref().map(|server| &server.tls) {
        Some(Some(tls)) => format!("{}, {}, {}", tls.version, tls.cipher, tls.verdict),
        Some(None) => "none, plain http".to_owned(),
        None => "not seen".to_owned(),
    }
}

fn robots_line(robots: &RobotsSeen) -> String {
    let rules = match robots.rules.len() {
        0 => "no rule for us".to_owned(),
        1 => "one rule for us".to_owned(),
        count => format!("{count} rules for us"),
    };
    let delay = robots.crawl_delay_s.map_or("no crawl-delay".to_owned(), |delay| format!("crawl-delay {delay} s"));
    format!("{} of {}: {rules}, {delay}", robots.status, robots.origin)
}

fn page_text(out: &mut String, page: &PageSeen) {
    let _ = writeln!(out, "\nPage {}, {} items, {}", page.number, page.items.len(), page.url);
    for item in &page.items {
        let date = item.date.as_deref().unwrap_or("no date");
        let _ = writeln!(out, "  {date:<16}  {}\n{:20}{}", item.title, "", item.url);
    }
    match (&page.next, &page.end) {
        (Some(next), _) => {
            let _ = writeln!(out, "  next: {}", request_line(next));
        }
        (None, Some(why)) => {
            let _ = writeln!(out, "  no next page: {why}");
        }
        (None, None) => {}
    }
}

fn request_line(request: &PageRequest) -> String {
    match &request.method {
        PageMethod::Get => format!("GET {}", request.url),
        PageMethod::Post { body, .. } => format!("POST {} with {body}", request.url),
    }
}

fn sample_text(out: &mut String, sample: &Sample) {
    let none = "none";
    let published = sample.published.as_deref().unwrap_or(none);
    let _ = writeln!(out, "\nAn article as it would be archived, {}", sample.url);
    let source = serde_json::to_string(&sample.published_source).unwrap_or_default();
    for (name, value) in [
        ("title", sample.title.as_str()),
        ("published", published),
        ("  found in", source.trim_matches('"')),
        ("modified", sample.modified.as_deref().unwrap_or(none)),
        ("byline", sample.byline.as_deref().unwrap_or(none)),
        ("section", sample.section.as_deref().unwrap_or(none)),
        ("images", &sample.images.len().to_string()),
        ("files", &sample.attachments.len().to_string()),
        ("hash", &sample.content_hash.to_string()),
        ("text", &sample.text_path),
    ] {
        let _ = writeln!(out, "  {name:<12}{value}");
    }
    let lines: Vec<&str> = sample.text.lines().collect();
    for line in lines.iter().take(SAMPLE_LINES) {
        let _ = writeln!(out, "  | {line}");
    }
    if lines.len() > SAMPLE_LINES {
        let _ = writeln!(out, "  | … {} more lines", lines.len() - SAMPLE_LINES);
    }
}
