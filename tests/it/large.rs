//! Packages beyond what a plain zip can say: more than 4 GiB, more than 65,535 entries. They need the fields of zip64
//! (APPNOTE.TXT 4.3.14 and 4.5.3), in a file and in a pipe.
//!
//! The large entry is zeros, which are hashed like anything else but left as a hole in the file: the disk holds kilobytes.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use luutru::archive::wacz::{Form, Package, Writer};

use crate::judges::{objects, passes, script};

const PIECE: usize = 1 << 20;
static ZEROS: [u8; PIECE] = [0; PIECE];
/// A little more than 32 bits can say.
const LARGE: u64 = (1 << 32) + (3 << 20);
/// Entries that a plain zip cannot count.
const MANY: usize = 66_000;
const LAST: &str = "Bản ghi cuối cùng.\n";

/// A file in which pieces of zeros are holes.
struct Holes(File);

impl Write for Holes {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if buffer.len() == PIECE && buffer == ZEROS {
            self.0.seek(SeekFrom::Current(i64::try_from(PIECE).unwrap()))?;
            return Ok(PIECE);
        }
        self.0.write_all(buffer)?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Seek for Holes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// A large entry, then a small one.
fn large<W: Write + Seek>(mut package: Package<W>) -> W {
    let zeros = &mut |out: &mut dyn Write| {
        for _ in 0..LARGE / PIECE as u64 {
            out.write_all(&ZEROS).unwrap();
        }
        Ok(())
    };
    package.entry("archive/large.warc.gz", Form::Stored, LARGE, zeros).unwrap();
    last(&mut package);
    package.finish().unwrap()
}

fn last<W: Write + Seek>(package: &mut Package<W>) {
    let mut text = |out: &mut dyn Write| {
        out.write_all(LAST.as_bytes()).unwrap();
        Ok(())
    };
    package.entry("datapackage.json", Form::Deflated, LAST.len() as u64, &mut text).unwrap();
}

/// Python's zipfile finds as many entries, the sizes, and the last one's words.
fn judged(path: &Path, entries: usize, size: u64) -> std::process::Output {
    let words = [entries.to_string(), size.to_string(), LAST.to_owned()].map(PathBuf::from);
    script("zip.py", &[&[path.to_owned()], &words[..]].concat())
}

fn holes(path: &Path) -> Holes {
    Holes(File::options().read(true).write(true).create_new(true).open(path).unwrap())
}

#[test]
fn more_than_four_gigabytes_are_written_right() {
    let dir = tempfile::tempdir().unwrap();
    let (file, pipe) = (dir.path().join("file.wacz"), dir.path().join("pipe.wacz"));
    large(Package::new(Writer::file(holes(&file)), &file, 20_261_123_101_112));
    large(Package::new(Writer::pipe(holes(&pipe)), &pipe, 20_261_123_101_112));
    for path in [&file, &pipe] {
        assert!(std::fs::metadata(path).unwrap().len() > LARGE);
        passes(&judged(path, 2, LARGE));
        objects(&judged(path, 2, LARGE & u64::from(u32::MAX)));
        // Our own reader's word on the same.
        let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
        assert_eq!(zip.by_index(0).unwrap().size(), LARGE);
        assert!(zip.by_name("datapackage.json").unwrap().header_start() > u64::from(u32::MAX));
        assert_eq!(io::read_to_string(zip.by_name("datapackage.json").unwrap()).unwrap(), LAST);
    }
}

#[test]
fn more_entries_than_sixteen_bits_count_are_written_right() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["file.wacz", "pipe.wacz"] {
        let path = dir.path().join(name);
        let out = io::BufWriter::new(File::create(&path).unwrap());
        if name == "file.wacz" {
            many(Package::new(Writer::file(out), &path, 20_261_123_101_112));
        } else {
            many(Package::new(Writer::pipe(out), &path, 20_261_123_101_112));
        }
        passes(&judged(&path, MANY + 1, 5));
        objects(&judged(&path, MANY + 2, 5));
        assert_eq!(zip::ZipArchive::new(File::open(&path).unwrap()).unwrap().len(), MANY + 1);
    }
}

fn many<W: Write + Seek>(mut package: Package<W>) {
    for number in 0..MANY {
        let mut fill = |out: &mut dyn Write| {
            write!(out, "{number:05}").unwrap();
            Ok(())
        };
        package.entry(&format!("archive/{number}.warc.gz"), Form::Stored, 5, &mut fill).unwrap();
    }
    last(&mut package);
    package.finish().unwrap().flush().unwrap();
}
