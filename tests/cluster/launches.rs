//! An application on its way to production: not ready, ready with risks, ready, let out, and back.

use std::time::Duration;

use plimsoll_controlplane::eventually;
use serde_json::{Value, json};

use crate::testbed::{Testbed, good_deployment};

/// How long anything may take that the operator does on its own, where several watches must first begin.
const PATIENCE: Duration = Duration::from_secs(90);

/// A person, as the API server authenticates them; who they are is said by impersonation, as `kubectl --as` does.
pub(crate) struct Person(pub(crate) &'static str);

pub(crate) const ADA: Person = Person("ada");
pub(crate) const BEN: Person = Person("ben");

impl Testbed {
    /// What the API server says to an object that a person creates: standard error, and whether it was accepted.
    pub(crate) fn try_as(&self, person: &Person, object: &Value) -> (bool, String) {
        let arguments = [
            "create",
            "-f",
            "-",
            "--as",
            person.0,
            "--as-group",
            "system:authenticated",
            "--as-group",
            "people",
        ];
        let output = self
            .plane
            .kubectl_with_input(&arguments, &object.to_string());
        let output = output.unwrap_or_else(|error| panic!("{error}"));
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// Creates an object as a person, who must be allowed to.
    pub(crate) fn create_as(&self, person: &Person, object: &Value) {
        let (created, said) = self.try_as(person, object);
        assert!(created, "{} may create it: {said}", person.0);
    }

    /// Lets people write attestations and exceptions in a namespace, and gives each of them roles to attest and sign in.
    pub(crate) fn people(&self, namespace: &str, roles: &[(&Person, &[&str])]) {
        let group = "rbac.authorization.k8s.io";
        let grant = |name: String, rules: Value, subject: Value| {
            self.apply(&json!({
                "apiVersion": format!("{group}/v1"), "kind": "Role", "metadata": {"name": name, "namespace": namespace}, "rules": rules,
            }));
            self.apply(&json!({
                "apiVersion": format!("{group}/v1"), "kind": "RoleBinding", "metadata": {"name": name, "namespace": namespace},
                "roleRef": {"apiGroup": group, "kind": "Role", "name": name}, "subjects": [subject],
            }));
        };
        let all = json!({"kind": "Group", "apiGroup": group, "name": "people"});
        let objects = [
            "readinessattestations",
            "readinessexceptions",
            "readinesslaunches",
        ];
        let verbs = ["create", "get", "list", "update", "patch", "delete"];
        grant(
            "people".into(),
            json!([{"apiGroups": ["plimsoll.dev"], "resources": objects, "verbs": verbs}]),
            all,
        );
        for (person, roles) in roles {
            let rules = json!([{
                "apiGroups": ["plimsoll.dev"], "resources": ["signoffs"], "resourceNames": roles, "verbs": ["attest", "sign"],
            }]);
            let user = json!({"kind": "User", "apiGroup": group, "name": person.0});
            grant(format!("roles-of-{}", person.0), rules, user);
        }
    }

    /// A launch once its status is such; panics with the status it has.
    pub(crate) fn until_launch(
        &self,
        namespace: &str,
        name: &str,
        what: &str,
        such: impl Fn(&Value) -> bool,
    ) -> Value {
        let get = || self.get(&["readinesslaunch", name, "-n", namespace]);
        let look = || {
            let launch = get();
            let current =
                launch["status"]["observedGeneration"] == launch["metadata"]["generation"];
            Ok((current && such(&launch["status"])).then_some(launch))
        };
        eventually(what, PATIENCE, look)
            .unwrap_or_else(|error| panic!("{error}; its status is {:#}", get()["status"]))
    }
}

/// An attestation as a person writes it.
pub(crate) fn attestation(
    namespace: &str,
    name: &str,
    person: &Person,
    role: &str,
    items: &[&str],
) -> Value {
    json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessAttestation",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "launch": "agent", "items": items, "role": role, "statement": "I have seen it",
            "approver": {"username": person.0, "groups": ["people", "system:authenticated"]},
        },
    })
}

/// The keys of what is missing.
fn missing(status: &Value) -> Vec<&str> {
    let missing = status["missing"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    missing
        .iter()
        .filter_map(|item| item["item"].as_str())
        .collect()
}

/// A custom kind with whatever fields.
fn definition(group: &str, version: &str, kind: &str, plural: &str) -> Value {
    let anything = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase(), "listKind": format!("{kind}List")},
            "versions": [{
                "name": version, "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": anything, "status": anything}}},
            }],
        },
    })
}

/// A checklist of each way in which an item is verified.
fn checklist(name: &str) -> Value {
    let attested = |roles: &[&str], per_release: bool| json!({"roles": roles, "validFor": "180d", "perRelease": per_release});
    let item = |id: &str, severity: &str, fields: Value| {
        let mut item = json!({"id": id, "title": id, "section": "All of it", "severity": severity});
        item.as_object_mut()
            .expect("a map")
            .extend(fields.as_object().expect("a map").clone());
        item
    };
    let alert = "object.metadata.namespace == workload.metadata.namespace && has(object.spec.groups) && \
                 object.spec.groups.exists(g, g.rules.exists(r, r.alert == 'AgentDown'))";
    let certificate = "object.metadata.namespace == workload.metadata.namespace && has(object.status) && \
                       timestamp(object.status.notAfter) > now";
    let evidence = |group: &str, kind: &str, cel: &str| {
        json!({"evidence": [{
            "name": kind.to_lowercase(), "apiVersion": format!("{group}/v1"), "kind": kind, "where": "it is there", "cel": cel,
            "proof": "proves",
        }]})
    };
    json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessChecklist", "metadata": {"name": name},
        "spec": {"title": "A short one", "items": [
            item("probes", "critical", json!({"checks": ["readiness-probe"], "scope": "workload"})),
            item("budget", "high", json!({"checks": ["pdb-present"], "scope": "workload"})),
            item("two-replicas", "critical", json!({
                "cel": {"expression": "workload.spec.replicas >= 2 || workload.spec.replicas == 0", "message": "it has one replica"},
            })),
            item("alert", "critical", evidence("monitoring.coreos.com", "PrometheusRule", alert)),
            item("certificate", "critical", evidence("cert-manager.io", "Certificate", certificate)),
            item("reviewed", "critical", json!({"attestation": attested(&["engineering"], true)})),
            item("rollback-tested", "critical", json!({"attestation": attested(&["devops"], false)})),
            item("sign-off/engineering", "critical", json!({"source": "sign-off", "attestation": attested(&["engineering"], false)})),
            item("sign-off/devops", "critical", json!({"source": "sign-off", "attestation": attested(&["devops"], false)})),
        ]},
    })
}

fn launch(namespace: &str, release: &str, kind: &str) -> Value {
    json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessLaunch", "metadata": {"name": "agent", "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "release": release, "releaseType": kind},
    })
}

/// A Deployment of the application that passes what a checklist of the journey asks of it.
fn agent(namespace: &str, replicas: u32) -> Value {
    let mut deployment = good_deployment(namespace, "agent");
    deployment["metadata"]["labels"] = json!({"app": "agent"});
    deployment["spec"]["replicas"] = replicas.into();
    deployment
}

fn at(seconds_from_now: i64) -> String {
    let moment = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds_from_now);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[test]
fn an_application_becomes_ready_one_thing_at_a_time_is_let_out_and_goes_back() {
    let testbed = Testbed::shared();
    let namespace = "journey";
    testbed.namespace(namespace);
    testbed.people(namespace, &[(&ADA, &["engineering"]), (&BEN, &["devops"])]);
    testbed.apply(&definition(
        "monitoring.coreos.com",
        "v1",
        "PrometheusRule",
        "prometheusrules",
    ));
    testbed.apply(&definition(
        "cert-manager.io",
        "v1",
        "Certificate",
        "certificates",
    ));
    testbed.apply(&checklist("journey"));
    testbed.policy(namespace, json!({
        "checklists": ["essentials"],
        "launch": {"checklists": ["journey"], "signOffs": ["engineering", "devops"], "gate": "Deny", "laterRollouts": "Warn"},
    }));
    // Nothing runs without a launch; at no replicas it may be there.
    let (created, said) = testbed.try_apply(&agent(namespace, 2));
    assert!(!created && said.contains("is part of no launch"), "{said}");
    testbed.apply(&agent(namespace, 0));
    testbed.apply(&launch(namespace, "1.0.0", "minor"));
    let status = |status: &str| {
        let status = status.to_owned();
        move |launch: &Value| launch["status"] == *status
    };
    let all = [
        "alert",
        "certificate",
        "reviewed",
        "rollback-tested",
        "sign-off/engineering",
        "sign-off/devops",
        "budget",
    ];
    let keys = all.map(|id| format!("journey:{id}"));
    let found = testbed.until_launch(
        namespace,
        "agent",
        "not ready, and all that is missing is named",
        |launch| {
            let missing = missing(launch);
            launch["status"] == "NotReady" && keys.iter().all(|key| missing.contains(&key.as_str()))
        },
    );
    assert_eq!(
        missing(&found["status"]).len(),
        keys.len(),
        "{:#}",
        found["status"]
    );
    let (scaled, said) = scale(testbed, namespace, 2);
    assert!(!scaled && said.contains("may not run yet"), "{said}");

    // One thing after the other.
    let closes = |what: &str, key: &str| {
        testbed.until_launch(namespace, "agent", what, |launch| {
            !missing(launch).contains(&key)
        });
    };
    testbed.apply(&json!({
        "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "agent", "namespace": namespace},
        "spec": {"groups": [{"name": "agent", "rules": [{"alert": "AgentDown", "expr": "up == 0"}]}]},
    }));
    closes("the alert is seen", "journey:alert");
    let certificate = |valid: i64| {
        json!({
            "apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": "agent", "namespace": namespace},
            "spec": {}, "status": {"notAfter": at(valid)},
        })
    };
    testbed.apply(&certificate(3600));
    closes("the certificate is seen", "journey:certificate");
    testbed.create_as(
        &ADA,
        &attestation(
            namespace,
            "reviewed",
            &ADA,
            "engineering",
            &["journey:reviewed"],
        ),
    );
    closes("it is attested", "journey:reviewed");
    testbed.create_as(
        &BEN,
        &attestation(
            namespace,
            "rollback",
            &BEN,
            "devops",
            &["journey:rollback-tested"],
        ),
    );
    closes("the rollback is attested", "journey:rollback-tested");
    for (person, role) in [(&ADA, "engineering"), (&BEN, "devops")] {
        let key = format!("journey:sign-off/{role}");
        let mut signed = attestation(namespace, &format!("signed-{role}"), person, role, &[&key]);
        signed["spec"]["signOff"] = true.into();
        testbed.create_as(person, &signed);
        closes("it is signed", &key);
    }
    testbed.until_launch(
        namespace,
        "agent",
        "ready with risks: no budget yet",
        status("ReadyWithRisks"),
    );
    testbed.apply(&json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "agent", "namespace": namespace},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "agent"}}},
    }));
    testbed.until_launch(namespace, "agent", "ready", status("Ready"));

    // It is let out, and the day is written down.
    let (scaled, said) = scale(testbed, namespace, 2);
    assert!(scaled, "{said}");
    testbed.until_launch(namespace, "agent", "the actual date", |launch| {
        launch["actualDate"].is_string()
    });

    // And back: an alert rule is deleted.
    testbed.kubectl(&["delete", "prometheusrule", "agent", "-n", namespace]);
    let back = testbed.until_launch(
        namespace,
        "agent",
        "not ready without the alert",
        status("NotReady"),
    );
    assert_eq!(missing(&back["status"]), ["journey:alert"]);
    assert_eq!(
        back["status"]["missing"][0]["verdict"], "Fail",
        "evidence seen before is gone: {:#}",
        back["status"]
    );
    // A hotfix of the live application is not blocked by that.
    let mut hotfix = agent(namespace, 2);
    hotfix["spec"]["template"]["spec"]["containers"][0]["image"] =
        "registry.example/app:1.4.3".into();
    testbed.apply(&hotfix);
    testbed.apply(&json!({
        "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "agent-again", "namespace": namespace},
        "spec": {"groups": [{"name": "agent", "rules": [{"alert": "AgentDown", "expr": "up == 0"}]}]},
    }));
    testbed.until_launch(
        namespace,
        "agent",
        "ready with the alert again",
        status("Ready"),
    );

    // An attestation lapses.
    testbed.kubectl(&[
        "delete",
        "readinessattestation",
        "rollback",
        "-n",
        namespace,
    ]);
    let mut short = attestation(
        namespace,
        "rollback-soon-over",
        &BEN,
        "devops",
        &["journey:rollback-tested"],
    );
    short["spec"]["expiresAt"] = at(6).into();
    testbed.create_as(&BEN, &short);
    testbed.until_launch(namespace, "agent", "it lapses", |launch| {
        launch["status"] == "NotReady"
            && launch["missing"][0]["message"]
                .as_str()
                .is_some_and(|why| why.contains("expired") || why.contains("lapsed"))
    });
    testbed.create_as(
        &BEN,
        &attestation(
            namespace,
            "rollback-again",
            &BEN,
            "devops",
            &["journey:rollback-tested"],
        ),
    );
    testbed.until_launch(namespace, "agent", "ready again", status("Ready"));

    // A major release re-opens what says so, and nothing else.
    testbed.apply(&launch(namespace, "2.0.0", "major"));
    let major = testbed.until_launch(namespace, "agent", "the major release", status("NotReady"));
    assert_eq!(missing(&major["status"]), ["journey:reviewed"]);
    let mut reviewed = attestation(
        namespace,
        "reviewed-2",
        &ADA,
        "engineering",
        &["journey:reviewed"],
    );
    reviewed["spec"]["release"] = "2.0.0".into();
    testbed.create_as(&ADA, &reviewed);
    testbed.until_launch(namespace, "agent", "ready for it", status("Ready"));

    // A certificate expires.
    testbed.apply(&certificate(-1));
    let expired = testbed.until_launch(
        namespace,
        "agent",
        "the certificate expired",
        status("NotReady"),
    );
    assert_eq!(missing(&expired["status"]), ["journey:certificate"]);
    let history = expired["status"]["history"]
        .as_array()
        .map(Vec::len)
        .unwrap_or_default();
    assert!(
        history >= 5,
        "transitions are kept: {:#}",
        expired["status"]["history"]
    );
}

fn scale(testbed: &Testbed, namespace: &str, replicas: u32) -> (bool, String) {
    let replicas = format!("--replicas={replicas}");
    let output =
        testbed
            .plane
            .kubectl(&["scale", "deployment", "agent", "-n", namespace, &replicas]);
    let output = output.unwrap_or_else(|error| panic!("{error}"));
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}
