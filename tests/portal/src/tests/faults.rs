//! Misbehaviour that behaves.

use std::io::Read;
use std::time::Duration;

use super::{ask, get, post, raw, small};
use crate::{Fault, FaultRule};
use tokio::time::timeout;

#[tokio::test]
async fn faults_that_keep_to_the_protocol() {
    let portals = small().await;
    let portal = &portals.portals()[1];
    let url = &portal.gold()[7].url;
    let robots = format!("{}/robots.txt", portal.base());
    portal.misbehave(Fault::Status(503));
    assert_eq!(get(url).await.status, 503);
    assert_eq!(get(&robots).await.status, 200);
    portal.misbehave(Fault::RetryAfter { status: 429, seconds: 7 });
    let reply = get(url).await;
    assert!(reply.status == 429 && reply.head.contains("retry-after: 7"));
    portal.misbehave(Fault::RedirectLoop);
    assert!(get(&format!("{url}?vong=4")).await.head.contains("?vong=5"));
    portal.misbehave(Fault::SoftError200);
    let soft = get(url).await;
    assert!(soft.status == 200 && soft.text().contains("không tồn tại"));
    portal.misbehave(Fault::CookieGate);
    assert!(get(url).await.text().contains("document.cookie=\"D1N="));
    assert!(ask(url, "GET", "cookie: D1N=5f\r\n", "").await.text().contains("news-bodyhtml"));
    portal.misbehave(Fault::Login);
    assert!(get(url).await.head.contains("location: /dang-nhap"));
    portal.misbehave(Fault::Firewall);
    assert!(get(url).await.head.contains("server: My web server"));
    portal.misbehave(Fault::Robots { status: 200, text: "User-agent: *\nDisallow: /\n".to_owned() });
    assert!(get(&robots).await.text().ends_with("Disallow: /\n"));
    portal.heal();
    assert_eq!(get(url).await.status, 200);
    assert!(get(&robots).await.text().contains("/admin"));
}

#[tokio::test]
async fn faults_may_cover_few_paths_and_few_requests() {
    let portals = small().await;
    let portal = &portals.portals()[0];
    let golds = portal.gold();
    let inside = golds.iter().find(|g| g.lists[0] == "kinh-te").unwrap();
    let outside = golds.iter().find(|g| g.lists[0] == "chinh-tri").unwrap();
    portal.misbehave_with(FaultRule { fault: Fault::Status(500), prefix: Some("/kinh-te".to_owned()), times: Some(2) });
    assert_eq!(get(&outside.url).await.status, 200);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(get(&inside.url).await.status);
    }
    assert_eq!(statuses, [500, 500, 200]);
}

#[tokio::test]
async fn faults_of_the_wire() {
    let portals = small().await;
    let portal = &portals.portals()[1];
    let url = &portal.gold()[7].url;
    portal.misbehave(Fault::Reset { after: 5_000 });
    let (bytes, reset) = raw(url, "GET", "", "").await;
    assert!(reset && bytes.len() > 5_000 && bytes.len() < 7_000, "{} {reset}", bytes.len());
    portal.misbehave(Fault::Reset { after: 0 });
    assert_eq!(raw(url, "GET", "", "").await, (Vec::new(), true));
    portal.misbehave(Fault::Close);
    assert_eq!(raw(url, "GET", "", "").await, (Vec::new(), false));
    portal.misbehave(Fault::ShortBody);
    let (bytes, reset) = raw(url, "GET", "", "").await;
    let text = String::from_utf8_lossy(&bytes);
    let told: usize = text.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(!reset && body.len() + 1000 == told && head.starts_with("HTTP/1.1 200"));
    portal.misbehave(Fault::HeadTooBig { bytes: 300_000 });
    assert!(get(url).await.head.len() > 290_000);
    portal.misbehave(Fault::GzipBomb { megabytes: 64 });
    let bomb = get(url).await;
    let mut size = 0;
    let mut reader = flate2::read::GzDecoder::new(std::io::Cursor::new(bomb.body()));
    let mut part = vec![0; 1 << 16];
    while let Ok(n @ 1..) = reader.read(&mut part) {
        size += n;
    }
    assert!(size > 64 << 20 && bomb.raw.len() < 1 << 20);
}

#[tokio::test]
async fn faults_without_an_end() {
    let portals = small().await;
    let portal = &portals.portals()[0];
    let url = portal.gold()[7].url.clone();
    for fault in [Fault::NeverAnswers, Fault::Stall, Fault::EndlessBody, Fault::Drip { interval_ms: 20 }] {
        portal.misbehave(fault.clone());
        let wait = timeout(Duration::from_millis(50), raw(&url, "GET", "", "")).await;
        assert!(wait.is_err(), "{fault:?} must go on");
    }
    // Stopping ends them all at once.
    timeout(Duration::from_secs(5), portals.stop()).await.unwrap();
}

#[tokio::test]
async fn another_process_steers_by_the_control_paths() {
    let portals = small().await;
    let portal = &portals.portals()[2];
    let path = |what: &str| format!("{}/__control/{what}", portal.base());
    assert_eq!(post(&path("publish?n=2"), "").await.text().matches("\"static_twin\"").count(), 2);
    assert_eq!(portal.gold().len(), 32);
    let rule = r#"{"fault":{"retry_after":{"status":503,"seconds":3}},"prefix":"/web","times":1}"#;
    assert_eq!(post(&path("fault"), rule).await.status, 200);
    assert_eq!(get(&portal.gold()[0].url).await.status, 503);
    assert_eq!(post(&path("fault"), r#"{"status":500}"#).await.status, 200);
    assert_eq!(get(&portal.gold()[0].url).await.status, 500);
    assert_eq!(post(&path("fault"), r#""no_such_fault""#).await.status, 400);
    assert_eq!(post(&path("heal"), "").await.status, 200);
    let id = &portal.gold()[0].id;
    assert!(post(&path(&format!("edit?id={id}")), "").await.text().contains("\"version\":2"));
    assert_eq!(get(&path("requests")).await.text().matches("\"start_us\"").count(), 2);
}
