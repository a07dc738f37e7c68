//! The real program as a child: started, watched, ended.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// How often a child is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// A run under way; killed when dropped.
pub struct Running {
    child: Child,
    begun: Instant,
    words: String,
    stdout: NamedTempFile,
    stderr: NamedTempFile,
}

/// A run that is over.
pub struct Ran {
    pub words: String,
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub elapsed: Duration,
}

/// Starts `luutru` in `folder`.
pub fn luutru(folder: &Path, words: &[&str]) -> Running {
    with_variables(folder, words, &[])
}

/// The same, with variables in its environment.
pub fn with_variables(folder: &Path, words: &[&str], variables: &[(&str, String)]) -> Running {
    let (stdout, stderr) = (NamedTempFile::new().unwrap(), NamedTempFile::new().unwrap());
    // Files, since a full pipe would stop the program.
    let child = Command::new(env!("CARGO_BIN_EXE_luutru"))
        .args(words)
        .current_dir(folder)
        .env_remove("NOTIFY_SOCKET")
        .envs(variables.iter().map(|(name, value)| (*name, value.as_str())))
        .stdin(Stdio::null())
        .stdout(stdout.reopen().unwrap())
        .stderr(stderr.reopen().unwrap())
        .spawn()
        .unwrap();
    Running { child, begun: Instant::now(), words: words.join(" "), stdout, stderr }
}

impl Running {
    /// Waits for the end; a run that takes longer is killed, and the test has failed.
    pub fn wait(mut self, limit: Duration) -> Ran {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let read = |file: &NamedTempFile| String::from_utf8(fs::read(file.path()).unwrap()).unwrap();
                return Ran {
                    words: self.words.clone(),
                    code: status.code(),
                    stdout: read(&self.stdout),
                    stderr: read(&self.stderr),
                    elapsed: self.begun.elapsed(),
                };
            }
            assert!(
                self.begun.elapsed() < limit,
                "`luutru {}` runs longer than {limit:?}\n{}",
                self.words,
                self.said()
            );
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until `seen` is true, for ten seconds at most.
    pub fn until(&mut self, what: &str, mut seen: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !seen(self) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "`luutru {}` ended before {what}\n{}", self.words, self.said());
            assert!(begun.elapsed() < Duration::from_secs(10), "never {what}\n{}", self.said());
            std::thread::sleep(LOOK);
        }
    }

    /// What it has said on stderr so far.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.stderr.path()).unwrap()).into_owned()
    }

    /// Ctrl-C.
    pub fn interrupt(&self) {
        self.signal(rustix::process::Signal::INT);
    }

    /// Any signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Whether it runs still.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the end, so long from now.
    pub fn wait_for(self, limit: Duration) -> Ran {
        let limit = self.begun.elapsed() + limit;
        self.wait(limit)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ran {
    /// Asserts the exit code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "luutru {}\n{}{}", self.words, self.stdout, self.stderr);
        self
    }

    /// Asserts that stderr has a line with all of `words`.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Self {
        let found = self.stderr.lines().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(found, "no line with {words:?}:\n{}", self.stderr);
        self
    }

    /// stdout as one JSON object a line.
    #[track_caller]
    pub fn objects(&self) -> Vec<serde_json::Value> {
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(read).collect()
    }
}
