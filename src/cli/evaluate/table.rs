//! An evaluation for people: a line a measure with what it means, then what the themes hold.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets::NOTHING};

use crate::{
    cli::table::print,
    evaluate::{
        Evaluation,
        view::{Confusion, Row},
    },
    report::text::visible,
};

/// Columns of the terminal left to the names of themes, at least, where labels get a column each.
const NAME: usize = 30;
/// Labels shown of a theme where they are too many for columns.
const COMMONEST: usize = 4;

/// Writes an evaluation as tables of at most `width` columns.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn evaluation(found: &Evaluation, width: u16, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    let many = found.seeds.len() > 1;
    table.set_header(["Measure", "Value"].into_iter().chain(many.then_some("Over seeds")).chain(["What it says"]));
    for (name, value, spread, meaning) in lines(found) {
        let mut row = vec![Cell::new(name), Cell::new(value).set_alignment(CellAlignment::Right)];
        row.extend(many.then(|| Cell::new(spread)));
        row.push(Cell::new(meaning));
        table.add_row(row);
    }
    print(table, out, if many { 3 } else { 2 })?;
    if let Some(confusion) = &found.confusion {
        writeln!(out)?;
        print(labels(confusion, width), out, 0)?;
    }
    if found.articles > 0 {
        writeln!(out, "{}: {}", themes(found.k), visible(&found.k_reason))?;
        let more = if found.labelled > 0 {
            format!(", {} of them with one of {} labels", found.labelled, found.k_labels.unwrap_or_default())
        } else {
            "; none has a label, so agreement cannot be measured".to_owned()
        };
        writeln!(out, "Read: {} articles{more}", found.articles)?;
    }
    let seconds = &found.seconds;
    let parts = [
        ("read", seconds.read),
        ("segment", seconds.segment),
        ("vectorize", seconds.vectorize),
        ("embed", seconds.embed),
        ("cluster", seconds.cluster),
        ("label", seconds.label),
    ];
    let total: f64 = parts.iter().map(|(_, seconds)| seconds).sum();
    let parts = parts.map(|(stage, seconds)| format!("{stage} {seconds:.2}")).join(", ");
    writeln!(out, "Seconds: {total:.2} ({parts})")?;
    match found.peak_rss_mb {
        Some(peak) => writeln!(out, "Peak memory: {peak:.0} MiB"),
        None => Ok(()),
    }
}

type Line = (&'static str, String, String, String);

/// Name, value, spread and meaning of everything that was measured.
fn lines(found: &Evaluation) -> Vec<Line> {
    let mut lines = Vec::new();
    let spread = &found.spread;
    let mut add = |name, value: Option<f64>, spread: Option<[f64; 2]>, meaning: &str| {
        if let Some(value) = value {
            let spread =
                spread.map_or_else(String::new, |[least, most]| format!("{} to {}", shown(least), shown(most)));
            lines.push((name, shown(value), spread, meaning.to_owned()));
        }
    };
    add("V-measure", found.v_measure, spread.v_measure, "agreement with the labels: 1 is perfect, 0 none");
    add("NMI", found.nmi, spread.nmi, "shared information with the labels; with arithmetic mean, the same number");
    add("ARI", found.ari, spread.ari, "pairs of articles put together or apart as the labels do: 1 perfect, 0 chance");
    add("Silhouette", found.silhouette, spread.silhouette, "how far clusters stand apart, −1 to 1");
    add("NPMI", found.npmi, spread.npmi, "how often the ten best terms of a theme stand together, −1 to 1");
    add(
        "Diversity",
        found.diversity,
        spread.diversity,
        "share of different terms among all of these: 1 if no two themes share one",
    );
    if let Some(mates) = &found.mates {
        let asked = mates.articles;
        add(
            "Mates at 1",
            Some(mates.at_1),
            None,
            &format!("{asked} articles whose nearest in the other language is their translation"),
        );
        add("Mates at 5", Some(mates.at_5), None, "the translation is among the nearest five");
        for way in &mates.ways {
            let meaning = format!("from {} to {}, at 1", visible(&way.from), visible(&way.to));
            add("", Some(way.at_1), None, &meaning);
        }
    }
    if let Some(pairs) = &found.pairs {
        let meaning = format!("order of {} pairs by cosine and by score: 1 the same, 0 unrelated", pairs.count);
        add("Spearman", pairs.spearman, None, &meaning);
    }
    if found.articles > 0 {
        let range =
            |range: Option<[f64; 2]>| range.map_or_else(String::new, |[least, most]| format!("{least} to {most}"));
        let meaning = "articles that fit no theme; they count as one theme more";
        lines.push(("Unthemed", found.unthemed.to_string(), range(spread.unthemed), meaning.to_owned()));
        lines.push(("Themes", found.k.to_string(), range(spread.k), "their number".to_owned()));
    }
    lines
}

/// Three decimals, with a minus sign that is as wide as a digit.
fn shown(value: f64) -> String {
    // Not −0.000.
    let value = if value.abs() < 0.0005 { 0.0 } else { value };
    format!("{value:.3}").replace('-', "−")
}

/// What labels the themes hold.
fn labels(confusion: &Confusion, width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    // A column each if the labels fit, else each theme shows its commonest; Chinese characters are two columns wide.
    let columns = |label: &String| label.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>().max(3) + 2;
    let wide = confusion.labels.iter().map(columns).sum::<usize>() + NAME <= usize::from(width);
    let names = confusion.labels.iter().map(|label| visible(label).into_owned());
    let header = ["#".to_owned(), "Theme".to_owned()].into_iter();
    if wide {
        table.set_header(header.chain(names));
    } else {
        table.set_header(header.chain(["Labels".to_owned()]));
    }
    let mut add = |id: String, name: String, counts: &[usize]| {
        let mut row = vec![Cell::new(id).set_alignment(CellAlignment::Right), Cell::new(name)];
        if wide {
            let number = |&count: &usize| if count == 0 { "·".to_owned() } else { count.to_string() };
            row.extend(counts.iter().map(|count| Cell::new(number(count)).set_alignment(CellAlignment::Right)));
        } else {
            row.push(Cell::new(commonest(&confusion.labels, counts)));
        }
        table.add_row(row);
    };
    for row in &confusion.themes {
        add(row.id.to_string(), name(row), &row.counts);
    }
    if confusion.unthemed.iter().any(|&count| count > 0) {
        add(String::new(), "unthemed".to_owned(), &confusion.unthemed);
    }
    table
}

fn name(row: &Row) -> String {
    let names = [row.zh.as_deref(), row.en.as_deref()];
    visible(&names.into_iter().flatten().collect::<Vec<_>>().join(" / ")).into_owned()
}

/// `sport 12, culture 3, and 2 more`.
fn commonest(labels: &[String], counts: &[usize]) -> String {
    let mut order: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] > 0).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(counts[i]), i));
    let more = order.len().saturating_sub(COMMONEST);
    let shown = order.iter().take(COMMONEST).map(|&i| format!("{} {}", visible(&labels[i]), counts[i]));
    let mut shown: Vec<String> = shown.collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

fn themes(k: usize) -> String {
    if k == 1 { "1 theme".to_owned() } else { format!("{k} themes") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{
        Mates, Way,
        view::{Pairs, Spread},
    };

    fn written(found: &Evaluation) -> String {
        let mut out = Vec::new();
        evaluation(found, 100, &mut anstream::StripStream::new(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn found(labels: usize) -> Evaluation {
        let mut counts = vec![0; labels];
        (counts[0], counts[1]) = (3, 12);
        Evaluation {
            articles: 40,
            labelled: 38,
            k: 1,
            k_reason: "1 theme, as asked".into(),
            k_labels: Some(labels),
            v_measure: Some(0.87654),
            spread: Spread { v_measure: Some([0.8, 0.9]), unthemed: Some([2.0, 3.0]), ..Spread::default() },
            seeds: vec![1, 2],
            unthemed: 2,
            confusion: Some(Confusion {
                labels: (0..labels).map(|i| format!("L{i}")).collect(),
                themes: vec![Row {
                    id: 1,
                    zh: Some("深海\u{1b}".into()),
                    en: Some("Deep sea".into()),
                    size: 16,
                    counts,
                }],
                unthemed: vec![1; labels],
            }),
            ..Evaluation::default()
        }
    }

    #[test]
    fn every_measure_has_a_line_with_its_meaning() {
        let text = written(&found(3));
        for part in
            ["V-measure", "0.877", "0.800 to 0.900", "1 is perfect", "2 to 3", "38 of them with one of 3 labels"]
        {
            assert!(text.contains(part), "{part}\n{text}");
        }
        for absent in ["Spearman", "Mates", "Peak memory", "\u{1b}"] {
            assert!(!text.contains(absent), "{absent}\n{text}");
        }
        assert!(text.contains("深海\u{fffd} / Deep sea") && text.contains("·"), "{text}");
    }

    #[test]
    fn many_labels_are_told_by_the_commonest() {
        let text = written(&found(20));
        assert!(text.contains("L1 12, L0 3\n"), "{text}");
        assert!(text.contains("L0 1, L1 1, L2 1, L3 1, and 16 more"), "{text}");
    }

    #[test]
    fn pairs_alone_are_a_table_without_themes() {
        let way = Way { from: "zh".into(), to: "en".into(), at_1: 0.5, at_5: 0.75, articles: 4 };
        let mates = Mates { at_1: 0.5, at_5: 0.75, articles: 4, ways: vec![way] };
        let pairs = Pairs { spearman: Some(0.71), count: 9 };
        let text = written(&Evaluation { pairs: Some(pairs), mates: Some(mates), ..Evaluation::default() });
        for part in ["Spearman", "0.710", "order of 9 pairs", "from zh to en"] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("Themes") && !text.contains("Read:"), "{text}");
    }
}
