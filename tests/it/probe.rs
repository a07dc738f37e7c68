//! `luutru probe`: what it says of a portal, what it writes, and its manners.

use std::fs;
use std::time::Duration;

use luutru_portal::{Fault, FaultRule, Portal, PortalSpec};
use serde_json::Value;

use crate::support::{Asked, Ran, Stage, accounted};

fn three() -> Stage {
    Stage::new(vec![
        PortalSpec::vnpt("a", 71).articles(60),
        PortalSpec::nukeviet("b", 72).articles(60),
        PortalSpec::liferay("c", 73).articles(40),
    ])
}

/// A look at the first list of a portal, as JSON.
fn look(stage: &Stage, portal: usize) -> Value {
    let ran = stage.crawl(&["probe", &stage.list(portal, 0), "--json"]).ended(0);
    ran.objects().remove(0)
}

#[test]
fn the_printed_site_file_archives_the_whole_list() {
    let stage = three();
    fs::create_dir(stage.path("sites")).unwrap();
    stage.config("");
    for (at, family) in ["vnpt", "nukeviet", "liferay"].iter().enumerate() {
        let portal = stage.portal(at);
        let found = look(&stage, at);
        assert!(portal.requests().len() <= 8, "{} requests", portal.requests().len());
        assert_eq!(found["requests"], portal.requests().len(), "{found}");
        assert_eq!(found["family"], *family);
        let id = found["site_id"].as_str().unwrap();
        let file = found["site_file"].as_str().unwrap();
        fs::write(stage.path("sites").join(format!("{id}.toml")), file).unwrap();
        stage.run(&["check"]).ended(0);
        stage.crawl(&["backfill", id]).ended(0);
        let report = stage.report(id);
        let number = |name: &str| report[name].as_u64().unwrap();
        assert_eq!(number("archived") + number("duplicates"), portal.lists()[0].articles as u64, "{report}");
        assert_eq!(accounted(&report), number("listed"), "{report}");
    }
}

#[test]
fn the_other_lists_of_the_file_can_be_put_in_force() {
    let stage = three();
    fs::create_dir(stage.path("sites")).unwrap();
    stage.config("");
    let found = look(&stage, 0);
    let file = found["site_file"].as_str().unwrap().replace("\n#", "\n").replace("\n The page", "\n# The page");
    fs::write(stage.path("sites").join(format!("{}.toml", found["site_id"].as_str().unwrap())), &file).unwrap();
    stage.run(&["check"]).ended(0);
    for list in stage.portal(0).lists() {
        assert!(file.contains(&format!("url = \"{}\"", list.url)), "{} is missing from\n{file}", list.url);
    }
}

#[test]
fn what_it_shows_is_what_the_portal_has() {
    let stage = three();
    for at in 0..3 {
        let portal = stage.portal(at);
        let found = look(&stage, at);
        let pages = found["pages"].as_array().unwrap();
        assert_eq!(pages.len(), 2, "{found}");
        assert!(found["total_pages"].as_u64().is_some(), "{found}");
        let gold = portal.gold();
        let known: Vec<&String> = gold.iter().flat_map(|gold| std::iter::once(&gold.url).chain(&gold.twins)).collect();
        for item in pages.iter().flat_map(|page| page["items"].as_array().unwrap()) {
            let url = item["url"].as_str().unwrap();
            assert!(known.iter().any(|known| url.starts_with(*known)), "{item}");
            assert!(!item["title"].as_str().unwrap().is_empty(), "{item}");
            assert_eq!(item["date"].as_str().unwrap().as_bytes()[4], b'-', "{item}");
        }
        assert_eq!(found["robots"][0]["rules"][0], "Disallow: /admin");
        assert!(found["robots"][0]["sitemaps"][0].as_str().unwrap().ends_with("/sitemap.xml"));
        assert!(found["server"]["software"].is_string());
        let sample = &found["sample"];
        let gold = portal.gold().into_iter().find(|gold| sample["url"].as_str().unwrap().starts_with(&gold.url));
        let gold = gold.unwrap_or_else(|| panic!("{sample}"));
        assert_eq!(sample["title"], *gold.title);
        assert_eq!(sample["published"].as_str().unwrap()[..10], gold.published[..10]);
        assert_eq!(sample["text"], *gold.text);
        assert!(sample["content_hash"].as_str().unwrap().starts_with("sha256:"));
    }
}

#[test]
fn people_are_told_the_same() {
    let stage = Stage::small(40);
    let ran = stage.crawl(&["probe", &stage.list(0, 0)]).ended(0);
    for words in [
        "robots.txt  200",
        "Disallow: /admin",
        "TLS         none",
        "family      nukeviet",
        "Page 1, ",
        "  next: GET ",
        "Site file, ",
    ] {
        assert!(ran.stdout.contains(words), "no {words:?} in\n{}", ran.stdout);
    }
    let (_, file) = ran.stdout.split_once(".toml:\n\n").unwrap();
    assert!(file.parse::<toml::Table>().is_ok(), "{file}");
}

#[test]
fn nothing_is_written_unless_asked_for_and_nothing_overwritten() {
    let stage = Stage::small(20);
    stage.config("");
    let list = stage.list(0, 0);
    stage.crawl(&["probe", &list]).ended(0);
    assert!(!stage.root().exists() && !stage.path("sites").exists());
    stage.crawl(&["probe", &list, "--save"]).ended(0).says(&["saved as", "luutru check"]);
    let file = stage.path("sites").join(format!("{}.toml", stage.bare_id(0).replace(':', "-")));
    assert!(fs::read_to_string(&file).unwrap().contains("family = \"nukeviet\""));
    fs::write(&file, "# mine\n").unwrap();
    let again = stage.run(&["probe", &list, "--save", "--delay", "0s", "--allow-net", "127.0.0.0/8"]);
    assert_ne!(again.code, Some(0), "a faulty file stops it");
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
    assert!(!stage.root().exists());
}

#[test]
fn a_file_that_is_there_is_kept() {
    let stage = Stage::small(20);
    stage.config("");
    let list = stage.list(0, 0);
    stage.crawl(&["probe", &list, "--save"]).ended(0);
    let file = stage.path("sites").join(format!("{}.toml", stage.bare_id(0).replace(':', "-")));
    let before = fs::read_to_string(&file).unwrap() + "\n# mine\n";
    fs::write(&file, &before).unwrap();
    stage.crawl(&["probe", &list, "--save"]).ended(3).says(&["is there already"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

/// Gaps between the end of an answer and the start of the next request.
fn gaps(portal: &Portal) -> Vec<Duration> {
    let requests = portal.requests();
    requests.windows(2).map(|pair| pair[1].start.saturating_sub(pair[0].end)).collect()
}

#[test]
fn the_delay_is_kept_and_so_is_a_crawl_delay() {
    let stage = Stage::small(40);
    stage.crawl(&["probe", &stage.list(0, 0), "--delay", "120ms"]).ended(0);
    assert!(gaps(stage.portal(0)).len() >= 3);
    assert!(gaps(stage.portal(0)).iter().all(|gap| *gap >= Duration::from_millis(120)), "{:?}", gaps(stage.portal(0)));
    let spec = PortalSpec::nukeviet("slow", 74).articles(6).robots("User-agent: *\nCrawl-delay: 1\n");
    let stage = Stage::new(vec![spec]);
    let ran = stage.crawl(&["probe", &stage.list(0, 0), "--json"]).ended(0);
    assert_eq!(ran.objects()[0]["robots"][0]["crawl_delay_s"], 1.0);
    let gaps = gaps(stage.portal(0));
    assert!(gaps[1..].iter().all(|gap| *gap >= Duration::from_secs(1)), "{gaps:?}");
}

#[test]
fn robots_is_asked_first_and_obeyed() {
    let spec = PortalSpec::nukeviet("closed", 75).articles(6).robots("User-agent: luutru\nDisallow: /vi/news/\n");
    let stage = Stage::new(vec![spec]);
    stage.crawl(&["probe", &stage.list(0, 0)]).ended(1).says(&["robots.txt forbids it", "Disallow: /vi/news/"]);
    let asked = Asked::of(stage.portal(0), 0);
    assert_eq!((asked.robots.len(), asked.lists.len(), asked.articles.len()), (1, 0, 0));
}

#[test]
fn a_robots_txt_that_cannot_be_had_closes_the_portal() {
    let stage = Stage::small(6);
    stage.portal(0).misbehave(Fault::Robots { status: 500, text: String::new() });
    stage.crawl(&["probe", &stage.list(0, 0)]).ended(5).says(&["robots.txt answered 500"]);
    assert_eq!(stage.portal(0).requests().len(), 1);
}

#[test]
fn addresses_that_are_not_public_are_refused() {
    let stage = Stage::small(6);
    stage.run(&["probe", &stage.list(0, 0)]).ended(5).says(&["a loopback address", "--allow-net"]);
    assert!(stage.portal(0).requests().is_empty());
}

#[test]
fn the_exit_code_tells_how_it_ended() {
    let stage = Stage::small(6);
    let probe = |url: &str| -> Ran { stage.crawl(&["probe", url]) };
    probe("http://127.0.0.1:1/").ended(5);
    probe("ftp://127.0.0.1/").ended(2);
    probe(&format!("{}/nothing", stage.portal(0).base())).ended(1).says(&["answered 404"]);
    let article = stage.portal(0).gold()[0].url.clone();
    probe(&article).ended(1).says(&["is an article itself"]);
    stage.portal(0).misbehave_with(FaultRule {
        fault: Fault::Empty,
        prefix: Some("/vi/news/".to_owned()),
        times: None,
    });
    probe(&stage.list(0, 0)).ended(1).says(&["no list was recognised"]);
}

#[test]
fn a_server_that_pushes_back_is_left_alone() {
    let stage = Stage::small(20);
    let fault = Fault::RetryAfter { status: 503, seconds: 120 };
    stage.portal(0).misbehave_with(FaultRule { fault, prefix: Some("/vi/news/".to_owned()), times: None });
    let ran = stage.crawl(&["probe", &stage.list(0, 0)]).ended(1);
    ran.says(&["answered 503"]);
    assert!(ran.elapsed < Duration::from_secs(20), "it does not sit the pause out");
    assert_eq!(stage.portal(0).requests().len(), 2);
}

#[test]
fn another_host_is_named_and_not_followed() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("a", 76).articles(6), PortalSpec::nukeviet("b", 77).articles(6)]);
    let target = stage.list(1, 0);
    stage.portal(0).misbehave(Fault::RedirectTo(target.clone()));
    stage.crawl(&["probe", &stage.list(0, 0)]).ended(1).says(&["another host", &target]);
    assert!(stage.portal(1).requests().is_empty());
}

#[test]
fn redirects_count_among_the_eight() {
    let stage = Stage::small(20);
    stage.portal(0).misbehave(Fault::RedirectLoop);
    stage.crawl(&["probe", &stage.list(0, 0)]).ended(1);
    assert!(stage.portal(0).requests().len() <= 8);
}
