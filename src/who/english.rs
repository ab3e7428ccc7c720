//! Whether a place of a text in Latin letters is the name that it looks like.

use std::ops::Range;

use super::names::Rule;

/// Words before a language that make it one: `in French`, `translated from Chinese`.
const INTO: [&str; 17] = [
    "in", "into", "from", "speak", "speaks", "speaking", "spoke", "spoken", "learn", "learning", "learnt", "learned",
    "read", "reads", "teach", "teaches", "fluent",
];
/// Words after an adjective that no noun begins with: with these it stands alone, as a language does.
const NO_NOUN: [&str; 30] = [
    "and", "or", "but", "has", "have", "is", "was", "are", "were", "for", "with", "at", "on", "by", "as", "to", "than",
    "that", "which", "who", "when", "while", "because", "so", "if", "the", "a", "it", "its", "in",
];
/// Words after a language that tell one, or that tell a verb (`Polish the shoes`).
const OF_LANGUAGE: [&str; 21] = [
    "language",
    "languages",
    "lesson",
    "lessons",
    "grammar",
    "dictionary",
    "translation",
    "translations",
    "version",
    "edition",
    "subtitles",
    "speaker",
    "speakers",
    "word",
    "words",
    "classes",
    "abstract",
    "the",
    "up",
    "off",
    "your",
];
/// Capitalised words before a name that are no first names.
const NO_FIRST_NAMES: [&str; 46] = [
    "The",
    "A",
    "An",
    "In",
    "On",
    "At",
    "To",
    "From",
    "Of",
    "For",
    "By",
    "With",
    "And",
    "But",
    "Or",
    "As",
    "When",
    "While",
    "If",
    "After",
    "Before",
    "Since",
    "Against",
    "Beat",
    "Both",
    "That",
    "This",
    "Former",
    "New",
    "Old",
    "North",
    "South",
    "East",
    "West",
    "Northern",
    "Southern",
    "Eastern",
    "Western",
    "Central",
    "Team",
    "President",
    "Minister",
    "Great",
    "Young",
    "Modern",
    "Rural",
];

/// Whether a name that stands here stands alone: no letter or digit of its script touches it.
pub(super) fn is_whole(text: &str, span: &Range<usize>) -> bool {
    let touches = |c: char| c.is_alphanumeric() && !super::chinese::is_han(c) || c == '_' || c == '@';
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    let open = text[span.clone()].ends_with(['-', '.']);
    !before.is_some_and(touches) && (open || !after.is_some_and(touches))
}

/// Whether a name of some rule is one here, judged by its neighbours.
pub(super) fn is_name(text: &str, span: &Range<usize>, rule: Rule) -> bool {
    let name = &text[span.clone()];
    if name.ends_with('-') {
        // `Sino-British`, not the dash of a list.
        return text[span.end..].starts_with(char::is_alphabetic);
    }
    if matches!(name, "US" | "UN" | "EU" | "UK") && shouted(text, span) {
        return false;
    }
    // A part of an address or of a number with units.
    if text[..span.start].ends_with(['/', '#']) && text[..span.start].ends_with("//") {
        return false;
    }
    match rule {
        Rule::Language(surname) => {
            is_nation(text, span) && !(surname && follows_first_name(text, span)) && !is_spoken(text, span)
        }
        Rule::Surname => !follows_first_name(text, span),
        Rule::Doubtful => !follows_first_name(text, span) && !leads_surname(text, span),
        _ => true,
    }
}

/// The word before a place, if only spaces or a hyphen stand between.
fn before(text: &str, start: usize) -> Option<&str> {
    let rest = text[..start].trim_end_matches([' ', '\u{a0}', '-']);
    if rest.len() == start {
        return None;
    }
    let word = rest.rsplit(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '’')).next()?;
    (!word.is_empty()).then_some(word)
}

/// The word after a place, if only spaces stand between.
fn after(text: &str, end: usize) -> Option<&str> {
    let rest = text[end..].trim_start_matches([' ', '\u{a0}']);
    if rest.len() == text.len() - end {
        return None;
    }
    let word = rest.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '’')).next()?;
    (!word.is_empty()).then_some(word)
}

/// Whether the words around are all in capitals, so that `US` may be `us`.
fn shouted(text: &str, span: &Range<usize>) -> bool {
    let loud =
        |word: Option<&str>| word.is_some_and(|w| w.len() > 1 && w.chars().all(|c| c.is_uppercase() || c == '\''));
    loud(before(text, span.start)) && loud(after(text, span.end))
}

/// Whether an adjective that is also a language speaks of the nation.
fn is_nation(text: &str, span: &Range<usize>) -> bool {
    let next = after(text, span.end);
    let Some(previous) = before(text, span.start) else {
        return !next.is_some_and(|w| OF_LANGUAGE.contains(&w) || matches!(w, "has" | "is" | "was"));
    };
    if next.is_some_and(|w| OF_LANGUAGE.contains(&w)) {
        return false;
    }
    let alone = next.is_none_or(|w| NO_NOUN.contains(&w));
    let previous = previous.to_lowercase();
    if !alone || previous == "the" {
        return true;
    }
    // `in Uzbek and Chinese`, `half in English and half in Chinese`, `Chinese has one word for both`.
    !(INTO.contains(&previous.as_str())
        || matches!(previous.as_str(), "and" | "or" | "english")
        || next.is_some_and(|w| matches!(w, "has" | "or")))
}

/// `French-speaking`, `Chinese-language`.
fn is_spoken(text: &str, span: &Range<usize>) -> bool {
    let rest = &text[span.end..];
    ["-speaking", "-language", "-English", "–English"].iter().any(|s| rest.starts_with(s))
}

/// Whether a capitalised word that may be a first name stands right before.
fn follows_first_name(text: &str, span: &Range<usize>) -> bool {
    let Some(word) = before(text, span.start).filter(|_| !text[..span.start].ends_with('-')) else { return false };
    let capital = word.chars().next().is_some_and(char::is_uppercase) && word.chars().any(char::is_lowercase);
    if !capital || NO_FIRST_NAMES.contains(&word) {
        return false;
    }
    // Where every word is capitalised, as in a headline, a capital says nothing.
    let at = span.start - text[..span.start].len().min(60);
    let from = (at..=span.start).find(|&i| text.is_char_boundary(i)).unwrap_or(span.start);
    let to = (span.end..=text.len()).take(60).filter(|&i| text.is_char_boundary(i)).last().unwrap_or(span.end);
    let words = text[from..to].split_whitespace().skip(1).filter(|w| w.chars().count() > 3);
    let (mut small, mut all) = (0, 0);
    for word in words {
        all += 1;
        small += usize::from(word.starts_with(char::is_lowercase));
    }
    small * 6 >= all
}

/// Whether a capitalised word that may be a surname stands right after: `Jordan Smith`, `Georgia Tech`.
fn leads_surname(text: &str, span: &Range<usize>) -> bool {
    let Some(word) = after(text, span.end) else { return false };
    word.chars().next().is_some_and(char::is_uppercase)
}
