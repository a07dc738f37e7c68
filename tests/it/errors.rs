//! What is said to whoever wrote a wrong configuration, a wrong command, or started two runs at once.

use std::fs;
use std::path::Path;
use std::time::Duration;

use luutru_portal::Fault;

use crate::support::{Stage, luutru};

const TEN: Duration = Duration::from_secs(10);

#[test]
fn a_faulty_configuration_is_refused_with_line_and_mend() {
    let stage = Stage::small(1);
    let list = stage.list(0, 0);
    for (text, line, words) in [
        ("\ndealy = \"5s\"\n", 2, ["dealy", "did you mean \"delay\""]),
        ("delay = 5\n", 1, ["delay", "\"5s\""]),
        ("\n\ndelay = \"5\"\n", 3, ["delay", "unit"]),
        ("[limits]\nbody = \"16 elephants\"\n", 2, ["body", "16 elephants"]),
        ("[backoff]\nfirst = \"1h\"\nmax = \"1min\"\n", 1, ["max", "less than"]),
        ("delay = \"5s\n", 1, ["luutru.toml", ";"]),
        ("robots = \"ignore\"\n", 1, ["robots", "site"]),
    ] {
        stage.config(text);
        let ran = stage.crawl(&["backfill", &list]).ended(3);
        let mut all = vec![format!("luutru.toml:{line}: ")];
        all.extend(words.map(str::to_owned));
        ran.says(&all.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    }
    assert!(stage.portal(0).requests().is_empty());
    assert!(!stage.root().exists(), "nothing is made under a configuration that is refused");
}

#[test]
fn faults_of_all_files_are_named_at_once() {
    let stage = Stage::small(1);
    stage.config("delya = \"1s\"\nconcurrency = 0\n").site_files("tls = \"lax\"");
    let ran = stage.run(&["check"]).ended(3);
    ran.says(&["luutru.toml:1:"]).says(&["luutru.toml:2:", "concurrency"]).says(&["one.toml:5:", "tls"]);
    let object = stage.run(&["check", "--json"]).ended(3).objects().remove(0);
    assert_eq!(object["faults"].as_array().unwrap().len(), 3, "{object}");
    assert_eq!(object["faults"][0]["line"], 1, "{object}");
    let named = stage.run(&["check", "--config", "nowhere.toml"]).ended(3);
    named.says(&["nowhere.toml"]);
    stage.crawl(&["backfill", "--config", "nowhere.toml"]).ended(3).says(&["nowhere.toml"]);
}

#[test]
fn the_checkouts_own_configuration_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ran = luutru(folder, &["check", "--json"]).wait(TEN).ended(0);
    let object = ran.objects().remove(0);
    assert!(object["sites"].as_u64().unwrap() >= 3, "{object}");
    let example = ["check", "--config", "config/luutru.example.toml"];
    luutru(folder, &example).wait(TEN).ended(0);
}

#[test]
fn a_wrong_command_is_told_how_it_is_meant() {
    let stage = Stage::small(1);
    stage.site_files("");
    fs::rename(stage.path("sites/one.toml"), stage.path("sites/an-luong.toml")).unwrap();
    let text = fs::read_to_string(stage.path("sites/an-luong.toml")).unwrap();
    fs::write(stage.path("sites/an-luong.toml"), text.replace("id = \"one\"", "id = \"an-luong\"")).unwrap();
    stage.crawl(&["crawl", "an-lung"]).ended(2).says(&["no site \"an-lung\"", "did you mean \"an-luong\""]);
    stage.crawl(&["crawl", "zzz"]).ended(2).says(&["no site \"zzz\"", "https://"]);
    stage.crawl(&["crawl", "ftp://x.vn/"]).ended(2).says(&["ftp://x.vn/", "only http and https"]);
    stage.crawl(&["crawl", "http://"]).ended(2).says(&["http://"]);
    let dates = ["backfill", "--from", "2026-05-02", "--to", "2026-05-01"];
    stage.crawl(&dates).ended(2).says(&["--from 2026-05-02 is after --to 2026-05-01"]);
    stage.crawl(&["backfill", "--from", "2026-13-01"]).ended(2).says(&["2026-13-01"]);
    stage.crawl(&["backfill", "--delay", "5"]).ended(2).says(&["5"]);
    stage.crawl(&["backfill", "--contact", "nobody"]).ended(3).says(&["--contact", "nobody"]);
    stage.run(&["crawll"]).ended(2).says(&["crawl"]);
    assert!(stage.portal(0).requests().is_empty());
    let bare = Stage::small(1);
    bare.crawl(&["crawl"]).ended(2).says(&["no site is named", "luutru init"]);
    // Site files without a configuration are no order to crawl them all.
    bare.site_files("");
    fs::remove_file(bare.path("luutru.toml")).unwrap();
    bare.crawl(&["crawl"]).ended(2).says(&["no site is named"]);
    assert!(bare.portal(0).requests().is_empty());
}

#[test]
fn help_is_data() {
    let stage = Stage::small(1);
    let ran = stage.run(&["backfill", "--help"]).ended(0);
    assert!(ran.stdout.contains("--max-articles") && ran.stderr.is_empty(), "{}", ran.stderr);
    assert!(stage.run(&["--version"]).ended(0).stdout.contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn one_root_has_one_owner() {
    let stage = Stage::small(8);
    stage.portal(0).misbehave(Fault::Slow { delay_ms: 10_000 });
    let list = stage.list(0, 0);
    let mut first = stage.begin(&["backfill", &list]);
    first.until("a list is asked for", |_| stage.portal(0).requests().len() > 1);
    let second = stage.crawl(&["crawl", &list]).ended(4);
    assert!(second.elapsed < Duration::from_secs(3), "{:?}", second.elapsed);
    second.says(&["state", "another"]);
    assert_eq!(second.stderr.lines().filter(|line| !line.is_empty()).count(), 1, "{}", second.stderr);
    // Readers do not need it.
    stage.run(&["articles", "--json"]).ended(0);
    drop(first);
    stage.portal(0).heal();
    stage.crawl(&["backfill", &list]).ended(0);
    stage.verify();
}

#[test]
fn a_root_that_cannot_be_made_is_a_storage_fault() {
    let stage = Stage::small(1);
    fs::write(stage.path("file"), "in the way").unwrap();
    let list = stage.list(0, 0);
    let mut words = vec!["backfill", &list, "--allow-net", "127.0.0.0/8"];
    let root = stage.path("file/archive");
    words.extend(["--root", root.to_str().unwrap()]);
    let ran = luutru(&stage.path("."), &words).wait(TEN).ended(4);
    ran.says(&["file/archive", "--root"]);
    assert!(stage.portal(0).requests().is_empty());
}

#[test]
fn init_writes_what_check_accepts_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| luutru(folder.path(), words).wait(TEN);
    let ran = run(&["init", "new"]).ended(0);
    assert!(ran.stdout.lines().any(|line| line == "new/luutru.toml"), "{}", ran.stdout);
    let config = folder.path().join("new/luutru.toml");
    run(&["check", "--config", "new/luutru.toml"]).ended(0);
    fs::write(&config, "contact = \"archive@example.org\"\n").unwrap();
    run(&["init", "new"]).ended(3).says(&["new/luutru.toml", "there already"]);
    assert_eq!(fs::read_to_string(&config).unwrap(), "contact = \"archive@example.org\"\n");
    // One file in the way keeps all others from being written.
    fs::create_dir(folder.path().join("half")).unwrap();
    fs::write(folder.path().join("half/luutru.toml"), "").unwrap();
    run(&["init", "half"]).ended(3);
    assert!(!folder.path().join("half/sites").exists());
}

#[test]
fn completions_and_manual_pages_come_from_the_definitions() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| luutru(folder.path(), words).wait(TEN);
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completions", shell]).ended(0).stdout.contains("backfill"));
    }
    run(&["man", "pages"]).ended(0);
    let page = fs::read_to_string(folder.path().join("pages/luutru-backfill.1")).unwrap();
    assert!(page.contains("max\\-articles"), "{page}");
}

#[test]
fn a_catalogue_of_nothing_is_empty_and_verify_says_what_is_missing() {
    let stage = Stage::small(1);
    let ran = stage.run(&["articles"]).ended(0);
    assert!(ran.stdout.is_empty());
    stage.run(&["verify"]).ended(2).says(&["warc", "--root"]);
}
