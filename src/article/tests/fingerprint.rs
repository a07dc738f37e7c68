use super::*;
use crate::article::fingerprint::{content_hash, normal_form};

#[test]
fn tone_marks_fold_on_whole_open_syllables_only() {
    for (old, new) in [
        ("hòa", "hoà"),
        ("Hóa", "Hoá"),
        ("ỦY", "UỶ"),
        ("thủy", "thuỷ"),
        ("khỏe", "khoẻ"),
        ("lũy", "luỹ"),
        ("ngụy", "nguỵ"),
        ("tùy", "tuỳ"),
        ("tòa án", "toà án"),
        ("xóa", "xoá"),
        ("họa", "hoạ"),
        ("góa", "goá"),
        ("loã", "lõa"),
        ("hòe", "hoè"),
        ("xòe", "xoè"),
        ("trụy", "truỵ"),
        ("TÚY", "TUÝ"),
        ("Hủy", "Huỷ"),
    ] {
        assert_eq!(normal_form(old), normal_form(new), "{old} {new}");
    }
    // No second spelling: a coda follows, or `u` belongs to the onset.
    for word in [
        "hoàn", "khoáng", "thuyết", "quý", "quỷ", "mùa", "múa", "huỳnh", "xoáy", "khuỷu", "khoảng", "hoạt", "mía",
        "thuở", "tuế", "quỳ", "quỹ", "quỵ", "già", "giò", "toán", "thuý",
    ] {
        assert_eq!(normal_form(word), word);
    }
    assert_ne!(normal_form("qúy"), normal_form("quý"));
    assert_ne!(normal_form("lý"), normal_form("lí"));
    // Spelling, not style: đ is a letter, i and y are two.
    assert_ne!(normal_form("đã"), normal_form("da"));
    assert_ne!(normal_form("kỹ"), normal_form("kĩ"));
}

#[test]
fn normal_form_keeps_letters_and_digits() {
    assert_eq!(normal_form("  “Sở TT&amp;amp;TT”,\u{a0}ngày 5-6… "), "sở tt tt ngày 5 6");
    assert_eq!(normal_form("ph&ograve;ng &#273;&#x1ECD;c"), "phòng đọc");
    assert_eq!(normal_form("Ti\u{309}nh u\u{309}y"), normal_form("Tỉnh uỷ"));
    assert_eq!(normal_form("giao\u{ad}thông\u{200b}vận"), "giaothôngvận");
    assert_eq!(normal_form("–!–"), "");
}

#[test]
fn words_fold_side_by_side_as_they_do_alone() {
    let words = [
        "tỉnh",
        "ủy",
        "Ủy",
        "hòa",
        "Hòa",
        "HÒA",
        "quý",
        "qúy",
        "a",
        "y",
        "e",
        "hò\u{ad}a",
        "ò",
        "xã",
        "đất",
        "thuý",
        "2026",
        "5/3",
        "–",
        "(họp)",
        "họa.",
        "u\u{309}y",
        "\u{200b}",
        "Ya",
        "xây",
        "của",
        "bà",
        "𝒂",
        "ﬁ",
    ];
    for one in words {
        for other in words {
            for between in [" ", "  ", ", ", "\u{a0}", "\n", " ủy ", " bờ xa "] {
                let text = format!("{one}{between}{other}{between}{one}");
                let alone = [one, between, other, between, one].map(normal_form);
                let alone: Vec<&str> = alone.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
                assert_eq!(normal_form(&text), alone.join(" "), "{text:?}");
            }
        }
    }
}

#[test]
fn hash_ignores_spelling_style_and_what_is_no_content() {
    let base = content_hash(["Tỉnh ủy họp", "Chiều 5/3, Tỉnh ủy họp."]);
    assert_eq!(base, content_hash(["TỈNH UỶ HỌP", "Chiều 5-3; Tỉnh uỷ họp"]));
    assert_ne!(base, content_hash(["Tỉnh ủy họp", "Chiều 6/3, Tỉnh ủy họp."]));
    let mut one = article(&page("<p class=date>05/03/2026 10:00</p>", &format!("<p>{FIRST}</p><p>{SECOND}</p>")));
    let before = one.content_hash();
    one.date_line = None;
    one.blocks.push(Block { role: Role::Caption, text: "Ảnh: ai đó".to_owned() });
    one.blocks.push(Block { role: Role::Byline, text: "Trần Văn Cảnh".to_owned() });
    assert_eq!(one.content_hash(), before);
}

#[test]
fn stored_forms_never_change_unnoticed() {
    // It is written into archives: a change needs a new NORMAL_FORM_VERSION.
    assert_eq!(content_hash(["Hòa bình"]).hash16(), content_hash(["hoà  BÌNH!"]).hash16());
}

#[test]
fn texts_agree_when_their_keys_do() {
    use crate::article::fold::{agree, key};

    let texts = [
        "",
        "–",
        "Ủy ban",
        "UỶ BAN",
        "u\u{309}y ban",
        "“Uỷ ban”",
        "Óa",
        "oá",
        "o\u{301}a",
        "oa",
        "uy ban",
        "Đón tết",
        "đón TẾT",
        "don tet",
        "9 xã",
        "Xã 9",
        "𝒂",
        "K\u{212A}",
        "\u{212A}k",
        "kk",
    ];
    for one in texts {
        for other in texts {
            assert_eq!(agree(one, other), key(one) == key(other), "{one:?} {other:?}");
        }
    }
}
