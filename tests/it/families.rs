//! Every look-alike portal, by its lists' addresses alone and by a site file: all its articles, and nothing else.

#![allow(clippy::print_stdout, reason = "what was measured, for whoever asks with --nocapture")]

use std::collections::{HashMap, HashSet};

use luutru_portal::{Family, PortalSpec};

use crate::score::{COLUMNS, Score};
use crate::support::{Asked, Stage};

const ARTICLES: usize = 24;

/// What one crawl of a portal came to.
struct Measure {
    found: usize,
    wanted: usize,
    strangers: Vec<String>,
    score: Score,
    twice: usize,
}

fn stage(family: Family) -> Stage {
    Stage::new(vec![PortalSpec::family(family, family.name(), 11).articles(ARTICLES).page_size(5)])
}

/// Counts the gold articles that the catalogue holds and the records that are none, and scores the texts.
fn measure(stage: &Stage) -> Measure {
    let golds = stage.portal(0).gold();
    let by_url: HashMap<&str, usize> = golds
        .iter()
        .enumerate()
        .flat_map(|(at, gold)| {
            std::iter::once(gold.url.as_str()).chain(gold.twins.iter().map(String::as_str)).map(move |url| (url, at))
        })
        .collect();
    let (mut found, mut strangers, mut score) = (HashSet::new(), Vec::new(), Score::default());
    for record in stage.articles() {
        let locations: Vec<&str> = record["locations"].as_array().unwrap().iter().filter_map(|l| l.as_str()).collect();
        let held: Vec<usize> = locations.iter().filter_map(|url| by_url.get(url).copied()).collect();
        match held.first() {
            None => strangers.push(locations.join(" ")),
            Some(first) => {
                let text = std::fs::read_to_string(stage.root().join(record["text_path"].as_str().unwrap())).unwrap();
                if let Some((ours, gold)) = first_difference(&text, &golds[*first].text) {
                    println!("{}:\n  read {ours:?}\n  gold {gold:?}", locations[0]);
                }
                score.add(&Score::of(&golds[*first], &record, &text));
            }
        }
        found.extend(held);
    }
    let asked = Asked::of(stage.portal(0), 0).articles;
    let twice = asked.len() - asked.iter().map(|request| request.path.as_str()).collect::<HashSet<_>>().len();
    Measure { found: found.len(), wanted: golds.len(), strangers, score, twice }
}

/// The first block that differs.
fn first_difference<'a>(ours: &'a str, gold: &'a str) -> Option<(&'a str, &'a str)> {
    let (mut ours, mut gold) = (ours.split("\n\n"), gold.split("\n\n"));
    loop {
        match (ours.next(), gold.next()) {
            (None, None) => return None,
            (ours, gold) if ours != gold => return Some((ours.unwrap_or_default(), gold.unwrap_or_default())),
            _ => {}
        }
    }
}

/// Crawls each family and says what came of it; gives the complaints.
fn each(families: &[Family], how: &str, crawl: impl Fn(&Stage)) {
    let (mut complaints, mut total) = (Vec::new(), Score::default());
    println!("{how} | family | found | {COLUMNS}");
    for family in families {
        let stage = stage(*family);
        crawl(&stage);
        let Measure { found, wanted, strangers, score, twice } = measure(&stage);
        println!("{how} | {:10} | {found} of {wanted} | {score}", family.name());
        complaints.extend(score.short().into_iter().map(|what| format!("{}: {what}", family.name())));
        total.add(&score);
        if found != wanted || !strangers.is_empty() || twice > 0 {
            complaints
                .push(format!("{}: {found} of {wanted}, no articles: {strangers:?}, twice: {twice}", family.name()));
        }
    }
    println!("{how} | all | | {total}");
    complaints.extend(total.short());
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn every_family_is_read_by_its_lists_addresses_alone() {
    // The lists of the feed portal show the newest only; its feeds and sitemaps are addresses of their own.
    let families: Vec<Family> = Family::ALL.iter().copied().filter(|family| *family != Family::Feed).collect();
    each(&families, "bare", |stage| {
        let lists = stage.lists();
        let mut words = vec!["backfill"];
        words.extend(lists.iter().map(String::as_str));
        stage.crawl(&words).ended(0);
        stage.verify();
    });
}

#[test]
fn every_preset_reads_its_family() {
    let own = [Family::PartySite, Family::Cp1258, Family::Undated, Family::Json, Family::Feed];
    let families: Vec<Family> = Family::ALL.iter().copied().filter(|family| !own.contains(family)).collect();
    each(&families, "site file", |stage| {
        stage.site_files("");
        stage.crawl(&["backfill"]).ended(0);
    });
}

#[test]
fn the_feed_portals_articles_are_read_as_well() {
    let stage = stage(Family::Feed);
    let lists = stage.lists();
    let mut words = vec!["backfill"];
    words.extend(lists.iter().map(String::as_str));
    stage.crawl(&words).ended(0);
    let Measure { found, score, strangers, .. } = measure(&stage);
    println!("bare | feed | {found} | {score}");
    assert!(found >= 5 && strangers.is_empty(), "{found}, {strangers:?}");
    assert_eq!(score.short(), [""; 0]);
}
