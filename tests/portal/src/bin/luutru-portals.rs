//! `luutru-portals`: serves look-alike portals on loopback until SIGINT or SIGTERM.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use luutru_portal::{Family, Gold, PortalSpec, Portals, start};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "\
usage: luutru-portals [--seed N] [--articles N] [--families NAME,…] [--port P]
                      [--page-size N] [--ready FILE] [--log FILE] [--gold FILE] [--no-gzip]

Families: vnpt, nukeviet (these two unless told otherwise), liferay, tandan, yyyymm, uploadid, webforms, dnn, exclusion,
partysite, cp1258, undated, json, sharepoint, hemera, feed, drupal, wordpress.

Prints one JSON line per portal, then serves. Portal i listens on 127.0.0.(1+i), on port P or a free one.
--ready writes the same lines to FILE once all portals answer; --log appends a JSON line per request;
--gold writes a JSON line per article.
";

struct Options {
    seed: u64,
    articles: Option<usize>,
    page_size: Option<usize>,
    families: Vec<String>,
    port: u16,
    ready: Option<PathBuf>,
    log: Option<PathBuf>,
    gold: Option<PathBuf>,
    gzip: bool,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => {
            let _ = write!(io::stderr(), "luutru-portals: {why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &io::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "luutru-portals: {error}");
    ExitCode::from(1)
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        seed: 1,
        articles: None,
        page_size: None,
        families: vec!["vnpt".to_owned(), "nukeviet".to_owned()],
        port: 0,
        ready: None,
        log: None,
        gold: None,
        gzip: true,
    };
    while let Some(flag) = args.next() {
        if flag == "--no-gzip" {
            options.gzip = false;
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{flag} is unknown or needs a value"))?;
        match flag.as_str() {
            "--seed" => options.seed = number(&flag, &value)?,
            "--articles" => options.articles = Some(number(&flag, &value)?),
            "--page-size" => options.page_size = Some(number(&flag, &value)?),
            "--families" => options.families = value.split(',').map(str::to_owned).collect(),
            "--port" => options.port = number(&flag, &value)?,
            "--ready" => options.ready = Some(value.into()),
            "--log" => options.log = Some(value.into()),
            "--gold" => options.gold = Some(value.into()),
            _ => return Err(format!("{flag} is unknown")),
        }
    }
    Ok(options)
}

fn number<T: std::str::FromStr>(flag: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{flag} needs a number, not {value}"))
}

fn specs(options: &Options) -> io::Result<Vec<PortalSpec>> {
    let mut specs = Vec::new();
    for (i, family) in options.families.iter().enumerate() {
        let seed = options.seed + i as u64;
        let id = format!("{family}-{}", i + 1);
        let known = Family::named(family).ok_or_else(|| io::Error::other(format!("no family is called {family}")))?;
        let mut spec = PortalSpec::family(known, &id, seed);
        if let Some(articles) = options.articles {
            spec = spec.articles(articles);
        }
        if let Some(size) = options.page_size {
            spec = spec.page_size(size);
        }
        if !options.gzip {
            spec = spec.gzip(false);
        }
        specs.push(spec);
    }
    Ok(specs)
}

async fn run(options: Options) -> io::Result<()> {
    let mut stop = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let specs = specs(&options)?;
    let bind: Vec<SocketAddr> = (0..specs.len())
        .map(|i| SocketAddr::from((Ipv4Addr::new(127, 0, 0, (i % 250) as u8 + 1), options.port)))
        .collect();
    let portals = start(specs, &bind).await?;
    announce(&options, &portals)?;
    tokio::select! {
        _ = stop.recv() => {}
        _ = interrupt.recv() => {}
    }
    portals.stop().await;
    Ok(())
}

fn announce(options: &Options, portals: &Portals) -> io::Result<()> {
    let mut lines = String::new();
    let mut golds: Vec<Gold> = Vec::new();
    for portal in portals.portals() {
        let spec = portal.spec();
        let line = serde_json::json!({
            "id": spec.id,
            "family": spec.family,
            "base": portal.base(),
            "lists": portal.lists(),
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
        if let Some(file) = &options.log {
            portal.log_to(file)?;
        }
        if options.gold.is_some() {
            golds.extend(portal.gold());
        }
    }
    if let Some(file) = &options.gold {
        let mut out = io::BufWriter::new(std::fs::File::create(file)?);
        for gold in &golds {
            serde_json::to_writer(&mut out, gold)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
    }
    let mut out = io::stdout().lock();
    out.write_all(lines.as_bytes())?;
    out.flush()?;
    if let Some(file) = &options.ready {
        // Written aside and renamed, so that whoever waits for it never reads half of it.
        let part = file.with_extension("part");
        std::fs::write(&part, &lines)?;
        std::fs::rename(part, file)?;
    }
    Ok(())
}
