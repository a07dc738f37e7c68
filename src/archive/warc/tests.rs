//! What is written is read back: by this room and by the `warc` crate.

use std::io::BufReader;
use std::time::Duration;

use super::testing::*;
use super::*;
use crate::archive::ArchiveError;
use crate::model::Digest;

#[test]
fn a_capture_is_one_write_of_three_members() {
    let dir = tempfile::tempdir().unwrap();
    let mut series = Series::new(spec(dir.path(), SeriesKind::Captures)).unwrap();
    let response = chunked(b"xin chao cac ban", "");
    let lines = [("via", "http://x.gov.vn/".to_owned()), ("fetchTimeMs", "12".to_owned()), ("empty", String::new())];
    let prepared =
        Capture { metadata: &lines, ..capture("http://x.gov.vn/tin tức", 0, &response) }.prepare(Level::default());
    let offset = series.append(&prepared.bytes, at(0)).unwrap();
    series.sync().unwrap();
    let sealed = series.seal().unwrap().unwrap();
    let records = read_all(&sealed.path);
    let kinds: Vec<String> = records.iter().map(|record| record.fields.kind().to_string()).collect();
    assert_eq!(kinds, ["warcinfo", "response", "request", "metadata"]);
    for (record, prepared) in records[1..].iter().zip(&prepared.records) {
        assert_eq!((record.offset, record.length), (offset + prepared.offset, prepared.length));
        assert_eq!(record.fields.get(field::DATE), records[1].fields.get(field::DATE));
        assert_eq!(record.fields.get(field::RECORD_ID), Some(prepared.id.to_string().as_str()));
    }
    assert_eq!(records[1].block, response);
    assert_eq!(records[1].fields.get(field::TARGET_URI), Some("http://x.gov.vn/tin%20t%E1%BB%A9c"));
    let digest = Digest::of(b"xin chao cac ban");
    assert_eq!(records[1].fields.get(field::PAYLOAD_DIGEST), Some(digest.to_string().as_str()));
    assert_eq!(prepared.payload_digest, Some(digest));
    assert_eq!(records[1].fields.all(field::PROTOCOL).collect::<Vec<_>>(), ["http/1.1", "tls/1.3"]);
    assert_eq!(records[2].fields.get(field::CONCURRENT_TO), records[1].fields.get(field::RECORD_ID));
    assert_eq!(records[3].block, b"via: http://x.gov.vn/\r\nfetchTimeMs: 12\r\n");
    assert_eq!(read_at(&sealed.path, offset, 4).unwrap().block, b"HTTP");
    let index = std::fs::read_to_string(&sealed.index).unwrap();
    assert!(index.starts_with("vn,gov,x)/tin%20t%e1%bb%a9c 20261118"), "{index}");
}

#[test]
fn a_revisit_points_at_its_original() {
    let response = plain("same");
    let first = capture("http://x.gov.vn/a", 0, &response).prepare(Level::default());
    let revisit = Revisit { profile: Profile::IdenticalPayloadDigest, original: first.as_original().unwrap() };
    let second =
        Capture { revisit: Some(revisit), ..capture("http://x.gov.vn/b", 5, &response) }.prepare(Level::default());
    assert_eq!(second.as_original(), None);
    let record = WarcReader::new(&second.bytes[..], 0).next_record(usize::MAX).unwrap().unwrap();
    let head = http::head_length(&response);
    assert_eq!(record.block, response[..head]);
    assert_eq!(record.fields.get(field::TRUNCATED), Some("length"));
    assert_eq!(record.fields.get(field::REFERS_TO), Some(first.records[0].id.to_string().as_str()));
    assert_eq!(record.fields.get(field::REFERS_TO_DATE), Some(date_string(at(0)).as_str()));
    assert_eq!(record.fields.get(field::PAYLOAD_DIGEST), Some(Digest::of(b"same").to_string().as_str()));
}

#[test]
fn a_second_reader_agrees() {
    let response = plain("một");
    let prepared = capture("http://x.gov.vn/a", 0, &response).prepare(Level::default());
    let range = |record: &PreparedRecord| {
        let start = usize::try_from(record.offset).unwrap();
        start..start + usize::try_from(record.length).unwrap()
    };
    let bytes: Vec<u8> = prepared.records.iter().flat_map(|record| gunzip(&prepared.bytes[range(record)])).collect();
    let reader = ::warc::WarcReader::new(BufReader::new(&bytes[..]));
    let records: Vec<_> = reader.iter_records().map(|record| record.unwrap()).collect();
    assert_eq!(records.len(), 3);
    assert_eq!(records[0].warc_type(), &RecordType::Response);
    assert_eq!(records[0].body(), response);
    assert_eq!(records[1].body(), REQUEST);
    assert_eq!(records[0].warc_id(), prepared.records[0].id.to_string());
}

#[test]
fn names_are_never_used_twice() {
    let dir = tempfile::tempdir().unwrap();
    let response = plain("x");
    let prepared = capture("http://x.gov.vn/a", 0, &response).prepare(Level::default());
    let mut names = Vec::new();
    for _ in 0..2 {
        let mut series = Series::new(spec(dir.path(), SeriesKind::Captures)).unwrap();
        for _ in 0..2 {
            series.append(&prepared.bytes, at(0)).unwrap();
            names.push(series.seal().unwrap().unwrap().name.serial);
        }
    }
    assert_eq!(names, [1, 2, 3, 4]);
    let text = Series::new(spec(dir.path(), SeriesKind::Text)).unwrap();
    assert_eq!(text.name(), None);
}

#[test]
fn an_index_from_memory_is_the_one_that_the_file_gives() {
    let dir = tempfile::tempdir().unwrap();
    let mut series = Series::new(spec(dir.path(), SeriesKind::Captures)).unwrap();
    let long = "một hai ba ".repeat(20_000);
    let gone = b"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n".to_vec();
    // Over the lines that memory holds, in an order that is not the index's, with addresses that need escapes.
    for number in 0..700 {
        let uri = format!("http://x.gov.vn/tin tức/{}?a=\"{number}\"&b=[đ]", number * 7 % 700);
        let body = if number == 3 { long.as_str() } else { "x" };
        let response = match number % 3 {
            0 => plain(body),
            1 => chunked(body.as_bytes(), "Content-Type:text/html;a=b\r\n"),
            _ => gone.clone(),
        };
        let mut capture = capture(&uri, number, &response);
        let original = Original {
            record_id: RecordId::random(),
            target_uri: "http://x.gov.vn/a".to_owned(),
            date: at(0),
            payload_digest: Digest::of(b"x"),
        };
        capture.revisit = (number % 5 == 0).then_some(Revisit { profile: Profile::IdenticalPayloadDigest, original });
        series.append_prepared(&capture.prepare(Level::default()), at(number)).unwrap();
    }
    let sealed = series.seal().unwrap().unwrap();
    let mut read = Vec::new();
    let name = sealed.name.file_name();
    crate::archive::cdxj::index_file(&sealed.path, &name).unwrap().write_to(&mut read).unwrap();
    let kept = std::fs::read(&sealed.index).unwrap();
    assert_eq!(String::from_utf8_lossy(&kept).lines().count(), 700);
    assert!(kept == read, "the two indexes differ");
}

#[test]
fn a_file_that_was_not_all_noted_is_read_for_its_index() {
    let dir = tempfile::tempdir().unwrap();
    let mut series = Series::new(spec(dir.path(), SeriesKind::Captures)).unwrap();
    let response = plain("x");
    for number in 0..3 {
        let prepared = capture("http://x.gov.vn/a", number, &response).prepare(Level::default());
        if number == 1 {
            series.append(&prepared.bytes, at(number)).unwrap();
        } else {
            series.append_prepared(&prepared, at(number)).unwrap();
        }
    }
    let sealed = series.seal().unwrap().unwrap();
    assert_eq!(std::fs::read_to_string(&sealed.index).unwrap().lines().count(), 3);
}

#[test]
fn full_and_old_files_are_due() {
    let dir = tempfile::tempdir().unwrap();
    let mut series = Series::new(spec(dir.path(), SeriesKind::Captures)).unwrap();
    assert!(!series.due(at(0), 10));
    series.append(&[0; 10], at(0)).unwrap();
    assert!(!series.due(at(10), 10));
    assert!(series.due(at(10), 1_000_000_000));
    assert!(series.due(at(0) + Duration::from_secs(86_401), 0));
}

#[test]
fn an_interrupted_file_is_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let response = plain("x");
    let prepared = capture("http://x.gov.vn/a", 0, &response).prepare(Level::default());
    let mut series = Series::new(spec(dir.path(), SeriesKind::Captures)).unwrap();
    series.append(&prepared.bytes, at(0)).unwrap();
    let (path, length) = (series.name().unwrap().open_path(dir.path()), series.lengths().unwrap().0);
    drop(series);
    let mut series = Series::new(spec(dir.path(), SeriesKind::Captures)).unwrap();
    series.resume(&path, length).unwrap();
    assert_eq!(series.append(&prepared.bytes, at(1)).unwrap(), length);
    let sealed = series.seal().unwrap().unwrap();
    assert_eq!(sealed.name.serial, 1);
    assert_eq!(read_all(&sealed.path).len(), 7);
    assert!(!path.exists());
}

#[test]
fn a_full_disk_is_named() {
    // Linux answers every write to /dev/full with ENOSPC.
    let dir = tempfile::tempdir().unwrap();
    let mut series = Series::new(spec(dir.path(), SeriesKind::Captures)).unwrap();
    let path = dir.path().join("warc/x.gov.vn/2026/x.gov.vn-20261123101112-00001-h.warc.gz.open");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    series.resume(&path, 0).unwrap();
    let error = series.append(b"bytes", at(0)).unwrap_err();
    assert!(matches!(error, ArchiveError::DiskFull { .. }), "{error}");
    assert!(error.retryable());
}

#[test]
fn each_damage_has_its_name() {
    let response = plain("damage me");
    let good = capture("http://x.gov.vn/a", 0, &response).prepare(Level::default());
    let first = usize::try_from(good.records[0].length).unwrap();
    let damage = |bytes: &[u8]| {
        let mut reader = WarcReader::new(bytes, 0);
        loop {
            match reader.next_record(100) {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(damage) => return Some(damage),
            }
        }
    };
    let member = |text: &str| {
        let mut out = Vec::new();
        append_member(&mut out, Level::default(), &[text.as_bytes()]);
        out
    };
    assert_eq!(damage(&good.bytes), None);
    let torn = damage(&good.bytes[..first + 50]).unwrap();
    assert_eq!(torn, Damage { offset: first as u64, kind: DamageKind::Torn });
    let mut zeros = good.bytes.clone();
    zeros.extend_from_slice(&[0; 512]);
    assert_eq!(damage(&zeros).unwrap(), Damage { offset: good.bytes.len() as u64, kind: DamageKind::NotGzip });
    let mut flipped = good.bytes.clone();
    flipped[first - 6] ^= 1;
    assert!(matches!(damage(&flipped).unwrap().kind, DamageKind::Corrupt(_)));
    let head = "WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 3\r\n\r\n";
    assert_eq!(damage(&member(&format!("{head}abc\r\n\r\n"))), None);
    let kind = |text: String| damage(&member(&text)).map(|damage| damage.kind);
    assert_eq!(kind(format!("{head}abc\r\n")), Some(DamageKind::NoEnd));
    assert_eq!(kind(format!("{head}abcd\r\n\r\n")), Some(DamageKind::NoEnd));
    assert_eq!(kind(format!("{head}abc\r\n\r\n{head}abc\r\n\r\n")), Some(DamageKind::SeveralRecords));
    assert!(matches!(kind(format!("{head}ab")), Some(DamageKind::ShortBlock { missing: 1, .. })));
    assert_eq!(kind("WARC/1.1\r\nA: b\r\n\r\n".to_owned()), Some(DamageKind::NoContentLength));
    assert_eq!(kind("WARC/1.1\r\nA: b\r\n".to_owned()), Some(DamageKind::HeadUnterminated));
    assert_eq!(kind("x".repeat(1 << 20)), Some(DamageKind::HeadUnterminated));
    assert!(matches!(kind("HTTP/1.1 200\r\n\r\n".to_owned()), Some(DamageKind::Version(_))));
    assert!(matches!(kind("WARC/1.1\r\nabc\r\n\r\n".to_owned()), Some(DamageKind::FieldSyntax(_))));
}
