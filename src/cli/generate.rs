//! `luutru completions` and `luutru man`: generated from the command definitions.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::exit::Exit;
use super::output;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Where to write
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

impl Completions {
    pub(super) fn run(&self, command: &mut clap::Command) -> anyhow::Result<Exit> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "luutru", &mut script);
        output::data(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Done)
    }
}

impl Man {
    pub(super) fn run(&self, command: &clap::Command) -> anyhow::Result<Exit> {
        std::fs::create_dir_all(&self.dir)?;
        clap_mangen::generate_to(command.clone(), &self.dir)?;
        Ok(Exit::Done)
    }
}
