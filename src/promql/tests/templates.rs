//! Where placeholders may stand, and how they are filled in.

use proptest::prelude::*;

use promql_parser::label::Matcher;
use promql_parser::parser::Expr;

use crate::promql::{NoPattern, Query, Target};

fn filled(promql: &str, namespace: &str, workload: &str) -> String {
    let target = Target {
        namespace,
        workload,
        pods: Ok("web-(a1|b2)-[bc]{5}"),
    };
    let query =
        Query::parse(promql, "> 0", "1h").unwrap_or_else(|error| panic!("{promql}: {error}"));
    query.ask(None, &target).unwrap().promql.to_string()
}

#[test]
fn values_are_written_as_their_place_asks() {
    for (promql, expected) in [
        (
            "up{namespace=\"$namespace\",pod=~\"$pods\"}",
            "up{namespace=\"shop\",pod=~\"web-(a1|b2)-[bc]{5}\"}",
        ),
        ("up{namespace='$namespace'}", "up{namespace=\"shop\"}"),
        ("up{namespace=`$namespace`}", "up{namespace=\"shop\"}"),
        ("up{a='\"$workload\\''}", "up{a=\"\\\"web.api'\"}"),
        ("up{a=`\"$workload\n`}", "up{a=\"\\\"web.api\\n\"}"),
        (
            "up{a=~\"(keda-hpa-)?$workload.*\"}",
            "up{a=~\"(keda-hpa-)?web[.]api.*\"}",
        ),
        (
            "up{a!~\"$workload|$namespace\"}",
            "up{a!~\"web[.]api|shop\"}",
        ),
        ("up{a != \"$workload\"}", "up{a != \"web.api\"}"),
        ("up{a=~\"x$\"}", "up{a=~\"x$\"}"),
        ("up # of $workload", "up # of $workload"),
        (
            "label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")",
            "label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")",
        ),
    ] {
        assert_eq!(filled(promql, "shop", "web.api"), expected);
    }
}

#[test]
fn a_placeholder_elsewhere_is_refused() {
    for (promql, at, problem) in [
        ("up{pod=\"$pods\"}", 9, "match it with `=~`"),
        ("up{pod!=\"a$pods\"}", 11, "match it with `=~`"),
        (
            "up{pod=~\"$pod\"}",
            10,
            "only `$namespace`, `$workload` and `$pods`",
        ),
        (
            "up{pod=~\"${pods}\"}",
            10,
            "only `$namespace`, `$workload` and `$pods`",
        ),
        (
            "up{pod=~\"$workloads\"}",
            10,
            "only `$namespace`, `$workload` and `$pods`",
        ),
        (
            "up{job=\"$job\"}",
            9,
            "only `$namespace`, `$workload` and `$pods`",
        ),
        (
            "label_replace(up, \"a\", \"$workload\", \"b\", \"\")",
            25,
            "in the value of a label matcher",
        ),
        ("{\"$workload\"}", 3, "in the value of a label matcher"),
    ] {
        let error = Query::parse(promql, "> 0", "1h").expect_err(promql);
        assert_eq!(error.at, Some(at), "{promql}: {error}");
        assert!(error.problem.contains(problem), "{promql}: {error}");
    }
}

#[test]
fn pods_are_asked_for_only_where_they_are_mentioned() {
    let target = Target {
        namespace: "shop",
        workload: "web",
        pods: Err(NoPattern::NoReplicaSet),
    };
    let without = Query::parse("up{namespace=\"$namespace\"}", "> 0", "1h").unwrap();
    assert!(!without.needs_pods());
    assert!(without.ask(None, &target).is_ok());
    let with = Query::parse("up{pod=~\"$pods\"}", "> 0", "1h").unwrap();
    assert!(with.needs_pods());
    assert_eq!(with.ask(None, &target), Err(NoPattern::NoReplicaSet));
}

#[test]
fn a_scalar_becomes_a_vector() {
    assert_eq!(
        filled("scalar(x) # one", "a", "b"),
        "vector(\nscalar(x) # one\n)"
    );
}

/// The matchers of a selector that has been filled in.
fn matchers(promql: &str) -> Vec<Matcher> {
    match promql_parser::parser::parse(promql) {
        Ok(Expr::VectorSelector(selector)) => selector.matchers.matchers,
        other => panic!("{promql}: {other:?}"),
    }
}

proptest! {
    /// Whatever a workload is called, even as none can be, it is matched by itself and by nothing else, and does not
    /// get out of its string.
    #[test]
    fn no_name_gets_out_of_its_matcher(name in "\\PC{0,12}", other in "[a-z.+*-]{0,4}", quote in "[\"'`]") {
        let promql = format!("x{{a={quote}$workload{quote},b=~{quote}$workload{quote}}}");
        let filled = filled(&promql, "n", &name);
        let matchers = matchers(&filled);
        prop_assert_eq!(matchers.len(), 2);
        for matcher in &matchers {
            prop_assert!(matcher.is_match(&name), "{}", filled);
            prop_assert_eq!(matcher.is_match(&other), other == name, "{}", filled);
            let longer = format!("{name}x");
            prop_assert!(!matcher.is_match(&longer), "{}", filled);
        }
    }
}
