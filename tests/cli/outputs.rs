//! The formats of `plimsoll check`, each read by what others read it with; and what names may hold.

mod annotations;
mod files;
mod junit;
mod pages;
mod reports;
mod sarif;
mod tables;

use serde_json::Value;

use crate::run::{Run, plimsoll};
use crate::scratch::Scratch;

/// A name that ends something in every format.
const HOSTILE: &str = "a`|\"'<script>alert(1)</script>&amp;\n::error::100% @team [x](https://evil.example) \u{1b}[2J\u{202e}";

/// What begins like a formula, and its container.
const FORMULA: &str = "=cmd|'/c calc'!A1";

/// A folder with names that end something in every format: of a file, of objects, of containers. One document is broken.
fn hostile(test: &str) -> Scratch {
    let scratch = Scratch::new(test);
    let quoted = |text: &str| serde_json::to_string(text).expect("text has a JSON form");
    let pod = |name: &str, container: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\nspec:\n  containers:\n  - name: {}\n    image: i\n",
            quoted(name),
            quoted(container)
        )
    };
    let text = [
        pod(HOSTILE, FORMULA),
        pod(FORMULA, HOSTILE),
        // The same name once more.
        pod(HOSTILE, FORMULA),
        "apiVersion: v1\nkind: Pod\nspec: [\n".to_owned(),
    ]
    .join("---\n");
    scratch.write("in/a,b%:<i>|`'\n\u{e9}.yaml", text);
    scratch
}

/// A run over it with one check.
fn run(scratch: &Scratch, output: &str) -> Run {
    let path = scratch.argument("in");
    plimsoll(&[
        "check",
        "-o",
        output,
        "--checks",
        "liveness-probe,cpu-limits",
        &path,
    ])
}

/// What the same run gives as JSON.
fn results(scratch: &Scratch) -> Vec<Value> {
    let results = run(scratch, "json").json()["results"].clone();
    results.as_array().expect("results are a list").clone()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} is text in {value}"))
}
