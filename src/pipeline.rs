//! The pipeline: the one module that names every stage.

use rayon::prelude::*;

use crate::{
    article::Article,
    config::Config,
    embed,
    error::{Error, Result},
    input::Collection,
    model::Model,
    segment::{self, Segmenter, Term},
    theme,
    vectorize::{self, Bag},
};

/// A stage of the pipeline, for progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reading the inputs.
    Read,
    /// Cutting text into terms.
    Segment,
    /// Counting and weighting terms.
    Vectorize,
    /// Computing embeddings.
    Embed,
    /// Clustering.
    Cluster,
    /// Naming themes and picking evidence.
    Label,
}

/// Receives the progress of a run. Called from the thread that runs the pipeline.
pub trait Progress: Sync {
    /// A stage begins.
    fn begin(&self, stage: Stage);
}

/// Progress nobody watches.
impl Progress for () {
    fn begin(&self, _: Stage) {}
}

/// Fits a model to a collection.
///
/// The model depends on the articles and the settings alone, not on the number of threads nor on the order of the inputs.
///
/// # Errors
/// [`Error::NoArticles`] if the collection is empty; whatever a stage returns if it fails.
pub fn fit(collection: Collection, config: &Config, progress: &dyn Progress) -> Result<Model> {
    if collection.articles.is_empty() {
        return Err(Error::NoArticles { inputs: "the collection".to_owned() });
    }
    in_pool(config.threads, || stages(collection, config, progress))?
}

/// Runs a closure in a pool of the given number of threads.
///
/// # Errors
/// [`Error::Numeric`] if the system gives no threads.
pub fn in_pool<T: Send>(threads: Option<usize>, run: impl FnOnce() -> T + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    let pool = pool.map_err(|e| Error::Numeric { stage: "starting threads", reason: e.to_string() })?;
    Ok(pool.install(run))
}

fn stages(collection: Collection, config: &Config, progress: &dyn Progress) -> Result<Model> {
    let Collection { articles, skipped } = collection;

    progress.begin(Stage::Segment);
    let (segmenter, segmented) = segment::fit(&articles, &config.segment)?;
    let source_terms = source_terms(&articles, &segmenter);

    progress.begin(Stage::Vectorize);
    let bags: Vec<Bag> = segmented.documents.par_iter().map(Bag::of_document).collect();
    let vectorizer = vectorize::fit(&bags, segmented.terms.len(), &config.vectorize);
    let rows = vectorizer.transform(&bags);
    let passages: Vec<(u32, u32)> = (0u32..)
        .zip(&segmented.documents)
        .flat_map(|(article, document)| (0u32..).zip(&document.passages).map(move |(passage, _)| (article, passage)))
        .collect();
    let passage_bags: Vec<Bag> = passages
        .par_iter()
        .map(|&(article, passage)| Bag::of_passage(&segmented.documents[article as usize].passages[passage as usize]))
        .collect();
    let passage_rows = vectorizer.transform(&passage_bags);

    progress.begin(Stage::Embed);
    let column_terms: Vec<&Term> = vectorizer.columns.iter().map(|&term| &segmented.terms[term as usize]).collect();
    let embedder = embed::fit(&rows, &column_terms, &config.embed)?;
    let vectors = embedder.embed(&rows);
    let passage_vectors = embedder.embed(&passage_rows);

    progress.begin(Stage::Cluster);
    let clustered: Vec<usize> = (0..articles.len()).filter(|&i| vectors.row(i).iter().any(|&x| x != 0.0)).collect();
    let clusters = crate::cluster::fit(vectors.select(ndarray::Axis(0), &clustered).view(), &config.cluster)?;

    progress.begin(Stage::Label);
    let themes = theme::fit(
        &theme::Input {
            articles: &articles,
            segmented: &segmented,
            bags: &bags,
            rows: vectors.view(),
            passages: &passages,
            passage_rows: passage_vectors.view(),
            clusters: &clusters,
            clustered: &clustered,
            source_terms: &source_terms,
        },
        &config.theme,
    );
    let langs = segmented.documents.iter().map(|d| d.lang.to_owned()).collect();
    Ok(Model {
        articles,
        skipped,
        langs,
        segmenter,
        vectorizer,
        embedder,
        clusters,
        rows,
        vectors,
        passages,
        passage_vectors,
        themes,
    })
}

/// Terms that are the whole name of a publication, sorted.
fn source_terms(articles: &[Article], segmenter: &Segmenter) -> Vec<u32> {
    let mut sources: Vec<&str> = articles.iter().filter_map(|a| a.source.as_deref()).collect();
    sources.sort_unstable();
    sources.dedup();
    let mut terms: Vec<u32> = sources
        .into_iter()
        .filter_map(|source| {
            let cut: Vec<Option<u32>> = segmenter.cut(source).into_iter().map(|c| c.term).collect();
            match cut.as_slice() {
                [term] => *term,
                // A phrase comes before its words: it is the name if no other word follows.
                [Some(phrase), words @ ..] if segmenter.terms()[*phrase as usize].parts.len() == words.len() => {
                    Some(*phrase)
                }
                _ => None,
            }
        })
        .collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}
