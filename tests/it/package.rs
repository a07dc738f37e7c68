//! The Debian package: made of this build, and installed, upgraded, removed and purged below a folder.
//!
//! dpkg runs the real maintainer scripts with DPKG_ROOT set (`--force-script-chrootless`), and systemd's own tools make
//! users and folders there, so nothing of this machine is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::harness::{expect_exit, said};

const CONFIG: &str = "etc/luutru/luutru.toml";

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Makes the package of the program under test.
fn built() -> PathBuf {
    let output = Command::new(checkout().join("debian/build")).arg("--debug").output().unwrap();
    expect_exit(&output, 0);
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

/// A Debian system as far as dpkg sees one, in a folder.
struct Scratch(TempDir);

impl Scratch {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["info", "updates", "triggers"] {
            fs::create_dir_all(dir.path().join("var/lib/dpkg").join(folder)).unwrap();
        }
        for file in ["status", "available"] {
            fs::write(dir.path().join("var/lib/dpkg").join(file), "").unwrap();
        }
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// dpkg on this system alone; what the package depends on is this machine's.
    fn dpkg(&self, words: &[&str]) -> String {
        let mut command = Command::new("dpkg");
        command.arg(format!("--root={}", self.0.path().display()));
        command.args(["--force-depends", "--force-script-chrootless", "--force-confold", "--log=/dev/null"]);
        // Where the tests do not run as root, files seem to be root's all the same.
        let mut command = if rustix::process::geteuid().is_root() { command } else { faked(&command) };
        let output: Output = command.args(words).output().unwrap();
        expect_exit(&output, 0);
        said(&output) + &String::from_utf8_lossy(&output.stdout)
    }

    /// The installed program.
    fn luutru(&self, words: &[&str]) -> Output {
        Command::new(self.path("usr/bin/luutru")).args(words).output().unwrap()
    }
}

fn faked(command: &Command) -> Command {
    let mut fake = Command::new("fakeroot");
    fake.arg("--").arg(command.get_program()).args(command.get_args()).arg("--force-not-root");
    fake
}

/// Another version of a package, with another example configuration.
fn newer(package: &Path, folder: &Path) -> PathBuf {
    let run = |words: &[&std::ffi::OsStr]| expect_exit(&Command::new("dpkg-deb").args(words).output().unwrap(), 0);
    let tree = folder.join("tree");
    run(&["--raw-extract".as_ref(), package.as_os_str(), tree.as_os_str()]);
    let control = tree.join("DEBIAN/control");
    let text = fs::read_to_string(&control).unwrap();
    let version = text.lines().find_map(|line| line.strip_prefix("Version: ")).unwrap();
    fs::write(&control, text.replace(version, &format!("{version}+1"))).unwrap();
    let config = tree.join(CONFIG);
    fs::write(&config, fs::read_to_string(&config).unwrap() + "# new in this version\n").unwrap();
    // A small stand-in for the program, since it is packed for each test anew.
    fs::write(tree.join("usr/bin/luutru"), "#!/bin/sh\necho newer\n").unwrap();
    let out = folder.join("newer.deb");
    run(&["--root-owner-group".as_ref(), "-Znone".as_ref(), "--build".as_ref(), tree.as_os_str(), out.as_os_str()]);
    out
}

fn holds(package: &Path) {
    let listing = Command::new("dpkg-deb").arg("-c").arg(package).output().unwrap();
    expect_exit(&listing, 0);
    let listing = String::from_utf8(listing.stdout).unwrap();
    let files: Vec<(&str, &str)> = listing
        .lines()
        .map(|line| (line.split_whitespace().next().unwrap(), line.rsplit(' ').next().unwrap()))
        .collect();
    for (mode, name) in [
        ("-rwxr-xr-x", "./usr/bin/luutru"),
        ("-rw-r--r--", "./etc/luutru/luutru.toml"),
        ("-rw-r--r--", "./lib/systemd/system/luutru.service"),
        ("-rw-r--r--", "./lib/systemd/system/luutru-serve.service"),
        ("-rw-r--r--", "./lib/systemd/system/luutru-serve.socket"),
        ("-rw-r--r--", "./lib/systemd/system/luutru-verify.service"),
        ("-rw-r--r--", "./lib/systemd/system/luutru-verify.timer"),
        ("-rw-r--r--", "./usr/lib/sysusers.d/luutru.conf"),
        ("-rw-r--r--", "./usr/lib/tmpfiles.d/luutru.conf"),
        ("-rw-r--r--", "./usr/share/man/man1/luutru.1.gz"),
        ("-rw-r--r--", "./usr/share/man/man1/luutru-run.1.gz"),
        ("-rw-r--r--", "./usr/share/bash-completion/completions/luutru"),
        ("-rw-r--r--", "./usr/share/zsh/vendor-completions/_luutru"),
        ("-rw-r--r--", "./usr/share/fish/vendor_completions.d/luutru.fish"),
        ("-rw-r--r--", "./usr/share/doc/luutru/copyright"),
        ("-rw-r--r--", "./usr/share/doc/luutru/README.md"),
        ("-rw-r--r--", "./usr/share/doc/luutru/docs/install.md"),
    ] {
        assert!(files.contains(&(mode, name)), "{mode} {name}\n{listing}");
    }
    let sites = files.iter().filter(|(_, name)| name.starts_with("./usr/share/luutru/sites/")).count();
    assert_eq!(sites, fs::read_dir(checkout().join("config/sites")).unwrap().count() + 1, "the folder and each site");
    let field = |name: &str| {
        let output = Command::new("dpkg-deb").arg("-f").arg(package).arg(name).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(field("Package"), "luutru");
    assert!(field("Version").starts_with(env!("CARGO_PKG_VERSION")), "{}", field("Version"));
    assert!(field("Depends").contains("libc6"), "{}", field("Depends"));
}

#[test]
fn it_is_installed_upgraded_removed_and_purged_and_the_archive_stays() {
    let package = built();
    holds(&package);
    let system = Scratch::new();
    let said = system.dpkg(&["--install", package.to_str().unwrap()]);
    assert!(said.contains("does nothing yet") && said.contains("luutru check"), "{said}");
    // Users, folders, units.
    let users = system.read("etc/passwd");
    assert!(users.contains("luutru:") && users.contains("luutru-serve:"), "{users}");
    assert!(system.path("var/lib/luutru").is_dir() && system.path("etc/luutru/sites").is_dir());
    for link in ["multi-user.target.wants/luutru.service", "timers.target.wants/luutru-verify.timer"] {
        let link = system.path("etc/systemd/system").join(link);
        assert!(link.symlink_metadata().is_ok(), "{} is enabled", link.display());
    }
    let socket = system.path("etc/systemd/system/sockets.target.wants/luutru-serve.socket");
    assert!(socket.symlink_metadata().is_err(), "nobody asked for a server");
    assert!(system.read("lib/systemd/system/luutru.service").contains("ConditionDirectoryNotEmpty=/etc/luutru/sites"));
    // The configuration is good, and with a site copied as the text says it still is.
    let config = system.path(CONFIG);
    assert!(system.read(CONFIG).lines().any(|line| line == "root = \"/var/lib/luutru\""));
    let check = ["check", "--config", config.to_str().unwrap()];
    expect_exit(&system.luutru(&check), 0);
    fs::copy(system.path("usr/share/luutru/sites/nghean.toml"), system.path("etc/luutru/sites/nghean.toml")).unwrap();
    expect_exit(&system.luutru(&check), 0);
    // What an administrator changed, and what was archived.
    let edited = system.read(CONFIG) + "delay = \"7s\"\n";
    fs::write(&config, &edited).unwrap();
    fs::create_dir_all(system.path("var/lib/luutru/warc")).unwrap();
    fs::write(system.path("var/lib/luutru/warc/x.warc.gz"), "an archive").unwrap();
    let wants = system.path("etc/systemd/system/timers.target.wants/luutru-verify.timer");
    fs::remove_file(&wants).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let newer = newer(&package, folder.path());
    let said = system.dpkg(&["--install", newer.to_str().unwrap()]);
    assert!(!said.contains("does nothing yet"), "an upgrade needs no welcome: {said}");
    assert_eq!(system.luutru(&[]).stdout, b"newer\n");
    assert_eq!(system.read(CONFIG), edited, "an edited conffile stays");
    assert!(system.read("etc/luutru/luutru.toml.dpkg-dist").contains("new in this version"));
    assert!(wants.symlink_metadata().is_err(), "what was disabled stays disabled");
    // Removed: the program goes, configuration and archive stay.
    system.dpkg(&["--remove", "luutru"]);
    assert!(!system.path("usr/bin/luutru").exists() && config.exists());
    assert!(system.path("var/lib/luutru/warc/x.warc.gz").exists());
    // Purged: the archive alone stays.
    let said = system.dpkg(&["--purge", "luutru"]);
    assert!(said.contains("is left as it is"), "{said}");
    assert!(!system.path("etc/luutru").exists());
    assert_eq!(system.read("var/lib/luutru/warc/x.warc.gz"), "an archive");
    let link = system.path("etc/systemd/system/multi-user.target.wants/luutru.service");
    assert!(link.symlink_metadata().is_err(), "no link to a unit that is gone");
}
