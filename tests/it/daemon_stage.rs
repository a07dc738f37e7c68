//! A stage on which the daemon runs.

use std::fs;
use std::time::Duration;

use luutru::model::{Clock as _, Stamp, SystemClock};
use luutru_portal::PortalSpec;

use crate::support::{Ran, Running, Stage, site_file};

const PATIENCE: Duration = Duration::from_secs(30);

/// One portal with a list that is looked at so often, and `more` in `luutru.toml`.
pub fn stage(articles: usize, interval: &str, more: &str) -> Stage {
    let mut spec = PortalSpec::nukeviet("one", 71).articles(articles).page_size(6);
    // Of today: what is old when it is found is visited again after months.
    let today = Stamp::vietnam_day(SystemClock.now());
    spec.newest = (today.year().into(), today.month().unsigned_abs(), today.day().unsigned_abs());
    let stage = Stage::new(vec![spec]);
    every(&stage, interval, "");
    stage.config(more);
    stage
}

/// Writes site files whose lists are looked at so often.
pub fn every(stage: &Stage, interval: &str, more: &str) {
    fs::create_dir_all(stage.path("sites")).unwrap();
    for portal in stage.portals() {
        let text = site_file(portal, more).replace("\nsection", &format!("\nevery = \"{interval}\"\nsection"));
        fs::write(stage.path("sites").join(format!("{}.toml", portal.spec().id)), text).unwrap();
    }
    if !stage.path("luutru.toml").exists() {
        stage.config("");
    }
}

/// `luutru run`, under way; killed when dropped.
pub struct Daemon<'a> {
    stage: &'a Stage,
    running: Option<Running>,
}

impl<'a> Daemon<'a> {
    /// Starts it and waits until it owns the archive.
    pub fn start(stage: &'a Stage) -> Self {
        Self::start_with(stage, &[])
    }

    /// The same, with variables in its environment.
    pub fn start_with(stage: &'a Stage, variables: &[(&str, String)]) -> Self {
        let running = stage.begin_with(&["run", "-v"], variables);
        let mut daemon = Self { stage, running: Some(running) };
        let socket = stage.root().join("luutru.sock");
        daemon.until("its socket", |_| std::os::unix::net::UnixStream::connect(&socket).is_ok());
        daemon
    }

    /// Waits until `seen` is true.
    pub fn until(&mut self, what: &str, mut seen: impl FnMut(&Self) -> bool) {
        let begun = std::time::Instant::now();
        while !seen(self) {
            assert!(self.is_alive(), "the daemon ended before {what}\n{}", self.said());
            assert!(begun.elapsed() < PATIENCE, "never {what}\n{}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    fn is_alive(&mut self) -> bool {
        self.running.as_mut().unwrap().is_alive()
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        self.running().said()
    }

    /// A command that the daemon answers.
    pub fn ask(&self, words: &[&str]) -> Ran {
        self.begin(words).wait(PATIENCE)
    }

    /// The same, under way.
    pub fn begin(&self, words: &[&str]) -> Running {
        self.stage.begin_with_as_it_stands(words)
    }

    /// `status --json`.
    pub fn status(&self) -> serde_json::Value {
        self.ask(&["status", "--json"]).ended(0).objects().remove(0)
    }

    /// SIGHUP.
    pub fn hang_up(&self) {
        self.running().signal(rustix::process::Signal::HUP);
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        self.running().signal(rustix::process::Signal::TERM);
    }

    /// SIGTERM, and the end of it.
    pub fn stop(self) {
        self.stop_within(Duration::from_secs(15));
    }

    /// SIGTERM, and the end of it within that time.
    pub fn stop_within(self, limit: Duration) {
        self.terminate();
        self.gone(limit);
    }

    /// Waits for its end.
    pub fn gone(mut self, limit: Duration) {
        let ran = self.running.take().unwrap().wait_for(limit).ended(0);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        assert!(!self.stage.root().join("luutru.sock").exists(), "its socket is taken away");
    }
}
