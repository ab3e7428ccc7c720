//! The question: what is asked, as the model sees it.

use ndarray::{Array1, CowArray, Ix1};

use super::Query;
use crate::{
    error::{Error, Result},
    model::Searched,
    segment::QueryTerm,
};

/// Unknown words that an error names; a long text may have thousands.
const UNKNOWN_TOLD: usize = 10;

/// The query as the model sees it.
pub(super) struct Question {
    pub(super) name: String,
    /// Its terms: columns ascending, then words that only the lexicon knows, by key.
    pub(super) terms: Vec<Asked>,
    /// Terms that the text writes as one.
    pub(super) compounds: Vec<Compound>,
    /// Its embedding.
    pub(super) vector: Array1<f32>,
    /// The article it is, if it is one of the model.
    pub(super) article: Option<usize>,
    pub(super) unknown: Vec<String>,
    pub(super) understood: Vec<String>,
}

/// A term of the question.
pub(super) struct Asked {
    pub(super) key: String,
    /// As the query writes it first, or as people write it.
    pub(super) surface: String,
    /// Its language, by name.
    pub(super) lang: &'static str,
    /// Its part of the TF-IDF row.
    pub(super) weight: f32,
    pub(super) meant: Meant,
}

/// Where the vector of a term comes from.
pub(super) enum Meant {
    /// A column of the corpus.
    Column(u32),
    /// The lexicon: the word is not in the corpus.
    Word(Array1<f32>),
}

/// Two terms that the query writes as one, with a hyphen: `deep-sea`.
pub(super) struct Compound {
    pub(super) surface: String,
    pub(super) of: [usize; 2],
}

impl Asked {
    /// Its vector, as a column's.
    pub(super) fn vector<'a>(&'a self, model: &'a dyn Searched) -> Result<CowArray<'a, f32, Ix1>> {
        match &self.meant {
            Meant::Column(column) => model.column(*column),
            Meant::Word(vector) => Ok(vector.view().into()),
        }
    }

    /// Its column, if it has one.
    pub(super) fn column(&self) -> Option<u32> {
        match self.meant {
            Meant::Column(column) => Some(column),
            Meant::Word(_) => None,
        }
    }
}

/// Embeds the query.
///
/// # Errors
/// [`Error::UnknownArticle`] if the id is unknown; [`Error::UnknownTerms`] if there is no term to ask with.
pub(super) fn ask(model: &dyn Searched, query: &Query) -> Result<Question> {
    match query {
        Query::Id(id) => by_id(model, id),
        Query::Text(text) => by_text(model, text),
    }
}

fn by_id(model: &dyn Searched, id: &str) -> Result<Question> {
    let Some(i) = model.find(id) else {
        return Err(Error::UnknownArticle { id: id.to_owned(), nearest: nearest(model, id)? });
    };
    let (columns, values) = model.row(i)?;
    if columns.is_empty() {
        return Err(Error::UnknownTerms { terms: format!("article {id:?} has no words that count") });
    }
    let terms = columns.iter().zip(values).map(|(&column, &weight)| {
        let term = model.term(model.vectorizer().columns[column as usize])?;
        let (key, surface, lang) = (term.key.to_owned(), term.surface.to_owned(), term.lang.name());
        Ok(Asked { key, surface, lang, weight, meant: Meant::Column(column) })
    });
    Ok(Question {
        name: id.to_owned(),
        terms: terms.collect::<Result<_>>()?,
        compounds: vec![],
        vector: model.vector(i)?.to_owned(),
        article: Some(i),
        unknown: vec![],
        understood: vec![],
    })
}

fn by_text(model: &dyn Searched, text: &str) -> Result<Question> {
    let cut = model.cut(text);
    // Words of the corpus by number, which is the order of the columns too; others by key, after them.
    let name = |i: usize| (cut[i].term.unwrap_or(u32::MAX), cut[i].key.as_str());
    let mut order: Vec<usize> = (0..cut.len()).collect();
    order.sort_by(|&a, &b| name(a).cmp(&name(b)).then(a.cmp(&b)));

    let (mut terms, mut weights) = (Vec::new(), Vec::new());
    // Of each piece its place among the terms, and the pieces that stand for nothing.
    let mut places: Vec<Option<usize>> = vec![None; cut.len()];
    let (mut unknown, mut understood) = (Vec::new(), Vec::new());
    for same in order.chunk_by(|&a, &b| name(a) == name(b)) {
        let piece = &cut[same[0]];
        let column = piece.term.and_then(|term| model.vectorizer().column(term));
        let meant = match (piece.term, column) {
            (_, Some(column)) => u32::try_from(column).ok().map(Meant::Column),
            // How many articles have it is not known any more, so neither is its weight.
            (Some(_), None) => None,
            (None, None) => model.embedder().word(&piece.key).map(Meant::Word),
        };
        match meant {
            None => unknown.push(same[0]),
            Some(meant) => {
                if matches!(meant, Meant::Word(_)) {
                    understood.push(same[0]);
                }
                same.iter().for_each(|&i| places[i] = Some(terms.len()));
                let (key, surface, lang) = (piece.key.clone(), piece.surface.clone(), piece.lang.name());
                terms.push(Asked { key, surface, lang, weight: 0.0, meant });
                weights.push(model.vectorizer().weight(column, u32::try_from(same.len()).unwrap_or(u32::MAX)));
            }
        }
    }
    let length = weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    terms.iter_mut().zip(&weights).for_each(|(term, weight)| term.weight = (weight / length) as f32);
    // In the order of the text.
    let [unknown, understood] = [unknown, understood].map(|mut pieces: Vec<usize>| {
        pieces.sort_unstable();
        pieces.into_iter().map(|i| cut[i].surface.clone()).collect::<Vec<String>>()
    });
    if terms.is_empty() {
        return Err(Error::UnknownTerms { terms: no_terms(&unknown) });
    }
    let compounds = compounds(text, &cut, &places);
    let vectors = terms.iter().map(|term| Ok((term.weight, term.vector(model)?.into_owned())));
    let vector = model.embedder().embed_with((&[], &[]), &vectors.collect::<Result<Vec<_>>>()?);
    Ok(Question { name: text.to_owned(), terms, compounds, vector, article: None, unknown, understood })
}

/// Terms that a hyphen joins and that are no phrase of the corpus (adjacent words without one made pairs of a subject, not
/// of a meaning: `malaria vaccine ↔ rabies`); `places` are those of the pieces.
fn compounds(text: &str, cut: &[QueryTerm], places: &[Option<usize>]) -> Vec<Compound> {
    let mut compounds: Vec<Compound> = Vec::new();
    for (i, pair) in cut.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        let span = first.span.start..second.span.end;
        let gap = text.get(first.span.end..second.span.start);
        let together = gap.is_some_and(|gap| matches!(gap, "-" | "\u{2010}" | "\u{2011}"));
        // A phrase stands before its words.
        let phrase = i > 0 && cut[i - 1].span == span;
        if let (true, false, Some(a), Some(b), Some(surface)) =
            (together, phrase, places[i], places[i + 1], text.get(span))
            && a != b
            && first.lang == second.lang
        {
            compounds.push(Compound { surface: surface.to_owned(), of: [a, b] });
        }
    }
    compounds.sort_by_key(|compound| compound.of);
    compounds.dedup_by_key(|compound| compound.of);
    compounds
}

/// Why a text has no term to ask with.
fn no_terms(unknown: &[String]) -> String {
    if unknown.is_empty() {
        return "it has only stop words, numbers or marks".to_owned();
    }
    let more = unknown.len().saturating_sub(UNKNOWN_TOLD);
    let told = unknown.iter().take(UNKNOWN_TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
    format!("query: {told}{}", if more > 0 { format!(" and {more} more") } else { String::new() })
}

/// Ids that look like a mistyped one: those that hold it or share most of its letters, three at most.
fn nearest(model: &dyn Searched, id: &str) -> Result<Vec<String>> {
    let wanted = id.to_lowercase();
    let mut close: Vec<(f64, &str)> = Vec::new();
    for article in 0..model.articles() {
        let id = model.id(article)?;
        let likeness = strsim::jaro_winkler(&wanted, &id.to_lowercase());
        if likeness > 0.8 {
            close.push((likeness, id));
        }
    }
    close.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    Ok(close.into_iter().take(3).map(|(_, id)| id.to_owned()).collect())
}
