//! An answer before it becomes bytes on a wire.

use bytes::Bytes;
use hyper::http::HeaderValue;
use hyper::http::response::Builder;
use hyper::{Response, StatusCode, header};

use crate::body::{Manner, PortalBody};
use crate::page::Page;

/// Media type of pages.
pub const HTML: &str = "text/html; charset=utf-8";

/// Status, fields and page.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Media type.
    pub media: &'static str,
    /// Further fields.
    pub fields: Vec<(&'static str, String)>,
    /// The body.
    pub page: Content,
    /// Whether the length stays untold.
    pub chunked: bool,
}

/// What an answer carries.
#[derive(Debug)]
pub enum Content {
    /// A page, perhaps to be compressed.
    Page(Page),
    /// A file, sent as it is.
    File(Vec<u8>),
}

impl Answer {
    /// A page with status 200.
    pub fn page(page: Page) -> Self {
        Self { status: 200, media: HTML, fields: Vec::new(), page: Content::Page(page), chunked: false }
    }

    /// A text.
    pub fn text(status: u16, media: &'static str, text: impl Into<String>) -> Self {
        Self { status, media, ..Self::page(Page::plain(text)) }
    }

    /// A file that never changes, with what a conditional request needs.
    pub fn file(media: &'static str, bytes: Vec<u8>, etag: String, modified: String) -> Self {
        let fields = vec![("etag", etag), ("last-modified", modified), ("cache-control", "max-age=86400".to_owned())];
        Self { status: 200, media, fields, page: Content::File(bytes), chunked: false }
    }

    /// A redirection.
    pub fn redirect(to: impl Into<String>) -> Self {
        let mut answer = Self::text(
            302,
            HTML,
            "<html><head><title>Object moved</title></head><body><h2>Object moved</h2></body></html>",
        );
        answer.fields.push(("location", to.into()));
        answer
    }

    /// The same page with another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same answer with one more field.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// The head and the body's bytes.
    pub fn finish(self, gzip: bool) -> (Builder, Vec<Bytes>) {
        let mut head = Response::builder()
            .status(StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
            .header(header::CONTENT_TYPE, self.media);
        for (name, value) in self.fields {
            if let Ok(value) = HeaderValue::from_str(&value) {
                head = head.header(name, value);
            }
        }
        let pieces = match self.page {
            Content::File(bytes) => vec![Bytes::from(bytes)],
            Content::Page(page) if gzip => {
                head = head.header(header::CONTENT_ENCODING, "gzip").header(header::VARY, "Accept-Encoding");
                page.gzip()
            }
            Content::Page(page) => page.identity(),
        };
        (head, pieces)
    }

    /// The answer as a response that keeps its word.
    pub fn respond(self, gzip: bool) -> Response<PortalBody> {
        let told = !self.chunked;
        let (head, pieces) = self.finish(gzip);
        build(head, PortalBody::new(pieces, Manner::Whole(told)))
    }
}

/// Joins head and body; a head that is no head becomes an empty 500.
pub fn build(head: Builder, body: PortalBody) -> Response<PortalBody> {
    head.body(body).unwrap_or_else(|_| {
        let mut empty = Response::new(PortalBody::new(Vec::new(), Manner::Whole(true)));
        *empty.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        empty
    })
}
