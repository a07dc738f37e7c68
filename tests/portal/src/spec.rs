//! What a portal is to be: its family, size and habits on the wire.

use serde::{Deserialize, Serialize};

/// The content management system a portal looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// VNPT "vnPortal": further list pages by a POST form.
    Vnpt,
    /// NukeViet 4.x: `/page-N`, twins and print versions.
    NukeViet,
    /// Liferay: a long query that ends in `_cur`.
    Liferay,
    /// Tân Dân on SharePoint: `?PageIndex=N`, the date in the address.
    Tandan,
    /// Papers with the month in the address: `?paged=N`, doubled captions.
    Yyyymm,
    /// "Upload-ID": the page in the list's file name, views beside the date.
    UploadId,
    /// ASP.NET WebForms: `__doPostBack` with state.
    WebForms,
    /// DNN: numbers of tabs, attachments without a name.
    Dnn,
    /// Further items by a POST that names all those shown.
    Exclusion,
    /// A party committee's site: a banner's line, related titles twice.
    PartySite,
    /// windows-1258 under a wrong header.
    Cp1258,
    /// Lists without dates.
    Undated,
    /// Lists as JSON, at an address of the page's script.
    Json,
    /// Classic SharePoint lists: `?pageindex=N`, one page for all articles.
    SharePoint,
    /// Hemera-style papers: `-post<digits>.html`, boxes inside the text.
    Hemera,
    /// Only the newest on pages; feeds and sitemaps for the rest.
    Feed,
    /// Drupal: pages count from zero.
    Drupal,
    /// WordPress: `/page/N/`.
    WordPress,
}

/// Everything that decides what a portal serves. Equal specs serve equal articles.
#[derive(Clone, Debug)]
pub struct PortalSpec {
    /// The portal's name in golds and logs.
    pub id: String,
    /// The system it looks like.
    pub family: Family,
    /// Seed of its own texts.
    pub seed: u64,
    /// Number of articles over all lists.
    pub articles: usize,
    /// Items on a list page.
    pub page_size: usize,
    /// The day of the newest article.
    pub newest: (i32, u8, u8),
    /// Days over which the articles are spread, backwards from the newest.
    pub span_days: usize,
    /// Articles of a hundred whose words are those of the first portal.
    pub shared_percent: usize,
    /// The text of `/robots.txt`; `{base}` stands for the portal's address.
    pub robots: String,
    /// Whether pages are gzipped for clients that allow it.
    pub gzip: bool,
    /// Whether article pages go out with chunked transfer coding instead of a length.
    pub chunked: bool,
    /// Paragraphs of the template inside every article's body, the first before the words and the others after them; no gold has
    /// them.
    pub repeated: Vec<String>,
    /// A sentence of the author's that opens every tenth article; the gold has it.
    pub refrain: Option<String>,
}

/// The robots rules of a portal that asks for nothing unusual.
pub const ROBOTS: &str = "User-agent: *\nDisallow: /admin\nSitemap: {base}/sitemap.xml\n";

impl PortalSpec {
    /// A portal of any family, in the family's usual size.
    pub fn family(family: Family, id: &str, seed: u64) -> Self {
        let about = family.look().about();
        Self {
            id: id.to_owned(),
            family,
            seed,
            articles: about.articles,
            page_size: about.page_size,
            newest: (2026, 11, 20),
            span_days: 548,
            shared_percent: 8,
            robots: ROBOTS.to_owned(),
            gzip: about.gzip,
            chunked: about.chunked,
            repeated: Vec::new(),
            refrain: None,
        }
    }

    /// A vnPortal: 15 items a page, no gzip, article pages chunked.
    pub fn vnpt(id: &str, seed: u64) -> Self {
        Self::family(Family::Vnpt, id, seed)
    }

    /// A NukeViet portal: 10 items a page, gzip.
    pub fn nukeviet(id: &str, seed: u64) -> Self {
        Self::family(Family::NukeViet, id, seed)
    }

    /// A Liferay portal: smaller, 8 items a page.
    pub fn liferay(id: &str, seed: u64) -> Self {
        Self::family(Family::Liferay, id, seed)
    }

    /// With this many articles.
    #[must_use]
    pub fn articles(mut self, articles: usize) -> Self {
        self.articles = articles;
        self
    }

    /// With this many items on a list page.
    #[must_use]
    pub fn page_size(mut self, page_size: usize) -> Self {
        self.page_size = page_size.max(1);
        self
    }

    /// With its newest article on this day.
    #[must_use]
    pub fn newest(mut self, newest: (i32, u8, u8)) -> Self {
        self.newest = newest;
        self
    }

    /// With the articles spread over so many days.
    #[must_use]
    pub fn span_days(mut self, days: usize) -> Self {
        self.span_days = days.max(1);
        self
    }

    /// With this share of texts taken from the first portal.
    #[must_use]
    pub fn shared_percent(mut self, percent: usize) -> Self {
        self.shared_percent = percent.min(100);
        self
    }

    /// With this robots text.
    #[must_use]
    pub fn robots(mut self, robots: &str) -> Self {
        robots.clone_into(&mut self.robots);
        self
    }

    /// With or without gzip.
    #[must_use]
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// With or without chunked article pages.
    #[must_use]
    pub fn chunked(mut self, chunked: bool) -> Self {
        self.chunked = chunked;
        self
    }

    /// With these paragraphs of the template in every article.
    #[must_use]
    pub fn repeated(mut self, paragraphs: &[&str]) -> Self {
        self.repeated = paragraphs.iter().map(|text| (*text).to_owned()).collect();
        self
    }

    /// With this sentence at the beginning of every tenth article.
    #[must_use]
    pub fn refrain(mut self, sentence: &str) -> Self {
        self.refrain = Some(sentence.to_owned());
        self
    }

    /// The lists: address part and name of the section.
    pub fn sections(&self) -> &'static [(&'static str, &'static str)] {
        self.look().about().sections
    }

    /// The province that the portal belongs to. There is none of these.
    pub fn province(&self) -> &'static str {
        self.look().about().province
    }

    /// What the browser's title bar shows after an article's title.
    pub fn title_suffix(&self) -> &'static str {
        self.look().about().suffix
    }
}

/// A constructor for each further family, by its short name.
macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $family:ident;)*) => {
        impl PortalSpec {
            $($(#[$doc])*
            pub fn $name(id: &str, seed: u64) -> Self {
                Self::family(Family::$family, id, seed)
            })*
        }
    };
}

constructors! {
    /// Tân Dân on SharePoint: date in the address, case twins, an endless calendar.
    tandan => Tandan;
    /// A paper with the month in the address and doubled captions.
    yyyymm => Yyyymm;
    /// Upload-ID: views beside the date and in the author field, files in a viewer.
    uploadid => UploadId;
    /// WebForms: postbacks with state that is checked.
    webforms => WebForms;
    /// DNN: numbers of tabs, attachments without a name, an endless calendar.
    dnn => Dnn;
    /// Posts that name all items shown so far.
    exclusion => Exclusion;
    /// A party committee: a banner's line first, related titles twice, endless key words.
    partysite => PartySite;
    /// windows-1258 with marks behind their letters, under a wrong header.
    cp1258 => Cp1258;
    /// Dates on article pages alone.
    undated => Undated;
    /// Lists as JSON, and language prefixes that pile up.
    json => Json;
    /// Classic SharePoint lists: the query alone tells articles apart.
    sharepoint => SharePoint;
    /// Hemera: a button for more, boxes inside the words, endless key words.
    hemera => Hemera;
    /// The newest on pages; feeds with odd dates and sitemaps for the rest.
    feed => Feed;
    /// Drupal: pages count from zero.
    drupal => Drupal;
    /// WordPress: `/page/N/`, 404 past the end.
    wordpress => WordPress;
}
