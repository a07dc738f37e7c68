//! Table rows: data rows become one line, rows that lay out a page stay apart.

use super::hints::Hints;
use super::outline::{Align, LineKind};
use super::walk::Walk;

/// The longest data row.
const LONGEST_ROW_BYTES: usize = 4000;
/// Lines of one cell in a data row.
const LONGEST_CELL_LINES: usize = 12;

/// An open table row.
pub(super) struct Row {
    /// Lines before it.
    pub(super) first_line: usize,
    /// Areas before it.
    pub(super) first_area: usize,
    /// A table lies inside.
    pub(super) mixed: bool,
}

impl Walk<'_> {
    /// Joins the cells of a data row. Rows that lay out a page (tables, pictures, long texts inside) stay apart.
    pub(super) fn close_row(&mut self) {
        let Some(row) = self.rows.pop() else { return };
        let lines = &self.outline.lines[row.first_line..];
        let cells: Vec<(usize, usize)> = self.outline.areas[row.first_area..]
            .iter()
            .filter(|area| area.cell && area.end > area.first)
            .map(|area| (area.first, area.end))
            .collect();
        let size: usize = lines.iter().map(|line| line.size).sum();
        let layout = row.mixed
            || cells.len() < 2
            || size > LONGEST_ROW_BYTES
            || lines.iter().any(|line| line.after_image || line.hints.has(Hints::CAPTION))
            || cells.iter().any(|(first, end)| end - first > LONGEST_CELL_LINES);
        if layout {
            if let Some(outer) = self.rows.last_mut() {
                outer.mixed = true;
            }
            return;
        }
        let mut joined = self.outline.lines[cells[0].0].clone();
        let texts: Vec<String> = cells
            .iter()
            .map(|(first, end)| {
                let texts: Vec<&str> = self.outline.lines[*first..*end].iter().map(|line| line.text.as_str()).collect();
                texts.join(" ")
            })
            .collect();
        joined.text = texts.join(" | ");
        joined.kind = LineKind::Row;
        joined.align = Align::Plain;
        joined.size = size;
        joined.linked = lines.iter().map(|line| line.linked).sum();
        joined.bold = lines.iter().map(|line| line.bold).sum();
        joined.italic = lines.iter().map(|line| line.italic).sum();
        joined.area = self.top();
        self.outline.lines.truncate(row.first_line);
        self.outline.lines.push(joined);
        let end = row.first_line + 1;
        for area in &mut self.outline.areas[row.first_area.saturating_sub(1)..] {
            area.first = area.first.min(end);
            area.end = area.end.min(end);
        }
        for file in self.outline.files.iter_mut().rev().take_while(|file| file.line >= row.first_line) {
            file.line = row.first_line;
        }
    }
}
