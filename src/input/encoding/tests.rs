use super::*;
use encoding_rs::{EUC_KR, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

const ZH: &str = "新华社北京六月十四日电　“一带一路”联合实验室在成都启动，来自二十个国家的科学家参加。";
const ZH_HANT: &str = "中央社臺北六月十四日電　新的聯合實驗室今天啟用，來自二十個國家的科學家參加了典禮。";

fn told(bytes: &[u8]) -> (&'static str, String) {
    let decoded = decode(bytes, None).unwrap();
    assert_eq!(decoded.undecodable, None);
    (decoded.encoding.name(), decoded.text.into_owned())
}

#[test]
fn texts_in_the_encodings_people_have_are_decoded() {
    for (encoding, text) in [
        (GB18030, ZH),
        (BIG5, ZH_HANT),
        (SHIFT_JIS, "新しい共同研究所が今日開かれ、二十か国の科学者が参加しました。"),
        (EUC_KR, "새로운 공동 연구소가 오늘 문을 열었고 스무 나라의 과학자들이 참석했습니다."),
        (WINDOWS_1251, "Сегодня открылась новая совместная лаборатория, в которой участвуют учёные."),
        (WINDOWS_1252, "Le laboratoire a été inauguré à Genève par des chercheurs européens, très engagés."),
    ] {
        let (bytes, _, lossy) = encoding.encode(text);
        assert!(!lossy);
        assert_eq!(told(&bytes), (encoding.name(), text.to_owned()));
    }
    assert_eq!(told(ZH.as_bytes()), ("UTF-8", ZH.to_owned()));
}

#[test]
fn a_few_chinese_words_are_enough() {
    for text in ["中国", "雨", "深海采矿", "title,text\n标题,正文\n", "Rain 雨 in Beijing"] {
        let (bytes, ..) = GB18030.encode(text);
        assert_eq!(told(&bytes), ("gb18030", text.to_owned()));
    }
    for text in ["深海採礦計畫", "科學家參加典禮"] {
        let (bytes, ..) = BIG5.encode(text);
        assert_eq!(told(&bytes), ("Big5", text.to_owned()));
    }
}

#[test]
fn utf_16_is_known_by_its_mark_or_its_nul_bytes() {
    let text = "标题\nA line, and 雨\n";
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, name) in [
        (le.clone(), "UTF-16LE"),
        (be.clone(), "UTF-16BE"),
        ([b"\xFF\xFE", le.as_slice()].concat(), "UTF-16LE"),
        ([b"\xFE\xFF", be.as_slice()].concat(), "UTF-16BE"),
    ] {
        assert_eq!(told(&bytes), (name, text.to_owned()));
    }
    let marked = decode("\u{FEFF}雨".as_bytes(), None).unwrap();
    assert_eq!((marked.before, &*marked.text), (3, "雨"));
    for binary in [&b"PNG\0\0\x01"[..], b"\0", b"a\0", b"\x7fELF\x02\x01\x01\0\0\0"] {
        let told = decode(binary, None).map(|decoded| decoded.text.into_owned());
        assert!(told.is_err() || binary == b"a\0", "{told:?}");
    }
}

#[test]
fn a_page_that_declares_its_encoding_is_believed_over_the_detector() {
    let (body, ..) = EUC_KR.encode("가나다");
    for head in [
        "<?xml version='1.0' encoding='EUC-KR'?><rss>",
        "<html><meta charset=euc-kr>",
        "\n<html><META http-equiv=\"Content-Type\" content=\"text/html; charset=EUC-KR\">",
    ] {
        let (name, text) = told(&[head.as_bytes(), &body].concat());
        assert_eq!((name, text.ends_with("가나다")), ("EUC-KR", true), "{head}");
    }
    assert_eq!(told("<meta charset=utf-16>雨".as_bytes()).0, "UTF-8");
    assert_eq!(told(format!("<meta charset=gbk>{ZH}").as_bytes()).0, "UTF-8", "it lies");
}

#[test]
fn undecodable_bytes_are_counted_with_the_first() {
    let bytes = [ZH.as_bytes(), b"\xFFab\xE4\xB8", "雨".as_bytes(), b"\xE4"].concat();
    let decoded = decode(&bytes, None).unwrap();
    let found = decoded.undecodable.unwrap();
    assert_eq!((decoded.encoding.name(), found.runs, found.at, found.byte), ("UTF-8", 3, ZH.len(), 0xFF));
    assert_eq!(decoded.text.matches('\u{FFFD}').count(), 3);
    assert!(decoded.text[found.shown..].starts_with('\u{FFFD}'));

    let (mut bytes, ..) = GB18030.encode(ZH);
    bytes.to_mut().insert(4, 0xFF);
    let decoded = decode(&bytes, Some("gb2312".parse().unwrap())).unwrap();
    assert_eq!(decoded.undecodable.map(|found| (found.runs, found.at)), Some((1, 4)));
    assert!("gb-99".parse::<Encoding>().unwrap_err().to_string().contains("GB18030"));
}

#[test]
fn rubbish_is_no_text() {
    let bytes: Vec<u8> = (0..2000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).map(|b| b.max(1)).collect();
    assert!(decode(&bytes, None).is_err());
}
