//! The languages of a text, by share.

use super::{
    Lang,
    runs::{Writing, writing},
};

/// The letters of a text, counted in one pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Letters {
    /// Han characters.
    han: u64,
    /// Those of the block that Chinese and Japanese mostly use.
    common: u64,
    kana: u64,
    /// Runs of Latin letters.
    latin: u64,
    /// Letters of other scripts, kana among them.
    other: u64,
}

impl Letters {
    /// Counts the letters of a text.
    pub(super) fn of(text: &str) -> Self {
        let mut all = Self::default();
        let mut within = false;
        for c in text.chars() {
            // Asking the tables about each would cost as much as cutting; what ASCII is needs none.
            let may_count = match c {
                '\u{4E00}'..='\u{9FFF}' => {
                    all.common += 1;
                    within = false;
                    continue;
                }
                '\0'..='\u{7F}' => true,
                '\u{3001}'..='\u{3004}'
                | '\u{3008}'..='\u{3020}'
                | '\u{2010}'..='\u{2027}'
                | '\u{FF01}'..='\u{FF20}' => false,
                c => c.is_alphabetic(),
            };
            let kind = if may_count { writing(c, false) } else { None };
            match kind {
                Some(Writing::Latin) => all.latin += u64::from(!within),
                Some(Writing::Han) => all.han += 1,
                Some(Writing::Other) => {
                    all.other += 1;
                    all.kana += u64::from(matches!(c, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}'));
                }
                None => {}
            }
            within = kind == Some(Writing::Latin) || (within && matches!(c, '\'' | '’'));
        }
        all.han += all.common;
        all
    }

    /// Whether the text is Japanese: at least a tenth of its Han and kana is kana.
    pub(super) fn are_japanese(&self) -> bool {
        self.kana >= 2 && self.kana * 10 >= self.common + self.kana
    }
}

/// Whether a text is Japanese, as [`Letters::are_japanese`].
pub(super) fn is_japanese(text: &str) -> bool {
    Letters::of(text).are_japanese()
}

/// How much of a text is in each language, in half words: a Han character counts as half a word, as does a letter of
/// another script; a run of Latin letters is a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shares {
    zh: u64,
    en: u64,
    other: u64,
}

impl Shares {
    /// Adds a text. The Han characters of Japanese are not Chinese.
    pub(super) fn add(&mut self, letters: &Letters) {
        let (zh, other) = if letters.are_japanese() { (0, letters.han) } else { (letters.han, 0) };
        self.zh += zh;
        self.en += 2 * letters.latin;
        self.other += letters.other + other;
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
            shares.add(&Letters::of(text));
            (shares.zh, shares.en, shares.other)
        };
        assert_eq!(of(""), (0, 0, 0));
        assert_eq!(of("It's 3 o'clock, rock 'n' roll: x86, f_g"), (0, 16, 0));
        assert_eq!(of("It’s 5G共建“一带一路” Ünïté café"), (6, 8, 0));
        assert_eq!(of("мир, 平和の kana"), (2, 2, 4));
    }
}
