//! The command line: one file a command; output, progress and exit codes beside them.
//!
//! Data goes to stdout, everything else to stderr. Errors are one line, then what to do about it.

mod articles;
mod audit;
mod backfill;
mod bundle;
mod check;
#[cfg(feature = "demo")]
mod demo;
mod diff;
mod doctor;
mod door;
mod exit;
mod export;
mod extract;
mod generate;
mod init;
mod logging;
mod options;
mod output;
mod probe;
mod progress;
mod pull;
mod recheck;
mod reindex;
mod remote;
mod run;
mod search;
mod selecting;
mod serve;
mod signals;
mod standing;
mod steps;
mod summary;
mod takedown;
mod token;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use exit::Exit;
use options::Common;

/// A polite crawler and archiving daemon for the news lists of public portals.
#[derive(Debug, Parser)]
#[command(name = "luutru", version, about, after_help = exit::TABLE, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a commented configuration and example site files
    Init(init::Init),
    /// Validate the configuration and every site file
    Check(check::Check),
    /// Start the built-in look-alike portals and archive them
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
    /// One pass over news lists, newest first, to where everything is held
    Crawl(backfill::Crawl),
    /// Walk news lists down to a day, or to their end
    Backfill(backfill::Backfill),
    /// The daemon: scheduled crawling, re-visits, alarms; what the systemd unit starts
    Run(run::Run),
    /// What is going on: sites, schedule, queues, back-off, alarms
    Status(remote::Status),
    /// Why an address was or was not archived, and where it lies
    Why(remote::Why),
    /// Whether this machine, this configuration and this archive are fit
    Doctor(doctor::Doctor),
    /// Leave a site, or everything, alone until it is resumed
    Pause(remote::Pause),
    /// Let a paused site, or everything, go on
    Resume(remote::Resume),
    /// Have the daemon read its configuration again
    Reload(remote::Reload),
    /// Look at a portal as a newcomer to it, and print a site file
    Probe(probe::Probe),
    /// The catalogue: one row an article
    Articles(articles::Articles),
    /// Articles by their words
    Search(search::Search),
    /// The words that changed between two versions of an article
    Diff(diff::Diff),
    /// A WACZ of a selection
    Bundle(bundle::Bundle),
    /// Texts as a corpus, or a BagIt bag of a selection
    Export(export::Export),
    /// Hide an article from everything that is handed out
    Takedown(takedown::Takedown),
    /// Forbid to hide or prune an article or a site
    Hold(takedown::Hold),
    /// Clean one HTML file, or many, without an archive
    Extract(extract::Extract),
    /// Re-read every WARC record and say what is damaged
    Verify(verify::Verify),
    /// Prove from the WARC files alone that servers were asked politely
    Audit(audit::Audit),
    /// Serve the archive to archivists
    Serve(serve::Serve),
    /// Fetch a verified copy from a server elsewhere
    Pull(pull::Pull),
    /// Make, list and revoke access tokens of the server
    Token(token::Token),
    /// Make everything but the WARC files again from them
    Reindex(reindex::Reindex),
    /// Print a completion script for a shell
    Completions(generate::Completions),
    /// Write manual pages to a folder
    Man(generate::Man),
}

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data; the rest is a usage error.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = error.print();
            return exit.into();
        }
    };
    cli.common.start_logging();
    match cli.command.run(&cli.common) {
        Ok(exit) => exit.into(),
        Err(error) => exit::report(&error).into(),
    }
}

impl Command {
    fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        match self {
            Self::Init(command) => command.run(common),
            Self::Check(command) => command.run(common),
            #[cfg(feature = "demo")]
            Self::Demo(command) => command.run(common),
            Self::Crawl(command) => command.run(common),
            Self::Backfill(command) => command.run(common),
            Self::Run(command) => command.run(common),
            Self::Status(command) => command.run(common),
            Self::Why(command) => command.run(common),
            Self::Doctor(command) => command.run(common),
            Self::Pause(command) => command.run(common),
            Self::Resume(command) => command.run(common),
            Self::Reload(command) => command.run(common),
            Self::Probe(command) => command.run(common),
            Self::Articles(command) => command.run(common),
            Self::Search(command) => command.run(common),
            Self::Diff(command) => command.run(common),
            Self::Bundle(command) => command.run(common),
            Self::Export(command) => command.run(common),
            Self::Takedown(command) => command.run(common),
            Self::Hold(command) => command.run(common),
            Self::Extract(command) => command.run(common),
            Self::Verify(command) => command.run(common),
            Self::Audit(command) => command.run(common),
            Self::Serve(command) => command.run(common),
            Self::Pull(command) => command.run(common),
            Self::Token(command) => command.run(common),
            Self::Reindex(command) => command.run(common),
            Self::Completions(command) => command.run(&mut Cli::command()),
            Self::Man(command) => command.run(&Cli::command()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }
}
