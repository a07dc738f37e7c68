//! `luutru serve`: the archivists' server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::{door, output, signals};
use crate::config::Overrides;
use crate::observe::Notify;
use crate::serve::{self, Library, Limits};

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8471")]
    listen: SocketAddr,
    /// Where the server keeps what it notes; <root>/cache if that can be written to
    #[arg(long, value_name = "DIR", env = "CACHE_DIRECTORY")]
    cache: Option<PathBuf>,
    #[command(flatten)]
    access: door::Access,
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
        let cache = self.cache.clone().unwrap_or_else(|| config.root.join("cache"));
        let tls = self.access.tls()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let notify = Notify::from_env();
            let listener = self.access.socket(self.listen).await?;
            let address = listener.local_addr()?;
            let door = self.access.door(&config.root, Some(cache), address)?;
            let scheme = if tls.is_some() { "https" } else { "http" };
            let status = format!("serving {} on {scheme}://{address}/", config.root.display());
            output::note(&status);
            let router = door.before(serve::router(Arc::new(Library::new(config.root.clone()))));
            let stop = async {
                // Without signals it runs until it is killed.
                if !signals::interrupted().await {
                    std::future::pending::<()>().await;
                }
                notify.stopping();
            };
            notify.ready(&status);
            let beside = async { tokio::join!(door.keep_notes(), door::reload(tls.clone()), notify.keep_alive()) };
            tokio::select! {
                () = serve::serve(listener, router, tls.clone(), Limits::default(), stop) => {}
                _ = beside => {}
            }
            door.note();
            anyhow::Ok(())
        })?;
        Ok(Exit::Done)
    }
}
