//! Numbers that may be a share of something.

use std::fmt;

use super::Text;

/// `intstr.IntOrString` where the string is a percentage: `maxUnavailable`, `maxSurge`, `minAvailable`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntOrPercent {
    /// A number of pods.
    Int(i32),
    /// A share of the pods, in percent.
    Percent(i32),
    /// Neither; the API server refuses it.
    Invalid(Text),
}

impl IntOrPercent {
    /// From its text: `25%` is a share, anything else is no number.
    pub fn from_text(text: &str) -> Self {
        let digits = text
            .strip_suffix('%')
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        match digits.map(str::parse) {
            Some(Ok(percent)) => Self::Percent(percent),
            _ => Self::Invalid(text.into()),
        }
    }

    /// Whether Kubernetes takes it where no more than all can be meant: a number that is not negative, or up to 100 %.
    pub fn is_part(&self) -> bool {
        match self {
            Self::Int(number) => *number >= 0,
            Self::Percent(percent) => (0..=100).contains(percent),
            Self::Invalid(_) => false,
        }
    }

    /// How many of `total` that is, a share rounded up (`maxSurge`, and both fields of a PodDisruptionBudget).
    /// `None` where it is invalid.
    pub fn of_rounded_up(&self, total: i32) -> Option<i32> {
        self.of(total, |product| {
            product.div_euclid(100) + i64::from(product.rem_euclid(100) != 0)
        })
    }

    /// How many of `total` that is, a share rounded down (`maxUnavailable` of a rolling update).
    pub fn of_rounded_down(&self, total: i32) -> Option<i32> {
        self.of(total, |product| product.div_euclid(100))
    }

    fn of(&self, total: i32, hundredth: fn(i64) -> i64) -> Option<i32> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Percent(percent) => {
                let share = hundredth(i64::from(*percent) * i64::from(total));
                Some(i32::try_from(share).unwrap_or(i32::MAX))
            }
            Self::Invalid(_) => None,
        }
    }
}

impl fmt::Display for IntOrPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::Invalid(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_as_kubernetes_rounds() {
        for (text, total, up, down) in [
            ("25%", 3, Some(1), Some(0)),
            ("50%", 3, Some(2), Some(1)),
            ("100%", 7, Some(7), Some(7)),
            ("0%", 7, Some(0), Some(0)),
            ("34%", 3, Some(2), Some(1)),
            ("half", 3, None, None),
            ("-5%", 3, None, None),
            ("99999999999%", 3, None, None),
        ] {
            let value = IntOrPercent::from_text(text);
            assert_eq!(
                (value.of_rounded_up(total), value.of_rounded_down(total)),
                (up, down),
                "{text} of {total}"
            );
        }
        assert_eq!(IntOrPercent::Int(2).of_rounded_up(10), Some(2));
    }

    #[test]
    fn a_part_is_no_more_than_all() {
        for (value, expected) in [
            (IntOrPercent::Int(0), true),
            (IntOrPercent::Int(-1), false),
            (IntOrPercent::from_text("100%"), true),
            (IntOrPercent::from_text("101%"), false),
            (IntOrPercent::from_text("1"), false),
        ] {
            assert_eq!(value.is_part(), expected, "{value}");
        }
    }
}
