//! The documents: what changes, what is kept, and snapshots.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cel::Tree;
use crate::evidence::Change;

fn config_map() -> GroupKind {
    GroupKind::new("", "ConfigMap")
}

fn object(namespace: &str, name: &str, value: &str) -> Json {
    json!({"metadata": {"namespace": namespace, "name": name}, "data": {"kept": value, "left out": value}})
}

fn parts() -> Projection {
    Projection::path(&["data", "kept"]).union(&Projection::path(&["kind"]))
}

fn document(namespace: &str, name: &str, value: &str) -> Document {
    Document::decode(&config_map(), &object(namespace, name, value), &parts())
        .expect("it has a name")
}

fn described(change: Option<&Change>) -> String {
    let describe = |document: &Option<std::sync::Arc<Document>>| match document {
        Some(document) => {
            let value = document
                .tree()
                .at(&["data", "kept"])
                .and_then(Tree::as_str)
                .unwrap_or_default();
            format!("{} {value:?}", document.object_ref())
        }
        None => "nothing".to_owned(),
    };
    change.map_or("none".to_owned(), |change| {
        format!(
            "{} -> {}",
            describe(&change.before),
            describe(&change.after)
        )
    })
}

#[test]
fn writes_answer_with_what_changed() {
    let mut documents = Documents::of_cluster();
    let kind = config_map();
    assert!(documents.keep(&kind, &parts()));
    let steps = [
        (
            documents.apply(document("shop", "a", "1")),
            "nothing -> ConfigMap shop/a \"1\"",
        ),
        (documents.apply(document("shop", "a", "1")), "none"),
        (
            documents.apply(document("shop", "a", "2")),
            "ConfigMap shop/a \"1\" -> ConfigMap shop/a \"2\"",
        ),
        (documents.delete(&kind, "shop", "b"), "none"),
        (
            documents.delete(&kind, "shop", "a"),
            "ConfigMap shop/a \"2\" -> nothing",
        ),
        (documents.delete(&kind, "shop", "a"), "none"),
    ];
    for (at, (change, expected)) in steps.iter().enumerate() {
        assert_eq!(described(change.as_ref()), *expected, "step {at}");
    }
    assert!(documents.is_empty());
}

#[test]
fn a_reset_replaces_all_and_ends_the_waiting() {
    let mut documents = Documents::of_cluster();
    let kind = config_map();
    documents.keep(&kind, &parts());
    documents.apply(document("shop", "stays", "1"));
    documents.apply(document("shop", "goes", "1"));
    assert_eq!(*documents.source(&kind), Source::Pending);
    let changes = documents.reset(
        &kind,
        [
            document("shop", "stays", "1"),
            document("shop", "comes", "1"),
        ],
    );
    let changes: Vec<String> = changes
        .iter()
        .map(|change| described(Some(change)))
        .collect();
    assert_eq!(
        changes,
        [
            "nothing -> ConfigMap shop/comes \"1\"",
            "ConfigMap shop/goes \"1\" -> nothing"
        ]
    );
    assert_eq!(*documents.source(&kind), Source::Synced);
}

#[test]
fn more_parts_make_a_kind_wait_and_fewer_do_not() {
    let mut documents = Documents::of_cluster();
    let kind = config_map();
    assert!(documents.keep(&kind, &parts()));
    documents.reset(&kind, []);
    assert!(!documents.keep(&kind, &parts()));
    assert!(!documents.keep(&kind, &Projection::path(&["kind"])));
    assert_eq!(*documents.source(&kind), Source::Synced);
    assert!(documents.keep(&kind, &Projection::path(&["data"])));
    assert_eq!(*documents.source(&kind), Source::Pending);
}

#[test]
fn what_nothing_reads_is_not_kept_and_changes_nothing() {
    let kept = document("shop", "a", "1");
    assert_eq!(
        **kept.tree(),
        Tree::of(&json!({"kind": "ConfigMap", "data": {"kept": "1"}}))
    );
    let mut changed = object("shop", "a", "1");
    changed["data"]["left out"] = "2".into();
    let mut documents = Documents::of_cluster();
    documents.keep(&config_map(), &parts());
    documents.apply(kept);
    let same = Document::decode(&config_map(), &changed, &parts()).expect("it has a name");
    assert!(documents.apply(same).is_none());
}

#[test]
fn a_successor_of_the_same_name_is_a_change() {
    let mut documents = Documents::of_cluster();
    let kind = config_map();
    documents.keep(&kind, &parts());
    let with_uid = |uid: &str| {
        let mut object = object("shop", "a", "1");
        object["metadata"]["uid"] = uid.into();
        Document::decode(&kind, &object, &parts()).expect("it has a name")
    };
    documents.apply(with_uid("one"));
    assert!(documents.apply(with_uid("two")).is_some());
}

#[test]
fn a_dropped_kind_is_gone_and_pending_again() {
    let mut documents = Documents::of_cluster();
    let kind = config_map();
    documents.keep(&kind, &parts());
    documents.reset(&kind, [document("shop", "a", "1")]);
    let snapshot = documents.clone();
    assert_eq!(documents.drop_kind(&kind).len(), 1);
    assert_eq!(
        (documents.len(), documents.source(&kind)),
        (0, &Source::Pending)
    );
    assert!(documents.keep(&kind, &parts()));
    assert_eq!(
        (snapshot.len(), snapshot.source(&kind)),
        (1, &Source::Synced)
    );
}

/// The workloads' template is where expressions look for it, whatever the kind.
#[test]
fn cron_jobs_and_pods_get_a_template() {
    let template =
        json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web"}]}});
    let cron_job = json!({
        "kind": "CronJob", "metadata": {"name": "web"},
        "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": template}}},
    });
    let pod = json!({
        "metadata": {"name": "web", "labels": {"app": "web"}, "uid": "1"}, "spec": {"containers": [{"name": "web"}]},
    });
    for (kind, object) in [
        (GroupKind::new("batch", "CronJob"), cron_job),
        (GroupKind::new("", "Pod"), pod),
    ] {
        let document =
            Document::decode(&kind, &object, &Projection::whole()).expect("it has a name");
        assert_eq!(
            document.tree().at(&["spec", "template"]),
            Some(&Tree::of(&template)),
            "{kind}"
        );
        assert_eq!(
            document.tree().get("kind").and_then(Tree::as_str),
            Some(&*kind.kind)
        );
    }
}

/// A write: of one of a few objects, in one of a few namespaces.
#[derive(Clone, Debug)]
enum Write {
    Apply(usize, usize, usize),
    Delete(usize, usize),
    Reset(Vec<(usize, usize, usize)>),
}

fn route(namespace: usize, name: usize, backend: usize) -> Json {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"namespace": format!("ns-{namespace}"), "name": format!("route-{name}")},
        "spec": {"rules": [{"backendRefs": [{"name": format!("service-{backend}"), "namespace": "shop"}]}]},
    })
}

proptest! {
    /// The index of routes by Service, and what is remembered, are the same however a state came about.
    #[test]
    fn a_state_does_not_show_how_it_came_about(writes in proptest::collection::vec(prop_oneof![
        (0..2_usize, 0..4_usize, 0..3_usize).prop_map(|(a, b, c)| Write::Apply(a, b, c)),
        (0..2_usize, 0..4_usize).prop_map(|(a, b)| Write::Delete(a, b)),
        proptest::collection::vec((0..2_usize, 0..4_usize, 0..3_usize), 0..4).prop_map(Write::Reset),
    ], 0..30)) {
        let kind = GroupKind::new("gateway.networking.k8s.io", "HTTPRoute");
        let decode = |(namespace, name, backend): (usize, usize, usize)| {
            Document::decode(&kind, &route(namespace, name, backend), &Projection::whole()).expect("it has a name")
        };
        let mut documents = Documents::of_cluster();
        documents.keep(&kind, &Projection::whole());
        let piece = piece(("gateway.networking.k8s.io/v1", "HTTPRoute"), "object.spec.rules.exists(r, \
            r.backendRefs.exists(b, b.name == 'service-1'))", None);
        for write in writes {
            match write {
                Write::Apply(namespace, name, backend) => { documents.apply(decode((namespace, name, backend))); }
                Write::Delete(namespace, name) => {
                    documents.delete(&kind, &format!("ns-{namespace}"), &format!("route-{name}"));
                }
                Write::Reset(list) => { documents.reset(&kind, list.into_iter().map(decode)); }
            }
            let mut fresh = Documents::of_cluster();
            fresh.keep(&kind, &Projection::whole());
            let all: Vec<Document> = documents
                .of_kind(&kind)
                .map(|document| {
                    let mut parts = document.object_ref().to_string();
                    parts.retain(|char| char.is_ascii_digit() || char == '/');
                    let backend: usize = document.backends()[0].1.trim_start_matches("service-").parse().expect("a number");
                    let (namespace, name) = parts.trim_start_matches('8').split_once('/').expect("both");
                    decode((namespace.parse().expect("a number"), name.parse().expect("a number"), backend))
                })
                .collect();
            fresh.reset(&kind, all);
            let service = ("shop".into(), "service-1".into());
            let names = |documents: &Documents| -> Vec<String> {
                documents.routes_to(&kind, &service).map(|route| route.object_ref().to_string()).collect()
            };
            prop_assert_eq!(names(&documents), names(&fresh));
            let Some(crate::cel::Necessary::Condition { program, .. }) = Some(&piece.0.guard.far) else {
                unreachable!("it asks only of the object");
            };
            let meeting = |documents: &Documents| -> Vec<String> {
                documents.meeting(&kind, program, &mut 0).iter().map(|route| route.object_ref().to_string()).collect()
            };
            prop_assert_eq!(meeting(&documents), meeting(&fresh));
        }
    }
}
