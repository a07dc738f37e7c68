//! What reading a page found: an article, cleaned, with all that is compared.

use crate::article::Article;
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
        let content = article.content_hash();
        let file = article.to_text();
        let label = |block: &str| article.images.iter().any(|image| image.caption.as_deref() == Some(block));
        let signature = Signature::of(&file, label);
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

fn learned_more(article: &Article, learned: &Learned) -> bool {
    article.content().any(|block| learned.has(block))
}
