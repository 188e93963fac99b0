//! Time series that have been going on for a while.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;

use crate::server::program;

/// The end of everything that is backfilled, and the time at which tests ask.
pub(crate) const END: Timestamp = Timestamp::constant(1_750_003_200, 0);
/// Seconds between samples: a rate over five minutes has two.
const EVERY: i64 = 120;
/// How long a series goes on where nothing is said.
const OVER: i64 = 26 * 3600;

/// How a series goes on.
enum Shape {
    Value(f64),
    Rate(f64),
}

/// Series, as OpenMetrics text.
#[derive(Default)]
pub(crate) struct History {
    text: String,
    /// Some series are everybody's.
    added: BTreeSet<String>,
}

impl History {
    /// Adds `name{labels} value 1 since 2h`: see the cases for the words.
    pub(crate) fn add(&mut self, line: &str) {
        if !self.added.insert(line.to_owned()) {
            return;
        }
        let (selector, words) = line
            .rsplit_once("} ")
            .expect("a selector ends with a brace");
        let words: Vec<&str> = words.split_whitespace().collect();
        let mut shape = None;
        let (mut over, mut since, mut until, mut on) = (OVER, None, 0, None);
        let mut resets = i64::MAX;
        let mut words = words.iter();
        while let (Some(word), Some(argument)) = (words.next(), words.next()) {
            match *word {
                "value" => shape = Some(Shape::Value(argument.parse().expect("a number"))),
                "rate" => shape = Some(Shape::Rate(argument.parse().expect("a number"))),
                "over" => over = seconds(argument),
                "since" => since = Some(seconds(argument)),
                "until" => until = seconds(argument),
                "resets" => resets = seconds(argument),
                "on" => on = Some((seconds(argument), 0)),
                "of" => on = on.map(|(on, _)| (on, seconds(argument))),
                other => panic!("`{other}` is no word: {line}"),
            }
        }
        let shape = shape.unwrap_or_else(|| panic!("neither value nor rate: {line}"));
        let (first, end) = (-since.unwrap_or(over), END.as_second());
        let mut at = first;
        while at <= -until {
            let there = on.is_none_or(|(on, of)| (-at).rem_euclid(of) < on);
            #[expect(clippy::cast_precision_loss, reason = "it is a few weeks")]
            let value = match shape {
                Shape::Value(value) => value,
                Shape::Rate(rate) => rate * ((at - first) % resets) as f64,
            };
            if there {
                writeln!(self.text, "{selector}}} {value} {}", end + at).expect("a String");
            }
            at += EVERY;
        }
    }

    /// Makes blocks of it in a server's directory.
    pub(crate) fn write(mut self, directory: &Path) {
        self.text.push_str("# EOF\n");
        fs::write(directory.join("history"), self.text).expect("it can be written");
        let output = Command::new(program("promtool"))
            .current_dir(directory)
            // Else a block for every two hours, and the text read for each.
            .args([
                "tsdb",
                "create-blocks-from",
                "--max-block-duration=800h",
                "--quiet",
            ])
            .args(["openmetrics", "history", "data"])
            .output()
            .expect("it can be started");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// `2m`, `6d1h`.
fn seconds(text: &str) -> i64 {
    let units = text.split_inclusive(|char: char| char.is_ascii_alphabetic());
    let lengths = units.map(|part| {
        let (number, unit) = part.split_at(part.len() - 1);
        let number: i64 = number.parse().expect("a number and a unit");
        match unit {
            "m" => number * 60,
            "h" => number * 3600,
            "d" => number * 86_400,
            _ => panic!("`{text}` is no duration"),
        }
    });
    lengths.sum()
}
