//! Reviews in, answers out, through the router.

mod conditions;

use axum::body::{Body, to_bytes};
use axum::http::{Request as HttpRequest, StatusCode};
use prometheus_client::registry::Registry;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::api::{Action, Actions, ReadinessPolicySpec};
use crate::checklist::Checklists;
use crate::engine::{Policy, PolicySet};
use crate::inventory::Inventory;
use crate::model::{self, Kind};

const REPLICA_SET_CONTROLLER: &str = "system:serviceaccount:kube-system:replicaset-controller";

/// A cluster that has been read, with these objects and a policy that denies what is critical.
fn live(objects: &[(Kind, Value)]) -> Arc<Live> {
    let mut inventory = Inventory::of_cluster();
    for kind in Kind::ALL {
        inventory.reset(*kind, []);
    }
    for (kind, object) in objects {
        inventory.apply(model::decode(*kind, object).expect("an object"));
    }
    let actions = Actions {
        critical: Action::Deny,
        ..Actions::default()
    };
    let spec = ReadinessPolicySpec {
        actions,
        ..ReadinessPolicySpec::default()
    };
    let policies = PolicySet::new([
        Policy::compile("production", &spec, Checklists::built_in()).expect("a policy")
    ]);
    Live::at(Snapshot {
        inventory,
        policies: Arc::new(policies),
        complete: true,
        ..Snapshot::empty()
    })
}

async fn send(live: &Arc<Live>, body: impl Into<Body>) -> (StatusCode, Vec<u8>) {
    let metrics = WebhookMetrics::register(&mut Registry::default());
    let router = Webhook::new(live.clone(), "plimsoll-system", metrics).router();
    let request = HttpRequest::post("/validate")
        .body(body.into())
        .expect("a request");
    let response = router
        .oneshot(request)
        .await
        .expect("the router always answers");
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("a body");
    (status, body.to_vec())
}

/// The `response` of a review.
async fn review(live: &Arc<Live>, request: Value) -> Value {
    let review =
        json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request});
    let (status, body) = send(live, review.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    let answer: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        (&answer["apiVersion"], &answer["kind"]),
        (&review["apiVersion"], &review["kind"])
    );
    assert_eq!(answer["response"]["uid"], review["request"]["uid"]);
    answer["response"].clone()
}

fn request(kind: &str, object: Value) -> Value {
    json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": if kind == "Pod" { "" } else { "apps" }, "version": "v1", "kind": kind},
        "namespace": "shop", "operation": "CREATE", "userInfo": {"username": "alice"},
        "object": object, "oldObject": null, "dryRun": false,
    })
}

fn pod() -> Value {
    json!({
        "metadata": {"name": "web-1", "namespace": "shop"},
        "spec": {"containers": [{"name": "web", "image": "registry.example/web:1.4.2"}]},
    })
}

fn deployment() -> Value {
    json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"template": {"spec": pod()["spec"]}}})
}

#[tokio::test]
async fn a_violating_object_is_denied_and_the_message_is_readable() {
    let answer = review(&live(&[]), request("Deployment", deployment())).await;
    assert_eq!(answer["allowed"], false);
    assert_eq!(answer["status"]["code"], 403);
    let message = answer["status"]["message"].as_str().expect("a message");
    let mut lines = message.lines();
    assert_eq!(
        lines.next(),
        Some("Deployment shop/web is not ready for production:")
    );
    let failures: Vec<_> = lines
        .clone()
        .filter(|line| line.starts_with("- container web: "))
        .collect();
    assert_eq!(failures.len(), 6, "{message}");
    assert!(
        failures
            .iter()
            .all(|line| line.ends_with(", policy production]")),
        "{message}"
    );
    assert!(
        message.ends_with("plimsoll explain cpu-limits"),
        "{message}"
    );
}

/// What an author writes into a manifest is for the command line. The record, which is all that admission and reports see, does
/// not know of it.
#[tokio::test]
async fn annotations_that_ask_to_ignore_waive_nothing() {
    let asks = json!({"plimsoll.dev/ignore": "*: the author thinks so"});
    let mut object = deployment();
    object["metadata"]["annotations"] = asks.clone();
    object["spec"]["template"]["metadata"]["annotations"] = asks;
    let mut plain = deployment();
    plain["spec"]["template"]["metadata"] = json!({});
    let record = |object: &Value| model::decode(Kind::Deployment, object).expect("an object");
    assert_eq!(record(&object), record(&plain));
    let denied = review(&live(&[]), request("Deployment", plain)).await;
    let asking = review(&live(&[]), request("Deployment", object)).await;
    assert_eq!(asking["allowed"], false);
    assert_eq!(asking, denied);
}

#[tokio::test]
async fn what_is_not_judged_is_allowed_without_a_word() {
    let live = live(&[]);
    let mut deletion = request("Deployment", Value::Null);
    deletion["operation"] = json!("DELETE");
    deletion["oldObject"] = deployment();
    let mut subresource = request("Deployment", deployment());
    subresource["subResource"] = json!("status");
    let mut system = request("Deployment", deployment());
    system["namespace"] = json!("kube-system");
    let mut own = request("Deployment", deployment());
    own["namespace"] = json!("plimsoll-system");
    let unknown = json!({
        "uid": "1", "kind": {"group": "argoproj.io", "version": "v1alpha1", "kind": "Rollout"},
        "namespace": "shop", "operation": "CREATE", "userInfo": {}, "object": {"metadata": 7},
    });
    let mut going = request("Deployment", deployment());
    going["object"]["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let mut relabelled = request("Deployment", deployment());
    relabelled["operation"] = json!("UPDATE");
    relabelled["oldObject"] = deployment();
    relabelled["object"]["metadata"]["labels"] = json!({"team": "shop"});
    for request in [
        deletion,
        subresource,
        system,
        own,
        unknown,
        going,
        relabelled,
    ] {
        let answer = review(&live, request.clone()).await;
        assert_eq!(answer["allowed"], true, "{request}");
        assert_eq!(answer["warnings"], Value::Null, "{request}");
    }
}

#[tokio::test]
async fn the_object_may_come_before_its_kind() {
    // serde_json sorts the keys, so that `kind` comes after `aaa`; the API server never sends it so.
    let text = request("Deployment", deployment()).to_string();
    let kind = text.find("\"kind\":{\"group\"").expect("the kind");
    let end = kind + text[kind..].find('}').expect("its end") + 2;
    let moved = format!(
        "{}{},{}}}",
        &text[..kind],
        &text[end..text.len() - 1],
        &text[kind..end - 1]
    );
    let body = format!(
        "{{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{moved}}}"
    );
    let (status, answer) = send(&live(&[]), body).await;
    assert_eq!(status, StatusCode::OK);
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    assert_eq!(answer["response"]["allowed"], false);
}

#[tokio::test]
async fn what_is_no_review_is_refused_with_a_reason() {
    let live = live(&[]);
    let whole = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request("Deployment", deployment()),
    });
    let whole = whole.to_string();
    let old = whole.replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1");
    let mut wrong_type = request("Deployment", deployment());
    wrong_type["object"]["spec"]["replicas"] = json!("two");
    let wrong_type = whole.replace(
        &request("Deployment", deployment()).to_string(),
        &wrong_type.to_string(),
    );
    for body in [
        "",
        "{}",
        "[]",
        "null",
        &whole[..whole.len() / 2],
        &old,
        &wrong_type,
    ] {
        let (status, message) = send(&live, body.to_owned()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(message.starts_with(b"the admission review could not be read: "));
    }
    let huge = vec![b' '; Guard::BODY_LIMIT + 1];
    assert_eq!(send(&live, huge).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_pod_is_let_pass_only_from_the_hands_of_its_owners_controller() {
    let replica_set = json!({
        "metadata": {"name": "web-5d", "namespace": "shop", "uid": "set-1"}, "spec": {"template": {"spec": pod()["spec"]}},
    });
    let live = live(&[(Kind::ReplicaSet, replica_set)]);
    let owned = |uid: &str, username: &str| {
        let mut request = request("Pod", pod());
        request["object"]["metadata"]["ownerReferences"] = json!([
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d", "uid": uid, "controller": true},
        ]);
        request["userInfo"]["username"] = json!(username);
        request
    };
    for (uid, username, allowed) in [
        ("set-1", REPLICA_SET_CONTROLLER, true),
        ("set-1", "system:kube-controller-manager", true),
        ("set-1", "alice", false),
        (
            "set-1",
            "system:serviceaccount:kube-system:job-controller",
            false,
        ),
        (
            "set-1",
            "system:serviceaccount:shop:replicaset-controller",
            false,
        ),
        ("set-2", REPLICA_SET_CONTROLLER, false),
    ] {
        let answer = review(&live, owned(uid, username)).await;
        assert_eq!(answer["allowed"], allowed, "{uid} by {username}");
    }
}

#[tokio::test]
async fn an_owner_that_is_a_moment_late_is_waited_for() {
    let live = live(&[]);
    let mut request = request("Pod", pod());
    request["object"]["metadata"]["ownerReferences"] = json!([
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d", "uid": "set-1", "controller": true},
    ]);
    request["userInfo"]["username"] = json!(REPLICA_SET_CONTROLLER);
    let late = live.clone();
    let publish = async move {
        tokio::task::yield_now().await;
        let snapshot = late.snapshot();
        let mut inventory = snapshot.inventory.clone();
        let metadata = json!({"name": "web-5d", "namespace": "shop", "uid": "set-1"});
        let set = json!({"metadata": metadata, "spec": {"template": {"spec": pod()["spec"]}}});
        inventory.apply(model::decode(Kind::ReplicaSet, set).expect("a ReplicaSet"));
        let policies = snapshot.policies.clone();
        late.publish(Snapshot {
            inventory,
            policies,
            complete: true,
            ..Snapshot::empty()
        });
    };
    let (answer, ()) = tokio::join!(review(&live, request), publish);
    assert_eq!(answer["allowed"], true);
}

fn scaling(replicas: i32) -> Value {
    let mut request = request("Deployment", Value::Null);
    request["kind"] = json!({"group": "autoscaling", "version": "v1", "kind": "Scale"});
    request["resource"] = json!({"group": "apps", "version": "v1", "resource": "deployments"});
    request["subResource"] = json!("scale");
    request["operation"] = json!("UPDATE");
    request["object"] =
        json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": replicas}});
    request
}

/// With a policy that lets nothing run without a launch.
fn gated() -> Arc<Live> {
    let spec = serde_json::from_value(json!({"launch": {"gate": "Deny"}})).expect("a spec");
    let policy = Policy::compile("gate", &spec, Checklists::built_in()).expect("a policy");
    let known = live(&[]).snapshot();
    Live::at(Snapshot {
        inventory: known.inventory.clone(),
        policies: Arc::new(PolicySet::new([policy])),
        complete: true,
        ..Snapshot::empty()
    })
}

#[tokio::test]
async fn a_workload_that_is_scaled_a_moment_after_it_was_made_is_waited_for() {
    let live = gated();
    let late = live.clone();
    let publish = async move {
        tokio::task::yield_now().await;
        let snapshot = late.snapshot();
        let mut inventory = snapshot.inventory.clone();
        let mut new = deployment();
        new["spec"]["replicas"] = json!(0);
        inventory.apply(model::decode(Kind::Deployment, new).expect("a Deployment"));
        late.publish(Snapshot {
            inventory,
            policies: snapshot.policies.clone(),
            complete: true,
            ..Snapshot::empty()
        });
    };
    let (answer, ()) = tokio::join!(review(&live, scaling(2)), publish);
    assert_eq!(answer["allowed"], false);
    let said = answer["status"]["message"].as_str().unwrap_or_default();
    assert!(said.contains("is part of no launch"), "{said}");
}

#[tokio::test]
async fn a_scale_of_what_is_not_known_is_admitted_with_a_warning() {
    let warning = |answer: Value| {
        assert_eq!(answer["allowed"], true);
        answer["warnings"][0].as_str().map(str::to_owned)
    };
    let unknown = warning(review(&gated(), scaling(2)).await);
    assert!(unknown.is_some_and(|said| said.contains("Deployment/web has not been read yet")));
    assert_eq!(warning(review(&gated(), scaling(0)).await), None);
    assert_eq!(
        warning(review(&live(&[]), scaling(2)).await),
        None,
        "no gate"
    );
    let unread = warning(review(&Live::new(), scaling(2)).await);
    assert!(unread.is_some_and(|said| said.contains("not judged")));
}

#[tokio::test]
async fn before_the_cluster_is_read_requests_are_admitted_with_a_warning() {
    let answer = review(&Live::new(), request("Deployment", deployment())).await;
    assert_eq!(answer["allowed"], true);
    assert!(
        answer["warnings"][0]
            .as_str()
            .is_some_and(|warning| warning.contains("not judged"))
    );
}
