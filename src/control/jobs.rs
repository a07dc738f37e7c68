//! Jobs that come over the control socket: handed to the desks of their sites, followed to their end.
//!
//! Whoever waits for a job and goes away takes it back: what is under way is finished, and the same command goes on later,
//! just as when no daemon runs. A job that was handed over with `detach` stays, over restarts as well.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use tokio::io::{AsyncBufRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::protocol::{Part, Reply};
use crate::crawl::daemon::{Ask, Desk, Errand, Hub, Phase, Standing, What, locked};

/// How often progress is told.
const TELL: Duration = Duration::from_secs(1);
/// How often it is looked whether the jobs are over.
const LOOK: Duration = Duration::from_millis(50);

/// A job at its desk.
type Handed = (Arc<Desk>, Arc<Errand>);

/// Has lists looked at now.
pub fn look(hub: &Hub, parts: &[Part]) -> Result<Vec<Handed>, Reply> {
    check(hub, parts)?;
    let mut handed = Vec::new();
    for part in parts {
        let ask = Ask { what: What::Look, lists: part.lists.clone(), max_pages: None };
        let errand = Arc::new(Errand::new(hub.number(), ask, false));
        let desk = hub.desk(&part.site);
        let config = hub.config();
        let Some(site) = config.site(&part.site) else { continue };
        let lists = errand.lists(site);
        hub.look_now(&part.site, &lists).map_err(|error| Reply::error("storage", error.to_string()))?;
        locked(&desk.looks).push((Arc::clone(&errand), lists));
        desk.wake.notify_one();
        handed.push((desk, errand));
    }
    Ok(handed)
}

/// Has lists walked down.
pub fn backfill(
    hub: &Hub,
    parts: &[Part],
    (from, to, again): (Option<Date>, Option<Date>, bool),
    max_pages: Option<u32>,
    kept: bool,
) -> Result<Vec<Handed>, Reply> {
    check(hub, parts)?;
    let mut handed = Vec::new();
    for part in parts {
        let what = What::Backfill { from, to, again };
        let ask = Ask { what, lists: part.lists.clone(), max_pages };
        let errand = Arc::new(Errand::new(hub.number(), ask, kept));
        errand.keep(&part.site, &*hub.ledger).map_err(|error| Reply::error("storage", error.to_string()))?;
        let desk = hub.desk(&part.site);
        {
            // A person's job comes before those that the daemon gave itself and has not begun.
            let mut errands = locked(&desk.errands);
            let begun = errands.iter().take(1).count();
            let place = errands.iter().skip(begun).position(|other| matches!(other.ask.what, What::Gap { .. }));
            let place = place.map_or(errands.len(), |place| place + begun);
            errands.insert(place, Arc::clone(&errand));
        }
        desk.wake.notify_one();
        handed.push((desk, errand));
    }
    Ok(handed)
}

fn check(hub: &Hub, parts: &[Part]) -> Result<(), Reply> {
    if matches!(hub.phase(), Phase::Stopping) {
        return Err(Reply::error("stopping", "the daemon is about to end"));
    }
    let config = hub.config();
    for Part { site: id, lists } in parts {
        let Some(site) = config.site(id) else {
            let message = format!(
                "the daemon has no site \"{id}\": save its file and `luutru reload`, or stop the daemon, or use \
                 another --root"
            );
            return Err(Reply::error("usage", message));
        };
        if let Some(why) = &site.disabled {
            return Err(Reply::error("usage", format!("site {id} is disabled in its file: {why}")));
        }
        if let Some(lost) = lists.iter().find(|list| site.lists.iter().all(|known| known.id != **list)) {
            let message = format!("site {id} of the daemon has no list \"{lost}\": save its file and `luutru reload`");
            return Err(Reply::error("usage", message));
        }
        match hub.is_paused(id) {
            Ok(true) => return Err(Reply::error("usage", format!("{id} is paused; `luutru resume {id}` goes on"))),
            Ok(false) => {}
            Err(error) => return Err(Reply::error("storage", error.to_string())),
        }
    }
    Ok(())
}

/// Tells how jobs go on until they are over. Ends them when the client goes away.
pub async fn follow<R, W>(
    hub: &Hub,
    asked: Result<Vec<Handed>, Reply>,
    detach: bool,
    read: &mut R,
    write: &mut W,
) -> std::io::Result<()>
where
    R: AsyncBufRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let handed = match asked {
        Ok(handed) => handed,
        Err(reply) => return write.write_all(&reply.line()).await,
    };
    if detach {
        let data = serde_json::json!({ "handed_over": handed.len() });
        return write.write_all(&Reply::Done { data }.line()).await;
    }
    let (mut look, mut tell) = (tokio::time::interval(LOOK), tokio::time::interval(TELL));
    let mut byte = [0u8; 1];
    let over = loop {
        tokio::select! {
            // One line was said, and no more is expected: this is the end of the client, or nonsense.
            _ = read.read(&mut byte) => break None,
            _ = look.tick() => {
                let done: Vec<_> = handed.iter().filter_map(|(_, errand)| match &*errand.listen().borrow() {
                    Standing::Done(came) => Some(came.clone()),
                    _ => None,
                }).collect();
                if done.len() == handed.len() {
                    break Some(Reply::Done { data: done.into() });
                }
                if matches!(hub.phase(), Phase::Stopping) {
                    break Some(Reply::error("stopping", "the daemon ends; the same command goes on with the job"));
                }
            }
            _ = tell.tick() => {
                let mut failed = false;
                for line in handed.iter().filter_map(|(desk, errand)| progress(desk, errand)) {
                    failed |= write.write_all(&Reply::Progress { line }.line()).await.is_err();
                }
                if failed {
                    break None;
                }
            }
        }
    };
    for (desk, errand) in &handed {
        errand.cancel();
        desk.wake.notify_one();
    }
    match over {
        Some(reply) => write.write_all(&reply.line()).await,
        None => Ok(()),
    }
}

fn progress(desk: &Desk, errand: &Errand) -> Option<String> {
    match &*errand.listen().borrow() {
        Standing::Done(_) => return None,
        Standing::Waiting if errand.ask.what != What::Look => {
            return Some(format!("{}: waits for its turn", desk.site));
        }
        _ => {}
    }
    let doing = desk.doing();
    let Some(round) = doing.round else { return Some(format!("{}: {}", desk.site, doing.word)) };
    let tally = round.stats.tally();
    let pause = round.stats.why_paused().map(|why| format!(", {why}")).unwrap_or_default();
    Some(format!(
        "{}: {} list pages, {} articles, {} known texts, {} failed{pause}",
        desk.site, tally.list_pages, tally.articles, tally.duplicates, tally.failed
    ))
}
