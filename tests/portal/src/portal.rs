//! Portals at work: start them, look at them, move them along, stop them.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::change::Change;
use crate::fault::{Fault, FaultRule};
use crate::gold::Gold;
use crate::log::Request;
use crate::server;
use crate::site::{ListInfo, Site};
use crate::spec::PortalSpec;
use crate::world::World;

/// Running portals; they end when this is dropped.
#[derive(Debug)]
pub struct Portals {
    portals: Vec<Portal>,
    tasks: Vec<JoinHandle<()>>,
}

/// One running portal.
#[derive(Clone, Debug)]
pub struct Portal {
    site: Arc<Site>,
    address: SocketAddr,
}

/// Starts one portal per spec, in a world seeded by the first.
///
/// Portal `i` listens on `bind[i]`, or where that is missing on a free port of `127.0.0.(1+i)`, so that each has a server
/// address of its own. Errors are those of binding.
pub async fn start(specs: Vec<PortalSpec>, bind: &[SocketAddr]) -> io::Result<Portals> {
    let seed = specs.first().map_or(0, |spec| spec.seed);
    start_in(&World::new(seed), specs, bind).await
}

/// Starts portals in a given world.
pub async fn start_in(world: &World, specs: Vec<PortalSpec>, bind: &[SocketAddr]) -> io::Result<Portals> {
    let contents = world.portals(&specs);
    let started = Instant::now();
    let mut running = Portals { portals: Vec::new(), tasks: Vec::new() };
    for (i, (spec, content)) in specs.into_iter().zip(contents).enumerate() {
        let default = SocketAddr::from((Ipv4Addr::new(127, 0, 0, (i % 250) as u8 + 1), 0));
        let listener = TcpListener::bind(bind.get(i).copied().unwrap_or(default)).await?;
        let address = listener.local_addr()?;
        let site = Arc::new(Site::new(spec, format!("http://{address}"), world.clone(), content.articles, started));
        let served = Arc::clone(&site);
        running.tasks.push(tokio::spawn(async move { match server::serve(served, listener).await {} }));
        running.portals.push(Portal { site, address });
    }
    Ok(running)
}

impl Portals {
    /// The portals, in the order of their specs.
    pub fn portals(&self) -> &[Portal] {
        &self.portals
    }

    /// Closes all listeners and connections, and waits until they are closed.
    pub async fn stop(mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
            // The only error is the abort itself.
            let _ = task.await;
        }
    }
}

impl Drop for Portals {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Portal {
    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        self.site.base.clone()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked to be.
    pub fn spec(&self) -> &PortalSpec {
        &self.site.spec
    }

    /// The lists as they are now.
    pub fn lists(&self) -> Vec<ListInfo> {
        self.site.lists()
    }

    /// The gold of every article as it is now, newest first.
    pub fn gold(&self) -> Vec<Gold> {
        self.site.gold()
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.site.log.all()
    }

    /// Writes a JSON line for every ended request to a new file. Errors are those of creating it.
    pub fn log_to(&self, file: &Path) -> io::Result<()> {
        self.site.log.write_to(File::options().create(true).append(true).open(file)?);
        Ok(())
    }

    /// Publishes `count` new articles on top of the lists, dated after all others; newest first.
    pub fn publish(&self, count: usize) -> Vec<Gold> {
        self.site.publish(count)
    }

    /// Changes the text of an article under its address; none when no article has this id.
    pub fn edit(&self, id: &str) -> Option<Gold> {
        self.site.edit(id)
    }

    /// Takes the last edit of an article back; none when no article has this id.
    pub fn revert(&self, id: &str) -> Option<Gold> {
        self.site.revert(id)
    }

    /// Takes articles off: their pages are missing, and the lists close up. Gives the golds of those that were there.
    pub fn withdraw(&self, ids: &[String]) -> Vec<Gold> {
        self.site.withdraw(ids)
    }

    /// Changes what the portal holds just before it answers the first request whose path, query or body hold `needle`.
    pub fn before(&self, needle: &str, change: Change) {
        self.site.changes.plan(needle, change);
    }

    /// Misbehaves from now on, for every path but `/robots.txt`.
    pub fn misbehave(&self, fault: Fault) {
        self.site.faults.add(fault.into());
    }

    /// Misbehaves for some paths or some number of requests.
    pub fn misbehave_with(&self, rule: FaultRule) {
        self.site.faults.add(rule);
    }

    /// Lifts all faults.
    pub fn heal(&self) {
        self.site.faults.clear();
    }
}
