//! What the class and id of an element say about it, word by word. Hints weigh; none decides alone.

/// A set of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hints(u16);

impl Hints {
    pub(super) const NONE: Self = Self(0);
    pub(super) const TITLE: Self = Self(1);
    pub(super) const DATE: Self = Self(2);
    pub(super) const LEAD: Self = Self(4);
    pub(super) const CAPTION: Self = Self(8);
    pub(super) const AUTHOR: Self = Self(16);
    pub(super) const BODY: Self = Self(32);
    /// Menus, shares, comments, related lists, counters.
    pub(super) const NOISE: Self = Self(64);
    /// Not shown.
    pub(super) const HIDDEN: Self = Self(128);
    /// The login name of whoever typed the article in.
    pub(super) const ACCOUNT: Self = Self(256);
    /// Trail of sections above an article.
    pub(super) const TRAIL: Self = Self(512);
    /// Files to download.
    pub(super) const FILES: Self = Self(1024);
    /// View counts and comment counts.
    pub(super) const COUNT: Self = Self(2048);

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn only(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The hints of a class or id attribute.
    pub(super) fn of(attribute: &str) -> Self {
        let mut hints = Self::default();
        // One element of hostile length must not cost more than a page's worth of elements.
        let attribute = &attribute[..attribute.floor_char_boundary(400)];
        for token in attribute.split_ascii_whitespace() {
            hints = hints.with(whole(token));
            let bytes = token.as_bytes();
            let mut start = 0;
            for at in 1..=bytes.len() {
                let border = at == bytes.len()
                    || !bytes[at].is_ascii_alphabetic()
                    || (bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase());
                if border {
                    hints = hints.with(word(&bytes[start..at]));
                    start = at + usize::from(bytes.get(at).is_some_and(|byte| !byte.is_ascii_alphabetic()));
                }
            }
        }
        hints
    }
}

/// Class names known as a whole.
fn whole(token: &str) -> Hints {
    match token {
        "view-content-author" => Hints::ACCOUNT,
        "d-none" | "visually-hidden" | "sr-only" | "hidden" | "hide" | "aui-hide" => Hints::HIDDEN,
        "tin-lien-quan"
        | "tin-khac"
        | "bai-lien-quan"
        | "cac-tin-khac"
        | "tin-cung-chuyen-muc"
        | "cung-chuyen-muc"
        | "binh-luan"
        | "thong-ke"
        | "quang-cao"
        | "read-more"
        | "block-key"
        | "news-other"
        | "other-news" => Hints::NOISE,
        "chu-thich" | "chu-thich-anh" | "image-desc" | "img-desc" => Hints::CAPTION,
        "tac-gia" => Hints::AUTHOR,
        "tieu-de" => Hints::TITLE,
        "luot-xem" => Hints::COUNT,
        _ => Hints::default(),
    }
}

/// One word of a class name, in any letter case.
fn word(word: &[u8]) -> Hints {
    let mut buffer = [0u8; 16];
    let Some(lower) = buffer.get_mut(..word.len()) else { return Hints::default() };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    match &*lower {
        b"title" | b"tieude" | b"headline" | b"heading" | b"tit" => Hints::TITLE,
        b"date" | b"time" | b"timer" | b"datetime" | b"ngay" | b"ngaydang" | b"publish" | b"published"
        | b"postdate" | b"pubdate" | b"datepost" | b"thoigian" | b"datearticle" | b"clock" | b"posted" => Hints::DATE,
        b"sapo" | b"lead" | b"summary" | b"hometext" | b"brief" | b"abstract" | b"intro" | b"trichyeu" | b"mota"
        | b"tomtat" | b"chapeau" | b"standfirst" => Hints::LEAD,
        b"caption" | b"figcaption" | b"desc" | b"legend" | b"chuthich" | b"ghichu" | b"pcaption" | b"imgcaption"
        | b"captions" | b"photocms" => Hints::CAPTION,
        b"author" | b"tacgia" | b"byline" | b"writer" | b"butdanh" | b"credit" | b"nguontin" | b"createdby" => {
            Hints::AUTHOR
        }
        b"content" | b"body" | b"article" | b"detail" | b"noidung" | b"chitiet" | b"bodytext" | b"fck" | b"journal"
        | b"entry" | b"detailcontent" | b"contentdetail" | b"bodyhtml" | b"chitietbaiviet" => Hints::BODY,
        b"breadcrumb" | b"breadcrumbs" | b"sitemap" | b"bread" => Hints::TRAIL.with(Hints::NOISE),
        b"attach" | b"attachment" | b"attachments" | b"download" | b"dinhkem" | b"files" | b"tepdinhkem"
        | b"filedinhkem" | b"kem" => Hints::FILES,
        b"viewcount" | b"luotxem" | b"views" | b"hits" | b"pageview" => Hints::COUNT,
        b"related" | b"relate" | b"relatedarticles" | b"relatednews" | b"other" | b"others" | b"tinkhac"
        | b"lienquan" | b"tinlienquan" | b"share" | b"social" | b"socials" | b"sharing" | b"addthis" | b"comment"
        | b"comments" | b"binhluan" | b"menu" | b"nav" | b"navbar" | b"navigation" | b"footer" | b"sidebar"
        | b"banner" | b"ads" | b"ad" | b"advert" | b"advertisement" | b"quangcao" | b"qc" | b"poll" | b"vote"
        | b"rating" | b"thongke" | b"counter" | b"statistic" | b"login" | b"toolbar" | b"tool" | b"tools"
        | b"paging" | b"pagination" | b"pager" | b"search" | b"tags" | b"tag" | b"keyword" | b"keywords"
        | b"tukhoa" | b"widget" | b"modal" | b"popup" | b"cookie" | b"weblink" | b"weblinks" | b"lienket"
        | b"audio" | b"player" | b"topbar" | b"controlbar" | b"controls" | b"marquee" | b"copyright" | b"zalo"
        | b"facebook" | b"fb" | b"print" | b"newsletter" | b"recommend" | b"suggest" | b"subscribe" => Hints::NOISE,
        _ => Hints::default(),
    }
}
