//! What stands on the pages.

use super::{get, post, small};
use crate::spelling::nfc;
use crate::{Family, Gold, Portal, PortalSpec, World};

/// The words of a page: tags gone, entities read, white space folded, NFC.
fn words(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let close = rest[open..].find('>').map_or(rest.len(), |i| open + i + 1);
        let tag = &rest[open..close];
        if !["<span", "</span", "<strong", "</strong", "<em", "</em", "<b>", "</b>"].iter().any(|t| tag.starts_with(t))
        {
            text.push('\n');
        }
        rest = &rest[close..];
    }
    text.push_str(rest);
    for (name, letter) in ENTITIES {
        text = text.replace(&format!("&{name};"), letter);
    }
    nfc(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

const ENTITIES: [(&str, &str); 27] = [
    ("nbsp", " "),
    ("agrave", "à"),
    ("aacute", "á"),
    ("acirc", "â"),
    ("atilde", "ã"),
    ("egrave", "è"),
    ("eacute", "é"),
    ("ecirc", "ê"),
    ("igrave", "ì"),
    ("iacute", "í"),
    ("ograve", "ò"),
    ("oacute", "ó"),
    ("ocirc", "ô"),
    ("otilde", "õ"),
    ("ugrave", "ù"),
    ("uacute", "ú"),
    ("yacute", "ý"),
    ("Acirc", "Â"),
    ("Ocirc", "Ô"),
    ("Yacute", "Ý"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("ndash", "–"),
    ("hellip", "…"),
    ("quot", "\""),
    ("gt", ">"),
    ("amp", "&"),
];

/// Finds every block of the gold in order.
pub fn holds(page: &str, gold: &Gold) {
    // Between cells and in some dates stands a bar; the page has borders or bars there.
    let text = words(page).replace(" | ", " ");
    let mut at = 0;
    for block in gold.text.trim_end().split("\n\n") {
        let block = block.replace(" | ", " ");
        let found = text[at..].find(&block);
        assert!(found.is_some(), "{} lacks, in order: {block}", gold.url);
        at += found.unwrap_or(0);
    }
}

#[test]
fn equal_seeds_give_equal_worlds() {
    let specs = || [PortalSpec::vnpt("a", 7).articles(50), PortalSpec::nukeviet("e", 8).articles(50)];
    let golds = |seed: u64| -> Vec<Gold> {
        let specs = specs();
        let worlds = World::new(seed).portals(&specs);
        worlds
            .iter()
            .zip(&specs)
            .flat_map(|(c, s)| c.articles.iter().map(|a| Gold::of(a, s, "http://h")).collect::<Vec<_>>())
            .collect()
    };
    assert_eq!(golds(1), golds(1));
    assert_ne!(golds(1), golds(2));
}

#[tokio::test]
async fn every_page_holds_its_gold_and_has_the_size_of_a_real_one() {
    let portals = small().await;
    for portal in portals.portals() {
        for gold in portal.gold() {
            let page = get(&gold.url).await;
            assert_eq!(page.status, 200, "{}", gold.url);
            let text = page.text();
            assert!((40_000..90_000).contains(&text.len()), "{} has {} bytes", gold.url, text.len());
            assert!(text.matches("class=\"dropdown-item\"").count() > 60);
            holds(&text, &gold);
            for twin in &gold.twins {
                holds(&get(twin).await.text(), &gold);
            }
        }
    }
    portals.stop().await;
}

#[tokio::test]
async fn some_words_stand_on_two_portals() {
    let portals = small().await;
    let [a, e, _] = portals.portals() else { panic!("three portals") };
    let firsts = a.gold();
    let copies: Vec<Gold> =
        e.gold().into_iter().filter(|g| g.same_as.as_ref().is_some_and(|(p, _)| p == "a")).collect();
    assert!((2..=16).contains(&copies.len()), "{} shared of 90", copies.len());
    for copy in copies {
        let id = &copy.same_as.as_ref().unwrap().1;
        let first = firsts.iter().find(|g| g.id == *id).unwrap();
        let old = |g: &Gold| {
            crate::spelling::respell(&format!("{} {:?} {:?}", g.title, g.lead, g.body), crate::spelling::Tone::Old)
        };
        assert_eq!(old(&copy), old(first));
    }
}

/// The links of a page's list that lead to articles, in order.
pub fn listed(portal: &Portal, page: &str) -> Vec<String> {
    let golds = portal.gold();
    let mut urls = Vec::new();
    for part in page.split("href=\"").skip(1) {
        let whole = part.split('"').next().unwrap_or_default().replace("&amp;", "&");
        for path in [whole.as_str(), whole.split('?').next().unwrap_or_default()] {
            let url = format!("{}{path}", portal.base());
            if golds.iter().any(|g| g.url == url || g.twins.contains(&url)) && !urls.contains(&url) {
                urls.push(url);
                break;
            }
        }
    }
    urls
}

#[tokio::test]
async fn the_paging_form_wants_the_numbers_of_the_script() {
    let portals = small().await;
    let portal = &portals.portals()[0];
    let list = &portal.lists()[1];
    let page = get(&list.url).await.text();
    let value = |name: &str| {
        let rest = &page[page.find(name).unwrap() + name.len()..];
        rest.trim_start_matches([':', ' ', '"'])
            .split(['"', '\n', ')'])
            .next()
            .unwrap()
            .trim_end_matches(',')
            .to_owned()
    };
    let (category, categories, site) = (value("article_category_id"), value("categoryIds"), value("site_id"));
    let pages: usize = value("maxPage = parseInt(").parse().unwrap();
    assert_eq!(pages, list.pages);
    let action = format!("{}/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle", portal.base());
    let form = |n: usize| {
        format!(
            "article_category_id={category}&categoryIds={}&site_id={site}&page={n}&page_size=15",
            categories.replace(',', "%2C")
        )
    };
    let mut seen = 0;
    for n in 1..=pages {
        let part = post(&action, &form(n)).await.text();
        assert!(part.starts_with("<li class=\"row\">"), "{part}");
        seen += listed(portal, &part).len();
    }
    assert_eq!(seen, list.articles);
    assert_eq!(post(&action, &form(pages + 1)).await.text(), "");
    assert_eq!(post(&action, "page=2&page_size=15").await.status, 400);
    assert_eq!(post(&action, &form(2).replace(&format!("site_id={site}"), "site_id=1")).await.status, 400);
    assert_eq!(get(&action).await.status, 400);
}

#[tokio::test]
async fn past_the_end_each_family_does_its_own() {
    let portals = small().await;
    let [_, e, c] = portals.portals() else { panic!("three portals") };
    let list = &e.lists()[0];
    for wrong in [1, list.pages + 1, 999] {
        let reply = get(&format!("{}page-{wrong}", list.url)).await;
        assert_eq!(reply.status, 302);
        assert!(reply.head.contains("location: /vi/news/tin-tuc-su-kien/"));
    }
    assert_eq!(get(&format!("{}page-2", list.url)).await.status, 200);
    let list = &c.lists()[0];
    let page = get(&list.url).await.text();
    let key = page.split("&amp;").find(|p| p.contains("_cur=2")).unwrap().split('=').next().unwrap().to_owned();
    let last = get(&format!("{}?{key}={}", list.url, list.pages)).await.text();
    let past = get(&format!("{}?{key}={}", list.url, list.pages + 5)).await.text();
    assert_eq!(listed(c, &last), listed(c, &past));
    assert_ne!(listed(c, &page)[..3], listed(c, &past)[..3]);
}

#[tokio::test]
async fn what_is_published_stands_on_top_and_what_is_edited_keeps_its_address() {
    let portals = small().await;
    for portal in portals.portals() {
        let before = portal.gold();
        let new = portal.publish(3);
        assert_eq!(new.len(), 3);
        assert_eq!(portal.gold()[..3], new);
        assert!(new[2].published > before[0].published);
        let list = portal.lists().into_iter().find(|l| l.id == new[0].lists[0]).unwrap();
        let menu = listed(portal, &get(&list.url).await.text());
        assert!(menu.contains(&new[0].url));
        holds(&get(&new[0].url).await.text(), &new[0]);
        let old = &before[8];
        let edited = portal.edit(&old.id).unwrap();
        assert_eq!((edited.url.as_str(), edited.version), (old.url.as_str(), 2));
        assert_ne!(edited.body, old.body);
        holds(&get(&old.url).await.text(), &edited);
        assert!(portal.edit("0").is_none());
    }
}

#[tokio::test]
async fn portals_differ_in_what_they_print() {
    let portals = small().await;
    for portal in portals.portals() {
        let page = get(&portal.gold()[7].url).await.text();
        match portal.spec().family {
            Family::Vnpt => {
                assert!(page.contains("ArticleDetailControl") && page.contains("PostDate"));
            }
            Family::NukeViet => {
                assert!(page.contains("NukeViet v4.5") && page.contains("news-bodyhtml"));
            }
            Family::Liferay => {
                assert!(page.contains("journal-content-article") && page.contains("12:00 AM"));
            }
            other => panic!("{other:?} is not among the three"),
        }
    }
}
