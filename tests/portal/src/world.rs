//! The shared world: which articles each portal holds, and which of them are the same words twice.
//!
//! Promises: equal seeds and specs give equal worlds; articles stand newest first; ids fall with age.

use std::collections::HashSet;

use crate::article::{Article, Byline, Quirks};
use crate::dates::Stamp;
use crate::rng::Rng;
use crate::spec::PortalSpec;
use crate::spelling::{Tone, slug};
use crate::text::{Block, Text, person};

/// The source of all texts.
#[derive(Clone, Debug)]
pub struct World {
    seed: u64,
}

/// The articles of one portal, newest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    /// All articles.
    pub articles: Vec<Article>,
}

impl World {
    /// A world of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The articles of each portal. Portals after the first take a share of their texts from it.
    pub(crate) fn portals(&self, specs: &[PortalSpec]) -> Vec<Content> {
        let mut all: Vec<Content> = Vec::new();
        for spec in specs {
            let content = match all.first() {
                Some(donor) => self.populate(spec, Some((&specs[0].id, donor))),
                None => self.populate(spec, None),
            };
            all.push(content);
        }
        all
    }

    fn populate(&self, spec: &PortalSpec, donor: Option<(&String, &Content)>) -> Content {
        let mut builder = Builder::new(self.seed, spec);
        let stamps = schedule(spec);
        let total = stamps.len();
        let mut used = HashSet::new();
        for (n, stamp) in stamps.into_iter().enumerate() {
            let made = &builder.content.articles;
            // The fixed page and its twin stand near the top, so that a short crawl meets them too.
            let copy_of = if n == 4 && total > 5 {
                Some(made.len() - 1)
            } else if n > 20 && n % 83 == 21 {
                Some(made.len() - 6)
            } else {
                None
            };
            let lent = donor.filter(|_| n > 5 && builder.rng.chance(spec.shared_percent));
            let lent = lent.and_then(|(id, donor)| {
                let near = n * donor.articles.len() / total;
                let found = (near..donor.articles.len()).find(|i| lendable(&donor.articles[*i]) && used.insert(*i))?;
                Some((id.clone(), donor.articles[found].clone()))
            });
            match (copy_of, lent) {
                (Some(at), _) => builder.again(at, stamp, n == 4),
                (None, Some((portal, article))) => builder.lent(&portal, &article, stamp),
                (None, None) => builder.fresh(stamp, n == 3 && total > 5),
            }
        }
        builder.content
    }

    /// New articles on top of `held`, dated after everything in it.
    pub(crate) fn publish(&self, spec: &PortalSpec, held: &[Article], count: usize) -> Vec<Article> {
        let top = held.first();
        let mut stamp = top.map_or(Stamp::new(spec.newest, 8, 0), |a| a.stamp);
        if stamp.civil() == spec.newest {
            stamp = Stamp { day: stamp.day + 1, second: 8 * 3600 };
        }
        let next_id = top.map_or(spec.look().about().first_id, |a| a.id) + 3;
        let mut builder = Builder::new(self.seed, spec);
        builder.rng = Rng::part(self.seed ^ spec.seed, "publish", next_id);
        builder.taken = held.iter().map(|a| a.text.title.to_lowercase()).collect();
        builder.slugs = held.iter().map(|a| a.slug.clone()).collect();
        for n in 0..count as u64 {
            stamp = stamp.plus_minutes(11);
            builder.next_id = next_id + n * 3;
            builder.fresh(stamp, false);
        }
        builder.content.articles.reverse();
        builder.content.articles
    }
}

/// Whether a text may stand on a second portal: no mark of the first, no byline among its paragraphs.
fn lendable(article: &Article) -> bool {
    article.same_as.is_none()
        && !article.quirks.has(Quirks::FIXED)
        && !matches!(article.byline, Byline::Bracket(_))
        && !article.text.title.ends_with(')')
        && article.text.lead.as_ref().is_none_or(|lead| !lead.starts_with('('))
}

/// Times of publication, newest first: a few on a day, days apart as the span asks.
fn schedule(spec: &PortalSpec) -> Vec<Stamp> {
    let mut rng = Rng::part(spec.seed, "schedule", 0);
    let mut stamps = Vec::with_capacity(spec.articles);
    let newest = Stamp::new(spec.newest, 0, 0).day;
    while stamps.len() < spec.articles {
        let day = newest - (stamps.len() * spec.span_days / spec.articles).cast_signed() as i64;
        let group = rng.between(2, 5).min(spec.articles - stamps.len());
        let mut times: Vec<usize> = (0..group).map(|_| rng.between(7 * 60, 17 * 60 + 40)).collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        stamps.extend(times.into_iter().map(|minute| Stamp { day, second: minute as u32 * 60 }));
    }
    // Groups of one day may meet, so the times are put in order once more.
    stamps.sort_unstable_by(|a, b| b.cmp(a));
    stamps
}

struct Builder<'a> {
    spec: &'a PortalSpec,
    rng: Rng,
    taken: HashSet<String>,
    slugs: HashSet<String>,
    next_id: u64,
    content: Content,
}

impl<'a> Builder<'a> {
    fn new(seed: u64, spec: &'a PortalSpec) -> Self {
        Self {
            spec,
            rng: Rng::part(seed ^ spec.seed, &spec.id, 1),
            taken: HashSet::new(),
            slugs: HashSet::new(),
            next_id: spec.look().about().first_id + spec.articles as u64 * 5,
            content: Content::default(),
        }
    }

    /// An article with words of its own.
    fn fresh(&mut self, stamp: Stamp, fixed: bool) {
        let mut text = Text::compose(&mut self.rng, &mut self.taken, stamp.civil());
        let byline = self.byline(!fixed);
        let tag = self.spec.look().about().tag;
        match self.rng.below(40) {
            0 if !fixed => text.title = format!("{} ({tag})", text.title),
            1..=2 if !fixed => text.lead = text.lead.map(|lead| format!("({tag}) - {lead}")),
            _ => {}
        }
        if let (Byline::Bracket(name), Some(Block::Para(lines))) = (&byline, text.blocks.last_mut())
            && let Some(line) = lines.last_mut()
        {
            *line = format!("{line} ( {name})");
        }
        let tone = self.tone();
        let quirks = self.quirks().with(Quirks::FIXED, fixed);
        self.push(stamp, text.respelled(tone), byline, quirks, None);
    }

    /// Words of the first portal, in the other tone style and under another hand.
    fn lent(&mut self, portal: &str, article: &Article, stamp: Stamp) {
        let new = article.text.respelled(Tone::New);
        let text = if new == article.text { article.text.respelled(Tone::Old) } else { new };
        let byline = self.byline(false);
        let quirks = self.quirks();
        self.push(stamp, text, byline, quirks, Some((portal.to_owned(), article.id)));
    }

    /// An article of this portal once more, under another number.
    fn again(&mut self, at: usize, stamp: Stamp, fixed: bool) {
        let mut copy = self.content.articles[at].clone();
        let first = copy.same_as.clone().unwrap_or_else(|| (self.spec.id.clone(), copy.id));
        let lists = self.spec.sections().len();
        copy.lists = vec![(copy.lists[0] + 1) % lists];
        copy.same_as = Some(first);
        copy.slug = self.unique_slug(&copy.text.title);
        copy.id = self.take_id();
        if !fixed {
            copy.stamp = stamp;
        }
        self.content.articles.push(copy);
    }

    fn push(&mut self, stamp: Stamp, text: Text, byline: Byline, quirks: Quirks, same_as: Option<(String, u64)>) {
        let lists = self.spec.sections().len();
        let home = if quirks.has(Quirks::FIXED) { 0 } else { self.rng.below(lists) };
        let about = self.spec.look().about();
        let mut places = vec![home];
        if about.two_lists > 0 && !quirks.has(Quirks::FIXED) && self.rng.chance(about.two_lists) {
            places.push((home + 1) % lists);
        }
        let article = Article {
            slug: self.unique_slug(&text.title),
            id: self.take_id(),
            lists: places,
            stamp,
            text,
            byline,
            quirks,
            seed: self.rng.next(),
            same_as,
            version: 1,
        };
        self.content.articles.push(article);
    }

    fn take_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id -= self.rng.between(1, 4) as u64;
        id
    }

    /// Liferay finds articles by slug alone, so two may never be equal.
    fn unique_slug(&mut self, title: &str) -> String {
        let plain = slug(title, 90);
        let mut name = plain.clone();
        let mut n = 1;
        while !self.slugs.insert(name.clone()) {
            name = format!("{plain}-{n}");
            n += 1;
        }
        name
    }

    /// The portal's own style, now and then that of another keyboard or of two hands.
    fn tone(&mut self) -> Tone {
        let own = self.spec.look().about().tone;
        match self.rng.below(10) {
            0 => own.other(),
            1 => Tone::Mixed,
            _ => own,
        }
    }

    fn byline(&mut self, bracket: bool) -> Byline {
        let rng = &mut self.rng;
        match rng.below(20) {
            0..=6 => Byline::Field(person(rng)),
            7..=10 => Byline::Right(person(rng)),
            11 => Byline::Right(format!("{} – {}", person(rng), person(rng))),
            12 => Byline::Right(rng.pick(&["PV", "B.B.T", "Cổng TTĐT tỉnh", "T.H (tổng hợp)"]).to_owned()),
            13..=14 => Byline::Labelled(rng.pick(&["Tin, ảnh:", "Bài, ảnh:", "Thực hiện:"]), person(rng)),
            15..=16 if bracket => Byline::Bracket(rng.pick(&["KL- VPTU", "HT - BTGDV", "T.Mai- VP", "PV"]).to_owned()),
            _ => Byline::None,
        }
    }

    fn quirks(&mut self) -> Quirks {
        let (rng, about) = (&mut self.rng, self.spec.look().about());
        let nfd = rng.chance(3);
        Quirks::default()
            .with(Quirks::NFD, nfd)
            .with(Quirks::ENTITIES, !nfd && rng.chance(12))
            .with(Quirks::SPACES, rng.chance(25))
            .with(Quirks::LEAD_AGAIN, about.lead_again && rng.chance(14))
            .with(Quirks::NO_DATE, about.hidden_date > 0 && rng.chance(about.hidden_date))
            .with(Quirks::PASTED, rng.chance(30))
            .with(Quirks::ATTACHMENT, rng.chance(9))
            .with(Quirks::FIGCAPTION, rng.chance(40))
    }
}
