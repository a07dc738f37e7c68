//! What a page names.

/// Something that a page or a style sheet names in order to be shown as it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePart {
    /// Its address, without fragment.
    pub url: String,
    /// Whether it is shown as a picture; else a style sheet, a script or a font.
    pub picture: bool,
    /// Where the link leads in which it stands.
    pub link: Option<String>,
}
