//! Bursts: times in which far more of the corpus than usual is about one thing.
//!
//! Kleinberg 2002, "Bursty and hierarchical structure in streams", section 4 (enumerating bursts): an automaton of two
//! states emits `r` relevant of `d` documents a period, a share of `p₀ = R / D` in its resting state and of `p₁ = s·p₀` in
//! its bursting state; going up costs `γ ln n`, going down nothing. Since `d` is the whole corpus of the period, a day on
//! which everything is reported more is no burst.

/// How many times its usual share a theme has in a burst (Kleinberg's `s`), and what going up costs (his `γ`): his values.
const SCALE: f64 = 2.0;
const GAMMA: f64 = 1.0;

/// A run of periods in the bursting state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    /// The first period.
    pub from: usize,
    /// The last period.
    pub to: usize,
    /// What the bursting state saves over the resting state in it, in nats; above 0.
    pub weight: f64,
}

/// The bursts of the cheapest path through the automaton, earliest first, for `relevant[t]` of `all[t]` documents in each
/// period; none if nothing or everything is relevant.
pub(super) fn find(relevant: &[usize], all: &[usize]) -> Vec<Run> {
    let (r, d): (usize, usize) = (relevant.iter().sum(), all.iter().sum());
    if r == 0 || r >= d {
        return Vec::new();
    }
    let usual = r as f64 / d as f64;
    // A theme of more than half the corpus cannot double its share: its bursts go half the way to all of it.
    let high = (SCALE * usual).min(f64::midpoint(1.0, usual));
    // The binomial coefficient is the same in both states, so it is left out.
    let cost = |p: f64, t: usize| {
        let (r, d) = (relevant[t] as f64, all[t] as f64);
        -(r * p.ln() + (d - r).max(0.0) * (1.0 - p).ln())
    };
    let up = GAMMA * (relevant.len() as f64).ln();
    // Viterbi: the cheapest cost of ending in each state, and the state before it.
    let mut ending = [0.0, up];
    let mut before: Vec<[bool; 2]> = Vec::with_capacity(relevant.len());
    for t in 0..relevant.len() {
        let from_high = [ending[1] < ending[0], t == 0 || ending[1] <= ending[0] + up];
        let best = [ending[0].min(ending[1]), if t == 0 { up } else { ending[1].min(ending[0] + up) }];
        ending = [best[0] + cost(usual, t), best[1] + cost(high, t)];
        before.push(from_high);
    }
    let mut state = ending[1] < ending[0];
    let mut runs: Vec<Run> = Vec::new();
    for t in (0..relevant.len()).rev() {
        if state {
            let saved = cost(usual, t) - cost(high, t);
            match runs.last_mut() {
                Some(run) if run.from == t + 1 => {
                    run.from = t;
                    run.weight += saved;
                }
                _ => runs.push(Run { from: t, to: t, weight: saved }),
            }
        }
        state = before[t][usize::from(state)] && t > 0;
    }
    runs.reverse();
    runs
}
