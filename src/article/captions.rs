//! Picture captions: named by markup, or set as one below a picture.

use super::hints::Hints;
use super::outline::{Align, Line, LineKind};
use super::text::length;

/// The longest caption taken on looks alone, in characters.
const LONGEST: usize = 350;

/// What came before, while lines are gone through in order.
#[derive(Debug, Default)]
pub(super) struct Captions {
    /// The line before was a caption, set like this.
    run: Option<(Align, bool)>,
    /// The last caption, to print a doubled one once.
    last: String,
}

impl Captions {
    /// Whether `line` is a caption.
    pub(super) fn take(&mut self, line: &Line) -> bool {
        let set = line.align == Align::Center || line.is_italic();
        // `desc` also names summaries: the word counts below a picture only.
        let named = line.kind == LineKind::Caption
            || (line.hints.has(Hints::CAPTION)
                && !line.hints.has(Hints::LEAD)
                && (line.after_image || self.run.is_some()));
        let credit = (line.after_image || line.align == Align::Center) && credited(&line.text);
        let below = line.after_image && (set || credit) && length(&line.text) <= LONGEST;
        let goes_on = self.run.is_some_and(|(align, italic)| {
            set && line.align == align && line.is_italic() == italic && length(&line.text) <= LONGEST
        });
        let caption =
            (named && length(&line.text) <= LONGEST * 2) || below || goes_on || (credit && line.align == Align::Center);
        self.run = caption.then(|| (line.align, line.is_italic()));
        caption
    }

    /// Whether the caption was printed just before; below another picture the same words are another caption.
    pub(super) fn doubled(&mut self, line: &Line) -> bool {
        let doubled = self.last == line.text && !line.after_image;
        line.text.clone_into(&mut self.last);
        doubled
    }
}

/// `Ảnh: X`, `(Ảnh: X)`, `Ảnh X` at the end.
fn credited(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower
        .rfind("ảnh:")
        .or_else(|| lower.rfind("ảnh minh họa"))
        .or_else(|| lower.rfind("ảnh tư liệu"))
        .is_some_and(|at| length(&lower[at..]) <= 60)
}

/// Alternative texts that editors leave in place, and file names; they describe nothing.
pub(super) fn placeholder(text: &str) -> bool {
    let key = super::fold::key(text);
    let known = matches!(
        key.as_str(),
        "" | "anh tin bai"
            | "banner"
            | "image advertisement"
            | "nhập mô tả vào đây"
            | "chú thích ảnh"
            | "no image"
            | "image"
            | "ảnh"
            | "hình ảnh"
            | "ảnh minh hoạ"
            | "ảnh đại diện"
            | "photo"
    );
    let file = !text.contains(' ') && (text.contains('_') || text.contains('.') || text.contains('-'));
    known || file
}
