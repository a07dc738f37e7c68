//! The tree is the one that html5ever makes, tokenizer and all, of what the pruner leaves.

#![allow(clippy::unwrap_used)]

use std::ops::Range;

use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink;
use html5ever::tokenizer::TokenizerOpts;
use proptest::prelude::*;
use scraper::{Html, HtmlTreeSink};

use super::attributes::Attribute;
use super::build::Builder;
use super::output::Output;
use super::prune::prune;
use crate::model::Limits;

/// Writes HTML again.
struct Markup<'a> {
    source: &'a str,
    html: String,
}

impl Markup<'_> {
    fn copy(&mut self, range: Range<usize>) {
        self.html.extend(self.source[range].chars().filter(|c| *c != '\0'));
    }
}

impl Output for Markup<'_> {
    fn text(&mut self, range: Range<usize>) {
        self.copy(range);
    }

    fn literal(&mut self, text: &str) {
        self.html.push_str(text);
    }

    fn doctype(&mut self, range: Range<usize>) {
        self.copy(range);
    }

    fn start(&mut self, name: Range<usize>, attributes: &[Attribute]) {
        self.html.push('<');
        self.copy(name);
        for attribute in attributes {
            self.html.push(' ');
            self.copy(attribute.name.clone());
            let value = self.source[attribute.value.clone()].replace('\0', "").replace('"', "&quot;");
            self.html.extend(["=\"", &value, "\""]);
        }
        self.html.push('>');
    }

    fn end(&mut self, name: Range<usize>) {
        self.html.push_str("</");
        self.copy(name);
        self.html.push('>');
    }
}

/// The tree as it is built, and the one that html5ever makes of the same.
fn both(source: &str) -> (Html, Html, String) {
    let limits = Limits { dom_depth: 24, ..Limits::default() };
    let mut builder = Builder::new(source);
    prune(source, &limits, &mut builder);
    let mut markup = Markup { source, html: String::new() };
    prune(source, &limits, &mut markup);
    let tokenizer = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
    let options = ParseOpts { tokenizer, ..ParseOpts::default() };
    let theirs = parse_document(HtmlTreeSink::new(Html::new_document()), options).one(markup.html.as_str());
    (builder.finish(), theirs, markup.html)
}

fn assert_same(source: &str) {
    let (ours, theirs, markup) = both(source);
    assert!(ours == theirs, "{source:?}\npruned: {markup:?}\nours:   {}\ntheirs: {}", ours.html(), theirs.html());
}

#[test]
fn known_hard_cases_give_the_same_tree() {
    for source in [
        "",
        "\u{FEFF}<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01//EN\"><p>a<table><tr><td>b",
        " \r\n<!doctype html>\r\n<html lang=vi><head>\r\n<title>A &amp; B\r\nC</title></head>\r\n<body>x",
        "<p>a<table><tr><td>b</table>c",
        "<b>1<p>2</b>3</p>4<i>5<div>6</i>7",
        "<a href=1>x<a href=2>y<div><a href=3>z</a></div></a>",
        "<table>a<tr>b<td>c</td>d</tr><div>e</div><input type=hidden><form><caption>f",
        "<textarea>\n\n a </p> &lt; </textarea><pre>\n\n x</pre><iframe><p></iframe><select><option>1</select>y",
        "<ul><li>1<li>2<ul><li>3</ul><dl><dt>a<dd>b</dl></ul></br></p><image src=x>",
        "<a href='?a=1&copy=2&amp;b&#x41;' HREF=z data-Long-Name=\"&quot;'\">&copy=1 &am<span style=x>p;</span></a>",
        "<di\0v cla\0ss='a\0b'>\0x\0</di\0v><scr\0ipt>y</script>z",
        "</body>a</html>b<body class=c><html data-x=1><head><meta charset=utf-8>",
        "1 < 2 <3 & 4 &notit; &#0; &#x80; &#13;\r\n",
        "<button>a<button>b<p>c</button>d<nobr>e<nobr>f<object><b>g</object>h",
        "<o:p>a</o:p><font>1<font>1<font>1<font>1<p>2</font></font>",
    ] {
        assert_same(source);
    }
}

/// Pieces of pages, whole and broken, with a bar between them.
const PIECES: &str = "<p>¦</p>¦<p class=\"a  b\">¦<div>¦<div id=x style='color:red; text-align:center'>¦</div>¦<b>¦</b>¦<i>¦\
     </i>¦<strong>¦</strong>¦<a href=\"/x?a=1&b=2&copy;&lt=3\">¦<a name='n'>¦</a>¦<span>¦\
     <span style=\"font:x\">¦</span>¦<font color=red>¦</font>¦<u>¦</u>¦<nobr>¦</nobr>¦<table>¦</table>¦<tr>¦\
     </tr>¦<td>¦</td>¦<th>¦<tbody>¦</tbody>¦<thead>¦<caption>¦</caption>¦<colgroup>¦<col>¦<ul>¦</ul>¦<ol>¦\
     <li>¦</li>¦<dl>¦<dt>¦<dd>¦</dl>¦<h1>¦</h1>¦<h2>¦</h3>¦<br>¦</br>¦<hr>¦<img src=a.jpg alt='ả nh'>¦\
     <input type=hidden>¦<input type=text>¦<form action=x>¦</form>¦<button>¦</button>¦\
     <select><option>a<option>b</select>¦<option>¦<textarea>\na<b></textarea>¦<title>a & b</title>¦\
     <iframe src=x>y</iframe>¦<object>¦</object>¦<marquee>¦</marquee>¦<center>¦</center>¦<pre>¦</pre>¦\
     <blockquote>¦</blockquote>¦<section>¦</section>¦<ruby>¦<rt>¦</ruby>¦\
     <x-y data-some-thing=1 DATA-some-thing=2>¦</x-y>¦<script>if (a<b) '</p>'</script>¦<style>p{}</style>¦\
     <svg><p></svg>¦<noscript>n</noscript>¦<!-- c -->¦<!doctype html>¦\
     <!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"x\">¦<html lang=vi>¦<head>¦</head>¦\
     <body class=k>¦</body>¦</html>¦<meta name=a content='b &amp; c'>¦<link rel=canonical href=/c>¦\
     <base href=/>¦chữ¦ ¦\n¦\r\n¦\r¦\t\t¦a\r\rb¦&nbsp;¦&amp;¦&ocirc;¦&not¦it;¦&#x1EA1;¦&#150¦&bogus;¦&¦am¦p;¦\
     <¦>¦</¦<>¦<1¦</>¦<?php x ?>¦\0¦\u{FEFF}¦<di\0v>¦<p <b>¦<a/b=c/>¦<p a='b¦'>¦<embed src=x>¦<frameset>¦\
     <plaintext>¦<math><mi>x</math>¦<o:p>¦</o:p>¦<image src=y>¦<keygen>¦<rtc>¦<template>";

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES.split('¦').collect::<Vec<_>>()), 0..60)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn tag_soup_gives_the_same_tree(source in soup()) {
        let (ours, theirs, markup) = both(&source);
        prop_assert!(ours == theirs, "pruned: {markup:?}\nours:   {}\ntheirs: {}", ours.html(), theirs.html());
    }

    #[test]
    fn any_text_gives_the_same_tree(source in "[<>&;/='\" \r\n\0a-cA-C#x0-9p!-]{0,80}") {
        let (ours, theirs, markup) = both(&source);
        prop_assert!(ours == theirs, "pruned: {markup:?}\nours:   {}\ntheirs: {}", ours.html(), theirs.html());
    }
}
