//! HTML and Markdown.

use roxmltree::{Document, Node, ParsingOptions};

use super::{HOSTILE, hostile, results, run, text};
use crate::run::plimsoll;

fn parsed(page: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}: {page}"))
}

#[test]
fn the_page_is_well_formed_and_loads_nothing() {
    let scratch = hostile("html_hostile");
    let page = run(&scratch, "html").stdout;
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n"));
    let document = parsed(&page);
    let elements = document.descendants().filter(Node::is_element);
    for element in elements {
        let name = element.tag_name().name();
        assert!(
            ![
                "script", "img", "link", "iframe", "object", "i", "form", "a"
            ]
            .contains(&name),
            "{name}"
        );
        for attribute in element.attributes() {
            let name = attribute.name();
            assert!(
                !name.starts_with("on") && !["src", "href", "style"].contains(&name),
                "{name}"
            );
        }
    }
    assert!(
        !page.contains("url(") && !page.contains("@import"),
        "the style loads nothing"
    );
    let rows = document
        .descendants()
        .filter(|node| node.has_tag_name("tr"))
        .count();
    assert_eq!(rows, results(&scratch).len());
    let shown = HOSTILE
        .replace('\n', "\\n")
        .replace('\u{1b}', "\\u{1b}")
        .replace('\u{202e}', "\\u{202e}");
    let titles: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("h2"))
        .filter_map(|node| node.text())
        .collect();
    assert!(
        titles.contains(&format!("Pod {shown}").as_str()),
        "{titles:?}"
    );
    assert!(
        titles
            .iter()
            .any(|title| title.starts_with("Cannot be read: 1 document"))
    );
}

#[test]
fn the_page_lists_what_was_asked_for() {
    let checks = ["--checks", "liveness-probe,cpu-limits", "shop"];
    for (all, rows) in [(false, 5), (true, 7)] {
        let mut arguments = vec!["check", "-o", "html"];
        arguments.extend(all.then_some("--all"));
        let page = plimsoll(&[&arguments, &checks[..]].concat()).stdout;
        let document = parsed(&page);
        let found = document
            .descendants()
            .filter(|node| node.has_tag_name("tr"))
            .count();
        assert_eq!(found, rows, "--all: {all}");
        assert!(
            page.contains("<p>Failed checks: 3 critical. Undecided: 1."),
            "the summary is first"
        );
    }
}

#[test]
fn markdown_is_a_table_whatever_names_hold() {
    let scratch = hostile("markdown_hostile");
    let output = run(&scratch, "markdown").stdout;
    let rows: Vec<_> = output
        .lines()
        .filter(|line| line.starts_with("| critical |"))
        .collect();
    let results = results(&scratch);
    assert_eq!(rows.len(), results.len(), "{output}");
    for (row, result) in rows.iter().zip(&results) {
        let unescaped = row.replace("\\|", "");
        assert_eq!(unescaped.matches('|').count(), 6, "{row}");
        assert!(row.contains(&format!("`{}`", text(result, "check"))));
    }
    // Names with a backtick are in no code span, so that nothing of them may be there as it is.
    let unescaped = output
        .replace("\\<", "")
        .replace("\\[", "")
        .replace("\\]", "");
    for markup in [
        "<script",
        "<i>",
        "\n::error",
        "](",
        " @team",
        "\u{1b}",
        "\u{202e}",
    ] {
        assert!(!unescaped.contains(markup), "{markup:?} in {output}");
    }
    assert!(output.starts_with("## Plimsoll\n\nFailed checks: "));
}
