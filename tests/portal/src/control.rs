//! The control paths: how another process moves a portal along. Neither logged nor linked, and untouched by faults.
//!
//! A fault is posted as JSON, bare (`{"status":503}`, `"never_answers"`, `{"drip":{"interval_ms":100}}`) or with its reach
//! (`{"fault":"soft_error200","prefix":"/vi/news","times":3}`).

use serde::Serialize;

use crate::answer::Answer;
use crate::fault::{Fault, FaultRule};
use crate::route::{param, params};
use crate::site::{Asked, Site};

/// The answer to a request under `/__control/`.
pub fn answer(site: &Site, asked: &Asked) -> Answer {
    let what = asked.path.trim_start_matches("/__control/");
    match (asked.post, what) {
        (true, "publish") => {
            let count = param(&asked.query, "n").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
            json(&site.publish(count.min(10_000)))
        }
        (true, "edit") => match site.edit(&param(&asked.query, "id").unwrap_or_default()) {
            Some(gold) => json(&gold),
            None => refuse(404, "no article has this id"),
        },
        (true, "revert") => match site.revert(&param(&asked.query, "id").unwrap_or_default()) {
            Some(gold) => json(&gold),
            None => refuse(404, "no article has this id"),
        },
        (true, "withdraw") => json(&site.withdraw(&params(&asked.query, "id").collect::<Vec<_>>())),
        (true, "fault") => match rule(&asked.body) {
            Ok(rule) => {
                site.faults.add(rule.clone());
                json(&rule)
            }
            Err(error) => refuse(400, &error.to_string()),
        },
        (true, "heal") => {
            site.faults.clear();
            json(&"healed")
        }
        (false, "requests") => json(&site.log.all()),
        (false, "gold") => json(&site.gold()),
        (false, "lists") => json(&site.lists()),
        _ => refuse(404, "publish, edit, revert, withdraw, fault, heal (POST); requests, gold, lists (GET)"),
    }
}

/// A rule with its reach, or a bare fault.
fn rule(body: &str) -> serde_json::Result<FaultRule> {
    serde_json::from_str::<FaultRule>(body).or_else(|_| serde_json::from_str::<Fault>(body).map(FaultRule::from))
}

fn json<T: Serialize>(value: &T) -> Answer {
    match serde_json::to_string(value) {
        Ok(text) => Answer::text(200, "application/json", text + "\n"),
        Err(error) => refuse(500, &error.to_string()),
    }
}

fn refuse(status: u16, why: &str) -> Answer {
    Answer::text(status, "text/plain; charset=utf-8", format!("{why}\n"))
}
