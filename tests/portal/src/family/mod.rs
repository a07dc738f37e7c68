//! Families: what sets one content management system apart from another.
//!
//! A family is an [`About`] (its facts), a [`Skin`] (its markup with places for words) and, where it needs one, code of
//! its own: addresses, pagers, answers to odd requests. What all have in common is in `render` and `route`.

mod cp1258;
mod dnn;
mod drupal;
mod exclusion;
mod feed;
mod hemera;
mod json;
mod liferay;
mod nukeviet;
mod partysite;
mod sharepoint;
mod skin;
mod tandan;
mod traps;
mod undated;
mod uploadid;
mod vnpt;
mod webforms;
mod wordpress;
mod yyyymm;

use std::fmt::Write;

#[cfg(test)]
pub use cp1258::decode;
pub use skin::{Skin, put};

use crate::answer::Answer;
use crate::article::Article;
use crate::dates::Stamp;
use crate::page::Page;
use crate::render::View;
use crate::rng::Rng;
use crate::route;
use crate::site::Asked;
use crate::spec::{Family, PortalSpec};
use crate::spelling::Tone;
use crate::state::{State, Target};

/// Plain facts of a family and its look-alike.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a table of facts, not the states of a machine")]
pub struct About {
    /// Its name on the command line.
    pub name: &'static str,
    /// The lists: address part and name of the section.
    pub sections: &'static [(&'static str, &'static str)],
    /// The province that the portal belongs to. There is none of these.
    pub province: &'static str,
    /// The publisher before the province's name.
    pub publisher: &'static str,
    /// What the browser's title bar shows after a page's title.
    pub suffix: &'static str,
    /// The agency mark in some titles and leads.
    pub tag: &'static str,
    /// About the number of the oldest article.
    pub first_id: u64,
    /// The `Server` field.
    pub server: &'static str,
    /// Name of the session cookie.
    pub cookie: &'static str,
    /// The style in which its editors place tone marks.
    pub tone: Tone,
    /// Articles and items a page, unless the spec says otherwise.
    pub articles: usize,
    /// Items on a list page.
    pub page_size: usize,
    /// Whether pages are gzipped.
    pub gzip: bool,
    /// Whether article pages are chunked.
    pub chunked: bool,
    /// Lines of the document's head that tell the system.
    pub marks: &'static str,
    /// From the body's class to a value of noise; what closes it at the end.
    pub shell: [&'static str; 2],
    /// Whether any page shows the time of day of publication.
    pub timed: bool,
    /// Whether lists and boxes print dates.
    pub dated_lists: bool,
    /// Whether editors repeat the lead as the first paragraph.
    pub lead_again: bool,
    /// Articles of a hundred that stand in two lists.
    pub two_lists: usize,
    /// Articles of a hundred that hide their date.
    pub hidden_date: usize,
    /// What stands before the name in the author field.
    pub author_label: &'static str,
}

impl About {
    /// What most have.
    pub const USUAL: Self = Self {
        name: "",
        sections: &[("tin-tuc-su-kien", "Tin tức - Sự kiện"), ("kinh-te-xa-hoi", "Kinh tế - Xã hội")],
        province: "",
        publisher: "UBND tỉnh",
        suffix: "",
        tag: "CTTĐT",
        first_id: 50_000,
        server: "Microsoft-IIS/10.0",
        cookie: "ASP.NET_SessionId",
        tone: Tone::Old,
        articles: 90,
        page_size: 10,
        gzip: true,
        chunked: false,
        marks: "",
        shell: ["portal\">\n<div id=\"wrapper\" data-state=\"", "</div>\n</body>\n</html>\n"],
        timed: true,
        dated_lists: true,
        lead_again: true,
        two_lists: 0,
        hidden_date: 0,
        author_label: "",
    };
}

/// What a list shows when it is asked for a page past its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// A page without items.
    Empty,
    /// The last page again.
    Last,
    /// The first page again.
    First,
    /// A missing page.
    Missing,
}

/// A family at work.
pub trait Look: Sync {
    /// Its facts.
    fn about(&self) -> &'static About;

    /// Its markup.
    fn skin(&self) -> &'static Skin {
        &skin::BARE
    }

    /// The path (and query) of an article in one of its lists.
    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String;

    /// Further paths at which an article answers, beside those of its other lists.
    fn twins(&self, _article: &Article, _spec: &PortalSpec) -> Vec<String> {
        Vec::new()
    }

    /// What else leads to the `n`th article, given one of its lists.
    fn targets(&self, article: &Article, spec: &PortalSpec, _list: usize, n: usize) -> Vec<(String, Target)> {
        self.twins(article, spec).into_iter().map(|twin| (twin, Target::Article(n))).collect()
    }

    /// Path of the `n`th image.
    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/upload/{y}{m:02}/anh-{:08x}-{n}.png", article.seed % 0xffff_ffff)
    }

    /// Path of an attached file.
    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/upload/{y}{m:02}/vb-{}.pdf", article.seed % 9_973)
    }

    /// The date as an article's head prints it.
    fn date_line(&self, stamp: Stamp) -> String {
        stamp.dmy_hm()
    }

    /// The date as list items print it.
    fn list_date(&self, stamp: Stamp) -> String {
        stamp.dmy()
    }

    /// The text in place of an image.
    fn alt(&self, article: &Article, n: usize, _caption: &str) -> String {
        format!("IMG_{}{n}.JPG", article.seed % 9000)
    }

    /// Class of a `figure`.
    fn figure_class(&self) -> &'static str {
        "image"
    }

    /// The address of a list's first page.
    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/{}", spec.sections()[list].0)
    }

    /// The address of a page of a list, for the pager.
    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("{}?page={number}", self.list_path(spec, list))
    }

    /// The address of a menu entry, given as address parts.
    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/{head}/{entry}")
    }

    /// Which page of a list a request asks for.
    fn number(&self, spec: &PortalSpec, list: usize, asked: &Asked) -> Option<usize> {
        let own = self.list_path(spec, list);
        let (path, query) = own.split_once('?').unwrap_or((&own, ""));
        if asked.path != path || !asked.query.starts_with(query) {
            return None;
        }
        let second = self.page_path(spec, list, 2);
        let name = second.rsplit(['?', '&']).next().and_then(|pair| pair.split_once('=')).map_or("page", |pair| pair.0);
        Some(route::param(&asked.query, name).and_then(|n| n.parse().ok()).unwrap_or(1))
    }

    /// What stands past the end of a list.
    fn past(&self) -> Past {
        Past::Empty
    }

    /// Number of pages of a list that can be asked for.
    fn pages(&self, state: &State, list: usize, size: usize) -> usize {
        state.pages(list, size)
    }

    /// The answer for a sitemap, where it is not the common one.
    fn sitemap(&self, _view: View, _asked: &Asked) -> Option<Answer> {
        None
    }

    /// The middle of a list page.
    fn list(&self, view: View, out: &mut String, list: usize, number: usize) {
        self.skin().list(view, out, list, number, &|stamp| self.list_date(stamp));
        self.pager(view, out, list, number);
    }

    /// The links to other pages of a list.
    fn pager(&self, view: View, out: &mut String, list: usize, number: usize) {
        self.skin().pager(view, out, list, number, &|n| self.page_path(view.spec, list, n));
    }

    /// The middle of an article's page.
    fn article(&self, view: View, page: &mut Page, n: usize, list: usize) {
        self.skin().article(view, page, n, list);
    }

    /// The print form, where [`Target::Print`] leads to one.
    fn print(&self, _view: View, _page: &mut Page, _n: usize) {}

    /// A box in the midst of the words.
    fn inset(&self, _view: View, _article: &Article) -> Option<String> {
        None
    }

    /// A box of its own beside the article.
    fn aside(&self, _view: View, _out: &mut String) {}

    /// The rows of the visitor counters.
    fn counters(&self, out: &mut String, n: u64) {
        rows(
            out,
            [("Đang online", 1 + n % 23), ("Hôm nay", 512 + n), ("Trong tuần", 6_120 + n), ("Tất cả", 12_735_908 + n)],
        );
    }

    /// The answer to what only this family knows.
    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        self.lists(view, asked)
            .or_else(|| route::article(view, &asked.whole()))
            .or_else(|| route::article(view, &asked.path))
    }

    /// The answer to a request for a page of a list.
    fn lists(&self, view: View, asked: &Asked) -> Option<Answer> {
        let (list, number) =
            (0..view.spec.sections().len()).find_map(|list| Some((list, self.number(view.spec, list, asked)?)))?;
        let last = view.state.pages(list, view.spec.page_size);
        if number <= last {
            return Some(Answer::page(view.list(list, number.max(1))));
        }
        match self.past() {
            Past::Empty => Some(Answer::page(view.list(list, number))),
            Past::Last => Some(Answer::page(view.list(list, last))),
            Past::First => Some(Answer::page(view.list(list, 1))),
            Past::Missing => None,
        }
    }

    /// What becomes of an answer on its way out.
    fn send(&self, answer: Answer, _asked: &Asked) -> Answer {
        answer
    }

    /// A session cookie.
    fn session(&self, spec: &PortalSpec, n: u64) -> String {
        let id = Rng::part(spec.seed, "session", n).next();
        format!("{}={id:016x}; path=/; HttpOnly", self.about().cookie)
    }
}

/// Counters as a list.
fn rows(out: &mut String, rows: [(&str, u64); 4]) {
    for (name, value) in rows {
        let _ =
            writeln!(out, "<li><em class=\"fa fa-bolt\"></em> {name} <span class=\"pull-right\">{value}</span></li>");
    }
}

impl Family {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Vnpt,
        Self::NukeViet,
        Self::Liferay,
        Self::Tandan,
        Self::Yyyymm,
        Self::UploadId,
        Self::WebForms,
        Self::Dnn,
        Self::Exclusion,
        Self::PartySite,
        Self::Cp1258,
        Self::Undated,
        Self::Json,
        Self::SharePoint,
        Self::Hemera,
        Self::Feed,
        Self::Drupal,
        Self::WordPress,
    ];

    /// The family of this short name, as the command line has it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|family| family.name() == name)
    }

    /// Its short name.
    pub fn name(self) -> &'static str {
        self.look().about().name
    }

    /// How it looks and answers.
    pub(crate) fn look(self) -> &'static dyn Look {
        match self {
            Self::Vnpt => &vnpt::Vnpt,
            Self::NukeViet => &nukeviet::NukeViet,
            Self::Liferay => &liferay::Liferay,
            Self::Tandan => &tandan::Tandan,
            Self::Yyyymm => &yyyymm::Yyyymm,
            Self::UploadId => &uploadid::UploadId,
            Self::WebForms => &webforms::WebForms,
            Self::Dnn => &dnn::Dnn,
            Self::Exclusion => &exclusion::Exclusion,
            Self::PartySite => &partysite::PartySite,
            Self::Cp1258 => &cp1258::Cp1258,
            Self::Undated => &undated::Undated,
            Self::Json => &json::Json,
            Self::SharePoint => &sharepoint::SharePoint,
            Self::Hemera => &hemera::Hemera,
            Self::Feed => &feed::Feed,
            Self::Drupal => &drupal::Drupal,
            Self::WordPress => &wordpress::WordPress,
        }
    }
}

impl PortalSpec {
    /// How the portal looks and answers.
    pub(crate) fn look(&self) -> &'static dyn Look {
        self.family.look()
    }
}

/// A number in disguise: `length` digits to the base, different for different small numbers.
fn coded(n: u64, base: u64, length: usize) -> String {
    let mut rest = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let digits = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut out = String::with_capacity(length);
    for _ in 0..length {
        out.push(char::from(digits[(rest % base) as usize]));
        rest /= base;
    }
    out
}
