//! Coverage by month: a table of years and months, darker where more articles are held, marked where some are missing.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::view::View;
use crate::serve::reports::Month;

/// Steps of darkness.
const STEPS: u64 = 5;

/// The table. `held` counts articles by year and month of publication, `listed` is what the reports say.
pub fn map(view: &View, site: &str, held: &BTreeMap<(u32, u32), u64>, listed: &BTreeMap<String, Month>) -> Markup {
    let mut years: Vec<u32> = held.keys().map(|(year, _)| *year).collect();
    years.extend(
        listed.iter().filter(|(_, month)| month.listed > 0).filter_map(|(name, _)| name.get(..4)?.parse::<u32>().ok()),
    );
    years.sort_unstable();
    years.dedup();
    years.reverse();
    let most = held.values().copied().max().unwrap_or(1).max(1);
    html! {
        p class="note" { (view.t("Số bài theo tháng đăng. Dấu △ là tháng còn bài chưa lưu được.", "Articles by month of publication. △ marks a month of which articles are missing.")) }
        div class="scroll" role="group" aria-labelledby="coverage" tabindex="0" {
            table class="heat" {
                                thead { tr {
                    th scope="col" { (view.t("Năm", "Year")) }
                    @for month in 1..=12 { th scope="col" { (month) } }
                } }
                tbody {
                    @for year in years {
                        tr {
                            th scope="row" { (year) }
                            @for month in 1..=12u32 { (cell(view, site, (year, month), held, listed, most)) }
                        }
                    }
                }
            }
        }
    }
}

fn cell(
    view: &View,
    site: &str,
    (year, month): (u32, u32),
    held: &BTreeMap<(u32, u32), u64>,
    listed: &BTreeMap<String, Month>,
    most: u64,
) -> Markup {
    let name = format!("{year:04}-{month:02}");
    let count = held.get(&(year, month)).copied().unwrap_or(0);
    let gaps = listed.get(&name).map_or(0, |month| month.gaps);
    let heat = if count == 0 { 0 } else { 1 + (count * STEPS - 1) / (most + 1) }.min(STEPS);
    let last = jiff::civil::date(i16::try_from(year).unwrap_or(1), i8::try_from(month).unwrap_or(1), 1).last_of_month();
    let (from, to) = (format!("{name}-01"), last.to_string());
    let link = view.link("/search", &[("site", site), ("from", &from), ("to", &to), ("sort", "oldest")]);
    html! {
        td class=(format!("h{heat}")) {
            @if count > 0 { a href=(link) { (view.lang.number(count)) } }
            @if gaps > 0 { span class="gap" title=(format!("{gaps} {}", view.t("bài còn thiếu", "missing"))) {
                "△" span class="hidden" { " " (gaps) " " (view.t("bài còn thiếu", "missing")) } } }
        }
    }
}
