//! Numbers, dates and measures, which are no terms: told from names such as `5G`, `H1N1` and `CBERS-6`, which are.

/// Units a number may be written together with.
const UNITS: [&str; 56] = [
    "m", "bn", "tn", "b", "t", "mn", "km", "cm", "mm", "kg", "mg", "ml", "ha", "am", "pm", "st", "nd", "rd", "th", "s",
    "ths", "x", "h", "hr", "hrs", "min", "mins", "sec", "yr", "yrs", "mw", "gw", "kw", "kwh", "mb", "gb", "tb", "hz",
    "mph", "usd", "p", "ft", "wh", "mwh", "gwh", "twh", "w", "tw", "kv", "mah", "khz", "mhz", "ghz", "bp", "bps", "lb",
];

/// Chinese units of more than one character.
const LONG_UNITS: [&str; 20] = [
    "美元",
    "欧元",
    "日元",
    "英镑",
    "港元",
    "韩元",
    "公里",
    "公斤",
    "公顷",
    "平方米",
    "立方米",
    "平方公里",
    "平方千米",
    "人次",
    "小时",
    "分钟",
    "兆瓦",
    "瓦",
    "瓦时",
    "海里",
];

/// Chinese numerals, and the words that stand before or between them.
fn is_numeral(c: char) -> bool {
    matches!(
        c,
        '〇' | '零'
            | '一'
            | '二'
            | '三'
            | '四'
            | '五'
            | '六'
            | '七'
            | '八'
            | '九'
            | '十'
            | '百'
            | '千'
            | '万'
            | '亿'
            | '两'
            | '几'
            | '数'
            | '多'
            | '余'
            | '半'
            | '第'
            | '廿'
    ) || c.is_numeric()
}

/// What may stand after a Chinese numeral to make it a date or an amount. `度` is missing because of `百度`, `星` because
/// of `三星`, `家` only counts after small numbers (`百家`).
pub(super) fn is_measure(c: char) -> bool {
    matches!(
        c,
        '年' | '月'
            | '日'
            | '号'
            | '时'
            | '分'
            | '秒'
            | '个'
            | '位'
            | '名'
            | '次'
            | '届'
            | '种'
            | '项'
            | '条'
            | '天'
            | '岁'
            | '元'
            | '倍'
            | '场'
            | '件'
            | '只'
            | '张'
            | '套'
            | '批'
            | '层'
            | '期'
            | '章'
            | '节'
            | '点'
            | '回'
            | '块'
            | '段'
            | '类'
            | '样'
            | '座'
            | '所'
            | '部'
            | '份'
            | '成'
            | '吨'
            | '米'
            | '里'
            | '辆'
            | '台'
            | '艘'
            | '架'
            | '颗'
            | '枚'
            | '株'
            | '亩'
            | '户'
            | '款'
    )
}

/// Whether a folded word is a number, a date or an amount.
pub(super) fn is_quantity(word: &str) -> bool {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let rest =
            word.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '_' | ':' | '-'));
        let number = &word[..word.len() - rest.len()];
        return rest.is_empty()
            || UNITS.contains(&rest)
            || matches!(rest, "%" | "°" | "ºc" | "°c")
            || (rest == "k" && !matches!(number, "2" | "4" | "8"))
            || (rest == "g" && !matches!(number, "2" | "3" | "4" | "5" | "6"));
    }
    if !word.chars().any(char::is_alphanumeric) || word.chars().all(char::is_numeric) {
        return true;
    }
    let weekday = word.strip_prefix("星期").or_else(|| word.strip_prefix("礼拜")).or_else(|| word.strip_prefix('周'));
    if weekday.is_some_and(|day| {
        day.chars().count() == 1 && day.chars().all(|c| is_numeral(c) || matches!(c, '日' | '天' | '末'))
    }) {
        return true;
    }
    // `亿美元`, `万公里`: longer units.
    let unit = word.trim_start_matches(is_numeral);
    if unit.len() < word.len() && LONG_UNITS.contains(&unit) {
        return true;
    }
    let mut letters = word.chars();
    let Some(last) = letters.next_back() else { return true };
    let head = letters.as_str();
    if is_numeral(last) {
        return head.chars().all(is_numeral);
    }
    !head.is_empty() && is_measure(last) && head.chars().all(is_numeral)
}
