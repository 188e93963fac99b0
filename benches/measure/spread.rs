//! A figure measured several times.

use std::fmt;

/// The median of the rounds, and how far it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    /// The least and the greatest.
    pub(crate) extremes: [f64; 2],
    /// Where the median would lie 95 times in 100, whatever the figures are distributed like: the figures of the ranks
    /// n/2 ± 0.98 √n. The extremes, where there are too few to say better.
    pub(crate) confidence: [f64; 2],
}

impl Spread {
    /// Of at least one figure.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        assert!(!sorted.is_empty(), "no round was measured");
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        let half_width = 0.98 * (sorted.len() as f64).sqrt();
        let below = (sorted.len() as f64 / 2.0 - half_width).max(0.0) as usize;
        let last = sorted.len() - 1;
        Self {
            median,
            extremes: [sorted[0], sorted[last]],
            confidence: [sorted[below], sorted[last - below]],
        }
    }
}

impl fmt::Display for Spread {
    /// The median (least..greatest), with the precision asked for and padded as a whole: `{:>28.2}` gives `1.02 (0.98..1.05)` at the end of 28 columns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(0);
        let [least, greatest] = self.extremes;
        let text = format!(
            "{:.digits$} ({least:.digits$}..{greatest:.digits$})",
            self.median
        );
        match f.width() {
            Some(width) => write!(f, "{text:>width$}"),
            None => f.write_str(&text),
        }
    }
}
