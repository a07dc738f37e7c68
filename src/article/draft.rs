//! An article in the making: which line of the outline is what.

use ego_tree::NodeId;

use super::body::{self, Region, Weights};
use super::captions::Captions;
use super::date_line::{DateLine, date_line, labelled};
use super::fold::{agree, key};
use super::head::{self, Title};
use super::hints::Hints;
use super::outline::{LineKind, Outline};
use super::reader::Chosen;
use super::refuse::{self, NotArticle};
use super::stamps::When;
use super::{Block, Hint, Role, furniture};

/// Lines before the title in which a date line may stand.
const BEFORE_TITLE: usize = 4;
/// Bytes from which a line of the head reads like the text's beginning.
const OPENING_BYTES: usize = 60;
/// Lines after the body in which a byline or a date may stand.
pub(super) const AFTER_BODY: usize = 6;

/// An article in the making: which lines are what.
pub(super) struct Draft<'a> {
    pub(super) outline: &'a Outline,
    pub(super) title: Title,
    pub(super) titled: bool,
    pub(super) dates: Vec<DateLine>,
    pub(super) shown_date: Option<usize>,
    pub(super) lead: Option<String>,
    pub(super) blocks: Vec<(Block, usize)>,
    pub(super) byline: Option<String>,
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) area: usize,
}

impl<'a> Draft<'a> {
    pub(super) fn of(
        outline: &'a Outline,
        weights: &Weights,
        chosen: &Chosen,
        hint: &Hint<'_>,
        when: &When,
    ) -> Result<Self, NotArticle> {
        let range = |node: Option<NodeId>| {
            node.and_then(|node| outline.area_of(node))
                .filter(|area| outline.areas[*area].first < outline.areas[*area].end)
        };
        let title = range(chosen.title)
            .map(|area| {
                let area = &outline.areas[area];
                let texts: Vec<&str> =
                    outline.lines[area.first..area.end].iter().map(|line| line.text.as_str()).collect();
                Title { line: Some(area.end - 1), text: texts.join(" "), sure: true }
            })
            .or_else(|| head::title(outline, weights, hint.title));
        let trusted = range(chosen.body);
        let title_line = title.as_ref().and_then(|title| title.line);
        let region = match trusted {
            Some(area) => Some(body::chosen(outline, weights, area)),
            None => body::choose(outline, weights, title_line),
        };
        let region = region.unwrap_or(Region { area: 0, first: 0, end: 0, score: 0 });
        let (kept, end) = body::keep(outline, weights, region, trusted.is_some());
        let listed = body::is_list(outline, weights, region, &kept) || body::is_teaser(outline, &kept, title_line);
        if trusted.is_none() && listed {
            return Err(NotArticle::ListPage);
        }
        let title = title
            .or_else(|| {
                let line = head::heading_above(outline, kept.first().copied().unwrap_or(region.first) + 1)?;
                Some(Title { line: Some(line), text: outline.lines[line].text.clone(), sure: false })
            })
            .or_else(|| head::declared(&outline.meta).map(|text| Title { line: None, text, sure: false }));
        // A link that bears the listed title stands beside many a page that is something else.
        let linked = |line: usize| outline.lines[line].link_share() > 0.8;
        let titled = title.as_ref().is_some_and(|title| !title.line.is_some_and(linked));
        let title = title.or_else(|| hint.title.map(|text| Title { line: None, text: text.to_owned(), sure: false }));
        let Some(title) = title else { return Err(refuse::weak(outline, hint.status)) };
        let mut draft = Self {
            outline,
            title,
            titled,
            dates: Vec::new(),
            shown_date: None,
            lead: None,
            blocks: Vec::new(),
            byline: None,
            first: region.first,
            end,
            area: region.area,
        };
        draft.read_dates(range(chosen.date), when);
        let lead = range(chosen.lead);
        draft.take_lines(weights, kept, lead);
        draft.sign(range(chosen.byline));
        draft.check(hint, trusted.is_some())?;
        Ok(draft)
    }

    /// Refuses pages whose text is too thin for an article.
    fn check(&self, hint: &Hint<'_>, trusted: bool) -> Result<(), NotArticle> {
        let text: usize = self.blocks.iter().map(|(block, _)| block.text.len()).sum::<usize>()
            + self.lead.as_ref().map_or(0, String::len);
        let files =
            self.outline.files.iter().any(|file| self.covers(file.line) && !self.outline.areas[file.area].noisy);
        let dated = !self.dates.is_empty();
        // A heading nobody declares over an undated little text is a box of a front page.
        let nameless = !self.title.sure
            && !trusted
            && !dated
            && self.outline.meta.dates.is_empty()
            && text < 800
            && self.byline.is_none();
        let enough = (text >= 160 && !nameless) || (trusted && text > 0);
        if enough && !(text < 500 && refuse::says_error(self.outline)) {
            return Ok(());
        }
        if refuse::says_error(self.outline) {
            return Err(NotArticle::ErrorPage);
        }
        let pictures = self
            .outline
            .pictures
            .iter()
            .any(|picture| self.covers(picture.line) && !self.outline.areas[picture.area].noisy);
        // Portals show a form to log in beside many an article; this one stands in its place.
        if self.outline.password && hint.title.is_some_and(|named| !self.is_headed(named)) {
            return Err(NotArticle::LoginPage);
        }
        // Where nothing but a link bears the title, what stands beside it is a box of news.
        if self.title.sure && (dated || hint.title.is_some()) && (text > 0 || self.titled && (files || pictures)) {
            return Ok(());
        }
        Err(refuse::weak(self.outline, hint.status))
    }

    /// Whether the page is headed as the list named it: lists shorten long titles, and boxes of news link to others.
    fn is_headed(&self, named: &str) -> bool {
        let linked = self.title.line.is_some_and(|line| self.outline.lines[line].link_share() > 0.5);
        let (named, shown) = (key(named), key(&self.title.text));
        !linked && (named.starts_with(&shown) || shown.starts_with(&named))
    }

    pub(super) fn covers(&self, line: usize) -> bool {
        line >= self.title.line.map_or(self.first, |title| title.min(self.first)) && line <= self.end + AFTER_BODY / 2
    }

    /// Date lines near the title, inside the body's first lines, and right after it.
    fn read_dates(&mut self, chosen: Option<usize>, when: &When) {
        let lines = &self.outline.lines;
        if let Some(area) = chosen {
            let area = &self.outline.areas[area];
            self.dates.extend((area.first..area.end).filter_map(|index| date_line(index, &lines[index], when)));
            if !self.dates.is_empty() {
                self.shown_date = self.dates.first().map(|date| date.line);
                return;
            }
        }
        let title = self.title.line.unwrap_or(self.first);
        let below = title + 1..(self.first + 4).max(title + 8).min(lines.len());
        let above = title.saturating_sub(BEFORE_TITLE)..title;
        let after = self.end.min(lines.len())..(self.end + AFTER_BODY).min(lines.len());
        for index in below.chain(above.rev()) {
            if let Some(date) = date_line(index, &lines[index], when)
                && !lines[index].noisy_list()
            {
                self.shown_date = self.shown_date.or(Some(index));
                self.dates.push(date);
            }
        }
        if self.dates.is_empty() {
            // Below the body only with a label: the dates of other articles follow there.
            let found = after
                .take_while(|index| !head::ends_article(&lines[*index]))
                .filter(|index| {
                    !lines[*index].noisy && lines[*index].kind != LineKind::Item && labelled(&lines[*index])
                })
                .find_map(|index| date_line(index, &lines[index], when));
            self.dates.extend(found);
        }
    }

    /// Sorts the lines into lead, paragraphs, captions and the rest.
    fn take_lines(&mut self, weights: &Weights, kept: Vec<usize>, lead: Option<usize>) {
        let outline = self.outline;
        let mut order: Vec<usize> = Vec::with_capacity(kept.len() + 4);
        let from = self.title.line.map_or(self.first, |line| line + 1);
        if let Some(area) = lead {
            let area = &outline.areas[area];
            order.extend(area.first..area.end);
        } else if from < self.first {
            order.extend((from..self.first).filter(|index| head_text(outline, weights, *index)));
        }
        let given = order.len();
        for index in kept {
            if !order.contains(&index) {
                order.push(index);
            }
        }
        let dated: Vec<usize> = self.dates.iter().map(|date| date.line).collect();
        let mut captions = Captions::default();
        let mut begun = false;
        for (position, index) in order.into_iter().enumerate() {
            let line = &outline.lines[index];
            let heading =
                Some(index) == self.title.line || (self.blocks.is_empty() && agree(&line.text, &self.title.text));
            if heading || dated.contains(&index) || (!begun && self.furnishes_head(weights, index)) {
                continue;
            }
            begun |= line.size >= OPENING_BYTES && line.link_share() < 0.5;
            if captions.take(line) {
                if !captions.doubled(line) {
                    self.push(Role::Caption, index);
                }
                continue;
            }
            let text = self.lead.is_none() && !self.blocks.iter().any(|(block, _)| block.role == Role::Paragraph);
            let opens =
                text && (position < given || line.hints.has(Hints::LEAD) || (line.is_bold() && line.size >= 60));
            if opens && line.kind != LineKind::Row && line.size >= 24 {
                self.lead = Some(line.text.clone());
                continue;
            }
            if self.blocks.len() < 3 && self.lead.as_ref().is_some_and(|lead| agree(lead, &line.text)) {
                continue;
            }
            self.push(role(line.kind), index);
        }
    }

    /// A line before the first sentence that is no text: who typed it in and where, buttons, links to the section.
    fn furnishes_head(&self, weights: &Weights, index: usize) -> bool {
        let line = &self.outline.lines[index];
        let above_date =
            self.shown_date.is_some_and(|date| index < date && self.title.line.is_some_and(|title| title < index));
        let short = line.size < OPENING_BYTES
            && !line.hints.has(Hints::LEAD)
            && !matches!(line.kind, LineKind::Row | LineKind::Caption);
        let linked = line.link_share() > 0.5 && !weights.lines[index].file;
        short
            && (linked
                || furniture::button(&line.text)
                || (above_date && !line.is_bold() && !matches!(line.kind, LineKind::Heading(_))))
    }

    fn push(&mut self, role: Role, index: usize) {
        let text = self.outline.lines[index].text.clone();
        self.blocks.push((Block { role, text }, index));
    }
}

/// A line between title and body that is text: a lead, a subtitle.
fn head_text(outline: &Outline, weights: &Weights, index: usize) -> bool {
    let line = &outline.lines[index];
    let named = line.hints.has(Hints::LEAD);
    weights.lines[index].phrase.is_none()
        && !line.noisy
        && !line.hints.has(Hints::TRAIL)
        && !line.hints.has(Hints::COUNT)
        && line.link_share() < 0.5
        && (line.size >= 60 || (named && line.size >= 12))
}

const fn role(kind: LineKind) -> Role {
    match kind {
        LineKind::Text | LineKind::Cell => Role::Paragraph,
        LineKind::Heading(_) => Role::Heading,
        LineKind::Item => Role::ListItem,
        LineKind::Row => Role::TableRow,
        LineKind::Caption => Role::Caption,
    }
}
