//! The products of rows with a few centroids, without a copy of the rows (`wide/tall.rs`).

use ndarray::Array2;

use crate::wide::tall::{ROWS, times};

/// Centroids, some side by side: of each the first numbers, then the second ones, and so on.
pub(super) struct Panels {
    count: usize,
    wide: Vec<Vec<[f32; WIDE]>>,
    /// What is left over, if that is few.
    narrow: Option<Vec<[f32; NARROW]>>,
}

/// Centroids of a panel …
const WIDE: usize = 16;

/// … and of the last one, if it has no more.
const NARROW: usize = 8;

impl Panels {
    pub fn new(centroids: &Array2<f32>) -> Self {
        let count = centroids.nrows();
        let (whole, left) = (count / WIDE, count % WIDE);
        let wide = (0..whole + usize::from(left > NARROW)).map(|panel| stand(centroids, panel * WIDE)).collect();
        let narrow = (1..=NARROW).contains(&left).then(|| stand(centroids, whole * WIDE));
        Self { count, wide, narrow }
    }

    /// The products of all centroids with `m` rows: a line for each centroid, a number for each row. Each is the same
    /// whatever rows stand beside.
    pub fn products<'a>(&self, m: usize, row: impl Fn(usize) -> &'a [f32], out: &mut Vec<f32>) {
        out.resize(self.count * m, 0.0);
        let mut lines = out.chunks_mut((WIDE * m).max(1));
        for (panel, lines) in self.wide.iter().zip(&mut lines) {
            multiply(panel, m, &row, lines);
        }
        if let (Some(panel), Some(lines)) = (&self.narrow, lines.next()) {
            multiply(panel, m, &row, lines);
        }
    }
}

/// The numbers of `W` centroids from one on, side by side; zeros for those that are not there.
fn stand<const W: usize>(centroids: &Array2<f32>, from: usize) -> Vec<[f32; W]> {
    let number = |j, c| centroids.get((from + c, j)).copied().unwrap_or_default();
    (0..centroids.ncols()).map(|j| std::array::from_fn(|c| number(j, c))).collect()
}

/// The products of one panel; there are as many lines as it has centroids.
fn multiply<'a, const W: usize>(panel: &[[f32; W]], m: usize, row: impl Fn(usize) -> &'a [f32], lines: &mut [f32]) {
    for from in (0..m).step_by(ROWS) {
        let count = ROWS.min(m - from);
        let products = times(std::array::from_fn(|r| row(from + r.min(count - 1))), panel);
        for (c, line) in lines.chunks_exact_mut(m).enumerate() {
            line[from..from + count].iter_mut().zip(&products).for_each(|(to, products)| *to = products[c]);
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::ArrayView2;
    use proptest::prelude::*;

    use super::{super::data::products, *};
    use crate::cluster::kmeans::tests::groups;

    proptest! {
        #[test]
        fn products_are_those_of_matrices(k in 1_usize..50, m in 0_usize..30, d in 0_usize..20, seed in 0_u64..100) {
            let (centroids, rows) = (groups(k, d, 1, 1.0, seed), groups(m, d, 1, 1.0, seed + 1));
            let (mut found, mut expected) = (vec![9.0; 3], Vec::new());
            let row = |i: usize| rows.row(i).to_slice().unwrap();
            Panels::new(&centroids).products(m, row, &mut found);
            products(centroids.view(), rows.view(), &mut expected);
            let matrix = |numbers: &[f32]| ArrayView2::from_shape((k, m), numbers).unwrap().to_owned();
            prop_assert!(matrix(&found).abs_diff_eq(&matrix(&expected), 1e-4));
        }
    }
}
