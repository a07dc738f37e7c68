//! The versions of an article, and the words that changed from one to another.

use maud::{Markup, html};

use super::Answer;
use super::article;
use super::overview::lang_of;
use super::view::{Place, View};
use crate::archive::catalog::ArticleRecord;
use crate::archive::compare::{Op, Run, compare};
use crate::archive::select::text_of;
use crate::serve::error::ServeError;
use crate::serve::library::Library;

/// Bytes of a text that are compared at most.
const LONGEST: usize = 1 << 20;

/// The table of versions; nothing, where there is one only.
pub fn list(view: &View, versions: &[ArticleRecord], shown: u32) -> Markup {
    html! {
        @if versions.len() > 1 {
            section aria-labelledby="versions" {
                h2 id="versions" { (view.t("Các phiên bản", "Versions")) }
                table {
                    thead { tr {
                        th scope="col" class="n" { (view.t("Bản", "No.")) }
                        th scope="col" { (view.t("Lưu lúc", "Captured")) }
                        th scope="col" { (view.t("Thay đổi", "Changes")) }
                    } }
                    tbody {
                        @for (at, record) in versions.iter().enumerate() {
                            @let number = record.version.to_string();
                            tr {
                                th scope="row" class="n" {
                                    @if record.version == shown { span aria-current="true" { (number) } }
                                    @else { a href=(view.link(&format!("/articles/{}", record.id), &[("version", &number)])) { (number) } }
                                }
                                td { time datetime=(record.captured_at) { (view.lang.time(&record.captured_at)) } }
                                td {
                                    @if let Some(before) = at.checked_sub(1).and_then(|at| versions.get(at)) {
                                        @let from = before.version.to_string();
                                        a href=(view.link(&format!("/articles/{}/diff", record.id), &[("from", &from), ("to", &number)])) {
                                            (view.t("so với bản ", "against version ")) (from)
                                        }
                                    } @else { (view.t("bản đầu tiên", "the first")) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The page of a comparison.
pub fn show(library: &Library, view: &View, id: &str) -> Answer {
    let versions = article::versions(library, view, id)?;
    let newest = versions.last().map_or(1, |record| u64::from(record.version));
    let to = view.number("to")?.unwrap_or(newest);
    let before = versions.iter().rev().map(|record| u64::from(record.version)).find(|number| *number < to);
    let from = view.number("from")?.or(before).unwrap_or(to);
    let pick = |number: u64| {
        let found = versions.iter().find(|record| u64::from(record.version) == number);
        found.ok_or(ServeError::Missing { what: "version of this article" })
    };
    let (older, newer) = (pick(from)?, pick(to)?);
    let runs = compare(&text(library, older)?, &text(library, newer)?);
    let title = view.t("So sánh phiên bản", "Versions compared");
    let contents = html! {
        nav class="crumbs" aria-label=(view.t("Vị trí", "You are here")) { a href=(view.link(&format!("/articles/{id}"), &[])) lang=(lang_of(newer)) { (newer.title) } }
        h1 { (title) }
        p class="meta" {
            (view.t("Bản ", "Version ")) (older.version) ", " time datetime=(older.captured_at) { (view.lang.time(&older.captured_at)) }
            " → " (view.t("bản ", "version ")) (newer.version) ", " time datetime=(newer.captured_at) { (view.lang.time(&newer.captured_at)) }
        }
        p class="note" { del { (view.t("chữ bị bỏ", "words that are gone")) } " " ins { (view.t("chữ thêm vào", "new words")) } }
        @if runs.iter().all(|run| run.op == Op::Equal) { p class="empty" { (view.t("Không có chữ nào thay đổi.", "No words changed.")) } }
        article class="text diff" lang=(lang_of(newer)) { @for block in blocks(&runs) { p { @for (at, (op, text)) in block.iter().enumerate() {
            @if at > 0 { " " }
            @match op { Op::Equal => { (text) } Op::Delete => { del { (text) } } Op::Insert => { ins { (text) } } }
        } } } }
    };
    Ok(view.page(title, Place::Nowhere, &contents))
}

fn text(library: &Library, record: &ArticleRecord) -> Result<String, ServeError> {
    let mut text = text_of(library.root(), record)?.ok_or(ServeError::Missing { what: "text" })?;
    text.truncate(LONGEST);
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Runs by block; a block ends where either text ends one.
fn blocks(runs: &[Run]) -> Vec<Vec<(Op, &str)>> {
    let mut out = vec![Vec::new()];
    for run in runs {
        for (at, part) in run.text.split("\n\n").enumerate() {
            if at > 0 {
                out.push(Vec::new());
            }
            if let Some(block) = out.last_mut().filter(|_| !part.trim().is_empty()) {
                block.push((run.op, part.trim()));
            }
        }
    }
    out.retain(|block| !block.is_empty());
    out
}
