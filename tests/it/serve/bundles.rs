//! Bundles over HTTP: at once, and as a job that is fetched like a file.

use std::fs;

use serde_json::Value;

use super::server::Server;
use super::shared::{object, own, server, stage};
use crate::support::Wacz;

#[test]
fn a_bundle_streams_as_the_command_writes_it() {
    let out = stage().path("streamed.wacz");
    let response = server().get("/bundles?site=alpha");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/wacz");
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains("luutru-alpha.wacz"));
    let expected: u64 = response.headers()["x-luutru-estimated-bytes"].to_str().unwrap().parse().unwrap();
    let bytes = response.bytes().unwrap();
    fs::write(&out, &bytes).unwrap();
    assert!(expected > bytes.len() as u64 / 2 && expected < bytes.len() as u64 * 2, "{expected} for {}", bytes.len());
    let command = stage().path("written.wacz");
    stage().run(&["bundle", "--site", "alpha", "-o", command.to_str().unwrap()]).ended(0);
    assert_eq!(Wacz::open(&out).files, Wacz::open(&command).files);
    let estimate = object(server(), "/bundles/estimate?site=alpha");
    assert_eq!(estimate["bytes"], expected);
    for (query, status) in
        [("site=nowhere", 404), ("from=soon", 400), ("from=2026-01-02&to=2026-01-01", 400), ("by=x", 400), ("x=y", 400)]
    {
        assert_eq!(server().get(&format!("/bundles?{query}")).status(), status, "{query}");
    }
}

#[test]
fn a_bundle_is_ordered_and_fetched_until_something_of_it_is_hidden() {
    let stage = own();
    let server = Server::start(&stage.root(), &[]);
    let ordered = server.client().post(format!("{}/bundles", server.base())).body("site=echo").send().unwrap();
    assert_eq!(ordered.status(), 202);
    let place = ordered.headers()["location"].to_str().unwrap().to_owned();
    let job = || server.client().get(&place).send().unwrap().json::<Value>().unwrap();
    server.until("the bundle is made", || {
        assert_ne!(job()["state"], "failed", "{}", job());
        job()["state"] == "complete"
    });
    let done = job();
    assert!(done["written-bytes"].as_u64() >= done["size"].as_u64(), "{done}");
    let file = done["location"].as_str().unwrap();
    let whole = server.client().get(file).send().unwrap();
    assert_eq!(whole.headers()["content-type"], "application/wacz");
    let whole = whole.bytes().unwrap();
    let out = stage.path("ordered.wacz");
    fs::write(&out, &whole).unwrap();
    assert!(Wacz::open(&out).warcs().count() > 0);
    let part = server.client().get(file).header("range", "bytes=10-19").send().unwrap();
    assert!(part.status() == 206 && part.bytes().unwrap() == whole[10..20]);
    let article = stage.articles().remove(0);
    stage.run(&["takedown", article["id"].as_str().unwrap(), "--reason", "x"]).ended(0);
    assert_eq!(server.client().get(file).send().unwrap().status(), 404);
}
