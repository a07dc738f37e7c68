//! The house rules that no compiler knows, held by a test.

mod rules;
mod scan;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rules::Source;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the checkout that is, or is about to be, under version control; relative, with `/`.
fn files() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    if let Ok(listed) = listed
        && listed.status.success()
    {
        let names = String::from_utf8(listed.stdout).unwrap();
        let names = names.split('\0').filter(|name| !name.is_empty() && root().join(name).is_file());
        return names.map(str::to_owned).collect();
    }
    // A source archive without version control: the directories that hold our own files.
    let mut out = Vec::new();
    for dir in ["src", "tests", "config", "docs"] {
        walk(&root().join(dir), &mut out);
    }
    let relative = |path: PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    out.into_iter().map(relative).collect()
}

fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, out) } else { out.push(path) }
    }
}

fn sources(below: &str) -> Vec<Source> {
    let names = files().into_iter().filter(|name| name.starts_with(below) && has_extension(name, &["rs"]));
    names.map(|name| Source::new(&name, &fs::read_to_string(root().join(&name)).unwrap())).collect()
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extensions.contains(&extension))
}

/// Files written by people; fixtures are whatever a portal sent, and the lock file is cargo's.
fn is_ours(name: &str) -> bool {
    let written = ["rs", "py", "toml", "md", "yml", "sh", "service", "timer", "socket", "conf"];
    let plain = [".ci/run", "tests/run", "tests/judges/setup", ".gitignore"];
    (has_extension(name, &written) || plain.contains(&name)) && !name.contains("fixtures/")
}

fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn sources_keep_the_house_rules() {
    let sources = sources("src/");
    assert!(sources.len() > 10, "the sources were not found");
    report(&rules::sources(&sources));
}

#[test]
fn every_source_is_reached() {
    report(&rules::unreached(&["src/lib.rs", "src/main.rs"], &sources("src/")));
    report(&rules::unreached(&["tests/it/main.rs"], &sources("tests/it/")));
}

#[test]
fn texts_are_plain_and_of_the_project() {
    let ours: Vec<String> = files().into_iter().filter(|name| is_ours(name)).collect();
    assert!(ours.iter().any(|name| name == "Cargo.toml" || name == "src/lib.rs"));
    let complaints = ours.iter().flat_map(|name| match fs::read_to_string(root().join(name)) {
        Ok(text) => rules::text(name, &text),
        Err(error) => vec![format!("{name}: {error}")],
    });
    report(&complaints.collect::<Vec<_>>());
}

#[test]
fn papers_keep_their_form() {
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap_or_default();
    report(&rules::changelog(&read("CHANGELOG.md")));
    let plan = read("ARCHITECTURE.md");
    report(&rules::architecture(&plan));
    let room = |name: String| Some(name.strip_prefix("src/")?.split_once('/')?.0.to_owned());
    let rooms: BTreeSet<String> = files().into_iter().filter_map(room).collect();
    report(&rules::unexplained(&plan, &read("Cargo.toml"), &Vec::from_iter(rooms)));
}
