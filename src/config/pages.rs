//! How a list's further pages are reached, as a site file or a family's data file says it.

use serde::Deserialize;

/// How a list's further pages are reached.
///
/// In templates, `{n}` is what the portal calls the page, `{name}` a value found in the page's script or hidden inputs,
/// `{name|default}` the same with a stand-in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Pages {
    /// `?param=N`.
    Query {
        /// Name of the parameter.
        param: String,
        /// What the portal calls its pages.
        #[serde(default)]
        count: Count,
    },
    /// A path with the page number in it: `template` holds `{n}` and stands after the list's address.
    Path {
        /// Such as `page-{n}`; with a `/` in front it stands after the host.
        template: String,
        /// What the portal calls its pages.
        #[serde(default)]
        count: Count,
    },
    /// The link that this selector finds.
    Next {
        /// CSS selector of an `<a>`.
        selector: String,
    },
    /// A POST whose fields come from the page's own script; answers with an HTML fragment, bare or in JSON.
    Form {
        /// Address, relative to the list's.
        action: String,
        /// Field name and value template.
        fields: Vec<(String, String)>,
        /// Whether the fields go out as a JSON object.
        #[serde(default)]
        json: bool,
        /// The script's name for the number of pages.
        #[serde(default)]
        total: Option<String>,
        /// What the portal calls its pages.
        #[serde(default)]
        count: Count,
    },
    /// `__doPostBack(target, argument)` with the hidden state of the page. What is left out comes from the page's own
    /// pager links.
    Postback {
        /// Event target; may hold `{n}`.
        #[serde(default)]
        target: Option<String>,
        /// Event argument; may hold `{n}`.
        #[serde(default)]
        argument: Option<String>,
    },
    /// A POST that names every article already shown. Cannot be taken up at a page's number.
    Exclusion {
        /// Address, relative to the list's.
        action: String,
        /// Further field names and value templates.
        fields: Vec<(String, String)>,
        /// Name of the field that is repeated for each article shown.
        ids: String,
        /// Regular expression whose first group is an article's number in its address; without it, the address's last
        /// number.
        #[serde(default)]
        id: Option<String>,
    },
    /// A web service that answers with JSON. Places in it are names and indices with `/` between.
    Json {
        /// Address, relative to the list's; a template.
        url: String,
        /// Body template; with one the request is a POST.
        #[serde(default)]
        body: Option<String>,
        /// Place of the array of items; without it, the answer is the array.
        #[serde(default)]
        items: Option<String>,
        /// Place of the article's address in an item, or a template such as `/tin/{slug}-{id}.html`.
        link: String,
        /// Place of the title in an item.
        title: String,
        /// Place of the date in an item.
        #[serde(default)]
        date: Option<String>,
        /// Place of the number of pages.
        #[serde(default)]
        total: Option<String>,
        /// What the portal calls its pages.
        #[serde(default)]
        count: Count,
    },
    /// The list's address is an RSS or Atom feed.
    Feed,
    /// The list's address is a sitemap, a sitemap index or a news sitemap.
    Sitemap,
    /// One page only.
    Single,
}

/// What a portal calls its pages: 1, 2, 3 unless told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Count {
    /// The first page's number.
    pub first: u32,
    /// From one page to the next; the page size, where items are counted.
    pub step: u32,
}

impl Default for Count {
    fn default() -> Self {
        Self { first: 1, step: 1 }
    }
}

impl Count {
    /// What the portal calls page `number`, which is 1 for the first.
    pub fn of(self, number: u32) -> u32 {
        self.first.saturating_add(self.step.saturating_mul(number.saturating_sub(1)))
    }
}
