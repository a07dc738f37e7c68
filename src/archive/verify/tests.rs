use std::fs;

use super::*;
use crate::archive::warc::testing::*;
use crate::archive::warc::{
    Capture, Level, Original, Prepared, Profile, Revisit, Sealed, Series, SeriesKind, TextCapture, TruncatedType, field,
};

/// A sealed file with every kind of record, and a text file.
fn all_kinds(root: &Path) -> (Sealed, Sealed) {
    let level = Level::default();
    let mut series = Series::new(spec(root, SeriesKind::Captures)).unwrap();
    let mut texts = Series::new(spec(root, SeriesKind::Text)).unwrap();
    let page = plain("<html>một</html>");
    let first = capture("http://x.gov.vn/a", 0, &page).prepare(level);
    let original = first.as_original().unwrap();
    let gzipped = {
        let mut body = Vec::new();
        crate::archive::warc::append_member(&mut body, level, &[b"<html>hai</html>"]);
        chunked(&body, "Content-Encoding: gzip\r\n")
    };
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec();
    let not_modified = b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n".to_vec();
    let revisit = |profile| Some(Revisit { profile, original: original.clone() });
    let captures = [
        first,
        capture("http://x.gov.vn/b?c=[1]", 1, &gzipped).prepare(level),
        Capture { truncated: Some(TruncatedType::Length), ..capture("http://x.gov.vn/c", 2, &cut) }.prepare(level),
        Capture { revisit: revisit(Profile::IdenticalPayloadDigest), ..capture("http://x.gov.vn/d", 3, &page) }
            .prepare(level),
        Capture { revisit: revisit(Profile::ServerNotModified), ..capture("http://x.gov.vn/a", 4, &not_modified) }
            .prepare(level),
    ];
    for prepared in &captures {
        series.append(&prepared.bytes, at(5)).unwrap();
    }
    let source = captures[0].records[0].id;
    let text = TextCapture {
        uri: "http://x.gov.vn/a",
        at: at(6),
        source,
        article_id: "x-1",
        text: Some("một\n"),
        record: b"{}",
    };
    texts.append(&text.prepare(level).bytes, at(6)).unwrap();
    (series.seal().unwrap().unwrap(), texts.seal().unwrap().unwrap())
}

fn findings(paths: &[&Path]) -> (Vec<Fault>, Summary) {
    let (verifier, mut out, mut sum) = (Verifier::default(), Vec::new(), Summary::default());
    for path in paths {
        sum.add(&verifier.check(path, &mut |finding| out.push(finding.fault)));
    }
    sum.add(&verifier.finish(&mut |finding| out.push(finding.fault)));
    (out, sum)
}

#[test]
fn what_is_written_is_right() {
    let dir = tempfile::tempdir().unwrap();
    let (captures, texts) = all_kinds(dir.path());
    let (found, sum) = findings(&[&captures.path, &texts.path]);
    assert_eq!(found, []);
    assert_eq!((sum.files, sum.records["response"], sum.records["revisit"]), (2, 3, 2));
    assert_eq!(sum.records["conversion"], 1);
    // 19 block digests; payloads of three responses and one conversion.
    assert_eq!(sum.digests, 19 + 4);
    // The text refers to a response in the other file.
    assert_eq!(findings(&[&texts.path]).0, [Fault::Dangling(field::REFERS_TO)]);
}

#[test]
fn a_flipped_byte_in_a_capture_is_found_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (captures, _) = all_kinds(dir.path());
    let bytes = fs::read(&captures.path).unwrap();
    // The digest in the index covers even what a CRC cannot see, for the records that it lists.
    let listed: Vec<_> = read_all(&captures.path)
        .iter()
        .filter(|record| matches!(record.fields.kind(), RecordType::Response | RecordType::Revisit))
        .map(|record| record.offset..record.offset + record.length)
        .collect();
    for at in listed.into_iter().flatten().step_by(7) {
        let mut broken = bytes.clone();
        broken[usize::try_from(at).unwrap()] ^= 0x20;
        fs::write(&captures.path, &broken).unwrap();
        let (found, sum) = findings(&[&captures.path]);
        assert!(sum.damage > 0, "byte {at}: {found:?}");
        assert!(sum.records.values().sum::<u64>() >= 14, "byte {at}: {sum:?}");
    }
}

#[test]
fn a_torn_open_file_is_no_damage() {
    let dir = tempfile::tempdir().unwrap();
    let (captures, _) = all_kinds(dir.path());
    let bytes = fs::read(&captures.path).unwrap();
    let open = captures.name.open_path(dir.path());
    fs::write(&open, &bytes[..bytes.len() - 9]).unwrap();
    let (found, sum) = findings(&[&open]);
    assert_eq!((found, sum.damage), (vec![Fault::Open, Fault::OpenTail], 0));
    fs::write(&captures.path, &bytes[..bytes.len() - 9]).unwrap();
    assert!(findings(&[&captures.path]).1.damage > 0);
}

#[test]
fn an_index_that_lies_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let (captures, _) = all_kinds(dir.path());
    let index = fs::read_to_string(&captures.index).unwrap();
    let mut lines: Vec<&str> = index.lines().collect();
    assert_eq!(lines.len(), 5);
    let with = |lines: &[&str]| {
        fs::write(&captures.index, lines.join("\n") + "\n").unwrap();
        findings(&[&captures.path]).0
    };
    assert_eq!(with(&lines[1..]), [Fault::NotIndexed]);
    let wrong = lines[0].replace("\"length\": \"", "\"length\": \"1");
    assert_eq!(with(&[&[wrong.as_str()], &lines[1..]].concat()), [Fault::NotIndexed]);
    lines.reverse();
    assert!(with(&lines).iter().all(|fault| matches!(fault, Fault::IndexLine(_))));
    fs::remove_file(&captures.index).unwrap();
    assert_eq!(findings(&[&captures.path]).0, [Fault::NoIndex]);
}

#[test]
fn lies_about_payload_links_and_ids_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lies.warc.gz");
    let level = Level::default();
    let page = plain("x");
    let write = |parts: &[&Prepared]| {
        fs::write(&path, parts.iter().flat_map(|part| part.bytes.clone()).collect::<Vec<_>>()).unwrap();
        findings(&[&path]).0
    };
    let wrong = Capture { payload_digest: Some(crate::model::Digest::of(b"y")), ..capture("http://x.vn/", 0, &page) };
    assert_eq!(write(&[&wrong.prepare(level)]), [Fault::PayloadDigest, Fault::NoWarcinfo]);
    let good = capture("http://x.vn/", 0, &page).prepare(level);
    assert_eq!(write(&[&good, &good]).iter().filter(|fault| **fault == Fault::DuplicateId).count(), 3);
    let other = Original { record_id: good.records[1].id, ..good.as_original().unwrap() };
    let revisit = Some(Revisit { profile: Profile::IdenticalPayloadDigest, original: other });
    let of_request = Capture { revisit, ..capture("http://x.vn/", 1, &page) }.prepare(level);
    assert_eq!(write(&[&good, &of_request]), [Fault::NoWarcinfo, Fault::RevisitTarget]);
    assert_eq!(write(&[&of_request]), [Fault::NoWarcinfo, Fault::Dangling(field::REFERS_TO)]);
    let unframed = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>\r\n";
    let found = write(&[&capture("http://x.vn/", 0, unframed).prepare(level)]);
    assert!(matches!(found[..], [Fault::Http(_), Fault::NoWarcinfo]));
}
