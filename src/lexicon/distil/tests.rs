use rand_xoshiro::{
    Xoshiro256Plus,
    rand_core::{RngCore, SeedableRng},
};

use super::*;

const WIDTH: usize = 12;

struct Random(Xoshiro256Plus);

impl Random {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256Plus::seed_from_u64(seed))
    }

    /// About normal.
    fn number(&mut self) -> f32 {
        (0..4).map(|_| (self.0.next_u32() as f32 / u32::MAX as f32 - 0.5) * 1.7).sum()
    }

    fn below(&mut self, n: usize) -> usize {
        self.0.next_u64() as usize % n
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |_| self.number())
    }
}

/// A world in which a text means the sum of its words, the teacher sees texts rightly, and sees words alone through a
/// skewed glass and with errors of their own.
fn world(words: usize, texts: usize) -> (Vec<Entry>, Array2<f32>, Vec<Text>, Array2<f32>) {
    let mut random = Random::new(3);
    let syllables = ["ba", "ko", "du", "mi", "zo", "pa", "lu", "fo", "gu", "vo"];
    let names: Vec<String> = (0..words)
        .map(|i| format!("{}{}{}to", syllables[i % 10], syllables[i / 10 % 10], syllables[i / 100 % 10]))
        .collect();
    let meanings = random.matrix(words, WIDTH);
    let glass = random.matrix(WIDTH, WIDTH);
    let alone = ridge::dense(meanings.view(), glass.view()) + &(random.matrix(words, WIDTH) * 2.0);
    let mut vectors = Array2::zeros((texts, WIDTH));
    let texts: Vec<Text> = vectors
        .rows_mut()
        .into_iter()
        .map(|mut vector| {
            let used: Vec<usize> = (0..8).map(|_| random.below(words)).collect();
            used.iter().for_each(|&word| vector += &meanings.row(word));
            let text = used.iter().map(|&word| names[word].as_str()).collect::<Vec<_>>().join(" ");
            Text { text, lang: Some("en".to_owned()), pair: None }
        })
        .collect();
    let entries = sources::entries(&names).unwrap();
    let order: Vec<usize> =
        entries.iter().map(|entry| names.iter().position(|name| *name == entry.form).unwrap()).collect();
    (entries, alone.select(Axis(0), &order), texts, vectors)
}

fn run(settings: &Settings) -> Distilled {
    let (entries, forms, texts, teacher) = world(300, 2000);
    let words = Words { entries: &entries, teacher: forms.view() };
    distil(&words, &texts, teacher.view(), settings, &About::default()).unwrap()
}

#[test]
fn each_step_comes_nearer_to_the_teacher_on_texts_that_were_held_out() {
    let Measured { texts, pairs, words, map, corrected, refined, written, mates_written, .. } =
        run(&Settings::default()).measured.unwrap();
    assert_eq!((texts, pairs, mates_written), (100, 0, None));
    assert!(map > words + 0.1, "{words} {map}");
    assert!(corrected > map + 0.05 && corrected > 0.9, "{map} {corrected}");
    // In this world no words stand together more than others: there is nothing to gain.
    assert!(refined > corrected - 0.05, "{corrected} {refined}");
    assert!((written - refined).abs() < 0.001, "{refined} {written}");
    let small = Settings { bits: Bits::Four, dimensions: Some(9), ..Settings::default() };
    let small = run(&small);
    let lexicon = Lexicon::read(&small.bytes[..], "x").unwrap();
    lexicon.check("x").unwrap();
    assert_eq!(lexicon.dimensions(), 9);
    let less = small.measured.unwrap().written;
    assert!(less < written && less > 0.8, "{less} {written}");
}

#[test]
fn the_bytes_are_the_same_for_any_number_of_threads() {
    let bytes = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&Settings { dimensions: Some(10), ..Settings::default() })).bytes
    };
    assert_eq!(bytes(1), bytes(3));
}

#[test]
fn without_texts_a_word_is_the_teachers_less_the_mean_of_its_language() {
    let entry = |key: &str| Entry { key: key.to_owned(), form: key.to_owned() };
    let entries = ["sea", "tax", "气候", "深海"].map(entry);
    let forms = ndarray::array![[3.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 2.0]];
    let words = Words { entries: &entries, teacher: forms.view() };
    let none = Array2::zeros((0, 2));
    let made = distil(&words, &[], none.view(), &Settings::default(), &About::default()).unwrap();
    assert_eq!(made.measured, None);
    let lexicon = Lexicon::read(made.bytes, "x").unwrap();
    for (key, first) in [("sea", 0.707), ("tax", -0.707), ("气候", 0.707), ("深海", -0.707)] {
        let mut row = [0.0; 2];
        lexicon.lookup(key).unwrap().write(&mut row);
        assert!((row[0] - first).abs() < 0.01 && (row[1] + first).abs() < 0.01, "{key} {row:?}");
    }
}

#[test]
fn translations_can_share_a_target_and_are_held_out_together() {
    let text = |i: usize, lang: &str| Text {
        text: format!("{lang} {i}"),
        lang: Some(lang.to_owned()),
        pair: Some((i / 2).to_string()),
    };
    let texts: Vec<Text> = (0..400).map(|i| text(i, if i % 2 == 0 { "zh" } else { "en" })).collect();
    let held = held_out(&texts);
    assert!(held.chunks(2).all(|pair| pair[0] == pair[1]));
    let segmented = sources::cut(&texts).unwrap();
    let teacher = Random::new(1).matrix(400, 5);
    let apart = targets(&texts, &segmented, teacher.view(), 0.0);
    assert!(apart.axis_chunks_iter(Axis(0), 2).all(|pair| pair.row(0) != pair.row(1)));
    let targets = targets(&texts, &segmented, teacher.view(), 1.0);
    for pair in targets.axis_chunks_iter(Axis(0), 2) {
        assert!(pair.row(0).iter().zip(pair.row(1)).all(|(a, b)| (a - b).abs() < 1e-6));
        assert!((pair.row(0).dot(&pair.row(0)) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn few_or_strange_texts_do_no_harm() {
    let (entries, forms, mut texts, teacher) = world(20, 3);
    let words = Words { entries: &entries, teacher: forms.view() };
    for count in 1..=3 {
        let made =
            distil(&words, &texts[..count], teacher.slice(s![..count, ..]), &Settings::default(), &About::default());
        Lexicon::read(made.unwrap().bytes, "x").unwrap().check("x").unwrap();
    }
    // No word known, the same target for all, one of zero.
    texts.iter_mut().for_each(|text| text.text = "…".to_owned());
    let flat = Array2::zeros((3, WIDTH));
    let made = distil(&words, &texts, flat.view(), &Settings::default(), &About::default()).unwrap();
    Lexicon::read(made.bytes, "x").unwrap().check("x").unwrap();
}
