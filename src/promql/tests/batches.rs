//! Several expressions in one.

use std::collections::BTreeMap;

use crate::model::Text;
use crate::promql::{MARK, Series, batch, split};

fn series(labels: &[(&str, &str)]) -> Series {
    let labels: BTreeMap<Text, Text> = (labels.iter())
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect();
    Series {
        labels,
        ..Series::default()
    }
}

#[test]
fn a_batch_is_one_expression_even_of_comments() {
    let promql = batch(["up # all of them", "sum(x) or vector(0)"]);
    assert_eq!(
        promql,
        "label_replace((\nup # all of them\n), \"plimsoll_item\", \"0\", \"\", \"\")\nor\n\
         label_replace((\nsum(x) or vector(0)\n), \"plimsoll_item\", \"1\", \"\", \"\")"
    );
    assert!(promql_parser::parser::parse(&promql).is_ok());
}

#[test]
fn an_answer_is_split_by_its_marks() {
    let answer = vec![
        series(&[(MARK, "1"), ("pod", "a")]),
        series(&[(MARK, "0")]),
        series(&[(MARK, "1"), ("pod", "b")]),
    ];
    let expected = vec![
        vec![series(&[])],
        vec![series(&[("pod", "a")]), series(&[("pod", "b")])],
        vec![],
    ];
    assert_eq!(split(answer, 3), Some(expected));
}

#[test]
fn an_answer_to_something_else_is_none() {
    for odd in [
        series(&[]),
        series(&[(MARK, "3")]),
        series(&[(MARK, "x")]),
        series(&[(MARK, "-1")]),
    ] {
        assert_eq!(split(vec![series(&[(MARK, "0")]), odd], 3), None);
    }
}
