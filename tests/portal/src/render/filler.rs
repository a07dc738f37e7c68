//! Style sheets and scripts as such systems inline them: few phrases said often, so that they compress like the real thing.

use std::fmt::Write;

use super::labels::{CLASSES, PARTS};
use crate::rng::Rng;

const COLOURS: &[&str] = &["#c8102e", "#fff", "#333", "#0a5aa8"];
const RULES: &[&str] = &[
    "display:block",
    "position:relative",
    "float:left",
    "text-decoration:none",
    "overflow:hidden",
    "font-weight:700",
    "list-style:none",
    "box-sizing:border-box",
    "cursor:pointer",
    "display:-ms-flexbox;display:flex",
    "clear:both",
];
const MEASURES: &[&str] = &["margin", "padding", "margin-top", "width", "height", "line-height", "font-size"];
/// Sizes come from a grid, as designers choose them.
const SIZES: &[&str] = &["0", "5", "10", "15"];
/// Delays and offsets.
const DELAYS: &[u64] = &[300, 500, 3_000];
const VERBS: &[&str] = &["init", "load", "toggle", "update", "show", "hide"];
const NOUNS: &[&str] = &["Menu", "Slider", "Banner", "Weather", "Search", "Popup", "Marquee"];

/// A style element of about `size` bytes.
pub fn style(rng: &mut Rng, size: usize) -> String {
    let mut out = String::with_capacity(size + 256);
    out.push_str("<style type=\"text/css\">\n");
    let mut class = rng.pick(CLASSES);
    while out.len() < size {
        // Rules of one part of the page stand together.
        if rng.chance(15) {
            class = rng.pick(CLASSES);
        }
        if rng.chance(4) {
            let _ = writeln!(
                out,
                "@media (max-width:{}px){{.{}{{display:none}}}}",
                rng.pick(&["480", "767", "991"]),
                rng.pick(CLASSES)
            );
        }
        let _ = write!(out, ".{class}-{}", rng.pick(PARTS));
        if rng.chance(40) {
            let _ = write!(out, " .{}>{}", rng.pick(PARTS), rng.pick(&["a", "li", "span", "img", "h3", "p"]));
        }
        out.push('{');
        for _ in 0..rng.between(1, 4) {
            match rng.below(3) {
                0 => out.push_str(rng.pick(RULES)),
                1 => {
                    let _ = write!(out, "{}:{}px", rng.pick(MEASURES), rng.pick(SIZES));
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
    let name = format!("{}{}", rng.pick(VERBS), rng.pick(NOUNS));
    let (class, part) = (rng.pick(&CLASSES[..6]), rng.pick(&PARTS[..6]));
    let n = DELAYS[rng.below(DELAYS.len())];
    // One of a few modules that the page loads many times.
    let hex = 0x1a9_f37c_u64 + rng.below(2) as u64;
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
