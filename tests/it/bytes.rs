//! What a WARC file holds is what went over the wire, to the byte.

use std::collections::BTreeMap;

use luutru::archive::warc::{RecordType, field};

use crate::harness::{DONE, captures, expect_exit, finish, luutru};
use crate::raw::{RawServer, Sends, list};

/// A page that is read as an article, so that nothing is asked for twice.
fn article(number: usize) -> String {
    let paragraph =
        format!("<p>Ngày {number} tháng 11, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc thứ {number}.</p>");
    format!(
        "<html><head><title>Tin {number}</title></head><body><h1>Tin {number}</h1>{}</body></html>",
        paragraph.repeat(5)
    )
}

/// Answers that are right by the standard, and unusual.
fn oddities() -> BTreeMap<String, Sends> {
    let body = article(1);
    let odd_case = format!(
        "HTTP/1.1 200 Rất tốt\r\ncOnTeNt-TyPe:text/html;charset=utf-8\r\nX-Twice: a\r\nx-twice:   b  \r\nX-Twice: a\r\n\
         X-Empty:\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-LENGTH:  {}  \r\n\r\n{body}",
        body.len()
    );
    let second = article(2);
    let (first, second) = second.split_at(100);
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
         {:X};name=value;other=\"quoted\"\r\n{first}\r\n000{:x}\r\n{second}\r\n0;last\r\nX-Sum: 12\r\n\r\n",
        first.len(),
        second.len()
    );
    let to_the_end = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}", article(3));
    let old = format!(
        "HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n{}",
        article(4).len(),
        article(4)
    );
    let folded = format!(
        "HTTP/1.1 200 OK\r\nNot a field\r\nX-Folded: one\r\n two\r\n\tthree\r\nContent-Type : text/html; charset=utf-8\r\n\
         Content-Length: {}\r\n\r\n{}",
        article(9).len(),
        article(9)
    );
    let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n";
    let closing = |number: usize| Sends { closes: true, ..Sends::page(&article(number)) };
    BTreeMap::from([
        ("/odd-case".to_owned(), Sends::raw(odd_case.as_bytes())),
        ("/chunked".to_owned(), Sends::raw(chunked.as_bytes())),
        ("/to-the-end".to_owned(), Sends { closes: true, ..Sends::raw(to_the_end.as_bytes()) }),
        ("/folded".to_owned(), Sends::raw(folded.as_bytes())),
        ("/old".to_owned(), Sends { closes: true, ..Sends::raw(old.as_bytes()) }),
        ("/hints".to_owned(), Sends { before: hints.to_vec(), ..Sends::page(&article(5)) }),
        ("/closes-1".to_owned(), closing(6)),
        ("/closes-2".to_owned(), closing(7)),
        ("/missing".to_owned(), Sends::raw(b"HTTP/1.1 404 Khong co\r\nX: y\r\nContent-Length: 3\r\n\r\nno\n")),
        ("/a?b=c%20d&e=%C3%A1&f=".to_owned(), Sends::page(&article(8))),
    ])
}

#[test]
fn requests_and_responses_are_kept_to_the_byte() {
    let mut paths = oddities();
    let page = list(paths.keys());
    paths.insert("/list".to_owned(), page);
    let server = RawServer::start(paths.clone(), None);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    let output = finish(server.backfill(&root, dir.path()));
    // The page that is missing is a failure on record.
    expect_exit(&output, 1);
    let seen = captures(&root);
    for (path, sends) in &paths {
        let of_path: Vec<_> = seen.iter().filter(|seen| seen.url == server.url(path)).collect();
        assert_eq!(of_path.len(), 1, "{path}: {of_path:#?}");
        let [response, request, _] = of_path[0].records.as_slice() else { panic!("{path}: {of_path:#?}") };
        assert_eq!(of_path[0].kind, RecordType::Response, "{path}");
        assert_eq!(response.fields.get(field::TRUNCATED), None, "{path}");
        assert_eq!(response.fields.all(field::PROTOCOL).collect::<Vec<_>>(), ["http/1.1"], "{path}");
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(shown(&response.block), shown(&sends.response), "{path}");
        assert_eq!(response.block, sends.response, "{path}");
        // A connection that was closed under the request makes the client ask once more; both are alike.
        let asked = server.requests(path);
        assert!(asked.iter().all(|bytes| *bytes == request.block), "{path}: {} {asked:?}", shown(&request.block));
    }
    expect_exit(&finish(luutru(&root, "verify")), DONE);
}
