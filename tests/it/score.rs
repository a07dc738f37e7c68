//! How near an extracted text comes to the gold: the figures of docs/text.md.

use std::collections::HashMap;
use std::fmt;

use luutru_portal::Gold;
use serde_json::Value;

/// Words of a shingle.
const SHINGLE: usize = 4;

/// Hits out of so many.
#[derive(Clone, Copy, Default)]
pub struct Share {
    hits: usize,
    all: usize,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.all += 1;
    }

    fn add(&mut self, other: Self) {
        self.hits += other.hits;
        self.all += other.all;
    }

    /// 1 where there was nothing to find.
    #[expect(clippy::cast_precision_loss, reason = "counts of a test")]
    pub fn value(self) -> f64 {
        if self.all == 0 { 1.0 } else { self.hits as f64 / self.all as f64 }
    }
}

/// What some articles came to.
#[derive(Clone, Default)]
pub struct Score {
    pub articles: usize,
    f1: f64,
    pub title: Share,
    pub lead: Share,
    pub byline: Share,
    pub captions: Share,
    /// Words of the output that stand in no shingle of the gold.
    pub leak: Share,
    pub exact: Share,
    pub dates: Share,
}

impl Score {
    /// One article: its record, its text, and what both should be.
    pub fn of(gold: &Gold, record: &Value, text: &str) -> Self {
        let mut score = Self { articles: 1, ..Self::default() };
        let (ours, theirs) = (shingles(text), shingles(&gold.text));
        let common: usize = ours.iter().map(|(key, count)| (*count).min(theirs.get(key).copied().unwrap_or(0))).sum();
        let (out, all) = (ours.values().sum::<usize>(), theirs.values().sum::<usize>());
        score.f1 = Share { hits: common * 2, all: out + all }.value();
        score.leak = Share { hits: out - common, all: out };
        let blocks: Vec<&str> = text.trim_end().split("\n\n").collect();
        score.title.count(record["title"] == gold.title.as_str() && blocks.first() == Some(&gold.title.as_str()));
        if let Some(lead) = &gold.lead {
            let at = 1 + usize::from(gold.date_line.is_some());
            score.lead.count(blocks.get(at) == Some(&lead.as_str()));
        }
        // An article without byline counts too: none may be made up.
        score.byline.count(record["byline"].as_str() == gold.byline.as_deref());
        for caption in &gold.captions {
            let printed = gold.captions.iter().filter(|other| *other == caption).count();
            score.captions.count(blocks.iter().filter(|block| *block == caption).count() == printed);
        }
        score.exact.count(text == gold.text);
        score.dates.count(record["published"].as_str().is_some_and(|at| at.get(..10) == gold.published.get(..10)));
        score
    }

    pub fn add(&mut self, other: &Self) {
        self.articles += other.articles;
        self.f1 += other.f1;
        self.title.add(other.title);
        self.lead.add(other.lead);
        self.byline.add(other.byline);
        self.captions.add(other.captions);
        self.leak.add(other.leak);
        self.exact.add(other.exact);
        self.dates.add(other.dates);
    }

    /// Mean over the articles.
    #[expect(clippy::cast_precision_loss, reason = "counts of a test")]
    pub fn f1(&self) -> f64 {
        if self.articles == 0 { 0.0 } else { self.f1 / self.articles as f64 }
    }

    /// What falls short of the aims.
    pub fn short(&self) -> Vec<String> {
        let least = [
            ("F1", self.f1(), 0.985),
            ("title", self.title.value(), 0.97),
            ("lead", self.lead.value(), 0.97),
            ("byline", self.byline.value(), 0.97),
            ("captions", self.captions.value(), 0.97),
            ("exact", self.exact.value(), 0.60),
            ("dates", self.dates.value(), 0.99),
        ];
        let low = least.iter().filter(|(_, value, least)| value < least);
        let mut out: Vec<String> = low.map(|(name, value, least)| format!("{name} {value:.4} < {least}")).collect();
        if self.leak.value() > 0.01 {
            out.push(format!("leak {:.4} > 0.01", self.leak.value()));
        }
        out
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shares = [self.title, self.lead, self.byline, self.captions, self.leak, self.exact, self.dates];
        write!(f, "{:4} | {:.4}", self.articles, self.f1())?;
        shares.iter().try_for_each(|share| write!(f, " | {:.4}", share.value()))
    }
}

/// The columns of [`Score`].
pub const COLUMNS: &str = "articles | F1 | title | lead | byline | captions | leak | exact | dates";

fn shingles(text: &str) -> HashMap<Vec<String>, usize> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let mut found = HashMap::new();
    for shingle in words.windows(SHINGLE.min(words.len()).max(1)) {
        *found.entry(shingle.to_vec()).or_insert(0) += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn gold() -> Gold {
        let text = "Tên bài\n\n05/03/2026\n\nCâu mở đầu của bài.\n\nMột câu nói thêm về việc ấy.\n\nẢnh chụp bến sông.\n\nLê An\n";
        let own = |text: &str| text.to_owned();
        Gold {
            portal: own("one"),
            id: own("1"),
            url: own("http://one/1"),
            twins: Vec::new(),
            lists: Vec::new(),
            section: own("Tin"),
            title: own("Tên bài"),
            date_line: Some(own("05/03/2026")),
            lead: Some(own("Câu mở đầu của bài.")),
            body: vec![own("Một câu nói thêm về việc ấy.")],
            captions: vec![own("Ảnh chụp bến sông.")],
            byline: Some(own("Lê An")),
            published: own("2026-03-05T00:00:00+07:00"),
            published_to_the_minute: false,
            same_as: None,
            static_twin: false,
            images: Vec::new(),
            attachments: Vec::new(),
            version: 1,
            text: own(text),
        }
    }

    #[test]
    fn the_gold_scores_full_and_each_fault_lowers_its_figure() {
        let gold = gold();
        let record = json!({"title": gold.title, "byline": "Lê An", "published": gold.published});
        assert_eq!(Score::of(&gold, &record, &gold.text).short(), [""; 0]);
        let faults: [(&str, Value, String); 6] = [
            ("title", json!({"title": "Tên", "byline": "Lê An", "published": gold.published}), gold.text.clone()),
            ("byline", json!({"title": gold.title, "byline": null, "published": gold.published}), gold.text.clone()),
            ("dates", json!({"title": gold.title, "byline": "Lê An", "published": null}), gold.text.clone()),
            ("lead", record.clone(), gold.text.replacen("Câu mở đầu của bài.\n\n", "", 1)),
            ("captions", record.clone(), gold.text.replace("sông.", "sông.\n\nẢnh chụp bến sông.")),
            ("leak", record, format!("{}\nTin cùng chuyên mục đã đăng trong tuần này\n", gold.text)),
        ];
        for (name, record, text) in faults {
            let short = Score::of(&gold, &record, &text).short();
            assert!(short.iter().any(|what| what.starts_with(name)), "{name}: {short:?}");
        }
    }
}
