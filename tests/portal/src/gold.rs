//! Gold: what an ideal extractor makes of an article, known because the article was made here.

use serde::Serialize;

use crate::article::{Article, Quirks};
use crate::spec::PortalSpec;
use crate::spelling::nfc;
use crate::text::Block;

/// The truth about one article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gold {
    /// The portal.
    pub portal: String,
    /// The article's number in it.
    pub id: String,
    /// The address that the lists link to.
    pub url: String,
    /// Other addresses at which the same article answers (other list, `index.php`, print form).
    pub twins: Vec<String>,
    /// Ids of the lists it stands in.
    pub lists: Vec<String>,
    /// Name of its home section.
    pub section: String,
    /// The headline.
    pub title: String,
    /// The date as the head prints it, without view counts.
    pub date_line: Option<String>,
    /// The lead.
    pub lead: Option<String>,
    /// Paragraphs, list items and table rows in order, without captions and byline line.
    pub body: Vec<String>,
    /// Captions in order.
    pub captions: Vec<String>,
    /// The author's name, without label or brackets.
    pub byline: Option<String>,
    /// Publication in RFC 3339 with `+07:00`; midnight where no page shows a time.
    pub published: String,
    /// Whether any page shows the time of day.
    pub published_to_the_minute: bool,
    /// Portal and number of the article with the same words that counts as the first.
    pub same_as: Option<(String, String)>,
    /// One of the two addresses that answer byte for byte alike.
    pub static_twin: bool,
    /// Addresses of the images in the article.
    pub images: Vec<String>,
    /// Addresses of the attached files.
    pub attachments: Vec<String>,
    /// Counts edits, from 1.
    pub version: u32,
    /// The text file's exact content.
    pub text: String,
}

impl Gold {
    /// The gold of `article` on the portal at `base`.
    pub fn of(article: &Article, spec: &PortalSpec, base: &str) -> Self {
        let text = &article.text;
        let timed = spec.look().about().timed && !article.quirks.has(Quirks::NO_DATE);
        let mut stamp = article.stamp;
        if !timed {
            stamp.second = 0;
        }
        let absolute = |path: String| format!("{base}{path}");
        let sections = spec.sections();
        let mut gold = Self {
            portal: spec.id.clone(),
            id: article.id.to_string(),
            url: absolute(article.home(spec)),
            twins: article.twins(spec).into_iter().map(absolute).collect(),
            lists: article.lists.iter().map(|i| sections[*i].0.to_owned()).collect(),
            section: sections[article.lists[0]].1.to_owned(),
            title: clean(&text.title),
            date_line: article.date_line(spec),
            lead: text.lead.as_deref().map(clean),
            body: Vec::new(),
            captions: Vec::new(),
            byline: article.byline.name().map(clean),
            published: stamp.rfc3339(),
            published_to_the_minute: timed,
            same_as: article.same_as.clone().map(|(portal, id)| (portal, id.to_string())),
            static_twin: article.quirks.has(Quirks::FIXED),
            images: (0..text.images()).map(|n| absolute(article.image(spec, n))).collect(),
            attachments: article.attachment(spec).into_iter().map(absolute).collect(),
            version: article.version,
            text: String::new(),
        };
        gold.write_text(article, spec);
        gold
    }

    /// Fills body, captions and the text file, in document order.
    fn write_text(&mut self, article: &Article, spec: &PortalSpec) {
        let mut all = vec![self.title.clone()];
        all.extend(self.date_line.clone());
        all.extend(self.lead.clone());
        for block in &article.text.blocks {
            let lines: Vec<String> = match block {
                Block::Para(lines) | Block::List { items: lines, .. } => lines.iter().map(|l| clean(l)).collect(),
                Block::Subhead(line) => vec![clean(line)],
                Block::Table(rows) => rows.iter().map(|cells| clean(&cells.join(" | "))).collect(),
                Block::Image(caption) => {
                    let caption: Vec<String> = caption.iter().map(|c| clean(c)).collect();
                    self.captions.extend(caption.clone());
                    all.extend(caption);
                    continue;
                }
            };
            self.body.extend(lines.clone());
            all.extend(lines);
        }
        all.extend(article.byline.line(spec).as_deref().map(clean));
        self.text = all.join("\n\n");
        self.text.push('\n');
    }
}

/// NFC, and runs of white space as one space.
fn clean(text: &str) -> String {
    nfc(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
