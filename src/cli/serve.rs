//! `luutru serve`: the archivists' server.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::search::Place;
use super::{output, signals};
use crate::config::Overrides;
use crate::serve::{self, Library, Limits, Reading};

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8471")]
    listen: SocketAddr,
    #[command(flatten)]
    place: Place,
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
        if !self.listen.ip().is_loopback() {
            let what = format!("--listen {}: without access tokens only loopback addresses are served", self.listen);
            return Err(UsageError { what }.into());
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind(self.listen).await;
            let listener = listener.map_err(|error| UsageError {
                what: format!("--listen {}: {error}; stop the other program, or choose another port", self.listen),
            })?;
            output::note(&format!("serving {} on http://{}/", config.root.display(), listener.local_addr()?));
            let reading = Reading::open(&config.root, self.place.dir(&config.root), config.sites().to_vec());
            let library = Library::new(config.root.clone()).with_reading(reading);
            let router = serve::router(Arc::new(library));
            let stop = async {
                // Without signals it runs until it is killed.
                if !signals::interrupted().await {
                    std::future::pending::<()>().await;
                }
            };
            serve::serve(listener, router, Limits::default(), stop).await;
            anyhow::Ok(())
        })?;
        Ok(Exit::Done)
    }
}
