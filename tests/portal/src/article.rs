//! An article of one portal: its words, its place in the lists, and the habits of the hand that typed it.

use crate::dates::Stamp;
use crate::spec::{Family, PortalSpec};
use crate::text::Text;

/// How the author is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Byline {
    /// Not at all.
    None,
    /// In the template's own author field.
    Field(String),
    /// As a bold line on the right, the last of the body.
    Right(String),
    /// On the right with a label: `Tin, ảnh: …`.
    Labelled(&'static str, String),
    /// In brackets at the end of the last paragraph, with the spacing of hasty typing. The paragraph holds it already.
    Bracket(String),
}

impl Byline {
    /// The name alone.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Field(name) | Self::Right(name) | Self::Labelled(_, name) | Self::Bracket(name) => Some(name),
        }
    }

    /// The line as printed; none when it stands inside a paragraph.
    pub fn line(&self, family: Family) -> Option<String> {
        match self {
            Self::None | Self::Bracket(_) => None,
            Self::Field(name) if family == Family::NukeViet => Some(format!("Tác giả: {name}")),
            Self::Field(name) | Self::Right(name) => Some(name.clone()),
            Self::Labelled(label, name) => Some(format!("{label} {name}")),
        }
    }
}

/// Habits of typing and template that a reader does not see and an extractor stumbles over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quirks(u16);

impl Quirks {
    /// Letters and marks apart (NFD).
    pub const NFD: Self = Self(1);
    /// Latin-1 letters and quotes as named entities.
    pub const ENTITIES: Self = Self(2);
    /// Many non-breaking and double spaces.
    pub const SPACES: Self = Self(4);
    /// The lead once more as the first paragraph.
    pub const LEAD_AGAIN: Self = Self(8);
    /// No date in the article's head.
    pub const NO_DATE: Self = Self(16);
    /// Nested spans, as pasted from a word processor.
    pub const PASTED: Self = Self(32);
    /// A page that never changes, served at two addresses.
    pub const FIXED: Self = Self(64);
    /// A file to download.
    pub const ATTACHMENT: Self = Self(128);
    /// Captions in `figcaption` rather than in a paragraph of their own.
    pub const FIGCAPTION: Self = Self(256);

    /// Whether `other` is among these.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// These and, where `on`, `other`.
    #[must_use]
    pub fn with(self, other: Self, on: bool) -> Self {
        if on { Self(self.0 | other.0) } else { self }
    }
}

/// One article of one portal.
#[derive(Clone, Debug)]
pub struct Article {
    /// Its number in the portal.
    pub id: u64,
    /// The address form of its title.
    pub slug: String,
    /// The lists it stands in; the first is its home.
    pub lists: Vec<usize>,
    /// When it was published.
    pub stamp: Stamp,
    /// Its words, in the tone style of the portal.
    pub text: Text,
    /// Its author.
    pub byline: Byline,
    /// How it is typed.
    pub quirks: Quirks,
    /// Seed of its markup, images and files; the same for the two fixed pages.
    pub seed: u64,
    /// The article with the same words that was there first.
    pub same_as: Option<(String, u64)>,
    /// Counts the edits.
    pub version: u32,
}

impl Article {
    /// The path (and query) in one of its lists.
    pub fn path(&self, spec: &PortalSpec, list: usize) -> String {
        let section = spec.sections()[list].0;
        let (slug, id) = (&self.slug, self.id);
        match spec.family {
            Family::Vnpt => format!("/{section}/{slug}-{id}"),
            Family::NukeViet => format!("/vi/news/{section}/{slug}-{id}.html"),
            Family::Liferay => format!("/web/guest/-/asset_publisher/{}/content/{slug}", instance(spec, list)),
        }
    }

    /// The path that links use.
    pub fn home(&self, spec: &PortalSpec) -> String {
        self.path(spec, self.lists[0])
    }

    /// Other paths at which the same article answers.
    pub fn twins(&self, spec: &PortalSpec) -> Vec<String> {
        let mut twins: Vec<String> = self.lists[1..].iter().map(|list| self.path(spec, *list)).collect();
        let home = self.home(spec);
        match spec.family {
            Family::Vnpt => {}
            Family::NukeViet => {
                twins.push(format!("/index.php{home}"));
                twins.push(home.replacen("/vi/news/", "/vi/news/print/", 1));
            }
            Family::Liferay => {
                twins.push(format!("/web/guest/-/{}", self.slug));
                twins.push(format!("{home}?inheritRedirect=false"));
                twins.push(format!("/pop_up?p_p_id=101&_101_viewMode=print&_101_urlTitle={}", self.slug));
            }
        }
        twins
    }

    /// Path of the `n`th image.
    pub fn image(&self, spec: &PortalSpec, n: usize) -> String {
        let (y, m, _) = self.stamp.civil();
        let key = self.seed % 0xffff_ffff;
        match spec.family {
            Family::Vnpt => {
                let ticks = self.stamp.ticks() + self.seed % 9_000_000 + n as u64 * 17;
                format!("/datafiles/alg-ubnd/{}/quantritintuc{y}{m:02}/{ticks}.png", site_id(spec))
            }
            Family::NukeViet => format!("/uploads/news/{y}_{m:02}/anh-{key:08x}-{n}.png"),
            Family::Liferay => {
                format!("/documents/20182/{m:02}{y}/anh-{n}.png/{key:08x}-7c1e-4b52?t={}000", key % 99_999)
            }
        }
    }

    /// Path of the attached file.
    pub fn attachment(&self, spec: &PortalSpec) -> Option<String> {
        let (y, m, _) = self.stamp.civil();
        let key = self.seed % 9_973;
        self.quirks.has(Quirks::ATTACHMENT).then(|| match spec.family {
            Family::Vnpt => format!("/datafiles/alg-ubnd/{}/vanban{y}{m:02}/{key}.signed.pdf", site_id(spec)),
            Family::NukeViet => format!("/uploads/news/{y}_{m:02}/van-ban-{key}.pdf"),
            Family::Liferay => format!("/documents/20182/{m:02}{y}/vb-{key}.pdf"),
        })
    }

    /// The date as the article's head prints it.
    pub fn date_line(&self, family: Family) -> Option<String> {
        if self.quirks.has(Quirks::NO_DATE) {
            return None;
        }
        Some(match family {
            Family::Vnpt => self.stamp.dmy_hm(),
            Family::NukeViet => format!("{} - {}", self.stamp.weekday(), self.stamp.dmy_hm()),
            Family::Liferay => format!("{} 12:00 AM", self.stamp.dmy()),
        })
    }
}

/// The number of a vnPortal among its vendor's.
pub fn site_id(spec: &PortalSpec) -> u64 {
    31 + spec.seed % 60
}

/// A Liferay list's portlet instance.
pub fn instance(spec: &PortalSpec, list: usize) -> String {
    let n = spec.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(list as u32 * 13 + 7);
    let letters = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
    (0..12).map(|i| char::from(letters[(n >> (i * 5)) as usize % letters.len()])).collect()
}
