//! One portal as a whole: from a request's words to an answer, and the changes over time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use serde::Serialize;

use crate::answer::Answer;
use crate::article::Article;
use crate::change::{Change, Changes};
use crate::dates::Stamp;
use crate::fault::Faults;
use crate::gold::Gold;
use crate::log::Log;
use crate::render::{Chrome, Moment, View};
use crate::rng::Rng;
use crate::route;
use crate::spec::PortalSpec;
use crate::state::State;
use crate::text::Block;
use crate::world::World;

/// What of a request decides the answer.
#[derive(Debug, Default)]
pub struct Asked {
    /// Whether it is a POST.
    pub post: bool,
    /// Path without query.
    pub path: String,
    /// Query without `?`.
    pub query: String,
    /// Body of a form.
    pub body: String,
    /// The `Cookie` field.
    pub cookie: String,
    /// The `If-None-Match` field.
    pub if_none_match: String,
    /// The `If-Modified-Since` field.
    pub if_modified_since: String,
}

impl Asked {
    /// Path and query.
    pub fn whole(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// A list as the portal shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListInfo {
    /// Its address part, unique in the portal.
    pub id: String,
    /// Address of its first page.
    pub url: String,
    /// Name of its section.
    pub section: String,
    /// Number of pages.
    pub pages: usize,
    /// Number of items on all pages.
    pub articles: usize,
}

/// A portal without its socket.
#[derive(Debug)]
pub struct Site {
    /// What it was asked to be.
    pub spec: PortalSpec,
    /// Its address, without a slash at the end.
    pub base: String,
    /// Its log.
    pub log: Arc<Log>,
    /// Faults in force.
    pub faults: Faults,
    /// Changes to come.
    pub changes: Changes,
    chrome: Chrome,
    info: HashMap<String, String>,
    world: World,
    state: RwLock<Arc<State>>,
}

impl Site {
    /// A portal at `base` with these articles, whose log counts from `started`.
    pub fn new(spec: PortalSpec, base: String, world: World, mut articles: Vec<Article>, started: Instant) -> Self {
        if let Some(refrain) = &spec.refrain {
            for article in articles.iter_mut().step_by(10) {
                article.text.blocks.insert(0, Block::Para(vec![refrain.clone()]));
            }
        }
        let chrome = Chrome::new(&spec);
        Self {
            info: chrome.menu.iter().cloned().collect(),
            state: RwLock::new(Arc::new(State::new(&spec, articles))),
            chrome,
            log: Arc::new(Log::since(started)),
            faults: Faults::default(),
            changes: Changes::default(),
            world,
            spec,
            base,
        }
    }

    /// The articles of this moment.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The answer to a request, without faults.
    pub fn answer(&self, asked: &Asked) -> Answer {
        let state = self.state();
        let answer = route::unless_held(route::answer(self, self.view(&state), asked), asked);
        let look = self.spec.look();
        if answer.media == crate::answer::HTML && asked.cookie.is_empty() {
            let cookie = look.session(&self.spec, self.log.count());
            return look.send(answer.field("set-cookie", cookie), asked);
        }
        look.send(answer, asked)
    }

    /// The page of a missing page, as some portals send it with status 200.
    pub fn missing(&self) -> Answer {
        Answer::page(self.view(&self.state()).missing())
    }

    /// A notice in the place of whatever was asked for.
    pub fn notice(&self) -> Answer {
        Answer::page(self.view(&self.state()).notice())
    }

    /// A login form.
    pub fn login(&self) -> Answer {
        Answer::page(self.view(&self.state()).login())
    }

    /// The name behind a menu path.
    pub fn info(&self, path: &str) -> Option<&str> {
        self.info.get(path).map(String::as_str)
    }

    fn view<'a>(&'a self, state: &'a State) -> View<'a> {
        let moment = Moment { now: Some(Stamp::now()), visits: self.log.count(), depth: 0 };
        View { spec: &self.spec, base: &self.base, chrome: &self.chrome, state, moment }
    }

    /// The lists.
    pub fn lists(&self) -> Vec<ListInfo> {
        let state = self.state();
        let sections = self.spec.sections().iter().enumerate();
        sections
            .map(|(n, (id, section))| ListInfo {
                id: (*id).to_owned(),
                url: format!("{}{}", self.base, self.spec.look().list_path(&self.spec, n)),
                section: (*section).to_owned(),
                pages: self.spec.look().pages(&state, n, self.spec.page_size),
                articles: state.lists[n].len(),
            })
            .collect()
    }

    /// The gold of every article, newest first.
    pub fn gold(&self) -> Vec<Gold> {
        self.state().articles.iter().map(|article| Gold::of(article, &self.spec, &self.base)).collect()
    }

    /// Adds articles on top of the lists.
    pub fn publish(&self, count: usize) -> Vec<Gold> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut articles = self.world.publish(&self.spec, &state.articles, count);
        let golds = articles.iter().map(|article| Gold::of(article, &self.spec, &self.base)).collect();
        articles.extend(state.articles.iter().cloned());
        *state = Arc::new(State::new(&self.spec, articles));
        golds
    }

    /// Takes articles off: their pages are missing, the lists close up. Gives those that were there.
    pub fn withdraw(&self, ids: &[String]) -> Vec<Gold> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let off = |article: &&Article| ids.contains(&article.id.to_string());
        let golds = state.articles.iter().filter(off).map(|a| Gold::of(a, &self.spec, &self.base)).collect();
        let kept = state.articles.iter().filter(|article| !off(article)).cloned().collect();
        *state = Arc::new(State::new(&self.spec, kept));
        golds
    }

    /// Carries out what was planned for this request.
    pub fn turn(&self, asked: &Asked) {
        for change in self.changes.due(&format!("{} {}", asked.whole(), asked.body)) {
            match change {
                Change::Publish(count) => drop(self.publish(count)),
                Change::Withdraw(ids) => drop(self.withdraw(&ids)),
            }
        }
    }

    /// Changes an article's text under its address; none when there is no such article.
    pub fn edit(&self, id: &str) -> Option<Gold> {
        self.change(id, |article| article.text.amend(&mut Rng::part(article.seed, "edit", u64::from(article.version))))
    }

    /// Takes the last edit of an article back; none when there is no such article.
    pub fn revert(&self, id: &str) -> Option<Gold> {
        self.change(id, |article| article.text.amend_back())
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Article)) -> Option<Gold> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut articles = state.articles.clone();
        let article = articles.iter_mut().find(|article| article.id.to_string() == id)?;
        article.version += 1;
        article.same_as = None;
        change(article);
        let gold = Gold::of(article, &self.spec, &self.base);
        *state = Arc::new(State::new(&self.spec, articles));
        Some(gold)
    }
}
