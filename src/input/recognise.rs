//! Which reader a file is for, and what holds of whatever it gives.

use super::{
    Entry, Format, Limit, READERS, Settings, container,
    source::{self, Likeness, Parsed, Source},
};

/// Endings of files that are no articles, read only if their content is plainly one of the formats or one is forced.
const FOREIGN: [&str; 15] =
    ["csv", "tsv", "xls", "doc", "rtf", "ppt", "pptx", "xml", "yaml", "yml", "toml", "png", "jpg", "jpeg", "gif"];

static ENTRIES: [Entry; READERS.len()] = READERS;

/// Reads bytes as one file called `path`, in the format that the settings force or that is recognised. Ids and paths are
/// left to [`read`](super::read), and so are archives.
pub fn parse(path: &str, bytes: &[u8], settings: &Settings) -> Parsed {
    leaf(path, bytes, settings, true)
}

/// As [`parse`]; in a folder (not `named`), files of other kinds are passed over in silence.
pub(super) fn leaf(path: &str, bytes: &[u8], settings: &Settings, named: bool) -> Parsed {
    let mut parsed = Parsed::default();
    let ending = source::ending(path);
    let head = bytes.get(..container::HEAD).unwrap_or(bytes);
    if let Some(entry) = binary(head, &ending, settings.format) {
        let source = Source::binary(path, bytes, settings);
        return finish(entry, &source);
    }
    if settings.format.is_none() && head.starts_with(source::OLE) {
        if named {
            parsed.note(None, OLDER, "");
        }
        return parsed;
    }
    // Text under the name of a binary format is read if it is plainly of another.
    let owner = READERS.iter().find(|entry| {
        entry.binary && settings.format.is_none() && entry.endings.contains(&ending.as_str()) && !bytes.is_empty()
    });
    let owned = |entry| finish(entry, &Source::binary(path, bytes, settings));
    let foreign = FOREIGN.contains(&ending.as_str()) && settings.format.is_none();
    let not_an_article = |parsed: &mut Parsed| {
        if named {
            parsed.note(None, NOT_AN_ARTICLE, format!("its ending is .{ending}"));
        }
    };
    let source = match Source::decode(path, bytes, settings) {
        Ok(source) => source,
        Err(_) if owner.is_some() => return owner.map(owned).unwrap_or_default(),
        Err(_) if foreign => {
            not_an_article(&mut parsed);
            return parsed;
        }
        Err(reason) => {
            parsed.note(None, NO_TEXT, format!("it {reason}"));
            return parsed;
        }
    };
    if source.text().trim().is_empty() {
        parsed.note(None, "is empty; take it away, or fill it", "");
        return parsed;
    }
    let (likeness, entry) = recognise(&source, settings.format);
    if let Some(entry) = owner.filter(|_| likeness < Likeness::Certain) {
        return owned(entry);
    }
    if foreign && likeness < Likeness::Certain {
        // A reader that has this ending knows best what it misses.
        return match READERS.iter().find(|entry| named && entry.endings.contains(&ending.as_str())) {
            Some(entry) => finish(entry, &source),
            None => {
                not_an_article(&mut parsed);
                parsed
            }
        };
    }
    finish(entry, &source)
}

/// Reads a source, and checks what came of it.
fn finish(entry: &Entry, source: &Source<'_>) -> Parsed {
    let mut parsed = entry.reader.read(source);
    source.tell_undecodable(&mut parsed);
    let limits = &source.settings().limits;
    let (most, passages) = (limits.of(Limit::Article), limits.of(Limit::Passages));
    let mut over = Vec::new();
    parsed.articles.retain(|draft| {
        let article = &draft.article;
        let size: usize = article.title.len() + article.passages.iter().map(|p| p.text.len()).sum::<usize>();
        let passed = match (size as u64 > most, article.passages.len() as u64 > passages) {
            (true, _) => format!("its text has {size} bytes, {}", limits.passed(Limit::Article)),
            (_, true) => {
                format!("it has {} passages, {}", article.passages.len(), limits.passed(Limit::Passages))
            }
            _ => return true,
        };
        over.push((article.title_position.line, passed));
        false
    });
    for (line, passed) in over {
        parsed.note(Some(line), TOO_LONG, passed);
    }
    if parsed.articles.is_empty() && parsed.pairs.is_empty() && parsed.notes.iter().all(|note| !note.lost) {
        parsed.note(
            None,
            "holds no article; force its format with --input-format",
            format!("it was read as {}", entry.name),
        );
    }
    parsed.positions =
        parsed.notes.iter().filter_map(|note| Some((note.line?, source.line_position(note.line?)))).collect();
    parsed
}

/// The reader of a file that is no text: the one forced, else the one that claims it.
fn binary(head: &[u8], ending: &str, forced: Option<Format>) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| match forced {
        Some(format) => entry.format == format && entry.binary,
        None => entry.reader.claims(head, ending),
    })
}

/// What is said of an article that passes a limit.
pub(super) const TOO_LONG: &str = "the article is too long; cut it into several, or raise the limit";

const NO_TEXT: &str = "cannot be read as text; save it as text, or name its encoding with --encoding";

const OLDER: &str = "is of an older office program; open it and save it as .docx or .xlsx";

const NOT_AN_ARTICLE: &str = "is of no format that wenmai reads; convert it, or force a format with --input-format";

/// The reader for a text: the one forced, else the one that is surest.
pub(super) fn recognise(source: &Source<'_>, forced: Option<Format>) -> (Likeness, &'static Entry) {
    let mut best = (Likeness::No, &ENTRIES[ENTRIES.len() - 1]);
    for entry in &ENTRIES {
        if let Some(format) = forced {
            if entry.format == format {
                return (Likeness::Certain, entry);
            }
            continue;
        }
        let likeness = entry.reader.likeness(source);
        if likeness > best.0 {
            best = (likeness, entry);
        }
        if likeness == Likeness::Certain {
            break;
        }
    }
    best
}
