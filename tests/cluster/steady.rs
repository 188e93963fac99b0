//! With a thousand workloads and nothing changing, nothing is written.

use std::time::{Duration, Instant};

use plimsoll_controlplane::{Components, Options};
use serde_json::json;

use crate::lifecycle::{mark, settled, writes};
use crate::testbed::{Testbed, bad_deployment, good_deployment};

const WORKLOADS: usize = 1000;

#[test]
fn nothing_is_written_while_nothing_changes() {
    let testbed = Testbed::install(Options {
        components: Components::Controllers,
        ..Options::default()
    });
    let namespace = "many";
    testbed.namespace(namespace);
    let deployments = (0..WORKLOADS).map(|at| {
        let name = format!("service-{at}");
        let mut deployment = if at % 2 == 0 {
            good_deployment(namespace, &name)
        } else {
            bad_deployment(namespace, &name)
        };
        // Only the workloads matter here, not their pods.
        deployment["spec"]["replicas"] = json!(0);
        deployment
    });
    let list =
        json!({"apiVersion": "v1", "kind": "List", "items": deployments.collect::<Vec<_>>()});
    testbed.apply(&list);
    let operator = testbed.operator();
    testbed.policy(namespace, json!({}));
    let enough = Duration::from_secs(120);
    let all = || Ok((testbed.reports(namespace).len() == WORKLOADS).then_some(()));
    plimsoll_controlplane::eventually("a report on each", enough, all)
        .unwrap_or_else(|error| panic!("{error}"));
    settled(&operator);

    let since = mark(&testbed.plane);
    let evaluations = operator.metric("plimsoll_evaluations_total");
    // The claim is about a minute, so a minute is waited for.
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        std::thread::sleep(Duration::from_secs(1));
    }
    let written = writes(&testbed.plane, since);
    assert!(
        written.is_empty(),
        "written in the steady state: {written:#?}"
    );
    assert_eq!(
        operator.metric("plimsoll_evaluations_total"),
        evaluations,
        "something was judged again"
    );
}
