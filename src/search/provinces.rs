//! Names of provinces, old and new → the sites that are theirs. Pure.

use super::words::{exact, plain, words};
use crate::config::Site;

/// Sites of any of the provinces, by what the site files say: as the province was named when the portal's body was set up,
/// or as the one is named that it is part of now. Without regard to marks and case.
pub fn sites_of(provinces: &[String], sites: &[Site]) -> Vec<String> {
    let wanted: Vec<String> = provinces.iter().map(|name| key(name)).collect();
    let theirs = |site: &&Site| {
        let names = [&site.province, &site.province_now];
        names.into_iter().flatten().any(|name| wanted.contains(&key(name)))
    };
    sites.iter().filter(theirs).map(|site| site.id.clone()).collect()
}

fn key(name: &str) -> String {
    words(name).map(|(_, word)| plain(&exact(word))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_names_find_a_site() {
        let url = "https://bacgiang.gov.vn/".parse().unwrap();
        let mut site = Site::bare(&url).unwrap();
        site.province = Some("Bắc Giang".to_owned());
        site.province_now = Some("Bắc Ninh".to_owned());
        for name in ["Bắc Giang", "bac  giang", "Bắc Ninh"] {
            assert_eq!(sites_of(&[name.to_owned()], std::slice::from_ref(&site)), ["bacgiang.gov.vn"]);
        }
        assert!(sites_of(&["Hà Nội".to_owned()], &[site]).is_empty());
    }
}
