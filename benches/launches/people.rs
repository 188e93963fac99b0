//! The people who attest, one for each role, and what they attest.

use plimsoll::checklist::{Checklists, Item, Way};
use serde_json::{Value, json};

use crate::CHECKLISTS;
use crate::fleet::Name;

/// Somebody who may speak in one role.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    role: &'static str,
}

pub(crate) const PEOPLE: [Person; 4] = [
    Person {
        name: "ada",
        role: "engineering",
    },
    Person {
        name: "ben",
        role: "devops",
    },
    Person {
        name: "cleo",
        role: "security",
    },
    Person {
        name: "dan",
        role: "product",
    },
];

/// Sorted, as the API server has them.
pub(crate) const GROUPS: [&str; 2] = ["people", "system:authenticated"];

/// Lets each of them attest and sign in their role, everywhere.
pub(crate) fn grants() -> Vec<Value> {
    let group = "rbac.authorization.k8s.io";
    let grant = |name: &str, rules: Value, subject: Value| {
        let meta = json!({"name": format!("bench-{name}")});
        [
            json!({"apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": meta, "rules": rules}),
            json!({
                "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": meta,
                "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": meta["name"]}, "subjects": [subject],
            }),
        ]
    };
    let write = json!([{"apiGroups": ["plimsoll.dev"], "resources": ["readinessattestations"], "verbs": ["create", "get", "list"]}]);
    let all = json!({"kind": "Group", "apiGroup": group, "name": "people"});
    let roles = PEOPLE.iter().flat_map(|person| {
        let rules = json!([{
            "apiGroups": ["plimsoll.dev"], "resources": ["signoffs"], "resourceNames": [person.role], "verbs": ["attest", "sign"],
        }]);
        grant(person.role, rules, json!({"kind": "User", "apiGroup": group, "name": person.name}))
    });
    grant("people", write, all)
        .into_iter()
        .chain(roles)
        .collect()
}

/// What one of them attests of each launch: all that is left to people and that their role comes first for, in one; and their
/// signature on each checklist.
pub(crate) fn attestations(names: &[Name], person: &Person) -> Vec<Value> {
    let checklists = CHECKLISTS
        .iter()
        .filter_map(|name| Checklists::built_in().find(name));
    let items: Vec<_> = checklists.flat_map(|checklist| &checklist.items).collect();
    let own = |item: &Item| {
        let first = item.attestation().and_then(|rule| rule.roles.first());
        first.is_some_and(|role| role == person.role)
    };
    let keys = |such: &dyn Fn(&Item) -> bool| -> Vec<&str> {
        let such = items.iter().filter(|item| own(item) && such(item));
        such.map(|item| &*item.key).collect()
    };
    let left_to_people = keys(&|item| matches!(item.way, Way::Attestation) && !item.is_sign_off());
    let signed = keys(&|item| item.is_sign_off());
    let of = |launch: &Name, what: &str, items: &[&str]| {
        let (namespace, name) = launch;
        json!({
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessAttestation",
            "metadata": {"namespace": namespace, "name": format!("{name}-{}-{what}", person.role)},
            "spec": {
                "launch": name, "items": items, "role": person.role, "signOff": what == "sign-off",
                "statement": "Gone through with the team; the notes are in the review",
                "evidenceURL": format!("https://wiki.example/reviews/{namespace}/{name}/{what}"),
                "approver": {"username": person.name, "groups": GROUPS},
            },
        })
    };
    let all = names.iter().flat_map(|launch| {
        let both = [("items", &left_to_people), ("sign-off", &signed)];
        let some = both.into_iter().filter(|(_, items)| !items.is_empty());
        let made: Vec<_> = some.map(|(what, items)| of(launch, what, items)).collect();
        made
    });
    all.collect()
}
