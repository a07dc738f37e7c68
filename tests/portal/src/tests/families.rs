//! Every family: its words, its paging, what it does past the end, its traps.

use super::pages::{holds, listed};
use super::{Reply, get, post};
use crate::{Family, Portal, PortalSpec, Portals, start};

/// Portals of all families but the first three, which other tests have.
async fn further(articles: usize) -> Portals {
    let families = Family::ALL.iter().skip(3).enumerate();
    let specs = families.map(|(i, f)| PortalSpec::family(*f, f.name(), 40 + i as u64).articles(articles));
    start(specs.collect(), &[]).await.unwrap()
}

/// One portal.
async fn one(family: Family, articles: usize) -> Portals {
    start(vec![PortalSpec::family(family, family.name(), 5).articles(articles)], &[]).await.unwrap()
}

fn decoded(reply: &Reply) -> String {
    reply.text()
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
    let portals = further(24).await;
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

/// Follows the pager's links from the first page to the last; every item comes once.
#[tokio::test]
async fn links_lead_through_the_whole_list() {
    let portals = further(70).await;
    for portal in portals.portals() {
        let (spec, look) = (portal.spec(), portal.spec().look());
        if matches!(spec.family, Family::WebForms) {
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
        if matches!(spec.family, Family::WebForms) {
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
            form += &format!("&{name}={}", encoded(&hidden(page, name)));
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
    let far = get(&format!("{}/lich-cong-tac?date_begin=2099-12-01", portal.base())).await.text();
    assert!(far.contains("date_begin=2100-01-01") && far.contains("date_begin=2099-11-01"));
}
