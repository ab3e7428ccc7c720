//! Embeddings from elsewhere: `--vectors` and `--embed-server`.

use std::{fs, path::Path};

use serde_json::{Value, json as object};

use super::{
    server::Mock,
    support::{json, run, wenmai},
};

/// Articles of two subjects, in an order that is not that of their ids. The subject of an article shows in its words, but
/// `hidden` says another: vectors of it cannot be had from the words.
const ARTICLES: [(&str, &str, &str, usize); 12] = [
    ("m", "Miners of the deep sea", "Nodules of nickel lie on the sea floor. The authority gives mining permits.", 0),
    ("c", "A permit for the sea floor", "The authority gives permits for mining. Nodules hold cobalt.", 1),
    ("k", "Whales and nodules", "Mining of nodules on the sea floor disturbs whales. Noise travels far.", 0),
    ("a", "Noise under the sea", "Whales hear the noise of mining. The sea floor is dark.", 1),
    ("z", "Cobalt from the sea", "Cobalt and nickel from nodules go into batteries. Mining is dear.", 0),
    ("b", "Who owns the sea floor", "The authority owns no sea floor, it gives permits for mining.", 1),
    ("x", "A budget with a deficit", "The minister raises the tax. The budget has a deficit.", 0),
    ("d", "Tax on incomes", "The tax on incomes rises. The minister defends the budget.", 1),
    ("y", "A minister resigns", "The minister resigns over the tax. Parliament votes on the budget.", 0),
    ("e", "Parliament votes", "Parliament votes on the deficit and the tax. The budget passes.", 1),
    ("w", "Incomes and prices", "Prices rise faster than incomes. The budget raises the tax.", 0),
    ("f", "The deficit grows", "The deficit grows, and the tax on prices with it. Parliament waits.", 1),
];

/// The vector of an article: what is hidden, and a little of its own.
fn hidden(i: usize) -> Vec<f64> {
    let mut vector: Vec<f64> = (0..8).map(|j| 0.05 * ((i * 7 + j * 3) as f64).sin() + 1.0).collect();
    vector[ARTICLES[i].3] += 1.0;
    vector
}

fn row(i: usize) -> Value {
    let (id, title, text, _) = ARTICLES[i];
    object!({"id": id, "title": title, "text": text})
}

fn lines(rows: impl Iterator<Item = Value>) -> String {
    rows.map(|row| format!("{row}\n")).collect()
}

fn npy(rows: &[Vec<f64>]) -> Vec<u8> {
    let mut header =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}, {}), }}", rows.len(), rows[0].len());
    header.extend(std::iter::repeat_n(' ', 127 - 10 - header.len()));
    header.push('\n');
    let numbers = rows.iter().flatten().flat_map(|x| x.to_le_bytes());
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()]
        .concat()
        .into_iter()
        .chain(numbers)
        .collect()
}

/// A folder with the articles and their vectors in every form.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("articles.jsonl", lines((0..12).map(row)).as_bytes());
    write("v.npy", &npy(&(0..12).map(hidden).collect::<Vec<_>>()));
    let vectors = (0..12).rev().map(|i| object!({"id": ARTICLES[i].0, "embedding": hidden(i)}));
    write("v.jsonl", lines(vectors).as_bytes());
    let fields = (0..12).map(|i| {
        let mut row = row(i);
        row["e5"] = object!(hidden(i));
        row
    });
    write("fields.jsonl", lines(fields).as_bytes());
    folder
}

/// The themes as sets of ids, without what names them.
fn themes(found: &Value) -> Vec<Vec<String>> {
    let ids = |theme: &Value| serde_json::from_value::<Vec<String>>(theme["articles"].clone()).unwrap();
    let mut themes: Vec<Vec<String>> = found["themes"].as_array().unwrap().iter().map(ids).collect();
    themes.iter_mut().for_each(|ids| ids.sort());
    themes.sort();
    themes
}

fn error(folder: &Path, args: &[&str]) -> String {
    let output = wenmai().current_dir(folder).args(args).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert!(output.stdout.is_empty(), "{args:?}");
    said
}

#[test]
fn articles_are_grouped_by_the_vectors_given_however_they_are_given() {
    let folder = folder();
    let cluster = |args: &[&str]| {
        let args = [&["cluster", "-k", "2", "--json"], args].concat();
        run(folder.path(), &args, 0)
    };
    let plain: Value = serde_json::from_str(&cluster(&["articles.jsonl"])).unwrap();
    let by_words = [["a", "b", "c", "k", "m", "z"], ["d", "e", "f", "w", "x", "y"]];
    assert_eq!(themes(&plain), by_words);

    let npy = cluster(&["articles.jsonl", "--vectors", "v.npy"]);
    let hidden = [["a", "b", "c", "d", "e", "f"], ["k", "m", "w", "x", "y", "z"]];
    assert_eq!(themes(&serde_json::from_str(&npy).unwrap()), hidden);
    for args in
        [&["articles.jsonl", "--vectors", "v.jsonl"][..], &["articles.jsonl", "--vectors", "v.npy", "--threads", "1"]]
    {
        assert_eq!(cluster(args), npy, "{args:?}");
    }
    // The lines of articles with a field are longer, so that their places differ.
    let field: Value = serde_json::from_str(&cluster(&["fields.jsonl", "--vectors", "field:e5"])).unwrap();
    assert_eq!(themes(&field), hidden);

    fs::write(folder.path().join("wenmai.toml"), "vectors = \"v.npy\"\n").unwrap();
    assert_eq!(cluster(&["articles.jsonl", "--config", "wenmai.toml"]), npy);
    let back: Value =
        serde_json::from_str(&cluster(&["articles.jsonl", "--config", "wenmai.toml", "--vectors", "none"])).unwrap();
    assert_eq!(back, plain);
}

#[test]
fn rows_go_by_the_order_of_the_files_and_a_part_of_the_articles_keeps_its_own() {
    let folder = folder();
    // Two files, the second given first: rows go by path.
    let part = |from: usize, to: usize, split: &str| {
        lines((from..to).map(|i| {
            let mut row = row(i);
            row["split"] = object!(split);
            row["label"] = object!(if ARTICLES[i].3 == 0 { "zero" } else { "one" });
            row
        }))
    };
    fs::write(folder.path().join("p1.jsonl"), part(0, 6, "dev")).unwrap();
    fs::write(folder.path().join("p2.jsonl"), part(6, 12, "test")).unwrap();
    let found = json(folder.path(), &["cluster", "p2.jsonl", "p1.jsonl", "--vectors", "v.npy", "-k", "2", "--json"], 0);
    assert_eq!(themes(&found), [["a", "b", "c", "d", "e", "f"], ["k", "m", "w", "x", "y", "z"]]);
    for split in [&[][..], &["--split", "test"], &["--split", "dev"]] {
        let args = [&["evaluate", "p1.jsonl", "p2.jsonl", "--vectors", "v.npy", "-k", "labels", "--json"], split];
        let found = json(folder.path(), &args.concat(), 0);
        assert!(found["v_measure"].as_f64().unwrap() > 0.999, "{split:?}: {found}");
    }
}

#[test]
fn a_model_of_given_vectors_is_searched_by_id_and_by_words_without_them() {
    let folder = folder();
    let path = folder.path();
    run(path, &["cluster", "articles.jsonl", "--vectors", "v.npy", "--save", "m.wenmai", "--quiet"], 0);
    fs::remove_file(path.join("v.npy")).unwrap();
    let by_id = json(path, &["similar", "--model", "m.wenmai", "--to", "id:m", "--json"], 0);
    let near: Vec<&str> =
        by_id["hits"].as_array().unwrap().iter().take(5).map(|hit| hit["id"].as_str().unwrap()).collect();
    let mut near_sorted = near.clone();
    near_sorted.sort_unstable();
    assert_eq!(near_sorted, ["k", "w", "x", "y", "z"], "those of its hidden subject: {near:?}");
    let by_text = json(path, &["similar", "--model", "m.wenmai", "--to", "text:whales and noise", "--json"], 0);
    assert!(["a", "k"].contains(&by_text["hits"][0]["id"].as_str().unwrap()), "{by_text}");
    assert!(by_text["hits"][0]["passage"]["quote"].is_string());
    assert!(
        error(path, &["similar", "--model", "m.wenmai", "--to", "x", "--vectors", "v.jsonl"]).contains("--vectors")
    );
}

#[test]
fn a_field_of_vectors_is_not_kept_as_text() {
    let folder = folder();
    run(folder.path(), &["cluster", "fields.jsonl", "--vectors", "field:e5", "--save", "m", "--quiet"], 0);
    let model = fs::read(folder.path().join("m")).unwrap();
    assert!(!model.windows(4).any(|bytes| bytes == b"\"e5\""));
}

#[test]
fn vectors_that_do_not_fit_the_articles_are_told_with_the_way_out() {
    let folder = folder();
    let path = folder.path();
    let write = |name: &str, bytes: &[u8]| fs::write(path.join(name), bytes).unwrap();
    write("short.npy", &npy(&(0..11).map(hidden).collect::<Vec<_>>()));
    let mut odd: Vec<_> = (0..12).map(hidden).collect();
    odd[3][2] = f64::NAN;
    write("nan.npy", &npy(&odd));
    odd[3] = vec![0.0; 8];
    write("zero.npy", &npy(&odd));
    write("some.jsonl", lines((0..10).map(|i| object!({"id": ARTICLES[i].0, "vector": hidden(i)}))).as_bytes());
    write("text.txt", b"not vectors\n");
    write("zip.npz", b"PK\x03\x04");
    write("empty", b"");
    for (vectors, wanted) in [
        ("short.npy", &["short.npy", "11 rows, but 12 articles were read", "match by id"][..]),
        ("nan.npy", &["row 4 (counted from 1) holds a number that is not finite"]),
        ("zero.npy", &["row 4 (counted from 1) is zero"]),
        ("some.jsonl", &["2 of 12 articles have no vector in it (f, w)", "leave those articles out"]),
        ("text.txt", &["text.txt:1: no vector", "\"embedding\"", "npy"]),
        ("zip.npz", &["numpy.save"]),
        ("empty", &["it is empty"]),
        ("missing.npy", &["cannot read missing.npy"]),
        ("field:e5", &["12 of 12 articles have no vector in it", "field:e5"]),
        ("", &["--vectors", "field:NAME"]),
    ] {
        let said = error(path, &["cluster", "articles.jsonl", "--vectors", vectors]);
        assert!(wanted.iter().all(|part| said.contains(part)), "{vectors}: {said}");
    }
    let said =
        error(path, &["cluster", "articles.jsonl", "--vectors", "v.npy", "--embed-server", "http://127.0.0.1:1/v1"]);
    assert!(said.contains("--embed-server http://127.0.0.1:1/v1 is given as well"), "{said}");
    write("pairs.jsonl", b"{\"text_a\": \"a cat\", \"text_b\": \"a dog\", \"label\": 1}\n");
    let said = error(path, &["evaluate", "pairs.jsonl", "--vectors", "v.npy"]);
    assert!(said.contains("scored pairs") && said.contains("--embed-server"), "{said}");
}

/// A server that knows the hidden subject of every article by its title.
fn teacher() -> Mock {
    Mock::new(|_, _, texts| {
        let of = |text: &String| (0..12).find(|&i| text.contains(ARTICLES[i].1)).map(hidden);
        let vectors: Option<Vec<Vec<f64>>> = texts.iter().map(of).collect();
        match vectors {
            Some(vectors) => {
                let data: Vec<Value> = vectors.iter().map(|v| object!({ "embedding": v })).collect();
                ("200 OK", String::new(), object!({ "data": data }).to_string())
            }
            None => ("400 Bad Request", String::new(), "a text that is no article".to_owned()),
        }
    })
}

#[test]
fn a_server_is_asked_for_each_article_once() {
    let folder = folder();
    let (mock, path) = (teacher(), folder.path());
    let cluster = |more: &[&str]| {
        let args = ["cluster", "articles.jsonl", "-k", "2", "--json", "--embed-cache", "kept", "--embed-batch", "5"];
        run(path, &[&args, &["--embed-server", &mock.url][..], more].concat(), 0)
    };
    let first = cluster(&["--save", "m.wenmai", "--quiet"]);
    assert_eq!((mock.asked(), mock.texts()), (3, 12), "articles alone are asked for");
    let found: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(themes(&found), [["a", "b", "c", "d", "e", "f"], ["k", "m", "w", "x", "y", "z"]]);

    assert_eq!(cluster(&[]), first);
    assert_eq!(mock.asked(), 3, "the second run asks for nothing");
    // Neither does a saved model, whatever is asked of it.
    json(path, &["similar", "--model", "m.wenmai", "--to", "text:whales", "--json"], 0);
    run(path, &["report", "--model", "m.wenmai", "-o", "out", "--quiet"], 0);
    assert_eq!(mock.asked(), 3);

    // Only what is new is asked for.
    let more = object!({"id": "n", "title": "Noise under the sea, again", "text": "Whales hear it."});
    fs::write(path.join("articles.jsonl"), lines((0..12).map(row).chain([more]))).unwrap();
    cluster(&[]);
    assert_eq!((mock.asked(), mock.texts()), (4, 13));
    // Another prefix, model or length is another text.
    cluster(&["--embed-prefix", "passage: "]);
    assert_eq!(mock.texts(), 26);
    cluster(&["--embed-model", "e5"]);
    assert_eq!(mock.texts(), 39);
    cluster(&["--embed-chars", "40"]);
    assert_eq!(mock.texts(), 52);
}

#[test]
fn a_models_answers_are_kept_under_its_name_whatever_the_address() {
    let folder = folder();
    let (first, second) = (teacher(), teacher());
    let cluster = |mock: &Mock, more: &[&str]| {
        let args = ["cluster", "articles.jsonl", "-k", "2", "--json", "--embed-cache", "kept"];
        run(folder.path(), &[&args, &["--embed-server", &mock.url][..], more].concat(), 0)
    };
    let named = cluster(&first, &["--embed-model", "e5"]);
    assert_eq!(cluster(&second, &["--embed-model", "e5"]), named);
    assert_eq!((first.texts(), second.texts()), (12, 0));
    // Without a name nothing says that it is the same model.
    cluster(&first, &[]);
    cluster(&second, &[]);
    assert_eq!((first.texts(), second.texts()), (24, 12));
}

#[test]
fn answers_are_kept_in_the_users_cache_folder_and_the_key_is_sent() {
    let folder = folder();
    let mock = Mock::new(|_, head, texts| {
        if head.to_lowercase().contains("authorization: bearer s3cret") {
            super::server::good(texts, 6)
        } else {
            ("401 Unauthorized", String::new(), "who are you?".to_owned())
        }
    });
    let mut command = wenmai();
    command.current_dir(folder.path()).args(["cluster", "articles.jsonl", "--quiet", "--embed-server", &mock.url]);
    command.env("XDG_CACHE_HOME", folder.path().join("cache")).env("HOME", folder.path().join("home"));
    let refused = command.env_remove("WENMAI_API_KEY").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("who are you?") && said.contains("WENMAI_API_KEY"), "{said}");
    let done = command.env("WENMAI_API_KEY", "s3cret").output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    if cfg!(target_os = "linux") {
        let kept = folder.path().join("cache/wenmai/embeddings");
        let files: Vec<_> = fs::read_dir(kept).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert!(matches!(files.as_slice(), [name] if name.to_string_lossy().starts_with("default-")), "{files:?}");
    }
}

#[test]
fn a_server_that_fails_is_told_by_the_names_of_these_flags() {
    let folder = folder();
    let said = |answer: (&'static str, &'static str)| {
        let mock = Mock::new(move |_, _, _| (answer.0, String::new(), answer.1.to_owned()));
        let args = ["cluster", "articles.jsonl", "--embed-cache", "kept", "--embed-server", &mock.url];
        let said = error(folder.path(), &args);
        assert!(said.contains(&mock.url), "{said}");
        said
    };
    for (answer, wanted) in [
        (("404 Not Found", ""), "--embed-server is what stands before /embeddings"),
        (("413 Payload Too Large", ""), "lower --embed-batch or --embed-chars"),
        (("400 Bad Request", "no such model"), "no such model; check --embed-model"),
        (("200 OK", "{\"data\": []}"), "answers 12 texts with 0 vectors"),
    ] {
        let said = said(answer);
        assert!(said.contains(wanted), "{said}");
    }
    let args = ["cluster", "articles.jsonl", "--embed-cache", "kept", "--embed-server"];
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/v1", listener.local_addr().unwrap())
    };
    let said = error(folder.path(), &[&args[..], &[&closed]].concat());
    assert!(said.contains("nothing answers there") && said.contains("correct --embed-server"), "{said}");
    let said = error(folder.path(), &[&args[..], &["localhost:80"]].concat());
    assert!(said.contains("--embed-server is localhost:80") && said.contains("http://127.0.0.1:8000/v1"), "{said}");
    fs::write(folder.path().join("file"), "").unwrap();
    let said = error(
        folder.path(),
        &["cluster", "articles.jsonl", "--embed-server", "http://127.0.0.1:1/v1", "--embed-cache", "file"],
    );
    assert!(said.contains("cannot write file"), "{said}");
}
