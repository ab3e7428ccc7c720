//! The pipeline: the one module that names every stage.

use std::{
    cell::Cell,
    sync::atomic::{AtomicUsize, Ordering},
};

use ndarray::{Array2, CowArray};
use rayon::prelude::*;

use crate::{
    article::{Article, Counts, Skipped},
    cluster::{self, Clusters, Guide, K},
    config::Config,
    embed::{self, Embedder, Row, Scales, Texts, TfIdf},
    error::{Error, Result},
    input::{Collection, Limit, Limits},
    model::Model,
    remote, room,
    segment::{self, Document, Documents, PassageTokens, Segmented, Segmenter, Term},
    steer::{self, Steered},
    story::{self, Stories},
    theme::{self, Bags, Themes},
    vectorize::{self, Bag, Csr, Room, Vectorizer, Weights},
    vectors,
    who::{self, Who},
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
    /// Looking for reprints.
    Relate,
    /// Computing embeddings.
    Embed,
    /// Clustering.
    Cluster,
    /// Naming themes and picking evidence.
    Label,
}

/// Receives the progress of a run. Called from threads of the pipeline, one stage after another.
pub trait Progress: Sync {
    /// A stage begins.
    fn begin(&self, stage: Stage);

    /// How far a stage is that takes long, or what it waits for. Nothing by default.
    fn detail(&self, _what: &str) {}

    /// Something that is no error and that the user should know. Nothing by default.
    fn note(&self, _what: &str) {}
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
    in_pool(config.threads, || {
        let kept = if !room::is_dear(collection.articles.len()) { Kept::All } else { Kept::Dear };
        let (prepared, who) = prepare_beside(collection, config, progress, kept, who::fit)?;
        let (clusters, themes) = prepared.cluster(config, progress)?;
        Ok(prepared.into_model(who, clusters, themes))
    })?
}

/// Runs a closure in a pool of the given number of threads; within such a pool, in that.
///
/// # Errors
/// [`Error::Numeric`] if the system gives no threads.
pub fn in_pool<T: Send>(threads: Option<usize>, run: impl FnOnce() -> T + Send) -> Result<T> {
    let within = rayon::current_thread_index().is_some();
    if within && threads.is_none_or(|threads| threads == rayon::current_num_threads()) {
        return Ok(run());
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    let pool = pool.map_err(|e| Error::Numeric { stage: "starting threads", reason: e.to_string() })?;
    Ok(pool.install(run))
}

/// Passages whose terms a thread counts at a time; any number gives the same vectors.
const PASSAGES: usize = 256;

/// What is held of the articles when they have been embedded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// All of it.
    All,
    /// Not what is soon made again of the terms: the counts, and the TF-IDF rows.
    Dear,
}

/// The embeddings of the passages of [`Prepared`].
#[derive(Debug)]
pub enum Passages {
    /// Held, or else the TF-IDF rows of all.
    Held(Texts),
    /// Neither: the rows are made of the terms.
    Told(Scales),
}

thread_local! {
    static ROOM: Cell<Room> = Cell::default();
}

/// The TF-IDF rows of passages, made of their terms.
#[derive(Debug)]
struct OfTerms<'a> {
    documents: &'a Documents,
    passages: &'a [(u32, u32)],
    weights: Weights,
}

impl TfIdf for OfTerms<'_> {
    fn show(&self, text: usize, to: &mut dyn FnMut(Row<'_>)) {
        // Of a million passages, threads would wait for each other to be given room for each.
        let mut room = ROOM.take();
        to(self.weights.row(self.passage(text).tokens().map(|token| token.term), &mut room));
        ROOM.set(room);
    }

    fn tell(&self, text: usize, to: &mut dyn FnMut(u32)) {
        self.passage(text).tokens().filter_map(|token| self.weights.column(token.term)).for_each(to);
    }
}

impl OfTerms<'_> {
    fn passage(&self, text: usize) -> PassageTokens<'_> {
        let (article, passage) = self.passages[text];
        self.documents.of(article as usize).passage(passage as usize)
    }
}

/// The TF-IDF rows of some passages.
fn weighed(weights: &Weights, passages: &[PassageTokens<'_>]) -> Csr {
    weights.rows(passages.iter().map(|passage| passage.tokens().map(|token| token.term)))
}

/// The terms of all passages.
fn passages_of(documents: &Documents) -> Vec<PassageTokens<'_>> {
    documents.iter().flat_map(|document| document.passages()).collect()
}

/// Articles up to their embeddings: what is the same however they are clustered.
#[derive(Debug)]
pub struct Prepared {
    /// The articles, ordered by id.
    pub articles: Vec<Article>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// What became of what was read.
    pub counts: Counts,
    /// Cuts a text as the articles were cut.
    pub segmenter: Segmenter,
    /// The terms of the articles.
    pub segmented: Segmented,
    /// The term counts of the articles, if they are held.
    pub bags: Vec<Bag>,
    /// Weighs the terms of a text as those of the articles were weighed.
    pub vectorizer: Vectorizer,
    /// TF-IDF rows of the articles, if they are held.
    pub rows: Csr,
    /// Embeds TF-IDF rows.
    pub embedder: Embedder,
    /// Embeddings of the articles, `n × d`.
    pub vectors: Array2<f32>,
    /// Article and passage number (from 0) of each passage vector, ascending.
    pub passages: Vec<(u32, u32)>,
    /// Embeddings of the passages.
    pub passage_vectors: Passages,
    /// The articles that have a vector, which are the ones to cluster, ascending.
    pub clustered: Vec<usize>,
    /// Terms that are the whole name of a publication, sorted.
    pub source_terms: Vec<u32>,
    /// Which articles report the same thing.
    pub stories: Stories,
    /// What the named themes come to, if the user names any.
    pub steered: Option<Steered>,
}

/// Articles with overlong words that are told one by one; the rest are counted.
const OVERLONG_SHOWN: usize = 20;

/// What is told of the articles, by number, that have so many words too long to be terms. The articles are kept.
fn overlong(articles: &[Article], found: &[(usize, usize)], limits: &Limits) -> Vec<Skipped> {
    let remedy = "take them out if they are no words, or raise the limit";
    let words = |count| if count == 1 { "1 word is".to_owned() } else { format!("{count} words are") };
    let passed = limits.passed(Limit::Term);
    let told = |article: usize, count: usize, of: &str| Skipped {
        path: articles[article].path.clone(),
        reason: format!("{} left out of {of}: {passed}", words(count)),
        remedy: remedy.to_owned(),
        ..Skipped::default()
    };
    let (shown, rest) = found.split_at(found.len().min(OVERLONG_SHOWN));
    let all = rest.first().map(|&(article, _)| {
        let count = rest.iter().map(|&(_, count)| count).sum();
        told(article, count, &format!("this and {} more articles", rest.len() - 1))
    });
    shown.iter().map(|&(article, count)| told(article, count, &articles[article].id)).chain(all).collect()
}

/// Segments, vectorizes and embeds a collection, in the current pool of threads.
///
/// # Errors
/// Whatever a stage returns if it fails.
pub fn prepare(collection: Collection, config: &Config, progress: &dyn Progress) -> Result<Prepared> {
    Ok(prepare_beside(collection, config, progress, Kept::All, |_, _| ())?.0)
}

/// As [`prepare`], with what else is to be made of the articles and their terms, which is made where a thread has nothing
/// else to do.
fn prepare_beside<T: Default + Send>(
    collection: Collection,
    config: &Config,
    progress: &dyn Progress,
    kept: Kept,
    other: impl FnOnce(&[Article], &Segmented) -> T + Send,
) -> Result<(Prepared, T)> {
    let Collection { mut articles, mut skipped, read, counts } = collection;
    // Before the work, so that a wrong file is told at once.
    let given = vectors::open(&mut articles, read, &config.vectors)?;
    let wanted = steer::open(&config.steer, &articles)?;
    if let (Some(wanted), K::Exactly(k)) = (&wanted, config.cluster.k)
        && k < wanted.themes.len()
    {
        return Err(cluster::too_few(k, wanted.themes.len()));
    }

    room::give_back(articles.len());
    progress.begin(Stage::Segment);
    // The words that stories are told by are read where one thread puts together what all have cut.
    let (segmenter, segmented, words) = segment::fit_beside(&articles, &config.segment, || story::read(&articles))?;
    room::give_back(articles.len());
    let long = overlong(&articles, &segmented.overlong, &config.input.limits);
    if let (true, Some(first)) = (config.input.strict, long.first()) {
        return Err(Error::Strict { skipped: first.clone(), more: long.len() - 1 });
    }
    skipped.extend(long);
    skipped.sort();
    let source_terms = source_terms(&articles, &segmenter);

    progress.begin(Stage::Vectorize);
    let mut bags: Vec<Bag> = segmented.documents.par_iter().map(Bag::of_document).collect();
    let vectorizer = vectorize::fit(&bags, segmented.terms.len(), &config.vectorize);
    let weights = vectorizer.weights();
    let mut rows = weights.transform(&bags);
    if kept == Kept::Dear {
        std::mem::take(&mut bags).into_par_iter().for_each(drop);
        room::give_back(articles.len());
    }
    let passages: Vec<(u32, u32)> = (0u32..)
        .zip(segmented.documents.iter())
        .flat_map(|(article, document)| (0u32..).zip(document.passages()).map(move |(passage, _)| (article, passage)))
        .collect();

    progress.begin(Stage::Relate);
    let column_terms: Vec<&Term> = vectorizer.columns.iter().map(|&term| &segmented.terms[term as usize]).collect();
    let embed = |spare: Box<dyn FnOnce() + '_>| -> Result<(Embedder, Array2<f32>)> {
        progress.begin(Stage::Embed);
        match given {
            Some(given) => {
                spare();
                let given = given.rows(&articles, &Asking::new(progress))?;
                embed::fit_given(&rows, &column_terms, given.view(), &config.embed)
            }
            None => {
                let embedder = embed::fit_sparing(&rows, &column_terms, &config.embed, spare)?;
                let vectors = embedder.embed(&rows);
                Ok((embedder, vectors))
            }
        }
    };
    let stories = || {
        let stories = story::among(&articles, &words, &rows);
        drop(words);
        stories
    };
    let other = || other(&articles, &segmented);
    let (other, (stories, embedded)) = if room::is_dear(articles.len()) {
        // One after the other, so that the room each takes is not taken at once.
        let (other, stories) = (other(), stories());
        room::give_back(articles.len());
        (other, (stories, embed(Box::new(|| ()))))
    } else {
        let mut made = T::default();
        let to = &mut made;
        let done = rayon::scope(|scope| {
            let spare = Box::new(move || scope.spawn(move |_| *to = other()));
            rayon::join(stories, || embed(spare))
        });
        (made, done)
    };
    let (embedder, vectors) = embedded?;
    if kept == Kept::Dear {
        rows = Csr::default();
    }
    room::give_back(articles.len());
    // Some at a time, so that the term counts of all passages are never held.
    let texts = passages_of(&segmented.documents);
    let blocks = texts.par_chunks(PASSAGES).map(|texts| weighed(&weights, texts));
    let passage_vectors = if kept == Kept::All {
        Passages::Held(Texts::of(blocks.collect(), &embedder))
    } else {
        let told = |rows: Csr| (rows.indices.len(), Scales::of(&rows, &embedder));
        let (terms, scales): (Vec<usize>, Vec<Scales>) = blocks.clone().map(told).unzip();
        if Texts::are_long(passages.len(), terms.iter().sum(), &embedder) {
            Passages::Held(Texts::of(blocks.collect(), &embedder))
        } else {
            Passages::Told(scales.into_iter().collect())
        }
    };
    let steered = wanted.map(|wanted| {
        let (segmenter, vectorizer, embedder) = (&segmenter, &vectorizer, &embedder);
        let input = steer::Input { articles: &articles, segmenter, vectorizer, embedder, rows: vectors.view() };
        steer::resolve(&wanted, &input)
    });
    for note in steered.iter().flat_map(|steered| &steered.notes) {
        progress.note(note);
    }

    let clustered = (0..articles.len()).filter(|&i| vectors.row(i).iter().any(|&x| x != 0.0)).collect();
    let prepared = Prepared {
        articles,
        skipped,
        counts,
        segmenter,
        segmented,
        bags,
        vectorizer,
        rows,
        embedder,
        vectors,
        passages,
        passage_vectors,
        clustered,
        source_terms,
        stories,
        steered,
    };
    Ok((prepared, other))
}

/// Tells what a server is asked as details of the stage.
struct Asking<'a> {
    progress: &'a dyn Progress,
    done: AtomicUsize,
    all: AtomicUsize,
}

impl<'a> Asking<'a> {
    fn new(progress: &'a dyn Progress) -> Self {
        Self { progress, done: AtomicUsize::new(0), all: AtomicUsize::new(0) }
    }

    fn tell(&self) {
        let (done, all) = (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed));
        self.progress.detail(&format!("{done} of {all} articles asked for"));
    }
}

impl remote::Progress for Asking<'_> {
    fn begin(&self, step: &str) {
        self.progress.detail(step);
    }

    fn ask(&self, missing: usize, all: usize) {
        self.all.store(all, Ordering::Relaxed);
        self.done.store(all.saturating_sub(missing), Ordering::Relaxed);
        self.tell();
    }

    fn answered(&self, texts: usize) {
        self.done.fetch_add(texts, Ordering::Relaxed);
        self.tell();
    }

    fn wait(&self, why: &str) {
        self.progress.detail(why);
    }
}

impl Prepared {
    /// Clusters the articles and names the themes, in the current pool of threads.
    ///
    /// # Errors
    /// Whatever a stage returns if it fails.
    pub fn cluster(&self, config: &Config, progress: &dyn Progress) -> Result<(Clusters, Themes)> {
        progress.begin(Stage::Cluster);
        let rows = if self.clustered.len() == self.vectors.nrows() {
            CowArray::from(self.vectors.view())
        } else {
            CowArray::from(cluster::some(self.vectors.view(), &self.clustered))
        };
        let guide = self.steered.as_ref().map(|steered| self.guide(steered));
        let (clusters, only) = match &guide {
            None => (cluster::fit(rows.view(), &config.cluster)?, false),
            Some(guide) => {
                let only = guide.further(config.cluster.k)? == Some(0);
                (cluster::fit_guided(rows.view(), guide, &config.cluster)?, only)
            }
        };

        room::give_back(self.articles.len());
        progress.begin(Stage::Label);
        let documents: Vec<Document<'_>> = self.segmented.documents.iter().collect();
        let of_terms;
        let passage_rows = match &self.passage_vectors {
            Passages::Held(texts) => texts.by(&self.embedder),
            Passages::Told(scales) => {
                let (documents, weights) = (&self.segmented.documents, self.vectorizer.weights());
                of_terms = OfTerms { documents, passages: &self.passages, weights };
                scales.by(&of_terms, &self.embedder)
            }
        };
        let bags: Vec<&Bag> = self.bags.iter().collect();
        let input = theme::Input {
            articles: &self.articles.iter().collect::<Vec<_>>(),
            documents: &documents,
            terms: &self.segmented.terms,
            bags: if self.bags.len() == documents.len() { Bags::Held(&bags) } else { Bags::Counted(&documents) },
            rows: self.vectors.view(),
            passages: &self.passages,
            passage_rows,
            passage_at: &(0..self.passages.len()).collect::<Vec<_>>(),
            clusters: &clusters,
            clustered: &self.clustered,
            source_terms: &self.source_terms,
            stories: &(0..self.articles.len()).map(|i| self.stories.key(i)).collect::<Vec<_>>(),
            columns: &self.vectorizer.columns,
            term_rows: self.embedder.view(),
            translates: self.embedder.origin().is_some(),
            named: self.steered.as_ref().map(|steered| theme::Named { steered, only }),
            described: true,
        };
        let themes = theme::fit(&input, &config.theme);
        Ok((clusters, themes))
    }

    /// What the clustering has to know of the named themes.
    fn guide(&self, steered: &Steered) -> Guide {
        let of = |all: &[Option<usize>]| self.clustered.iter().map(|&i| all[i]).collect();
        Guide {
            seeds: steered.seeds.clone(),
            pinned: of(&steered.firm),
            forbidden: self.clustered.iter().map(|&i| steered.forbidden[i].clone()).collect(),
            matched: of(&steered.matched),
            extra: match steered.extra {
                steer::Extra::Auto => None,
                steer::Extra::Exactly(extra) => Some(extra),
            },
        }
    }

    /// The model of a clustering of these articles, in which so much is named.
    #[must_use]
    pub fn into_model(self, who: Who, clusters: Clusters, themes: Themes) -> Model {
        let langs = self.segmented.documents.iter().map(|document| document.lang().into()).collect();
        let (mut segmented, bags, mut rows) = (self.segmented, self.bags, self.rows);
        room::give_back(self.articles.len());
        let (scales, held) = match self.passage_vectors {
            Passages::Held(texts) => (None, texts),
            Passages::Told(scales) => (Some(scales), Texts::default()),
        };
        let mut blocks = Vec::new();
        if rows.rows() < self.articles.len() {
            let weights = self.vectorizer.weights();
            for documents in std::mem::take(&mut segmented.documents).into_parts() {
                let bags: Vec<Bag> = documents.par_iter().map(Bag::of_document).collect();
                rows.append(weights.transform(&bags));
                if scales.is_some() {
                    let texts = passages_of(&documents);
                    blocks.par_extend(texts.par_chunks(PASSAGES).map(|texts| weighed(&weights, texts)));
                }
                // What was made of the terms takes their room.
                drop(documents);
                room::give_back(self.articles.len());
            }
        }
        let passage_vectors = scales.map_or(held, |scales| scales.with(blocks));
        if !room::is_dear(self.articles.len()) {
            // Many small pieces are given back by a thread that nobody waits for.
            rayon::spawn(move || drop((segmented, bags)));
        } else {
            drop((segmented, bags));
            room::give_back(self.articles.len());
        }
        Model {
            who,
            langs,
            articles: self.articles,
            skipped: self.skipped,
            counts: Some(self.counts),
            segmenter: self.segmenter,
            vectorizer: self.vectorizer,
            embedder: self.embedder,
            clusters,
            rows,
            vectors: self.vectors,
            passages: self.passages,
            passage_vectors,
            themes,
            stories: self.stories,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Passage;

    #[test]
    fn what_is_not_kept_is_made_again_as_it_was() {
        let texts = [
            "The radio telescope listens to the wide sky, and the sky is wide.",
            "A radio telescope hears the sky. 射电望远镜在听天空的声音。",
            "Trains carry fruit to the port, and freight trains cross the border.",
            "列车运来水果，铁路口岸很忙，列车开往边境。Freight trains.",
            "1 2 3",
        ];
        let articles = texts.iter().zip('a'..).map(|(text, id)| {
            let passage = Passage { text: (*text).to_owned(), ..Passage::default() };
            Article { id: id.to_string(), passages: vec![passage.clone(), passage], ..Article::default() }
        });
        let collection = Collection { articles: articles.collect(), ..Collection::default() };
        let mut config = Config::default();
        config.cluster.k = K::Exactly(2);
        let fitted = |kept| {
            let (prepared, who) = prepare_beside(collection.clone(), &config, &(), kept, who::fit).unwrap();
            assert_eq!(prepared.bags.is_empty(), kept == Kept::Dear);
            assert_eq!(matches!(prepared.passage_vectors, Passages::Told(_)), kept == Kept::Dear);
            let (clusters, themes) = prepared.cluster(&config, &()).unwrap();
            prepared.into_model(who, clusters, themes)
        };
        let (all, dear) = (fitted(Kept::All), fitted(Kept::Dear));
        assert_eq!((&all.rows, &all.themes), (&dear.rows, &dear.themes));
        assert_eq!(all.passage_vectors, dear.passage_vectors);
        assert!(all.rows.rows() == texts.len() && all.themes.themes.len() == 2);
    }

    #[test]
    fn a_pool_is_used_again_within_itself_and_no_other() {
        let threads = |asked| in_pool(asked, rayon::current_num_threads).unwrap();
        let within = |asked| {
            in_pool(Some(3), || (std::thread::current().id(), in_pool(asked, || std::thread::current().id()).unwrap()))
        };
        for asked in [None, Some(3)] {
            let (outer, inner) = within(asked).unwrap();
            assert_eq!(outer, inner);
        }
        assert_eq!(in_pool(Some(3), || (threads(None), threads(Some(3)), threads(Some(2)))).unwrap(), (3, 3, 2));
    }
}
