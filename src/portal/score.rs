//! Which group of links is the news list.

use super::groups::Group;
use super::items;
use super::outline::Outline;
use super::shape::Shape;
use super::words::{Heading, Noise, heading};

/// Titles of at least so many letters are sentences, not names of sections.
pub(super) const TITLE_LETTERS: usize = 20;

/// What speaks for a group.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// Distinct articles.
    pub count: usize,
    /// Share of long titles.
    pub long: f64,
    /// Share of blocks with a date.
    pub dated: f64,
    /// Share of addresses that look like an article's.
    pub alike: f64,
    /// Share of links that stand in a heading.
    pub headed: f64,
    /// What the heading above says.
    pub heading: Option<Heading>,
    /// How foreign the region is.
    pub noise: Noise,
}

impl Evidence {
    /// Looks at a group.
    pub(super) fn of(outline: &Outline, group: &Group, shapes: &[Option<Shape>]) -> Self {
        let mut keys: Vec<&str> = group.members.iter().map(|member| member.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let total = group.members.len().max(1);
        let mut evidence =
            Self { count: keys.len(), heading: Some(heading_above(outline, group.holder)), ..Self::default() };
        let (mut long, mut dated, mut alike, mut headed) = (0usize, 0usize, 0usize, 0usize);
        for member in &group.members {
            let node = outline.links[member.link].node;
            long += usize::from(items::title(outline, node).chars().count() >= TITLE_LETTERS);
            let texts = &outline.texts[outline.nodes[member.block].texts.clone()];
            dated +=
                usize::from(texts.iter().take(60).any(|piece| piece.node != node && items::is_stamp_line(piece.text)));
            alike += usize::from(shapes[member.link].as_ref().is_some_and(|shape| shape.likeness >= 2));
            headed += usize::from(outline.upwards(node).take(3).any(|node| outline.is_heading(node)));
            evidence.noise = evidence.noise.max(outline.nodes[node].noise);
        }
        let share =
            |part: usize| f64::from(u32::try_from(part).unwrap_or(0)) / f64::from(u32::try_from(total).unwrap_or(1));
        (evidence.long, evidence.dated, evidence.alike, evidence.headed) =
            (share(long), share(dated), share(alike), share(headed));
        evidence
    }

    /// How much the group is worth; below [`LEAST`] it is no list.
    pub(super) fn score(&self) -> f64 {
        let count = f64::from(u32::try_from(self.count.min(40)).unwrap_or(40));
        if self.alike < 0.5 && !(self.long >= 0.6 && self.dated >= 0.5) {
            return 0.0;
        }
        let region = match self.noise {
            Noise::None => 1.0,
            Noise::Soft => 0.25,
            Noise::Hard => 0.02,
        };
        let above = if self.heading == Some(Heading::Foreign) { 0.3 } else { 1.0 };
        count.sqrt()
            * (0.2 + self.alike)
            * (0.25 + self.long)
            * (1.0 + self.dated)
            * (1.0 + 0.4 * self.headed)
            * region
            * above
    }

    /// For people.
    pub(super) fn words(&self) -> String {
        format!(
            "{} articles, {:.0} % long titles, {:.0} % dated, {:.0} % article-like addresses",
            self.count,
            self.long * 100.0,
            self.dated * 100.0,
            self.alike * 100.0
        )
    }
}

/// The least score of a list.
pub(super) const LEAST: f64 = 0.7;

/// What stands right above a group: one of the two short texts before it, if it stands near.
fn heading_above(outline: &Outline, holder: usize) -> Heading {
    let start = outline.nodes[holder].texts.start;
    let near: Vec<usize> = outline.upwards(holder).take(5).filter(|&above| outline.nodes[above].depth > 2).collect();
    let before = outline.texts[start.saturating_sub(2)..start].iter().rev();
    before
        .filter(|piece| piece.text.chars().count() <= 60 && near.iter().any(|&above| outline.within(piece.node, above)))
        .map(|piece| heading(piece.text))
        .find(|told| *told != Heading::Silent)
        .unwrap_or(Heading::Silent)
}
