//! Further pages by POST: field templates → a request.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::template::fill;
use crate::model::{PageMethod, PageRequest};

/// A form as browsers send it.
pub(super) const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";
/// A JSON body.
pub(super) const JSON: &str = "application/json; charset=UTF-8";

/// The fields with their places filled, or the name of a value that is missing.
pub(super) fn filled(
    fields: &[(String, String)],
    known: &BTreeMap<String, String>,
    count: u32,
) -> Result<Vec<(String, String)>, String> {
    fields.iter().map(|(name, template)| Ok((name.clone(), fill(template, known, count)?))).collect()
}

/// A POST of a form.
pub(super) fn post(url: Url, number: u32, fields: &[(String, String)]) -> PageRequest {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    PageRequest { number, url, method: PageMethod::Post { content_type: FORM.to_owned(), body } }
}

/// A POST of the same fields as one JSON object; numbers and truth values go out as such.
pub(super) fn post_json(url: Url, number: u32, fields: Vec<(String, String)>) -> PageRequest {
    let object: Map<String, Value> = fields.into_iter().map(|(name, value)| (name, literal(value))).collect();
    let body = Value::Object(object).to_string();
    PageRequest { number, url, method: PageMethod::Post { content_type: JSON.to_owned(), body } }
}

fn literal(value: String) -> Value {
    match value.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        // "007" and "+7" are texts.
        _ => match value.parse::<i64>() {
            Ok(number) if number.to_string() == value => Value::from(number),
            _ => Value::String(value),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![pair("page", "{n}"), pair("no", "-{size}"), pair("lang", "{lang|vi}"), pair("hot", "false")]
    }

    fn body(request: PageRequest) -> String {
        let PageMethod::Post { body, .. } = request.method else { panic!("a POST") };
        body
    }

    #[test]
    fn a_form_and_the_same_as_json() {
        let known = BTreeMap::from([("size".to_owned(), "15".to_owned())]);
        let filled = filled(&fields(), &known, 3).unwrap();
        let url = Url::parse("http://a.vn/doc").unwrap();
        assert_eq!(body(post(url.clone(), 3, &filled)), "page=3&no=-15&lang=vi&hot=false");
        assert_eq!(body(post_json(url, 3, filled)), r#"{"page":3,"no":-15,"lang":"vi","hot":false}"#);
    }

    #[test]
    fn a_missing_value_is_named() {
        assert_eq!(filled(&fields(), &BTreeMap::new(), 3).unwrap_err(), "size");
    }
}
