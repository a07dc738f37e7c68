//! ASP.NET WebForms: a page's link to the next is the whole form sent back, with its state.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::outline::Outline;
use super::reader::Seen;
use super::words::{Label, label};
use super::{Next, form, script};

/// A page that keeps more state than this is not walked: it would be sent back with every request.
const STATE_BYTES: usize = 1 << 20;

static CALL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let call = r#"(?:__doPostBack\(|WebForm_PostBackOptions\()\s*(?:&quot;|\\?['"])(.*?)(?:&quot;|\\?['"])\s*,\s*(?:&quot;|\\?['"])(.*?)(?:&quot;|\\?['"])"#;
    Regex::new(call).ok()
});

/// The form that leads to the page after the one seen. `target` and `argument` are the site file's word.
pub(super) fn next(seen: &Seen<'_>, target: Option<&str>, argument: Option<&str>, list: &Url) -> Next {
    let number = seen.request.number.saturating_add(1);
    let told = |template: &str| template.replace("{n}", &number.to_string());
    let event = match (target, argument) {
        (Some(target), argument) if target.contains("{n}") || argument.is_some_and(|text| text.contains("{n}")) => {
            Some((told(target), argument.map(told).unwrap_or_default()))
        }
        // A pager's next button: the same event on every page, so that only its presence tells that there is more.
        (Some(target), argument) => events(seen.outline)
            .into_iter()
            .map(|(_, event)| event)
            .find(|(name, word)| name == target && argument.is_none_or(|argument| argument == word)),
        (None, _) => choose(events(seen.outline), number),
    };
    let Some((target, argument)) = event else {
        return Next::End("no form link to a further page".to_owned());
    };
    let state = state(seen);
    if !state.iter().any(|(name, _)| name == "__VIEWSTATE") {
        return Next::Cut("the page has no __VIEWSTATE, which further pages need".to_owned());
    }
    if state.iter().map(|(_, value)| value.len()).sum::<usize>() > STATE_BYTES {
        return Next::Cut(format!("the page's state is larger than {STATE_BYTES} bytes"));
    }
    let mut fields = vec![("__EVENTTARGET".to_owned(), target), ("__EVENTARGUMENT".to_owned(), argument)];
    fields.extend(state);
    Next::Page(form::post(action(seen, list), number, &fields))
}

type Event = (String, String);

/// Links and buttons that send the form back, with what their label says.
fn events(outline: &Outline<'_>) -> Vec<(Label, Event)> {
    let Some(call) = CALL.as_ref() else { return Vec::new() };
    let mut out = Vec::new();
    for (index, node) in outline.nodes.iter().enumerate() {
        let scripts = [node.element.attr("href"), node.element.attr("onclick")];
        let found = scripts.into_iter().flatten().filter(|script| script.contains("ostBack")).find_map(|script| {
            let found = call.captures(script)?;
            Some((found[1].to_owned(), found[2].to_owned()))
        });
        let Some(event) = found else { continue };
        let text = outline.text_of(index);
        let title = node.element.attr("title").or(node.element.attr("value")).unwrap_or_default();
        let told = match (label(&text), label(title)) {
            // "»" with the title "Trang cuối" is the last page.
            (Label::Next, title @ (Label::Next | Label::Last)) => title,
            (Label::Other, title) if text.is_empty() => title,
            (told, _) => told,
        };
        // A grid's pager goes on with "...", as "Page$11".
        let told = match event.1.strip_prefix("Page$").map(str::parse) {
            Some(Ok(page)) => Label::Number(page),
            _ => told,
        };
        out.push((told, event));
    }
    out
}

/// The next number, else the word "next".
fn choose(events: Vec<(Label, Event)>, number: u32) -> Option<Event> {
    let at = events.iter().position(|(label, _)| *label == Label::Number(number));
    let at = at.or_else(|| events.iter().position(|(label, _)| *label == Label::Next))?;
    events.into_iter().nth(at).map(|(_, event)| event)
}

/// The hidden fields, and what a reader would have left in the visible ones.
fn state(seen: &Seen<'_>) -> Vec<Event> {
    let skipped = ["__EVENTTARGET", "__EVENTARGUMENT", "__LASTFOCUS"];
    let inputs = script::inputs(&seen.page.source).into_iter();
    let sent = inputs.filter(|input| matches!(input.kind.as_str(), "hidden" | "text") && !input.name.is_empty());
    let mut fields: Vec<Event> = Vec::new();
    for input in sent.filter(|input| !skipped.contains(&input.name.as_str())) {
        if !fields.iter().any(|(name, _)| *name == input.name) {
            fields.push((input.name, input.value));
        }
    }
    fields.extend(script::selects(&seen.page.source));
    fields
}

/// Where the form goes: its `action`, else the page itself.
fn action(seen: &Seen<'_>, list: &Url) -> Url {
    let forms = seen.outline.nodes.iter().filter(|node| node.element.name() == "form");
    let posted =
        forms.filter(|node| node.element.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")));
    let mut targets = posted.filter_map(|node| node.element.attr("action")).filter(|action| !action.trim().is_empty());
    let target = targets.next().and_then(|action| seen.page.url.join(action.trim()).ok());
    target.filter(|url| url.host() == list.host()).unwrap_or_else(|| seen.page.url.clone())
}
