//! What a sample must satisfy.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::error::Problem;

/// How a sample is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Those of two characters first: `<` begins `<=`.
    const ALL: [Comparison; 6] = [
        Self::Equal,
        Self::NotEqual,
        Self::LessOrEqual,
        Self::GreaterOrEqual,
        Self::Less,
        Self::Greater,
    ];

    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// What every sample must satisfy: `> 0`, `== 1`, `<= 28`.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    comparison: Comparison,
    /// Finite, and never the negative zero.
    bound: f64,
}

impl Pass {
    /// Parses a comparison and a number.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        const FORM: &str = "write a comparison (==, !=, <, <=, >, >=) and a number, such as `> 0`";
        let sign = text.trim_start();
        let start = text.len() - sign.len();
        let comparison = Comparison::ALL
            .into_iter()
            .find(|comparison| sign.starts_with(comparison.sign()))
            .ok_or_else(|| Problem::at(start, format!("there is no comparison: {FORM}")))?;
        let rest = &sign[comparison.sign().len()..];
        let number = rest.trim();
        let at = text.len() - rest.trim_start().len();
        // Rust also reads `inf`, `nan` and their like.
        let bound = (number.bytes())
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
            .then(|| number.parse::<f64>().ok().filter(|bound| bound.is_finite()))
            .flatten()
            .ok_or_else(|| Problem::at(at, format!("`{number}` is not a number: {FORM}")))?;
        Ok(Self {
            comparison,
            bound: if bound == 0.0 { 0.0 } else { bound },
        })
    }

    /// How samples are compared.
    pub fn comparison(self) -> Comparison {
        self.comparison
    }

    /// What they are compared with.
    pub fn bound(self) -> f64 {
        self.bound
    }

    /// Whether a sample satisfies it. What is not a number satisfies nothing.
    #[expect(clippy::float_cmp, reason = "PromQL compares so, too")]
    pub fn holds(self, value: f64) -> bool {
        let bound = self.bound;
        match self.comparison {
            Comparison::Equal => value == bound,
            Comparison::NotEqual => !value.is_nan() && value != bound,
            Comparison::Less => value < bound,
            Comparison::LessOrEqual => value <= bound,
            Comparison::Greater => value > bound,
            Comparison::GreaterOrEqual => value >= bound,
        }
    }

    /// Which of two samples that satisfy it is nearer to not doing so.
    pub(super) fn nearer(self, one: f64, other: f64) -> f64 {
        let (less, more) = (one.min(other), one.max(other));
        match self.comparison {
            Comparison::Greater | Comparison::GreaterOrEqual => less,
            Comparison::Less | Comparison::LessOrEqual => more,
            Comparison::Equal | Comparison::NotEqual => {
                let distance = |value: f64| (value - self.bound).abs();
                let farther = if distance(one) < distance(other) {
                    other
                } else {
                    one
                };
                let nearer = if distance(one) < distance(other) {
                    one
                } else {
                    other
                };
                if self.comparison == Comparison::Equal {
                    farther
                } else {
                    nearer
                }
            }
        }
    }
}

impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.comparison.sign(), self.bound)
    }
}

impl PartialEq for Pass {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pass {}

impl PartialOrd for Pass {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pass {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.comparison.cmp(&other.comparison)).then(self.bound.total_cmp(&other.bound))
    }
}

impl Hash for Pass {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.comparison.hash(state);
        self.bound.to_bits().hash(state);
    }
}
