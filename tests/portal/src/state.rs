//! What a portal holds at one moment, laid out for serving: articles by address, lists, link texts, finished bodies.
//!
//! A state never changes; publishing and editing make a new one, so a request sees one moment throughout.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use crate::article::{Article, Quirks};
use crate::page::Chunk;
use crate::render::escape;
use crate::spec::PortalSpec;
use crate::spelling::nfd;

/// What an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// An article's page, by index, as seen in one of its lists.
    Article(usize),
    /// Its print form.
    Print(usize),
}

/// An article as lists and boxes show it, escaped.
#[derive(Debug)]
pub struct Entry {
    /// Title.
    pub title: String,
    /// `20/11/2026`.
    pub date: String,
    /// Summary.
    pub sapo: String,
    /// Path of the small picture.
    pub image: String,
    /// Path in the home list.
    pub home: String,
}

/// A portal's articles at one moment.
#[derive(Debug)]
pub struct State {
    /// Newest first.
    pub articles: Vec<Article>,
    /// The same, as links show them.
    pub entries: Vec<Entry>,
    /// Indices by list, newest first.
    pub lists: Vec<Vec<usize>>,
    /// Finished article bodies.
    pub bodies: Vec<OnceLock<Arc<Chunk>>>,
    targets: HashMap<String, Target>,
    files: HashSet<String>,
}

impl State {
    /// Lays out `articles`.
    pub fn new(spec: &PortalSpec, articles: Vec<Article>) -> Self {
        let mut lists = vec![Vec::new(); spec.sections().len()];
        let mut targets = HashMap::new();
        let mut files = HashSet::new();
        for (n, article) in articles.iter().enumerate() {
            let images = (0..article.text.images()).map(|n| article.image(spec, n));
            // Behind one script the query alone tells the files apart.
            let bare = |path: String| match path.split_once('?') {
                Some((bare, _)) if !bare.contains(".aspx") => bare.to_owned(),
                _ => path,
            };
            files.extend(images.chain(article.attachment(spec)).map(bare));
            for list in &article.lists {
                lists[*list].push(n);
                let path = article.path(spec, *list);
                targets.extend(spec.look().targets(article, spec, *list, n));
                targets.insert(path, Target::Article(n));
            }
        }
        Self {
            entries: articles.iter().map(|a| entry(a, spec)).collect(),
            bodies: articles.iter().map(|_| OnceLock::new()).collect(),
            articles,
            lists,
            targets,
            files,
        }
    }

    /// Whether some article shows or offers the file at `path`.
    pub fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// The article behind a path; a bare slug leads to a Liferay print form.
    pub fn target(&self, path: &str) -> Option<Target> {
        self.targets.get(path).copied()
    }

    /// The indices on page `page` (from 1) of a list.
    pub fn slice(&self, list: usize, page: usize, size: usize) -> &[usize] {
        let all = &self.lists[list];
        let start = (page.max(1) - 1).saturating_mul(size).min(all.len());
        &all[start..(start + size).min(all.len())]
    }

    /// Number of pages of a list.
    pub fn pages(&self, list: usize, size: usize) -> usize {
        self.lists[list].len().div_ceil(size).max(1)
    }
}

fn entry(article: &Article, spec: &PortalSpec) -> Entry {
    let typed = |text: &str| {
        let mut out = String::new();
        if article.quirks.has(Quirks::NFD) {
            escape(&mut out, &nfd(text));
        } else {
            escape(&mut out, text);
        }
        out
    };
    Entry {
        title: typed(&article.text.title),
        date: if spec.look().about().dated_lists { article.stamp.dmy() } else { String::new() },
        sapo: typed(article.text.lead.as_deref().unwrap_or("")),
        image: if article.text.images() > 0 { article.image(spec, 0) } else { "/static/no-image.png".to_owned() },
        home: article.home(spec),
    }
}
