//! Digests of pod templates.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::launch::template_digest;

#[test]
fn they_are_the_same_in_every_version() {
    // What is stored was written by an older version: a difference here forgets every revision that was let run.
    assert_eq!(
        template_digest(&workload(&deployment("web"))),
        "293d72cb191eac4c5d352773cb0dd3b4"
    );
}

#[test]
fn metadata_and_replicas_are_no_revision() {
    let digest = |change: fn(&mut Value)| {
        let mut object = deployment("web");
        change(&mut object);
        template_digest(&workload(&object))
    };
    let same = digest(|_| {});
    assert_eq!(digest(|object| object["spec"]["replicas"] = json!(7)), same);
    assert_eq!(
        digest(|object| object["metadata"]["labels"]["team"] = json!("a")),
        same
    );
    assert_eq!(
        digest(|object| object["metadata"]["generation"] = json!(9)),
        same
    );
    assert_eq!(
        digest(|object| object["spec"]["template"]["spec"]["restartPolicy"] = json!("Always")),
        same,
        "a default"
    );
}

#[test]
fn whatever_is_kept_of_a_template_makes_another_one() {
    let changes: [fn(&mut Value); 16] = [
        |_| {},
        |pod| pod["containers"][0]["image"] = json!("registry.example/shop:1.1"),
        |pod| pod["containers"][0]["name"] = json!("app2"),
        |pod| pod["containers"][0]["securityContext"] = json!({"privileged": true}),
        |pod| pod["containers"][0]["securityContext"] = json!({"privileged": false}),
        |pod| {
            pod["containers"][0]["securityContext"] =
                json!({"capabilities": {"add": ["NET_ADMIN"]}})
        },
        |pod| pod["containers"][0]["resources"] = json!({"limits": {"cpu": "1"}}),
        |pod| pod["containers"][0]["resources"] = json!({"requests": {"cpu": "1"}}),
        |pod| pod["containers"][0]["ports"] = json!([{"containerPort": 80}]),
        |pod| pod["containers"][0]["livenessProbe"] = json!({"tcpSocket": {"port": 80}}),
        |pod| pod["containers"][0]["readinessProbe"] = json!({"tcpSocket": {"port": 80}}),
        |pod| {
            pod["containers"][0]["env"] =
                json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}])
        },
        |pod| {
            pod["initContainers"] = json!([{"name": "app", "image": "registry.example/shop:1.0"}])
        },
        |pod| pod["serviceAccountName"] = json!("admin"),
        |pod| pod["hostNetwork"] = json!(true),
        |pod| pod["volumes"] = json!([{"name": "v", "hostPath": {"path": "/"}}]),
    ];
    let digests: BTreeSet<String> = changes
        .iter()
        .map(|change| {
            let mut object = deployment("web");
            change(&mut object["spec"]["template"]["spec"]);
            template_digest(&workload(&object))
        })
        .collect();
    assert_eq!(digests.len(), changes.len());
    assert!(digests.iter().all(|digest| digest.len() == 32));
}
