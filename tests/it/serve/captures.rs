//! CDX and Memento: captures found by address, in order, open files included, and given as they came.

use std::collections::BTreeMap;
use std::fs;

use luutru::archive::warc::http;
use reqwest::redirect::Policy;
use serde_json::Value;

use super::server::{Server, client, until};
use super::shared::{object, own, server, stage, warcs};
use crate::support::{Kept, files_below};

fn lines(server: &Server, query: &str) -> Vec<String> {
    let response = server.get(&format!("/cdx?{query}"));
    assert_eq!(response.status(), 200, "{query}");
    response.text().unwrap().lines().map(str::to_owned).collect()
}

/// All lines of all indexes, sorted.
fn known() -> Vec<String> {
    let mut all: Vec<String> = files_below(&stage().root().join("index"))
        .iter()
        .flat_map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    all.sort();
    all
}

#[test]
fn the_merge_of_all_indexes_is_searched() {
    let known = known();
    let base = stage().portal(0).base();
    let host = base.trim_start_matches("http://").to_owned();
    let (here, there): (Vec<String>, Vec<String>) = known.iter().cloned().partition(|line| line.contains(&base));
    assert!(here.len() > 20 && there.len() > 10);
    for query in
        [format!("url={host}&matchType=host"), format!("url={host}/*"), format!("url={base}/&matchType=prefix")]
    {
        assert_eq!(lines(server(), &query), here, "{query}");
    }
    for line in known.iter().step_by(7) {
        let json: Value = serde_json::from_str(line.splitn(3, ' ').nth(2).unwrap()).unwrap();
        let url = json["url"].as_str().unwrap().replace('&', "%26").replace('?', "%3F");
        let found = lines(server(), &format!("url={url}"));
        let key = line.split(' ').next().unwrap();
        let wanted: Vec<&String> = known.iter().filter(|line| line.split(' ').next() == Some(key)).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{url}");
    }
    let all = format!("url={host}&matchType=host");
    let mut reversed = here.clone();
    reversed.reverse();
    assert_eq!(lines(server(), &format!("{all}&sort=reverse")), reversed);
    assert_eq!(lines(server(), &format!("{all}&sort=reverse&limit=3")), reversed[..3]);
    assert_eq!(lines(server(), &format!("{all}&limit=5")), here[..5]);
    assert_eq!(lines(server(), &format!("{all}&to=2020")), [""; 0]);
    let robots = lines(server(), &format!("{all}&filter=~url:.*robots&fl=url,status&output=text"));
    assert!(!robots.is_empty() && robots.iter().all(|line| *line == format!("{base}/robots.txt 200")), "{robots:?}");
    let object: Value = serde_json::from_str(&lines(server(), &format!("{all}&limit=1&output=json"))[0]).unwrap();
    assert_eq!(object["urlkey"], here[0].split(' ').next().unwrap());
    let pages: Value = super::shared::object(server(), &format!("/cdx?{all}&showNumPages=true"));
    assert_eq!((pages["pages"].as_u64(), pages["blocks"].as_u64()), (Some(1), Some(1)));
    assert_eq!(lines(server(), &format!("{all}&page=0")), here);
    assert_eq!(lines(server(), &format!("{all}&page=1")), [""; 0]);
    assert_eq!(server().get("/cdx").status(), 400);
}

#[test]
fn what_open_files_hold_is_found_as_they_grow() {
    let stage = own();
    let host = stage.portal(0).base().trim_start_matches("http://").to_owned();
    let path = warcs(&stage).into_iter().find(|path| path.to_string_lossy().contains("/echo-2")).unwrap();
    let whole = fs::read(&path).unwrap();
    let query = format!("url={host}&matchType=host");
    let server = Server::start(&stage.root(), &[]);
    let all = lines(&server, &query);
    // As if it were being written: cut inside a record, no index yet.
    let open = path.with_extension("gz.open");
    fs::remove_file(&path).unwrap();
    for index in files_below(&stage.root().join("index")) {
        fs::remove_file(index).unwrap();
    }
    fs::write(&open, &whole[..whole.len() / 2]).unwrap();
    until("the scan sees it", || lines(&server, &query).len() < all.len());
    let half = lines(&server, &query);
    assert!(!half.is_empty() && half.iter().all(|line| all.contains(line)));
    fs::write(&open, &whole).unwrap();
    assert_eq!(lines(&server, &query), all);
    // And it can be replayed from there.
    let json: Value = serde_json::from_str(all[0].splitn(3, ' ').nth(2).unwrap()).unwrap();
    let stamp = all[0].split(' ').nth(1).unwrap();
    assert_eq!(server.get(&format!("/web/{stamp}id_/{}", json["url"].as_str().unwrap())).status(), 200);
}

/// Payloads by address and time, as the records have them; revisits with what they refer to.
fn payloads(records: &[Kept]) -> BTreeMap<(String, String), Vec<u8>> {
    let at = |record: &Kept, url: &str, date: &str| {
        let digits = record.field(date).chars().filter(char::is_ascii_digit).take(14).collect();
        (record.field(url).to_owned(), digits)
    };
    let mut out = BTreeMap::new();
    for record in records.iter().filter(|record| record.kind() == "response") {
        let payload = http::Message::parse(record.block()).payload.concat();
        out.insert(at(record, "WARC-Target-URI", "WARC-Date"), payload);
    }
    for record in records.iter().filter(|record| record.kind() == "revisit") {
        let original = out[&at(record, "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")].clone();
        out.insert(at(record, "WARC-Target-URI", "WARC-Date"), original);
    }
    out
}

#[test]
fn captures_come_back_to_the_byte_and_can_do_nothing() {
    let records = stage().records();
    assert!(records.iter().any(|record| record.kind() == "revisit"), "no revisit to resolve");
    let payloads = payloads(&records);
    let mut chunked = 0;
    for ((url, stamp), payload) in payloads.iter().filter(|((_, stamp), _)| stamp.len() == 14) {
        let response = server().get(&format!("/web/{stamp}id_/{url}"));
        let head = response.headers().clone();
        let text = |name: &str| head.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default().to_owned();
        chunked += usize::from(text("x-archive-orig-transfer-encoding") == "chunked");
        assert!(text("content-security-policy").contains("sandbox"), "{url}");
        assert_eq!(text("content-type"), text("x-archive-orig-content-type"), "{url}");
        assert_eq!(text("content-encoding"), text("x-archive-orig-content-encoding"), "{url}");
        assert!(!head.contains_key("set-cookie") && !head.contains_key("server"), "{head:?}");
        assert!(text("memento-datetime").ends_with(" GMT"), "{url}");
        assert!(text("link").contains(&format!("<{url}>; rel=\"original\"")), "{}", text("link"));
        assert_eq!(text("content-length"), payload.len().to_string(), "{url}");
        assert!(response.bytes().unwrap() == *payload, "{url} {stamp}");
    }
    assert!(chunked > 3, "{chunked} chunked captures");
}

#[test]
fn the_gate_leads_to_the_nearest_capture_and_the_map_lists_all() {
    let client = client().redirect(Policy::none()).build().unwrap();
    let url = stage().articles()[0]["url"].as_str().unwrap().to_owned();
    let gate = format!("{}/timegate/{url}", server().base());
    for at in [None, Some("Thu, 01 Jan 2015 00:00:00 GMT")] {
        let mut request = client.get(&gate);
        if let Some(at) = at {
            request = request.header("accept-datetime", at);
        }
        let found = request.send().unwrap();
        assert_eq!(found.status(), 302);
        assert_eq!(found.headers()["vary"], "accept-datetime");
        let link = found.headers()["link"].to_str().unwrap();
        for rel in ["original", "timegate", "timemap", "first last memento"] {
            assert!(link.contains(&format!("rel=\"{rel}\"")), "{link}");
        }
        let place = found.headers()["location"].to_str().unwrap();
        assert!(place.ends_with(&format!("id_/{url}")), "{place}");
        assert_eq!(client.get(place).send().unwrap().status(), 200);
    }
    assert_eq!(client.get(&gate).header("accept-datetime", "soon").send().unwrap().status(), 400);
    assert_eq!(server().get("/timegate/http://nowhere.vn/").status(), 404);
    let map = server().get(&format!("/timemap/link/{url}"));
    assert_eq!(map.headers()["content-type"], "application/link-format");
    let text = map.text().unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("memento\"")).count(), 1, "{text}");
    let json = object(server(), &format!("/timemap/json/{url}"));
    assert_eq!(json["mementos"]["list"].as_array().unwrap().len(), 1);
    assert_eq!(json["original_uri"], url.as_str());
    // Another second: the nearest one.
    let other = client.get(format!("{}/web/20150101000000id_/{url}", server().base())).send().unwrap();
    assert_eq!(other.status(), 302);
    assert_eq!(other.headers()["location"], json["mementos"]["first"]["uri"].as_str().unwrap());
    assert_eq!(client.get(format!("{}/web/2015/{url}", server().base())).send().unwrap().status(), 400);
}
