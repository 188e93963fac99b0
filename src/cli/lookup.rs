//! Finding a check by the name that somebody gives it.

use crate::check::Check;
use crate::checks;

/// There is no such check.
#[derive(Debug, thiserror::Error)]
#[error("no check has the id `{id}`; {hint}`plimsoll checks` lists them")]
pub(super) struct UnknownCheck {
    id: String,
    hint: String,
}

/// The check of an id.
///
/// # Errors
/// Names the check that is probably meant.
pub(super) fn check(id: &str) -> Result<&'static Check, UnknownCheck> {
    checks::find(id).ok_or_else(|| {
        let meant = meant(id).map(|check| format!("did you mean `{}`? ", check.id));
        UnknownCheck {
            id: id.to_owned(),
            hint: meant.unwrap_or_default(),
        }
    })
}

/// The check whose id, or whose name elsewhere, is the nearest.
fn meant(id: &str) -> Option<&'static Check> {
    let elsewhere = |check: &&'static Check| check.aliases.iter().any(|alias| is_alias(alias, id));
    if let Some(check) = checks::ALL.iter().copied().find(elsewhere) {
        return Some(check);
    }
    let nearest = nearest(id, checks::ALL.iter().map(|check| check.id))?;
    checks::find(nearest)
}

fn is_alias(alias: &str, name: &str) -> bool {
    alias == name
        || alias
            .split_once('/')
            .is_some_and(|(_, short)| short == name)
}

/// The word that is probably meant by a misspelt one.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let cost = |known: &str| {
        let (known, lower) = (known.to_lowercase(), lower.as_str());
        let is_part = lower.len() >= 3 && (known.contains(lower) || lower.contains(&known));
        if is_part { 1 } else { distance(&known, lower) }
    };
    let costs = known.into_iter().map(|known| (cost(known), known));
    let (cost, nearest) = costs.min()?;
    (cost <= 1 + word.len() / 4).then_some(nearest)
}

/// How many characters must be put in, taken out or replaced to make one word the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_counted_in_characters() {
        for (from, to, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("über", "uber", 1),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn the_nearest_word_is_suggested() {
        let known = ["actions", "checklists", "checks", "match"];
        for (word, expected) in [
            ("acton", Some("actions")),
            ("check", Some("checklists")),
            ("Match", Some("match")),
            ("zzzzzz", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }

    #[test]
    fn a_name_from_elsewhere_leads_to_its_check() {
        let error = check("livenessProbeMissing").expect_err("it is Polaris' name");
        assert!(
            error.to_string().contains("did you mean `liveness-probe`?"),
            "{error}"
        );
    }
}
