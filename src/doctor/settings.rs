//! Is the configuration valid, and does it ask for anything?

use super::{Area, Finding, Look};
use crate::config::{Config, Fault, Faults, Site};

const LOOK: Look = Look("configuration", Area::Configuration);

/// Sites that are crawled.
pub fn enabled(config: &Config) -> impl Iterator<Item = &Site> {
    config.sites().iter().filter(|site| site.disabled.is_none())
}

fn told(fault: &Fault) -> Finding {
    let line = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
    LOOK.fail(format!("{}{line}: {}", fault.file.display(), fault.what), fault.mend.clone())
}

/// A finding for each fault; otherwise what is configured.
pub fn look(config: &Result<Config, Faults>) -> Vec<Finding> {
    let config = match config {
        Ok(config) => config,
        Err(faults) => return faults.as_slice().iter().map(told).collect(),
    };
    let file = config.file.as_ref().map_or("built-in defaults".to_owned(), |file| file.display().to_string());
    let (sites, lists) = enabled(config).fold((0, 0), |(sites, lists), site| (sites + 1, lists + site.lists.len()));
    let mut out = vec![match sites {
        0 => LOOK.warn(
            format!("{file}: valid, and no site is enabled"),
            format!("put site files into {}; `luutru probe URL --save` writes one", config.sites_dir.display()),
        ),
        _ => LOOK.ok(format!("{file}: valid; {sites} sites with {lists} lists are enabled")),
    }];
    if config.contact.is_none() {
        let mend = "set `contact` in luutru.toml to a mail address or a page";
        out.push(Look("contact", Area::Configuration).warn("a portal's administrator cannot reach anybody", mend));
    }
    out
}
