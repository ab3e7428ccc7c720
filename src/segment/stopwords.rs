//! Words that say nothing of a theme.
//!
//! The lists are stopwords-iso's (MIT), through the `stop-words` crate. Both were read through. The English one was
//! gathered from the web and holds topics (`research`, `open`, `microsoft`) and every two-letter country code (`ai`,
//! `uk`); those are taken out by [`TOPICS`] and [`SHORT`]. The Chinese one holds only function words but lacks common
//! ones, which [`CHINESE_EXTRA`] adds. Words that make good terms but bad labels (`记者`, `said`) are no matter of this
//! stage.

use rustc_hash::{FxHashMap, FxHashSet};

use super::normal::fold_word;

/// What a stop word may still be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Never a term.
    Plain,
    /// Never a term, but may stand inside a phrase: `and` in `Belt and Road`.
    Bridge,
    /// A term where it is written in capitals in a text that is not all capitals: `US`, `WHO`.
    UnlessCapitals,
    /// A term where it opens a name or a hyphenated compound: `New Zealand`, `high-tech`.
    UnlessHead,
}

/// Words of the English list that name topics.
const TOPICS: [&str; 40] = [
    "act",
    "bill",
    "computer",
    "copy",
    "cry",
    "fire",
    "goods",
    "home",
    "homepage",
    "index",
    "information",
    "interest",
    "interests",
    "invention",
    "man",
    "men",
    "microsoft",
    "mill",
    "mine",
    "mug",
    "net",
    "netscape",
    "novel",
    "open",
    "opening",
    "research",
    "ring",
    "room",
    "rooms",
    "state",
    "states",
    "system",
    "test",
    "text",
    "value",
    "web",
    "website",
    "world",
    "young",
    "zero",
];

/// The words of two letters that are stop words: function words, contractions, units and titles. Every other pair of
/// letters is an abbreviation (`AI`, `UK`, `EU`, `TV`).
const SHORT: [&str; 53] = [
    "ad", "ah", "ain", "al", "am", "an", "as", "at", "be", "bn", "by", "cm", "co", "do", "eg", "eh", "et", "ex", "go",
    "he", "hi", "id", "ie", "if", "ii", "in", "is", "it", "kg", "km", "ll", "me", "mm", "mr", "ms", "mu", "my", "nd",
    "no", "of", "oh", "ok", "on", "or", "pm", "rd", "re", "so", "st", "th", "to", "up", "ve",
];

/// English words added: dates, pieces of contractions, and plain function words the list misses.
const ENGLISH_EXTRA: [&str; 43] = [
    "us",
    "we",
    "vs",
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "jan",
    "feb",
    "apr",
    "aug",
    "sept",
    "oct",
    "nov",
    "dec",
    "mon",
    "tue",
    "thu",
    "fri",
    "yesterday",
    "tomorrow",
    "tonight",
    "including",
    "based",
    "amp",
    "quot",
    "nbsp",
    "hadn",
    "mid",
    "shan",
];

/// Words that may stand inside an English phrase.
const BRIDGES: [&str; 6] = ["and", "of", "the", "for", "in", "on"];

/// Stop words that are names in capitals.
const CAPITALS: [&str; 3] = ["us", "it", "who"];

/// Stop words that open names and compounds.
const HEADS: [&str; 14] =
    ["new", "great", "high", "low", "old", "big", "first", "second", "third", "one", "two", "three", "general", "self"];

/// Chinese words added: dates, adverbs and auxiliaries.
const CHINESE_EXTRA: [&str; 92] = [
    "没有", "已经", "可能", "正在", "不会", "不能", "不要", "非常", "十分", "一直", "仍然", "一下", "还会", "也是",
    "都是", "就会", "这是", "不再", "不断", "更加", "进行", "成为", "目前", "今天", "昨天", "明天", "昨日", "今日",
    "明日", "今年", "去年", "明年", "近日", "日前", "当日", "如今", "现在", "之后", "之前", "之间", "以后", "以前",
    "其实", "应该", "需要", "必须", "一定", "一次", "一位", "一名", "一项", "一条", "一场", "一起", "一点", "这种",
    "那种", "这项", "该项", "很多", "更多", "不少", "几乎", "甚至", "尤其", "特别", "同样", "当时", "曾经", "将会",
    "会在", "还要", "再次", "仅仅", "只能", "不同", "相关", "方面", "之中", "上述", "为主", "左右", "以外", "并不",
    "并未", "从未", "或许", "大约", "均为", "较为", "则是", "有着",
];

/// The stop words of a run: the two lists, and the user's.
#[derive(Debug)]
pub(super) struct StopWords {
    listed: FxHashMap<String, Stop>,
    /// The user's words, folded, for [`StopWords::is_extra`].
    extra: FxHashSet<String>,
}

impl StopWords {
    /// The built-in lists and `extra`.
    pub(super) fn new(extra: &[String]) -> Self {
        let mut listed = FxHashMap::default();
        for &word in stop_words::lookup("zh").unwrap_or_default() {
            listed.insert(fold_word(word), Stop::Plain);
        }
        for &word in stop_words::lookup("en").unwrap_or_default() {
            let word = fold_word(word);
            if word.len() != 2 && !TOPICS.contains(&word.as_str()) {
                listed.insert(word, Stop::Plain);
            }
        }
        for word in SHORT.iter().chain(&ENGLISH_EXTRA).chain(&CHINESE_EXTRA) {
            listed.insert((*word).to_owned(), Stop::Plain);
        }
        for (words, stop) in
            [(&BRIDGES[..], Stop::Bridge), (&CAPITALS[..], Stop::UnlessCapitals), (&HEADS[..], Stop::UnlessHead)]
        {
            for word in words {
                listed.insert((*word).to_owned(), stop);
            }
        }
        Self { listed, extra: extra.iter().map(|word| fold_word(word)).collect() }
    }

    /// Looks up a folded word.
    pub(super) fn get(&self, word: &str) -> Option<Stop> {
        // `don't`, `we're`: what follows the apostrophe makes it grammar. `O'Brien` and `Chang'e` are not.
        let clitic =
            || word.rsplit_once('\'').is_some_and(|(_, end)| matches!(end, "s" | "t" | "ll" | "re" | "ve" | "d" | "m"));
        if self.extra.contains(word) {
            return Some(Stop::Plain);
        }
        self.listed.get(word).copied().or_else(|| clitic().then_some(Stop::Plain))
    }

    /// Whether the user's list holds a word or its key: `company` stops `companies` too.
    pub(super) fn is_extra(&self, key: &str) -> bool {
        self.extra.contains(key)
    }
}
