//! From an article's words to the markup of its body, with the habits of the hand that typed it.

use std::fmt::Write;

use crate::article::{Article, Byline, Quirks};
use crate::rng::Rng;
use crate::spec::PortalSpec;
use crate::spelling::nfd;
use crate::text::Block;

/// Writes words as markup.
pub struct Printer {
    rng: Rng,
    quirks: Quirks,
}

impl Printer {
    /// A printer with the article's quirks. `place` keeps the noise of different places apart.
    pub fn new(article: &Article, place: &str) -> Self {
        Self { rng: Rng::part(article.seed, place, u64::from(article.version)), quirks: article.quirks }
    }

    /// Escapes and prints `text`, with the spaces, entities or decomposed letters of the article.
    pub fn text(&mut self, out: &mut String, text: &str) {
        let decomposed;
        let text = if self.quirks.has(Quirks::NFD) {
            decomposed = nfd(text);
            &decomposed
        } else {
            text
        };
        let odd = if self.quirks.has(Quirks::SPACES) { 40 } else { 300 };
        for c in text.chars() {
            match c {
                ' ' => match self.rng.below(odd) {
                    0 => out.push_str("&nbsp;"),
                    1 => out.push('\u{a0}'),
                    2 => out.push_str("  "),
                    3 => out.push_str("&nbsp; "),
                    _ => out.push(' '),
                },
                c if self.quirks.has(Quirks::ENTITIES) => match entity(c) {
                    Some(name) => {
                        let _ = write!(out, "&{name};");
                    }
                    None => escape_char(out, c),
                },
                c => escape_char(out, c),
            }
        }
    }
}

/// Escapes without noise: attributes, titles of links.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        escape_char(out, c);
    }
}

fn escape_char(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        c => out.push(c),
    }
}

/// The named entity that editors of the time write for a letter.
fn entity(c: char) -> Option<&'static str> {
    Some(match c {
        'à' => "agrave",
        'á' => "aacute",
        'â' => "acirc",
        'ã' => "atilde",
        'è' => "egrave",
        'é' => "eacute",
        'ê' => "ecirc",
        'ì' => "igrave",
        'í' => "iacute",
        'ò' => "ograve",
        'ó' => "oacute",
        'ô' => "ocirc",
        'õ' => "otilde",
        'ù' => "ugrave",
        'ú' => "uacute",
        'ý' => "yacute",
        'Â' => "Acirc",
        'Ô' => "Ocirc",
        'Ý' => "Yacute",
        '“' => "ldquo",
        '”' => "rdquo",
        '–' => "ndash",
        '…' => "hellip",
        _ => return None,
    })
}

/// The markup inside the body container.
pub fn body(out: &mut String, article: &Article, spec: &PortalSpec) {
    let mut printer = Printer::new(article, "body");
    if let (true, Some(lead)) = (article.quirks.has(Quirks::LEAD_AGAIN), &article.text.lead) {
        paragraph(out, &mut printer, std::slice::from_ref(lead), "strong");
    }
    let mut images = 0;
    for block in &article.text.blocks {
        match block {
            Block::Para(lines) => paragraph(out, &mut printer, lines, ""),
            Block::Subhead(line) => {
                paragraph(out, &mut printer, std::slice::from_ref(line), "strong");
            }
            Block::List { ordered, items } => list(out, &mut printer, *ordered, items),
            Block::Table(rows) => table(out, &mut printer, rows),
            Block::Image(caption) => {
                image(out, &mut printer, article, spec, images, caption.as_deref());
                images += 1;
            }
        }
    }
    let line = match &article.byline {
        Byline::Right(_) | Byline::Labelled(..) => article.byline.line(spec),
        _ => None,
    };
    if let Some(line) = line {
        out.push_str("<p style=\"text-align: right;\"><strong>");
        printer.text(out, &line);
        out.push_str("</strong></p>\n");
    }
    if printer.rng.chance(20) {
        out.push_str("<p>&nbsp;</p>\n");
    }
}

fn paragraph(out: &mut String, printer: &mut Printer, lines: &[String], tag: &str) {
    let pasted = printer.quirks.has(Quirks::PASTED);
    out.push_str("<p style=\"text-align: justify;\">");
    if pasted {
        out.push_str("<span style=\"font-size:14pt;\"><span style=\"line-height:150%\"><span style=\"font-family:'Times New Roman',serif\">");
    }
    if !tag.is_empty() {
        let _ = write!(out, "<{tag}>");
    }
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            out.push_str("<br />\n");
        }
        printer.text(out, line);
    }
    if !tag.is_empty() {
        let _ = write!(out, "</{tag}>");
    }
    if pasted {
        out.push_str("<o:p></o:p></span></span></span>");
    }
    out.push_str("</p>\n");
}

fn list(out: &mut String, printer: &mut Printer, ordered: bool, items: &[String]) {
    let tag = if ordered { "ol" } else { "ul" };
    let _ = writeln!(out, "<{tag} style=\"margin-left: 20px;\">");
    for item in items {
        out.push_str("\t<li>");
        printer.text(out, item);
        out.push_str("</li>\n");
    }
    let _ = writeln!(out, "</{tag}>");
}

fn table(out: &mut String, printer: &mut Printer, rows: &[Vec<String>]) {
    out.push_str("<table border=\"1\" cellpadding=\"0\" cellspacing=\"0\" style=\"width:100%;border-collapse:collapse\">\n<tbody>\n");
    let nested = printer.rng.chance(50);
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            out.push_str("<td style=\"padding:4px;border:1px solid #999\">");
            out.push_str(if nested { "<p>" } else { "" });
            printer.text(out, cell);
            out.push_str(if nested { "</p>" } else { "" });
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn image(
    out: &mut String,
    printer: &mut Printer,
    article: &Article,
    spec: &PortalSpec,
    n: usize,
    caption: Option<&str>,
) {
    let (src, look) = (article.image(spec, n), spec.look());
    let mut alt = String::new();
    escape(&mut alt, &look.alt(article, n, caption.unwrap_or("")));
    if let Some([open, between, close]) = look.skin().figure {
        let _ = write!(out, "{open}<img alt=\"{alt}\" src=\"{src}\" />{between}");
        if let Some(caption) = caption {
            printer.text(out, caption);
        }
        out.push_str(close);
        return;
    }
    let close = if article.quirks.has(Quirks::FIGCAPTION) {
        let class = look.figure_class();
        let _ = write!(out, "<figure class=\"{class}\"><img alt=\"{alt}\" src=\"{src}\" width=\"660\" />");
        if let Some(caption) = caption {
            out.push_str("<figcaption>");
            printer.text(out, caption);
            out.push_str("</figcaption>");
        }
        "</figure>\n"
    } else {
        let _ = write!(
            out,
            "<p style=\"text-align: center;\"><img alt=\"{alt}\" class=\"ImgDetailImage\" src=\"{src}\" /></p>\n<p style=\"text-align: center;\">"
        );
        match caption {
            Some(caption) => {
                out.push_str("<em>");
                printer.text(out, caption);
                out.push_str("</em>");
            }
            None => out.push_str("&nbsp;"),
        }
        "</p>\n"
    };
    out.push_str(close);
}
