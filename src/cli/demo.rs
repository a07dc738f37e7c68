//! `luutru demo`: the built-in look-alike portals, archived with the code of `backfill`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use luutru_portal::{Family, Portal, PortalSpec, Portals};
use url::Url;

use super::backfill::{carry_out, exit_of, runtime};
use super::exit::Exit;
use super::options::Common;
use super::{output, signals, summary};
use crate::archive::catalog;
use crate::config::{Config, ListSpec, Site, authority};
use crate::crawl::{Job, Want};

/// The same articles at every start.
const SEED: u64 = 20_250_701;
/// First port tried. The same ports at every start make a second demo know what the first archived.
const PORT: u16 = 28_010;

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {}

impl Demo {
    #[expect(clippy::unused_self, reason = "every command has this form")]
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let root = common.root.clone().unwrap_or_else(|| PathBuf::from("archive"));
        let runtime = runtime()?;
        // The portals have a runtime of their own, as servers elsewhere would.
        let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let portals = servers.block_on(start_portals())?;
        for portal in portals.portals() {
            output::note(&format!("{}: {} with {} articles", portal.spec().id, portal.base(), portal.gold().len()));
        }
        let config = config(root)?;
        let sites = portals.portals().iter().map(site).collect::<anyhow::Result<Vec<_>>>()?;
        let want = Want::Backfill { from: None, to: None, again: false };
        let job = Job { sites, want, max_pages: None, max_articles: None, recheck: None };
        let resume = "to go on, run `luutru demo` again".to_owned();
        let outcome = runtime.block_on(async { carry_out(common, &config, &job, signals::listen(resume)).await })?;
        summary::print(common, &job, &outcome)?;
        servers.block_on(portals.stop());
        if !common.json {
            look(&config)?;
        }
        Ok(exit_of(&outcome))
    }
}

async fn start_portals() -> std::io::Result<Portals> {
    let specs = || vec![PortalSpec::vnpt("vnpt-demo", SEED), PortalSpec::nukeviet("nukeviet-demo", SEED + 1)];
    let bind = |port: u16| -> Vec<SocketAddr> {
        (1..=2).map(|host| SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), port))).collect()
    };
    match luutru_portal::start(specs(), &bind(PORT)).await {
        Ok(portals) => Ok(portals),
        Err(_) => luutru_portal::start(specs(), &bind(0)).await,
    }
}

/// No file is read: the demo is the same wherever it is started.
fn config(root: PathBuf) -> anyhow::Result<Config> {
    let mut config = Config::default();
    config.root = root;
    config.delay = Duration::ZERO;
    config.allow_net = vec!["127.0.0.0/8".parse()?];
    config.ceiling.requests_per_second = 0;
    Ok(config)
}

/// What a site file for the portal would say.
fn site(portal: &Portal) -> anyhow::Result<Site> {
    let base = Url::parse(&portal.base())?;
    let bare = Site::bare(&base).ok_or_else(|| anyhow::anyhow!("{base} has no host"))?;
    let family = match portal.spec().family {
        Family::Vnpt => Some("vnpt"),
        Family::NukeViet => Some("nukeviet"),
        _ => None,
    };
    let lists = portal.lists().into_iter().map(|list| {
        Ok(ListSpec { id: list.id, section: Some(list.section), ..ListSpec::bare(&Url::parse(&list.url)?) })
    });
    Ok(Site {
        id: portal.spec().id.clone(),
        name: Some(portal.spec().province().to_owned()),
        family: family.map(str::to_owned),
        hosts: authority(&base).into_iter().collect(),
        lists: lists.collect::<anyhow::Result<_>>()?,
        ..bare
    })
}

/// Three commands to look at the result with.
fn look(config: &Config) -> anyhow::Result<()> {
    let program = std::env::args().next().unwrap_or_else(|| "luutru".to_owned());
    let root = config.root.display();
    let mut text = None;
    catalog::read_latest(&config.root, &[], &mut |record| text = text.take().or(Some(record.text_path)), &mut |_| {})?;
    let text = text.unwrap_or_else(|| "text".to_owned());
    output::data(&format!(
        "\nLook at what was archived:\n  {program} articles --root {root}        every article, one a line\n  \
         cat {root}/{text}        a cleaned text; its record lies beside it (.json)\n  \
         {program} verify --root {root}          every digest and length of every WARC record, re-read\n"
    ))?;
    Ok(())
}
