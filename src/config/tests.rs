use super::*;
use crate::error::Error;

/// Every setting set to something other than its default. Written without `..`, so that a new field must be added here.
fn everything() -> Overrides {
    Overrides {
        input_format: Some(input::Format::Markdown),
        encoding: Some("big5".parse().unwrap()),
        map: input::Names::new().with("title", "标题"),
        limit: input::Limits::new().read("member", "1000"),
        strict: Some(true),
        dict: Some("words/用户词典.txt".into()),
        stopwords: Some("stop.txt".into()),
        phrases: Some(false),
        min_df: Some(2),
        max_df: Some(0.5),
        dimensions: Some(64),
        lexicon: Some("words.lexicon".into()),
        vectors: Some("field:embedding".into()),
        embed_server: Some("http://127.0.0.1:8000/v1".into()),
        embed_model: Some("e5".into()),
        embed_prefix: Some("passage: ".into()),
        embed_chars: Some(500),
        embed_batch: Some(8),
        embed_cache: Some("answers".into()),
        k: Some(K::Exactly(8)),
        themes: Some("themes.toml".into()),
        starts: Some(3),
        max_iterations: Some(50),
        terms: Some(12),
        evidence: Some(1),
        depth: Some(3),
        unthemed_at_most: Some(AtMost::Share(0.125)),
        seed: Some(7),
        threads: Some(2),
    }
}

fn message(result: Result<impl std::fmt::Debug>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn every_field_is_a_setting_and_every_setting_a_field() {
    let value = serde_json::to_value(everything()).unwrap();
    let mut fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let mut keys: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
    fields.sort_unstable();
    keys.sort_unstable();
    assert_eq!(fields, keys);
}

#[test]
fn everything_survives_the_trip_through_a_file_and_through_flags() {
    let toml = toml::to_string(&everything()).unwrap();
    let file = ConfigFile::parse("wenmai.toml", &toml).unwrap();
    assert_eq!(file.overrides(), &everything());

    let shown: Vec<(&str, String)> =
        SETTINGS.iter().map(|setting| (setting.key, everything().shown(setting.key).unwrap())).collect();
    let flags = Overrides::from_flags(shown.iter().map(|(key, text)| (*key, text.as_str()))).unwrap();
    assert_eq!(flags, everything());

    let by_file = Config::resolve(Some(&file), &Overrides::default()).unwrap();
    let by_flags = Config::resolve(None, &flags).unwrap();
    assert_eq!(by_file, by_flags);
    assert_eq!(Overrides::from(&by_flags), everything(), "every override reaches the stages");
    assert_eq!((by_flags.embed.seed, by_flags.cluster.seed), (7, 7));
}

#[test]
fn nothing_given_is_the_defaults_of_the_library() {
    assert_eq!(Config::resolve(None, &Overrides::default()).unwrap(), Config::default());
    assert_eq!(
        Config::resolve(Some(&ConfigFile::parse("empty.toml", "").unwrap()), &Overrides::default()).unwrap(),
        Config::default()
    );
    Overrides::from(&Config::default()).check().unwrap();
}

#[test]
fn flags_win_over_the_file_and_the_file_over_the_defaults() {
    let file = ConfigFile::parse("wenmai.toml", "terms = 12\nevidence = 2\nk = 4").unwrap();
    let flags = Overrides::from_flags([("terms", "5"), ("k", "auto")]).unwrap();
    let config = Config::resolve(Some(&file), &flags).unwrap();
    assert_eq!((config.theme.terms, config.theme.evidence, config.cluster.k), (5, 2, K::Auto));
    assert_eq!(config.cluster.starts, cluster::Settings::default().starts);
}

#[test]
fn a_value_out_of_range_names_flag_value_rule_and_remedy() {
    for (key, text, rule) in [
        ("terms", "0", "--terms is 0, but a theme lists 1 to 100 terms; write a whole number from 1 to 100, or leave"),
        ("terms", "101", "a theme lists 1 to 100 terms"),
        ("terms", "ten", "--terms is ten, but"),
        ("terms", "-3", "--terms is -3, but"),
        ("terms", "", "--terms is \"\", but"),
        ("terms", "99999999999999999999999", "a theme lists 1 to 100 terms"),
        ("evidence", "0", "a theme quotes 1 to 50 passages"),
        ("k", "0", "-k is 0, but the number of themes is `auto` or a whole number from 1"),
        ("k", "many", "-k is many, but"),
        ("k", "1.5", "-k is 1.5, but"),
        ("max-df", "0", "a share, over 0 and at most 1"),
        ("max-df", "1.01", "a share, over 0 and at most 1"),
        ("max-df", "nan", "a share, over 0 and at most 1"),
        ("max-df", "50%", "write 0.5 for half"),
        ("min-df", "0", "at least 1 article"),
        ("dimensions", "1001", "1 to 1000 dimensions"),
        ("starts", "0", "k-means starts 1 to 1000 times"),
        ("max-iterations", "10001", "1 to 10000 iterations"),
        ("threads", "0", "1 to 1024 threads"),
        ("threads", "100000", "1 to 1024 threads"),
        ("seed", "-1", "a seed is a whole number from 0"),
        ("phrases", "maybe", "write true or false"),
        ("input-format", "pages", "it is the name of an input format"),
        ("encoding", "gb-99", "it is the name of an encoding"),
        ("map", "headline=x", "it names a field of an article"),
        ("map", "title=", "it names a field of an article"),
        ("limit", "file", "--limit is file, but it is the name of a limit"),
        ("limit", "files=3", "the limits are file, member, archive"),
        ("limit", "ratio=2MB", "a whole number from 1"),
        ("limit", "depth=0", "a whole number from 1"),
        ("strict", "maybe", "write --strict"),
        ("dict", "", "it is the path of a dictionary"),
        ("vectors", "", "a file of vectors, a field of the articles (field:NAME), or none"),
        ("vectors", "field:", "a file of vectors, a field"),
        ("embed-server", "", "the address of a server, or none"),
        ("embed-model", "", "the name of a model"),
        ("embed-chars", "0", "1 to 1000000 characters"),
        ("embed-batch", "5000", "1 to 4096 texts"),
        ("embed-cache", "", "the path of a folder"),
    ] {
        let result = Overrides::from_flags([(key, text)]);
        assert!(matches!(result, Err(Error::Setting { .. })), "{key} {text}");
        let said = message(result);
        assert!(said.contains(rule), "{said}");
    }
}

#[test]
fn overrides_made_by_hand_are_checked_too() {
    for overrides in [
        Overrides { terms: Some(0), ..Overrides::default() },
        Overrides { max_df: Some(f64::NAN), ..Overrides::default() },
        Overrides { k: Some(K::Exactly(0)), ..Overrides::default() },
    ] {
        assert!(matches!(Config::resolve(None, &overrides), Err(Error::Setting { .. })), "{overrides:?}");
    }
}

#[test]
fn the_largest_seed_is_good_in_both_places() {
    let most = u64::MAX.to_string();
    let flags = Overrides::from_flags([("seed", most.as_str())]).unwrap();
    let file = ConfigFile::parse("wenmai.toml", &format!("seed = {most}")).unwrap();
    assert_eq!(flags, *file.overrides());
    assert_eq!(flags.seed, Some(u64::MAX));
}

#[test]
fn a_bad_value_in_a_file_names_key_file_line_rule_and_remedy() {
    for (text, start) in [
        ("k = 4\nterms = 0\n", "`terms` in w.toml (line 2) is 0, but a theme lists 1 to 100 terms; write"),
        ("terms = 'ten'", "`terms` in w.toml (line 1) is 'ten', but a theme lists 1 to 100 terms"),
        ("\nterms = -3", "`terms` in w.toml (line 2) is -3, but"),
        ("terms = 2.5", "`terms` in w.toml (line 1) is 2.5, but"),
        ("terms = [1,\n2]", "`terms` in w.toml (line 1) is [1, 2], but"),
        ("max-df = nan", "`max-df` in w.toml (line 1) is nan, but it is a share"),
        ("k = 'all'", "`k` in w.toml (line 1) is 'all', but the number of themes"),
        ("k = -1", "`k` in w.toml (line 1) is -1, but the number of themes"),
        ("k = 0", "`k` in w.toml (line 1) is 0, but the number of themes"),
        ("input-format = 'pages'", "`input-format` in w.toml (line 1) is 'pages', but"),
        ("threads = 0", "`threads` in w.toml (line 1) is 0, but"),
        ("phrases = 'yes'", "`phrases` in w.toml (line 1) is 'yes', but it is a switch"),
        ("terms.x = 1", "`terms` in w.toml (line 1) is"),
    ] {
        let result = ConfigFile::parse("w.toml", text);
        assert!(matches!(result, Err(Error::Setting { .. })), "{text}: {result:?}");
        let said = message(result);
        assert!(said.starts_with(start), "{said}");
    }
}

#[test]
fn an_unknown_key_names_line_column_and_the_nearest_key() {
    for (text, said) in [
        ("k = 4\n  min_df = 2", "w.toml: line 2, column 3: unknown key `min_df`; did you mean `min-df`?"),
        ("tems = 2", "w.toml: line 1, column 1: unknown key `tems`; did you mean `terms`?"),
        ("stop-words = 'a'", "did you mean `stopwords`?"),
        ("[theme]\nterms = 1", "unknown key `theme`; "),
        ("'主题' = 1", "line 1, column 1: unknown key `主题`; the keys are input-format, encoding,"),
    ] {
        let result = ConfigFile::parse("w.toml", text);
        assert!(matches!(result, Err(Error::Config { .. })), "{text}");
        let message = message(result);
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn what_is_no_toml_names_line_and_column() {
    for (text, at) in [
        ("k = 4\nterms 3", "w.toml: line 2, column "),
        ("k = ", "w.toml: line 1, column "),
        ("k = 1\nk = 2", "w.toml: line 2, column 1: "),
        ("\"", "w.toml: line 1, column "),
        ("深 = ", "w.toml: line 1, column "),
    ] {
        let result = ConfigFile::parse("w.toml", text);
        assert!(matches!(result, Err(Error::Config { .. })), "{text}: {result:?}");
        let message = message(result);
        assert!(message.starts_with(at) && !message.contains('\n'), "{message}");
        assert!(message.ends_with("write one `key = value` a line, such as `k = 8`"), "{message}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_key() {
    assert_eq!(ConfigFile::parse("w.toml", "\u{feff}terms = 3").unwrap().overrides().terms, Some(3));
}

#[test]
fn paths_in_a_file_are_relative_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wenmai.toml");
    std::fs::write(&path, "dict = 'words.txt'\nstopwords = '/lists/stop.txt'").unwrap();
    let file = ConfigFile::read(&path).unwrap();
    assert_eq!(file.overrides().dict, Some(folder.path().join("words.txt")));
    assert_eq!(file.overrides().stopwords, Some("/lists/stop.txt".into()));
    assert!(matches!(ConfigFile::read(&folder.path().join("none.toml")), Err(Error::Read { .. })));
    std::fs::write(&path, b"k = 3 # \xD6\xD0").unwrap();
    let error = ConfigFile::read(&path).unwrap_err().to_string();
    assert!(error.contains("byte 8 is not UTF-8; save the file as UTF-8"), "{error}");
}

proptest::proptest! {
    #[test]
    fn no_file_makes_it_panic(text in "\\PC{0,80}") {
        let _ = ConfigFile::parse("w.toml", &text);
    }

    #[test]
    fn no_value_makes_it_panic(value in "\\PC{0,20}", i in 0..SETTINGS.len()) {
        let _ = Overrides::from_flags([(SETTINGS[i].key, value.as_str())]);
        let _ = ConfigFile::parse("w.toml", &format!("{} = {value}", SETTINGS[i].key));
    }
}

#[test]
fn the_most_that_may_fit_no_theme_is_a_share_or_a_number_in_both_places() {
    let by_flag = |text| Overrides::from_flags([("unthemed-at-most", text)]).map(|o| o.unthemed_at_most);
    let by_file = |text: &str| {
        ConfigFile::parse("wenmai.toml", &format!("unthemed-at-most = {text}")).map(|f| f.overrides().unthemed_at_most)
    };
    for (flag, file, at_most) in [
        ("10%", "\"10%\"", AtMost::Share(0.1)),
        ("0.1", "0.1", AtMost::Share(0.1)),
        ("12", "12", AtMost::Count(12)),
        ("0", "0", AtMost::Count(0)),
        ("100%", "1.0", AtMost::Share(1.0)),
    ] {
        assert_eq!((by_flag(flag).unwrap(), by_file(file).unwrap()), (Some(at_most), Some(at_most)), "{flag}");
    }
    for (flag, file) in [("120%", "\"120%\""), ("some", "\"some\""), ("-3", "-3"), ("1.5", "1.5")] {
        let said = message(by_flag(flag));
        assert!(said.contains("--unthemed-at-most") && said.contains("10% or 0.1"), "{said}");
        assert!(message(by_file(file)).contains("10% or 0.1"), "{file}");
    }
}

#[test]
fn pairs_add_up_and_flags_win_over_the_file() {
    let file =
        ConfigFile::parse("w.toml", "map = { title = \"题\", text = \"文\" }\n[limit]\nfile = \"2GB\"\nratio = 9\n")
            .unwrap();
    let flags = [("map", "title=标题"), ("limit", "ratio=10"), ("limit", "member=1KiB")];
    let config = Config::resolve(Some(&file), &Overrides::from_flags(flags).unwrap()).unwrap();
    let names = input::Names::new().with("title", "标题").unwrap().with("text", "文").unwrap();
    assert_eq!(config.input.names, names);
    let limit = |limit| config.input.limits.of(limit);
    assert_eq!(
        [limit(input::Limit::File), limit(input::Limit::Ratio), limit(input::Limit::Member)],
        [2_000_000_000, 10, 1024]
    );
    assert!(
        message(ConfigFile::parse("w.toml", "k = 3\nlimit = { files = 3 }")).contains("`limit` in w.toml (line 2)")
    );
}
