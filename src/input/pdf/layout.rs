//! From strings on pages to lines, and from lines to paragraphs.

use std::collections::HashMap;

use super::content::Piece;
use crate::input::prose::{clean, ends_sentence, is_chinese, width};

/// Lines at the head and at the foot of a page that may stand on every page.
const EDGE: usize = 2;
/// Columns of a running head, at most.
const WIDE: usize = 80;
/// Points within which lines of one column begin.
const STRIPE: f64 = 36.0;

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// From 1.
    pub page: usize,
    pub x: f64,
    pub end: f64,
    pub y: f64,
    pub size: f64,
    pub text: String,
}

/// A paragraph: the page it begins on, the size of its letters, and its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Paragraph {
    pub page: usize,
    pub size: f64,
    pub text: String,
}

/// Whether nothing stands between these two in Chinese.
pub(super) fn close(before: &str, after: &str) -> bool {
    before.ends_with(is_chinese) || after.starts_with(is_chinese)
}

/// Puts the strings of a page that stand side by side into lines, in the order in which they are drawn.
pub(super) fn lines(page: usize, pieces: Vec<Piece>) -> Vec<Line> {
    // Words across the page are a stamp, unless there is nothing else.
    let level = pieces.iter().any(|piece| piece.level);
    let mut lines: Vec<Line> = Vec::new();
    for piece in pieces.into_iter().filter(|piece| piece.level == level) {
        let Piece { x, end, y, size, text, .. } = piece;
        if let Some(line) = lines.last_mut() {
            let em = line.size.max(size);
            // A small mark above or below the foot of the line is of the line.
            let beside = (line.y - y).abs() < 0.45 * em && x > line.end - 0.8 * em && x < line.end + 4.0 * em;
            if beside {
                let gap = x - line.end > 0.15 * em && !close(&line.text, &text);
                if gap && !line.text.ends_with(char::is_whitespace) && !text.starts_with(char::is_whitespace) {
                    line.text.push(' ');
                }
                line.text.push_str(&text);
                line.end = line.end.max(end);
                if size > line.size {
                    (line.size, line.y) = (size, y);
                }
                continue;
            }
        }
        lines.push(Line { page, x, end, y, size, text });
    }
    lines.retain(|line| !line.text.trim().is_empty());
    lines
}

/// Takes away the lines that stand at the head or foot of most pages, numbers in them aside.
pub(super) fn without_heads(pages: &mut [Vec<Line>]) {
    let key = |line: &Line| {
        let text: String = line.text.chars().filter(|c| !c.is_whitespace()).collect();
        let mut key = String::new();
        for c in text.chars() {
            let digit = c.is_ascii_digit();
            if !(digit && key.ends_with('#')) {
                key.push(if digit { '#' } else { c });
            }
        }
        key
    };
    let edges = |page: &[Line]| {
        let mut order: Vec<usize> = (0..page.len()).collect();
        let y = |at: &usize| page.get(*at).map_or(0.0, |line| line.y);
        order.sort_by(|a, b| y(b).total_cmp(&y(a)));
        let foot = order.len().saturating_sub(EDGE).max(EDGE.min(order.len()));
        let mut edge = order.get(..EDGE.min(order.len())).unwrap_or_default().to_vec();
        edge.extend(order.get(foot..).unwrap_or_default());
        edge
    };
    let mut counts: HashMap<(String, i64), usize> = HashMap::new();
    let place = |line: &Line| (key(line), (line.y / 8.0).round() as i64);
    for page in pages.iter() {
        for line in edges(page).into_iter().filter_map(|at| page.get(at)) {
            *counts.entry(place(line)).or_default() += 1;
        }
    }
    // Odd and even pages may have heads of their own.
    let needed = (pages.len() * 2).div_ceil(5).max(2);
    for page in pages.iter_mut() {
        let gone: Vec<usize> = edges(page)
            .into_iter()
            .filter(|&at| {
                let repeated = |line: &Line| counts.get(&place(line)).is_some_and(|&n| n >= needed);
                page.get(at)
                    .is_some_and(|line| repeated(line) && width(&line.text) <= WIDE && !ends_sentence(&line.text))
            })
            .collect();
        let mut at = 0;
        page.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
    }
}

/// Puts lines together into paragraphs.
pub(super) fn paragraphs(pages: &[Vec<Line>]) -> Vec<Paragraph> {
    let mut out: Vec<Paragraph> = Vec::new();
    let mut last: Option<&Line> = None;
    for page in pages {
        let pitch = pitch(page);
        let mut ends: HashMap<i64, f64> = HashMap::new();
        for line in page {
            let end = ends.entry(stripe(line)).or_insert(line.end);
            *end = end.max(line.end);
        }
        for line in page {
            // How far its column reaches: that of the lines that begin near it.
            let near = [-1, 0, 1].into_iter().filter_map(|by| ends.get(&(stripe(line) + by)));
            let right = near.copied().fold(line.end, f64::max);
            let goes_on = last.is_some_and(|last| goes_on(last, line, pitch, right));
            match out.last_mut().filter(|_| goes_on) {
                Some(paragraph) => join(&mut paragraph.text, &line.text),
                None => {
                    let text = line.text.trim().to_owned();
                    out.push(Paragraph { page: line.page, size: line.size, text });
                }
            }
            last = Some(line);
        }
    }
    for paragraph in &mut out {
        paragraph.text = clean(&paragraph.text);
    }
    out.retain(|paragraph| !paragraph.text.is_empty());
    out
}

/// The part of the page's width in which a line begins.
fn stripe(line: &Line) -> i64 {
    (line.x / STRIPE).floor() as i64
}

/// The usual step from line to line of a page.
fn pitch(page: &[Line]) -> f64 {
    let step = |(a, b): (&Line, &Line)| {
        let step = a.y - b.y;
        ((a.size - b.size).abs() < 0.1 * a.size && step > 0.5 * a.size && step < 3.0 * a.size).then_some(step)
    };
    let mut steps: Vec<f64> = page.iter().zip(page.iter().skip(1)).filter_map(step).collect();
    steps.sort_by(f64::total_cmp);
    // Lines of one paragraph are nearer than paragraphs: below the middle.
    steps.get(steps.len() * 2 / 5).copied().unwrap_or(0.0)
}

/// Whether a line goes on with the paragraph of the one before it.
fn goes_on(last: &Line, line: &Line, pitch: f64, right: f64) -> bool {
    let size = last.size.max(line.size);
    if (last.size - line.size).abs() > 0.12 * size
        || line.text.starts_with(['\u{3000}', '•', '●', '■', '◆', '▪', '\u{F0B7}'])
    {
        return false;
    }
    let ended = ends_sentence(&last.text);
    let down = last.y - line.y;
    if last.page != line.page || down < -0.5 * size {
        // Another page, another column.
        return !ended;
    }
    if down > if pitch > 0.0 { 1.4 * pitch } else { 1.9 * size } {
        return false;
    }
    if line.x - last.x > 0.8 * size && (line.x - last.x) < 6.0 * size {
        return false;
    }
    if hyphened(&last.text, &line.text) {
        return true;
    }
    // The first word would have had room on the line before.
    let head = line.text.trim_start();
    let word = match head.chars().next() {
        Some(c) if is_chinese(c) => 2.5,
        _ => 0.6 * head.split_whitespace().next().unwrap_or_default().chars().take(20).count() as f64 + 1.0,
    };
    let room = right - last.end;
    // Ragged lines of English leave some.
    !(room > word * size && (ended || room > (word + 8.0) * size))
}

/// Adds a line to a text.
fn join(text: &mut String, line: &str) {
    let line = line.trim();
    text.truncate(text.trim_end().len());
    if hyphened(text, line) {
        text.pop();
    } else if !close(text, line) && !unhyphened(text).is_some_and(|before| before.ends_with(is_letter)) {
        text.push(' ');
    }
    text.push_str(line);
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_chinese(c)
}

fn unhyphened(text: &str) -> Option<&str> {
    text.trim_end().strip_suffix(['-', '\u{2010}', '\u{AD}'])
}

/// Whether a word is cut between these lines. A name such as Anglo-American keeps its hyphen by its capital.
fn hyphened(before: &str, after: &str) -> bool {
    unhyphened(before).is_some_and(|before| before.ends_with(is_letter))
        && after.trim_start().starts_with(|c: char| is_letter(c) && c.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(page: usize, y: f64, text: &str) -> Line {
        let width: f64 = text.chars().map(|c| if is_chinese(c) { 10.0 } else { 5.0 }).sum();
        Line { page, x: 50.0, end: 50.0 + width, y, size: 10.0, text: text.to_owned() }
    }

    fn texts(pages: &[Vec<Line>]) -> Vec<String> {
        paragraphs(pages).into_iter().map(|paragraph| paragraph.text).collect()
    }

    #[test]
    fn lines_are_joined_as_their_language_joins_them() {
        let page = vec![
            line(1, 700.0, "The inter-"),
            line(1, 688.0, "national Anglo-"),
            line(1, 676.0, "American plan"),
            line(1, 640.0, "科考船今天返"),
            line(1, 628.0, "回三亚，带回"),
            line(1, 616.0, "样品。"),
            line(1, 604.0, "下一段从这里"),
        ];
        let found = texts(&[page, vec![line(2, 700.0, "开始。")]]);
        assert_eq!(
            found,
            ["The international Anglo-American plan", "科考船今天返回三亚，带回样品。", "下一段从这里开始。"]
        );
    }

    #[test]
    fn heads_and_numbers_of_pages_go_and_titles_stay() {
        let mut pages: Vec<Vec<Line>> = (1..=4)
            .map(|n| {
                vec![
                    line(n, 800.0, "年度报告 2025"),
                    line(n, 700.0, &format!("Text {} of this page.", ["one", "two", "three", "four"][n - 1])),
                    line(n, 30.0, &format!("— {n} —")),
                ]
            })
            .collect();
        pages[0].insert(1, line(1, 780.0, "深海"));
        without_heads(&mut pages);
        assert_eq!(texts(&pages)[0], "深海");
        assert!(pages[1..].iter().all(|page| page.len() == 1));
        let mut one = vec![vec![line(1, 700.0, "A"), line(1, 600.0, "A")]];
        without_heads(&mut one);
        assert_eq!(one[0].len(), 2);
    }

    #[test]
    fn pieces_beside_each_other_are_a_line() {
        let piece =
            |x: f64, end: f64, y: f64, text: &str| Piece { x, end, y, size: 10.0, level: true, text: text.to_owned() };
        let found = lines(
            1,
            vec![
                piece(10.0, 30.0, 5.0, "deep"),
                piece(33.0, 50.0, 5.0, "sea"),
                piece(50.0, 55.0, 8.0, "2"),
                piece(10.0, 30.0, -8.0, "深"),
                piece(32.0, 40.0, -8.0, "海"),
                Piece { level: false, ..piece(0.0, 1.0, 0.0, "DRAFT") },
            ],
        );
        let texts: Vec<_> = found.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["deep sea2", "深海"]);
    }
}
