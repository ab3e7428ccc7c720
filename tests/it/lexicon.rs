//! `wenmai lexicon`, against a server in this process.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use wenmai::{
    Error,
    lexicon::Lexicon,
    remote::{Cache, Server, Settings as ServerSettings},
};

use super::{
    server::{Mock, Reply, good, vector},
    support::{run, wenmai},
};

fn server(mock: &Mock) -> Server {
    Server::new(settings(&mock.url)).unwrap()
}

fn settings(url: &str) -> ServerSettings {
    ServerSettings {
        url: url.to_owned(),
        batch: 4,
        attempts: 3,
        timeout: Duration::from_millis(400),
        pause: Duration::from_millis(5),
        ..ServerSettings::default()
    }
}

fn ok(body: impl Into<String>) -> Reply {
    ("200 OK", String::new(), body.into())
}

/// What `embed` says of a server that always gives one reply to the texts `a` and `b`, and how often it was asked.
fn complaint(reply: Reply) -> (String, usize) {
    let mock = Mock::new(move |_, _, _| reply.clone());
    let error = server(&mock).embed(&["a", "b"], &()).unwrap_err();
    assert!(matches!(error, Error::Server { .. }), "{error:?}");
    let error = error.to_string();
    assert!(error.contains(&mock.url), "{error}");
    (error, mock.asked())
}

#[test]
fn vectors_come_in_the_order_of_the_texts_whatever_the_order_of_the_answer() {
    let mock = Mock::new(|_, head, _| {
        assert!(head.starts_with("POST /v1/embeddings "), "{head}");
        assert!(head.to_lowercase().contains("authorization: bearer s3cret"), "{head}");
        ok(r#"{"data": [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [1, 0.5]}], "usage": {}}"#)
    });
    let mut server = Server::new(ServerSettings { key: Some("s3cret".into()), ..settings(&mock.url) }).unwrap();
    assert_eq!(server.embed(&["a", "b"], &()).unwrap(), [[1.0, 0.5], [0.0, 2.0]]);
    assert!(!format!("{server:?}").contains("s3cret"));
}

#[test]
fn an_answer_that_is_not_one_vector_a_text_is_refused_at_once() {
    for (body, reason) in [
        ("<html>hello", "not JSON"),
        (r#"{"data": [{"embedding": [1, NaN]}, {"embedding": [1, 2]}]}"#, "not JSON"),
        (r#"{"object": "list"}"#, "not one of embeddings"),
        (r#"{"data": [{"embedding": [1, null]}, {"embedding": [1, 2]}]}"#, "not one of embeddings"),
        (r#"{"data": [{"embedding": "AAAA"}, {"embedding": [1, 2]}]}"#, "not one of embeddings"),
        (r#"{"data": [{"embedding": [1, 2]}]}"#, "answers 2 texts with 1 vectors"),
        (
            r#"{"data": [{"embedding": [1, 2]}, {"embedding": [1, 2, 3]}]}"#,
            "differ in width: text 2 has 3, the first 2",
        ),
        (r#"{"data": [{"embedding": []}, {"embedding": []}]}"#, "differ in width"),
        (r#"{"data": [{"embedding": [1, 1e39]}, {"embedding": [1, 2]}]}"#, "not finite"),
        (r#"{"data": [{"embedding": [1, 2]}, {"embedding": [0, 0]}]}"#, "the vector of text 2 is zero"),
        (r#"{"data": [{"index": 3, "embedding": [1]}, {"index": 0, "embedding": [1]}]}"#, "indices"),
    ] {
        let (error, asked) = complaint(ok(body));
        assert!(error.contains(reason), "{body}: {error}");
        assert_eq!(asked, 1, "{body}");
    }
}

#[test]
fn a_refusal_is_told_with_the_servers_words_and_the_way_out() {
    for (status, body, wants, asked) in [
        ("401 Unauthorized", r#"{"error": {"message": "no key"}}"#, ["no key", "WENMAI_API_KEY"], 1),
        ("404 Not Found", "no such page", ["no such page", "/v1"], 1),
        ("400 Bad Request", r#"{"error": "too many tokens"}"#, ["too many tokens", "--batch"], 1),
        ("413 Payload Too Large", "", ["413", "--batch"], 1),
        ("500 Internal Server Error", "oops", ["oops", "tried 3 times"], 3),
        ("503 Service Unavailable", "", ["503", "tried 3 times"], 3),
        ("429 Too Many Requests", "slow down", ["slow down", "is kept"], 3),
    ] {
        let (error, times) = complaint((status, String::new(), body.to_owned()));
        assert!(wants.iter().all(|want| error.contains(want)), "{status}: {error}");
        assert_eq!(times, asked, "{status}");
    }
    let (error, _) = complaint(("302 Found", "Location: https://elsewhere.example/\r\n".into(), String::new()));
    assert!(error.contains("https://elsewhere.example/"), "{error}");
    let (error, asked) = complaint(("429 Too Many Requests", "Retry-After: 86400\r\n".into(), String::new()));
    assert!(error.contains("asks to wait 86400 s"), "{error}");
    assert_eq!(asked, 1);
}

#[test]
fn a_busy_server_is_asked_again_after_the_wait_it_names() {
    let mock = Mock::new(|number, _, texts| match number {
        0 => ("429 Too Many Requests", "Retry-After: 1\r\n".into(), String::new()),
        1 => ("502 Bad Gateway", String::new(), String::new()),
        _ => good(texts, 3),
    });
    let start = Instant::now();
    assert_eq!(server(&mock).embed(&["a"], &()).unwrap().len(), 1);
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(mock.asked(), 3);
}

#[test]
fn a_server_that_is_down_or_slow_is_told_apart() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut down = Server::new(settings(&format!("http://127.0.0.1:{port}/v1"))).unwrap();
    let error = down.embed(&["a"], &()).unwrap_err().to_string();
    assert!(error.contains("nothing answers there") && error.contains("start the server"), "{error}");

    let slow = Mock::new(|_, _, texts| {
        thread::sleep(Duration::from_millis(700));
        good(texts, 3)
    });
    let error = server(&slow).embed(&["a"], &()).unwrap_err().to_string();
    assert!(error.contains("did not answer within 0.4 s") && error.contains("--timeout"), "{error}");

    for url in ["ftp://127.0.0.1/", "127.0.0.1:8000", "http://", "", "http://a b/"] {
        let error = Server::new(settings(url)).unwrap_err().to_string();
        assert!(error.contains("--server") && error.contains("http://127.0.0.1:8000/v1"), "{url}: {error}");
    }
}

#[test]
fn no_text_is_asked_twice_even_after_a_torn_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    let mock = Mock::new(|_, _, texts| good(texts, 6));
    let texts: Vec<String> = (0..10).map(|i| format!("text {i}")).collect();
    let whole = Cache::open(&path).unwrap().embed(&mut server(&mock), &texts, &()).unwrap();
    assert_eq!(mock.texts(), 10);
    for (text, row) in texts.iter().zip(whole.rows()) {
        assert!(row.iter().zip(vector(text, 6)).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-3), "{text}");
    }
    assert_eq!(Cache::open(&path).unwrap().embed(&mut server(&mock), &texts, &()).unwrap(), whole);
    assert_eq!(mock.texts(), 10);

    // A crash in the middle of the last record; then one more that is damaged.
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() - 5);
    bytes[40] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let mut cache = Cache::open(&path).unwrap();
    assert_eq!(cache.len(), 8);
    assert_eq!(cache.embed(&mut server(&mock), &texts, &()).unwrap(), whole);
    assert_eq!(mock.texts(), 12);
    drop(cache);
    assert_eq!(Cache::open(&path).unwrap().len(), 10);

    // Torn anywhere at all, it opens and gives the same in the end.
    let bytes = fs::read(&path).unwrap();
    for cut in (0..bytes.len()).step_by(7) {
        fs::write(&path, &bytes[..cut]).unwrap();
        assert_eq!(Cache::open(&path).unwrap().embed(&mut server(&mock), &texts, &()).unwrap(), whole, "{cut}");
    }
}

#[test]
fn a_cache_is_refused_if_it_is_something_else_in_use_or_of_another_width() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    fs::write(&path, "my diary, which must not be overwritten").unwrap();
    let error = Cache::open(&path).unwrap_err().to_string();
    assert!(error.contains("kept") && error.contains("does not hold the answers"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "my diary, which must not be overwritten");

    let path = folder.path().join("other");
    let mock = Mock::new(|number, _, texts| good(texts, 4 + number));
    let mut cache = Cache::open(&path).unwrap();
    assert!(matches!(Cache::open(&path), Err(Error::Write { .. })));
    cache.embed(&mut server(&mock), &["a"], &()).unwrap();
    let error = cache.embed(&mut server(&mock), &["b"], &()).unwrap_err().to_string();
    assert!(error.contains("answers with 5 numbers") && error.contains("have 4"), "{error}");
}

const WORDS: &str = "深海\n采矿 120 n\n深海采矿\nsea\nmining\nmined\tverb\nthe\n2024\nBelt and Road\n\n氣候\n";

/// Folder with words and texts.
fn sources() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("words.txt"), WORDS).unwrap();
    let texts: String = (0..240)
        .map(|i| match i % 3 {
            0 => json!({"text": format!("深海采矿 {i} 气候"), "lang": "zh", "pair": i}),
            1 => json!({"text": format!("mining the sea {i} of whales"), "lang": "en", "pair": i - 1}),
            _ => json!({"text": format!("sea {i}")}),
        })
        .map(|line| line.to_string() + "\n")
        .collect();
    fs::write(folder.path().join("texts.jsonl"), texts).unwrap();
    folder
}

fn build(folder: &Path, url: &str, more: &[&str], code: i32) -> String {
    let mut args = vec!["lexicon", "build", "--server", url, "--words", "words.txt", "--batch", "4"];
    args.extend(more);
    run(folder, &args, code)
}

#[test]
fn a_lexicon_is_built_from_words_and_read_back() {
    let folder = sources();
    let mock = Mock::new(|_, _, texts| good(texts, 8));
    let printed = build(folder.path(), &mock.url, &["-o", "small.lexicon", "--licence", "MIT"], 0);
    assert!(printed.contains("small.lexicon: 7 words of 8 dimensions in 8 bits"), "{printed}");
    let lexicon = Lexicon::open(&folder.path().join("small.lexicon")).unwrap();
    // Keys as the segmenter makes them: stems, simplified characters, no stop words, no numbers.
    let keys: Vec<&str> = (0..lexicon.words()).map(|i| lexicon.key(i).unwrap()).collect();
    assert_eq!(keys, ["belt road", "mine", "sea", "气候", "深海", "深海采矿", "采矿"]);
    assert_eq!(mock.texts(), 7);

    let shown: Value = serde_json::from_str(&run(folder.path(), &["lexicon", "show", "small.lexicon"], 0)).unwrap();
    assert_eq!((&shown["words"], &shown["licence"], &shown["name"]), (&json!(7), &json!("MIT"), &json!("small")));
    let path = folder.path().display().to_string();
    assert!(!shown.to_string().contains(&path), "{shown}");
    run(folder.path(), &["lexicon", "show", "words.txt"], 2);
}

#[test]
fn a_build_that_was_interrupted_goes_on_and_gives_the_same_bytes_for_any_number_of_threads() {
    let folder = sources();
    let texts = ["--texts", "texts.jsonl", "--bits", "4", "--dimensions", "5"];
    let mock = Mock::new(|_, _, texts| good(texts, 8));
    let printed = build(folder.path(), &mock.url, &[&texts[..], &["-o", "a", "--threads", "1"]].concat(), 0);
    assert!(printed.contains("held out"), "{printed}");
    assert!(folder.path().join("a.cache").exists());
    let whole = mock.texts();
    assert_eq!(whole, 7 + 240);

    // This one breaks down for good in the middle. What it answered is not asked again.
    let broken = Mock::new({
        let failing = Arc::new(AtomicUsize::new(0));
        move |number, _, texts| {
            if number == 20 && failing.fetch_add(1, Ordering::SeqCst) == 0 {
                return ("400 Bad Request", String::new(), "out of order".into());
            }
            good(texts, 8)
        }
    });
    let failing = [&texts[..], &["-o", "b", "--threads", "2"]].concat();
    let output = wenmai()
        .current_dir(folder.path())
        .args(["lexicon", "build", "--server", &broken.url, "--words", "words.txt", "--batch", "4"])
        .args(&failing)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("out of order"), "{errors}");
    assert!(!folder.path().join("b").exists());
    build(folder.path(), &broken.url, &failing, 0);
    assert!(broken.texts() <= whole + 4, "{} of {whole}", broken.texts());

    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let header = |name: &str| Lexicon::open(&folder.path().join(name)).unwrap().header().clone();
    let (a, b) = (header("a"), header("b"));
    assert_eq!((a.words, a.dimensions, a.key_bytes), (b.words, b.dimensions, b.key_bytes));
    // The names of the files differ, and nothing else.
    assert_eq!((a.about.name.as_str(), b.about.name.as_str()), ("a", "b"));
    let body = |bytes: Vec<u8>| {
        let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
        bytes[16 + length..].to_vec()
    };
    assert_eq!(body(read("a")), body(read("b")));
}

#[test]
fn a_dictionary_is_laid_out_and_a_bad_line_of_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("dict.txt"), folder.path().join("own.words"));
    let args = ["lexicon", "words", "dict.txt", "-o", "own.words"];
    fs::write(&from, "深海 20 n\n科考 7 vn\n").unwrap();
    run(folder.path(), &args, 0);
    let first = fs::read(&to).unwrap();
    assert!(first.starts_with(b"WMWORDS\n"));
    fs::write(&from, "科考 7 vn\n深海 20 n\n").unwrap();
    run(folder.path(), &args, 0);
    assert!(fs::read(&to).unwrap() == first, "the order of the lines does not matter");
    fs::write(&from, "深海 20 n\n科考 7 vn\n科考 often vn\n").unwrap();
    let output = wenmai().current_dir(folder.path()).args(args).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("dict.txt:3") && told.contains("often"), "{told}");
    assert!(fs::read(&to).unwrap() == first, "nothing is written over");
}

#[test]
fn what_the_user_gets_wrong_is_told_before_the_server_is_asked() {
    let folder = sources();
    let mock = Mock::new(|_, _, texts| good(texts, 8));
    let error = |args: &[&str]| {
        let output = wenmai().current_dir(folder.path()).args(["lexicon", "build"]).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let with = |more: &[&str]| error(&[&["--server", mock.url.as_str(), "--words", "words.txt"][..], more].concat());
    assert!(error(&["--server", &mock.url, "--words", "none.txt"]).contains("none.txt"));
    assert!(error(&["--server", "localhost", "--words", "words.txt"]).contains("http://127.0.0.1:8000/v1"));
    fs::write(folder.path().join("bad.jsonl"), "{\"text\": \"a\"}\n{\"txt\": \"b\"}\n").unwrap();
    assert!(with(&["--texts", "bad.jsonl"]).contains("bad.jsonl:2"));
    fs::write(folder.path().join("gbk.txt"), b"abc\n\xc9\xee\xba\xa3\n").unwrap();
    assert!(with(&["--texts", "gbk.txt"]).contains("gbk.txt:2: not UTF-8"));
    assert!(with(&["--bits", "5"]).contains("4 or 8 bits"));
    assert!(with(&["--dimensions", "0"]).contains("1..=4096"));
    fs::write(folder.path().join("numbers.txt"), "12\nthe\n").unwrap();
    assert!(error(&["--server", &mock.url, "--words", "numbers.txt"]).contains("--words"));
    assert_eq!(mock.asked(), 0);
}
