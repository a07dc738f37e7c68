use super::OldLetters::{self, Tcvn3, TwiceUtf8, Vni};
use super::shows_capitals;

/// A text that holds every letter of the alphabet in every tone.
const ALL_TONES: &str = "Bà lão bán cả rá cạn. Trăng rằm tắm sẳn lẵng nặng. Cân cầm ấm mẩu mẫu bậc. Đi xa đã lâu. \
    Chè bé nhẻ nhẽ nhẹ. Quê về thế kể lễ hệ. Chì chí chỉ nghĩ chị. Trò ngó thỏ ngõ ngọ. Cô hồ số sổ ngỗ hộ. \
    Thơ chờ lớp ở mỡ nợ. Thu mù thú củ lũ cụ. Thư từ chứ sử giữ tự. Quỳ ký kỷ kỹ kỵ lụy.";

const TCVN3: &str = "Bµ l·o b¸n c¶ r¸ c¹n. Tr¨ng r»m t¾m s¼n l½ng nÆng. C©n cÇm Êm mÈu mÉu bËc. §i xa ®· l©u. \
    ChÌ bÐ nhÎ nhÏ nhÑ. Quª vÒ thÕ kÓ lÔ hÖ. Ch× chÝ chØ nghÜ chÞ. Trß ngã thá ngâ ngä. C« hå sè sæ ngç hé. \
    Th¬ chê líp ë mì nî. Thu mï thó cñ lò cô. Th\u{AD} tõ chø sö gi÷ tù. Quú ký kû kü kþ lôy.";

const VNI: &str = "Baø laõo baùn caû raù caïn. Traêng raèm taém saún laüng naëng. Caân caàm aám maåu maãu baäc. Ñi xa ñaõ laâu. \
    Cheø beù nheû nheõ nheï. Queâ veà theá keå leã heä. Chì chí chæ nghó chò. Troø ngoù thoû ngoõ ngoï. Coâ hoà soá soå ngoã hoä. \
    Thô chôø lôùp ôû môõ nôï. Thu muø thuù cuû luõ cuï. Thö töø chöù söû giöõ töï. Quyø kyù kyû kyõ kî luïy.";

fn of(text: &str) -> Option<OldLetters> {
    OldLetters::suspected(text).then(|| OldLetters::of([text], text)).flatten()
}

#[test]
fn all_tones_of_both_fonts_come_back() {
    assert_eq!(of(TCVN3), Some(Tcvn3));
    assert_eq!(Tcvn3.restore(TCVN3).unwrap(), ALL_TONES);
    assert_eq!(of(VNI), Some(Vni));
    assert_eq!(Vni.restore(VNI).unwrap(), ALL_TONES);
}

#[test]
fn utf8_encoded_twice_comes_back() {
    let bytes: String =
        ALL_TONES.bytes().map(|byte| encoding_rs::WINDOWS_1252.decode(&[byte]).0.chars().next().unwrap()).collect();
    assert_eq!(OldLetters::of([bytes.as_str(), bytes.as_str()], &bytes), Some(TwiceUtf8));
    assert_eq!(TwiceUtf8.restore(&bytes).unwrap(), ALL_TONES);
}

#[test]
fn other_texts_are_left_alone() {
    for text in [
        ALL_TONES,
        "Hoà bình là khoá của nhà, hoá ra già trẻ đều oán, quý khách giá rẻ, hoà giải, hoà vốn, khoá sổ, toà nhà, xoá bỏ.",
        "Où est né l'été ? Le thé a été servi très tôt à côté du théâtre, où l'on a dû goûter la crème brûlée, naïve, maïs, août.",
        "Fünf schöne Mädchen hörten überall große Töne, die für müde Füße völlig unmöglich wären; größer, später, natürlich.",
        "El niño soñó que mañana el señor pequeño traería piñas, jalapeños y otoño; año, daño, baño, caña, leña, uña, ñu.",
        "På øen så jeg rød grød med fløde på; året gør også nøglen blå, sø, ø, får, hår, tør, kød, øl, brød, smør.",
        "Bản quyền \u{A9} 2024 » Trang chủ » Tin tức · Intel® 5µm 10µm m² 3º ±2 «trích» — 100µm, 20µm, 7µm, 8µm, 9µm.",
        "The quick brown fox, naïve café, résumé, façade, jalapeño, Zoë, Chloë, Noël, coöperate, piñata, über, déjà vu.",
    ] {
        assert_eq!(of(text), None, "{text}");
        assert_eq!(OldLetters::of([text], text), None, "{text}");
        for font in [Tcvn3, Vni, TwiceUtf8] {
            assert!(font.restore(ALL_TONES).is_none());
        }
    }
}

#[test]
fn unicode_around_an_old_text_stays() {
    for unicode in ["Trang chủ", "Tin tức - Sự kiện", "Liên hệ", "Giới thiệu chung", "Hoà"] {
        assert_eq!(Tcvn3.restore(unicode), None, "{unicode}");
        assert_eq!(Vni.restore(unicode), None, "{unicode}");
    }
}

#[test]
fn a_named_font_needs_few_words() {
    let page = "<font face='.VnTime'>Th«ng b¸o cña x·</font>";
    assert!(OldLetters::suspected(page));
    assert_eq!(OldLetters::of(["Th«ng b¸o cña x·"], page), Some(Tcvn3));
    assert_eq!(OldLetters::of(["Th«ng b¸o cña x·"], ""), None);
    // The font's name alone moves nothing.
    assert_eq!(OldLetters::of(["Thông báo của xã"], page), None);
    assert!(shows_capitals("font-family:.VnTimeH;font-size:12pt") && shows_capitals(".VnArialH"));
    assert!(!shows_capitals(".VnTime") && !shows_capitals("Helvetica") && !shows_capitals("'.VnTime', Tahoma H"));
}
