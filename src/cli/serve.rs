//! `luutru serve`: the archivists' server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use url::Url;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::search::Place;
use super::{door, output, signals};
use crate::config::Overrides;
use crate::observe::Notify;
use crate::serve::{self, Library, Limits, Options, Reading};

/// Threads that read files, at most: every answer that is read from disk needs one now and then, none for long.
const BLOCKING_THREADS: usize = 128;
/// Where the package, or whoever keeps the machine, puts ReplayWeb.page.
const REPLAY: &str = "/usr/share/luutru/replay";

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8471")]
    listen: SocketAddr,
    /// Where checksums and bundles are kept; <root>/cache if that can be written to
    #[arg(long, value_name = "DIR", env = "CACHE_DIRECTORY")]
    cache: Option<PathBuf>,
    /// Address under which clients reach the server, where that is another (a proxy, a name)
    #[arg(long, value_name = "URL", value_parser = public_url)]
    public_url: Option<Url>,
    /// Folder of ReplayWeb.page, to show pages as they looked; /usr/share/luutru/replay if that is one
    #[arg(long, value_name = "DIR", env = "LUUTRU_REPLAY")]
    replay: Option<PathBuf>,
    #[command(flatten)]
    access: door::Access,
}

/// An address without query; a slash at its end makes no difference.
fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write https://archive.example.vn"))?;
    let plain = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    if plain && url.path() == "/" {
        Ok(url)
    } else {
        Err("write https://archive.example.vn, without a path".to_owned())
    }
}

/// The folder for what is computed, made if need be; none if nothing can be written.
fn cache(asked: Option<&Path>, root: &Path) -> anyhow::Result<Option<PathBuf>> {
    let writable = |folder: &Path| {
        std::fs::create_dir_all(folder)?;
        tempfile::tempfile_in(folder).map(drop)
    };
    let folder = asked.map_or_else(|| root.join("cache"), Path::to_owned);
    match writable(&folder) {
        Ok(()) => Ok(Some(folder)),
        Err(error) if asked.is_some() => {
            let what = format!("--cache {}: {error}; name a folder that can be written to", folder.display());
            Err(UsageError { what }.into())
        }
        Err(error) => {
            let folder = folder.display();
            output::note(&format!("{folder}: {error}; checksums are computed anew each time: give --cache DIR"));
            Ok(None)
        }
    }
}

/// The folder of ReplayWeb.page. One that was asked for has to be one.
fn replay(asked: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
    match asked.map(|folder| (folder, serve::replay_fault(folder))) {
        Some((_, Some(fault))) => Err(UsageError { what: format!("--replay {fault}") }.into()),
        Some((folder, None)) => Ok(Some(folder.to_owned())),
        None => Ok(Some(PathBuf::from(REPLAY)).filter(|folder| serve::replay_fault(folder).is_none())),
    }
}

/// As many connections as there are file numbers for, two each.
fn limits() -> Limits {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    // Raising what is allowed to be raised: if it fails, fewer connections are taken.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum });
    let most =
        getrlimit(Resource::Nofile).current.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let limits = Limits::default();
    Limits { connections: limits.connections.min((most / 2).max(16)), ..limits }
}

impl Serve {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        if !config.root.is_dir() {
            let what = format!(
                "{}: there is no archive here; name its root with --root, or archive something first",
                config.root.display()
            );
            return Err(UsageError { what }.into());
        }
        let cache = cache(self.cache.as_deref(), &config.root)?;
        let tls = self.access.tls()?;
        let replay = replay(self.replay.as_deref())?;
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.enable_all().max_blocking_threads(BLOCKING_THREADS).build()?;
        runtime.block_on(async {
            let notify = Notify::from_env();
            let listener = self.access.socket(self.listen).await?;
            let address = listener.local_addr()?;
            let door = self.access.door(&config.root, cache.clone(), address)?;
            let scheme = if tls.is_some() { "https" } else { "http" };
            let status = format!("serving {} on {scheme}://{address}/", config.root.display());
            output::note(&status);
            let (public_url, secured) = (self.public_url.clone(), tls.is_some());
            let options = Options { cache, public_url, listen: address, secured, replay };
            let index = Place::under(self.cache.clone()).dir(&config.root);
            let reading = Reading::open(&config.root, index, config.sites().to_vec());
            let library = Arc::new(Library::new(config.root.clone(), options).with_reading(reading));
            let router = door.before(serve::router(Arc::clone(&library)));
            let sums = tokio::spawn(library.keep_sums());
            let stop = async {
                // Without signals it runs until it is killed.
                if !signals::interrupted().await {
                    std::future::pending::<()>().await;
                }
                notify.stopping();
            };
            notify.status(&status);
            notify.ready();
            let beside = async { tokio::join!(door.keep_notes(), door::reload(tls.clone()), notify.keep_alive()) };
            tokio::select! {
                () = serve::serve(listener, router, tls.clone(), limits(), stop) => {}
                _ = beside => {}
            }
            door.note();
            sums.abort();
            anyhow::Ok(())
        })?;
        Ok(Exit::Done)
    }
}
