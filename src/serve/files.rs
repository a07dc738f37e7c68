//! `/files/<name>`: files of the archive, looked up by name, whole or in ranges (RFC 9110 14).

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use uuid::Uuid;

use super::conditions::{self, Validators, Verdict};
use super::error::ServeError;
use super::library::Library;
use super::manifests;
use super::ranges::{self, Asked};
use super::sums::repr_digest;
use super::transfer::{FileBody, Part};
use crate::access::Access;
use crate::archive::warc::SEALED;
use crate::model::Digest;

/// `/files/<name>`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new().route("/files/{name}", get(file))
}

/// A file that may be given away.
#[derive(Debug)]
pub struct Gift {
    /// Its name, without directories.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Media type.
    pub kind: &'static str,
    /// SHA-256 of its bytes, where that is known.
    pub digest: Option<Digest>,
}

async fn file(
    State(library): State<Arc<Library>>,
    Path(name): Path<String>,
    access: Access,
    headers: HeaderMap,
) -> Result<Response, ServeError> {
    let gift = find(&library, &name, access).await?;
    give(&library, gift, headers).await
}

/// Looks the name up among what is there. What is hidden, open, elsewhere or not the asker's is missing, one like the other.
async fn find(library: &Arc<Library>, name: &str, access: Access) -> Result<Gift, ServeError> {
    let missing = || ServeError::Missing { what: "file" };
    let holdings = library.holdings().await?;
    let stem = name.strip_suffix(".cdxj");
    let warc = stem.map_or_else(|| name.to_owned(), |stem| format!("{stem}{SEALED}"));
    let (name, is_index) = (name.to_owned(), stem.is_some());
    library
        .blocking(move |library| {
            if let Some(file) = holdings.get(&warc).filter(|file| !file.open) {
                if !access.may_see(&file.name.site) || library.shown_here()?.withholds(library.root(), file)? {
                    return Err(missing());
                }
                if is_index {
                    let path = file.name.index_path(library.root());
                    return Ok(Gift { name, path, kind: "text/x-cdxj", digest: None });
                }
                let listed = library.manifests.look(library.root());
                let digest = listed.get(&file.name.relative()).copied();
                let digest = digest.or_else(|| library.sums.known(file)?.digest());
                return Ok(Gift { name, path: file.path.clone(), kind: "application/gzip", digest });
            }
            // Manifests tell of all sites.
            if let Some(path) = manifests::find(library.root(), &name).filter(|_| access.sees_all()) {
                return Ok(Gift { name, path, kind: "text/plain; charset=utf-8", digest: None });
            }
            library.jobs.gift(&name, &*library.shown_here()?, &access).ok_or_else(missing)
        })
        .await
}

/// Answers with the file, or with what of it was asked for.
pub async fn give(library: &Arc<Library>, gift: Gift, headers: HeaderMap) -> Result<Response, ServeError> {
    library
        .blocking(move |_| {
            let failed = |source: std::io::Error| match source.kind() {
                std::io::ErrorKind::NotFound => ServeError::Missing { what: "file" },
                _ => ServeError::Read { path: gift.name.clone(), source },
            };
            let file = File::open(&gift.path).map_err(failed)?;
            let meta = file.metadata().map_err(failed)?;
            let modified = meta.modified().map_err(failed)?;
            let mut tags: Vec<String> = gift.digest.iter().map(|digest| format!("\"{}\"", digest.hex())).collect();
            // A digest may become known between two requests of one download: both tags name the same bytes.
            tags.push(format!("\"{:x}-{:x}.{:x}-{:x}\"", meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ino()));
            answer(&gift, file, meta.len(), &Validators { tags, modified }, &headers)
        })
        .await
}

fn answer(gift: &Gift, file: File, length: u64, own: &Validators, headers: &HeaderMap) -> Result<Response, ServeError> {
    let mut out = Response::builder()
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, &own.tags[0])
        .header(header::LAST_MODIFIED, own.last_modified())
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CACHE_CONTROL, "private, no-cache");
    let ranges = match conditions::judge(headers, own) {
        Verdict::Failed => return built(out.status(StatusCode::PRECONDITION_FAILED).body(Body::empty())),
        Verdict::NotModified => return built(out.status(StatusCode::NOT_MODIFIED).body(Body::empty())),
        Verdict::Go { ranges } => ranges,
    };
    if let Some(digest) = &gift.digest {
        out = out.header("repr-digest", repr_digest(digest));
    }
    let mut fields = headers.get_all(header::RANGE).iter();
    let asked = match (fields.next().and_then(|field| field.to_str().ok()), fields.next()) {
        (Some(field), None) if ranges => ranges::parse(field, length),
        _ => Asked::All,
    };
    out = out.header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", gift.name));
    let parts = match asked {
        Asked::All => vec![Part::File(0..length)],
        Asked::Beyond => {
            let out = out.status(StatusCode::RANGE_NOT_SATISFIABLE);
            return built(out.header(header::CONTENT_RANGE, format!("bytes */{length}")).body(Body::empty()));
        }
        Asked::Parts(ranges) if ranges.len() == 1 => {
            let said = content_range(&ranges[0], length);
            out = out.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, said);
            ranges.into_iter().map(Part::File).collect()
        }
        Asked::Parts(ranges) => {
            let boundary = Uuid::new_v4().simple().to_string();
            let body = FileBody::new(file, multipart(&boundary, gift.kind, ranges, length));
            let kind = format!("multipart/byteranges; boundary={boundary}");
            out = out.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_TYPE, kind);
            return built(out.header(header::CONTENT_LENGTH, body.left()).body(Body::new(body)));
        }
    };
    let body = FileBody::new(file, parts);
    let out = out.header(header::CONTENT_TYPE, gift.kind).header(header::CONTENT_LENGTH, body.left());
    built(out.body(Body::new(body)))
}

/// Several ranges in one body (RFC 9110 14.6).
fn multipart(boundary: &str, kind: &str, ranges: Vec<std::ops::Range<u64>>, length: u64) -> Vec<Part> {
    let mut parts = Vec::new();
    for range in ranges {
        let said = content_range(&range, length);
        let head = format!("\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: {said}\r\n\r\n");
        parts.push(Part::Bytes(Bytes::from(head)));
        parts.push(Part::File(range));
    }
    parts.push(Part::Bytes(Bytes::from(format!("\r\n--{boundary}--\r\n"))));
    parts
}

fn content_range(range: &std::ops::Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", range.start, range.end - 1)
}

/// Every value that goes into a head is made of our own names and numbers.
pub fn built(response: Result<Response, axum::http::Error>) -> Result<Response, ServeError> {
    response.map_err(|error| {
        tracing::error!(%error, "an answer could not be put together");
        ServeError::Worker
    })
}
