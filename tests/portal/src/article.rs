//! An article of one portal: its words, its place in the lists, and the habits of the hand that typed it.

use crate::dates::Stamp;
use crate::spec::PortalSpec;
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
    pub fn line(&self, spec: &PortalSpec) -> Option<String> {
        match self {
            Self::None | Self::Bracket(_) => None,
            Self::Field(name) => Some(format!("{}{name}", spec.look().about().author_label)),
            Self::Right(name) => Some(name.clone()),
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
        spec.look().path(self, spec, list)
    }

    /// The path that links use.
    pub fn home(&self, spec: &PortalSpec) -> String {
        self.path(spec, self.lists[0])
    }

    /// Other paths at which the same article answers.
    pub fn twins(&self, spec: &PortalSpec) -> Vec<String> {
        let home = self.home(spec);
        let others = self.lists[1..].iter().map(|list| self.path(spec, *list));
        others.chain(spec.look().twins(self, spec)).filter(|twin| *twin != home).collect()
    }

    /// Path of the `n`th image.
    pub fn image(&self, spec: &PortalSpec, n: usize) -> String {
        spec.look().image(self, spec, n)
    }

    /// Path of the attached file.
    pub fn attachment(&self, spec: &PortalSpec) -> Option<String> {
        self.quirks.has(Quirks::ATTACHMENT).then(|| spec.look().attachment(self, spec))
    }

    /// The date as the article's head prints it.
    pub fn date_line(&self, spec: &PortalSpec) -> Option<String> {
        (!self.quirks.has(Quirks::NO_DATE)).then(|| spec.look().date_line(self.stamp))
    }
}
