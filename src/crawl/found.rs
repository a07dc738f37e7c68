//! What reading a page found: an article, cleaned, with all that is compared.

use std::borrow::Cow;

use crate::article::Article;
use crate::article::fingerprint::{hash_of_forms, normal_form};
use crate::article::recurring::Learned;
use crate::article::signature::Signature;
use crate::model::Digest;
use crate::page::requisites::Requisite;

/// A cleaned article.
#[derive(Debug)]
pub struct Text {
    /// Its parts.
    pub article: Article,
    /// The text file's content.
    pub file: String,
    /// The content hash.
    pub content: Digest,
    /// What it is compared with others by; `None` for a few words.
    pub signature: Option<Signature>,
    /// The address it was found at after redirects.
    pub final_url: String,
    /// Contents that it was taken for before recurring blocks were left out; none unless that came late.
    pub earlier: Vec<Digest>,
    /// How many recurring blocks were known.
    known: usize,
    /// The page's skeleton, where nothing speaks for it being an article.
    pub suspect: Option<Digest>,
    /// What the page needs to be shown, as far as it is wanted.
    pub requisites: Vec<Requisite>,
}

impl Text {
    /// An article without the blocks that recur.
    pub fn of(mut article: Article, final_url: String, suspect: Option<Digest>, learned: &Learned) -> Self {
        article.leave_out(learned);
        let file = article.to_text();
        let (content, signature) = compared(&article, &file);
        let (earlier, requisites, known) = (Vec::new(), Vec::new(), learned.len());
        Self { article, file, content, signature, final_url, earlier, known, suspect, requisites }
    }

    /// Leaves out what was learned since the page was read.
    pub fn leave_out(&mut self, learned: &Learned) {
        if self.known >= learned.len() || !learned_more(&self.article, learned) {
            return;
        }
        let mut earlier = std::mem::take(&mut self.earlier);
        earlier.push(self.content);
        let requisites = std::mem::take(&mut self.requisites);
        *self = Self {
            earlier,
            requisites,
            ..Self::of(self.article.clone(), self.final_url.clone(), self.suspect, learned)
        };
        self.earlier.retain(|content| *content != self.content);
    }
}

/// What an article is compared by: its content hash, and its signature. Most blocks are in both: each is folded once.
fn compared(article: &Article, file: &str) -> (Digest, Option<Signature>) {
    let forms: Vec<(&str, String)> = article.content().map(|part| (part, normal_form(part))).collect();
    let label = |block: &str| article.images.iter().any(|image| image.caption.as_deref() == Some(block));
    // Blocks of the file stand in the order of the content's parts, with others between.
    let mut rest = forms.as_slice();
    let signature = Signature::of_blocks(file, label, |block| match rest.iter().position(|(part, _)| *part == block) {
        Some(at) => {
            let form = rest[at].1.as_str();
            rest = &rest[at + 1..];
            Cow::Borrowed(form)
        }
        None => Cow::Owned(normal_form(block)),
    });
    (hash_of_forms(forms.iter().map(|(_, form)| form)), signature)
}

fn learned_more(article: &Article, learned: &Learned) -> bool {
    article.content().any(|block| learned.has(block))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Block, Role};

    #[test]
    fn an_article_is_compared_as_its_parts_alone_would_be() {
        let long = |n: usize| {
            format!(
                "Đoạn {n}: Tỉnh ủy, UBND và các xã ven sông đã họp bàn việc chống hạn cho {n} cánh đồng lúa mùa này."
            )
        };
        let block = |role, text: String| Block { role, text };
        let mut article = Article {
            title: "Họp bàn việc chống hạn ở các xã ven sông".to_owned(),
            titled: true,
            date_line: Some("05/03/2026 10:00".to_owned()),
            lead: Some(long(0)),
            blocks: Vec::new(),
            byline: None,
            published: None,
            modified: None,
            section: None,
            canonical: None,
            images: Vec::new(),
            attachments: Vec::new(),
            lang: None,
            notes: Vec::new(),
            left_out: Vec::new(),
        };
        for n in 1..8 {
            article.blocks.push(block(Role::Paragraph, long(n % 3)));
            article
                .blocks
                .push(block(Role::Caption, format!("Ảnh {n}: cánh đồng bên sông khi nước đã về đến chân đê.")));
        }
        article.blocks.push(block(Role::Byline, "Trần Văn Cảnh".to_owned()));
        let file = article.to_text();
        let (content, signature) = compared(&article, &file);
        assert_eq!(content, article.content_hash());
        assert!(signature.is_some());
        assert_eq!(signature, Signature::of(&file, |_| false));
    }
}
