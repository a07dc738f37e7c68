//! `luutru doctor`: is this machine fit?

use clap::Args;
use serde::Serialize;

use super::backfill::runtime;
use super::exit::Exit;
use super::options::Common;
use super::output;
use crate::config::Overrides;
use crate::doctor::{Area, Finding, Level, Patient, examine, usual_unit_folders};
use crate::model::SystemClock;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {}

/// How many looks ended how.
#[derive(Debug, Default, Serialize)]
struct Sum {
    ok: u32,
    warn: u32,
    fail: u32,
}

impl Doctor {
    #[expect(clippy::unused_self, reason = "like every command")]
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let patient = Patient {
            config: common.load(Overrides::default()),
            root: common.root.clone(),
            clock: &SystemClock,
            unit_folders: usual_unit_folders(),
            // systemd.exec(5): set for every process of a unit.
            under_systemd: std::env::var_os("INVOCATION_ID").is_some(),
        };
        let runtime = runtime()?;
        let (mut sum, mut failed, mut said) = (Sum::default(), Vec::new(), Ok(()));
        runtime.block_on(examine(&patient, &mut |finding| {
            match finding.level {
                Level::Ok => sum.ok += 1,
                Level::Warn => sum.warn += 1,
                Level::Fail => {
                    sum.fail += 1;
                    failed.push(finding.area);
                }
            }
            if said.is_ok() {
                said = tell(common, &finding);
            }
        }));
        // A resolver that is silent is not waited for.
        runtime.shutdown_background();
        said?;
        if common.json {
            output::json(&sum)?;
        } else {
            let verdict = match (sum.fail, sum.warn) {
                (0, 0) => "fit",
                (0, _) => "fit, with warnings",
                _ => "not fit",
            };
            output::data(&format!("{verdict}: {} ok, {} warn, {} fail\n", sum.ok, sum.warn, sum.fail))?;
        }
        Ok(exit(&failed))
    }
}

fn tell(common: &Common, finding: &Finding) -> anyhow::Result<()> {
    if common.json {
        return output::json(finding);
    }
    let level = match finding.level {
        Level::Ok if common.quiet => return Ok(()),
        Level::Ok => "ok  ",
        Level::Warn => "warn",
        Level::Fail => "FAIL",
    };
    let mend = finding.mend.as_ref().map(|mend| format!("\n      → {mend}")).unwrap_or_default();
    output::data(&output::shown(&format!("{level}  {}: {}{mend}\n", finding.check, finding.found)))?;
    Ok(())
}

/// What must be mended first says which code it is.
fn exit(failed: &[Area]) -> Exit {
    let codes = [
        (Area::Configuration, Exit::Configuration),
        (Area::Storage, Exit::Storage),
        (Area::Network, Exit::Network),
        (Area::Machine, Exit::Failures),
    ];
    codes.into_iter().find(|(area, _)| failed.contains(area)).map_or(Exit::Done, |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_thing_to_mend_names_the_code() {
        use Area::{Configuration, Machine, Network, Storage};
        assert_eq!(exit(&[]), Exit::Done);
        assert_eq!(exit(&[Machine]), Exit::Failures);
        assert_eq!(exit(&[Machine, Network]), Exit::Network);
        assert_eq!(exit(&[Network, Storage]), Exit::Storage);
        assert_eq!(exit(&[Storage, Configuration, Network]), Exit::Configuration);
    }
}
