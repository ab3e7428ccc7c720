//! Running the pipeline and measuring what comes out.

use std::{collections::BTreeSet, iter};

use ndarray::Axis;

use super::{
    Clock, Spoken, agreement, diversity, mates, npmi, peak_rss_mb, spearman,
    view::{Confusion, Evaluation, Pairs, Row, SCHEMA, Seconds, Spread},
};
use crate::{
    article::{Article, Passage},
    cluster::{self, Clusters, K},
    config::Config,
    error::{Error, Result},
    input::{Collection, Pair},
    pipeline::{self, Prepared, Stage},
    segment::Lang,
    theme::Themes,
};

/// Terms of a theme that coherence and diversity look at.
pub const TOP_TERMS: usize = 10;
/// Articles of which the silhouette is taken at most: it takes time in the square of their number.
pub const SILHOUETTE_ROWS: usize = 3000;

/// Settings of an evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether there are as many themes as labels, whatever the configuration says.
    pub k_of_labels: bool,
    /// Seeds of the clustering, counted up from the configuration's; at least 1.
    pub seeds: usize,
    /// The part of the data to measure, by the field `split` of articles and pairs; all if none.
    pub split: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { k_of_labels: false, seeds: 5, split: None }
    }
}

/// Fits the collection once for each seed and measures the themes, the mates and the pairs.
///
/// The articles are read, segmented and embedded once, with the configuration's seed; a further seed repeats the
/// clustering and the labels. Pairs are embedded by a model fitted on their own texts. `clock` has timed the reading.
///
/// # Errors
/// [`Error::Setting`] if nothing belongs to the split, or the number of labels is asked for and there are none;
/// [`Error::NoArticles`] if there is nothing at all; whatever a stage returns if it fails.
pub fn run(
    collection: Collection,
    pairs: Vec<Pair>,
    config: &Config,
    settings: &Settings,
    clock: &Clock<'_>,
) -> Result<Evaluation> {
    clock.end();
    if let Some(path) = config.vectors.from_file().filter(|_| !pairs.is_empty()) {
        return Err(Error::Setting {
            name: "--vectors".to_owned(),
            value: path.display().to_string(),
            rule: "the input holds scored pairs of texts, which have no vectors there".to_owned(),
            remedy: "measure them with --embed-server, or leave out --vectors or the pairs".to_owned(),
        });
    }
    let (collection, pairs) = select(collection, pairs, settings.split.as_deref())?;
    let mut config = config.clone();
    config.theme.terms = config.theme.terms.max(TOP_TERMS);
    // Nothing here measures the parts of themes.
    config.theme.depth = 1;
    if settings.k_of_labels && !collection.articles.is_empty() {
        let k = labels(&collection.articles).len();
        if k == 0 {
            return Err(Error::Setting {
                name: "-k".to_owned(),
                value: "labels".to_owned(),
                rule: "no article carries a label".to_owned(),
                remedy: "name a file of labels with --labels, or write -k auto or a number such as -k 8".to_owned(),
            });
        }
        config.cluster.k = K::Exactly(k);
    }
    pipeline::in_pool(config.threads, || {
        let mut evaluation = if collection.articles.is_empty() {
            Evaluation {
                schema: SCHEMA.to_owned(),
                skipped: collection.skipped,
                counts: Some(collection.counts),
                ..Evaluation::default()
            }
        } else {
            themes(collection, &config, settings, clock)?
        };
        if !pairs.is_empty() {
            evaluation.pairs = Some(similarity(&pairs, &config, clock)?);
            evaluation.peak_rss_mb = evaluation.peak_rss_mb.or_else(|| peak_rss_mb().map(|mb| round(mb, 1)));
        }
        let seconds = |stage| round(clock.seconds(stage), 3);
        let per_seed = |stage| round(clock.seconds(stage) / settings.seeds.max(1) as f64, 3);
        evaluation.seconds = Seconds {
            read: seconds(Stage::Read),
            segment: seconds(Stage::Segment),
            vectorize: seconds(Stage::Vectorize),
            embed: seconds(Stage::Embed),
            cluster: per_seed(Stage::Cluster),
            label: per_seed(Stage::Label),
        };
        Ok(evaluation)
    })?
}

/// What belongs to the split.
fn select(mut collection: Collection, mut pairs: Vec<Pair>, split: Option<&str>) -> Result<(Collection, Vec<Pair>)> {
    if let Some(split) = split {
        let of = |article: &Article| article.extra.get("split").and_then(|v| v.as_str()).map(str::to_owned);
        let all: BTreeSet<String> =
            collection.articles.iter().filter_map(of).chain(pairs.iter().filter_map(|p| p.split.clone())).collect();
        collection.articles.retain(|article| of(article).as_deref() == Some(split));
        pairs.retain(|pair| pair.split.as_deref() == Some(split));
        if collection.articles.is_empty() && pairs.is_empty() {
            let all = all.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Error::Setting {
                name: "--split".to_owned(),
                value: split.to_owned(),
                rule: "no article and no pair has this `split`".to_owned(),
                remedy: if all.is_empty() { "leave it out".to_owned() } else { format!("write one of {all}") },
            });
        }
    }
    if collection.articles.is_empty() && pairs.is_empty() {
        return Err(Error::NoArticles { inputs: "the collection".to_owned() });
    }
    Ok((collection, pairs))
}

/// The different labels, in order.
fn labels(articles: &[Article]) -> Vec<String> {
    let labels: BTreeSet<&String> = articles.iter().filter_map(|article| article.label.as_ref()).collect();
    labels.into_iter().cloned().collect()
}

/// The measures of one seed.
struct Measured {
    k: f64,
    v_measure: Option<f64>,
    nmi: Option<f64>,
    ari: Option<f64>,
    silhouette: Option<f64>,
    npmi: Option<f64>,
    diversity: Option<f64>,
    unthemed: f64,
}

fn themes(collection: Collection, config: &Config, settings: &Settings, clock: &Clock<'_>) -> Result<Evaluation> {
    let prepared = pipeline::prepare(collection, config, clock)?;
    let seeds: Vec<u64> = iter::successors(Some(config.cluster.seed), |seed| Some(seed.wrapping_add(1)))
        .take(settings.seeds.max(1))
        .collect();
    let mut found = Vec::with_capacity(seeds.len());
    for &seed in &seeds {
        let mut config = config.clone();
        config.cluster.seed = seed;
        found.push(prepared.cluster(&config, clock)?);
        clock.end();
    }
    // Before the measures, whose own memory is not the program's.
    let peak_rss_mb = peak_rss_mb().map(|mb| round(mb, 1));
    let names = labels(&prepared.articles);
    let labels: Vec<Option<usize>> =
        prepared.articles.iter().map(|a| names.binary_search(a.label.as_ref()?).ok()).collect();
    let measured: Vec<Measured> =
        found.iter().map(|(clusters, themes)| measure(&prepared, clusters, themes, &labels)).collect();
    let mean = |of: fn(&Measured) -> Option<f64>| {
        let values: Vec<f64> = measured.iter().filter_map(of).collect();
        (!values.is_empty()).then(|| round(values.iter().sum::<f64>() / values.len() as f64, 6))
    };
    let spread = |of: fn(&Measured) -> Option<f64>| {
        let values = || measured.iter().filter_map(of);
        Some([round(values().reduce(f64::min)?, 6), round(values().reduce(f64::max)?, 6)])
    };
    let (k, k_reason, unthemed, confusion) = match found.first() {
        Some((_, themes)) => (
            themes.themes.len(),
            themes.reason.clone(),
            themes.members.iter().filter(|member| member.theme.is_none()).count(),
            (!names.is_empty()).then(|| confusion(themes, &labels, &names)),
        ),
        None => Default::default(),
    };
    Ok(Evaluation {
        schema: SCHEMA.to_owned(),
        articles: prepared.articles.len(),
        k,
        k_reason,
        k_labels: (!names.is_empty()).then_some(names.len()),
        v_measure: mean(|m| m.v_measure),
        nmi: mean(|m| m.nmi),
        ari: mean(|m| m.ari),
        silhouette: mean(|m| m.silhouette),
        npmi: mean(|m| m.npmi),
        diversity: mean(|m| m.diversity),
        mates: mates(&spoken(&prepared), prepared.vectors.view()).map(|mut mates| {
            mates.at_1 = round(mates.at_1, 6);
            mates.at_5 = round(mates.at_5, 6);
            for way in &mut mates.ways {
                way.at_1 = round(way.at_1, 6);
                way.at_5 = round(way.at_5, 6);
            }
            mates
        }),
        pairs: None,
        seconds: Seconds::default(),
        peak_rss_mb,
        spread: Spread {
            k: spread(|m| Some(m.k)),
            v_measure: spread(|m| m.v_measure),
            nmi: spread(|m| m.nmi),
            ari: spread(|m| m.ari),
            silhouette: spread(|m| m.silhouette),
            npmi: spread(|m| m.npmi),
            diversity: spread(|m| m.diversity),
            unthemed: spread(|m| Some(m.unthemed)),
        },
        seeds,
        labelled: labels.iter().flatten().count(),
        unthemed,
        confusion,
        skipped: prepared.skipped,
        counts: Some(prepared.counts),
    })
}

fn measure(prepared: &Prepared, clusters: &Clusters, themes: &Themes, labels: &[Option<usize>]) -> Measured {
    let k = themes.themes.len();
    let placed: Vec<(usize, usize)> = labels
        .iter()
        .zip(&themes.members)
        .filter_map(|(label, member)| Some(((*label)?, member.theme.unwrap_or(k))))
        .collect();
    let agreement = agreement(&placed);
    // Evenly spread over the articles by id, hence the same for every seed.
    let rows = prepared.clustered.len();
    let taken = rows.min(SILHOUETTE_ROWS);
    let sample: Vec<usize> = (0..taken).map(|i| i * rows / taken).collect();
    let of_sample: Vec<usize> = sample.iter().map(|&i| clusters.labels[i]).collect();
    let at: Vec<usize> = sample.iter().map(|&i| prepared.clustered[i]).collect();
    let terms: Vec<Vec<u32>> =
        themes.themes.iter().map(|theme| theme.terms.iter().take(TOP_TERMS).map(|&(term, _)| term).collect()).collect();
    Measured {
        k: k as f64,
        v_measure: agreement.map(|a| a.v_measure),
        nmi: agreement.map(|a| a.nmi),
        ari: agreement.map(|a| a.ari),
        silhouette: cluster::silhouette(prepared.vectors.select(Axis(0), &at).view(), &of_sample),
        npmi: npmi(&prepared.segmented, &terms),
        diversity: diversity(&terms),
        unthemed: themes.members.iter().filter(|member| member.theme.is_none()).count() as f64,
    }
}

fn confusion(themes: &Themes, labels: &[Option<usize>], names: &[String]) -> Confusion {
    let count = |theme: Option<usize>| {
        let mut counts = vec![0; names.len()];
        let members = labels.iter().zip(&themes.members).filter(|(_, member)| member.theme == theme);
        members.filter_map(|(label, _)| *label).for_each(|label| counts[label] += 1);
        counts
    };
    let row = |(i, theme): (usize, &crate::theme::Theme)| Row {
        id: i + 1,
        zh: theme.zh.clone(),
        en: theme.en.clone(),
        size: theme.articles.len(),
        counts: count(Some(i)),
    };
    Confusion {
        labels: names.to_vec(),
        themes: themes.themes.iter().enumerate().map(row).collect(),
        unthemed: count(None),
    }
}

/// What the retrieval of mates has to know of the articles. Their language is the one they declare, else that of most
/// of their terms.
fn spoken(prepared: &Prepared) -> Vec<Spoken> {
    let of = |(article, bag): (&Article, &crate::vectorize::Bag)| {
        let terms = |lang: Lang| -> u64 {
            let of_lang = bag.0.iter().filter(|(term, _)| prepared.segmented.terms[*term as usize].lang == lang);
            of_lang.map(|&(_, count)| u64::from(count)).sum()
        };
        let declared = article.lang.as_deref().and_then(|lang| lang.split(['-', '_']).next()).map(str::to_lowercase);
        let counted = || {
            let (zh, en, other) = (terms(Lang::Zh), terms(Lang::En), terms(Lang::Other));
            if zh >= en && zh >= other {
                Lang::Zh
            } else if en >= other {
                Lang::En
            } else {
                Lang::Other
            }
        };
        let pair = match article.extra.get("pair") {
            Some(serde_json::Value::String(pair)) => Some(pair.clone()),
            Some(serde_json::Value::Number(pair)) => Some(pair.to_string()),
            _ => None,
        };
        Spoken { lang: declared.unwrap_or_else(|| counted().name().to_owned()), pair }
    };
    prepared.articles.iter().zip(&prepared.bags).map(of).collect()
}

/// Embeds the texts of pairs by a model of their own and holds the cosines against the scores.
fn similarity(pairs: &[Pair], config: &Config, clock: &Clock<'_>) -> Result<Pairs> {
    let texts: Vec<&str> =
        pairs.iter().flat_map(|p| &p.texts).map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect();
    let article = |(i, text): (usize, &&str)| Article {
        id: format!("{i:09}"),
        passages: vec![Passage { text: (*text).to_owned(), ..Passage::default() }],
        ..Article::default()
    };
    let articles = texts.iter().enumerate().map(article).collect();
    let collection = Collection { articles, ..Collection::default() };
    let mut config = config.clone();
    // Pairs are no articles of any theme.
    config.steer.themes = None;
    let prepared = pipeline::prepare(collection, &config, clock)?;
    clock.end();
    let row = |text: &String| texts.binary_search(&text.as_str()).ok().map(|i| prepared.vectors.row(i));
    let scored: Vec<(f64, f64)> = pairs
        .iter()
        .filter_map(|pair| {
            let [a, b] = &pair.texts;
            let products = row(a)?.into_iter().zip(row(b)?).map(|(&x, &y)| f64::from(x) * f64::from(y));
            Some((products.sum(), pair.score))
        })
        .collect();
    Ok(Pairs { spearman: spearman(&scored).map(|rho| round(rho, 6)), count: pairs.len() })
}

/// Rounds to a number of decimals, so that what is printed is not longer than it is true.
fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}
