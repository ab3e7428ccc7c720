use super::{
    group::{Pair, stories},
    near::Near,
    words, *,
};
use crate::article::Passage;

fn article(id: &str, text: &str, source: Option<&str>, date: Option<&str>) -> Article {
    Article {
        id: id.to_owned(),
        passages: vec![Passage { text: text.to_owned(), ..Passage::default() }],
        source: source.map(str::to_owned),
        date: date.and_then(|date| date.parse().ok()),
        ..Article::default()
    }
}

fn title(title: &str) -> Article {
    Article { title: title.to_owned(), ..Article::default() }
}

fn grouped(articles: &[Article]) -> Vec<Vec<usize>> {
    let stories = find(articles, &Csr::default());
    assert!(stories.fits(articles.len()));
    stories.stories.into_iter().map(|story| story.articles).collect()
}

/// A text of `n` made-up words, of which each `every`th is another than in the text of the same `seed` without changes.
fn text(seed: u64, n: usize, every: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut words = Vec::new();
    for i in 0..n {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mark = if every > 0 && i % every == 0 { "x" } else { "" };
        words.push(format!("w{}{mark}", (state >> 40) % 5000));
    }
    words.join(" ")
}

#[test]
fn a_copy_is_found_whatever_its_spelling() {
    let articles = [
        article("a", "The commission, in Beijing, said on 6 June that 气候变化 is a fact.", None, None),
        article("b", "THE COMMISSION in Ｂｅｉｊｉｎｇ said on 6 June: that 氣候變化 is a fact", None, None),
        article("c", "The commission, in Beijing, said on 7 June that 气候变化 is a fact.", None, None),
    ];
    assert_eq!(grouped(&articles), [[0, 1]]);
}

#[test]
fn titles_alike_but_for_a_name_or_a_number_are_no_story() {
    let titles = [
        "江西师范大学2010年高考录取结果查询系统开通",
        "山西师范大学2010年高考录取结果查询系统开通",
        "美股期货上升 道指期货升18点",
        "美股期货上升 道指期货升39点",
        "Council approves the budget for 2024",
        "Council approves the budget for 2025",
        "江西师范大学2010年高考录取结果查询系统开通！",
    ];
    assert_eq!(grouped(&titles.map(title)), [[0, 6]]);
}

#[test]
fn a_rewritten_reprint_of_another_source_is_found_near_in_time_only() {
    let (first, second) = (text(1, 300, 0), text(1, 300, 20));
    let of = |source, date| article("b", &second, source, date);
    let original = article("a", &first, Some("Wire"), Some("2025-05-08"));
    let alone: Vec<Vec<usize>> = Vec::new();
    // One word in twenty is another, so a quarter of the shingles of five words: a Jaccard index of 0.6.
    assert_eq!(grouped(&[original.clone(), of(Some("Dispatch"), Some("2025-05-09"))]), [[0, 1]]);
    assert_eq!(grouped(&[original.clone(), of(Some("Dispatch"), Some("2025-08-09"))]), alone);
    assert_eq!(grouped(&[original.clone(), of(Some("Wire"), Some("2025-05-09"))]), alone);
    assert_eq!(grouped(&[original, of(None, None)]), alone);
}

#[test]
fn an_article_that_goes_on_is_the_same_story() {
    let first = text(3, 150, 0);
    let longer = format!("{first} {}", text(4, 300, 0));
    let articles = [article("a", &longer, None, None), article("b", &first, None, None)];
    assert_eq!(grouped(&articles), [[0, 1]]);
}

#[test]
fn a_form_filled_in_anew_is_no_story() {
    let form = |guest: &str, land: &str, date| {
        let text = format!(
            "央视网消息（新闻联播）：国务院总理李强{date}上午在人民大会堂东门外广场举行仪式，欢迎来华进行正式访问的{land}总理{guest}。\
             {guest}抵达时，礼兵列队致敬。两国总理登上检阅台，军乐团奏中{land}两国国歌，天安门广场鸣放礼炮19响。{guest}在李强陪同下检阅中国人民解放军仪仗队，并观看分列式。"
        );
        article("a", &text, None, Some("2023-10-16"))
    };
    assert!(grouped(&[form("欧尔班", "匈牙利", "16日"), form("阿比", "埃塞俄比亚", "16日")]).is_empty());
}

#[test]
fn a_heading_that_comes_back_every_day_is_no_story() {
    let mut news = [title("国际联播快讯"), title("国际联播快讯")];
    news[0].date = "2024-06-01".parse().ok();
    news[1].date = "2024-06-02".parse().ok();
    assert!(grouped(&news).is_empty());
}

#[test]
fn articles_without_words_are_no_story() {
    assert!(grouped(&[title("……"), title(""), title("——")]).is_empty());
}

#[test]
fn the_articles_of_a_story_are_in_the_order_of_their_dates() {
    let text = text(9, 80, 0);
    let dates = [None, Some("2025-03-02"), Some("2025-03-01T09:00"), Some("2025-03-01")];
    let articles = dates.map(|date| article("a", &text, None, date));
    assert_eq!(grouped(&articles), [[3, 2, 1, 0]]);
}

#[test]
fn a_chain_is_no_story() {
    let articles: Vec<Article> = (0..6).map(|i| title(&i.to_string())).collect();
    let copies: Vec<usize> = (0..6).collect();
    let pairs: Vec<Pair> = (0..5).map(|a| Pair { a, b: a + 1, strength: 0.9 - a as f64 / 100.0 }).collect();
    let found = stories(&articles, &copies, &pairs, |a, b| b - a == 1);
    assert!(found.stories.iter().all(|story| story.articles.len() <= 3), "{found:?}");
}

#[test]
fn the_index_finds_what_comparing_all_pairs_finds() {
    // Texts of different lengths, each with three descendants that differ more and more.
    let articles: Vec<Article> = (0..30)
        .flat_map(|seed| [0, 60, 25, 8].map(|every| (seed, every)))
        .map(|(seed, every)| article("a", &text(seed, 60 + 17 * usize::try_from(seed).unwrap(), every), None, None))
        .collect();
    let all = read(&articles);
    let mut room = words::Room::default();
    let sets: Vec<Box<[u32]>> = articles.iter().map(|article| words::shingles(article, &mut room)).collect();
    let mut expected = Vec::new();
    for a in 0..articles.len() {
        for b in a + 1..articles.len() {
            let shared = sets[a].iter().filter(|shingle| sets[b].contains(shingle)).count() as f64;
            if shared / (sets[a].len() as f64 + sets[b].len() as f64 - shared) >= 0.8 {
                expected.push((a, b));
            }
        }
    }
    let rows = Csr::default();
    let near = Near::find(&articles, &all, &rows);
    let found: Vec<(usize, usize)> = near.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
    assert_eq!(found, expected);
    assert!(expected.len() >= 30);
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let articles: Vec<Article> =
        (0..200).map(|i| article("a", &text(i % 40, 120, usize::try_from(i % 3).unwrap() * 30), None, None)).collect();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| find(&articles, &Csr::default()))
    };
    let one = with(1);
    assert_eq!(one.stories.len(), 40);
    assert_eq!(one, with(3));
}

#[test]
fn a_thousand_forms_of_one_kind_are_compared_with_few() {
    let articles: Vec<Article> = (0..1000)
        .map(|i| article("a", &format!("{} number {i} {}", text(5, 100, 0), text(6, 100, 0)), None, None))
        .collect();
    let all = read(&articles);
    let rows = Csr::default();
    let near = Near::find(&articles, &all, &rows);
    assert!(near.pairs.len() <= 64 * 1000);
    assert_eq!(grouped(&articles).len(), 1);
}

#[test]
fn stories_are_counted() {
    let stories =
        Stories { stories: vec![Story { articles: vec![0, 2], copies: 1 }], of: vec![Some(0), None, Some(0), None] };
    assert!(stories.fits(4) && !stories.fits(3));
    assert_eq!(stories.count(0..4), 3);
    assert_eq!(Stories::default().count(0..4), 4);
    assert!(Stories::default().fits(4));
    let twice = Stories { stories: vec![Story { articles: vec![0, 0], copies: 1 }], of: vec![Some(0)] };
    assert!(!twice.fits(1));
}
