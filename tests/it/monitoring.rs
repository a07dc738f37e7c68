//! Alert rules and dashboard ask for nothing that the daemon or the server does not export.

use std::fs;
use std::path::{Path, PathBuf};

use crate::daemon_stage::{Daemon, stage};
use crate::judges;
use crate::metrics::ask;
use crate::serve::server::Server;

fn paper(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/monitoring").join(name)
}

#[test]
fn rules_and_dashboard_name_what_is_exported() {
    let stage = stage(6, "300d", "");
    let mut daemon = Daemon::start(&stage);
    daemon.until("it rests", |daemon| daemon.status()["sites"][0]["state"] == "idle");
    let server = Server::start(&stage.root(), &[]);
    server.get("/livez");
    fs::write(stage.path("daemon.txt"), ask(&stage.root(), "/metrics").2).unwrap();
    fs::write(stage.path("server.txt"), server.get("/metrics").text().unwrap()).unwrap();
    daemon.stop();
    let figures = [stage.path("daemon.txt"), stage.path("server.txt")];
    let judge = |alerts: PathBuf, board: PathBuf, figures: &[PathBuf]| {
        let mut words = vec![alerts, board];
        words.extend_from_slice(figures);
        let output = judges::script("rules.py", &words);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (alerts, board) = (paper("alerts.yml"), paper("grafana-dashboard.json"));
    let (good, said) = judge(alerts.clone(), board.clone(), &figures);
    assert!(good, "{said}");
    // The judge objects where a metric, a word of a label, or an expression is wrong, and where nothing is exported.
    let (alerts_text, board_text) = (fs::read_to_string(&alerts).unwrap(), fs::read_to_string(&board).unwrap());
    let (bad_alerts, bad_board) = (stage.path("bad.yml"), stage.path("bad.json"));
    for (from, to) in [
        ("crawler_lists_overdue", "crawler_lists_overdu"),
        ("alarm=\"silence\"", "alarm=\"quiet\""),
        ("histogram_quantile(0.95,", "histogram_quantile(0.95"),
        ("severity: critical", "severity: dreadful"),
    ] {
        assert!(alerts_text.contains(from), "{from}");
        fs::write(&bad_alerts, alerts_text.replace(from, to)).unwrap();
        assert!(!judge(bad_alerts.clone(), board.clone(), &figures).0, "{from} → {to}");
    }
    fs::write(&bad_board, board_text.replace("crawler_ready", "crawler_redy")).unwrap();
    assert!(!judge(alerts.clone(), bad_board, &figures).0);
    assert!(!judge(alerts, board, &figures[..1]).0, "the server's part is not the daemon's");
}
