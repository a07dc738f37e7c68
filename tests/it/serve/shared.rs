//! One archive for the tests that only read it, and a server over it: made by the first test that asks.

use std::path::PathBuf;
use std::sync::OnceLock;

use luutru_portal::PortalSpec;
use serde_json::Value;

use super::server::Server;
use crate::support::{Stage, files_below};

/// Two portals that share articles; the second sends chunks.
pub fn specs() -> Vec<PortalSpec> {
    vec![
        PortalSpec::nukeviet("echo", 171).articles(30).page_size(8).gzip(true).shared_percent(20),
        PortalSpec::vnpt("alpha", 172).articles(20).page_size(8).chunked(true).shared_percent(20),
    ]
}

/// An archive of these portals, to be changed by its test.
pub fn own() -> Stage {
    let stage = Stage::new(specs());
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    stage
}

/// The shared archive.
pub fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(own)
}

/// A server over the shared archive. It is of the process, and ends with it.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&stage().root(), &["--cache", stage().path("cache").to_str().unwrap()]))
}

/// WARC files of an archive, sealed ones.
pub fn warcs(stage: &Stage) -> Vec<PathBuf> {
    files_below(&stage.root().join("warc"))
}

/// A file's name.
pub fn name(path: &std::path::Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The object at a path.
pub fn object(server: &Server, path: &str) -> Value {
    let response = server.get(path);
    assert_eq!(response.status(), 200, "{path}");
    response.json().unwrap()
}
