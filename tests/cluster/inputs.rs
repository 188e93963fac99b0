//! What launches are judged by besides workloads: the guards, kinds that come and go, and what RBAC says.

mod prometheus;

use std::time::Duration;

use plimsoll_controlplane::{AuditEvent, Components, Options, eventually};
use serde_json::{Value, json};

use crate::lifecycle::mark;
use crate::testbed::{Operator, PATIENCE, Testbed};

const API: &str = "plimsoll.dev/v1alpha1";
const USER: &str = "system:serviceaccount:plimsoll-system:plimsoll";

fn cluster() -> Testbed {
    Testbed::install(Options {
        components: Components::Controllers,
        ..Options::default()
    })
}

fn until<T>(what: &str, patience: Duration, look: impl FnMut() -> Option<T>) -> T {
    let mut look = look;
    eventually(what, patience, || Ok(look())).unwrap_or_else(|error| panic!("{error}"))
}

/// Waits until what is attested counts.
fn guarded(operator: &Operator) {
    until("the guards are whole", PATIENCE, || {
        (operator.metric("plimsoll_guards_whole") == 1).then_some(())
    });
}

/// What the operator has asked of a resource since a mark in the audit log.
fn requests(testbed: &Testbed, since: u64, resource: &str) -> Vec<AuditEvent> {
    let log = testbed.plane.audit_log().and_then(|log| log.since(since));
    let events = log.unwrap_or_else(|error| panic!("{error}"));
    let asked = |event: &AuditEvent| event.username == USER && event.resource == resource;
    events.into_iter().filter(asked).collect()
}

/// Waits until the leader has looked at the guards twice more. Answers with a mark from before.
fn looked_twice(testbed: &Testbed) -> u64 {
    let since = mark(&testbed.plane);
    // Four policies at a time.
    let looks = || requests(testbed, since, "validatingadmissionpolicies").len();
    until("the leader looks twice", Duration::from_secs(90), || {
        (looks() >= 8).then_some(())
    });
    since
}

/// The intervals in which the guards were whole, without the open one, and when that began.
fn record(testbed: &Testbed) -> (Vec<String>, Option<String>) {
    let map = testbed.get(&["configmap", "plimsoll-guard", "-n", "plimsoll-system"]);
    let text = |key: &str| map["data"][key].as_str().map(str::to_owned);
    let past = text("intervals").unwrap_or_default();
    (
        past.lines().map(str::to_owned).collect(),
        text("wholeSince"),
    )
}

fn patch(testbed: &Testbed, what: [&str; 2], patch: &Value) {
    let patch = patch.to_string();
    testbed.kubectl(&["patch", what[0], what[1], "--type=merge", "-p", &patch]);
}

const BINDING: [&str; 2] = ["validatingadmissionpolicybinding", "plimsoll-attestations"];
const POLICY: [&str; 2] = ["validatingadmissionpolicy", "plimsoll-verdicts"];

#[test]
fn the_guards_are_what_an_api_server_makes_of_them() {
    let testbed = cluster();
    let policies = || {
        let list = testbed.get(&["validatingadmissionpolicies"]);
        let policies = list["items"].as_array().cloned().unwrap_or_default();
        let checked = |policy: &Value| !policy["status"]["typeChecking"].is_null();
        (policies.len() == 4 && policies.iter().all(checked)).then_some(policies)
    };
    for policy in until("the types in the guards are checked", PATIENCE, policies) {
        let warnings = &policy["status"]["typeChecking"]["expressionWarnings"];
        assert!(
            warnings.is_null(),
            "{}: {warnings:#}",
            policy["metadata"]["name"]
        );
    }
    // The operator finds nothing to repair.
    let operator = testbed.operator();
    guarded(&operator);
    assert_eq!(operator.metric("plimsoll_guard_repairs_total"), 0);
    let (past, since) = record(&testbed);
    assert!(past.is_empty() && since.is_some(), "{past:?} {since:?}");
}

#[test]
fn guards_that_are_altered_or_deleted_are_repaired_and_the_gap_is_known() {
    let testbed = cluster();
    let mut operator = testbed.operator();
    testbed.policy("shop", json!({}));
    guarded(&operator);
    looked_twice(&testbed);
    let first = record(&testbed).1;

    patch(
        &testbed,
        BINDING,
        &json!({"spec": {"validationActions": ["Warn"]}}),
    );
    until("the binding denies again", PATIENCE, || {
        let binding = testbed.get(&BINDING);
        (binding["spec"]["validationActions"] == json!(["Deny"])).then_some(())
    });
    // What an apply of ours would leave alone.
    patch(
        &testbed,
        BINDING,
        &json!({"spec": {"matchResources": {"namespaceSelector": {"matchLabels": {"a": "b"}}}}}),
    );
    until("the binding is for every namespace again", PATIENCE, || {
        testbed.get(&BINDING)["spec"]["matchResources"]
            .is_null()
            .then_some(())
    });
    testbed.kubectl(&["delete", POLICY[0], POLICY[1]]);
    until("the policy is there again", PATIENCE, || {
        let found = testbed.plane.kubectl(&["get", POLICY[0], POLICY[1]]);
        found
            .is_ok_and(|output| output.status.success())
            .then_some(())
    });
    guarded(&operator);
    assert!(operator.metric("plimsoll_guard_repairs_total") >= 3);
    let events = testbed.get(&["events", "-n", "default"]);
    let repaired = |event: &&Value| {
        event["reason"] == "GuardRepaired" && event["involvedObject"]["name"] == BINDING[1]
    };
    assert!(
        events["items"]
            .as_array()
            .is_some_and(|events| events.iter().any(|event| repaired(&event))),
        "{events:#}"
    );
    let (past, since) = record(&testbed);
    assert!(
        !past.is_empty() && since > first,
        "{past:?} {since:?}: the time before ended"
    );
    until("the policy says that it is guarded", PATIENCE, || {
        let policy = testbed.get(&["readinesspolicy", "shop"]);
        let conditions = policy["status"]["conditions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let guarded =
            |condition: &Value| condition["type"] == "Guarded" && condition["status"] == "True";
        conditions.iter().any(guarded).then_some(())
    });

    // Altered and put right again while nobody was looking.
    let before = record(&testbed);
    operator.end("-KILL");
    patch(
        &testbed,
        BINDING,
        &json!({"spec": {"validationActions": ["Audit"]}}),
    );
    patch(
        &testbed,
        BINDING,
        &json!({"spec": {"validationActions": ["Deny"]}}),
    );
    let operator = testbed.operator();
    guarded(&operator);
    let after = until("the open interval is another", PATIENCE, || {
        let after = record(&testbed);
        (after.1 != before.1).then_some(after)
    });
    assert!(after.1 > before.1, "{before:?} {after:?}");
    assert_eq!(
        operator.metric("plimsoll_guard_repairs_total"),
        0,
        "there was nothing to repair"
    );
}

#[test]
fn the_record_of_the_guards_is_written_only_when_something_happens() {
    let testbed = cluster();
    let operator = testbed.operator();
    guarded(&operator);
    let since = looked_twice(&testbed);
    let writes = |resource: &str| {
        requests(&testbed, since, resource)
            .into_iter()
            .filter(AuditEvent::is_write)
            .count()
    };
    let resources = [
        "configmaps",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "events",
    ];
    assert_eq!(resources.map(writes), [0; 4]);
}

/// A definition of a kind without a schema.
fn definition(kind: &str) -> Value {
    let plural = format!("{}s", kind.to_lowercase());
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.example.org")},
        "spec": {
            "group": "example.org", "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}

/// Lets the operator read kinds of a group, as the documentation says.
fn grant(testbed: &Testbed, name: &str, plural: &str) {
    testbed.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": {"name": name, "labels": {"rbac.plimsoll.dev/aggregate-to-plimsoll": "true"}},
        "rules": [{"apiGroups": ["example.org"], "resources": [plural], "verbs": ["get", "list", "watch"]}],
    }));
}

/// How many kinds that evidence is looked for in are in a state.
fn kinds(operator: &Operator, state: &str) -> Option<u64> {
    let metrics = operator.get("/metrics")?;
    let sample = format!("plimsoll_evidence_kinds{{state=\"{state}\"}} ");
    metrics
        .lines()
        .find_map(|line| line.strip_prefix(&sample)?.parse().ok())
}

#[test]
fn a_kind_that_is_installed_later_counts_and_one_that_is_removed_does_not() {
    let testbed = cluster();
    let operator = testbed.operator();
    testbed.namespace("shop");
    grant(&testbed, "gadgets-for-plimsoll", "gadgets");
    let item = |id: &str, kind: &str| {
        json!({
            "id": id, "title": kind, "section": "Evidence", "severity": "high",
            "evidence": [{
                "name": id, "apiVersion": "example.org/v1", "kind": kind, "where": "there is one", "cel": "has(object.spec)",
            }],
        })
    };
    testbed.apply(&json!({
        "apiVersion": API, "kind": "ReadinessChecklist", "metadata": {"name": "gadgets"},
        "spec": {"title": "Gadgets", "items": [item("gadget", "Gadget"), item("widget", "Widget")]},
    }));
    testbed.apply(&json!({
        "apiVersion": API, "kind": "ReadinessLaunch", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"checklists": ["gadgets"], "selector": {"matchLabels": {"app": "web"}}, "release": "1"},
    }));
    let state = |state: &str, count: u64, patience: u64| {
        let reached = || (kinds(&operator, state)? == count).then_some(());
        let what = format!("{count} kinds are {state}");
        eventually(&what, Duration::from_secs(patience), || Ok(reached()))
            .unwrap_or_else(|error| panic!("{error}: {:?}", operator.get("/metrics")));
    };
    state("not_served", 2, 40);
    // The workloads themselves.
    state("synced", 8, 40);

    testbed.apply(&definition("Gadget"));
    state("synced", 9, 60);
    // Nobody has let the operator read these.
    testbed.apply(&definition("Widget"));
    state("unavailable", 1, 60);
    assert_eq!(kinds(&operator, "not_served"), Some(0));
    grant(&testbed, "widgets-for-plimsoll", "widgets");
    state("synced", 10, 120);

    testbed.kubectl(&["delete", "customresourcedefinition", "gadgets.example.org"]);
    state("not_served", 1, 60);
    let since = mark(&testbed.plane);
    let errors = operator.metric("plimsoll_watch_errors_total");
    // A kind that comes back is there again, and it was not asked for in the meantime but in the directory of kinds.
    testbed.apply(&definition("Gadget"));
    state("synced", 10, 60);
    let asked = requests(&testbed, since, "gadgets");
    assert!(asked.len() <= 4, "{asked:#?}");
    assert!(operator.metric("plimsoll_watch_errors_total") <= errors + 2);
}

#[test]
fn rbac_is_asked_about_each_claim_once_and_again_when_roles_change() {
    let testbed = cluster();
    let operator = testbed.operator();
    for namespace in ["shop", "bank"] {
        testbed.namespace(namespace);
    }
    let role = |namespace: &str| {
        let meta = json!({"name": "signers", "namespace": namespace});
        let group = "rbac.authorization.k8s.io";
        testbed.apply(&json!({
            "apiVersion": format!("{group}/v1"), "kind": "Role", "metadata": meta,
            "rules": [
                {"apiGroups": ["plimsoll.dev"], "resources": ["signoffs"], "verbs": ["sign"]},
                {"apiGroups": ["plimsoll.dev"], "resources": ["readinessattestations"], "verbs": ["create"]},
            ],
        }));
        testbed.apply(&json!({
            "apiVersion": format!("{group}/v1"), "kind": "RoleBinding", "metadata": meta,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "signers"},
            "subjects": [{"kind": "User", "apiGroup": group, "name": "ann"}],
        }));
    };
    role("shop");
    guarded(&operator);
    let since = mark(&testbed.plane);
    for name in ["one", "two"] {
        let attestation = json!({
            "apiVersion": API, "kind": "ReadinessAttestation", "metadata": {"name": name, "namespace": "shop"},
            "spec": {
                "launch": "web", "items": ["production-deployment:sign-off-security"], "role": "security", "signOff": true,
                "statement": "looked at", "approver": {"username": "ann", "groups": ["system:authenticated"]},
            },
        });
        let created = || {
            let output = testbed.plane.kubectl_with_input(
                &["create", "--as", "ann", "-f", "-"],
                &attestation.to_string(),
            );
            // The API server may not have heard of the role yet.
            output
                .is_ok_and(|output| output.status.success())
                .then_some(())
        };
        until("ann attests", PATIENCE, created);
    }
    let reviews = || requests(&testbed, since, "subjectaccessreviews").len();
    until("RBAC is asked", PATIENCE, || (reviews() >= 1).then_some(()));
    // Twice the same claim. The roles of another namespace are of no interest, those of this one are asked for twice: the API
    // server may hear of them after us.
    role("bank");
    testbed.kubectl(&["delete", "rolebinding", "signers", "-n", "shop"]);
    until("RBAC is asked again", PATIENCE, || {
        (reviews() >= 3).then_some(())
    });
    assert_eq!(reviews(), 3);
    assert_eq!(operator.metric("plimsoll_access_review_errors_total"), 0);
}
