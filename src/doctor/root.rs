//! Is the archive root there, whose is it, and how much room is left?

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Area, Finding, Look};
use crate::config::DiskMarks;
use crate::crawl::free_bytes;

const LOOK: Look = Look("root", Area::Storage);

/// File systems on which an archive is not kept, or not safely, by their number (statfs(2)).
const WEAK: [(u64, &str); 6] = [
    (0x0102_1994, "is in memory (tmpfs): it is lost when the machine stops"),
    (0x8584_58f6, "is in memory (ramfs): it is lost when the machine stops"),
    (0x794c_7630, "is a layer of a container (overlay): it goes when the container goes, unless it is a volume"),
    (0x6969, "is on another machine (NFS): locks and syncs are as good as that one's"),
    (0xff53_4d42, "is on another machine (CIFS): locks and syncs are as good as that one's"),
    (0xfe53_4d42, "is on another machine (SMB): locks and syncs are as good as that one's"),
];

/// Who runs this program.
pub fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// What is at the root's place, and whether it can be looked into.
pub fn look(root: &Path) -> (Vec<Finding>, bool) {
    let shown = root.display();
    let found = match fs::metadata(root) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mend = "the first run makes it, if it may write there; or name another one with --root";
            return (vec![LOOK.warn(format!("{shown} is not there yet"), mend)], false);
        }
        Err(error) => {
            let mend = "look at the folders above it, or name another one with --root";
            return (vec![LOOK.fail(format!("{shown} cannot be looked at ({error})"), mend)], false);
        }
        Ok(found) => found,
    };
    if !found.is_dir() {
        let mend = "move it away, or name a folder with --root";
        return (vec![LOOK.fail(format!("{shown} is no folder"), mend)], false);
    }
    let (owner, mode) = (found.uid(), found.mode() & 0o7777);
    let what = format!("{shown}: owner {owner}, mode {mode:04o}");
    let finding = if owner != me() {
        LOOK.warn(
            format!("{what}, and this is user {}", me()),
            format!("what the daemon may do is seen by its own user: `sudo -u '#{owner}' luutru doctor`"),
        )
    } else if mode & 0o002 != 0 {
        LOOK.warn(format!("{what}: everybody may write there"), format!("chmod o-w {shown}"))
    } else {
        LOOK.ok(what)
    };
    (std::iter::once(finding).chain(kind(root)).collect(), true)
}

fn kind(root: &Path) -> Option<Finding> {
    let kind = rustix::fs::statfs(root).ok()?.f_type;
    // The type of the field differs from machine to machine; the numbers are of 32 bits.
    let kind = u64::try_from(i128::from(kind)).unwrap_or(0) & 0xffff_ffff;
    let why = weakness(kind)?;
    let mend = "keep the archive on a disk of this machine";
    Some(Look("file system", Area::Storage).warn(format!("{} {why}", root.display()), mend))
}

fn weakness(kind: u64) -> Option<&'static str> {
    WEAK.iter().find(|(known, _)| *known == kind).map(|(_, why)| *why)
}

/// Free space, against the marks.
pub fn space(root: &Path, marks: DiskMarks) -> Finding {
    let look = Look("space", Area::Storage);
    let gigabytes = |bytes: u64| format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10);
    let free = match free_bytes(root) {
        Ok(free) => free,
        Err(error) => return look.warn(format!("the file system does not say ({error})"), "look with `df`"),
    };
    let what = format!("{} are free; `[disk] low` is {}", gigabytes(free), gigabytes(marks.low_bytes));
    let mend = "make room, or lower the mark";
    if free < marks.low_bytes {
        look.fail(format!("{what}: nothing is fetched"), mend)
    } else if free < marks.high_bytes {
        let high = gigabytes(marks.high_bytes);
        look.warn(format!("{what}; a crawl that has stopped goes on at {high} only (`high`)"), mend)
    } else {
        look.ok(what)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn the_marks_decide_on_the_space() {
        let dir = tempfile::tempdir().unwrap();
        let level = |low_bytes, high_bytes| space(dir.path(), DiskMarks { low_bytes, high_bytes }).level;
        assert_eq!(level(0, 0), Level::Ok);
        assert_eq!(level(0, u64::MAX), Level::Warn);
        assert_eq!(level(u64::MAX, u64::MAX), Level::Fail);
    }

    #[test]
    fn what_is_at_the_roots_place_decides() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let first = |path: &Path| look(path).0.remove(0);
        assert_eq!(first(dir.path()).level, Level::Ok);
        assert_eq!((first(&dir.path().join("none")).level, look(&dir.path().join("none")).1), (Level::Warn, false));
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!((first(&file).level, look(&file).1), (Level::Fail, false));
        assert_eq!(first(&file.join("below")).level, Level::Fail);
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(first(dir.path()).level, Level::Warn);
        // Whoever may give files away has one that is another's.
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(dir.path(), Some(12_345), None).unwrap();
            let found = first(dir.path());
            assert!(found.level == Level::Warn && found.mend.unwrap().contains("sudo -u '#12345'"));
        }
    }

    #[test]
    fn memory_is_no_disk() {
        assert!(weakness(0x0102_1994).is_some_and(|why| why.contains("tmpfs")));
        assert_eq!(weakness(0xef53), None, "ext4");
    }
}
