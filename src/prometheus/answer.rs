//! Prometheus' JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::Text;
use crate::promql::{Point, Range, Series};

/// What a server answers to a range query.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) series: Vec<Series>,
    /// The answer may lack something.
    pub(super) warnings: Vec<Text>,
    /// Remarks on the expression.
    pub(super) infos: Vec<Text>,
}

/// What a server says of a request that it refuses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    /// `bad_data`, `execution`, `timeout`, ...
    pub(super) kind: String,
    pub(super) message: String,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    status: &'a str,
    #[serde(borrow)]
    data: Option<Data<'a>>,
    #[serde(default, rename = "errorType")]
    error_type: String,
    #[serde(default)]
    error: String,
    warnings: Option<Vec<String>>,
    infos: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    result_type: &'a str,
    #[serde(borrow)]
    result: Vec<Row<'a>>,
}

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(default)]
    metric: BTreeMap<Text, Text>,
    #[serde(borrow, default)]
    values: Vec<(f64, &'a str)>,
    #[serde(default)]
    histograms: Vec<IgnoredAny>,
}

/// More remarks than these are not kept, nor more of one.
const MOST_REMARKS: usize = 3;
const LONGEST_REMARK: usize = 300;

/// Reads an answer to a query over a range. The error says what is wrong with it.
pub(super) fn decode(body: &[u8], range: &Range) -> Result<Result<Answer, Complaint>, String> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    match envelope.status {
        "success" => {}
        "error" => {
            return Ok(Err(Complaint {
                kind: envelope.error_type,
                message: shortened(&envelope.error),
            }));
        }
        other => return Err(format!("its status is `{}`", shortened(other))),
    }
    let data = envelope.data.ok_or("it has no data")?;
    if data.result_type != "matrix" {
        let kind = shortened(data.result_type);
        return Err(format!(
            "it is of type `{kind}` where a matrix was asked for"
        ));
    }
    let series = data.result.into_iter().map(|row| series(row, range));
    Ok(Ok(Answer {
        series: series.collect::<Result<_, _>>()?,
        warnings: remarks(envelope.warnings),
        infos: remarks(envelope.infos),
    }))
}

/// What a server complains about, in a body that need not be Prometheus'.
pub(super) fn complaint(body: &[u8]) -> Option<Complaint> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).ok()?;
    (envelope.status == "error").then(|| Complaint {
        kind: envelope.error_type,
        message: shortened(&envelope.error),
    })
}

fn series(row: Row<'_>, range: &Range) -> Result<Series, String> {
    let mut points = Vec::with_capacity(row.values.len());
    // Servers round to milliseconds, and may align to steps.
    let slack = SignedDuration::try_from(range.step).unwrap_or(SignedDuration::from_secs(1));
    for (seconds, value) in row.values {
        let at = timestamp(seconds).ok_or_else(|| format!("`{seconds}` is no time"))?;
        if at.duration_since(range.start) < -slack || at.duration_since(range.end) > slack {
            return Err(format!("it has a sample of {at}, which was not asked for"));
        }
        let value = (value.parse()).map_err(|_| format!("`{}` is no number", shortened(value)))?;
        let point = Point { at, value };
        if points.last().is_some_and(|last: &Point| last.at >= at) {
            return Err("its samples are not in order".to_owned());
        }
        points.push(point);
    }
    Ok(Series {
        labels: row.metric,
        points,
        histograms: !row.histograms.is_empty(),
    })
}

fn timestamp(seconds: f64) -> Option<Timestamp> {
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    let millis = i64::try_from((since + Duration::from_micros(500)).as_millis()).ok()?;
    Timestamp::from_millisecond(millis).ok()
}

fn remarks(remarks: Option<Vec<String>>) -> Vec<Text> {
    let remarks = remarks.unwrap_or_default();
    let kept = remarks.iter().take(MOST_REMARKS);
    kept.map(|remark| shortened(remark).into()).collect()
}

/// What came from outside goes into messages: in a line, and not too long.
pub(super) fn shortened(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .take(LONGEST_REMARK + 1)
        .collect();
    match line.char_indices().nth(LONGEST_REMARK) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
