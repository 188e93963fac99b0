//! CSV and the table.

use super::{FORMULA, HOSTILE, hostile, results, run, text};

#[test]
fn a_spreadsheet_reads_the_same_and_runs_nothing() {
    let scratch = hostile("csv_hostile");
    let output = run(&scratch, "csv").stdout;
    assert!(
        output
            .split_inclusive("\r\n")
            .next()
            .is_some_and(|line| line.starts_with("file,line,column,"))
    );
    let mut reader = csv::Reader::from_reader(output.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|column| column == name).expect(name);
    let rows: Vec<_> = reader
        .records()
        .collect::<Result<_, _>>()
        .expect("it is CSV");
    let results = results(&scratch);
    assert_eq!(rows.len(), results.len());
    for (row, result) in rows.iter().zip(&results) {
        for key in [
            "check",
            "verdict",
            "severity",
            "message",
            "path",
            "kind",
            "apiVersion",
        ] {
            assert_eq!(&row[at(key)], text(result, key), "{key}");
        }
        assert_eq!(row[at("file")], *text(result, "file"));
        for key in ["name", "container"] {
            let shown = HOSTILE
                .replace('\u{1b}', "\\u{1b}")
                .replace('\u{202e}', "\\u{202e}");
            let expected = if text(result, key) == FORMULA {
                format!("'{FORMULA}")
            } else {
                shown
            };
            assert_eq!(row[at(key)], expected, "{key}");
        }
        let dangerous = row
            .iter()
            .find(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
        assert_eq!(dangerous, None);
    }
}

#[test]
fn a_terminal_shows_names_and_obeys_none() {
    let scratch = hostile("table_hostile");
    let output = run(&scratch, "table").stdout;
    assert!(output.contains("\\u{1b}[2J\\u{202e}"), "{output}");
    let odd = output
        .chars()
        .find(|char| char.is_control() && *char != '\n' || *char == '\u{202e}');
    assert_eq!(odd, None);
    let lines = output.lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(lines, 0, "no name begins a line");
}
