//! Names for articles that have none, unique within a run and the same for any order of the inputs.
//!
//! An id the input gives stands. Else a file of one article gives it its stem (`report.txt`: `report`, standard input:
//! `stdin`) and a file of many the stem and the record's number (`page-01`). Files of the same stem are told apart by as
//! many of their folders as it takes (`zh/report`, `en/report`). What is still taken gets `~2`, `~3`, … in the order
//! of path and place; no article is dropped for its id alone. One that has an earlier one's id, words and fields, all of them,
//! is the same article reached twice, and read once.

use std::collections::{BTreeMap, HashMap, HashSet, hash_map::Entry};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{
    prose::clean,
    source::{Draft, Note},
};
use crate::article::{Article, Position};

/// What a file gave, in the order of paths.
pub(super) struct FileDrafts {
    /// The file as the user named it.
    pub path: String,
    /// Its articles.
    pub drafts: Vec<Draft>,
    /// How many records it has.
    pub records: usize,
    /// Faults found in it.
    pub notes: Vec<Note>,
    /// Where their lines stand.
    pub positions: Vec<(u32, Position)>,
}

/// Gives every draft its id and its path. `files` are ordered by path. An id given twice is noted at its second place,
/// unless the article is the same in everything: then it is taken out, and counted.
pub(super) fn assign(files: &mut [FileDrafts]) -> usize {
    files.par_iter_mut().for_each(|FileDrafts { path, drafts, .. }| {
        drafts.par_iter_mut().for_each(|Draft { article, .. }| {
            article.path.clone_from(path);
            article.id = clean(&article.id);
        });
    });
    if all_apart(files) {
        return 0;
    }
    let duplicates = take_duplicates(files);
    let stems = stems(files);
    let mut names = Names::default();
    names.taken.reserve(files.iter().map(|file| file.drafts.len()).sum());
    let mut again: Vec<(usize, usize)> = Vec::new();
    for (f, file) in files.iter_mut().enumerate() {
        for (d, draft) in file.drafts.iter().enumerate() {
            let id = &draft.article.id;
            if id.is_empty() {
                continue;
            }
            if names.taken.contains_key(id) {
                again.push((f, d));
            } else {
                names.taken.insert(id.clone(), Some((f, draft.article.title_position.line)));
            }
        }
    }
    for (f, d) in again {
        let given = std::mem::take(&mut files[f].drafts[d].article.id);
        let first = names.taken.get(&given).copied().flatten();
        let first = first.map_or_else(String::new, |(f, line)| format!("{}:{line}", files[f].path));
        let FileDrafts { drafts, notes, .. } = &mut files[f];
        let article = &mut drafts[d].article;
        article.id = names.free(&given);
        notes.push(Note {
            line: Some(article.title_position.line),
            what: "the id is given twice, so the article is kept under another; give each article its own",
            lost: false,
            detail: format!("{given:?} first stands at {first}, here it becomes {:?}", article.id),
        });
    }
    for (file, stem) in files.iter_mut().zip(stems) {
        let width = file.records.to_string().len().max(2);
        for draft in file.drafts.iter_mut().filter(|draft| draft.article.id.is_empty()) {
            let want = match draft.number {
                Some(number) => format!("{stem}-{number:0width$}"),
                None => stem.clone(),
            };
            draft.article.id = names.free(&want);
        }
    }
    duplicates
}

/// Whether each article has an id of its own, as far as hashes tell that: then all keep theirs.
fn all_apart(files: &[FileDrafts]) -> bool {
    let hash = |draft: &Draft| (!draft.article.id.is_empty()).then(|| xxh3_64(draft.article.id.as_bytes()));
    let hashes: Option<Vec<u64>> = files.par_iter().flat_map(|file| file.drafts.par_iter().map(hash)).collect();
    hashes.is_some_and(|mut hashes| {
        hashes.par_sort_unstable();
        hashes.windows(2).all(|two| two[0] != two[1])
    })
}

/// Takes out articles that have the id, the text and every field of an earlier one, and returns how many there were.
fn take_duplicates(files: &mut [FileDrafts]) -> usize {
    let mut again: HashSet<(usize, usize)> = HashSet::new();
    // By the words too, so that a field which is the same in every row costs no more than another. The first of each number
    // stands by itself: nearly all are alone.
    let mut first: FxHashMap<u64, &Article> = FxHashMap::default();
    first.reserve(files.iter().map(|file| file.drafts.len()).sum());
    let mut more: FxHashMap<u64, Vec<&Article>> = FxHashMap::default();
    let number = |draft: &Draft| (!draft.article.id.is_empty()).then(|| fingerprint(&draft.article));
    let numbers: Vec<Vec<Option<u64>>> =
        files.par_iter().map(|file| file.drafts.par_iter().map(number).collect()).collect();
    for (f, (file, numbers)) in files.iter().zip(numbers).enumerate() {
        for (d, (Draft { article, .. }, number)) in file.drafts.iter().zip(numbers).enumerate() {
            let Some(number) = number else { continue };
            let same = |other: &&Article| other.id == article.id && same_article(other, article);
            match first.entry(number) {
                Entry::Vacant(place) => {
                    place.insert(article);
                }
                Entry::Occupied(known) => {
                    let more = more.entry(number).or_default();
                    if same(known.get()) || more.iter().any(same) {
                        again.insert((f, d));
                    } else {
                        more.push(article);
                    }
                }
            }
        }
    }
    if again.is_empty() {
        return 0;
    }
    for (f, file) in files.iter_mut().enumerate() {
        let mut d = 0;
        file.drafts.retain(|_| {
            d += 1;
            !again.contains(&(f, d - 1))
        });
    }
    again.len()
}

/// Whether two articles say the same, wherever they stand.
fn same_article(a: &Article, b: &Article) -> bool {
    fn words(article: &Article) -> impl Iterator<Item = (&Option<String>, &Option<String>, &String)> {
        article.passages.iter().map(|p| (&p.marker, &p.heading, &p.text))
    }
    let of = |a: &Article| (a.date, a.passages.len());
    of(a) == of(b)
        && (&a.title, &a.lang, &a.source, &a.url, &a.label) == (&b.title, &b.lang, &b.source, &b.url, &b.label)
        && a.extra == b.extra
        && words(a).eq(words(b))
}

/// A number that articles of the same id, title and text share, and hardly others.
fn fingerprint(article: &Article) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(article.id.as_bytes());
    let texts = article.passages.iter().map(|passage| &passage.text);
    std::iter::once(&article.title).chain(texts).for_each(|text| hash.update(text.as_bytes()));
    hash.digest()
}

/// The ids that are taken.
#[derive(Default)]
struct Names {
    /// Of an id that the input gives, the file and the line of the first article that has it.
    taken: HashMap<String, Option<(usize, u32)>>,
    next: HashMap<String, usize>,
}

impl Names {
    fn free(&mut self, want: &str) -> String {
        if !self.taken.contains_key(want) {
            self.taken.insert(want.to_owned(), None);
            return want.to_owned();
        }
        let next = self.next.entry(want.to_owned()).or_insert(2);
        loop {
            let id = format!("{want}~{next}");
            *next += 1;
            if !self.taken.contains_key(&id) {
                self.taken.insert(id.clone(), None);
                return id;
            }
        }
    }
}

/// The stem of each file, with folders in front where files share one.
fn stems(files: &[FileDrafts]) -> Vec<String> {
    let parts: Vec<(String, Vec<String>)> = files.iter().map(|file| split(&file.path)).collect();
    let mut same: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, (stem, _)) in parts.iter().enumerate() {
        if files[i].drafts.iter().any(|draft| draft.article.id.is_empty()) {
            same.entry(stem).or_default().push(i);
        }
    }
    let mut out: Vec<String> = parts.iter().map(|(stem, _)| stem.clone()).collect();
    for (stem, members) in same.into_iter().filter(|(_, members)| members.len() > 1) {
        let deepest = members.iter().map(|&i| parts[i].1.len()).max().unwrap_or(0);
        for folders in 1..=deepest {
            let mut distinct = HashSet::new();
            for &i in &members {
                let above = &parts[i].1;
                let from = above.len().saturating_sub(folders);
                let shown = above[from..].iter().map(String::as_str).chain([stem]).collect::<Vec<_>>().join("/");
                distinct.insert(shown.clone());
                out[i] = shown;
            }
            if distinct.len() == members.len() {
                break;
            }
        }
    }
    out
}

/// The stem of a path, and its folders.
fn split(path: &str) -> (String, Vec<String>) {
    if path == "-" {
        return ("stdin".to_owned(), Vec::new());
    }
    let mut parts: Vec<String> =
        path.split('/').map(clean).filter(|part| !part.is_empty() && part != "." && part != "..").collect();
    let name = parts.pop().unwrap_or_default();
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name,
    };
    (if stem.is_empty() { "article".to_owned() } else { stem }, parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, given: &[&str], many: bool) -> FileDrafts {
        let draft = |(i, id): (usize, &&str)| Draft {
            // Of one id, but each with its own title.
            article: Article { id: (*id).to_owned(), title: format!("{path} {i}"), ..Article::default() },
            number: many.then_some(i + 1),
        };
        let drafts: Vec<_> = given.iter().enumerate().map(draft).collect();
        FileDrafts { path: path.to_owned(), records: drafts.len(), drafts, notes: Vec::new(), positions: Vec::new() }
    }

    fn ids(files: &mut [FileDrafts]) -> Vec<String> {
        assign(files);
        files.iter().flat_map(|file| &file.drafts).map(|draft| draft.article.id.clone()).collect()
    }

    #[test]
    fn stems_and_numbers() {
        let mut files = [file("-", &[""], false), file("a/page.txt", &["", "own"], true), file("b.c.md", &[""], false)];
        assert_eq!(ids(&mut files), ["stdin", "page-01", "own", "b.c"]);
        let hundred = vec![""; 100];
        assert_eq!(ids(&mut [file("p.txt", &hundred, true)])[6], "p-007");
    }

    #[test]
    fn files_of_one_stem_are_told_apart_by_folders_then_by_number() {
        let mut files =
            [file("x/en/r.txt", &[""], false), file("x/zh/r.txt", &[""], false), file("y/zh/r.md", &[""], false)];
        assert_eq!(ids(&mut files), ["x/en/r", "x/zh/r", "y/zh/r"]);
        assert_eq!(ids(&mut [file("r.md", &[""], false), file("r.txt", &[""], false)]), ["r", "r~2"]);
        assert_eq!(ids(&mut [file("a/r.md", &[""], false), file("r.txt", &[""], false)]), ["a/r", "r"]);
    }

    #[test]
    fn a_given_id_wins_and_a_second_one_is_kept_and_noted() {
        let mut files = [
            file("a.txt", &[""], false),
            file("b.jsonl", &["a", "x", "x~2", "x"], true),
            file("c.jsonl", &["x"], true),
        ];
        assert_eq!(ids(&mut files), ["a~2", "a", "x", "x~2", "x~3", "x~4"]);
        assert_eq!((files[1].notes.len(), files[2].notes.len()), (1, 1));
        assert!(files[2].notes[0].detail.contains("\"x\" first stands at b.jsonl"));
    }

    #[test]
    fn an_article_reached_twice_is_one() {
        let mut files = [file("b.jsonl", &["x"], true), file("c.jsonl", &["x", ""], true)];
        files[1].drafts[0].article.title = files[0].drafts[0].article.title.clone();
        assert_eq!(assign(&mut files), 1);
        assert_eq!((files[1].drafts.len(), files[1].notes.len()), (1, 0));
    }

    #[test]
    fn control_characters_are_no_part_of_an_id() {
        assert_eq!(
            ids(&mut [file("a/\u{1b}[31m.txt", &[""], false), file("b", &["x\u{7}\ny"], true)]),
            ["[31m", "x y"]
        );
    }
}
