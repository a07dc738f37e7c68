//! TCVN3: one code a letter, TCVN 5712:1993 (VN3).

/// Codes in the order of the letters below them.
const CODES: &str = "\u{B5}\u{B8}\u{B6}\u{B7}\u{B9}\u{A8}\u{BB}\u{BE}\u{BC}\u{BD}\u{C6}\u{A9}\u{C7}\u{CA}\u{C8}\u{C9}\u{CB}\
\u{AE}\u{CC}\u{D0}\u{CE}\u{CF}\u{D1}\u{AA}\u{D2}\u{D5}\u{D3}\u{D4}\u{D6}\u{D7}\u{DD}\u{D8}\u{DC}\u{DE}\u{DF}\u{E3}\u{E1}\u{E2}\
\u{E4}\u{AB}\u{E5}\u{E8}\u{E6}\u{E7}\u{E9}\u{AC}\u{EA}\u{ED}\u{EB}\u{EC}\u{EE}\u{EF}\u{F3}\u{F1}\u{F2}\u{F4}\u{AD}\u{F5}\u{F8}\
\u{F6}\u{F7}\u{F9}\u{FA}\u{FD}\u{FB}\u{FC}\u{FE}\u{A1}\u{A2}\u{A7}\u{A3}\u{A4}\u{A5}\u{A6}";
const LETTERS: &str = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ";

/// The letter a code stands for.
fn letter(code: char) -> Option<char> {
    if !('\u{A1}'..='\u{FE}').contains(&code) {
        return None;
    }
    CODES.chars().zip(LETTERS.chars()).find(|(known, _)| *known == code).map(|(_, letter)| letter)
}

/// `text` with each code as its letter; signs that stand alone (`©`, `»`, `·`) stay what they are.
pub(super) fn convert(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        let sign = matches!(c, '\u{A9}' | '\u{AB}' | '\u{AE}' | '\u{B7}' | '\u{BB}' | '\u{D7}');
        let alone = before.is_whitespace() && (after.is_whitespace() || after.is_ascii_digit());
        out.push(if sign && alone { c } else { letter(c).unwrap_or(c) });
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_letter() {
        assert_eq!(CODES.chars().count(), 74);
        assert_eq!(LETTERS.chars().count(), 74);
        let codes: std::collections::HashSet<char> = CODES.chars().collect();
        assert_eq!(codes.len(), 74);
        assert_eq!(
            convert("TiÕng n\u{AD}íc ch¶y qua ®Ëp \u{BB} 3 \u{A9} 2004"),
            "Tiếng nước chảy qua đập \u{BB} 3 \u{A9} 2004"
        );
    }
}
