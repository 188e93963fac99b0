//! Every metric item of the built-in checklists, on series that pass, that fail, and that are another's.

use std::collections::BTreeSet;

use jiff::Timestamp;
use plimsoll::model::Verdict;
use plimsoll::promql::{Measurements, Query, Question};

use crate::asking::answers;
use crate::cases::{App, CHECKLISTS, Case, Cases, Expected, Seen, cases, queries};
use crate::history::{END, History};
use crate::server::{Prometheus, scratch};

/// How far a value may be from what is expected: Prometheus extrapolates.
const TOLERANCE: f64 = 0.02;

fn now() -> Timestamp {
    END
}

#[test]
fn every_metric_item_has_cases() {
    for checklist in CHECKLISTS {
        let (queries, cases) = (queries(checklist), cases(checklist));
        assert!(
            queries.keys().eq(cases.keys()),
            "{checklist}: other items than cases"
        );
        for (id, cases) in &cases {
            assert!(!cases.pass.is_empty(), "{checklist}:{id} never passes");
            assert!(
                cases.fail.is_empty() != cases.never_fails.is_none(),
                "{checklist}:{id}: does it fail, or why not?"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_item_comes_to_what_its_series_say() {
    let mut history = History::default();
    let mut expected = Vec::new();
    for checklist in CHECKLISTS {
        let queries = queries(checklist);
        for (id, cases) in cases(checklist) {
            let name = format!("{checklist}:{id}");
            expected.extend(tried(
                &name,
                &queries[&id],
                &cases,
                expected.len(),
                &mut history,
            ));
        }
    }
    let directory = scratch("items");
    history.write(&directory);
    let server = Prometheus::start(&directory, "").await;

    let questions: BTreeSet<Question> = expected
        .iter()
        .map(|expected| expected.question.clone())
        .collect();
    let together = answers(&server.url, &questions, 20, now).await;
    let wrong: Vec<String> = (expected.iter())
        .filter_map(|expected| disagreement(expected, &together))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        expected.len(),
        wrong.join("\n")
    );

    let alone = answers(&server.url, &questions, 1, now).await;
    for question in &questions {
        // As text: what is not a number is not equal to itself.
        let [together, alone] =
            [&together, &alone].map(|table| format!("{:?}", table.get(question, END)));
        assert_eq!(together, alone, "{}", question.promql);
    }
}

/// What an item is tried with, each with an application of its own.
fn tried(
    name: &str,
    query: &Query,
    cases: &Cases,
    from: usize,
    history: &mut History,
) -> Vec<Expected> {
    let mut expected = Vec::new();
    let mut try_one =
        |what: &str, whose: fn(&App) -> App, case: Option<&Case>, verdict, value, cause: &str| {
            let number = from + expected.len();
            let app = App::new(format!("n{number}"), format!("web{number}"));
            for line in case.iter().flat_map(|case| whose(&app).series(case)) {
                history.add(&line);
            }
            expected.push(Expected {
                what: format!("{name}, {what}"),
                question: app.question(query),
                verdict,
                value,
                cause: cause.to_owned(),
            });
        };
    let own = App::clone;
    for case in &cases.pass {
        try_one(
            "pass",
            own,
            Some(case),
            Verdict::Pass,
            case.value,
            "Samples",
        );
    }
    for case in &cases.fail {
        try_one(
            "fail",
            own,
            Some(case),
            Verdict::Fail,
            case.value,
            "Samples",
        );
    }
    for case in &cases.unknown {
        let cause = case.cause.as_deref().unwrap_or("NoData");
        try_one("unknown", own, Some(case), Verdict::Unknown, None, cause);
    }
    let (verdict, cause) = match cases.nothing {
        Some(_) => (Verdict::Pass, "Samples"),
        None => (Verdict::Unknown, "NoData"),
    };
    try_one("nothing", own, None, verdict, cases.nothing, cause);
    let first = cases.pass.first();
    match cases.seen {
        Seen::Workload => try_one(
            "a sibling's series",
            App::sibling,
            first,
            verdict,
            cases.nothing,
            cause,
        ),
        Seen::Namespace => try_one(
            "another namespace's series",
            App::elsewhere,
            first,
            verdict,
            cases.nothing,
            cause,
        ),
    }
    expected
}

fn disagreement(expected: &Expected, table: &Measurements) -> Option<String> {
    let Expected {
        what,
        question,
        verdict,
        value,
        cause,
    } = expected;
    let measured = table.get(question, END);
    let near = |value: &f64| {
        let found = measured.value.unwrap_or(f64::NAN);
        (found - value).abs() <= TOLERANCE * value.abs()
    };
    let agrees = measured.verdict == *verdict
        && value.as_ref().is_none_or(near)
        && format!("{:?}", measured.cause) == *cause;
    (!agrees).then(|| {
        format!(
            "{what}: {verdict}, {value:?}, {cause} expected: {} {measured}",
            measured.verdict
        )
    })
}
