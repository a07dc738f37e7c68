//! Every family: its words, its paging, what it does past the end, its traps.

use std::fmt::Write;

use super::pages::{holds, listed};
use super::{Reply, get, post};
use crate::{Change, Family, Fault, Portal, PortalSpec, Portals, start};

/// Portals of all families but the first three, which other tests have.
async fn further(articles: usize) -> Portals {
    let families = Family::ALL.iter().skip(3).enumerate();
    let specs = families.map(|(i, f)| PortalSpec::family(*f, f.name(), 40 + i as u64).articles(articles));
    start(specs.collect(), &[]).await.unwrap()
}

/// Whether links lead from page to page.
fn paged(family: Family) -> bool {
    !matches!(family, Family::WebForms | Family::Exclusion | Family::Json | Family::Feed)
}

/// One portal.
async fn one(family: Family, articles: usize) -> Portals {
    start(vec![PortalSpec::family(family, family.name(), 5).articles(articles)], &[]).await.unwrap()
}

/// The text of a page, whatever its charset.
fn decoded(reply: &Reply) -> String {
    String::from_utf8(reply.body()).unwrap_or_else(|error| crate::family::decode(error.as_bytes()))
}

#[test]
fn names_lead_to_families_and_back() {
    for family in Family::ALL {
        assert_eq!(Family::named(family.name()), Some(*family));
        let spec = PortalSpec::family(*family, "x", 1);
        assert!(spec.sections().len() >= 2 && !spec.province().is_empty() && !spec.title_suffix().is_empty());
        assert!((60..=300).contains(&spec.articles));
        assert_eq!(serde_json::to_string(family).unwrap(), format!("\"{}\"", family.name()));
    }
    assert_eq!(Family::named("joomla"), None);
}

#[tokio::test]
async fn every_page_holds_its_gold() {
    let portals = further(14).await;
    for portal in portals.portals() {
        for gold in portal.gold() {
            let reply = get(&gold.url).await;
            assert_eq!(reply.status, 200, "{}", gold.url);
            let text = decoded(&reply);
            assert!((35_000..90_000).contains(&reply.body().len()), "{} has {} bytes", gold.url, reply.body().len());
            holds(&text, &gold);
            assert!(!gold.twins.is_empty());
            for twin in &gold.twins {
                let reply = get(twin).await;
                assert_eq!(reply.status, 200, "{twin}");
                holds(&decoded(&reply), &gold);
            }
            for file in gold.images.iter().chain(&gold.attachments) {
                let reply = get(file).await;
                assert!(reply.raw.starts_with(b"\x89PNG") || reply.raw.starts_with(b"%PDF"), "{file}");
            }
        }
    }
}

#[tokio::test]
async fn faults_and_log_work_on_every_family() {
    let portals = further(8).await;
    for portal in portals.portals() {
        let url = &portal.gold()[7].url;
        portal.misbehave(Fault::Status(503));
        assert_eq!(get(url).await.status, 503);
        portal.heal();
        assert_eq!(get(url).await.status, 200);
        let missing = get(&format!("{}/khong-co-trang-nay.html", portal.base())).await;
        assert!(missing.status == 404 && decoded(&missing).contains("không tồn tại"));
        let log: Vec<u16> = portal.requests().iter().map(|r| r.status).collect();
        assert_eq!(log, [503, 200, 404]);
        let robots = get(&format!("{}/robots.txt", portal.base())).await.text();
        assert!(robots.contains("Disallow: /admin\n"));
    }
}

#[tokio::test]
async fn only_fixed_pages_stay_the_same() {
    let portals = further(12).await;
    for portal in portals.portals() {
        let golds = portal.gold();
        let url = &golds[8].url;
        assert_ne!(get(url).await.body(), get(url).await.body(), "{url}");
        let twins: Vec<_> = golds.iter().filter(|g| g.static_twin).collect();
        assert_eq!(twins.len(), 2);
        assert_ne!(twins[0].url, twins[1].url);
        assert_eq!(get(&twins[0].url).await.body(), get(&twins[1].url).await.body(), "{}", twins[0].url);
    }
}

#[tokio::test]
async fn publishing_and_editing_show() {
    let portals = further(12).await;
    for portal in portals.portals() {
        let before = portal.gold();
        let new = portal.publish(2);
        holds(&decoded(&get(&new[0].url).await), &new[0]);
        let edited = portal.edit(&before[7].id).unwrap();
        assert_eq!((edited.url.as_str(), edited.version), (before[7].url.as_str(), 2));
        holds(&decoded(&get(&edited.url).await), &edited);
    }
}

#[tokio::test]
async fn what_is_taken_off_is_gone_and_lists_close_up() {
    let portals = one(Family::Drupal, 60).await;
    let portal = &portals.portals()[0];
    let list = portal.lists()[0].clone();
    let second = format!("{}?page=1", list.url);
    let (one, two) = (get(&list.url).await.text(), get(&second).await.text());
    let (before, after) = (items(portal, &one), items(portal, &two));
    let gold =
        |url: &str| portal.gold().into_iter().find(|gold| gold.url == url || gold.twins.iter().any(|t| t == url));
    let first = gold(&before[0]).unwrap();
    portal.before("tin-tuc?page=1", Change::Withdraw(vec![first.id.clone()]));
    assert_eq!(items(portal, &get(&list.url).await.text()), before, "not yet");
    let moved = items(portal, &get(&second).await.text());
    assert_eq!(moved[..moved.len() - 1], after[1..], "one moved to the page before");
    assert_eq!(get(&first.url).await.status, 404);
    assert!(gold(&first.url).is_none());
    assert_eq!(portal.withdraw(&[first.id]), vec![]);
    portal.before("tin-tuc?page=1", Change::Publish(2));
    get(&second).await;
    get(&second).await;
    assert_eq!(portal.gold().len(), 61);
}

/// Follows the pager's links from the first page to the last; every item comes once.
#[tokio::test]
async fn links_lead_through_the_whole_list() {
    let portals = further(70).await;
    for portal in portals.portals() {
        let (spec, look) = (portal.spec(), portal.spec().look());
        if !paged(spec.family) {
            continue;
        }
        for (n, list) in portal.lists().iter().enumerate() {
            let (mut url, mut seen) = (list.url.clone(), Vec::new());
            for number in 1..=list.pages {
                let page = decoded(&get(&url).await);
                seen.extend(items(portal, &page));
                let next = look.page_path(spec, n, number + 1);
                let link = format!("href=\"{}\"", next.replace('&', "&amp;"));
                assert_eq!(page.contains(&link), number < list.pages, "{url}: {link}");
                url = format!("{}{next}", portal.base());
            }
            let all = seen.len();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!((all, seen.len()), (list.articles, list.articles), "{}", list.url);
        }
    }
}

/// The articles of a list page, those of the boxes around it left out.
fn items(portal: &Portal, page: &str) -> Vec<String> {
    let boxes = page.find("col-md-3 sidebar").unwrap_or(page.len());
    listed(portal, &page[..boxes])
}

#[tokio::test]
async fn past_the_end_each_family_does_its_own() {
    use crate::family::Past;
    let portals = further(40).await;
    for portal in portals.portals() {
        let (spec, look) = (portal.spec(), portal.spec().look());
        if !paged(spec.family) {
            continue;
        }
        let list = &portal.lists()[0];
        let page = |n: usize| format!("{}{}", portal.base(), look.page_path(spec, 0, n));
        let past = get(&page(list.pages + 7)).await;
        let found = items(portal, &decoded(&past));
        match look.past() {
            Past::Missing => assert_eq!(past.status, 404),
            Past::Empty => assert!(past.status == 200 && found.is_empty(), "{}: {found:?}", spec.id),
            Past::First => assert_eq!(found, items(portal, &decoded(&get(&list.url).await)), "{}", spec.id),
            Past::Last => {
                assert_eq!(found, items(portal, &decoded(&get(&page(list.pages)).await)), "{}", spec.id);
            }
        }
    }
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let rest = &page[page.find(&format!("name=\"{name}\"")).unwrap()..];
    let value = &rest[rest.find("value=\"").unwrap() + 7..];
    value[..value.find('"').unwrap()].to_owned()
}

fn encoded(text: &str) -> String {
    text.replace('%', "%25").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D").replace('$', "%24")
}

#[tokio::test]
async fn postbacks_want_the_state_of_the_page_before() {
    let portals = one(Family::WebForms, 70).await;
    let portal = &portals.portals()[0];
    let list = &portal.lists()[0];
    assert!(list.pages > 3);
    let form = |page: &str, to: usize| {
        let mut form =
            format!("__EVENTTARGET={}&__EVENTARGUMENT=Page%24{to}", encoded("ctl00$ContentPlaceHolder1$grvTin"));
        for name in ["__VIEWSTATE", "__VIEWSTATEGENERATOR", "__EVENTVALIDATION"] {
            write!(form, "&{name}={}", encoded(&hidden(page, name))).unwrap();
        }
        form
    };
    let first = get(&list.url).await.text();
    let (mut page, mut seen) = (first.clone(), items(portal, &first));
    for to in 2..=list.pages {
        assert!(page.contains(&format!("javascript:__doPostBack('ctl00$ContentPlaceHolder1$grvTin','Page${to}')")));
        let next = post(&list.url, &form(&page, to)).await;
        assert_eq!(next.status, 200);
        assert_ne!(hidden(&page, "__VIEWSTATE"), hidden(&next.text(), "__VIEWSTATE"));
        page = next.text();
        seen.extend(items(portal, &page));
    }
    assert_eq!(seen.len(), list.articles);
    assert_eq!(post(&list.url, &form(&page, list.pages + 1)).await.status, 500);
    assert_eq!(post(&list.url, "__EVENTARGUMENT=Page%242").await.status, 500);
    let stale = form(&first, 2).replace(&encoded(&hidden(&first, "__EVENTVALIDATION")), "AAAA");
    assert_eq!(post(&list.url, &stale).await.status, 500);
    assert_eq!(post(&list.url, &form(&first, 2).replace("9A31CBE4", "00000000")).await.status, 500);
}

#[tokio::test]
async fn calendars_go_on() {
    let portals = one(Family::Tandan, 12).await;
    let portal = &portals.portals()[0];
    let page = get(&portal.lists()[0].url).await.text();
    assert!(page.contains("/lich-cong-tac?date_begin=2026-11-01"));
    assert!(!page.contains("/tu-khoa/"));
    let far = get(&format!("{}/lich-cong-tac?date_begin=2099-12-01", portal.base())).await.text();
    assert!(far.contains("date_begin=2100-01-01") && far.contains("date_begin=2099-11-01"));
}

#[tokio::test]
async fn exclusion_wants_its_constants_and_all_that_was_shown() {
    let portals = one(Family::Exclusion, 60).await;
    let portal = &portals.portals()[0];
    let list = &portal.lists()[1];
    let page = get(&list.url).await.text();
    let value = |name: &str| {
        let start = page.find(&format!("{name}: \"")).unwrap() + name.len() + 3;
        page[start..].split('"').next().unwrap().to_owned()
    };
    let ids = |page: &str| {
        let parts = page.split("box-category-item\" data-id=\"").skip(1);
        parts.map(|p| p.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let form = |index: usize, shown: &[String]| {
        let mut form = format!("PageIndex={index}&PageSize=10");
        for name in ["Catname", "LanguageId", "Site"] {
            write!(form, "&{name}={}", encoded(&value(name))).unwrap();
        }
        shown.iter().fold(form, |form, id| form + "&DataIds%5B%5D=" + id)
    };
    let api = format!("{}/api/NewsZone/NewsZone", portal.base());
    let mut shown = ids(&page);
    for index in 2..=list.pages {
        let part = post(&api, &form(index, &shown)).await.text();
        assert!(part.starts_with("<div class=\"box-category-item\""));
        shown.extend(ids(&part));
    }
    assert_eq!(shown.len(), list.articles);
    // The numbers are those of the addresses.
    assert!(shown.iter().all(|id| portal.gold().iter().any(|g| g.url.ends_with(&format!("-{id}.htm")))));
    let past = post(&api, &form(list.pages + 1, &shown)).await;
    assert!(past.status == 200 && past.raw.is_empty());
    // A number without what was shown begins again.
    assert_eq!(ids(&post(&api, &form(3, &[])).await.text()), ids(&page));
    let wrong = form(2, &shown).replace(&encoded(&value("Site")), "AAAA");
    assert_eq!(post(&api, &wrong).await.status, 400);
    assert_eq!(get(&api).await.status, 405);
}

#[tokio::test]
async fn json_lists_come_from_the_address_of_the_script() {
    let portals = one(Family::Json, 60).await;
    let portal = &portals.portals()[0];
    let list = &portal.lists()[0];
    let page = get(&list.url).await.text();
    assert!(items(portal, &page).is_empty());
    let start = page.find("loadPageURL: \"").unwrap() + 14;
    let url = page[start..].split('"').next().unwrap();
    let mut seen = Vec::new();
    for number in 1..=list.pages + 1 {
        let text = get(&format!("{url}&pageNum={number}&recordPerPage=12")).await.text();
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["totalPageNum"], list.pages);
        let links = answer["items"].as_array().unwrap().iter().map(|i| i["urlDetail"].as_str().unwrap().to_owned());
        seen.extend(links);
    }
    assert_eq!(seen.len(), list.articles);
    assert!(post(url, "pageNum=2&recordPerPage=12").await.text().contains(&seen[12]));
    assert_eq!(get(&url.replace("INSTANCE_", "INSTANCE_x")).await.status, 400);
    let deep = get(&format!("{}/vi/vi/vi{}", portal.base(), seen[3])).await;
    assert!(deep.status == 200 && deep.text().contains(&format!("href=\"/vi/vi/vi/vi{}\"", seen[3])));
}

#[tokio::test]
async fn odd_letters_travel_under_wrong_names() {
    let portals = one(Family::Cp1258, 12).await;
    let portal = &portals.portals()[0];
    let mut names = std::collections::HashSet::new();
    for gold in portal.gold() {
        let reply = get(&gold.url).await;
        assert!(String::from_utf8(reply.body()).is_err());
        names.insert(reply.head.lines().find_map(|l| l.strip_prefix("content-type: ")).unwrap().to_owned());
        assert!(!decoded(&reply).contains("charset=\"utf-8"));
    }
    assert_eq!(names.len(), 2);
}

#[tokio::test]
async fn lists_without_dates_have_none() {
    let portals = one(Family::Undated, 30).await;
    let portal = &portals.portals()[0];
    let page = get(&portal.lists()[0].url).await.text();
    let (start, end) = (page.find("grid-news").unwrap(), page.find("col-md-3 sidebar").unwrap());
    for gold in portal.gold() {
        let (ymd, _) = gold.published.split_once('T').unwrap();
        let dmy: Vec<&str> = ymd.rsplit('-').collect();
        assert!(!page[start..end].contains(&dmy.join("/")));
    }
    assert!(!get(&format!("{}/sitemap.xml", portal.base())).await.text().contains("lastmod"));
}

#[tokio::test]
async fn key_words_go_on() {
    let portals = one(Family::Hemera, 12).await;
    let portal = &portals.portals()[0];
    let page = get(&portal.lists()[0].url).await.text();
    assert!(page.contains("href=\"/tu-khoa/giao-thong\""));
    let far = get(&format!("{}/tu-khoa/giao-thong+du-lich?page=900", portal.base())).await.text();
    assert!(far.contains("?page=901") && far.contains("/tu-khoa/giao-thong+cai-cach"));
    assert!(!items(portal, &far).is_empty());
}

#[tokio::test]
async fn boxes_stand_inside_the_words() {
    let portals = one(Family::Hemera, 30).await;
    let portal = &portals.portals()[0];
    for gold in portal.gold().iter().filter(|gold| !gold.static_twin) {
        let page = get(&gold.url).await.text();
        let (body, end) = (page.find("article__body").unwrap(), page.find("article__tag").unwrap());
        let inset = page.find("cms-relate").unwrap();
        assert!(body < inset && inset < end, "{}", gold.url);
    }
}

#[tokio::test]
async fn feeds_and_sitemaps_know_more_than_lists() {
    let portals = one(Family::Feed, 120).await;
    let portal = &portals.portals()[0];
    let list = &portal.lists()[0];
    assert_eq!((list.pages, items(portal, &get(&list.url).await.text()).len()), (1, 8));
    let feed = get(&format!("{}/rss/thoi-su.rss", portal.base())).await.text();
    assert_eq!(feed.matches("<item>").count(), 40);
    for form in ["+0700<", "GMT<", "GMT+7<", "+07:00<", ">Thứ "] {
        assert!(feed.contains(form), "{form}");
    }
    let index = get(&format!("{}/sitemap.xml", portal.base())).await.text();
    let mut all = 0;
    for part in index.split("<loc>").skip(1) {
        let url = part.split('<').next().unwrap();
        let map = get(url).await.text();
        let count = map.matches("<loc>").count();
        if url.ends_with("/news-sitemap.xml") {
            assert_eq!((count, map.matches("<news:publication_date>").count()), (30, 30));
        } else {
            all += count;
        }
    }
    assert_eq!(all, portal.gold().len());
    assert_eq!(get(&format!("{}/sitemaps/1999-01.xml", portal.base())).await.status, 404);
}
