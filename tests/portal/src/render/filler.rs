//! Style sheets and scripts as such systems inline them: varied enough to compress like the real thing.

use std::fmt::Write;

use super::labels::{CLASSES, PARTS};
use crate::rng::Rng;

const COLOURS: &[&str] =
    &["#c8102e", "#fff", "#333", "#f7f2e8", "#0a5aa8", "#ddd", "#8b1a1a", "#ffcf33", "#1e7145", "transparent"];
const RULES: &[&str] = &[
    "display:block",
    "position:relative",
    "float:left",
    "text-decoration:none",
    "overflow:hidden",
    "font-weight:700",
    "text-transform:uppercase",
    "list-style:none",
    "box-sizing:border-box",
    "cursor:pointer",
    "white-space:nowrap",
    "display:-ms-flexbox;display:flex",
    "vertical-align:middle",
    "background-repeat:no-repeat",
    "clear:both",
];
const MEASURES: &[&str] = &[
    "margin",
    "padding",
    "margin-top",
    "padding-left",
    "width",
    "height",
    "line-height",
    "font-size",
    "top",
    "border-radius",
];
const VERBS: &[&str] =
    &["init", "load", "toggle", "update", "bind", "render", "show", "hide", "scroll", "resize", "validate", "submit"];
const NOUNS: &[&str] = &[
    "Menu", "Slider", "Banner", "Tab", "Weather", "Calendar", "Vote", "Search", "Font", "Contrast", "Popup", "Gallery",
    "Marquee",
];

/// A style element of about `size` bytes.
pub fn style(rng: &mut Rng, size: usize) -> String {
    let mut out = String::with_capacity(size + 256);
    out.push_str("<style type=\"text/css\">\n");
    while out.len() < size {
        if rng.chance(4) {
            let _ = writeln!(
                out,
                "@media (max-width:{}px){{.{}{{display:none}}}}",
                rng.between(320, 1200),
                rng.pick(CLASSES)
            );
        }
        let _ = write!(out, ".{}-{}", rng.pick(CLASSES), rng.pick(PARTS));
        if rng.chance(40) {
            let _ = write!(out, " .{}>{}", rng.pick(PARTS), rng.pick(&["a", "li", "span", "img", "h3", "p"]));
        }
        out.push('{');
        for _ in 0..rng.between(1, 4) {
            match rng.below(3) {
                0 => out.push_str(rng.pick(RULES)),
                1 => {
                    let _ = write!(out, "{}:{}px", rng.pick(MEASURES), rng.between(1, 640));
                }
                _ => {
                    let _ = write!(out, "{}:{}", rng.pick(&["color", "background", "border-color"]), rng.pick(COLOURS));
                }
            }
            out.push(';');
        }
        out.push_str("}\n");
    }
    out.push_str("</style>\n");
    out
}

/// A script element of about `size` bytes.
pub fn script(rng: &mut Rng, size: usize) -> String {
    let mut out = String::with_capacity(size + 512);
    out.push_str("<script type=\"text/javascript\">\n//<![CDATA[\n");
    while out.len() < size {
        function(rng, &mut out);
    }
    out.push_str("//]]>\n</script>\n");
    out
}

fn function(rng: &mut Rng, out: &mut String) {
    let name = format!("{}{}{}", rng.pick(VERBS), rng.pick(NOUNS), rng.between(1, 99));
    let (class, part) = (rng.pick(CLASSES), rng.pick(PARTS));
    let n = rng.between(100, 9_000);
    let hex = rng.next() >> 20;
    let _ = match rng.below(6) {
        0 => writeln!(
            out,
            "function {name}(el) {{\n\tvar $box = $('.{class}-{part}');\n\tif ($box.length == 0) return false;\n\t$box.stop().animate({{ scrollTop: {n} }}, {}, function () {{ $(this).addClass('{part}'); }});\n}}",
            n / 7
        ),
        1 => writeln!(
            out,
            "var {name} = setInterval(function () {{ var d = document.getElementById('{class}_{hex:x}'); if (d) {{ d.style.left = (parseInt(d.style.left) - 1) + 'px'; }} }}, {n});"
        ),
        2 => writeln!(
            out,
            "$(document).on('click', '#{class}-{hex:x} .{part}', function (e) {{ e.preventDefault(); {name}($(this).data('id'), '{:x}'); return !1; }});",
            hex.rotate_left(9)
        ),
        3 => writeln!(
            out,
            "window.{name} = window.{name} || {{ id: \"{hex:x}\", delay: {n}, auto: {}, items: [{}, {}, {}] }};",
            n.is_multiple_of(2),
            n / 3,
            n / 5,
            n / 11
        ),
        4 => writeln!(
            out,
            "jQuery(function ($) {{\n\t$('.{class} a[data-{part}]').each(function (i) {{ var u = $(this).attr('href'); if (u && u.indexOf('{hex:x}') < 0) $(this).attr('tabindex', {n} + i); }});\n}});"
        ),
        _ => writeln!(
            out,
            "/* {class} {part} */ (function (w, k) {{ w[k] = w[k] || []; w[k].push(['{name}', {n}, '{hex:x}']); }})(window, '_{}');",
            rng.pick(NOUNS)
        ),
    };
}
