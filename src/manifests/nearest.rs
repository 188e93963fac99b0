//! Words that are probably meant.

/// The word that is probably meant by a misspelt one.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    // A part of a word may be meant as it is; of several such, the one that is nearer.
    let cost = |known: &str| {
        let (known, lower) = (known.to_lowercase(), lower.as_str());
        let is_part = lower.len() >= 3 && (known.contains(lower) || lower.contains(&known));
        let distance = distance(&known, lower);
        (if is_part { distance.min(1) } else { distance }, distance)
    };
    let costs = known.into_iter().map(|known| (cost(known), known));
    let ((cost, _), nearest) = costs.min()?;
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
            ("check", Some("checks")),
            ("Match", Some("match")),
            ("zzzzzz", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
