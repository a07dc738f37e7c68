//! The rules: a file in, complaints with line and mend out.

use regex::Regex;

use super::scan::{blank, closing, line_of, without_tests};

/// Rooms that take bytes and time as arguments and do no I/O.
const PURE: [&str; 6] = ["article", "config", "model", "page", "politeness", "portal"];

/// Lines of a source file, tests not counted.
const FILE_LINES: usize = 400;

/// Lines of a function.
const FN_LINES: usize = 70;

/// A file and what rules look at.
pub struct Source {
    /// Relative to the checkout, with `/`.
    pub path: String,
    pub text: String,
    /// Without comments and strings.
    pub code: String,
    /// Without tests as well.
    pub live: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let code = blank(text);
        let live = without_tests(&code);
        Self { path: path.to_owned(), text: text.to_owned(), code, live }
    }

    /// The `mod x;` lines: the paths at which the file may be, and whether only tests see it.
    fn modules(&self) -> Vec<([String; 2], bool)> {
        let (dir, name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let stem = name.trim_end_matches(".rs");
        let home = if matches!(stem, "mod" | "lib" | "main") { dir.to_owned() } else { format!("{dir}/{stem}") };
        let line = r#"(#\[cfg\(test\)\]\s*)?(?:#\[path = "([^"]+)"\]\s*)?(?:pub(?:\([^)]*\))?\s+)?\bmod\s+(\w+)\s*;"#;
        let line = Regex::new(line).unwrap();
        let in_code = |at: usize| !self.code[at..].starts_with(' ');
        let found = line.captures_iter(&self.text).filter(|found| in_code(found.get(3).unwrap().start()));
        let place = |found: regex::Captures<'_>| {
            let named = found.get(2).map(|path| format!("{dir}/{}", path.as_str()));
            let file = named.unwrap_or_else(|| format!("{home}/{}.rs", &found[3]));
            ([file, format!("{home}/{}/mod.rs", &found[3])], found.get(1).is_some())
        };
        found.map(place).collect()
    }

    /// Which room of `src/` it belongs to.
    fn room(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or_default();
        inside.split_once('/').map_or("", |(room, _)| room)
    }

    fn complain(&self, offset: usize, what: &str) -> String {
        format!("{}:{}: {what}", self.path, line_of(&self.text, offset))
    }

    /// A complaint for each place of the live code that `pattern` finds.
    fn each(&self, pattern: &str, what: &str) -> Vec<String> {
        let pattern = Regex::new(pattern).unwrap();
        pattern.find_iter(&self.live).map(|found| self.complain(found.start(), what)).collect()
    }
}

/// All rules for the Rust files below `src/`, files that only tests see left out.
pub fn sources(files: &[Source]) -> Vec<String> {
    // What a test module declares is a test as well, however deep.
    let mut tests: Vec<String> = Vec::new();
    loop {
        let known = tests.len();
        for file in files {
            let all = tests.contains(&file.path);
            let found = file.modules().into_iter().filter(|(_, test)| all || *test).flat_map(|(paths, _)| paths);
            tests.extend(found.filter(|path| !tests.contains(path)).collect::<Vec<_>>());
        }
        if tests.len() == known {
            break;
        }
    }
    files.iter().filter(|file| !tests.contains(&file.path)).flat_map(source).collect()
}

fn source(file: &Source) -> Vec<String> {
    let rules = [opens_with_its_purpose, file_length, fn_length, pure_rooms, prints, unwraps, queues];
    rules.iter().flat_map(|rule| rule(file)).collect()
}

fn opens_with_its_purpose(file: &Source) -> Vec<String> {
    if file.text.starts_with("//!") {
        return Vec::new();
    }
    vec![file.complain(0, "the file does not open with `//!` and the one question it answers")]
}

fn file_length(file: &Source) -> Vec<String> {
    let blank_in_tests = file.code.lines().zip(file.live.lines()).filter(|(code, live)| code != live).count();
    let lines = file.text.lines().count() - blank_in_tests;
    if lines <= FILE_LINES {
        return Vec::new();
    }
    vec![file.complain(0, &format!("{lines} lines, over {FILE_LINES}: which second question moved in?"))]
}

fn fn_length(file: &Source) -> Vec<String> {
    let mut out = Vec::new();
    let head = Regex::new(r"\bfn\s+(\w+)").unwrap();
    for found in head.captures_iter(&file.live) {
        let (start, name) = (found.get(0).unwrap().start(), &found[1]);
        let Some(offset) = file.live[start..].find(['{', ';']) else { continue };
        if file.live.as_bytes()[start + offset] == b';' {
            continue;
        }
        let end = closing(&file.live, start + offset);
        let lines = line_of(&file.live, end - 1) - line_of(&file.live, start) + 1;
        if lines > FN_LINES {
            out.push(file.complain(start, &format!("`{name}` has {lines} lines, over {FN_LINES}: take a step out")));
        }
    }
    out
}

fn pure_rooms(file: &Source) -> Vec<String> {
    if !PURE.contains(&file.room()) {
        return Vec::new();
    }
    let mut out = file.each(r"\b(tokio|hyper|reqwest)\b", "a pure room names the network: pass values in");
    if file.path != "src/config/load.rs" {
        out.extend(file.each(r"\bstd::(fs\b|\{[^}]*\bfs\b)", "a pure room names the disk: pass bytes in"));
    }
    if file.path != "src/model/clock.rs" {
        let clock = r"\b(SystemTime|Timestamp|Instant|Zoned)::now\b";
        out.extend(file.each(clock, "a pure room reads the clock: pass `now` in"));
    }
    out
}

fn prints(file: &Source) -> Vec<String> {
    if file.room() == "cli" || file.path == "src/main.rs" {
        return Vec::new();
    }
    file.each(r"\b(e?print(ln)?|dbg)!", "only `cli/` prints: return the text, or log it")
}

fn unwraps(file: &Source) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let named = |line: usize| lines.get(line).is_some_and(|text| text.contains("// invariant:"));
    // A method of ours may be called `expect` too; the one that panics takes a message.
    let pattern = Regex::new(r#"\.(unwrap\(\)|expect\(\s*(&?format!|r?#*"))"#).unwrap();
    let mut out = Vec::new();
    for found in pattern.find_iter(&file.text).filter(|found| file.live[found.start()..].starts_with('.')) {
        let line = line_of(&file.live, found.start()) - 1;
        if !named(line) && !line.checked_sub(1).is_some_and(named) {
            out.push(file.complain(found.start(), "a panic without `// invariant:` and why it cannot happen"));
        }
    }
    out
}

fn queues(file: &Source) -> Vec<String> {
    file.each(r"\bunbounded\w*", "a queue without a limit: use a bounded channel")
}

/// Rules for every text file.
pub fn text(path: &str, text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let forbidden = forbidden_words();
    for (index, line) in text.lines().enumerate() {
        let mut complain = |what: String| out.push(format!("{path}:{}: {what}", index + 1));
        if line.contains('\t') {
            complain("a tab: indent with spaces".to_owned());
        }
        if let Some(bad) = line.chars().find(|c| *c != '\t' && is_hidden(*c)) {
            complain(format!("a hidden character, U+{:04X}: write it as an escape", u32::from(bad)));
        }
        if line.ends_with([' ', '\t']) {
            complain("space at the end of the line".to_owned());
        }
        let lower = line.to_lowercase();
        for word in forbidden.iter().filter(|word| lower.contains(word.as_str())) {
            complain(format!("\"{word}\" is of one machine or one way of working, not of the project"));
        }
    }
    if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
        out.push(format!("{path}: does not end with one newline"));
    }
    out
}

/// Control characters, and those that make text read otherwise than it is.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Machine paths, package servers, names of tools; put together here so that this file does not hold them.
fn forbidden_words() -> Vec<String> {
    let halves = [
        ("/wo", "rk/"),
        ("sha", "red/"),
        ("index.cra", "tes.io"),
        ("static.cra", "tes.io"),
        ("pypi", ".org"),
        ("pythonhos", "ted.org"),
        ("artifac", "tory"),
        ("help", "er-"),
        ("clau", "de"),
        ("anthro", "pic"),
        ("chat", "gpt"),
        ("suba", "gent"),
        ("co-autho", "red-by"),
    ];
    halves.iter().map(|(left, right)| format!("{left}{right}")).collect()
}

/// A changelog whose first section is the one that is being written.
pub fn changelog(text: &str) -> Vec<String> {
    let first = text.lines().find(|line| line.starts_with("## ")).unwrap_or_default();
    if first == "## Unreleased" {
        return Vec::new();
    }
    vec![format!("CHANGELOG.md: begins with \"{first}\": head it with \"## Unreleased\"")]
}

/// A plan that can be read at one sitting.
pub fn architecture(text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines <= 250 {
        return Vec::new();
    }
    vec![format!("ARCHITECTURE.md: {lines} lines, over 250: move the details beside the code")]
}

/// Direct dependencies and rooms that the plan does not give a reason for.
pub fn unexplained(plan: &str, manifest: &str, rooms: &[String]) -> Vec<String> {
    let table: toml::Table = manifest.parse().unwrap();
    let names = ["dependencies", "dev-dependencies"].into_iter().filter_map(|key| table.get(key)?.as_table());
    let rows: Vec<&str> = plan.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()).collect();
    let named = |name: &str| rows.iter().any(|row| row.split(", ").any(|cell| cell.trim_matches(['`', '/']) == name));
    let lost = names.flat_map(toml::Table::keys).map(String::as_str).chain(rooms.iter().map(String::as_str));
    lost.filter(|name| !named(name))
        .map(|name| format!("ARCHITECTURE.md: `{name}` has no row: say in one line what it is for"))
        .collect()
}

/// Source files that no `mod` leads to, from the roots on.
pub fn unreached(roots: &[&str], files: &[Source]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut open: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
    while let Some(path) = open.pop() {
        let Some(file) = files.iter().find(|file| file.path == path) else { continue };
        open.extend(file.modules().into_iter().flat_map(|(paths, _)| paths));
        seen.push(path);
    }
    let lost = files.iter().filter(|file| !seen.contains(&file.path));
    lost.map(|file| format!("{}: no `mod` leads here: declare it, or delete it", file.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one complaint about `text` at `path`.
    fn complaint(path: &str, text: &str) -> String {
        let all = source(&Source::new(path, &format!("//! Purpose.\n{text}")));
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].clone()
    }

    #[test]
    fn each_source_rule_can_fail() {
        for (path, text, what) in [
            ("src/model/a.rs", "use tokio::net;", "src/model/a.rs:2: a pure room names the network"),
            ("src/page/a.rs", "fn f() { hyper::x() }", "names the network"),
            ("src/portal/a.rs", "use std::fs;", "names the disk"),
            ("src/portal/a.rs", "use std::{fs, io};", "names the disk"),
            ("src/config/mod.rs", "fn f() { std::fs::read(x); }", "names the disk"),
            ("src/article/a.rs", "fn f() { SystemTime::now(); }", "reads the clock"),
            ("src/politeness/a.rs", "fn f() { std::time::Instant::now(); }", "reads the clock"),
            ("src/model/date.rs", "fn f() { Timestamp::now(); }", "reads the clock"),
            ("src/fetch/a.rs", "fn f() { println!(); }", "only `cli/` prints"),
            ("src/fetch/a.rs", "fn f() { eprint!(x); }", "only `cli/` prints"),
            ("src/fetch/a.rs", "fn f() { x.unwrap(); }", "a panic without `// invariant:`"),
            ("src/fetch/a.rs", "fn f() { x\n    .expect(\"y\"); }", "src/fetch/a.rs:3: a panic"),
            ("src/fetch/a.rs", "fn f() { mpsc::unbounded_channel(); }", "a queue without a limit"),
        ] {
            let found = complaint(path, text);
            assert!(found.contains(what), "{text}: {found}");
        }
        let unopened = source(&Source::new("src/a.rs", "fn f() {}"));
        assert!(unopened[0].contains("does not open with"), "{unopened:?}");
    }

    #[test]
    fn what_is_allowed_passes() {
        for (path, text) in [
            ("src/cli/a.rs", "fn f() { println!(); }"),
            ("src/fetch/a.rs", "use tokio::net; fn f() { Instant::now(); std::fs::read(x); }"),
            ("src/config/load.rs", "use std::fs;"),
            ("src/model/clock.rs", "fn f() { Timestamp::now(); }"),
            ("src/model/a.rs", "// tokio, std::fs, x.unwrap()\nfn f() { \"println!\"; }"),
            ("src/model/a.rs", "fn f() { x.unwrap() } // invariant: made above"),
            ("src/model/a.rs", "fn f() {\n    // invariant: made above\n    x.unwrap()\n}"),
            ("src/model/a.rs", "fn f() { x.unwrap_or(1) }\n#[cfg(test)]\nmod tests { fn f() { x.unwrap(); } }"),
            ("src/model/a.rs", "fn f() { batch.expect(key, 1) }"),
        ] {
            assert_eq!(source(&Source::new(path, &format!("//! Purpose.\n{text}"))), [""; 0], "{path}: {text}");
        }
    }

    #[test]
    fn lengths_are_counted_without_tests() {
        let long = "fn a() {}\n".repeat(FILE_LINES);
        assert!(complaint("src/fetch/a.rs", &long).contains("401 lines, over 400"));
        let tested = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
        assert_eq!(source(&Source::new("src/fetch/a.rs", &format!("//! Purpose.\n{tested}"))), [""; 0]);
        let body = "    x();\n".repeat(FN_LINES - 1);
        assert!(complaint("src/fetch/a.rs", &format!("fn b() {{\n{body}}}\n")).contains("`b` has 71 lines, over 70"));
        let body = "    x();\n".repeat(FN_LINES - 2);
        assert_eq!(source(&Source::new("src/fetch/a.rs", &format!("//! Purpose.\nfn b() {{\n{body}}}\n"))), [""; 0]);
    }

    #[test]
    fn each_text_rule_can_fail() {
        for (line, what) in [
            ("a\tb\n", "a.md:1: a tab"),
            ("ok\na \n", "a.md:2: space at the end"),
            ("a\u{202E}b\n", "U+202E"),
            ("a\u{7}b\n", "U+0007"),
            ("a", "does not end with one newline"),
            ("a\n\n", "does not end with one newline"),
            (concat!("see /wo", "rk/x\n"), "of one machine"),
            (concat!("a Help", "er-3 did it\n"), "of one machine"),
        ] {
            let found = text("a.md", line);
            assert_eq!(found.len(), 1, "{line:?}: {found:?}");
            assert!(found[0].contains(what), "{line:?}: {found:?}");
        }
        assert_eq!(text("a.md", "plain, tiếng Việt\n"), [""; 0]);
    }

    #[test]
    fn paper_rules_can_fail() {
        assert_eq!(changelog("# Changes\n\n## Unreleased\n"), [""; 0]);
        assert!(changelog("# Changes\n\n## 0.1.0\n")[0].contains("## 0.1.0"));
        assert!(changelog("")[0].contains("CHANGELOG.md"));
        assert_eq!(architecture(&"x\n".repeat(250)), [""; 0]);
        assert!(architecture(&"x\n".repeat(251))[0].contains("251 lines"));
        let plan = "| package | why |\n| a, b | both |\n| `room/` | x | pure |\n";
        let manifest = "[dependencies]\na = \"1\"\nc = \"1\"\n[dev-dependencies]\nb = \"1\"\n";
        let complaints = unexplained(plan, manifest, &["room".to_owned(), "cellar".to_owned()]);
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(complaints[0].contains("`c` has no row") && complaints[1].contains("`cellar` has no row"));
    }

    #[test]
    fn a_file_without_a_mod_is_found() {
        let file = |path: &str, text: &str| Source::new(path, text);
        let files = [
            file("src/lib.rs", "pub mod a;\n// mod lost;\n"),
            file("src/a/mod.rs", "mod b;\n#[cfg(test)]\n#[path = \"b_tests.rs\"]\nmod tests;\n"),
            file("src/a/b.rs", "mod c;"),
            file("src/a/b/c.rs", ""),
            file("src/a/b_tests.rs", "fn f() { x.unwrap() }"),
            file("src/lost.rs", ""),
        ];
        assert_eq!(unreached(&["src/lib.rs"], &files), ["src/lost.rs: no `mod` leads here: declare it, or delete it"]);
        assert!(sources(&files).iter().all(|complaint| !complaint.contains("b_tests.rs")), "tests may panic");
    }
}
