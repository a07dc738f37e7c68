//! Content hash, as a pure function of an article's text.

use crate::model::Digest;

pub use super::fold::normal_form;

/// Version of the normal form; part of the hashed bytes, so that two versions never meet by chance.
pub const NORMAL_FORM_VERSION: u32 = 1;

/// The digest of texts in normal form: title, lead, body paragraphs, in this order.
pub fn content_hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> Digest {
    hash_of_forms(parts.into_iter().map(normal_form))
}

/// The same of texts that are in normal form already.
pub fn hash_of_forms(forms: impl IntoIterator<Item = impl AsRef<str>>) -> Digest {
    let mut bytes = format!("luutru-nf{NORMAL_FORM_VERSION}");
    for form in forms {
        let form = form.as_ref();
        if !form.is_empty() {
            bytes.push(' ');
            bytes.push_str(form);
        }
    }
    Digest::of(bytes.as_bytes())
}
