//! A check as a rule.

use serde_json::{Value, json};

use super::level;
use crate::check::Check;

/// What there is to know of a check.
pub(super) fn of(check: &Check) -> Value {
    let mut tags = vec!["kubernetes".to_owned()];
    tags.push(check.group.title().to_lowercase());
    let mut rule = json!({
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "help": {"text": help(check), "markdown": help_in_markdown(check)},
        "defaultConfiguration": {"level": level(check.severity)},
        "properties": {
            "severity": check.severity.name(),
            "tags": tags,
            "aliases": check.aliases,
        },
    });
    if let Some(url) = url(check.source) {
        rule["helpUri"] = url.into();
    }
    rule
}

fn help(check: &Check) -> String {
    format!("{}\n\n{}", check.why, check.fix)
}

fn help_in_markdown(check: &Check) -> String {
    let mut written = format!("{}\n\n**What to do.** {}\n", check.why, check.fix);
    for (title, yaml) in [("Fails", check.bad), ("Passes", check.good)] {
        if !yaml.trim().is_empty() {
            let yaml = yaml.trim_matches('\n');
            written.push_str(&format!("\n**{title}:**\n\n```yaml\n{yaml}\n```\n"));
        }
    }
    written.push_str(&format!("\nSource: {}\n", check.source));
    written
}

/// The first address in a source.
fn url(source: &str) -> Option<&str> {
    let start = source.find("https://")?;
    let rest = &source[start..];
    let end = rest.find(|char: char| char.is_whitespace() || matches!(char, ')' | '>' | ','));
    Some(rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ';']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks;

    #[test]
    fn the_first_address_counts() {
        for (source, expected) in [
            ("https://a.example/b#c", Some("https://a.example/b#c")),
            (
                "KEP 1, https://a.example/b, https://c.example",
                Some("https://a.example/b"),
            ),
            (
                "CIS 5.2.1 (https://a.example/).",
                Some("https://a.example/"),
            ),
            ("CIS 5.2.1", None),
        ] {
            assert_eq!(url(source), expected);
        }
    }

    #[test]
    fn every_check_has_a_page() {
        for check in checks::ALL {
            assert!(url(check.source).is_some(), "{}", check.id);
        }
    }
}
