//! The head of an HTTP response as it was received.

/// Status line and header fields, in the order and letter case of the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Status code.
    pub status: u16,
    /// Header fields; values as bytes, since nothing makes them UTF-8.
    pub fields: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// The first field of that name (any letter case), as text; bytes that are not UTF-8 are replaced.
    pub fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(value).trim().to_owned())
    }

    /// Whether a comma-separated field of that name holds `token` (any letter case).
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name)).any(|(_, value)| {
            String::from_utf8_lossy(value).split(',').any(|part| part.trim().eq_ignore_ascii_case(token))
        })
    }
}
