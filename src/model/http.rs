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
    /// Bytes of the head that `bytes` begin with, its empty line included; `None` while that has not come.
    ///
    /// A lone LF ends a line as well (RFC 9112 section 2.2): old servers send it, and browsers read it.
    pub fn length(bytes: &[u8]) -> Option<usize> {
        memchr::memchr_iter(b'\n', bytes).find_map(|at| match &bytes[at + 1..] {
            [b'\n', ..] => Some(at + 2),
            [b'\r', b'\n', ..] => Some(at + 3),
            _ => None,
        })
    }

    /// Reads a status line and header fields; lines that are no fields are passed over. `None` without a status.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let status_line = String::from_utf8_lossy(lines.next()?).into_owned();
        let status = status_line.split(' ').nth(1)?.trim().parse().ok()?;
        let fields = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| {
                let colon = memchr::memchr(b':', line)?;
                let name = String::from_utf8_lossy(&line[..colon]).trim().to_owned();
                Some((name, line[colon + 1..].trim_ascii().to_vec()))
            })
            .collect();
        Some(Self { status, fields })
    }

    /// The first field of that name (any letter case), as text; bytes that are not UTF-8 are replaced.
    pub fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(value).trim().to_owned())
    }

    /// The first field of that name (any letter case), as it came.
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    /// Whether a comma-separated field of that name holds `token` (any letter case).
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name)).any(|(_, value)| {
            String::from_utf8_lossy(value).split(',').any(|part| part.trim().eq_ignore_ascii_case(token))
        })
    }
}
