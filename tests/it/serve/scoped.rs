//! A token for some sites: at every address it sees these, and the others as if they were not there.

use std::fs;
use std::path::Path;

use reqwest::blocking::Response;
use serde_json::Value;

use super::access::token;
use super::html::until;
use super::server::{Server, until as in_time};
use super::shared::own;
use crate::harness::DONE;
use crate::support::{Stage, Wacz};

/// An archive of `echo` and `alpha`, a server that wants tokens, one token for `echo` and one for all.
struct Scoped {
    stage: Stage,
    server: Server,
    echo: String,
    whole: String,
}

impl Scoped {
    fn new() -> Self {
        let stage = own();
        let made = |more: &[&str]| {
            let words: Vec<&str> = ["create", "--json"].iter().chain(more).copied().collect();
            let row: Value = serde_json::from_str(&token(&stage.root(), &words, DONE)).unwrap();
            row["token"].as_str().unwrap().to_owned()
        };
        let (echo, whole) = (made(&["--site", "echo"]), made(&[]));
        let server = Server::start(&stage.root(), &["--require-tokens", "--rate", "0"]);
        Self { stage, server, echo, whole }
    }

    fn ask(&self, token: &str, path: &str) -> Response {
        let request = self.server.client().get(format!("{}{path}", self.server.base()));
        // As a browser, so that faults are pages as well.
        request.header("accept", "text/html").bearer_auth(token).send().unwrap()
    }

    /// Status and words for the token that sees `echo`.
    fn seen(&self, path: &str) -> (u16, String) {
        let answer = self.ask(&self.echo, path);
        (answer.status().as_u16(), answer.text().unwrap())
    }

    /// Articles that only this site captured, by id, address and title.
    fn articles(&self, site: &str) -> Vec<(String, String, String)> {
        let word = |article: &Value, name: &str| article[name].as_str().unwrap().to_owned();
        let all = self.stage.articles();
        let own =
            all.iter().filter(|article| article["site"] == site && article["locations"].as_array().unwrap().len() == 1);
        own.map(|article| (word(article, "id"), word(article, "url"), word(article, "title"))).collect()
    }

    /// The names of WARC files in a bundle.
    fn bundled(&self, bytes: &[u8]) -> Vec<String> {
        let out = self.stage.path("seen.wacz");
        fs::write(&out, bytes).unwrap();
        let names = Wacz::open(&out).warcs().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        assert!(!names.is_empty());
        names
    }
}

#[test]
fn what_is_forbidden_is_answered_like_what_is_missing() {
    let scoped = Scoped::new();
    let (id, url, _) = scoped.articles("alpha").remove(0);
    let (own_id, own_url, _) = scoped.articles("echo").remove(0);
    let nowhere = "http://nowhere.example/";
    for (path, theirs, missing, own) in [
        ("/timemap/link/", url.as_str(), nowhere, own_url.as_str()),
        ("/timemap/json/", &url, nowhere, &own_url),
        ("/timegate/", &url, nowhere, &own_url),
        ("/web/20261123101112id_/", &url, nowhere, &own_url),
        ("/cdx?url=", &url, nowhere, &own_url),
        ("/bundles?id=", &id, "0123456789abcdef", &own_id),
        ("/bundles?site=", "alpha", "nowhere", "echo"),
        ("/bundles/estimate?site=", "alpha", "nowhere", "echo"),
        ("/sites/", "alpha", "nowhere", "echo"),
        ("/articles/", &id, "0123456789abcdef", &own_id),
    ] {
        let (status, words) = scoped.seen(&format!("{path}{theirs}"));
        let never = scoped.seen(&format!("{path}{missing}"));
        // What a page says of itself is the address that was asked for.
        assert_eq!((status, words.replace(theirs, missing)), never, "{path}");
        let found = scoped.ask(&scoped.whole, &format!("{path}{theirs}"));
        assert_ne!(
            (found.status().as_u16(), found.text().unwrap()),
            (status, words),
            "{path}: the same with every right"
        );
        let (status, words) = scoped.seen(&format!("{path}{own}"));
        assert!(status == 200 && !words.is_empty(), "{path}: {status} for what is its own");
    }
    for more in ["/diff", "/text", "/record"] {
        let (status, _) = scoped.seen(&format!("/articles/{id}{more}"));
        assert_eq!(status, 404, "{more}");
    }
    let (status, words) = scoped.seen("/metrics");
    assert_eq!((status, words.replace("/metrics", "/none")), scoped.seen("/none"));
}

#[test]
fn lists_pages_and_results_hold_its_sites_alone() {
    let scoped = Scoped::new();
    let all =
        scoped.seen("/cdx?url=127.0.0.1&matchType=domain").1 + &scoped.seen("/cdx?url=127.0.0.2&matchType=domain").1;
    assert!(all.contains("\"echo-") && !all.contains("\"alpha-"), "{all}");
    // Every page that shows lists.
    let titles: Vec<String> = scoped.articles("alpha").into_iter().map(|(_, _, title)| title).collect();
    let found = |path: &str| scoped.ask(&scoped.whole, path).text().unwrap();
    until("nothing is found", || found("/search?site=alpha").contains("/articles/"));
    for path in
        ["/?lang=en", "/downloads?lang=en", "/bundle?lang=en&from=2000-01-01", "/search?q=t%E1%BB%89nh&any=1&lang=en"]
    {
        let (status, words) = scoped.seen(path);
        assert_eq!(status, 200, "{path}");
        assert!(words.contains("echo"), "{path}");
        assert!(!words.contains("alpha"), "{path} names alpha");
        assert!(titles.iter().all(|title| !words.contains(title.as_str())), "{path} shows a title of alpha");
        assert!(found(path).contains("alpha"), "{path}: nothing of alpha with every right either");
    }
    let (_, words) = scoped.seen("/search?site=alpha&lang=en");
    assert!(words.contains("No article was found"), "{words}");
    assert_eq!(
        scoped.seen("/bundle?site=alpha&lang=en").1.replace("alpha", "nowhere"),
        scoped.seen("/bundle?site=nowhere&lang=en").1
    );
    // A bundle of everything is one of what is seen; what was ordered by others is not handed over, nor told of.
    let bytes = scoped.ask(&scoped.echo, "/bundles").bytes().unwrap();
    assert!(scoped.bundled(&bytes).iter().all(|name| name.contains("echo-")));
    let order = |token: &str| {
        let request =
            scoped.server.client().post(format!("{}/bundles?from=2000-01-01&by=captured", scoped.server.base()));
        let job: Value = request.bearer_auth(token).send().unwrap().json().unwrap();
        format!("/bundles/jobs/{}", job["token"].as_str().unwrap())
    };
    let made = |job: &str| {
        let state = || scoped.ask(&scoped.whole, job).json::<Value>().unwrap();
        in_time("the bundle is made", || state()["state"] == "complete");
        let location = state()["location"].as_str().unwrap().to_owned();
        location[scoped.server.base().len()..].to_owned()
    };
    let (of_echo, of_all) = (order(&scoped.echo), order(&scoped.whole));
    let (echo_file, all_file) = (made(&of_echo), made(&of_all));
    assert_eq!([scoped.seen(&of_echo).0, scoped.ask(&scoped.echo, &echo_file).status().as_u16()], [200, 200]);
    assert_eq!([scoped.seen(&of_all).0, scoped.seen(&all_file).0], [404, 404]);
    let bytes = scoped.ask(&scoped.echo, &echo_file).bytes().unwrap();
    assert!(scoped.bundled(&bytes).iter().all(|name| name.contains("echo-")));
    let index = scoped.server.client().post(format!("{}/wasapi/v1/jobs?function=build-cdx", scoped.server.base()));
    let index: Value = index.bearer_auth(&scoped.echo).send().unwrap().json().unwrap();
    let result = format!("/wasapi/v1/jobs/{}/result", index["jobtoken"].as_str().unwrap());
    in_time("the index is made", || scoped.seen(&result).0 == 200);
    let result: Value = serde_json::from_str(&scoped.seen(&result).1).unwrap();
    let file = result["files"][0]["locations"][0].as_str().unwrap()[scoped.server.base().len()..].to_owned();
    let lines = scoped.seen(&file).1;
    assert!(lines.contains("echo-") && !lines.contains("alpha-"));
}

#[test]
fn what_is_taken_down_is_at_no_address() {
    let scoped = Scoped::new();
    let (id, url, title) = scoped.articles("echo").remove(0);
    let warc = scoped.stage.articles().iter().find(|article| article["id"] == *id).unwrap()["warc"]["file"].clone();
    let warc = Path::new(warc.as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
    let search = format!("/search?q=title%3A%22{}%22", title.replace(' ', "+"));
    let link = format!("\"/articles/{id}");
    // Where it is named, and by what.
    let named = [
        ("/cdx?url=127.0.0.1&matchType=domain&output=json".to_owned(), url.as_str()),
        (format!("/cdx?url={url}&output=text"), &url),
        (format!("/timemap/json/{url}"), "/web/"),
        (format!("/articles/{id}"), &title),
        (format!("/articles/{id}/record"), &url),
        (format!("/articles/{id}/text"), &title),
        ("/wasapi/v1/webdata".to_owned(), &warc),
        ("/downloads".to_owned(), &warc),
        (search, &link),
    ];
    let names = |path: &str, what: &str| scoped.ask(&scoped.whole, path).text().unwrap().contains(what);
    until("nothing is found", || names("/search?site=echo", "/articles/"));
    for (path, what) in &named {
        assert!(names(path, what), "{path} does not name what will be taken down");
    }
    scoped.stage.run(&["takedown", &id, "--reason", "court order 7"]).ended(0);
    for (path, what) in &named {
        assert!(!names(path, what), "{path} names {what} still");
    }
    for path in [
        format!("/files/{warc}"),
        format!("/timegate/{url}"),
        format!("/bundles?id={id}"),
        format!("/articles/{id}/diff"),
    ] {
        assert_eq!(scoped.ask(&scoped.whole, &path).status(), 404, "{path}");
    }
    let bytes = scoped.ask(&scoped.whole, "/bundles?site=echo").bytes().unwrap();
    let out = scoped.stage.path("without.wacz");
    fs::write(&out, &bytes).unwrap();
    let bundle = Wacz::open(&out);
    let pages = String::from_utf8(bundle.files["pages/pages.jsonl"].clone()).unwrap();
    assert!(pages.contains("\"url\"") && !pages.contains(&url) && !pages.contains(&id), "the bundle has its page");
}
