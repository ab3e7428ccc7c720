//! Words of every other script, by the rules of Unicode (UAX #29), so that no text is lost.
//!
//! Japanese has no spaces: its hiragana is mostly grammar and its words mostly runs of Han or of katakana, so those runs
//! are the words. Nothing is stemmed.

use unicode_segmentation::UnicodeSegmentation;

use super::Cutter;

/// Cuts Cyrillic, Greek, Hangul, Arabic, kana and so on.
#[derive(Debug, Default)]
pub(super) struct Other;

#[derive(PartialEq, Clone, Copy)]
enum Kana {
    Han,
    Katakana,
    No,
}

fn kana(c: char) -> Kana {
    match c {
        '\u{3400}'..='\u{9FFF}' | '々' | '〇' => Kana::Han,
        '\u{30A1}'..='\u{30FA}' | 'ー' => Kana::Katakana,
        _ => Kana::No,
    }
}

impl Cutter for Other {
    fn cut(&self, run: &str, emit: &mut dyn FnMut(usize, usize)) {
        // UAX #29 gives Han one by one; joined again while they touch. Katakana it keeps together.
        let mut open: Option<(usize, usize)> = None;
        for (start, word) in run.unicode_word_indices() {
            let end = start + word.len();
            let kind = word.chars().next().map_or(Kana::No, kana);
            match (&mut open, kind) {
                (Some((_, open_end)), Kana::Han) if *open_end == start => *open_end = end,
                _ => {
                    if let Some((s, e)) = open.take() {
                        emit(s, e);
                    }
                    if kind == Kana::Han {
                        open = Some((start, end));
                    } else if !word.chars().all(|c| matches!(c, '\u{3041}'..='\u{309F}')) {
                        emit(start, end);
                    }
                }
            }
        }
        if let Some((s, e)) = open {
            emit(s, e);
        }
    }
}
