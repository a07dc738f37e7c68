//! Pages of look-alike portals, as they came over the wire, in memory.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use luutru::model::Head;
use url::Url;

/// A response as it came over the wire.
pub struct Wire {
    /// Its address.
    pub url: Url,
    /// Which portal it is of.
    pub reader: usize,
    /// Head and body.
    pub response: Vec<u8>,
    /// The head, read.
    pub head: Head,
    /// Where the body starts.
    pub body: usize,
}

impl Wire {
    /// The body.
    pub fn payload(&self) -> &[u8] {
        &self.response[self.body..]
    }
}

/// Asks portals of this process for articles; HTTP/1.0, so that nothing is chunked.
pub fn fetch(count: usize) -> Vec<Wire> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let portals = runtime.block_on(luutru_portal::start(super::specs(count, false), &[])).expect("free ports");
    let mut pages = Vec::with_capacity(count);
    for (reader, portal) in portals.portals().iter().enumerate() {
        for gold in portal.gold() {
            let url = Url::parse(&gold.url).expect("an address");
            let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
            let mut stream = TcpStream::connect(authority).expect("the portal listens");
            write!(stream, "GET {} HTTP/1.0\r\nhost: {authority}\r\n\r\n", url.path()).expect("the portal reads");
            let mut response = Vec::new();
            stream.read_to_end(&mut response).expect("the portal answers");
            let body = memchr::memmem::find(&response, b"\r\n\r\n").expect("a head") + 4;
            let head = Head::parse(&response[..body]).expect("a head");
            assert_eq!(head.status, 200, "{url}");
            pages.push(Wire { url, reader, response, head, body });
        }
    }
    runtime.block_on(portals.stop());
    pages
}
