//! WASAPI: what is listed, page by page, and what can be asked for.

use std::collections::BTreeSet;
use std::fs;

use luutru::model::Digest;
use serde_json::Value;

use super::server::Server;
use super::shared::{name, object, own, server, stage, warcs};

fn names(answer: &Value) -> Vec<String> {
    answer["files"].as_array().unwrap().iter().map(|file| file["filename"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_sealed_file_is_listed_with_checksums_and_a_place() {
    let answer = object(server(), "/wasapi/v1/webdata");
    let paths = warcs(stage());
    assert_eq!(answer["count"], paths.len());
    assert!(answer["next"].is_null() && answer["previous"].is_null());
    assert_eq!(
        names(&answer).into_iter().collect::<BTreeSet<_>>(),
        paths.iter().map(|path| name(path).to_owned()).collect()
    );
    for file in answer["files"].as_array().unwrap() {
        let bytes = server().client().get(file["locations"][0].as_str().unwrap()).send().unwrap().bytes().unwrap();
        assert_eq!(file["size"], bytes.len());
        assert_eq!(file["checksums"]["sha256"], Digest::of(&bytes).hex());
        assert_eq!(file["checksums"]["md5"].as_str().unwrap().len(), 32);
        assert_eq!(file["checksums"]["sha1"].as_str().unwrap().len(), 40);
        assert_eq!(file["filetype"], "warc");
    }
    // They are kept: another server has them without reading again.
    let kept = fs::read_to_string(stage().path("cache").join("sums.jsonl")).unwrap();
    assert!(kept.lines().count() >= paths.len());
}

#[test]
fn pages_lead_to_each_other_and_keep_what_was_asked() {
    let all = names(&object(server(), "/wasapi/v1/webdata"));
    let mut at = format!("{}/wasapi/v1/webdata?filename=*.warc.gz&page_size=1", server().base());
    let mut seen = Vec::new();
    loop {
        let answer: Value = server().client().get(&at).send().unwrap().json().unwrap();
        assert_eq!(answer["count"], all.len());
        assert_eq!(answer["previous"].is_null(), seen.is_empty());
        seen.extend(names(&answer));
        let Some(next) = answer["next"].as_str() else { break };
        assert!(
            next.starts_with(server().base()) && next.contains("filename=") && next.contains("page_size=1"),
            "{next}"
        );
        at = next.to_owned();
    }
    assert_eq!(seen, all);
    assert_eq!(server().get("/wasapi/v1/webdata?page=99").status(), 404);
}

#[test]
fn parameters_narrow_and_slips_are_refused() {
    let count = |query: &str| object(server(), &format!("/wasapi/v1/webdata?{query}"))["count"].as_u64().unwrap();
    let all = count("");
    let (echo, alpha) = (count("collection=echo"), count("collection=alpha"));
    assert!(echo > 0 && alpha > 0);
    assert_eq!(count("collection=echo&collection=alpha"), all);
    assert_eq!(echo + alpha, all);
    assert_eq!(count("collection=nowhere"), 0);
    assert_eq!(count("filename=echo-*"), echo);
    assert_eq!(count("crawl-time-after=2020"), all);
    assert_eq!(count("crawl-time-before=2020-01"), 0);
    let crawl = object(server(), "/wasapi/v1/webdata")["files"][0]["crawl"].as_u64().unwrap();
    assert!(count(&format!("crawl={crawl}")) > 0);
    for (query, says) in [("crawl-time-after=soon", "2026-11"), ("colection=echo", "collection"), ("page=x", "from 1")]
    {
        let refused = server().get(&format!("/wasapi/v1/webdata?{query}"));
        assert_eq!(refused.status(), 400, "{query}");
        let said: Value = refused.json().unwrap();
        assert!(said["detail"].as_str().unwrap().contains(says), "{said}");
    }
}

#[test]
fn an_index_is_built_on_demand() {
    let client = server().client();
    let jobs = format!("{}/wasapi/v1/jobs", server().base());
    let refused = client.post(&jobs).body("function=build-wat").send().unwrap();
    assert_eq!(refused.status(), 400);
    let foreign = client.post(&jobs).header("origin", "http://evil.example").body("function=build-cdx").send().unwrap();
    assert_eq!(foreign.status(), 403);
    let made = client.post(&jobs).body("function=build-cdx&query=collection%3Decho").send().unwrap();
    assert_eq!(made.status(), 201);
    let place = made.headers()["location"].to_str().unwrap().to_owned();
    let job: Value = made.json().unwrap();
    assert!(place.ends_with(job["jobtoken"].as_str().unwrap()));
    server().until("the job ends", || {
        let job: Value = client.get(&place).send().unwrap().json().unwrap();
        assert_ne!(job["state"], "failed", "{job}");
        job["state"] == "complete"
    });
    let result: Value = client.get(format!("{place}/result")).send().unwrap().json().unwrap();
    let file = &result["files"][0];
    let text = client.get(file["locations"][0].as_str().unwrap()).send().unwrap().text().unwrap();
    assert_eq!(file["checksums"]["sha256"], Digest::of(text.as_bytes()).hex());
    let mut wanted: Vec<String> = crate::support::files_below(&stage().root().join("index"))
        .iter()
        .filter(|path| name(path).starts_with("echo-"))
        .flat_map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    wanted.sort();
    assert!(!wanted.is_empty());
    assert_eq!(text.lines().collect::<Vec<_>>(), wanted);
    assert_eq!(object(server(), "/wasapi/v1/jobs")["jobs"][0]["function"], "build-cdx");
    assert_eq!(server().get("/wasapi/v1/jobs/none").status(), 404);
}

#[test]
fn new_captures_appear_and_hidden_ones_vanish_without_a_restart() {
    let stage = own();
    let server = Server::start(&stage.root(), &["--public-url", "https://luutru.example.vn"]);
    let files = |server: &Server| object(server, "/wasapi/v1/webdata")["count"].as_u64().unwrap();
    let before = files(&server);
    let answer = object(&server, "/wasapi/v1/webdata");
    let first = answer["files"][0]["locations"][0].as_str().unwrap();
    assert!(first.starts_with("https://luutru.example.vn/files/"), "{first}");
    let article = stage.articles().remove(0);
    let (id, url) = (article["id"].as_str().unwrap(), article["url"].as_str().unwrap());
    let file = article["warc"]["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let captures = |server: &Server| server.get(&format!("/cdx?url={}", escaped(url))).text().unwrap().lines().count();
    assert_eq!(server.get(&format!("/files/{file}")).status(), 200);
    assert_eq!((captures(&server), server.get(&format!("/timemap/link/{url}")).status().as_u16()), (1, 200));
    stage.run(&["takedown", id, "--reason", "x"]).ended(0);
    // From the next request on: file, index, list and captures.
    for path in [
        format!("/files/{file}"),
        format!("/files/{}", file.replace(".warc.gz", ".cdxj")),
        format!("/timemap/link/{url}"),
        format!("/timegate/{url}"),
        format!("/web/20261123101112id_/{url}"),
        format!("/bundles?id={id}"),
    ] {
        let hidden = server.get(&path);
        assert_eq!(hidden.status(), 404, "{path}");
        // As if it had never been there.
        let never =
            path.replace(&file[..10], "nothing-is").replace(url, "http://nowhere.vn/").replace(id, "0123456789abcdef");
        assert_eq!(hidden.text().unwrap(), server.get(&never).text().unwrap(), "{path}");
    }
    assert_eq!(captures(&server), 0);
    assert!(files(&server) < before);
    stage.run(&["takedown", "--undo", id, "--reason", "x"]).ended(0);
    assert_eq!((files(&server), captures(&server)), (before, 1));
    // A copy of a file under a new name: as if it had just been sealed.
    let path = warcs(&stage).remove(0);
    fs::copy(&path, path.with_file_name(name(&path).replacen("-0000", "-0009", 1))).unwrap();
    server.until("a new file is listed", || files(&server) == before + 1);
    // A log that cannot be read hides everything.
    fs::write(stage.root().join("decisions.jsonl"), "what?\n").unwrap();
    for path in ["/wasapi/v1/webdata".to_owned(), format!("/files/{file}"), format!("/cdx?url={}", escaped(url))] {
        assert_eq!(server.get(&path).status(), 500, "{path}");
    }
}

fn escaped(url: &str) -> String {
    url.replace('&', "%26").replace('?', "%3F")
}
