//! What an archived page's parts, and a part that was asked for, change in the ledger.

use super::fill;
use super::queue::Queue;
use super::rows::{Held, NeedRow, PartRow};
use super::{ATTEMPTS, Needed, ROUNDS};
use crate::archive::catalog::ArticleRecord;
use crate::crawl::commit::Placed;
use crate::crawl::found::Text;
use crate::crawl::process::Finding;
use crate::crawl::rows::encode;
use crate::crawl::run::{Run, SiteRun};
use crate::ledger::{Batch, Key, LedgerError};
use crate::page::requisites::{Kind, Requisite};

fn queue<'a>(run: &'a Run, site: &'a SiteRun) -> Queue<'a> {
    Queue { ledger: &*run.ledger, frontier: &run.frontier, site: &site.site, whole: run.whole }
}

/// The files that an article's page links to.
pub fn files(text: &Text) -> Vec<Requisite> {
    let files = text.article.attachments.iter();
    files.map(|file| Requisite { url: file.url.clone(), kind: Kind::File }).collect()
}

/// Queues the parts and files of an article's page; its record is owed the places of its files and images.
pub fn named(
    run: &Run,
    site: &SiteRun,
    text: &Text,
    record: &ArticleRecord,
    batch: &mut Batch,
) -> Result<(), LedgerError> {
    if !run.whole.any() {
        return Ok(());
    }
    // Files first: what a page links to matters more than how it looks.
    let all: Vec<Requisite> = files(text).into_iter().chain(text.requisites.iter().cloned()).collect();
    let left = queue(run, site).note(&text.final_url, 1, &all)?;
    site.stats.parts().skip(&left);
    if record.site == site.id()
        && let Some(owed) = fill::owed(&*run.ledger, site.id(), record)?
    {
        batch.put(Key::owing(site.id(), &record.content_hash), owed);
    }
    Ok(())
}

/// A part that was asked for.
pub fn settle(run: &Run, site: &SiteRun, need: &Needed, placed: &Placed, batch: &mut Batch) -> Result<(), LedgerError> {
    let row = &need.row;
    let place = Key::part_queue(site.id(), need.place);
    let key = Key::part(site.id(), &row.url);
    match (&placed.item.finding, &placed.receipt, placed.item.captures.last()) {
        (Finding::Part(part), Some(receipt), Some(ready)) => {
            let left = queue(run, site).note(ready.exchange.url.as_str(), row.depth + 1, &part.named)?;
            let held = Held {
                payload: ready.payload,
                bytes: part.bytes,
                media: part.media.clone(),
                name: part.name.clone(),
                file: receipt.file().to_owned(),
                offset: receipt.offset(),
                record_id: ready.prepared.main().map(|main| main.id.to_string()).unwrap_or_default(),
            };
            batch.delete(place).put(key, encode(&PartRow::Held(held)));
            let mut counts = site.stats.parts();
            counts.skip(&left);
            *(if row.kind == Kind::File { &mut counts.attachments } else { &mut counts.fetched }) += 1;
        }
        // It keeps its place, and the next run comes by again.
        (Finding::Postponed, ..) => {}
        (Finding::Failed { retryable: true, .. }, ..) if row.attempts + 1 < ATTEMPTS => {
            batch.delete(place);
            queue(run, site).put(&NeedRow { attempts: row.attempts + 1, ..row.clone() }, batch);
        }
        (finding, ..) => {
            let (cause, again) = match finding {
                Finding::Failed { cause, retryable } => (cause.clone(), *retryable && row.rounds + 1 < ROUNDS),
                Finding::Refused(_) => ("robots".to_owned(), false),
                _ => ("not what was asked for".to_owned(), false),
            };
            site.stats.parts().fail(&cause);
            if again {
                let next = NeedRow { attempts: 0, rounds: row.rounds + 1, ..row.clone() };
                batch.put(place, encode(&next));
            } else {
                batch.delete(place);
            }
            batch.put(key, encode(&PartRow::Failed { cause, waits: again.then_some(need.place) }));
        }
    }
    Ok(())
}
