//! How the archive grew: a drawing, and a table that says the same.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::view::View;

/// Columns of the drawing at most; with more days than this, months are drawn, then years.
const COLUMNS: usize = 36;
const WIDTH: u64 = 720;
const HEIGHT: u64 = 180;

/// Articles by day, month or year of capture, in order: `2026-11`, how many were new, how many there were then.
pub fn growth(captured: impl Iterator<Item = u32>) -> Vec<(String, u64, u64)> {
    let mut days: BTreeMap<u32, u64> = BTreeMap::new();
    captured.filter(|day| *day > 0).for_each(|day| *days.entry(day).or_default() += 1);
    let mut steps = days;
    let mut unit = 1;
    while steps.len() > COLUMNS && unit < 10_000 {
        unit *= 100;
        let mut wider: BTreeMap<u32, u64> = BTreeMap::new();
        for (step, count) in &steps {
            *wider.entry(step / 100).or_default() += count;
        }
        steps = wider;
    }
    let name = |step: u32| match unit {
        1 => format!("{:04}-{:02}-{:02}", step / 10_000, step / 100 % 100, step % 100),
        100 => format!("{:04}-{:02}", step / 100, step % 100),
        _ => format!("{step:04}"),
    };
    let mut sum = 0;
    let add = |(step, count): (u32, u64)| {
        sum += count;
        (name(step), count, sum)
    };
    steps.into_iter().map(add).collect()
}

/// A day, month or year as people write it.
fn shown(view: &View, step: &str) -> String {
    match (step.len(), step.split_once('-')) {
        (10, _) => view.lang.day(step),
        (7, Some((year, month))) => format!("{month}/{year}"),
        _ => step.to_owned(),
    }
}

/// The drawing and its table.
pub fn draw(view: &View, steps: &[(String, u64, u64)]) -> Markup {
    let top = steps.last().map_or(1, |step| step.2).max(1);
    let width = (WIDTH / (steps.len().max(1) as u64)).min(120);
    let label = view.t(
        "Biểu đồ cột: tổng số bài sau mỗi kỳ; bảng bên dưới ghi cùng số liệu.",
        "Bar chart: articles held after each period; the table below has the same numbers.",
    );
    html! {
        figure class="chart" {
            svg viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + 2)) role="img" aria-label=(label) preserveAspectRatio="xMinYMid meet" {
                line class="axis" x1="0" x2=(WIDTH) y1=(HEIGHT) y2=(HEIGHT) {}
                @for (at, (name, new, sum)) in steps.iter().enumerate() {
                    @let tall = (sum * (HEIGHT - 20) / top).max(2);
                    @let fresh = (new * (HEIGHT - 20) / top).max(1).min(tall);
                    @let x = at as u64 * width;
                    rect class="old" x=(x + 2) y=(HEIGHT - tall) width=(width.saturating_sub(4).max(2)) height=(tall) {}
                    rect class="new" x=(x + 2) y=(HEIGHT - tall) width=(width.saturating_sub(4).max(2)) height=(fresh) {
                        title { (shown(view, name)) ": +" (view.lang.number(*new)) " → " (view.lang.number(*sum)) }
                    }
                }
            }
            // Beside the drawing, since letters within would shrink with it; the table says the same to those who hear.
            @if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
                p class="ends" aria-hidden="true" {
                    span { (shown(view, &first.0)) }
                    @if steps.len() > 1 { span { (shown(view, &last.0)) ": " (view.lang.number(top)) } }
                    @else { span { (view.lang.number(top)) } }
                }
            }
            details {
                summary { (view.t("Số liệu dạng bảng", "The numbers as a table")) }
                table {
                    thead { tr {
                        th scope="col" { (view.t("Kỳ", "Period")) }
                        th scope="col" class="n" { (view.t("Mới", "New")) }
                        th scope="col" class="n" { (view.t("Tổng", "Total")) }
                    } }
                    tbody { @for (name, new, sum) in steps {
                        tr { th scope="row" { (shown(view, name)) } td class="n" { (view.lang.number(*new)) } td class="n" { (view.lang.number(*sum)) } }
                    } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_days_become_months() {
        let few = growth([20_250_701, 20_250_701, 20_250_703, 0].into_iter());
        assert_eq!(few, [("2025-07-01".to_owned(), 2, 2), ("2025-07-03".to_owned(), 1, 3)]);
        let many: Vec<u32> = (1..=28).flat_map(|day| [20_250_600 + day, 20_250_700 + day]).collect();
        let months = growth(many.into_iter());
        assert_eq!(months, [("2025-06".to_owned(), 28, 28), ("2025-07".to_owned(), 28, 56)]);
    }
}
