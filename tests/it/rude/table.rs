//! The faults: a name, where it happens, what the server does, and what it must be counted as.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::time::Duration;

use luutru::model::{Clock as _, SystemClock};

use super::server::Step::{Again, Close, Hold, Pause, Reset, Send};
use super::server::{Plan, Step};
use crate::raw::paragraphs;

/// Where a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Robots,
    List,
    /// The middle one of three articles.
    Item,
}

/// What it must be counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// No harm: all three articles are archived.
    Harmless,
    /// One item failed, for this cause.
    Failed(&'static str),
    /// One page is archived and no article, for this cause.
    NotArticle(&'static str),
    /// The list could not be read; its line says this.
    ListFailed(&'static str),
    /// The site could not be asked; the report's `unreachable` says this.
    Unreachable(&'static str),
}

pub struct Fault {
    pub name: &'static str,
    pub at: At,
    pub plan: Plan,
    pub counted: As,
}

const HTML: &str = "Content-Type: text/html; charset=utf-8\r\n";

/// A page with an article of its own words.
pub fn article(n: usize) -> String {
    let text = paragraphs(&format!("số {n}"));
    format!("<html><head><title>Tin {n}</title></head><body><h1>Tin số {n}</h1><div>{text}</div></body></html>")
}

/// A response of these fields and this body, with its length.
pub fn page(fields: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

/// A good answer.
pub fn good(body: &str) -> Vec<Step> {
    vec![Send(page(HTML, body.as_bytes()))]
}

/// A head as it stands, and the article behind it.
fn with_head(head: &str) -> Vec<Step> {
    let mut out = head.as_bytes().to_vec();
    out.extend_from_slice(article(2).as_bytes());
    vec![Send(out)]
}

fn status(line: &str, fields: &str) -> Vec<Step> {
    vec![Send(format!("HTTP/1.1 {line}\r\n{fields}Content-Length: 0\r\n\r\n").into_bytes())]
}

fn chunked(chunks: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 200 OK\r\n{HTML}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    out.extend_from_slice(chunks);
    out
}

fn chunk(body: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", body.len()).as_bytes(), body, b"\r\n"].concat()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn then(mut steps: Vec<Step>, last: Step) -> Vec<Step> {
    steps.push(last);
    steps
}

fn text(text: &str) -> Vec<Step> {
    vec![Send(text.as_bytes().to_vec())]
}

/// Adds faults of one place and kind.
struct Table(Vec<Fault>);

impl Table {
    fn item(&mut self, counted: As, faults: Vec<(&'static str, Vec<Step>)>) {
        self.plans(At::Item, counted, faults.into_iter().map(|(name, steps)| (name, vec![steps])).collect());
    }

    fn plans(&mut self, at: At, counted: As, faults: Vec<(&'static str, Plan)>) {
        self.0.extend(faults.into_iter().map(|(name, plan)| Fault { name, at, plan, counted }));
    }
}

/// All of them.
pub fn faults() -> Vec<Fault> {
    let mut table = Table(Vec::new());
    breaks_before_a_head(&mut table);
    breaks_in_bodies(&mut table);
    bodies_without_end(&mut table);
    slowness(&mut table);
    heads(&mut table);
    lengths(&mut table);
    statuses_and_redirects(&mut table);
    contents(&mut table);
    pushbacks(&mut table);
    connections(&mut table);
    robots(&mut table);
    lists(&mut table);
    table.0
}

fn breaks_before_a_head(table: &mut Table) {
    table.item(
        As::Failed("bad answer"),
        vec![
            ("reset before any byte", vec![Reset]),
            ("reset in the status line", vec![Send(b"HTTP/1.".to_vec()), Pause(30), Reset]),
            ("reset in the head", vec![Send(b"HTTP/1.1 200 OK\r\nContent-Ty".to_vec()), Pause(30), Reset]),
            ("close before any byte", vec![Close]),
            ("close in the status line", then(text("HTTP/1.1 20"), Close)),
            ("close in the head", then(text("HTTP/1.1 200 OK\r\nContent-Type: text/"), Close)),
            ("close before the empty line", then(text("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"), Close)),
        ],
    );
}

fn breaks_in_bodies(table: &mut Table) {
    let head = format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 5000\r\n\r\n");
    let half = format!("{head}{}", &article(2)[..300]);
    let part = chunk(article(2).as_bytes());
    table.item(
        As::Failed("cut off"),
        vec![
            ("reset after the head", vec![Send(head.clone().into_bytes()), Pause(30), Reset]),
            ("reset in the body", vec![Send(half.clone().into_bytes()), Pause(30), Reset]),
            ("reset in a chunk", vec![Send(chunked(&part[..200])), Pause(30), Reset]),
            ("reset between chunks", vec![Send(chunked(&part)), Pause(30), Reset]),
            ("close after the head", then(text(&head), Close)),
            ("close in the body", then(text(&half), Close)),
            ("close in a chunk", vec![Send(chunked(&part[..200])), Close]),
            ("close in a chunk's size", vec![Send(chunked(&[&part[..], b"1f"].concat())), Close]),
            ("close before the last chunk", vec![Send(chunked(&part)), Close]),
            ("close in the trailer", vec![Send(chunked(&[&part[..], b"0\r\nX-Y"].concat())), Close]),
            ("chunk size that is no number", vec![Send(chunked(b"zz\r\nabc\r\n0\r\n\r\n")), Close]),
            ("chunk size over 64 bits", vec![Send(chunked(b"fffffffffffffffff\r\nabc")), Close]),
            ("negative chunk size", vec![Send(chunked(b"-1\r\nabc\r\n0\r\n\r\n")), Close]),
            ("chunk without its end", vec![Send(chunked(b"3\r\nabcdef\r\n0\r\n\r\n")), Close]),
            ("chunk longer than it says", vec![Send(chunked(b"2\r\nabcd\r\n0\r\n\r\n")), Close]),
            (
                "chunk extension of a megabyte",
                vec![Send(chunked(&[b"3;", &[b'x'; 1 << 20][..], b"\r\nabc\r\n0\r\n\r\n"].concat())), Close],
            ),
            (
                "trailer of 20,000 fields",
                vec![
                    Send(chunked(&[&part[..], b"0\r\n", "X-Y: z\r\n".repeat(20_000).as_bytes(), b"\r\n"].concat())),
                    Close,
                ],
            ),
        ],
    );
    let extended =
        [format!("{:x};a=b\r\n", article(2).len()).as_bytes(), article(2).as_bytes(), b"\r\n0\r\n\r\n"].concat();
    table.item(
        As::Harmless,
        vec![
            ("chunk extension", vec![Send(chunked(&extended))]),
            ("trailer", vec![Send(chunked(&[&part[..], b"0\r\nX-Checksum: 1\r\n\r\n"].concat()))]),
            (
                "one byte a chunk",
                vec![Send(chunked(
                    &[article(2).bytes().flat_map(|b| chunk(&[b])).collect::<Vec<_>>(), b"0\r\n\r\n".to_vec()].concat(),
                ))],
            ),
        ],
    );
}

fn bodies_without_end(table: &mut Table) {
    let filler = "<p>Trang này không có điểm cuối.</p>".repeat(400);
    table.item(
        As::Failed("over the size limit"),
        vec![
            ("endless chunks", vec![Send(chunked(b"")), Again(chunk(filler.as_bytes()), 400, 0), Close]),
            (
                "endless body",
                vec![
                    Send(format!("HTTP/1.1 200 OK\r\n{HTML}\r\n").into_bytes()),
                    Again(filler.clone().into_bytes(), 400, 0),
                    Close,
                ],
            ),
            (
                "body over the limit",
                vec![
                    Send(format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 5000000\r\n\r\n").into_bytes()),
                    Again(filler.into_bytes(), 400, 0),
                    Close,
                ],
            ),
        ],
    );
}

fn slowness(table: &mut Table) {
    let head = format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 5000\r\n\r\n");
    table.item(
        As::Failed("timeout"),
        vec![
            ("never answers", vec![Hold]),
            (
                "a byte of the head in a while",
                vec![Send(b"HTTP/1.1 200 ".to_vec()), Again(b"X".to_vec(), 60, 100), Close],
            ),
            (
                "a head that never ends, slowly",
                vec![Send(b"HTTP/1.1 200 OK\r\n".to_vec()), Again(b"X-Y: z\r\n".to_vec(), 60, 100), Close],
            ),
            ("interim answers without end", vec![Again(b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(), 60, 100), Close]),
            ("half a head, then silence", then(text("HTTP/1.1 200 OK\r\nContent-"), Hold)),
        ],
    );
    table.item(
        As::Failed("cut off"),
        vec![
            ("silence after the head", then(text(&head), Hold)),
            ("silence in the body", then(text(&format!("{head}<html><body>")), Hold)),
            ("silence in a chunk's size", vec![Send(chunked(b"5")), Hold]),
            ("a byte of the body in a while", vec![Send(head.into_bytes()), Again(b"x".to_vec(), 80, 100), Close]),
        ],
    );
    table.item(As::Harmless, vec![("late, but in time", vec![Pause(400), Send(page(HTML, article(2).as_bytes()))])]);
}

fn heads(table: &mut Table) {
    let length = format!("Content-Length: {}\r\n", article(2).len());
    let long = "x".repeat(200_000);
    table.item(
        As::Failed("bad answer"),
        vec![
            ("a field of 200 kB", with_head(&format!("HTTP/1.1 200 OK\r\nX-Y: {long}\r\n{length}\r\n"))),
            ("10,000 fields", with_head(&format!("HTTP/1.1 200 OK\r\n{}{length}\r\n", "X-Y: z\r\n".repeat(10_000)))),
            (
                "a head without end",
                vec![
                    Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
                    Again("X-Y: zzzz\r\n".repeat(1_000).into_bytes(), 100, 0),
                    Close,
                ],
            ),
            ("no status line at all", then(text("XIN CHAO\r\n\r\n"), Close)),
            ("HTTP/0.9", then(vec![Send(article(2).into_bytes())], Close)),
            ("HTTP/2 in letters", with_head(&format!("HTTP/2.0 200 OK\r\n{length}\r\n"))),
            ("the preface of HTTP/2", vec![Send(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64".to_vec()), Close]),
            ("a status of two digits", with_head(&format!("HTTP/1.1 20 OK\r\n{length}\r\n"))),
            ("a status that is no number", with_head(&format!("HTTP/1.1 OK 200\r\n{length}\r\n"))),
            ("a zero in a field", with_head(&format!("HTTP/1.1 200 OK\r\n{HTML}X-Y: a\0b\r\n{length}\r\n"))),
            ("a head of zeros", then(vec![Send(vec![0; 2_000])], Close)),
            ("a greeting of another protocol", then(text("220 mail.tinh.gov.vn ESMTP\r\n"), Close)),
            ("an answer of TLS", vec![Send(b"\x15\x03\x01\x00\x02\x02\x46".to_vec()), Close]),
        ],
    );
    table.item(
        As::Harmless,
        vec![
            ("a folded field", with_head(&format!("HTTP/1.1 200 OK\r\n{HTML}X-Y: one\r\n two\r\n{length}\r\n"))),
            ("a space before the colon", with_head(&format!("HTTP/1.1 200 OK\r\n{HTML}X-Y : one\r\n{length}\r\n"))),
            ("a line that is no field", with_head(&format!("HTTP/1.1 200 OK\r\n{HTML}xin chào\r\n{length}\r\n"))),
            ("bytes over 127 in a field", with_head(&format!("HTTP/1.1 200 OK\r\n{HTML}X-Y: Uỷ ban\r\n{length}\r\n"))),
            ("no reason phrase", with_head(&format!("HTTP/1.1 200\r\n{HTML}{length}\r\n"))),
            (
                "two content types",
                with_head(&format!("HTTP/1.1 200 OK\r\n{HTML}Content-Type: text/html\r\n{length}\r\n")),
            ),
            (
                "a storm of cookies",
                with_head(&format!(
                    "HTTP/1.1 200 OK\r\n{HTML}{}{length}\r\n",
                    "Set-Cookie: a=b; path=/\r\n".repeat(150)
                )),
            ),
            (
                "interim answers",
                with_head(&format!(
                    "{}HTTP/1.1 200 OK\r\n{HTML}{length}\r\n",
                    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(20)
                )),
            ),
            (
                "100 that nobody waits for",
                with_head(&format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n{HTML}{length}\r\n")),
            ),
            (
                "lines without CR",
                with_head(&format!("HTTP/1.1 200 OK\n{}{}\n", HTML.replace('\r', ""), length.replace('\r', ""))),
            ),
        ],
    );
}

fn lengths(table: &mut Table) {
    let body = article(2);
    let n = body.len();
    let head = |fields: &str| with_head(&format!("HTTP/1.1 200 OK\r\n{HTML}{fields}\r\n"));
    table.item(
        As::Failed("bad answer"),
        vec![
            ("a negative length", head("Content-Length: -5\r\n")),
            ("a length that is no number", head("Content-Length: abc\r\n")),
            ("a length over 64 bits", head("Content-Length: 99999999999999999999999\r\n")),
            ("two lengths", head(&format!("Content-Length: {n}\r\nContent-Length: 7\r\n"))),
        ],
    );
    table.item(
        As::Failed("cut off"),
        vec![
            ("a length too long", then(head(&format!("Content-Length: {}\r\n", n + 1_000)), Close)),
            ("a length of a petabyte", then(head("Content-Length: 1000000000000000\r\n"), Close)),
        ],
    );
    table.item(
        As::Harmless,
        vec![
            ("the same length twice", head(&format!("Content-Length: {n}\r\nContent-Length: {n}\r\n"))),
            ("no length", then(head(""), Close)),
            ("no length and HTTP/1.0", then(with_head(&format!("HTTP/1.0 200 OK\r\n{HTML}\r\n")), Close)),
            ("a length too short", with_head(&format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: {}\r\n\r\n", n - 14))),
            (
                "a length and chunks",
                vec![
                    Send(
                        [
                            format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n")
                                .into_bytes(),
                            chunk(body.as_bytes()),
                            b"0\r\n\r\n".to_vec(),
                        ]
                        .concat(),
                    ),
                    Close,
                ],
            ),
        ],
    );
}

fn statuses_and_redirects(table: &mut Table) {
    for (cause, line) in [
        ("404", "404 Not Found"),
        ("403", "403 Forbidden"),
        ("410", "410 Gone"),
        ("500", "500 X"),
        ("502", "502 X"),
        ("304", "304 Not Modified"),
        ("999", "999 X"),
    ] {
        table.item(As::Failed(cause), vec![(cause, status(line, ""))]);
    }
    let to = |place: &str| status("302 Found", &format!("Location: {place}\r\n"));
    table.item(
        As::Failed("too many redirects"),
        vec![
            ("a redirect to itself", to("/tin-2")),
            ("a redirect to nothing", to("")),
            ("a redirect in a circle of two", to("/vong")),
        ],
    );
    table.item(
        As::Failed("redirect off the site"),
        vec![
            ("a redirect to another host", to("http://127.0.0.99:9/x")),
            ("a redirect to the machine's metadata", to("http://169.254.169.254/latest")),
            ("a redirect to another port", to("http://127.0.0.1:22/")),
            ("a redirect without a scheme", to("//khac.vn/tin")),
        ],
    );
    table.item(
        As::Failed("302"),
        vec![
            ("a redirect without a place", status("302 Found", "")),
            ("a redirect to a file", to("file:///etc/passwd")),
            ("a redirect to a script", to("javascript:alert(1)")),
            ("a redirect to a broken place", to("http://[")),
        ],
    );
    table.plans(At::Item, As::Harmless, vec![("a redirect that leads there", vec![to("/tin-2?x=1")])]);
}

fn contents(table: &mut Table) {
    let body = article(2);
    let packed = gzip(body.as_bytes());
    let coded = |coding: &str, body: &[u8]| vec![Send(page(&format!("{HTML}Content-Encoding: {coding}\r\n"), body))];
    let typed = |kind: &str, body: &[u8]| vec![Send(page(&format!("Content-Type: {kind}\r\n"), body))];
    let broken = {
        let mut broken = packed.clone();
        broken.splice(12..40, [0xff; 28]);
        broken
    };
    table.item(
        As::Harmless,
        vec![
            ("gzip in name only", coded("gzip", body.as_bytes())),
            ("gzip over gzip", coded("gzip, gzip", &gzip(&packed))),
            ("a charset that is wrong", typed("text/html; charset=windows-1258", body.as_bytes())),
            ("a charset that nobody knows", typed("text/html; charset=x-klingon", body.as_bytes())),
            ("no media type", vec![Send(page("", body.as_bytes()))]),
            ("a page called a picture", typed("image/png", body.as_bytes())),
            ("a page called a program", typed("application/octet-stream", body.as_bytes())),
            ("a byte-order mark", typed("text/html", format!("\u{feff}{body}").as_bytes())),
        ],
    );
    table.item(
        As::NotArticle("grows too much when decoded"),
        vec![
            ("a gzip bomb", coded("gzip", &gzip(&vec![b' '; 40 << 20]))),
            ("a bomb in a bomb", coded("gzip, gzip", &gzip(&gzip(&vec![b' '; 40 << 20])))),
        ],
    );
    table.item(
        As::NotArticle("unknown content coding"),
        vec![
            ("a coding that nobody asked for", coded("br", b"\x0b\x02\x80xin chao\x03")),
            ("five codings", coded("gzip, gzip, gzip, gzip, gzip", &packed)),
        ],
    );
    table.item(As::NotArticle("damaged content coding"), vec![("gzip with damage", coded("gzip", &broken))]);
    table.item(
        As::NotArticle("empty"),
        vec![("an empty page", typed("text/html", b"")), ("a page of spaces", typed("text/html", &[b' '; 5_000]))],
    );
    table.item(
        As::NotArticle("image"),
        vec![("a picture called a page", typed("text/html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"))],
    );
}

fn pushbacks(table: &mut Table) {
    let again = || good(&article(2));
    let soon = SystemClock.now() + Duration::from_secs(90);
    let date = |at: jiff::Timestamp| httpdate(at);
    let pushed = |line: &str, value: &str| status(line, &format!("Retry-After: {value}\r\n"));
    table.plans(
        At::Item,
        As::Harmless,
        vec![
            ("429 with seconds", vec![pushed("429 Too Many Requests", "1"), again()]),
            ("503 with seconds", vec![pushed("503 Service Unavailable", "1"), again()]),
            (
                "429 with a date that is over",
                vec![pushed("429 Too Many Requests", "Mon, 23 Nov 2020 10:00:00 GMT"), again()],
            ),
            ("503 with a date to come", vec![pushed("503 X", &date(soon)), again()]),
            ("429 with more than the longest pause", vec![pushed("429 X", "999999999999"), again()]),
            ("429 without a time, twice", vec![status("429 X", ""), status("429 X", ""), again()]),
            ("429 with a time that is none", vec![pushed("429 X", "soon"), again()]),
            ("429 with a negative time", vec![pushed("429 X", "-5"), again()]),
        ],
    );
    table.item(
        As::Failed("429"),
        vec![("429 for ever, with seconds", pushed("429 X", "1")), ("429 for ever, without", status("429 X", ""))],
    );
    table.item(As::Failed("503"), vec![("503 for ever", status("503 X", ""))]);
}

/// A date as HTTP has it (RFC 9110 section 5.6.7).
fn httpdate(at: jiff::Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn connections(table: &mut Table) {
    let body = article(2);
    let fake = page(HTML, article(7).as_bytes());
    table.item(
        As::Harmless,
        vec![
            (
                "keep-alive, and then a close",
                then(
                    with_head(&format!(
                        "HTTP/1.1 200 OK\r\n{HTML}Connection: keep-alive\r\nContent-Length: {}\r\n\r\n",
                        body.len()
                    )),
                    Close,
                ),
            ),
            ("close, and then open", vec![Send(page(&format!("{HTML}Connection: close\r\n"), body.as_bytes())), Hold]),
            ("keep-alive, and then a reset", then(good(&body), Reset)),
            ("a second answer that nobody asked for", vec![Send([page(HTML, body.as_bytes()), fake.clone()].concat())]),
            ("a late second answer", vec![Send(page(HTML, body.as_bytes())), Pause(5), Send(fake)]),
            ("a byte too many", vec![Send([page(HTML, body.as_bytes()), b"\0".to_vec()].concat())]),
        ],
    );
    table.item(
        As::Failed("101"),
        vec![("another protocol", status("101 Switching Protocols", "Upgrade: websocket\r\nConnection: upgrade\r\n"))],
    );
}

fn robots(table: &mut Table) {
    let rules = "User-agent: *\nDisallow: /cam\n";
    let plain = |body: &[u8]| vec![vec![Send(page("Content-Type: text/plain\r\n", body))]];
    let one = |steps: Vec<Step>| vec![steps];
    table.plans(
        At::Robots,
        As::Harmless,
        vec![
            ("robots 404", one(status("404 Not Found", ""))),
            ("robots 401", one(status("401 Unauthorized", ""))),
            ("robots 403", one(status("403 Forbidden", ""))),
            ("robots in a circle", one(status("301 Moved", "Location: /robots.txt\r\n"))),
            ("robots of another host", one(status("301 Moved", "Location: http://khac.vn/robots.txt\r\n"))),
            ("robots that is a page", one(good(&article(9)))),
            ("empty robots", plain(b"")),
            ("robots of zeros", plain(&[0; 50_000])),
            ("robots of stars", plain(format!("User-agent: *\nDisallow: /{}\n", "*a".repeat(1_500)).as_bytes())),
            (
                "robots with one long line",
                plain(
                    &[b"User-agent: *\nDisallow: /".to_vec(), "ệ".repeat(100_000).into_bytes(), b"\n".to_vec()]
                        .concat(),
                ),
            ),
            ("robots over the size limit", plain(&[rules.as_bytes(), "# dài\n".repeat(200_000).as_bytes()].concat())),
            ("robots lost once", vec![vec![Close], vec![Send(page("Content-Type: text/plain\r\n", rules.as_bytes()))]]),
        ],
    );
    let half =
        |n: usize| format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {n}\r\n\r\nUser-agent: *\n");
    table.plans(
        At::Robots,
        As::Unreachable("robots.txt"),
        vec![
            ("robots 500", one(status("500 X", ""))),
            ("robots 503 with a time", one(status("503 X", "Retry-After: 1\r\n"))),
            ("robots 429", one(status("429 X", ""))),
            ("robots cut off by a close", one(then(text(&half(500)), Close))),
            ("robots cut off by a reset", one(vec![Send(half(500).into_bytes()), Pause(30), Reset])),
            ("robots that fall silent", one(then(text(&half(500)), Hold))),
            ("robots a byte in a while", one(vec![Send(half(500).into_bytes()), Again(b"#".to_vec(), 60, 100), Close])),
            ("robots with a broken head", one(then(text("XIN CHAO\r\n\r\n"), Close))),
        ],
    );
    table.plans(At::Robots, As::Unreachable("no answer within"), vec![("robots never", one(vec![Hold]))]);
}

fn lists(table: &mut Table) {
    let one = |steps: Vec<Step>| vec![steps];
    let bomb = gzip(&vec![b' '; 40 << 20]);
    for (name, says, plan) in [
        ("list 500", "500", one(status("500 X", ""))),
        ("list 404", "404", one(status("404 X", ""))),
        (
            "list without an end",
            "cut off",
            one(then(text(&format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 9000\r\n\r\n<html>")), Close)),
        ),
        ("list reset", "no usable answer", one(vec![Reset])),
        ("list never", "no answer within", one(vec![Hold])),
        ("list bomb", "grows too much", one(vec![Send(page(&format!("{HTML}Content-Encoding: gzip\r\n"), &bomb))])),
        ("list elsewhere", "off the site", one(status("302 X", "Location: http://khac.vn/\r\n"))),
        ("list in a circle", "too many redirects", one(status("302 X", "Location: /list\r\n"))),
        ("list that is empty", "no article was recognised", one(good(""))),
    ] {
        table.plans(At::List, As::ListFailed(says), vec![(name, plan)]);
    }
}
