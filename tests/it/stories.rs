//! Stories and trends, end to end.

use std::{collections::BTreeMap, fs};

use wenmai::{Article, input, story, vectorize::Csr};

use crate::support::{json, root, shared};

fn read(path: &std::path::Path) -> Vec<Article> {
    input::read(&[path.display().to_string()], &input::Settings::default()).unwrap().articles
}

/// What a person would compare: the letters and digits of a text, in one case.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn body(article: &Article) -> String {
    article.passages.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_reprint_counts_once() {
    let report = json(root(), &["cluster", "corpus", "--json", "--quiet"], 0);
    let articles = report["articles"].as_array().unwrap();
    let story = |id: &str| articles.iter().find(|a| a["id"] == id).unwrap()["story"].as_u64();
    assert!(story("model-registry").is_some());
    assert_eq!(story("model-registry"), story("model-register-reprint"));
    // The same words in simplified and in traditional characters.
    assert!(story("lunar-loan").is_some());
    assert_eq!(story("lunar-loan"), story("space-010"));
    assert_eq!(story("tashkent-glaze"), None);

    let stories = report["stories"].as_array().unwrap();
    for (number, story) in stories.iter().enumerate() {
        assert_eq!(story["id"], number + 1);
        let ids = story["articles"].as_array().unwrap();
        assert!(ids.len() > 1 && story["copies"].as_u64().unwrap() < ids.len() as u64);
        for id in ids {
            assert_eq!(articles.iter().find(|a| a["id"] == *id).unwrap()["story"], story["id"]);
        }
        assert!(!story["evidence"][0]["quote"].as_str().unwrap().is_empty());
        assert_eq!(story["evidence"][0]["article"], ids[0]);
    }
    let extra: u64 = stories.iter().map(|s| s["articles"].as_array().unwrap().len() as u64 - 1).sum();
    let sum = |of: &str| report["themes"].as_array().unwrap().iter().map(|t| t[of].as_u64().unwrap()).sum::<u64>();
    let unthemed = report["unthemed"].as_array().unwrap().len() as u64;
    assert!(sum("size") + unthemed == articles.len() as u64 && sum("stories") >= sum("size") - extra);

    let timeline = report["timeline"].as_array().unwrap();
    let all = |of: &str| -> u64 {
        timeline.iter().flat_map(|period| period[of].as_array().unwrap()).map(|count| count.as_u64().unwrap()).sum()
    };
    let undated = report["corpus"]["undated"].as_u64().unwrap();
    assert_eq!(all("counts") + undated, articles.len() as u64);
    assert!(all("stories") < all("counts"));
}

#[test]
fn every_exact_duplicate_is_found_and_none_is_invented() {
    let Some(path) = shared("data/bbc_news.jsonl") else { return };
    let articles = read(&path);
    let stories = story::find(&articles, &Csr::default());
    // Exact: title and text are the same letter for letter. 98 articles repeat an earlier one.
    let mut first: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut exact = 0;
    for (i, article) in articles.iter().enumerate() {
        let earlier = *first.entry((&article.title, body(article))).or_insert(i);
        if earlier != i {
            exact += 1;
            assert!(stories.of(i).is_some() && stories.of(i) == stories.of(earlier), "{}", article.id);
        }
    }
    assert_eq!(exact, 98);
    // Word for word: the texts hold the same words, under any headline.
    let mut texts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for article in &articles {
        let words =
            body(article).split(|c: char| !c.is_alphanumeric()).map(letters).filter(|w| !w.is_empty()).collect();
        *texts.entry(words).or_default() += 1;
    }
    let repeated: usize = texts.values().map(|count| count - 1).sum();
    assert_eq!(stories.stories.iter().map(|story| story.copies).sum::<usize>(), repeated);
    // The rest are later states of one article: most of their words are the same.
    for story in &stories.stories {
        let words: Vec<Vec<String>> = story
            .articles
            .iter()
            .map(|&i| {
                let mut words: Vec<String> = body(&articles[i]).split_whitespace().map(letters).collect();
                words.sort_unstable();
                words.dedup();
                words
            })
            .collect();
        for other in &words[1..] {
            let common = other.iter().filter(|word| words[0].binary_search(word).is_ok()).count();
            assert!(common * 10 >= words[0].len().min(other.len()) * 9, "{story:?}");
        }
    }
}

#[test]
fn titles_that_are_merely_alike_are_no_story() {
    let Some(path) = shared("data/thucnews_titles.jsonl") else { return };
    let articles = read(&path);
    let stories = story::find(&articles, &Csr::default());
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    articles.iter().for_each(|article| *titles.entry(letters(&article.title)).or_default() += 1);
    assert_eq!(stories.stories.len(), titles.values().filter(|count| **count > 1).count());
    for story in &stories.stories {
        let first = letters(&articles[story.articles[0]].title);
        assert!(story.articles.iter().all(|&i| letters(&articles[i].title) == first), "{story:?}");
    }
}

#[test]
fn the_forms_of_one_broadcaster_are_no_stories() {
    let Some(path) = shared("data/xwlb.jsonl") else { return };
    let articles = read(&path);
    for story in story::find(&articles, &Csr::default()).stories {
        assert_eq!(story.copies + 1, story.articles.len(), "{:?}", articles[story.articles[0]].title);
    }
}

#[test]
fn what_rises_is_what_happened() {
    let Some(path) = shared("data/xwlb.jsonl") else { return };
    let folder = tempfile::tempdir().unwrap();
    // From 24 September to the middle of November 2022, and five items without a date.
    let lines: Vec<String> = fs::read_to_string(path).unwrap().lines().take(900).map(str::to_owned).collect();
    let undated = lines[..5].iter().map(|line| line.replacen("\"date\"", "\"when\"", 1).replacen("\"xwlb-", "\"x-", 1));
    let all: Vec<String> = undated.chain(lines[5..].iter().cloned()).collect();
    fs::write(folder.path().join("news.jsonl"), all.join("\n")).unwrap();
    let report = json(folder.path(), &["cluster", "news.jsonl", "-k", "6", "--json", "--quiet"], 0);
    assert_eq!(report["corpus"]["undated"], 5);

    let dates: BTreeMap<&str, &str> = report["articles"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|article| Some((article["id"].as_str()?, article["date"].as_str()?)))
        .collect();
    let starts: Vec<(&str, &str)> = report["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|period| (period["period"].as_str().unwrap(), period["from"].as_str().unwrap()))
        .collect();
    let mut told = Vec::new();
    for theme in report["themes"].as_array().unwrap() {
        let rises = theme["rose"].as_array().unwrap();
        assert!(rises.len() <= 12);
        for rise in rises {
            let (term, period) = (rise["term"].as_str().unwrap(), rise["period"].as_str().unwrap());
            let evidence = &rise["evidence"][0];
            assert!(letters(evidence["quote"].as_str().unwrap()).contains(&letters(term)), "{rise}");
            let at = starts.iter().position(|(name, _)| *name == period).unwrap();
            let date = dates[evidence["article"].as_str().unwrap()];
            assert!(starts[at].1 <= date && starts.get(at + 1).is_none_or(|next| date < next.1), "{rise}");
            assert!(rise["share"].as_f64() > rise["before"].as_f64());
            assert!(!term.contains("央视网") && !term.contains("新闻联播"), "{rise}");
            told.push((term, period));
        }
        for burst in theme["bursts"].as_array().unwrap() {
            let date = dates[burst["evidence"][0]["article"].as_str().unwrap()];
            assert!(burst["from"].as_str().unwrap() <= date && date <= burst["to"].as_str().unwrap(), "{burst}");
            assert!(burst["weight"].as_f64() > Some(0.0) && burst["stories"].as_u64() >= Some(3));
        }
    }
    // The twentieth congress of the Party sat from 16 to 22 October.
    let congress = ["2022-W41", "2022-W42", "2022-W43"];
    assert!(told.iter().any(|(term, week)| term.contains("二十大") && congress.contains(week)), "{told:?}");
}
