//! An old portal in windows-1258, where tone marks stand behind their letters, under a header that says otherwise.

use unicode_normalization::UnicodeNormalization;

use super::{About, Look, Skin, skin};
use crate::answer::{Answer, Content, HTML};
use crate::article::Article;
use crate::dates::Stamp;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// The old portal.
pub struct Cp1258;

const ABOUT: About = About {
    name: "cp1258",
    sections: &[("tin-tuc", "Tin tức"), ("nong-nghiep", "Nông nghiệp - Nông thôn")],
    province: "Kim Vực",
    suffix: " - Trang tin điện tử tỉnh Kim Vực",
    tag: "KVP",
    first_id: 900,
    server: "Microsoft-IIS/6.0",
    cookie: "ASPSESSIONIDQABCRDST",
    articles: 60,
    gzip: false,
    marks: "<meta http-equiv=\"Content-Language\" content=\"vi\" />\n<meta name=\"GENERATOR\" content=\"Microsoft FrontPage 6.0\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<table class=\"dstin\" width=\"100%\"><tr><td class=\"tenmuc\">{name}</td></tr>\n",
        "<tr><td class=\"tin\"><img align=\"left\" alt=\"\" src=\"{image}\" /><a class=\"tentin\" href=\"{href}\"><b>{title}</b></a> <font color=\"#666666\">({date})</font><br />{sapo}</td></tr>\n",
        "</table>\n",
    ],
    pager: [
        "<p align=\"right\" class=\"trang\">Trang: ",
        "<b>[{n}]</b> ",
        "<a href=\"{href}\">{n}</a> ",
        "<a href=\"{href}\">Tiếp &gt;&gt;</a>",
        "",
        "</p>\n",
    ],
    head: "<table class=\"chitiet\" width=\"100%\"><tr><td><p class=\"tieude\"><b>{title}</b></p>\n<p class=\"ngay\">{date}</p>\n",
    lead: ["<p><b>", "</b></p>\n"],
    body: ["<div class=\"noidung\">\n", "", "</div>\n"],
    author: ["<p align=\"right\"><b>", "</b></p>\n"],
    tail: "</td></tr></table>\n<p><a href=\"javascript:history.back()\">Quay lại</a> | <a href=\"#\">In trang</a></p>\n",
    related: ["<p><b>Các tin khác:</b></p><ul>\n", "<li><a href=\"{href}\">{title}</a> ({date})</li>\n", "</ul>\n"],
    ..skin::BARE
};

impl Look for Cp1258 {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, _spec: &PortalSpec, _list: usize) -> String {
        format!("/chitiet.asp?id={}", article.id)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        vec![
            format!("/chitiet.asp?muc={}&id={}", spec.sections()[article.lists[0]].0, article.id),
            format!("/ChiTiet.asp?ID={}", article.id),
        ]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        format!("/hinhanh/h{}{n}.png", article.seed % 0xff_ffff)
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        format!("/vanban/vb{}.pdf", article.seed % 9_973)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let ((y, mo, d), (h, m)) = (stamp.civil(), stamp.clock());
        format!("Gửi lúc: {d:02}/{mo:02}/{y} {h:02}:{m:02}:00")
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/tintuc.asp?muc={}", spec.sections()[list].0)
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("{}&trang={number}", self.list_path(spec, list))
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/{head}/{entry}.asp")
    }

    fn send(&self, answer: Answer, asked: &Asked) -> Answer {
        match answer.page {
            Content::Page(page) if answer.media == HTML => {
                let text = String::from_utf8(page.identity().concat()).unwrap_or_default();
                let bytes = encode(&text.replacen("<meta charset=\"utf-8\" />\n", "", 1));
                // Which of the wrong names it is depends on the address alone.
                let odd = asked.query.bytes().map(u32::from).sum::<u32>() % 2 == 1;
                let media = if odd { "text/html; charset=iso-8859-1" } else { HTML };
                Answer { media, page: Content::File(bytes), ..answer }
            }
            _ => answer,
        }
    }
}

/// Letters of windows-1258 outside Latin-1, by byte; above 0xA0 all other bytes are Latin-1.
const LETTERS: [(char, u8); 34] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('„', 0x84),
    ('…', 0x85),
    ('†', 0x86),
    ('‡', 0x87),
    ('‰', 0x89),
    ('‹', 0x8b),
    ('Œ', 0x8c),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('™', 0x99),
    ('›', 0x9b),
    ('œ', 0x9c),
    ('Ă', 0xc3),
    ('\u{300}', 0xcc),
    ('Đ', 0xd0),
    ('\u{309}', 0xd2),
    ('Ơ', 0xd5),
    ('Ư', 0xdd),
    ('\u{303}', 0xde),
    ('ă', 0xe3),
    ('\u{301}', 0xec),
    ('đ', 0xf0),
    ('\u{323}', 0xf2),
    ('ơ', 0xf5),
    ('ư', 0xfd),
    ('₫', 0xfe),
    ('ˆ', 0x88),
];

const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Windows-1258 with every tone mark behind its letter; what it has no byte for becomes a number.
fn encode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for whole in text.nfc() {
        let tone = (!whole.is_ascii()).then(|| whole.nfd().find(|c| TONES.contains(c))).flatten();
        let base: String = whole.nfd().filter(|c| Some(*c) != tone).nfc().collect();
        for c in base.chars().chain(tone) {
            match byte(c) {
                Some(byte) => out.push(byte),
                None => out.extend(format!("&#{};", u32::from(c)).bytes()),
            }
        }
    }
    out
}

fn byte(c: char) -> Option<u8> {
    if c.is_ascii() {
        return u8::try_from(c).ok();
    }
    let own = LETTERS.iter().find(|(letter, _)| *letter == c).map(|(_, byte)| *byte);
    own.or_else(|| u8::try_from(c).ok().filter(|b| *b >= 0xa0 && LETTERS.iter().all(|(_, other)| other != b)))
}

/// The text of such bytes, composed.
#[cfg(test)]
pub fn decode(bytes: &[u8]) -> String {
    let letter = |b: &u8| LETTERS.iter().find(|(_, byte)| byte == b).map_or(char::from(*b), |(letter, _)| *letter);
    bytes.iter().map(letter).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_behind_their_letters() {
        assert_eq!(encode("Tỉnh ủy"), b"Ti\xd2nh u\xd2y");
        assert_eq!(encode("đặc biệt"), b"\xf0\xe3\xf2c bi\xea\xf2t");
        assert_eq!(encode("« → »"), "\u{ab} &#8594; \u{bb}".chars().map(|c| c as u8).collect::<Vec<_>>());
        let text = "Chủ tịch UBND tỉnh Nguyễn Văn Ườm “đề nghị” – hoàn thành 97% kế hoạch…";
        assert_eq!(decode(&encode(text)), text);
    }
}
