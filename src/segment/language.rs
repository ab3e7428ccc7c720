//! The languages of a text, by share.

use super::{
    Lang,
    runs::{Writing, writing},
};

/// How much of a text is in each language, in half words: a Han character counts as half a word, as does a letter of
/// another script; a run of Latin letters is a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shares {
    zh: u64,
    en: u64,
    other: u64,
}

impl Shares {
    /// Adds a text, Japanese or not.
    pub(super) fn add(&mut self, text: &str, japanese: bool) {
        let mut within = false;
        for c in text.chars() {
            // Asking the tables about each would cost as much as cutting; what ASCII is needs none.
            let may_count = match c {
                '\0'..='\u{7F}' | '\u{4E00}'..='\u{9FFF}' => true,
                '\u{3001}'..='\u{3004}'
                | '\u{3008}'..='\u{3020}'
                | '\u{2010}'..='\u{2027}'
                | '\u{FF01}'..='\u{FF20}' => false,
                c => c.is_alphabetic(),
            };
            let kind = if may_count { writing(c, japanese) } else { None };
            match kind {
                Some(Writing::Latin) if !within => self.en += 2,
                Some(Writing::Latin) => {}
                Some(Writing::Han) => self.zh += 1,
                Some(Writing::Other) => self.other += 1,
                None => {}
            }
            within = kind == Some(Writing::Latin) || (within && matches!(c, '\'' | '’'));
        }
    }

    /// `zh`, `en`, `zh+en` (each at least a tenth of the two) or `other` (more than half, or no letter at all).
    pub(super) fn name(self) -> &'static str {
        let both = self.zh + self.en;
        if both == 0 || self.other > both {
            "other"
        } else if self.zh * 10 < both {
            "en"
        } else if self.en * 10 < both {
            "zh"
        } else {
            "zh+en"
        }
    }
}

/// The language of a term's key.
pub(super) fn of_key(key: &str) -> Lang {
    let mut latin = false;
    for c in key.chars().filter(|c| c.is_alphabetic()) {
        match writing(c, false) {
            Some(Writing::Han) => return Lang::Zh,
            Some(Writing::Latin) => latin = true,
            _ => {
                return if key.chars().any(|c| writing(c, false) == Some(Writing::Han)) {
                    Lang::Zh
                } else {
                    Lang::Other
                };
            }
        }
    }
    if latin { Lang::En } else { Lang::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_characters_and_letters_are_counted() {
        let of = |text| {
            let mut shares = Shares::default();
            shares.add(text, false);
            (shares.zh, shares.en, shares.other)
        };
        assert_eq!(of(""), (0, 0, 0));
        assert_eq!(of("It's 3 o'clock, rock 'n' roll: x86, f_g"), (0, 16, 0));
        assert_eq!(of("It’s 5G共建“一带一路” Ünïté café"), (6, 8, 0));
        assert_eq!(of("мир, 平和の kana"), (2, 2, 4));
    }
}
