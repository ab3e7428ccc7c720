use proptest::prelude::*;

use super::{Extra, Wanted, words::Finder};
use crate::{
    Error,
    article::{Article, Passage},
    config::Config,
    input::Collection,
    model::Model,
    pipeline::{self, Progress, Stage},
};

fn article(id: &str, text: &str) -> Article {
    let passage = Passage { text: text.to_owned(), ..Passage::default() };
    Article { id: id.to_owned(), passages: vec![passage], ..Article::default() }
}

fn fault(text: &str) -> String {
    match Wanted::parse("t.toml", text) {
        Err(error @ Error::Config { .. }) => error.to_string(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_file_says_what_it_says() {
    let text = "\u{feff}extra = 2\n[[theme]]\nname = { zh = \" 一带一路 \", en = \"Belt and Road\" }\nwords = \"rail\"\n\
                must = [\"a\", \"a\", \"b\"]\n[[theme]]\nname = \"深海\"\nexamples = [\"x\"]\nnever = [\"football\"]\n";
    let wanted = Wanted::parse("t.toml", text).unwrap();
    assert_eq!(wanted.extra, Extra::Exactly(2));
    let [belt, sea] = wanted.themes.as_slice() else { panic!("{wanted:?}") };
    assert_eq!(belt.name.to_string(), "一带一路 / Belt and Road");
    assert_eq!(
        (&belt.words[..], &belt.must[..], belt.line),
        (&["rail".to_owned()][..], &["a".to_owned(), "b".to_owned()][..], 2)
    );
    assert_eq!((sea.name.zh.as_deref(), sea.name.en.as_deref()), (Some("深海"), None));
    assert_eq!((&sea.examples[0], &sea.never[0]), (&"x".to_owned(), &"football".to_owned()));
}

#[test]
fn every_fault_names_its_place_and_the_way_out() {
    for (text, parts) in [
        ("", &["line 1: it names no theme", "[[theme]]"][..]),
        ("theme = []", &["it names no theme"]),
        ("theme = 3", &["`theme` is no list of themes"]),
        ("[[theme]\n", &["line 1: ", "write `[[theme]]`"]),
        ("[theme]\nname = \"a\"\nwords = [\"b\"]", &["two brackets on each side"]),
        ("themes = 1", &["unknown key `themes`; did you mean `theme`?"]),
        ("[[theme]]\nname = \"a\"\nzzz = 1", &["line 3: unknown key `zzz`; the keys here are name, words"]),
        ("[[theme]]\nname = \"a\"\nexample = []", &["did you mean `examples`?"]),
        ("[[theme]]\nname = { cn = \"a\" }", &["line 2: unknown key `cn`; the keys here are zh, en"]),
        ("[[theme]]\nwords = [\"a\"]", &["line 1: a theme has no name", "`name = \"Belt and Road\"`"]),
        ("[[theme]]\nname = \" \"\nwords = [\"a\"]", &["line 2: the name of a theme is empty"]),
        ("[[theme]]\nname = {}\nwords = [\"a\"]", &["line 2: the name of a theme is empty"]),
        ("[[theme]]\nname = 7\nwords = [\"a\"]", &["line 2: the name of a theme is 7, but `name` is a text"]),
        ("[[theme]]\nname = \"a\"", &["line 1: nothing says what theme \"a\" is about", "`words`", "`must`"]),
        ("[[theme]]\nname = \"a\"\nnever = [\"b\"]", &["nothing says what theme \"a\" is about"]),
        ("[[theme]]\nname = \"a\"\nwords = [\"b\", 3]", &["line 3: theme \"a\" has 3 among its `words`", "words = ["]),
        ("[[theme]]\nname = \"a\"\nmust = [\"\"]", &["theme \"a\" has \"\" among its `must`"]),
        ("extra = -1\n[[theme]]\nname = \"a\"\nwords = [\"b\"]", &["line 1: `extra` is -1", "\"auto\""]),
        ("extra = \"many\"\n[[theme]]\nname = \"a\"\nwords = [\"b\"]", &["`extra` is \"many\""]),
        (
            "[[theme]]\nname = \"Sea\"\nwords = [\"b\"]\n[[theme]]\nname = \"sea\"\nwords = [\"c\"]",
            &["line 4: a theme at line 1 has the name \"sea\" too"],
        ),
        (
            "[[theme]]\nname = \"a\"\nexamples = [\"x\"]\n[[theme]]\nname = \"b\"\nexamples = [\"x\"]",
            &["article \"x\" is an example of \"a\" and of \"b\""],
        ),
    ] {
        let said = fault(text);
        assert!(said.starts_with("t.toml: line "), "{said}");
        parts.iter().for_each(|part| assert!(said.contains(part), "{text:?} should say {part:?}: {said}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused(text in any::<String>(), at in 0usize..80) {
        let _ = Wanted::parse("t.toml", &text);
        let good = "extra = 1\n[[theme]]\nname = {zh = \"海\"}\nwords = [\"b\"]\nmust = [\"c\"]\n";
        let at = good.char_indices().map(|(i, _)| i).nth(at).unwrap_or(good.len());
        let _ = Wanted::parse("t.toml", &format!("{}{text}{}", &good[..at], &good[at..]));
    }
}

#[test]
fn literal_words_are_found_as_people_mean_them() {
    let finder = Finder::new();
    let count = |needle: &str, text: &str| finder.texts(&article("a", text)).count(&finder.needle(needle).unwrap());
    for (needle, text, times) in [
        ("Belt and Road", "The “Belt and Road” and other belts and roads", 2),
        ("Belt and Road", "A belt. The road", 0),
        ("deep-sea", "Deep sea mining, deep-sea life", 2),
        ("art", "a party", 0),
        ("football", "Footballs", 1),
        ("China", "China’s rail", 1),
        ("US", "tell us", 0),
        ("US", "the US and U.S.", 1),
        ("一带一路", "共建“一帶一路”，一带一路", 2),
        ("深海", "在深海里", 1),
        ("SKA", "参与SKA项目", 1),
    ] {
        assert_eq!(count(needle, text), times, "{needle:?} in {text:?}");
    }
    assert!(finder.needle(" — ").is_none());
}

/// Remembers notes.
#[derive(Default)]
struct Notes(std::sync::Mutex<Vec<String>>);

impl Progress for Notes {
    fn begin(&self, _: Stage) {}

    fn note(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }
}

fn articles() -> Vec<Article> {
    let texts = [
        ("health-1", "The hospital vaccinates children. Doctors and nurses treat patients in the clinic."),
        ("health-2", "Patients wait for doctors. The clinic has a new vaccine against measles."),
        ("health-3", "A nurse in the hospital gives each patient the vaccine."),
        ("rail-1", "Trains carry fruit across the border. The railway station is busy."),
        ("rail-2", "The railway adds trains to the border. Freight wagons carry grain."),
        ("rail-3", "A freight train brings containers to the railway port."),
        ("star-1", "The telescope sees a galaxy. Astronomers measure its stars."),
        ("star-2", "Astronomers point the radio telescope at a distant galaxy."),
        ("star-3", "Stars are born in the galaxy that the telescope found."),
    ];
    texts.map(|(id, text)| article(id, text)).to_vec()
}

fn fit(file: &str, k: crate::cluster::K) -> crate::Result<(Model, Vec<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("themes.toml");
    std::fs::write(&path, file).unwrap();
    let mut config = Config::default();
    config.steer.themes = Some(path);
    config.cluster.k = k;
    let notes = Notes::default();
    let collection = Collection { articles: articles(), ..Collection::default() };
    let model = pipeline::fit(collection, &config, &notes)?;
    Ok((model, notes.0.into_inner().unwrap()))
}

/// Name (or nothing) and the ids of each theme.
fn themes(model: &Model) -> Vec<(Option<String>, Vec<String>)> {
    let ids = |articles: &[usize]| {
        let mut ids: Vec<String> = articles.iter().map(|&i| model.articles[i].id.clone()).collect();
        ids.sort();
        ids
    };
    model.themes.themes.iter().map(|theme| (theme.named.clone(), ids(&theme.articles))).collect()
}

fn of(model: &Model, name: &str) -> Vec<String> {
    themes(model).into_iter().find(|theme| theme.0.as_deref() == Some(name)).unwrap().1
}

const AUTO: crate::cluster::K = crate::cluster::K::Auto;

#[test]
fn named_themes_gather_their_articles_in_either_language_and_others_are_found() {
    let (model, notes) =
        fit("[[theme]]\nname = \"Health\"\nwords = [\"疫苗\", \"医院\"]\n[[theme]]\nname = \"Stars\"\nexamples = [\"star-2\"]", AUTO).unwrap();
    assert_eq!(of(&model, "Health"), ["health-1", "health-2", "health-3"]);
    assert_eq!(of(&model, "Stars"), ["star-1", "star-2", "star-3"]);
    assert!(
        themes(&model).contains(&(None, vec!["rail-1".into(), "rail-2".into(), "rail-3".into()])),
        "{:?}",
        themes(&model)
    );
    assert_eq!(notes, Vec::<String>::new());
    let health = model.themes.themes.iter().find(|t| t.named.as_deref() == Some("Health")).unwrap();
    assert_eq!(health.en.as_deref(), Some("Health"));
}

#[test]
fn a_theme_that_nothing_matches_is_there_and_empty() {
    let (model, notes) = fit("[[theme]]\nname = \"Opera\"\nwords = [\"opera\", \"frobnicating\"]", AUTO).unwrap();
    let last = themes(&model).pop().unwrap();
    assert_eq!(last, (Some("Opera".to_owned()), vec![]));
    assert_eq!(model.themes.members.iter().filter(|m| m.theme.is_some()).count(), 9);
    assert!(
        notes.iter().any(|n| n.contains("line 1: theme \"Opera\": neither") && n.contains("\"frobnicating\"")),
        "{notes:?}"
    );
    assert!(notes.iter().any(|n| n.contains("theme \"Opera\": no article matches it")), "{notes:?}");
}

#[test]
fn pins_hold_and_what_is_forbidden_stays_out() {
    let file = "[[theme]]\nname = \"Health\"\nwords = [\"hospital\", \"clinic\"]\nmust = [\"telescope\"]\nnever = [\"measles\"]\n\
                [[theme]]\nname = \"Rail\"\nwords = [\"railway\"]\nmust = [\"galaxy\"]\nexamples = [\"star-3\"]";
    let (model, _) = fit(file, AUTO).unwrap();
    let health = of(&model, "Health");
    assert!(!health.contains(&"health-2".to_owned()), "{health:?}");
    // An example is in its theme whatever it says; the others have one word of each, and are like neither.
    assert!(of(&model, "Rail").contains(&"star-3".to_owned()));
    assert!(
        model
            .themes
            .members
            .iter()
            .enumerate()
            .all(|(i, m)| !model.articles[i].id.starts_with("star") || m.theme.is_some())
    );
}

#[test]
fn without_further_themes_what_fits_none_is_unthemed() {
    for (file, k) in [("extra = 0\n", AUTO), ("", crate::cluster::K::Exactly(1))] {
        let (model, _) =
            fit(&format!("{file}[[theme]]\nname = \"Health\"\nwords = [\"hospital\", \"vaccine\"]"), k).unwrap();
        assert_eq!(
            themes(&model),
            [(Some("Health".to_owned()), vec!["health-1".into(), "health-2".into(), "health-3".into()])]
        );
        let because = model.themes.members[8].because.unwrap().to_string();
        assert!(because.contains("fits none of the named themes"), "{because}");
        assert!(
            model.themes.reason.starts_with("1 theme named, and no others, as asked; 6 articles match no name"),
            "{}",
            model.themes.reason
        );
    }
}

#[test]
fn k_is_the_number_of_all_themes_and_no_less_than_the_named() {
    let file = "extra = 5\n[[theme]]\nname = \"Health\"\nwords = [\"hospital\"]\n[[theme]]\nname = \"Opera\"\nwords = [\"opera\"]";
    let (model, _) = fit(file, crate::cluster::K::Exactly(4)).unwrap();
    assert_eq!(model.themes.themes.len(), 4);
    let error = fit(file, crate::cluster::K::Exactly(1)).unwrap_err().to_string();
    assert_eq!(
        error,
        "-k is 1, but --themes names 2 themes, and -k is the number of all themes; write -k 2 or more, or leave it out"
    );
    let error = fit("[[theme]]\nname = \"a\"\nexamples = [\"rail-11\"]", AUTO).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "line 1: theme \"a\" has the example \"rail-11\", but no article has this id; did you mean \"rail-1\"?"
        ),
        "{error}"
    );
}
