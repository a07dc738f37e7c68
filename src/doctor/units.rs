//! Are the service manager's units installed, and how well do they shut the programs in?

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::{Area, Finding, Look};

const LOOK: Look = Look("units", Area::Machine);

/// Units that run a program.
const UNITS: [&str; 3] = ["luutru.service", "luutru-serve.service", "luutru-verify.service"];
/// Exposure above which a unit is no longer as it comes: that of the crawler is 1.5 at most.
const MOST: f64 = 2.0;
/// For `systemd-analyze`, each time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where systemd looks, first match first (systemd.unit(5)).
pub fn usual_folders() -> Vec<PathBuf> {
    ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"]
        .map(PathBuf::from)
        .into()
}

/// A finding for each installed unit, or that there is none.
pub async fn look(folders: &[PathBuf], under_systemd: bool) -> Vec<Finding> {
    let place = |name: &str| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    let installed: Vec<PathBuf> = UNITS.into_iter().filter_map(place).collect();
    if installed.is_empty() {
        let by = if under_systemd { "; this program was started by another unit" } else { "" };
        return vec![LOOK.ok(format!("no unit of luutru is installed{by}"))];
    }
    let mut out = Vec::new();
    for path in installed {
        out.push(judge(&path, analyze(&path).await));
    }
    out
}

/// What `systemd-analyze security` says of a unit file; it reads the file alone and asks no manager.
async fn analyze(path: &Path) -> Result<f64, String> {
    let run = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(path)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    match timeout(PATIENCE, run).await {
        Err(_) => Err(format!("systemd-analyze gave no answer within {} s", PATIENCE.as_secs())),
        Ok(Err(error)) => Err(format!("systemd-analyze is not here ({error})")),
        Ok(Ok(output)) => {
            let said = String::from_utf8_lossy(&output.stdout);
            exposure(&said).ok_or_else(|| "systemd-analyze gave no verdict".to_owned())
        }
    }
}

/// `→ Overall exposure level for luutru.service: 1.3 OK :-)`.
fn exposure(said: &str) -> Option<f64> {
    let line = said.lines().find(|line| line.contains("Overall exposure level"))?;
    line.rsplit_once(": ")?.1.split_whitespace().next()?.parse().ok()
}

fn judge(path: &Path, exposure: Result<f64, String>) -> Finding {
    let shown = path.display();
    match exposure {
        Ok(level) if level <= MOST => {
            LOOK.ok(format!("{shown}: exposure {level} (systemd-analyze; 0 is shut in, 10 is open)"))
        }
        Ok(level) => LOOK.warn(
            format!("{shown}: exposure {level} (systemd-analyze; as it comes it is below {MOST})"),
            "something opens it: `systemd-analyze security UNIT` names what; put changes into drop-ins",
        ),
        Err(why) => LOOK.ok(format!("{shown}: installed; {why}, so how well it is shut in is not known")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::Level;
    use super::*;

    fn found(folder: &Path) -> Vec<Finding> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(look(&[folder.to_owned()], false))
    }

    #[test]
    fn verdicts_are_read() {
        let said = "  NAME  DESCRIPTION\n\n→ Overall exposure level for luutru.service: 1.3 OK :-)\n";
        assert_eq!(exposure(said), Some(1.3));
        assert_eq!(exposure("nothing"), None);
        let path = Path::new("/x/luutru.service");
        let levels = [Ok(1.3), Ok(9.6), Err("not here".to_owned())].map(|level| judge(path, level).level);
        assert_eq!(levels, [Level::Ok, Level::Warn, Level::Ok]);
    }

    #[test]
    fn our_units_pass_and_an_open_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        assert!(found(dir.path())[0].found.contains("no unit of luutru is installed"));
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        for name in UNITS {
            fs::copy(ours.join(name), dir.path().join(name)).unwrap();
        }
        let all = found(dir.path());
        assert!(all.len() == 3 && all.iter().all(|found| found.level == Level::Ok), "{all:#?}");
        assert!(all.iter().all(|found| found.found.contains("exposure")), "{all:#?}");
        fs::write(dir.path().join("luutru.service"), "[Service]\nExecStart=/bin/true\n").unwrap();
        let all = found(dir.path());
        assert_eq!(all[0].level, Level::Warn, "{all:#?}");
    }
}
