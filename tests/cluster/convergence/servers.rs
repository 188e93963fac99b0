//! Servers that are down, slow, wrong or empty while launches are judged by what they measure.

use std::time::Duration;

use plimsoll_controlplane::{Components, Options, eventually};
use serde_json::{Value, json};

use super::{API, agent, checklist, is_missing, item, launch};
use crate::prometheus::{Answer, Stub};
use crate::testbed::{Testbed, bad_deployment, good_deployment};

/// How servers fail, and what is said of it. The first one is not there at all.
const WRONG: [(&str, Answer, &str); 12] = [
    ("absent", Answer::Value("1"), "/absent: cannot be reached"),
    (
        "broken-off",
        Answer::BrokenOff,
        "/broken-off: the connection broke",
    ),
    (
        "complaint",
        Answer::Complaint,
        "/complaint: the query is refused: bad_data: no such function",
    ),
    ("empty", Answer::Nothing, "no data over 1m"),
    ("failure", Answer::Failure, "/failure: HTTP 500"),
    ("flood", Answer::Flood, "/flood: the answer is"),
    (
        "half",
        Answer::Half,
        "/half: the answer (application/json) is not Prometheus'",
    ),
    ("infinite", Answer::Value("+Inf"), "a sample is infinite"),
    ("nan", Answer::Value("NaN"), "a sample is not a number"),
    (
        "page",
        Answer::Page,
        "/page: the answer (text/html) is not Prometheus'",
    ),
    ("silent", Answer::Silence, "/silent: no answer within 1s"),
    (
        "vector",
        Answer::Vector,
        "it is of type `vector` where a matrix was asked for",
    ),
];

/// A server that fails is left alone for a while, each time for longer.
const RESTS: Duration = Duration::from_secs(90);

fn key(name: &str) -> String {
    format!("measured:{name}")
}

/// Waits until exactly this is missing of the launch, and answers with its status.
fn until(testbed: &Testbed, what: &str, open: &[(&str, &str)]) -> Value {
    let open: Vec<(String, &str)> = open.iter().map(|(name, why)| (key(name), *why)).collect();
    let open: Vec<(&str, &str, &str)> = open
        .iter()
        .map(|(key, why)| (key.as_str(), "Unknown", *why))
        .collect();
    let status = || testbed.get(&["readinesslaunch", "agent", "-n", "shop"])["status"].clone();
    let look = || {
        let status = status();
        Ok((status["status"].is_string() && is_missing(&status, &open)).then_some(status))
    };
    eventually(what, RESTS, look).unwrap_or_else(|error| panic!("{error}: {:#}", status()))
}

#[test]
fn whatever_a_server_does_it_is_no_pass_and_nobody_else_waits_for_it() {
    let stub = Stub::start();
    let mut absent = Stub::start();
    absent.stop();
    let testbed = Testbed::install(Options {
        components: Components::Controllers,
        ..Options::default()
    });
    let _operator = testbed.operator();
    testbed.namespace("shop");
    let url = |name: &str| {
        if name == "absent" {
            absent.url(name)
        } else {
            stub.url(name)
        }
    };
    let server = |(name, answer, _): &(&str, Answer, &str)| {
        stub.tell(name, *answer);
        let timeout = if *answer == Answer::Silence {
            "1s"
        } else {
            "10s"
        };
        json!({"name": name, "url": url(name), "timeout": timeout})
    };
    let mut servers: Vec<Value> = WRONG.iter().map(server).collect();
    let more = servers.split_off(8);
    let ask = |(name, _, _): &(&str, Answer, &str)| {
        let query = "sum(up{namespace=\"$namespace\"})";
        item(
            name,
            "critical",
            json!({"metrics": {"server": name, "query": query, "pass": "> 0", "for": "1m"}}),
        )
    };
    let items: Vec<Value> = WRONG.iter().map(ask).collect();
    testbed.apply(&checklist("measured", &items));
    // A policy has no more than eight; those of all policies of a namespace are asked.
    let metrics =
        |servers: Vec<Value>| json!({"servers": servers, "refresh": "2s", "maxAge": "20s"});
    testbed.apply(&json!({
        "apiVersion": API, "kind": "ReadinessPolicy", "metadata": {"name": "more"},
        "spec": {"match": {"namespaceSelector": {"matchLabels": {"policy": "shop"}}}, "metrics": metrics(more)},
    }));
    testbed.policy("shop", json!({
        "actions": {"critical": "Deny"}, "launch": {"checklists": ["measured"]}, "metrics": metrics(servers),
    }));
    testbed.apply(&agent("shop"));
    testbed.apply(&launch("shop", &[]));

    let wrong: Vec<(&str, &str)> = WRONG.iter().map(|(name, _, why)| (*name, *why)).collect();
    let status = until(&testbed, "each of them is unknown, and says why", &wrong);
    assert_eq!(
        (&status["status"], &status["sections"][0]["unknown"]),
        (&json!("NotReady"), &json!(WRONG.len()))
    );
    // Meanwhile the others are served: workloads are judged at admission, and reported.
    testbed.apply(&good_deployment("shop", "web"));
    testbed.until_reports("shop", "another workload is reported", |reports| {
        reports.contains_key("deployment-web")
    });
    let (accepted, said) = testbed.try_apply(&bad_deployment("shop", "bad"));
    assert!(!accepted && said.contains("liveness-probe"), "{said}");

    // They recover, and that is seen by itself.
    for (name, _, _) in &WRONG {
        stub.tell(name, Answer::Value("1"));
    }
    let again = || Ok(absent.again());
    let mut absent =
        eventually("the port is free", RESTS, again).unwrap_or_else(|error| panic!("{error}"));
    let status = until(&testbed, "all of them answer", &[]);
    assert_eq!(
        (&status["status"], &status["sections"][0]["passed"]),
        (&json!("Ready"), &json!(WRONG.len()))
    );

    // One is taken away, one says nothing: what they said counts until it is too old, and no longer.
    absent.stop();
    stub.tell("silent", Answer::Silence);
    let (kept, without) = (
        "; what was measured before is older than 20s",
        "no data over 1m",
    );
    stub.tell("nan", Answer::Nothing);
    let gone = [("absent", kept), ("nan", without), ("silent", kept)];
    let status = until(&testbed, "they are unknown again", &gone);
    assert_eq!(status["sections"][0]["passed"], WRONG.len() - gone.len());
    // A measurement that says no is no outage.
    stub.tell("page", Answer::Value("0"));
    let fails = || {
        let launch = testbed.get(&["readinesslaunch", "agent", "-n", "shop"]);
        Ok((launch["status"]["sections"][0]["failed"] == 1).then_some(()))
    };
    eventually("a bad value fails", RESTS, fails).unwrap_or_else(|error| panic!("{error}"));
    for name in ["nan", "page", "silent"] {
        stub.tell(name, Answer::Value("2"));
    }
    let again = || Ok(absent.again());
    let _absent =
        eventually("the port is free", RESTS, again).unwrap_or_else(|error| panic!("{error}"));
    let status = until(&testbed, "all of them answer again", &[]);
    assert_eq!(status["status"], "Ready");
}
