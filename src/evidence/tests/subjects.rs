//! Workloads with what leads to them.

use serde_json::json;

use super::*;

fn service(namespace: &str, name: &str, selector: Json) -> Json {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"namespace": namespace, "name": name}, "spec": {"selector": selector},
    })
}

fn http_route(namespace: &str, name: &str, backend: Json) -> Json {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"namespace": namespace, "name": name}, "spec": {"rules": [{"backendRefs": [backend]}]},
    })
}

/// The names of the Services and routes of the workload `shop/web`.
fn leading(objects: &[Json]) -> (Vec<String>, Vec<String>) {
    let piece = piece(
        ("v1", "ConfigMap"),
        "services.exists(s, s.metadata.name == 'x') || routes.exists(r, r.kind == 'x')",
        None,
    );
    let documents = cluster(&[&piece], &[objects, &[web()]].concat());
    let subject = subject(&documents, &web());
    let names = |trees: &[std::sync::Arc<crate::cel::Tree>]| {
        let name = |tree: &crate::cel::Tree| {
            let text = |path: &[&str]| {
                tree.at(path)
                    .and_then(crate::cel::Tree::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            format!(
                "{} {}/{}",
                text(&["kind"]),
                text(&["metadata", "namespace"]),
                text(&["metadata", "name"])
            )
        };
        trees.iter().map(|tree| name(tree)).collect()
    };
    (
        names(subject.services().expect("they are here")),
        names(subject.routes().expect("they are here")),
    )
}

#[test]
fn services_are_those_that_select_the_pods() {
    let (services, _) = leading(&[
        service("shop", "web", json!({"app": "web"})),
        service("shop", "also", json!({"app": "web"})),
        service(
            "shop",
            "more-labels",
            json!({"app": "web", "tier": "front"}),
        ),
        service("shop", "headless", json!({})),
        service("other", "web", json!({"app": "web"})),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "shop", "name": "none"}, "spec": {}}),
    ]);
    assert_eq!(services, ["Service shop/also", "Service shop/web"]);
}

#[test]
fn routes_are_those_to_these_services() {
    let (_, routes) = leading(&[
        service("shop", "web", json!({"app": "web"})),
        service("shop", "db", json!({"app": "db"})),
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"namespace": "shop", "name": "paths"},
            "spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "web"}}}]}}]},
        }),
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"namespace": "shop", "name": "default"},
            "spec": {"defaultBackend": {"service": {"name": "web"}}},
        }),
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"namespace": "other", "name": "paths"},
            "spec": {"defaultBackend": {"service": {"name": "web"}}},
        }),
        http_route("shop", "own", json!({"name": "web"})),
        http_route(
            "shop",
            "twice",
            json!({"name": "web", "kind": "Service", "group": ""}),
        ),
        http_route(
            "gateways",
            "across",
            json!({"name": "web", "namespace": "shop"}),
        ),
        http_route("shop", "to-another", json!({"name": "db"})),
        http_route(
            "shop",
            "to-no-service",
            json!({"name": "web", "kind": "Bucket", "group": "example.com"}),
        ),
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "GRPCRoute",
            "metadata": {"namespace": "shop", "name": "grpc"}, "spec": {"rules": [{"backendRefs": [{"name": "web"}]}]},
        }),
    ]);
    assert_eq!(
        routes,
        [
            "Ingress shop/default",
            "Ingress shop/paths",
            "HTTPRoute gateways/across",
            "HTTPRoute shop/own",
            "HTTPRoute shop/twice",
            "GRPCRoute shop/grpc",
        ]
    );
}

#[test]
fn an_object_under_review_is_judged_as_it_is() {
    let piece = piece(
        ("self", "Workload"),
        "object.spec.template.metadata.labels['app'] == 'web'",
        None,
    );
    let documents = cluster(&[&piece], &[]);
    let mut pod = json!({"metadata": {"namespace": "shop", "name": "web", "labels": {"app": "web"}}, "spec": {}});
    for expected in [true, false] {
        let subject =
            Subject::decode(&documents, &GroupKind::new("", "Pod"), &pod).expect("it has a name");
        let found = piece.judge(&subject, &documents, now(), &mut Effort::default());
        assert_eq!(matches!(found, Found::Holds { .. }), expected);
        pod["metadata"]["labels"]["app"] = "db".into();
    }
}

#[test]
fn what_is_asked_for_is_what_is_read() {
    let piece = piece(
        ("example.com/v1", "Widget"),
        "object.spec.host == workload.metadata.name && services.exists(s, s.metadata.annotations['x'] == 'y')",
        None,
    );
    let demand = Demand::of([&piece]);
    let kinds: Vec<String> = demand.iter().map(|(kind, _)| kind.to_string()).collect();
    assert_eq!(
        kinds,
        [
            "Pod",
            "ReplicationController",
            "Service",
            "DaemonSet.apps",
            "Deployment.apps",
            "ReplicaSet.apps",
            "StatefulSet.apps",
            "CronJob.batch",
            "Job.batch",
            "Widget.example.com",
        ]
    );
    let object = json!({
        "kind": "Widget", "metadata": {"name": "a", "labels": {"x": "y"}}, "spec": {"host": "web", "more": 1},
    });
    let kept = demand
        .get(&GroupKind::new("example.com", "Widget"))
        .expect("it is asked for")
        .apply(&object);
    let expected = json!({"kind": "Widget", "metadata": {"name": "a"}, "spec": {"host": "web"}});
    assert_eq!(kept, crate::cel::Tree::of(&expected));
}

/// A pod of a ReplicaSet, or of something else.
fn owned_pod(owner: &Json) -> Json {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"namespace": "shop", "name": "web-1", "labels": {"app": "web"}, "ownerReferences": [owner]},
        "spec": {"containers": [{"name": "app", "image": "web:1", "env": [{"name": "A", "value": "1"}]}]},
    })
}

#[test]
fn whom_a_workload_controls_is_known_by_the_owner() {
    let owner = |version: &str, kind: &str, controller: bool| json!({"apiVersion": version, "kind": kind, "name": "x", "controller": controller});
    let rows = [
        (owner("apps/v1", "ReplicaSet", true), true),
        (owner("apps/v1", "ReplicaSet", false), false),
        (owner("example.org/v1", "ReplicaSet", true), false),
        (owner("argoproj.io/v1alpha1", "Workflow", true), false),
    ];
    for (owner, expected) in rows {
        assert_eq!(
            Document::is_controlled(&owned_pod(&owner)),
            expected,
            "{owner}"
        );
    }
    assert!(!Document::is_controlled(&web()));
}

#[test]
fn of_what_a_workload_controls_only_what_is_asked_of_objects_is_kept() {
    let of_pods = piece(
        ("v1", "Pod"),
        "object.metadata.labels['app'] == workload.metadata.name",
        None,
    );
    let of_workloads = piece(
        ("self", "Workload"),
        "object.spec.template.spec.containers.all(c, c.env.exists(e, e.name == 'A'))",
        None,
    );
    let demand = Demand::of([&of_pods, &of_workloads]);
    let pods = GroupKind::new("", "Pod");
    let kept = demand.of_controlled(&pods).expect("pods can be controlled");
    let owner =
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "controller": true});
    let pod = owned_pod(&owner);
    let document = Document::decode_controlled(&pods, &pod, kept).expect("it has a name");
    let expected = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "shop", "name": "web-1", "labels": {"app": "web"}},
    });
    assert_eq!(**document.tree(), crate::cel::Tree::of(&expected));

    // It is evidence of the workload, and nobody's subject: too little of it is kept to judge it by.
    let mut documents = cluster(&[&of_pods, &of_workloads], &[web()]);
    documents.apply(document);
    let of_web = subject(&documents, &web());
    let found = of_pods.judge(&of_web, &documents, now(), &mut Effort::default());
    assert!(matches!(found, Found::Holds { .. }), "{found}");
    assert!(Subject::of(&documents, &pods, "shop", "web-1").is_none());
    // Let go of, it is one.
    let mut orphan = pod;
    orphan["metadata"]["ownerReferences"] = json!([]);
    put(&mut documents, &[orphan]);
    assert!(Subject::of(&documents, &pods, "shop", "web-1").is_some());
    // Of other kinds nobody controls any.
    assert_eq!(demand.of_controlled(&GroupKind::new("", "ConfigMap")), None);
}
