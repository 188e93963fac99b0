//! Kinds that evidence is looked for in, taken away and brought back while a launch is judged by them.

use serde_json::{Value, json};

use super::{agent, checklist, is_missing, item, launch};
use crate::testbed::Testbed;

/// A definition of a kind, for whatever it may say.
fn definition(group: &str, kind: &str) -> Value {
    let plural = format!("{}s", kind.to_lowercase());
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}

/// An object by which the application has one, created once its kind is served.
fn one(testbed: &Testbed, namespace: &str, group: &str, kind: &str) {
    let object = json!({
        "apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": "agent", "namespace": namespace},
        "spec": {"for": "agent"},
    });
    let plural = format!("{}s.{group}", kind.to_lowercase());
    testbed.kubectl(&[
        "wait",
        "--for=condition=Established",
        "crd",
        &plural,
        "--timeout=60s",
    ]);
    let created = || {
        let (created, said) = testbed.try_apply(&object);
        Ok((created || said.contains("AlreadyExists")).then_some(()))
    };
    plimsoll_controlplane::eventually("it can be created", crate::testbed::PATIENCE, created)
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_kind_that_is_taken_away_while_it_is_watched_leaves_its_items_open_and_no_others() {
    let testbed = Testbed::shared();
    let (namespace, group) = ("kinds", "kinds.example.org");
    testbed.namespace(namespace);
    testbed.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": {"name": "kinds-for-plimsoll", "labels": {"rbac.plimsoll.dev/aggregate-to-plimsoll": "true"}},
        "rules": [{"apiGroups": [group], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
    }));
    let by = |id: &str, kind: &str| {
        item(
            id,
            "critical",
            json!({"evidence": [{
                "name": id, "apiVersion": format!("{group}/v1"), "kind": kind, "where": "it has one", "proof": "proves",
                "cel": "object.metadata.namespace == workload.metadata.namespace && object.spec.for == workload.metadata.name",
            }]}),
        )
    };
    for kind in ["Vessel", "Anchor"] {
        testbed.apply(&definition(group, kind));
        one(testbed, namespace, group, kind);
    }
    testbed.apply(&checklist(
        namespace,
        &[
            item(
                "probes",
                "critical",
                json!({"checks": ["readiness-probe"], "scope": "workload"}),
            ),
            by("vessel", "Vessel"),
            by("anchor", "Anchor"),
        ],
    ));
    testbed.apply(&agent(namespace));
    testbed.apply(&launch(namespace, &[namespace]));
    let until = |what: &str, status: &str, open: &[(&str, &str, &str)]| {
        testbed.until_launch(namespace, "agent", what, |found| {
            found["status"] == *status && is_missing(found, open)
        })
    };
    until("both are seen", "Ready", &[]);

    // Whoever takes a kind away takes the means to look at it. The other items are what they were.
    testbed.kubectl(&["delete", "crd", &format!("vessels.{group}")]);
    let key = "kinds:vessel";
    let without = until(
        "the kind is gone",
        "NotReady",
        &[(
            key,
            "Unknown",
            "the cluster has no kind Vessel.kinds.example.org",
        )],
    );
    assert_eq!(without["status"]["sections"][0]["passed"], 2);
    // What was seen of it is not forgotten: where the kind is there again, the object is gone.
    testbed.apply(&definition(group, "Vessel"));
    until(
        "the object is gone",
        "NotReady",
        &[(key, "Fail", "is gone")],
    );
    one(testbed, namespace, group, "Vessel");
    until("it is back", "Ready", &[]);

    // Replaced in no time, so that nobody may have seen it gone. The other one goes meanwhile.
    testbed.kubectl(&["delete", "crd", &format!("vessels.{group}")]);
    testbed.apply(&definition(group, "Vessel"));
    one(testbed, namespace, group, "Vessel");
    testbed.kubectl(&[
        "delete",
        &format!("anchors.{group}"),
        "agent",
        "-n",
        namespace,
    ]);
    until(
        "it counts, and the other does not",
        "NotReady",
        &[("kinds:anchor", "Fail", "is gone")],
    );
    one(testbed, namespace, group, "Anchor");
    until("all is as it was", "Ready", &[]);
    // What is watched anew is watched: a change of it is seen.
    testbed.kubectl(&[
        "delete",
        &format!("vessels.{group}"),
        "agent",
        "-n",
        namespace,
    ]);
    until("it is seen to go", "NotReady", &[(key, "Fail", "is gone")]);
}
