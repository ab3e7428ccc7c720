//! A list of words, with how often each is met and its part of speech, laid out so that it is read where it lies: nothing
//! is parsed or built when a program starts, and of a file mapped into memory only the pages looked at are read.
//!
//! A trie over characters in a double array (Aoe, *An efficient digital search algorithm by using a double-array structure*,
//! IEEE Transactions on Software Engineering 15 (9), 1989): the child of node `s` by a character of code `c` is the node at
//! `base(s) + c`, if that says `s` is its parent. Characters have codes by how many words hold them, so that the nodes of
//! common ones lie close together.
//!
//! # The file
//! All numbers are little-endian; nothing is aligned.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `WMWORDS\n` |
//! | 4 | format version, 1 |
//! | 4 · 4 | numbers of: characters beyond the first 65 536 (`f`), nodes (`n`), kinds (`k`), tags (`t`) |
//! | 8 | sum of all frequencies |
//! | 131 072 | code of each of the first 65 536 characters, 0 for those of no word |
//! | 8 `f` | the other characters, ascending, each with its code |
//! | 8 `n` | nodes, the root first: 20 bits base, 20 bits parent, 16 bits kind (0 if no word ends here), 8 bits of [`filter`] of the children |
//! | 16 `k` | kinds, the first that of no word, met 0 times: natural logarithm of the frequency, frequency, number of the tag |
//! | 8 `t` | tags, filled up with zeros |

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BinaryHeap},
    ops::Range,
};

use rustc_hash::FxHashMap;

const MAGIC: &[u8; 8] = b"WMWORDS\n";
const VERSION: u32 = 1;
/// Bytes before the codes.
const HEAD: usize = 8 + 4 + 4 * 4 + 8;
/// Characters whose code is found by their number.
const NEAR: usize = 1 << 16;
/// Nodes at most: what 20 bits can name, but for one that stands for no parent.
const MOST: u32 = (1 << 20) - 1;

/// A list of words where it lies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WordList<'a> {
    near: &'a [[u8; 2]],
    far: &'a [[u8; 8]],
    nodes: &'a [[u8; 8]],
    kinds: &'a [[u8; 16]],
    tags: &'a [[u8; 8]],
    total: u64,
}

/// What a list says of a word: the number of its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kind(u16);

impl Kind {
    /// What it says of what is no word.
    const NONE: Self = Self(0);
}

/// What a list has that begins with a character of a text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Begun {
    /// The character by itself; of kind `NONE` if it is no word, as the next.
    pub(super) one: Kind,
    /// It and the one after it.
    pub(super) two: Kind,
    /// The place of the two.
    pub(super) second: u32,
    /// Whether there may be longer words that begin with the two.
    pub(super) goes_on: bool,
}

/// A node, unpacked.
#[derive(Clone, Copy)]
struct Node(u64);

impl Node {
    /// What stands in an empty place: its parent is none, it has no children, and no word ends there.
    const EMPTY: Self = Self((MOST as u64) << 20);

    fn base(self) -> usize {
        (self.0 & u64::from(MOST)) as usize
    }

    fn parent(self) -> usize {
        (self.0 >> 20 & u64::from(MOST)) as usize
    }

    fn kind(self) -> Option<Kind> {
        Some(self.kind_or_none()).filter(|&kind| kind != Kind::NONE)
    }

    /// The number of its kind, 0 if no word ends here.
    fn kind_or_none(self) -> Kind {
        Kind((self.0 >> 40) as u16)
    }

    /// Whether it may have a child of a code. Most nodes have one or two children, and asking them all would fetch a node
    /// from memory for most characters of a text.
    fn may_have(self, code: u16) -> bool {
        self.0 >> 56 & u64::from(filter(code)) != 0
    }
}

/// The bit of a code among those of a node's children.
fn filter(code: u16) -> u8 {
    1 << (code & 7)
}

impl<'a> WordList<'a> {
    /// Reads a list. `None` if the bytes are none.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        if bytes.first_chunk() != Some(MAGIC) || number(8)? != VERSION {
            return None;
        }
        let count = |i: usize| Some(number(12 + 4 * i)? as usize);
        let total = u64::from_le_bytes(*bytes.get(28..)?.first_chunk()?);
        let mut rest = bytes.get(HEAD..)?;
        let mut take = |length: usize| {
            let (taken, left) = rest.split_at_checked(length)?;
            rest = left;
            Some(taken)
        };
        let near = take(2 * NEAR)?.as_chunks().0;
        let far = take(8 * count(0)?)?.as_chunks().0;
        let nodes: &[[u8; 8]] = take(8 * count(1)?)?.as_chunks().0;
        let kinds = take(16 * count(2)?)?.as_chunks().0;
        let tags = take(8 * count(3)?)?.as_chunks().0;
        (rest.is_empty() && !nodes.is_empty()).then_some(Self { near, far, nodes, kinds, tags, total })
    }

    /// The sum of all frequencies.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The code of a character, 0 for one of no word.
    pub(super) fn code(&self, c: char) -> u16 {
        match self.near.get(c as usize) {
            Some(code) => u16::from_le_bytes(*code),
            None => {
                let number = |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
                let found = self.far.binary_search_by_key(&(c as u32), |far| number(far));
                found.map_or(0, |i| number(&self.far[i][4..]) as u16)
            }
        }
    }

    fn node(&self, at: usize) -> Option<Node> {
        self.nodes.get(at).map(|node| Node(u64::from_le_bytes(*node)))
    }

    /// The child of a node by a code, with its place. None by the code 0, as children stand behind their base.
    fn child(&self, at: usize, node: Node, code: u16) -> Option<(usize, Node)> {
        let next = node.base() + usize::from(code);
        let child = node.may_have(code).then(|| self.node(next)).flatten()?;
        (child.parent() == at).then_some((next, child))
    }

    /// Calls `found` for each word that the characters of these codes begin with, shortest first: how many of them it has,
    /// and what it is.
    pub(super) fn prefixes(&self, codes: &[u16], found: impl FnMut(usize, Kind)) {
        self.go_on(codes, 0, 0, found);
    }

    /// As [`prefixes`](Self::prefixes), for the words of more than two characters, given the place of the first two.
    pub(super) fn longer(&self, codes: &[u16], second: u32, found: impl FnMut(usize, Kind)) {
        self.go_on(codes, 2, second as usize, found);
    }

    /// As [`prefixes`](Self::prefixes), for the words of more than `behind` characters, given the place of so many.
    fn go_on(&self, codes: &[u16], behind: usize, mut at: usize, mut found: impl FnMut(usize, Kind)) {
        let Some(mut node) = self.node(at) else { return };
        for (i, &code) in codes.iter().enumerate().skip(behind) {
            match self.child(at, node, code) {
                Some(child) => (at, node) = child,
                None => return,
            }
            if let Some(kind) = node.kind() {
                found(i + 1, kind);
            }
        }
    }

    /// What the list has that begins with each character of a text, given by their codes. Goes through all of them without
    /// branches that a processor would have to guess, so that it fetches the nodes of many at a time.
    pub(super) fn begun(&self, codes: &[u16], begun: &mut Vec<Begun>) {
        let node = |place: usize| self.node(place).unwrap_or(Node::EMPTY);
        let root = node(0);
        let code = |i: usize| codes.get(i).copied().unwrap_or_default();
        begun.clear();
        begun.extend((0..codes.len()).map(|i| {
            let first = root.base() + usize::from(code(i));
            let one = if node(first).parent() == 0 { node(first) } else { Node::EMPTY };
            // An empty node may have no child.
            let second = if one.may_have(code(i + 1)) { one.base() + usize::from(code(i + 1)) } else { 0 };
            let two = if node(second).parent() == first { node(second) } else { Node::EMPTY };
            Begun {
                one: one.kind_or_none(),
                two: two.kind_or_none(),
                second: second as u32,
                goes_on: two.may_have(code(i + 2)),
            }
        }));
    }

    /// What the list says of a word; `None` if it does not have it.
    pub(super) fn get(&self, word: &str) -> Option<Kind> {
        let (mut at, mut node) = (0, self.node(0)?);
        for c in word.chars() {
            (at, node) = self.child(at, node, self.code(c))?;
        }
        node.kind()
    }

    /// The natural logarithm of the frequency of a word; negative infinity of what is none.
    pub(super) fn log_frequency(&self, kind: Kind) -> f64 {
        f64::from_bits(self.part(kind, 0).map_or(f64::NEG_INFINITY.to_bits(), u64::from_le_bytes))
    }

    /// How often a word is met.
    pub(super) fn frequency(&self, kind: Kind) -> u32 {
        self.part(kind, 8).map_or(0, u32::from_le_bytes)
    }

    /// The part of speech of a word.
    pub(super) fn tag(&self, kind: Kind) -> &'a str {
        let tag = self.part(kind, 12).map_or(0, u32::from_le_bytes) as usize;
        let bytes: &'a [u8] = self.tags.get(tag).map_or(&[], |tag| tag);
        std::str::from_utf8(bytes).unwrap_or_default().trim_end_matches('\0')
    }

    fn part<const N: usize>(&self, kind: Kind, at: usize) -> Option<[u8; N]> {
        self.kinds.get(usize::from(kind.0)).and_then(|kind| kind[at..].first_chunk()).copied()
    }
}

/// A word to make a list of: itself, how often it is met, its part of speech.
pub(super) type Word = (String, u32, String);

/// Lays out a list. Of words given more than once the last counts.
///
/// # Errors
/// What is too much for the format: tags of more than 8 bytes, more than a million beginnings of words, 65 535 characters
/// or 65 535 kinds.
pub(super) fn make(words: &[Word]) -> Result<Vec<u8>, String> {
    let words: BTreeMap<&str, (u32, &str)> = words
        .iter()
        .filter(|word| !word.0.is_empty())
        .map(|(word, n, tag)| (word.as_str(), (*n, tag.as_str())))
        .collect();
    let codes = codes(words.keys().copied())?;

    let mut tags: Vec<&str> = words.values().map(|word| word.1).collect();
    tags.sort_unstable();
    tags.dedup();
    if let Some(long) = tags.iter().find(|tag| tag.len() > 8) {
        return Err(format!("the tag {long:?} has more than 8 bytes"));
    }
    let mut kinds: Vec<(u32, &str)> = words.values().copied().collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() >= usize::from(u16::MAX) {
        return Err(format!("{} pairs of a frequency and a tag, of which a list holds {}", kinds.len(), u16::MAX - 1));
    }
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);

    let coded = words.iter().map(|(word, said)| {
        let kind = kinds.binary_search(said).map_or(0, |i| i as u16 + 1);
        Coded { word: word.chars().map(|c| codes[&c]).collect(), kind, frequency: said.0 }
    });
    let nodes = lay_out(coded.collect())?;

    let mut bytes = MAGIC.to_vec();
    let mut far: Vec<(u32, u16)> =
        codes.iter().filter(|(c, _)| **c as usize >= NEAR).map(|(&c, &n)| (c as u32, n)).collect();
    far.sort_unstable();
    for n in [VERSION, number(far.len()), number(nodes.len()), number(kinds.len() + 1), number(tags.len())] {
        bytes.extend(n.to_le_bytes());
    }
    bytes.extend(words.values().map(|word| u64::from(word.0)).sum::<u64>().to_le_bytes());
    for c in 0..number(NEAR) {
        bytes.extend(char::from_u32(c).and_then(|c| codes.get(&c)).unwrap_or(&0).to_le_bytes());
    }
    for (c, code) in far {
        bytes.extend(c.to_le_bytes());
        bytes.extend(u32::from(code).to_le_bytes());
    }
    for node in nodes {
        bytes.extend(node.to_le_bytes());
    }
    for (frequency, tag) in [(0, "")].into_iter().chain(kinds) {
        bytes.extend(f64::from(frequency).ln().to_le_bytes());
        bytes.extend(frequency.to_le_bytes());
        bytes.extend(number(tags.binary_search(&tag).unwrap_or_default()).to_le_bytes());
    }
    for tag in tags {
        let mut filled = [0; 8];
        filled[..tag.len()].copy_from_slice(tag.as_bytes());
        bytes.extend(filled);
    }
    Ok(bytes)
}

/// A code for each character, from 1 on, those of many words first.
fn codes<'w>(words: impl Iterator<Item = &'w str>) -> Result<FxHashMap<char, u16>, String> {
    let mut holders: BTreeMap<char, usize> = BTreeMap::new();
    for c in words.flat_map(str::chars) {
        *holders.entry(c).or_default() += 1;
    }
    let mut ranked: Vec<(char, usize)> = holders.into_iter().collect();
    ranked.sort_by_key(|&(c, n)| (Reverse(n), c));
    let code = |i: usize| {
        u16::try_from(i + 1).map_err(|_| format!("{} characters, of which a list holds {}", ranked.len(), u16::MAX))
    };
    ranked.iter().enumerate().map(|(i, &(c, _))| Ok((c, code(i)?))).collect()
}

/// A word in codes, and what is said of it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Coded {
    word: Vec<u16>,
    kind: u16,
    frequency: u32,
}

/// The nodes of a trie of words.
fn lay_out(mut words: Vec<Coded>) -> Result<Vec<u64>, String> {
    words.sort_unstable();
    let mut slots = Slots::default();
    slots.take(0)?;
    // What common words begin with comes first, so that most of a text is cut by nodes that lie close together, and rarely by
    // the rest of the file.
    let mut open = BinaryHeap::new();
    open.push(Open { met: u64::MAX, place: 0, words: 0..words.len(), depth: 0 });
    while let Some(Open { place, words: range, depth, .. }) = open.pop() {
        let branches = branches(&words[range.clone()], depth);
        let base = slots.base(branches.iter().map(|branch| branch.0));
        let mut filters = 0;
        let mut begin = range.start;
        for (code, length) in branches {
            let end = begin + length;
            let child = base + usize::from(code);
            slots.take(child)?;
            let mut node = (place as u64) << 20;
            if words[begin].word.len() == depth + 1 {
                node |= u64::from(words[begin].kind) << 40;
                begin += 1;
            }
            slots.nodes[child] = node;
            filters |= u64::from(filter(code)) << 56;
            if begin < end {
                let met = words[begin..end].iter().map(|word| u64::from(word.frequency)).sum();
                open.push(Open { met, place: child, words: begin..end, depth: depth + 1 });
            }
            begin = end;
        }
        slots.nodes[place] |= filters | base as u64;
    }
    Ok(slots.nodes)
}

/// A node whose children have no place yet.
#[derive(PartialEq, Eq)]
struct Open {
    /// How often the words that go on from it are met.
    met: u64,
    place: usize,
    /// The words that go on from it.
    words: Range<usize>,
    /// How many characters lie behind.
    depth: usize,
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        self.met.cmp(&other.met).then(other.place.cmp(&self.place))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The characters that sorted words have at a place, each with the number of its words.
fn branches(words: &[Coded], depth: usize) -> Vec<(u16, usize)> {
    let chunks = words.chunk_by(|a, b| a.word[depth] == b.word[depth]);
    chunks.map(|chunk| (chunk[0].word[depth], chunk.len())).collect()
}

/// Places for nodes, and which of them are free: those before `nodes.len()` that `next` chains, and all from there on.
#[derive(Default)]
struct Slots {
    nodes: Vec<u64>,
    /// Of a free place, the free ones before and after it; the ends are `None`.
    links: Vec<Option<(Option<usize>, Option<usize>)>>,
    first: Option<usize>,
    last: Option<usize>,
}

impl Slots {
    fn is_free(&self, at: usize) -> bool {
        self.links.get(at).is_none_or(Option::is_some)
    }

    /// The first base at which all children are free.
    fn base(&self, codes: impl Iterator<Item = u16> + Clone) -> usize {
        let least = codes.clone().min().map_or(0, usize::from);
        let fits = |at: &usize| {
            at.checked_sub(least).is_some_and(|base| codes.clone().all(|code| self.is_free(base + usize::from(code))))
        };
        let chain = std::iter::successors(self.first, |&at| self.links[at].and_then(|(_, next)| next));
        chain.chain(self.nodes.len().max(least)..).find(fits).map_or(0, |at| at - least)
    }

    fn take(&mut self, at: usize) -> Result<(), String> {
        if at as u64 >= u64::from(MOST) {
            return Err(format!("more than {MOST} beginnings of words"));
        }
        while self.nodes.len() <= at {
            let new = self.nodes.len();
            self.nodes.push(Node::EMPTY.0);
            self.links.push(Some((self.last, None)));
            match self.last {
                Some(last) => {
                    if let Some((_, next)) = &mut self.links[last] {
                        *next = Some(new);
                    }
                }
                None => self.first = Some(new),
            }
            self.last = Some(new);
        }
        let Some((before, after)) = self.links[at].take() else { return Ok(()) };
        match before.and_then(|before| self.links[before].as_mut()) {
            Some((_, next)) => *next = after,
            None => self.first = after,
        }
        match after.and_then(|after| self.links[after].as_mut()) {
            Some((previous, _)) => *previous = before,
            None => self.last = before,
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All words of a list, by their nodes.
    pub(in crate::segment) fn words(list: &WordList<'_>) -> Vec<String> {
        let characters: FxHashMap<usize, char> =
            (0..=u32::from(char::MAX)).filter_map(char::from_u32).map(|c| (usize::from(list.code(c)), c)).collect();
        let spelled = |mut at: usize| {
            let mut word = Vec::new();
            while at != 0 {
                let parent = list.node(at)?.parent();
                word.push(characters[&(at - list.node(parent)?.base())]);
                at = parent;
            }
            Some(word.into_iter().rev().collect())
        };
        let ends = |at: &usize| list.node(*at).is_some_and(|node| node.kind().is_some());
        (1..list.nodes.len()).filter(ends).filter_map(spelled).collect()
    }

    fn word() -> impl Strategy<Value = Word> {
        ("[一-丈a+𠮷𠮸]{1,4}", 1_u32..9, prop::sample::select(vec!["", "n", "nrt", "vn"]))
            .prop_map(|(word, frequency, tag)| (word, frequency, tag.to_owned()))
    }

    proptest! {
        #[test]
        fn a_list_has_what_it_was_made_of_and_nothing_else(
            given in prop::collection::vec(word(), 0..60),
            others in prop::collection::vec("[一-七b+𠮷𠮹]{0,5}", 0..40),
        ) {
            let bytes = make(&given).unwrap();
            let list = WordList::read(&bytes).unwrap();
            let wanted: BTreeMap<String, (u32, String)> =
                given.into_iter().map(|(word, frequency, tag)| (word, (frequency, tag))).collect();
            let found = |word: &str| {
                let kind = list.get(word)?;
                assert_eq!(list.log_frequency(kind), f64::from(list.frequency(kind)).ln());
                Some((list.frequency(kind), list.tag(kind).to_owned()))
            };
            for word in wanted.keys().chain(&others) {
                prop_assert_eq!(found(word), wanted.get(word).cloned(), "{}", word);
                let characters: Vec<char> = word.chars().collect();
                let codes: Vec<u16> = characters.iter().map(|&c| list.code(c)).collect();
                let mut beginnings = Vec::new();
                list.prefixes(&codes, |length, kind| beginnings.push((length, Some(kind))));
                let brute = (1..=codes.len())
                    .map(|length| (length, list.get(&characters[..length].iter().collect::<String>())))
                    .filter(|(_, kind)| kind.is_some());
                prop_assert_eq!(beginnings, brute.collect::<Vec<_>>(), "{}", word);
                let mut begun = vec![Begun::default(); 3];
                list.begun(&codes, &mut begun);
                prop_assert_eq!(begun.len(), codes.len());
                for (i, begun) in begun.iter().enumerate() {
                    let rest: String = characters[i..].iter().collect();
                    let kind_of = |length: usize| {
                        characters.get(i..i + length).and_then(|some| list.get(&some.iter().collect::<String>()))
                    };
                    let [one, two] = [1, 2].map(|length| kind_of(length).unwrap_or(Kind::NONE));
                    prop_assert_eq!((begun.one, begun.two), (one, two), "{}", rest);
                    let mut longer = Vec::new();
                    if begun.goes_on {
                        list.longer(&codes[i..], begun.second, |length, kind| longer.push((length, Some(kind))));
                    }
                    let brute = (3..=codes.len() - i).map(|length| (length, kind_of(length)));
                    let brute = brute.filter(|(_, kind)| kind.is_some());
                    prop_assert_eq!(longer, brute.collect::<Vec<_>>(), "{}", rest);
                }
            }
            let mut all = words(&list);
            all.sort_unstable();
            prop_assert_eq!(all, wanted.keys().cloned().collect::<Vec<_>>());
            prop_assert_eq!(list.total(), wanted.values().map(|word| u64::from(word.0)).sum::<u64>());
        }

        #[test]
        fn no_bytes_break_the_reader(mut bytes in prop::collection::vec(any::<u8>(), 0..80), text in "[一-丈a]{0,4}") {
            let whole = make(&[("一丁".to_owned(), 3, "n".to_owned())]).unwrap();
            prop_assert!(WordList::read(&whole[..bytes.len()]).is_none());
            bytes.splice(0..0, whole[..HEAD + 2 * NEAR].iter().copied());
            for bytes in [&bytes, &whole] {
                if let Some(list) = WordList::read(bytes) {
                    list.prefixes(&text.chars().map(|c| list.code(c)).collect::<Vec<_>>(), |_, kind| _ = list.tag(kind));
                }
            }
        }
    }

    #[test]
    fn what_a_list_cannot_hold_is_told() {
        let failed = make(&[("一".to_owned(), 1, "adjectival".to_owned())]).unwrap_err();
        assert!(failed.contains("adjectival"), "{failed}");
        let many: Vec<Word> = (1..70_000).map(|n| ("一".repeat(2), n, String::new())).collect();
        assert!(make(&many).is_ok(), "the last of the same word counts");
        let many: Vec<Word> = (0x4E00..0x9000)
            .filter_map(char::from_u32)
            .flat_map(|a| ['一', '丁', '七', '万'].map(|b| format!("{a}{b}")))
            .zip(1..)
            .map(|(word, n)| (word, n, String::new()))
            .collect();
        assert!(many.len() > 65_535 && make(&many).unwrap_err().contains("pairs of a frequency"), "{}", many.len());
    }
}
