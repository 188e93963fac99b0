//! How many reports a change has judged again: each line is a write and exactly the reports that it may touch.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::shop::{
    account, autoscaler_of, binding, deployment, network_policy, object, role, shop,
};
use crate::inventory::{Change, Inventory, ReportOn, Sight, affected};
use crate::model::{Key, Kind, Object, Stub};

pub(super) fn touched(
    inventory: &Inventory,
    write: impl FnOnce(&mut Inventory) -> Option<Change>,
) -> BTreeSet<ReportOn> {
    let mut after = inventory.clone();
    write(&mut after).map_or_else(BTreeSet::new, |change| {
        affected(inventory, &after, &change, Sight::Declared)
    })
}

/// What applying an object touches, then what applying it with a change does, then what deleting it does: the same.
#[track_caller]
pub(super) fn assert_touches(
    inventory: &Inventory,
    objects: &[Object],
    expected: impl IntoIterator<Item = ReportOn>,
) {
    let expected: BTreeSet<_> = expected.into_iter().collect();
    let mut at = inventory.clone();
    for object in objects {
        assert_eq!(
            touched(&at, |inventory| inventory.apply(object.clone())),
            expected,
            "applying {object:?}"
        );
        at.apply(object.clone());
        assert_eq!(
            touched(&at, |inventory| inventory.apply(object.clone())),
            BTreeSet::new(),
            "again: {object:?}"
        );
        assert_eq!(
            touched(&at, |inventory| inventory.delete(object.key())),
            expected,
            "deleting {object:?}"
        );
    }
}

pub(super) fn workloads(
    numbers: impl IntoIterator<Item = usize>,
) -> impl Iterator<Item = ReportOn> {
    let key = |number| Key::new(Kind::Deployment, "shop", format!("w{number}"));
    numbers
        .into_iter()
        .map(move |number| ReportOn::Workload(key(number)))
}

fn with_namespace(numbers: impl IntoIterator<Item = usize>) -> impl Iterator<Item = ReportOn> {
    workloads(numbers).chain([ReportOn::Namespace("shop".into())])
}

#[test]
fn what_selects_pods_touches_those_it_selects() {
    let shop = shop();
    let in_two =
        json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["w1", "w42"]}]});
    assert_touches(
        &shop,
        &[network_policy(in_two.clone())],
        with_namespace([1, 42]),
    );
    assert_touches(
        &shop,
        &[network_policy(json!({"matchLabels": {"app": "w7"}}))],
        with_namespace([7]),
    );
    assert_touches(&shop, &[network_policy(json!({}))], with_namespace(0..100));
    assert_touches(
        &shop,
        &[network_policy(json!({"matchLabels": {"app": "gone"}}))],
        with_namespace([]),
    );
    let [stricter, looser] = [0, 2].map(|pods| {
        let spec = json!({"selector": in_two, "minAvailable": pods});
        object(
            Kind::PodDisruptionBudget,
            "shop",
            "two",
            json!({"spec": spec}),
        )
    });
    assert_touches(&shop, &[stricter, looser], with_namespace([1, 42]));
    let service = object(
        Kind::Service,
        "shop",
        "web",
        json!({"spec": {"selector": {"tier": "front"}}}),
    );
    assert_touches(&shop, &[service], with_namespace(0..10));
}

#[test]
fn what_leads_to_a_service_touches_those_behind_it() {
    let mut shop = shop();
    let spec = |labels: Value| json!({"spec": {"selector": labels}});
    shop.apply(object(
        Kind::Service,
        "shop",
        "front",
        spec(json!({"tier": "front"})),
    ));
    shop.apply(object(
        Kind::Service,
        "shop",
        "w50",
        spec(json!({"app": "w50"})),
    ));
    let ingress = |to: &str| {
        let rule = json!({"http": {"paths": [{"backend": {"service": {"name": to}}}]}});
        object(
            Kind::Ingress,
            "shop",
            "in",
            json!({"spec": {"rules": [rule]}}),
        )
    };
    assert_touches(&shop, &[ingress("front")], with_namespace(0..10));
    assert_touches(&shop, &[ingress("w50")], with_namespace([50]));
    assert_touches(&shop, &[ingress("gone")], with_namespace([]));
    let route = |namespace: &str, backend: Value| {
        let gateway = json!({"name": "public", "namespace": "other"});
        let spec = json!({"parentRefs": [gateway], "rules": [{"backendRefs": [backend]}]});
        object(Kind::HTTPRoute, namespace, "route", json!({"spec": spec}))
    };
    let across = route("other", json!({"name": "w50", "namespace": "shop"}));
    let other = ReportOn::Namespace("other".into());
    assert_touches(
        &shop,
        std::slice::from_ref(&across),
        with_namespace([50]).chain([other.clone()]),
    );
    // A Gateway touches what its routes lead to, and is judged itself with its namespace.
    let gateway = object(
        Kind::Gateway,
        "other",
        "public",
        json!({"spec": {"listeners": []}}),
    );
    assert_touches(&shop, std::slice::from_ref(&gateway), [other.clone()]);
    shop.apply(across);
    assert_touches(&shop, &[gateway], workloads([50]).chain([other]));
    let rule = |host: &str, hash: Value| {
        let policy = json!({"loadBalancer": {"consistentHash": hash}});
        object(
            Kind::DestinationRule,
            "shop",
            "rule",
            json!({"spec": {"host": host, "trafficPolicy": policy}}),
        )
    };
    assert_touches(&shop, &[rule("w50", json!({}))], with_namespace([50]));
    assert_touches(&shop, &[rule("w50", Value::Null)], []);
}

#[test]
fn a_service_that_leads_nowhere_touches_the_workload_of_its_name() {
    let shop = shop();
    let service = |name: &str, labels: Value| {
        object(
            Kind::Service,
            "shop",
            name,
            json!({"spec": {"selector": labels}}),
        )
    };
    assert_touches(
        &shop,
        &[service("w7", json!({"app": "typo"}))],
        with_namespace([7]),
    );
    assert_touches(
        &shop,
        &[service("w7", json!({"app": "w8"}))],
        with_namespace([8]),
    );
    assert_touches(
        &shop,
        &[service("db", json!({"app": "typo"}))],
        with_namespace([]),
    );
    // Whoever it led to goes: it is the other's again.
    let mut inventory = shop.clone();
    inventory.apply(service("w7", json!({"app": "w80"})));
    assert_eq!(
        touched(&inventory, |inventory| inventory
            .delete(deployment("shop", 80, json!({})).key())),
        with_namespace([7, 80]).collect()
    );
}

#[test]
fn ports_touch_those_that_share_a_service() {
    let mut inventory = shop();
    let spec = json!({"spec": {"selector": {"tier": "back"}}});
    inventory.apply(object(Kind::Service, "shop", "back", spec));
    let ports = |number| {
        let container = json!({"name": "main", "image": "main:1", "ports": [{"name": "http", "containerPort": 1}]});
        let template = json!({"template": {"spec": {"containers": [container]}}});
        deployment("shop", number, json!({"spec": template}))
    };
    let changed = |number| touched(&inventory, |inventory| inventory.apply(ports(number)));
    assert_eq!(changed(50), workloads(10..100).collect());
    assert_eq!(changed(5), workloads([5]).collect());
}

#[test]
fn what_delivers_touches_what_it_delivers() {
    let mut inventory = shop();
    let labels = json!({
        "kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux",
    });
    for number in [3, 5] {
        inventory.apply(deployment(
            "shop",
            number,
            json!({"metadata": {"labels": labels}}),
        ));
    }
    let of = |namespace: &str| object(Kind::Kustomization, namespace, "shop", json!({}));
    assert_touches(&inventory, &[of("flux")], workloads([3, 5]));
    assert_touches(&inventory, &[of("elsewhere")], []);
    let application = object(Kind::Application, "argocd", "shop", json!({}));
    assert_touches(&inventory, &[application], []);
}

#[test]
fn what_is_said_of_a_namespace_or_the_cluster_touches_all_of_it() {
    let shop = shop();
    let quota = |hard: Value| {
        object(
            Kind::ResourceQuota,
            "shop",
            "q",
            json!({"spec": {"hard": hard}}),
        )
    };
    assert_touches(
        &shop,
        &[quota(json!({"requests.storage": 1}))],
        workloads(0..100),
    );
    let mut bounded = shop.clone();
    bounded.apply(quota(json!({"requests.storage": 1})));
    let used = json!({"spec": {"hard": {"requests.storage": 1}}, "status": {"used": {"requests.storage": 1}}});
    let used = object(Kind::ResourceQuota, "shop", "q", used);
    assert_eq!(
        touched(&bounded, |inventory| inventory.apply(used)),
        BTreeSet::new()
    );
    let slice = |namespace: &str, service: &str| {
        let labels = json!({"labels": {"kubernetes.io/service-name": service}});
        object(
            Kind::EndpointSlice,
            namespace,
            "slice",
            json!({"metadata": labels}),
        )
    };
    let everywhere = ["shop", "other"].into_iter().flat_map(|namespace| {
        (0..100).map(move |number| {
            ReportOn::Workload(Key::new(Kind::Deployment, namespace, format!("w{number}")))
        })
    });
    assert_touches(&shop, &[slice("default", "kubernetes")], everywhere);
    assert_touches(&shop, &[slice("default", "web")], []);
    assert_touches(&shop, &[slice("shop", "kubernetes")], []);
}

/// Nodes come and go with load; which cloud they are of does not.
#[test]
fn only_the_first_node_of_a_cloud_touches_anything() {
    let mut inventory = shop();
    let node = |name: &str, provider: &str| {
        object(
            Kind::Node,
            "",
            name,
            json!({"spec": {"providerID": provider}}),
        )
    };
    inventory.apply(node("one", "gce://a/b/c"));
    let apply = |inventory: &Inventory, node: &Object| {
        touched(inventory, |inventory| inventory.apply(node.clone())).len()
    };
    assert_eq!(apply(&inventory, &node("two", "gce://a/b/d")), 0);
    assert_eq!(apply(&inventory, &node("two", "aws:///a/i-1")), 200);
    inventory.apply(node("two", "aws:///a/i-1"));
    assert_eq!(apply(&inventory, &node("three", "aws:///a/i-2")), 0);
}

#[test]
fn a_budget_that_selects_others_touches_both() {
    let moved = object(
        Kind::PodDisruptionBudget,
        "shop",
        "front",
        json!({"spec": {"selector": {"matchLabels": {"app": "w50"}}}}),
    );
    assert_eq!(
        touched(&shop(), |shop| shop.apply(moved)),
        with_namespace((0..10).chain([50])).collect()
    );
}

#[test]
fn an_autoscaler_touches_its_target_and_those_under_its_budget() {
    let shop = shop();
    assert_touches(&shop, &[autoscaler_of("w50")], with_namespace([50]));
    assert_touches(&shop, &[autoscaler_of("w3")], with_namespace(0..10));
    assert_touches(&shop, &[autoscaler_of("gone")], with_namespace([]));
    let mut waiting = shop.clone();
    waiting.apply(autoscaler_of("w100"));
    assert_touches(
        &waiting,
        &[deployment("shop", 100, json!({}))],
        with_namespace([100]),
    );
}

#[test]
fn a_binding_touches_the_workloads_of_its_accounts() {
    let shop = shop();
    let of_account = || (3..100).step_by(10);
    let user = json!({"kind": "User", "name": "system:serviceaccount:shop:account3"});
    let own_group = json!({"kind": "Group", "name": "system:serviceaccounts:shop"});
    let people = json!({"kind": "Group", "name": "people"});
    let at_home = |subject: &Value| binding(Kind::RoleBinding, "Role", subject.clone());
    let everywhere =
        |subject: &Value| binding(Kind::ClusterRoleBinding, "ClusterRole", subject.clone());
    for subject in [account(), user] {
        assert_touches(&shop, &[at_home(&subject)], with_namespace(of_account()));
        assert_touches(&shop, &[everywhere(&subject)], workloads(of_account()));
    }
    assert_touches(&shop, &[at_home(&own_group)], with_namespace(0..100));
    assert_touches(&shop, &[everywhere(&own_group)], workloads(0..100));
    assert_touches(&shop, &[at_home(&people)], with_namespace([]));
    assert_touches(&shop, &[everywhere(&people)], workloads([]));
}

#[test]
fn a_role_touches_those_it_is_granted_to() {
    let shop = shop();
    let of_account = || (3..100).step_by(10);
    let local = [role(Kind::Role, "get"), role(Kind::Role, "*")];
    let global = [role(Kind::ClusterRole, "get"), role(Kind::ClusterRole, "*")];
    assert_touches(&shop, &local, with_namespace([]));
    assert_touches(&shop, &global, []);
    let mut granted = shop.clone();
    granted.apply(binding(Kind::RoleBinding, "Role", account()));
    assert_touches(&granted, &local, with_namespace(of_account()));
    assert_touches(&granted, &global, []);
    granted.apply(binding(Kind::RoleBinding, "ClusterRole", account()));
    assert_touches(&granted, &global, with_namespace(of_account()));
    granted.delete(binding(Kind::RoleBinding, "ClusterRole", account()).key());
    granted.apply(binding(Kind::ClusterRoleBinding, "ClusterRole", account()));
    assert_touches(&granted, &global, workloads(of_account()));
}

#[test]
fn a_limit_range_touches_those_that_lack_something() {
    let [one, two] = ["1", "2"].map(|cpu| {
        object(
            Kind::LimitRange,
            "shop",
            "limits",
            json!({"spec": {"limits": [{"type": "Container", "default": {"cpu": cpu}}]}}),
        )
    });
    assert_touches(&shop(), &[one, two], workloads((1..100).step_by(2)));
}

#[test]
fn a_service_account_touches_its_workloads() {
    let [silent, mounted] = [Value::Null, json!(true)].map(|automount| {
        object(
            Kind::ServiceAccount,
            "shop",
            "account3",
            json!({"automountServiceAccountToken": automount}),
        )
    });
    assert_touches(&shop(), &[silent, mounted], workloads((3..100).step_by(10)));
}

#[test]
fn a_namespace_touches_all_in_it_where_its_labels_change() {
    let namespace =
        |metadata: Value| object(Kind::Namespace, "", "shop", json!({"metadata": metadata}));
    let labelled = namespace(json!({"labels": {"env": "prod"}}));
    assert_touches(
        &shop(),
        &[namespace(json!({})), labelled.clone()],
        with_namespace(0..100),
    );
    let mut inventory = shop();
    inventory.apply(labelled);
    let newer = namespace(json!({"labels": {"env": "prod"}, "generation": 2}));
    assert_eq!(
        touched(&inventory, |inventory| inventory.apply(newer)),
        BTreeSet::new()
    );
}

#[test]
fn a_workload_touches_itself_and_what_its_change_matters_to() {
    let inventory = shop();
    let changed = |changes: Value| {
        touched(&inventory, |inventory| {
            inventory.apply(deployment("shop", 3, changes))
        })
    };
    let template = |template: Value| json!({"spec": {"template": template}});
    let just_itself: BTreeSet<_> = workloads([3]).collect();
    assert_eq!(changed(json!({})), BTreeSet::new());
    let new_image = json!({"containers": [{"name": "main", "image": "main:2"}]});
    assert_eq!(changed(template(json!({"spec": new_image}))), just_itself);
    assert_eq!(
        changed(json!({"metadata": {"labels": {"team": "web"}, "generation": 7}})),
        just_itself
    );
    assert_eq!(
        changed(json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}})),
        just_itself
    );
    assert_eq!(
        changed(json!({"metadata": {"annotations": {"a": "b"}, "managedFields": [{}]}})),
        BTreeSet::new()
    );
    // How many pods a budget spares depends on the replicas of all that it covers.
    assert_eq!(
        changed(json!({"spec": {"replicas": 5}})),
        workloads(0..10).collect()
    );
    assert_eq!(
        changed(template(json!({"metadata": {"labels": {"tier": "back"}}}))),
        with_namespace(0..10).collect()
    );
    assert_eq!(
        changed(template(json!({"spec": {"serviceAccountName": "other"}}))),
        with_namespace(0..10).collect()
    );
    let mut with_job = inventory.clone();
    let job = |status: Value| {
        let template = json!({"metadata": {"labels": {"tier": "front"}}});
        object(
            Kind::Job,
            "shop",
            "job",
            json!({"spec": {"template": template}, "status": status}),
        )
    };
    with_job.apply(job(Value::Null));
    let ended = job(json!({"conditions": [{"type": "Complete", "status": "True"}]}));
    let expected = workloads(0..10)
        .chain([ReportOn::Workload(ended.key().clone())])
        .collect();
    assert_eq!(
        touched(&with_job, |inventory| inventory.apply(ended)),
        expected
    );
    let alone = |inventory: &mut Inventory| {
        inventory.apply(deployment("shop", 50, json!({"spec": {"replicas": 5}})))
    };
    assert_eq!(touched(&inventory, alone), workloads([50]).collect());
    assert_eq!(
        touched(&inventory, |inventory| inventory
            .delete(deployment("shop", 50, json!({})).key())),
        with_namespace([50]).collect()
    );
}

/// A RoleBinding that grants something to an account of another namespace is reported on that account's workloads, and
/// on its own namespace while there are none.
#[test]
fn a_first_workload_touches_the_namespaces_whose_bindings_it_takes_over() {
    let mut inventory = shop();
    let subject = json!({"kind": "ServiceAccount", "namespace": "shop", "name": "lonely"});
    let fields = json!({"roleRef": {"kind": "ClusterRole", "name": "role"}, "subjects": [subject]});
    inventory.apply(object(Kind::RoleBinding, "other", "binding", fields));
    let lonely = deployment(
        "shop",
        100,
        json!({"spec": {"template": {"spec": {"serviceAccountName": "lonely"}}}}),
    );
    let expected = with_namespace([100]).chain([ReportOn::Namespace("other".into())]);
    assert_touches(&inventory, &[lonely], expected);
}

#[test]
fn what_is_owned_is_touched_when_its_owner_comes_or_goes() {
    let inventory = shop();
    let by = |owner: &Object| {
        let key = owner.key();
        json!({"metadata": {"ownerReferences": [{
            "apiVersion": key.kind.api_version(), "kind": key.kind.name(), "name": &*key.name,
            "uid": &*owner.meta().uid, "controller": true,
        }]}})
    };
    let parent = deployment("shop", 100, json!({}));
    let child = object(Kind::ReplicaSet, "shop", "w100-abc", by(&parent));
    let stub = Object::Owned(Stub::new(child.meta().clone(), 1).into());
    let child_report = ReportOn::Workload(child.key().clone());
    assert_touches(
        &inventory,
        std::slice::from_ref(&child),
        [child_report.clone(), ReportOn::Namespace("shop".into())],
    );
    assert_touches(&inventory, &[stub], []);
    let mut orphaned = inventory.clone();
    orphaned.apply(child.clone());
    assert_touches(
        &orphaned,
        std::slice::from_ref(&parent),
        with_namespace([100]).chain([child_report.clone()]),
    );
    // A newer owner of the same name is another one.
    orphaned.apply(parent);
    let again = deployment("shop", 100, json!({"metadata": {"uid": "another"}}));
    assert_eq!(
        touched(&orphaned, |inventory| inventory.apply(again)),
        with_namespace([100]).chain([child_report]).collect()
    );
    // Anybody may name any object as the owner of a Pod; one that is no workload is not judged in its place.
    let account = object(Kind::ServiceAccount, "shop", "account3", json!({}));
    let mut accounts = inventory.clone();
    accounts.apply(account.clone());
    let pretender = object(Kind::Pod, "shop", "pretender", by(&account));
    accounts.apply(pretender.clone());
    assert!(accounts.is_top_level(&pretender));
    assert_eq!(
        touched(&accounts, |inventory| inventory.delete(account.key())),
        workloads((3..100).step_by(10)).collect()
    );
}
