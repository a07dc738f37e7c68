//! Addresses of attached files: links, viewers in frames, download scripts.

use scraper::node::Element;
use url::Url;

use super::markup::attr;

/// File types that portals attach.
const TYPES: [&str; 24] = [
    "pdf", "doc", "docx", "docm", "xls", "xlsx", "xlsm", "csv", "ppt", "pptx", "pps", "ppsx", "zip", "rar", "7z",
    "odt", "ods", "odp", "rtf", "mp3", "tif", "tiff", "epub", "xps",
];

/// Types of pictures: files where a link with words leads to them, the larger form of a picture otherwise.
const PICTURES: [&str; 6] = ["jpg", "jpeg", "png", "gif", "webp", "bmp"];

/// The file that a link gives, as written in the page.
pub(super) fn address(element: &Element) -> Option<String> {
    let href = attr(element, "href").unwrap_or_default();
    if let Some(file) = attr(element, "onclick").and_then(script_file) {
        return Some(file);
    }
    if let Some(file) = viewer(href) {
        return Some(file);
    }
    if href.is_empty() || href.starts_with('#') || href.starts_with("javascript:") {
        return None;
    }
    if is_picture(href) {
        return Some(href.to_owned());
    }
    let forced = attr(element, "download").is_some()
        || attr(element, "class").is_some_and(|class| class.contains("link-download"));
    forced.then(|| href.to_owned())
}

/// Whether an address ends in a file type, before its query; DNN hands files out by ticket.
pub(super) fn file_like(address: &str) -> bool {
    let path = path_of(address);
    if path.ends_with("LinkClick.aspx") {
        return address.contains("fileticket=");
    }
    // Liferay puts a uuid after the file name: /documents/1/2/name.pdf/uuid.
    let (before, last) = last_part(path);
    typed(last) || typed(last_part(before).1)
}

/// An address before its query and its fragment.
fn path_of(address: &str) -> &str {
    let end = memchr::memchr2(b'?', b'#', address.as_bytes());
    end.map_or(address, |end| &address[..end])
}

/// What stands before the last slash, and what stands after it.
fn last_part(path: &str) -> (&str, &str) {
    memchr::memrchr(b'/', path.as_bytes()).map_or(("", path), |at| (&path[..at], &path[at + 1..]))
}

fn typed(name: &str) -> bool {
    ending(name).is_some_and(|kind| TYPES.iter().any(|known| kind.eq_ignore_ascii_case(known)))
}

/// What stands after a name's last dot, where that is as short as a file type.
fn ending(name: &str) -> Option<&str> {
    let dot = memchr::memrchr(b'.', name.as_bytes()).filter(|dot| *dot > 0)?;
    Some(&name[dot + 1..]).filter(|kind| (2..=4).contains(&kind.len()))
}

/// Whether an address is that of a picture.
pub(super) fn is_picture(address: &str) -> bool {
    let (_, name) = last_part(path_of(address));
    ending(name).is_some_and(|kind| PICTURES.iter().any(|known| kind.eq_ignore_ascii_case(known)))
}

/// Viewers whose address names a file, whatever it ends in: Google's, Microsoft's.
const VIEWERS: [&str; 5] = [
    "docs.google.com/gview",
    "docs.google.com/viewer",
    "drive.google.com/viewer",
    "officeapps.live.com/op/",
    "op/view.aspx",
];

/// The file that a viewer's address shows: pdf.js, Google's and Microsoft's viewers; or the file itself.
pub(super) fn viewer(address: &str) -> Option<String> {
    if let Some((before, query)) = address.split_once('?') {
        let known = VIEWERS.iter().any(|name| before.contains(name));
        for (name, value) in url::form_urlencoded::parse(query.split('#').next()?.as_bytes()) {
            let whole = value.starts_with("http://") || value.starts_with("https://");
            if matches!(name.as_ref(), "file" | "url" | "src") && (file_like(&value) || known && whole) {
                return Some(beside(before, &value));
            }
        }
    }
    file_like(address).then(|| address.to_owned())
}

/// A file named relative to its viewer (pdf.js), as an address relative to the page.
fn beside(viewer: &str, file: &str) -> String {
    let relative = !file.starts_with('/') && !file.contains("://");
    let folder = viewer.rsplit_once('/').map(|(folder, _)| folder);
    match folder.filter(|_| relative && viewer.ends_with("viewer.html")) {
        Some(folder) => format!("{folder}/{file}"),
        None => file.to_owned(),
    }
}

/// `downloadFile('id','/path')`: the quoted argument that looks like a path.
fn script_file(script: &str) -> Option<String> {
    if !script.to_ascii_lowercase().contains("download") {
        return None;
    }
    script.split(['\'', '"']).skip(1).step_by(2).find(|part| part.contains('/') || typed(part)).map(str::to_owned)
}

/// The name under which a file is known: what the link says, or the last part of the address.
pub(super) fn name(label: &str, url: &Url) -> String {
    if !label.is_empty() {
        return label.to_owned();
    }
    let last = url.path_segments().and_then(|mut segments| segments.rfind(|segment| typed(segment)));
    let last = last.or_else(|| url.path_segments().and_then(|mut segments| segments.next_back()));
    percent_decode(last.unwrap_or_default())
}

fn percent_decode(text: &str) -> String {
    // `+` is a letter in a path, hence it is kept from the form decoder.
    let pairs: String =
        url::form_urlencoded::parse(text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D").as_bytes())
            .map(|(name, _)| name.into_owned())
            .collect();
    pairs
}
