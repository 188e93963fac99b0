//! What a change touches: no more than what it may make another.

use serde_json::{Value, json};

use super::*;
use crate::evidence::{Document, Source};
use crate::inventory::{Inventory, Record};
use crate::model;

/// A ledger in a cluster with the namespace `shop`, which the policy asks for the checklist `ai-agent` by its labels.
fn ledger() -> (Ledger, Inventory) {
    let mut inventory = Inventory::of_cluster();
    let namespace = json!({"metadata": {"name": "shop", "labels": {"tier": "production"}}});
    let namespace =
        model::decode(crate::model::Kind::Namespace, &namespace).expect("it is a namespace");
    inventory.apply(Record::of_cluster(namespace));
    let mut ledger = Ledger::default();
    let policy = read(json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessPolicy", "metadata": {"name": "production"},
        "spec": {
            "match": {"namespaceSelector": {"matchLabels": {"tier": "production"}}},
            "launch": {"checklists": ["ai-agent"]},
        },
    }));
    ledger.write(Entry::Policies(vec![policy]), &inventory);
    for entry in [
        Entry::Launches(News::All(vec![
            launch("web", json!({})),
            launch("api", json!({})),
        ])),
        Entry::Attestations(News::All(Vec::new())),
        Entry::Exceptions(News::All(vec![exception(json!({}))])),
        Entry::Checklists(News::All(vec![checklist(1, json!({}))])),
    ] {
        ledger.write(entry, &inventory);
    }
    (ledger, inventory)
}

fn read<T: serde::de::DeserializeOwned>(object: Value) -> T {
    serde_json::from_value(object.clone()).unwrap_or_else(|error| panic!("{error}: {object}"))
}

fn object(kind: &str, name: &str, spec: Value, status: Value) -> Value {
    json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": kind, "spec": spec, "status": status,
        "metadata": {"name": name, "namespace": "shop", "uid": name, "generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z"},
    })
}

fn launch(name: &str, status: Value) -> ReadinessLaunch {
    read(object(
        "ReadinessLaunch",
        name,
        json!({"selector": {}, "release": "1"}),
        status,
    ))
}

fn exception(status: Value) -> ReadinessException {
    let spec = json!({
        "policy": "production", "waives": ["cpu-limits"], "workloads": {"selector": {}}, "reason": "late", "owner": "team",
        "requestedBy": "ada", "expiresAt": "2026-02-01T00:00:00Z",
    });
    read(object("ReadinessException", "late", spec, status))
}

fn checklist(items: usize, status: Value) -> ReadinessChecklist {
    let item = |at| {
        json!({
            "id": format!("item-{at}"), "title": "I", "section": "S", "severity": "high", "attestation": {"roles": ["a"], "validFor": "1d"},
        })
    };
    let items: Vec<Value> = (0..items).map(item).collect();
    read(object(
        "ReadinessChecklist",
        "team",
        json!({"title": "Team", "items": items}),
        status,
    ))
}

fn attestation(spec: Value) -> ReadinessAttestation {
    let mut whole = json!({"approver": {"username": "ada"}, "statement": "done"});
    whole
        .as_object_mut()
        .expect("a map")
        .extend(spec.as_object().expect("a map").clone());
    read(object("ReadinessAttestation", "one", whole, json!(null)))
}

fn names(names: &BTreeSet<Name>) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn the_status_that_was_written_of_a_launch_touches_that_one_alone() {
    let (mut ledger, inventory) = ledger();
    let orders = ledger.orders();
    let written = launch("web", json!({"open": 3}));
    let (touched, reports) = ledger.write(
        Entry::Launches(News::Is(Box::new(written.clone()))),
        &inventory,
    );
    assert_eq!(
        (names(&touched.launches), reports),
        (vec!["shop/web".to_owned()], false)
    );
    assert!(!touched.everything && !touched.every_launch && touched.exceptions.is_empty());
    let (touched, _) = ledger.write(
        Entry::Launches(News::Is(Box::new(written.clone()))),
        &inventory,
    );
    assert!(touched.is_none(), "the same again is nothing");
    assert_eq!(ledger.orders(), orders, "nothing is listed again");

    // Another selector may be in the way of other launches.
    let mut other = written;
    other.spec.selector.match_labels = Some([("app".to_owned(), "web".to_owned())].into());
    let (touched, _) = ledger.write(Entry::Launches(News::Is(Box::new(other))), &inventory);
    assert_eq!(names(&touched.launches), ["shop/api", "shop/web"]);
    let gone = Entry::Launches(News::Gone(Name::new("shop", "web")));
    let (touched, _) = ledger.write(gone, &inventory);
    assert_eq!(
        names(&touched.launches),
        ["shop/api", "shop/web"],
        "what is gone must be forgotten"
    );
}

#[test]
fn what_launches_ask_for_is_watched_as_long_as_they_do() {
    let (mut ledger, inventory) = ledger();
    assert!(
        ledger.orders().len() > 50,
        "{} kinds",
        ledger.orders().len()
    );
    for name in ["web", "api"] {
        ledger.write(
            Entry::Launches(News::Gone(Name::new("shop", name))),
            &inventory,
        );
    }
    assert!(ledger.orders().is_empty());
    // The namespace is another one, and asked for nothing.
    let mut other = launch("web", json!({}));
    other.metadata.namespace = Some("other".to_owned());
    ledger.write(Entry::Launches(News::Is(Box::new(other))), &inventory);
    assert!(ledger.orders().is_empty());
}

#[test]
fn the_status_of_an_exception_is_no_other_exception() {
    let (mut ledger, inventory) = ledger();
    let is = |object: ReadinessException| Entry::Exceptions(News::Is(Box::new(object)));
    let (touched, reports) = ledger.write(is(exception(json!({"used": 3}))), &inventory);
    assert_eq!(
        (names(&touched.exceptions), reports),
        (vec!["shop/late".to_owned()], false)
    );
    assert!(touched.launches.is_empty());
    assert_eq!(
        ledger.statuses.exceptions[&Name::new("shop", "late")]
            .status
            .used,
        3
    );

    let mut another = exception(json!({}));
    another.metadata.uid = Some("another".to_owned());
    let (touched, reports) = ledger.write(is(another), &inventory);
    assert!(reports);
    assert_eq!(names(&touched.launches), ["shop/api", "shop/web"]);
    let (touched, reports) = ledger.write(
        Entry::Exceptions(News::Gone(Name::new("shop", "late"))),
        &inventory,
    );
    assert!(reports && ledger.statuses.exceptions.is_empty());
    assert_eq!(names(&touched.exceptions), ["shop/late"]);

    // What cannot be understood waives nothing, and that is said.
    let mut broken = exception(json!({}));
    broken.spec.workloads.selector = None;
    ledger.write(is(broken), &inventory);
    assert!(ledger.people.exceptions.is_empty());
    let known = &ledger.statuses.exceptions[&Name::new("shop", "late")];
    assert!(
        known
            .error
            .as_deref()
            .is_some_and(|error| error.contains("spec.workloads")),
        "{known:?}"
    );
}

#[test]
fn the_status_of_a_checklist_is_no_other_checklist() {
    let (mut ledger, inventory) = ledger();
    let is = |object: ReadinessChecklist| Entry::Checklists(News::Is(Box::new(object)));
    let before = ledger.checklists.clone();
    let (touched, reports) = ledger.write(is(checklist(1, json!({"items": 1}))), &inventory);
    assert!(!reports && !touched.everything && touched.checklists.len() == 1);
    assert!(
        Arc::ptr_eq(&before, &ledger.checklists),
        "nothing is compiled again"
    );
    assert_eq!(ledger.statuses.checklists["team"].status.items, 1);
    let (touched, reports) = ledger.write(is(checklist(2, json!({}))), &inventory);
    assert!(reports && touched.everything);

    // A broken one leaves the version before in force, and what is wrong is known.
    let mut broken = checklist(2, json!({}));
    broken.spec.items[1].id = "item-0".to_owned();
    ledger.write(is(broken), &inventory);
    let error = ledger.statuses.checklists["team"].error.as_deref();
    assert!(
        error.is_some_and(|error| error.contains("two items")),
        "{error:?}"
    );
    assert_eq!(
        ledger.checklists.find("team").map(|team| team.items.len()),
        Some(2)
    );
    ledger.write(
        Entry::Checklists(News::Gone(Name::new("", "team"))),
        &inventory,
    );
    assert!(ledger.statuses.checklists.is_empty() && ledger.checklists.find("team").is_none());
}

#[test]
fn an_attestation_touches_the_launches_of_its_namespace_and_an_approval_the_exceptions() {
    let (mut ledger, inventory) = ledger();
    let is = |spec: Value| Entry::Attestations(News::Is(Box::new(attestation(spec))));
    let items = json!({"launch": "web", "role": "a", "items": ["team:item-0"]});
    let (touched, reports) = ledger.write(is(items.clone()), &inventory);
    assert_eq!(
        (touched.launches.len(), touched.exceptions.len(), reports),
        (2, 0, false)
    );
    let (touched, _) = ledger.write(is(items), &inventory);
    assert!(touched.is_none(), "the same again is nothing");
    let approves = json!({"approves": {"name": "late", "uid": "late"}});
    let (touched, reports) = ledger.write(is(approves), &inventory);
    assert_eq!(
        (touched.launches.len(), touched.exceptions.len(), reports),
        (2, 1, true)
    );
}

#[test]
fn an_answer_of_rbac_touches_its_namespace_where_it_is_news() {
    let (mut ledger, inventory) = ledger();
    ledger.write(
        Entry::Attestations(News::Is(Box::new(attestation(
            json!({"launch": "web", "role": "a", "items": ["a:b"]}),
        )))),
        &inventory,
    );
    let claim = ledger.people.attestations[&Name::new("shop", "one")].claim();
    let mut answer = |grant: Grant| {
        ledger
            .write(Entry::Authority(vec![(claim.clone(), grant)]), &inventory)
            .0
    };
    assert_eq!(
        names(&answer(Grant::Granted).launches),
        ["shop/api", "shop/web"]
    );
    assert!(answer(Grant::Granted).is_none());
    assert!(!answer(Grant::Denied).is_none());
}

/// What a watch tells of a kind, as the newest order wants it.
fn told(ledger: &Ledger, object: &Value, what: fn(Document) -> DocumentEvent) -> Entry {
    let text = |field: &str| object[field].as_str().expect("a text").to_owned();
    let kind = GroupKind::of(&text("apiVersion"), &text("kind"));
    let order = ledger.orders().into_iter().find(|order| order.kind == kind);
    let order = order.unwrap_or_else(|| panic!("{kind} is watched"));
    let document = order.document(object).expect("it has a name");
    let what = what(document);
    Entry::Documents(DocumentNews { order, what })
}

#[test]
fn an_object_elsewhere_touches_the_launches_that_it_speaks_of() {
    let (mut ledger, mut inventory) = ledger();
    for at in 0..50 {
        let namespace = format!("team-{at}");
        let mut launch = launch("web", json!({}));
        launch.metadata.namespace = Some(namespace.clone());
        ledger.write(Entry::Launches(News::Is(Box::new(launch))), &inventory);
        let labels = json!({"app": "web"});
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": namespace, "labels": labels},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {"containers": []}}},
        });
        let record = model::decode(model::Kind::Deployment, &deployment).expect("it is one");
        inventory.apply(Record::of_cluster(record));
        let (touched, _) = ledger.write(told(&ledger, &deployment, DocumentEvent::Is), &inventory);
        let own = format!("team-{at}/web");
        assert_eq!(names(&touched.launches), [own], "that of its namespace");
    }
    let rule = |expr: &str, severity: &str| {
        json!({
            "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
            "metadata": {"name": "alerts", "namespace": "monitoring"},
            "spec": {"groups": [{"name": "web", "rules": [
                {"alert": "WebDown", "expr": expr, "labels": {"severity": severity}},
            ]}]},
        })
    };
    let of_team_7 = rule("absent(up{namespace=\"team-7\",job=\"web\"})", "critical");
    let mut write = |rule: &Value, what: fn(Document) -> DocumentEvent| {
        let (touched, reports) = ledger.write(told(&ledger, rule, what), &inventory);
        assert!(!touched.every_launch && !touched.everything && !reports);
        names(&touched.launches)
    };
    assert_eq!(write(&of_team_7, DocumentEvent::Is), ["team-7/web"]);
    // It says another thing of the same workload, which shows the same.
    let again = rule(
        "absent(up{namespace=\"team-7\",job=\"web\"}) == 1",
        "critical",
    );
    assert!(write(&again, DocumentEvent::Is).is_empty());
    // It speaks of another one.
    let of_team_8 = rule("absent(up{namespace=\"team-8\",job=\"web\"})", "critical");
    assert_eq!(
        write(&of_team_8, DocumentEvent::Is),
        ["team-7/web", "team-8/web"]
    );
    let gone =
        |rule: Document| DocumentEvent::Gone(rule.namespace().to_string(), rule.name().to_string());
    assert_eq!(write(&of_team_8, gone), ["team-8/web"]);
    // Of every namespace.
    let of_all = rule("absent(up{namespace=~\".+\",job=\"web\"})", "critical");
    assert_eq!(write(&of_all, DocumentEvent::Is).len(), 50);
}

#[test]
fn what_a_workload_controls_is_listed_again_when_more_is_asked_of_it() {
    let (mut ledger, inventory) = ledger();
    let pods = GroupKind::new("", "Pod");
    let number = |ledger: &Ledger| {
        let orders = ledger.orders().into_iter();
        orders
            .filter(|order| order.kind == pods)
            .map(|order| order.number)
            .next()
    };
    let listed = |ledger: &mut Ledger| {
        let order = ledger.orders().into_iter().find(|order| order.kind == pods);
        let order = order.expect("pods are watched");
        let what = DocumentEvent::All(Vec::new());
        ledger.write(Entry::Documents(DocumentNews { order, what }), &inventory);
    };
    listed(&mut ledger);
    assert_eq!(*ledger.documents.source(&pods), Source::Synced);
    let first = number(&ledger);

    // Images are read of workloads, and so kept of what is one; not yet of what belongs to one.
    let mut asking = checklist(0, json!({}));
    asking.spec.items = vec![read(json!({
        "id": "pods", "title": "P", "section": "S", "severity": "high",
        "evidence": [{"name": "pods", "apiVersion": "v1", "kind": "Pod", "where": "x", "cel": "object.spec.template.spec.containers.all(c, c.image == 'x')"}],
    }))];
    ledger.write(Entry::Checklists(News::Is(Box::new(asking))), &inventory);
    assert_eq!(number(&ledger), first, "no launch asks for it");
    let mut launch = launch("web", json!({}));
    launch.spec.checklists = vec!["team".to_owned()];
    ledger.write(
        Entry::Launches(News::Is(Box::new(launch.clone()))),
        &inventory,
    );
    assert!(number(&ledger) > first);
    assert_eq!(*ledger.documents.source(&pods), Source::Pending);
    listed(&mut ledger);

    // Less is asked: what is kept suffices.
    let second = number(&ledger);
    launch.spec.checklists.clear();
    ledger.write(Entry::Launches(News::Is(Box::new(launch))), &inventory);
    assert_eq!(number(&ledger), second);
    assert_eq!(*ledger.documents.source(&pods), Source::Synced);
}
