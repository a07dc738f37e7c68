//! How whole pages are archived: which of their parts, and whether the files that articles link to.

use std::str::FromStr;

use super::Wrong;

/// Which images, style sheets, scripts and fonts of an article's page are archived with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Requisites {
    /// None.
    None,
    /// Those on the site's own hosts and its asset hosts.
    #[default]
    SameSite,
    /// Those on any public host.
    All,
}

impl FromStr for Requisites {
    type Err = Wrong;

    fn from_str(text: &str) -> Result<Self, Wrong> {
        match text {
            "none" => Ok(Self::None),
            "same-site" => Ok(Self::SameSite),
            "all" => Ok(Self::All),
            _ => {
                let mend = "write \"none\", \"same-site\" or \"all\"";
                Err(Wrong::new(format!("\"{}\" says not which parts of a page", text.escape_debug()), mend))
            }
        }
    }
}

/// What is archived beside pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// Parts of article pages.
    pub requisites: Requisites,
    /// Files that articles link to.
    pub attachments: bool,
}

impl Default for Whole {
    fn default() -> Self {
        Self { requisites: Requisites::SameSite, attachments: true }
    }
}

impl Whole {
    /// Whether anything is.
    pub fn any(self) -> bool {
        self.attachments || self.requisites != Requisites::None
    }
}
