//! What is fuzzed: whatever bytes come, nothing panics, and what comes out holds to its promises. The fuzzers
//! (`fuzz_targets/`) and the usual tests (`tests/it/fuzzed.rs`) run the same functions.

#![allow(dead_code, clippy::unwrap_used)]

use wenmai::{
    Article, Config, Model, Passage,
    config::ConfigFile,
    input::{self, Format, Limit, Limits},
    lexicon::Lexicon,
    model::Saved,
    segment,
    similar::{Query, similar},
    steer,
};

/// Reads bytes, and panics if a promise is broken.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const ALL: [(&str, Target); 7] = [
    ("archive", archive),
    ("config", config),
    ("lexicon", lexicon),
    ("model", model),
    ("read", read),
    ("segment", segment),
    ("themes", themes),
];

/// The first line names a format, or stands for one; the rest is a file of it, read as that and as whatever it looks like.
pub fn read(bytes: &[u8]) {
    let at = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (name, rest) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let any = name.iter().map(|&byte| usize::from(byte)).sum::<usize>() % Format::ALL.len();
    let named = std::str::from_utf8(name).ok().and_then(|name| name.parse().ok());
    let format = named.unwrap_or(Format::ALL[any]);
    let ending = input::READERS.iter().find(|entry| entry.format == format).and_then(|entry| entry.endings.first());
    let path = format!("a/文.{}", ending.unwrap_or(&"txt"));
    for format in [Some(format), None] {
        let settings = input::Settings { format, ..input::Settings::default() };
        for draft in input::parse(&path, rest, &settings).articles {
            holds(&draft.article);
        }
    }
}

/// A file as a user names it: archives are opened, and what is in them is read.
pub fn archive(bytes: &[u8]) {
    let file = tempfile_of(bytes);
    let Some(path) = file.path().to_str() else { return };
    let limits = [(Limit::Archive, 16 << 20), (Limit::Member, 4 << 20), (Limit::File, 4 << 20), (Limit::Members, 1000)];
    let limits = limits.into_iter().fold(Limits::new(), |limits, (limit, value)| limits.with(limit, value));
    let settings = input::Settings { limits, ..input::Settings::default() };
    if let Ok(found) = input::read(&[path.to_owned()], &settings) {
        let counts = found.counts;
        assert_eq!(counts.read, counts.articles + counts.duplicates + counts.skipped);
        found.articles.iter().for_each(holds);
    }
}

/// What an article promises.
fn holds(article: &Article) {
    for passage in &article.passages {
        assert!(!passage.text.is_empty());
        for bullet in &passage.bullets {
            assert!(passage.text.get(bullet.clone()).is_some());
        }
        for citation in &passage.citations {
            assert!(passage.text.get(citation.span.clone()).is_some());
        }
        assert!(passage.position.start <= passage.position.end);
    }
    let _ = article.headline();
}

/// A text is cut on its character boundaries, alone and in a corpus.
pub fn segment(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for piece in segment::Segmenter::default().cut(&text) {
        assert_eq!(text.get(piece.span.clone()), Some(piece.surface.as_str()));
    }
    let (title, body) = text.split_once('\n').unwrap_or(("", &text));
    let passage = Passage { text: body.to_owned(), ..Passage::default() };
    let article = |id: &str| Article {
        id: id.to_owned(),
        title: title.to_owned(),
        passages: vec![passage.clone()],
        ..Article::default()
    };
    let (_, corpus) = segment::fit(&[article("a"), article("b")], &segment::Settings::default()).unwrap();
    for document in corpus.documents.iter() {
        for (text, tokens) in [(title, document.title()), (body, document.passage(0).text)] {
            for token in tokens {
                assert!(text.get(token.start as usize..token.end as usize).is_some());
                assert!((token.term as usize) < corpus.terms.len());
            }
        }
    }
}

/// A model from a stranger is refused or read; if it is read, it can be searched and reported.
pub fn model(bytes: &[u8]) {
    let file = tempfile_of(bytes);
    if let Ok(saved) = Saved::open(file.path()) {
        for query in [Query::Text("铁路 railway".to_owned()), Query::Id("a".to_owned())] {
            let _ = similar(&saved, &query, 3);
        }
    }
    if let Ok(model) = Model::load(file.path()) {
        let _ = wenmai::report::assemble(&model);
    }
}

fn tempfile_of(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    file
}

/// A configuration file.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(file) = ConfigFile::parse("wenmai.toml", text) {
        let _ = Config::resolve(Some(&file), &wenmai::config::Overrides::default());
    }
}

/// A file of named themes.
pub fn themes(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = steer::Wanted::parse("themes.toml", text);
}

/// A lexicon file.
pub fn lexicon(bytes: &[u8]) {
    if let Ok(lexicon) = Lexicon::read(bytes.to_vec(), "a.lexicon") {
        let mut vector = vec![0.0; lexicon.dimensions()];
        for word in ["铁路", "rail", "rail 铁路", ""] {
            let _ = lexicon.compose(word, &mut vector);
        }
        let _ = lexicon.fingerprint();
    }
}
