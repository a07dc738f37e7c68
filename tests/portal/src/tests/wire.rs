//! How pages travel: codings, conditions, counters, the log.

use std::io::Read;

use super::{ask, get, small};

#[tokio::test]
async fn counters_change_and_fixed_pages_do_not() {
    let portals = small().await;
    for portal in portals.portals() {
        let golds = portal.gold();
        let url = &golds[7].url;
        assert_ne!(get(url).await.text(), get(url).await.text());
        let list = &portal.lists()[0].url;
        assert_ne!(get(list).await.text(), get(list).await.text());
        let twins: Vec<_> = golds.iter().filter(|g| g.static_twin).collect();
        assert_eq!(twins.len(), 2);
        assert_ne!(twins[0].url, twins[1].url);
        let (one, two) = (get(&twins[0].url).await, get(&twins[1].url).await);
        assert_eq!(one.body(), two.body());
        let tag = one.head.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap();
        assert!(two.head.contains(tag));
    }
}

#[tokio::test]
async fn gzip_and_chunks_as_each_portal_has_them() {
    let portals = small().await;
    let [a, e, _] = portals.portals() else { panic!("three portals") };
    let article = ask(&a.gold()[7].url, "GET", "accept-encoding: gzip\r\n", "").await;
    assert!(article.head.contains("transfer-encoding: chunked") && !article.head.contains("content-encoding"));
    assert!(get(&a.lists()[0].url).await.head.contains("content-length"));
    let packed = ask(&e.gold()[7].url, "GET", "accept-encoding: gzip, br\r\n", "").await;
    assert!(packed.head.contains("content-encoding: gzip") && packed.head.contains("content-length"));
    let mut page = String::new();
    flate2::read::GzDecoder::new(packed.raw.as_slice()).read_to_string(&mut page).unwrap();
    assert!(page.ends_with("</html>\n"));
    assert!(packed.raw.len() * 2 < page.len());
    assert!(!get(&e.gold()[7].url).await.head.contains("content-encoding"));
}

#[tokio::test]
async fn files_are_real_and_conditional() {
    let portals = small().await;
    for portal in portals.portals() {
        let golds = portal.gold();
        let image = golds.iter().find_map(|g| g.images.first()).unwrap();
        let reply = get(image).await;
        assert!(reply.raw.starts_with(b"\x89PNG") && reply.raw.ends_with(b"IEND\xaeB`\x82"));
        let tag = reply.head.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap().to_owned();
        let again = ask(image, "GET", &format!("if-none-match: {tag}\r\n"), "").await;
        assert_eq!((again.status, again.raw.len()), (304, 0));
        let date = reply.head.lines().find_map(|l| l.strip_prefix("last-modified: ")).unwrap().to_owned();
        assert_eq!(ask(image, "GET", &format!("if-modified-since: {date}\r\n"), "").await.status, 304);
        if let Some(file) = golds.iter().find_map(|g| g.attachments.first()) {
            let reply = get(file).await;
            assert!(reply.raw.starts_with(b"%PDF-1.4") && reply.raw.ends_with(b"%%EOF\n"));
        }
        let missing = get(&format!("{}/favicon.ico", portal.base())).await;
        assert_eq!(missing.status, 404);
        assert!(missing.text().contains("không tồn tại") && missing.raw.len() > 30_000);
    }
}

#[tokio::test]
async fn robots_sitemap_and_feed() {
    let portals = small().await;
    for portal in portals.portals() {
        let robots = get(&format!("{}/robots.txt", portal.base())).await.text();
        assert!(robots.contains("Disallow: /admin\n"));
        let map = robots.lines().find_map(|l| l.strip_prefix("Sitemap: ")).unwrap();
        assert_eq!(get(map).await.text().matches("<loc>").count(), portal.gold().len());
    }
    let feed = get(&format!("{}/vi/news/rss/doan-the/", portals.portals()[1].base())).await.text();
    assert_eq!(feed.matches("<item>").count(), 20);
}

#[tokio::test]
async fn the_log_tells_all_but_the_control_paths() {
    let portals = small().await;
    let portal = &portals.portals()[1];
    let url = &portal.gold()[9].url;
    let reply = ask(url, "GET", "user-agent: thu/1.0\r\n", "").await;
    let control = get(&format!("{}/__control/gold", portal.base())).await;
    assert_eq!(control.status, 200);
    let all = portal.requests();
    assert_eq!(all.len(), 1);
    let one = &all[0];
    assert_eq!((one.method.as_str(), one.status, one.user_agent.as_str()), ("GET", 200, "thu/1.0"));
    assert_eq!(one.bytes, reply.raw.len() as u64);
    assert!(one.done && one.end >= one.start);
    assert!(url.ends_with(&one.path));
    assert_ne!(portals.portals()[0].address().ip(), portal.address().ip());
}
