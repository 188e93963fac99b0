//! Prometheus' durations: `5m`, `24h`, `1h30m`.

use std::time::Duration;

use super::error::Problem;

/// The largest first, as they must be written.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// The length of a window.
pub(super) fn parse(text: &str) -> Result<Duration, Problem> {
    const FORM: &str = "write a duration such as `5m`, `24h` or `1h30m`";
    let (mut rest, mut units, mut millis) = (text, UNITS.as_slice(), 0_u64);
    if text.is_empty() {
        return Err(Problem::whole(format!("it is empty: {FORM}")));
    }
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let odd = |what: &str| Problem::at(at, format!("{what}: {FORM}"));
        let digits = rest
            .find(|char: char| !char.is_ascii_digit())
            .ok_or_else(|| odd("there is a number without a unit"))?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|char: char| !char.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let number: u64 =
            (number.parse()).map_err(|_| odd("there is no number, or too large a one"))?;
        let place = (units.iter())
            .position(|(name, _)| *name == unit)
            .ok_or_else(|| {
                odd(&format!(
                    "`{unit}` is no unit, or not in its place (y, w, d, h, m, s, ms)"
                ))
            })?;
        millis = (number.checked_mul(units[place].1))
            .and_then(|more| millis.checked_add(more))
            .ok_or_else(|| odd("it is too long"))?;
        (units, rest) = (&units[place + 1..], after);
    }
    let span = Duration::from_millis(millis);
    if span < SHORTEST || span > LONGEST {
        return Err(Problem::whole(
            "it must be from a second to a year".to_owned(),
        ));
    }
    Ok(span)
}

/// As Prometheus writes it.
pub(super) fn display(span: Duration) -> String {
    promql_parser::util::display_duration(&span)
}

/// For people: to the second, and no finer than matters.
pub(super) fn rough(span: Duration) -> String {
    let seconds = span.as_secs();
    let kept = match seconds {
        0..600 => seconds,
        600..36_000 => seconds - seconds % 60,
        _ => seconds - seconds % 3600,
    };
    display(Duration::from_secs(kept))
}
