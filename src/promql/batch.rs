//! Several expressions in one request.

use super::Series;

/// The label that says which of a batch's expressions a series is of.
pub const MARK: &str = "plimsoll_item";

/// One expression that yields what each of these does, marked. `or` keeps all of it, since the marks differ; each is
/// evaluated as if alone.
pub fn batch<'a>(promql: impl IntoIterator<Item = &'a str>) -> String {
    let marked = (promql.into_iter().enumerate()).map(|(number, promql)| {
        // A line break, since an expression may end in a comment.
        format!("label_replace((\n{promql}\n), \"{MARK}\", \"{number}\", \"\", \"\")")
    });
    marked.collect::<Vec<_>>().join("\nor\n")
}

/// The answer to a batch, by expression and without marks. `None` where a series is of none of them.
pub fn split(answer: Vec<Series>, count: usize) -> Option<Vec<Vec<Series>>> {
    let mut answers = vec![Vec::new(); count];
    for mut series in answer {
        let number: usize = series.labels.remove(MARK)?.parse().ok()?;
        answers.get_mut(number)?.push(series);
    }
    Some(answers)
}
