//! Who wrote it: where in a draft the byline stands.

use super::date_line::name_before;
use super::draft::{AFTER_BODY, Draft};
use super::head;
use super::hints::Hints;
use super::{Block, Role, tail};

/// Lines at the end of a document in which it is signed.
const SIGNATURE_LINES: usize = 6;

impl Draft<'_> {
    /// Finds who wrote it: the element a selector chose, the last lines, a line below the body, brackets at the end.
    pub(super) fn sign(&mut self, chosen: Option<usize>) {
        let lines = &self.outline.lines;
        if let Some(area) = chosen {
            let area = &self.outline.areas[area];
            for index in area.first..area.end {
                self.blocks.retain(|(_, line)| *line != index);
                self.sign_with(index);
            }
        }
        // A document that is reproduced ends with those who signed it; they wrote no report.
        if self.blocks.iter().rev().take(SIGNATURE_LINES).any(|(block, _)| tail::signature(&block.text)) {
            return;
        }
        if self.byline.is_none() {
            self.sign_inside();
        }
        if self.byline.is_none() {
            let below = self.end..(self.end + AFTER_BODY).min(lines.len());
            let signed = below
                .take_while(|index| !head::ends_article(&lines[*index]))
                .filter(|index| !lines[*index].hints.has(Hints::ACCOUNT))
                .find(|index| tail::likeness(&lines[*index], false) >= 3);
            if let Some(index) = signed {
                self.sign_with(index);
            }
        }
        if self.byline.is_none() {
            self.sign_above();
        }
        if self.byline.is_none() {
            let last = self.blocks.iter().rev().find(|(block, _)| block.role == Role::Paragraph);
            self.byline = last.and_then(|(block, _)| tail::bracketed(&block.text));
        }
    }

    /// A name in the head: in an author's element, or before the date in capitals.
    fn sign_above(&mut self) {
        let Some(title) = self.title.line else { return };
        let lines = &self.outline.lines;
        let below =
            title + 1..self.first.max(self.shown_date.map_or(0, |line| line + 1)).max(title + 4).min(lines.len());
        let head = below.take_while(|index| lines[*index].size < 200).filter(|index| {
            let line = &lines[*index];
            line.hints.has(Hints::AUTHOR) && !line.hints.has(Hints::ACCOUNT) && Some(*index) != self.shown_date
        });
        let named: Vec<usize> = head.filter(|index| tail::likeness(&lines[*index], false) >= 3).collect();
        for index in named {
            self.blocks.retain(|(_, line)| *line != index);
            if self.byline.is_none() {
                self.sign_with(index);
            }
        }
        if self.byline.is_none() {
            self.byline = self.dates.iter().find(|date| Some(date.line) == self.shown_date).and_then(name_before);
        }
    }

    fn sign_with(&mut self, index: usize) {
        let text = self.outline.lines[index].text.clone();
        if let Some(name) = tail::name(&text) {
            self.byline = self.byline.take().or(Some(name));
            self.blocks.push((Block { role: Role::Byline, text }, index));
        }
    }

    /// The last blocks that look like a byline.
    fn sign_inside(&mut self) {
        let mut at = self.blocks.len();
        let mut last = true;
        while at > usize::from(self.lead.is_none()) && self.blocks.len() - at < 3 {
            let (block, index) = &self.blocks[at - 1];
            if block.role == Role::Caption || block.role == Role::TableRow {
                break;
            }
            if tail::likeness(&self.outline.lines[*index], last) < 2 {
                break;
            }
            let name = tail::name(&block.text);
            self.blocks[at - 1].0.role = Role::Byline;
            if name.is_some() {
                self.byline = name;
            } else {
                self.blocks.remove(at - 1);
            }
            last = false;
            at -= 1;
        }
    }
}
