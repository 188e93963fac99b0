//! Amounts of CPU and memory.

use std::fmt;

use super::Text;

/// A Kubernetes quantity, in units of 10⁻⁹, rounded away from zero as the API server does.
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i128);

/// What a manifest says an amount is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A quantity.
    Set(Quantity),
    /// Text that is no quantity; the API server refuses it.
    Invalid(Text),
}

const NANO: i128 = 1_000_000_000;

impl Quantity {
    /// Whether it is nothing. A limit of nothing is no limit to a container runtime.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is less than nothing, which the API server refuses for requests and limits.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// As much as both together.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// How many times another it is; nothing where that is nothing.
    #[expect(clippy::cast_precision_loss, reason = "as the API server does")]
    pub fn over(self, other: Self) -> Option<f64> {
        (other.0 != 0).then(|| self.0 as f64 / other.0 as f64)
    }

    /// The number that it is.
    #[expect(clippy::cast_precision_loss, reason = "as the API server does")]
    pub fn number(self) -> f64 {
        self.0 as f64 / NANO as f64
    }

    /// So many times as much.
    pub fn times(self, times: i64) -> Self {
        Self(self.0.saturating_mul(i128::from(times)))
    }

    /// From its text: digits with an optional sign and fraction, then a binary suffix (`Ki` to `Ei`), a decimal one
    /// (`n` to `E`), or an exponent (`e3`). As in `resource.ParseQuantity`, no digits are 0 (`m`, which a template makes of
    /// a value that is not set), and spaces around it do not count. What is too large to be meant becomes the largest.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(usual) = Self::usual(text) {
            return Some(usual);
        }
        let text = text.trim();
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let end = unsigned
            .bytes()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'.'))
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') {
            return None;
        }
        let (ten, two) = exponents(suffix)?;
        // Digits past 10⁻¹⁵ only round up.
        let (kept, rest) = fraction.split_at(fraction.len().min(15));
        let rounded = i128::from(rest.bytes().any(|byte| byte != b'0'));
        let digits = whole.bytes().chain(kept.bytes());
        let value = digits.fold(0_i128, |value, digit| {
            value
                .saturating_mul(10)
                .saturating_add(i128::from(digit - b'0'))
        });
        let value = value.saturating_add(rounded).saturating_mul(1 << two);
        let ten = ten.saturating_add(9).saturating_sub(kept.len() as i32);
        let power = 10_i128.checked_pow(ten.unsigned_abs());
        let nanos = match power.filter(|_| value != 0) {
            Some(power) if ten < 0 => value / power + i128::from(value % power != 0),
            Some(power) => value.saturating_mul(power),
            None if ten < 0 => value.min(1),
            None => value.saturating_mul(i128::MAX),
        };
        Some(Self(if negative { -nanos } else { nanos }))
    }

    /// From a few digits and a suffix, as nearly all are written.
    fn usual(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
        let (digits, suffix) = bytes.split_at(digits.count());
        if digits.is_empty() || digits.len() > 9 {
            return None;
        }
        let number = digits
            .iter()
            .fold(0, |number, digit| number * 10 + i128::from(digit - b'0'));
        let unit = match suffix {
            b"" => NANO,
            b"m" => NANO / 1_000,
            b"k" => NANO * 1_000,
            b"M" => NANO * 1_000_000,
            b"G" => NANO * 1_000_000_000,
            b"Ki" => NANO << 10,
            b"Mi" => NANO << 20,
            b"Gi" => NANO << 30,
            _ => return None,
        };
        Some(Self(number * unit))
    }
}

/// The power of ten and the power of two that a suffix stands for.
fn exponents(suffix: &str) -> Option<(i32, u32)> {
    Some(match suffix {
        "" => (0, 0),
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        _ => (suffix.strip_prefix(['e', 'E'])?.parse().ok()?, 0),
    })
}

impl Amount {
    /// From its text.
    pub fn parse(text: &str) -> Self {
        Quantity::parse(text).map_or_else(|| Self::Invalid(text.into()), Self::Set)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = [("Gi", 1_i128 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
        if self.0 % NANO == 0 {
            let units = self.0 / NANO;
            for (suffix, size) in binary {
                if units != 0 && units % size == 0 {
                    return write!(f, "{}{suffix}", units / size);
                }
            }
            write!(f, "{units}")
        } else if self.0 % (NANO / 1_000) == 0 {
            write!(f, "{}m", self.0 / (NANO / 1_000))
        } else {
            write!(f, "{}n", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_as_usual_is_read_like_anything_else() {
        for number in ["0", "1", "07", "250", "999999999", "1000000000"] {
            for suffix in [
                "", "n", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "mi", "x",
            ] {
                let text = format!("{number}{suffix}");
                // With a sign, or with spaces around it, it is not as usual.
                let other = Quantity::parse(&format!(" +{text} "));
                assert_eq!(Quantity::parse(&text), other, "{text}");
            }
        }
    }

    #[test]
    fn quantities_are_read_as_the_api_server_reads_them() {
        for (text, nanos) in [
            ("0", Some(0)),
            ("1", Some(NANO)),
            ("250m", Some(250_000_000)),
            ("0.25", Some(250_000_000)),
            (".5", Some(500_000_000)),
            ("5.", Some(5 * NANO)),
            ("1.5Gi", Some(1_610_612_736 * NANO)),
            ("128974848", Some(128_974_848 * NANO)),
            ("129e6", Some(129_000_000 * NANO)),
            ("129E6", Some(129_000_000 * NANO)),
            ("1E", Some(NANO * NANO * NANO)),
            ("12e-3", Some(12_000_000)),
            ("-1", Some(-NANO)),
            ("+2", Some(2 * NANO)),
            ("0.0000000001", Some(1)),
            ("1n", Some(1)),
            ("1e-99", Some(1)),
            ("0e99", Some(0)),
            (" 1 ", Some(NANO)),
            ("1.Gi", Some(NANO << 30)),
            ("1e+2", Some(100 * NANO)),
            ("0.9999999999999999999999", Some(NANO)),
            // A template's `{{ .cpu }}m` without a value.
            ("m", Some(0)),
            ("-", Some(0)),
            ("1e99", Some(i128::MAX)),
            ("-1e99", Some(-i128::MAX)),
            ("99999999999999999999999999999999999999", Some(i128::MAX)),
            ("", None),
            (" ", None),
            ("1e", None),
            ("1e3m", None),
            ("--1", None),
            ("１", None),
            ("1 Gi", None),
            ("1gi", None),
            ("1-2", None),
            ("1.2.3", None),
            ("${CPU}", None),
        ] {
            assert_eq!(
                Quantity::parse(text).map(|quantity| quantity.0),
                nanos,
                "{text:?}"
            );
        }
    }

    #[test]
    fn quantities_are_written_for_people() {
        for (text, shown) in [
            ("0.5", "500m"),
            ("128Mi", "128Mi"),
            ("2", "2"),
            ("1n", "1n"),
            ("1000", "1000"),
        ] {
            assert_eq!(
                Quantity::parse(text)
                    .map(|quantity| quantity.to_string())
                    .as_deref(),
                Some(shown)
            );
        }
    }
}
