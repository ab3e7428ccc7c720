//! How far, and how surely, two things go together: measures of a 2 × 2 table that several stages use.

/// Normalised pointwise mutual information of two things that occur `a` and `b` times, together `ab` times (above 0), among
/// `n`: `ln(p(ab) / p(a)p(b)) / −ln p(ab)`, from −1 to 1; 0 if nothing else occurs. Bouma (2009), *Normalized (Pointwise)
/// Mutual Information in Collocation Extraction*.
pub(crate) fn npmi(ab: f64, a: f64, b: f64, n: f64) -> f64 {
    let information = (n / ab).ln();
    if information > 0.0 { (ab * n / (a * b)).ln() / information } else { 0.0 }
}

/// The log-likelihood ratio G² of the table, `2 Σ observed · ln(observed / expected)` over its four cells, of which an empty
/// one adds nothing; 0 if the two are independent. It says how surely they are not, not which way. Dunning (1993), *Accurate
/// Methods for the Statistics of Surprise and Coincidence*.
pub(crate) fn g2(ab: f64, a: f64, b: f64, n: f64) -> f64 {
    let cell = |observed: f64, row: f64, column: f64| {
        let expected = row * column / n;
        if observed > 0.0 && expected > 0.0 { observed * (observed / expected).ln() } else { 0.0 }
    };
    2.0 * (cell(ab, a, b) + cell(a - ab, a, n - b) + cell(b - ab, n - a, b) + cell(n - a - b + ab, n - a, n - b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G² from scipy, `chi2_contingency(table, correction=False, lambda_="log-likelihood")`.
    #[test]
    fn both_agree_with_scipy() {
        assert!((npmi(8.0, 10.0, 12.0, 1000.0) - 0.869_807_826_578_064_5).abs() < 1e-9);
        assert!((g2(8.0, 10.0, 12.0, 1000.0) - 67.920_637_919_468_92).abs() < 1e-6);
        assert!((npmi(110.0, 2552.0, 221.0, 31_777.0) - 0.321_951_529_702_571_24).abs() < 1e-9);
        assert!((g2(110.0, 2552.0, 221.0, 31_777.0) - 270.721_876_936_225).abs() < 1e-6);
    }

    #[test]
    fn what_tells_nothing_is_nought() {
        assert_eq!(npmi(7.0, 7.0, 7.0, 7.0), 0.0);
        // Two things that occur only together are as far from chance as can be.
        assert!((npmi(5.0, 5.0, 5.0, 1000.0) - 1.0).abs() < 1e-12);
        assert!(npmi(1.0, 10.0, 100.0, 1000.0).abs() < 1e-12 && g2(1.0, 10.0, 100.0, 1000.0).abs() < 1e-9);
    }
}
