//! Amounts of CPU and memory.

use std::fmt;

use super::Text;

/// A Kubernetes quantity, in units of 10⁻⁹, rounded up to one as the API server does.
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// From its text: digits with an optional sign and fraction, then a binary suffix (`Ki` to `Ei`), a decimal one
    /// (`n` to `E`), or an exponent (`e3`).
    pub fn parse(text: &str) -> Option<Self> {
        let end = text
            .bytes()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-'))
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (numerator, denominator) = multiplier(suffix)?;
        let (negative, digits) = match number.as_bytes().first()? {
            b'-' => (true, &number[1..]),
            b'+' => (false, &number[1..]),
            _ => (false, number),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty()
            || digits.bytes().any(|byte| matches!(byte, b'+' | b'-'))
        {
            return None;
        }
        let (value, scale) = decimal(whole, fraction)?;
        let product = value.checked_mul(NANO)?.checked_mul(numerator)?;
        let divisor = scale.checked_mul(denominator)?;
        let nanos = product / divisor + i128::from(product % divisor != 0);
        Some(Self(if negative { -nanos } else { nanos }))
    }
}

/// The digits as a number, and the power of ten that it must be divided by. Digits past 10⁻¹⁵ only round up.
fn decimal(whole: &str, fraction: &str) -> Option<(i128, i128)> {
    let parse = |digits: &str| {
        if digits.is_empty() {
            Some(0)
        } else {
            digits.parse::<i128>().ok()
        }
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (kept, rest) = fraction.split_at(fraction.len().min(15));
    let scale = 10_i128.pow(kept.len() as u32);
    let value = parse(whole)?
        .checked_mul(scale)?
        .checked_add(parse(kept)?)?;
    let lost = i128::from(rest.bytes().any(|byte| byte != b'0'));
    Some((value.checked_add(lost)?, scale))
}

fn multiplier(suffix: &str) -> Option<(i128, i128)> {
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, NANO),
        "u" => (1, 1_000_000),
        "m" => (1, 1_000),
        "k" => (1_000, 1),
        "M" => (1_000_000, 1),
        "G" => (NANO, 1),
        "T" => (1_000 * NANO, 1),
        "P" => (1_000_000 * NANO, 1),
        "E" => (NANO * NANO, 1),
        "Ki" => (1 << 10, 1),
        "Mi" => (1 << 20, 1),
        "Gi" => (1 << 30, 1),
        "Ti" => (1 << 40, 1),
        "Pi" => (1 << 50, 1),
        "Ei" => (1 << 60, 1),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10_i128
                .checked_pow(exponent.unsigned_abs())
                .filter(|power| *power <= NANO * NANO)?;
            if exponent < 0 { (1, power) } else { (power, 1) }
        }
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
            ("", None),
            ("m", None),
            ("1 Gi", None),
            ("1gi", None),
            ("1-2", None),
            ("1.2.3", None),
            ("${CPU}", None),
            ("1e99", None),
            ("99999999999999999999999999999999999999", None),
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
