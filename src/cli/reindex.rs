//! `luutru reindex`: everything but the WARC files, made again from them.

use clap::Args;

use super::exit::Exit;
use super::options::Common;
use super::output;
use super::search::Place;
use super::steps::Steps;
use crate::archive::reindex::{Event, Tally, Watcher};
use crate::config::Overrides;
use crate::crawl::{self, Reindexed};

/// Arguments of `reindex`.
#[derive(Debug, Args)]
pub struct Reindex {
    /// Delete files of text/, catalog/ and index/ that no WARC file vouches for; without it they are named and left
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    place: Place,
}

struct Watch {
    steps: Steps,
    prune: bool,
}

impl Watcher for Watch {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Step(step, done, total) => self.steps.step(step, done, total),
            Event::Strange(path, offset, what) => {
                self.steps.note(&format!("{} at offset {offset}: {what}; it is passed over", path.display()));
            }
            Event::Damaged(path, damage) => {
                self.steps.note(&format!("{} {damage}; what lies behind it counts", path.display()));
            }
            Event::Surplus(path) => {
                let done = if self.prune { "deleted" } else { "left where it is" };
                self.steps.note(&format!("{}: no WARC file vouches for it; {done}", path.display()));
            }
            Event::Aside(path, lines) => self.steps.note(&format!(
                "{}: the old catalogue is kept there, {lines} of its lines are in no WARC file",
                path.display()
            )),
        }
    }

    fn stopped(&self) -> bool {
        self.steps.stopped()
    }
}

impl Reindex {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        let steps = Steps::begin(common.quiet, "stopping; nothing is lost, the same command goes on")?;
        let watch = Watch { steps, prune: self.prune };
        let done = crawl::reindex(&config, self.prune, &watch);
        watch.steps.end();
        let done = done?;
        self.place.forget(&config.root)?;
        if common.json {
            output::json(&done)?;
        } else {
            output::data(&shown(&done))?;
        }
        if let Some(aside) = &done.ledger_aside {
            output::note(&format!(
                "the ledger before is kept at {}; delete it when the archive is as you want it",
                aside.display()
            ));
        }
        Ok(match (done.interrupted, done.files.damage + done.files.strange) {
            (true, _) => Exit::Interrupted,
            (false, 0) => Exit::Done,
            (false, _) => Exit::Storage,
        })
    }
}

fn shown(done: &Reindexed) -> String {
    let files = &done.files;
    let row = |name: &str, tally: Tally| {
        vec![name.to_owned(), tally.right.to_string(), tally.made.to_string(), tally.mended.to_string()]
    };
    let rows = [
        row("texts", files.texts),
        row("records", files.records),
        row("catalogues", files.catalogs),
        row("indexes", files.indexes),
    ];
    let mut lines = vec![format!(
        "{} WARC files, {} captures and {} articles in the ledger, {} catalogue lines, {} newly listed in a manifest",
        done.warc_files, done.captures, done.articles, files.lines, files.listed
    )];
    if files.surplus > 0 {
        lines.push(format!("{} files that no WARC file vouches for", files.surplus));
    }
    if files.damage > 0 {
        lines.push(format!("{} places of damage were passed over: see `luutru verify`", files.damage));
    }
    output::table(&["", "right", "made", "mended"], &rows) + &lines.join("\n") + "\n"
}
