//! What people might try: none of it is accepted, or it is without effect.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use plimsoll_controlplane::{Options, eventually};
use serde_json::{Value, json};

use crate::launches::{ADA, BEN, Person, attestation};
use crate::testbed::{Testbed, good_deployment};

const MALLORY: Person = Person("mallory");

fn exception(namespace: &str, name: &str, by: &Person, lasts: SignedDuration) -> Value {
    json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessException", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "policy": namespace, "waives": ["cpu-limits"], "workloads": {"selector": {}}, "reason": "because", "owner": "team",
            "requestedBy": by.0, "expiresAt": (Timestamp::now() + lasts).strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
    })
}

fn grants(testbed: &Testbed, namespace: &str, person: &Person, verbs: &[&str]) {
    let group = "rbac.authorization.k8s.io";
    let name = format!("exceptions-of-{}", person.0);
    testbed.apply(&json!({
        "apiVersion": format!("{group}/v1"), "kind": "Role", "metadata": {"name": name, "namespace": namespace},
        "rules": [{"apiGroups": ["plimsoll.dev"], "resources": ["readinessexceptions"], "verbs": verbs}],
    }));
    testbed.apply(&json!({
        "apiVersion": format!("{group}/v1"), "kind": "RoleBinding", "metadata": {"name": name, "namespace": namespace},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
        "subjects": [{"kind": "User", "apiGroup": group, "name": person.0}],
    }));
}

#[test]
fn forged_statements_are_refused_with_the_operator_down() {
    let testbed = Testbed::install(Options::api_only());
    let namespace = "forged";
    testbed.namespace(namespace);
    testbed.people(namespace, &[(&ADA, &["engineering"]), (&BEN, &["devops"])]);
    testbed.apply(&json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessPolicy", "metadata": {"name": namespace},
        "spec": {"exceptions": {"maxLifetime": "30d"}},
    }));
    let genuine = attestation(
        namespace,
        "genuine",
        &ADA,
        "engineering",
        &["ai-agent:code-quality/type-hints"],
    );
    // A binding of an admission policy takes a moment to be in force.
    let refuses = || {
        let (accepted, said) = testbed.try_as(
            &MALLORY,
            &attestation(namespace, "probe", &ADA, "engineering", &["x:y"]),
        );
        if accepted {
            testbed.kubectl(&["delete", "readinessattestation", "probe", "-n", namespace]);
        }
        Ok((!accepted && said.contains("spec.approver.username")).then_some(()))
    };
    eventually("the guards are in force", Duration::from_secs(60), refuses)
        .unwrap_or_else(|error| panic!("{error}"));

    let refused = |person: &Person, object: &Value, because: &str| {
        let (accepted, said) = testbed.try_as(person, object);
        assert!(
            !accepted && said.contains(because),
            "expected {because:?}; got {said:?} for {object:#}"
        );
    };
    let changed = |field: &str, value: Value| {
        let mut object = genuine.clone();
        object["spec"][field] = value;
        object
    };
    // Another user's name.
    refused(
        &MALLORY,
        &genuine,
        "spec.approver.username must be the user",
    );
    // Groups that one is not in.
    refused(
        &ADA,
        &changed(
            "approver",
            json!({"username": "ada", "groups": ["people", "system:authenticated", "admins"]}),
        ),
        "spec.approver.groups",
    );
    // A role not granted; and the right to attest is not the right to sign elsewhere.
    refused(
        &ADA,
        &changed("role", json!("devops")),
        "RBAC does not grant you the role",
    );
    refused(
        &MALLORY,
        &attestation(namespace, "none", &MALLORY, "engineering", &["x:y"]),
        "RBAC does not grant you the role",
    );
    // Evidence that is no address of a page.
    for address in [
        "http://plain.example",
        "https:///page",
        "https://a.example/\nx",
    ] {
        refused(&ADA, &changed("evidenceURL", json!(address)), "evidenceURL");
    }
    // Nothing is stated, and no reason given.
    for field in ["statement", "notApplicable"] {
        refused(&ADA, &changed(field, json!(" ")), field);
    }
    // Neither items nor an exception.
    let mut empty = genuine.clone();
    empty["spec"]
        .as_object_mut()
        .expect("a spec")
        .remove("items");
    refused(&ADA, &empty, "name the items");
    // A ServiceAccount, whatever RBAC grants it.
    testbed.apply(&json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot", "namespace": namespace}}));
    let group = "rbac.authorization.k8s.io";
    testbed.apply(&json!({
        "apiVersion": format!("{group}/v1"), "kind": "RoleBinding", "metadata": {"name": "robot", "namespace": namespace},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": namespace}],
    }));
    let user = format!("system:serviceaccount:{namespace}:robot");
    let mut robot = attestation(namespace, "robot", &ADA, "engineering", &["x:y"]);
    let groups = [
        "system:serviceaccounts".to_owned(),
        format!("system:serviceaccounts:{namespace}"),
        "system:authenticated".to_owned(),
    ];
    robot["spec"]["approver"] = json!({"username": user, "groups": groups});
    let output = testbed
        .plane
        .kubectl_with_input(&["create", "-f", "-", "--as", &user], &robot.to_string());
    let said = String::from_utf8_lossy(&output.expect("kubectl runs").stderr).into_owned();
    assert!(said.contains("only people attest"), "{said}");

    // The genuine one is accepted, and cannot be edited, by whoever.
    testbed.create_as(&ADA, &genuine);
    let patch = json!({"spec": {"statement": "something else"}}).to_string();
    for person in ["ada", "admin"] {
        let arguments = [
            "patch",
            "readinessattestation",
            "genuine",
            "-n",
            namespace,
            "--type=merge",
            "-p",
            &patch,
        ];
        let mut arguments = arguments.to_vec();
        if person == "ada" {
            arguments.extend([
                "--as",
                "ada",
                "--as-group",
                "people",
                "--as-group",
                "system:authenticated",
            ]);
        }
        let output = testbed.plane.kubectl(&arguments).expect("kubectl runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains("cannot be changed"),
            "{person}: {said}"
        );
    }

    // Exceptions: granted to oneself without the right, in another's name, longer than allowed, over already, edited.
    let day = SignedDuration::from_hours(24);
    refused(
        &ADA,
        &exception(namespace, "own", &ADA, day),
        "RBAC does not let you grant exceptions",
    );
    grants(&testbed, namespace, &ADA, &["grant"]);
    let granted = || {
        let (accepted, _) = testbed.try_as(&ADA, &exception(namespace, "day", &ADA, day));
        Ok(accepted.then_some(()))
    };
    eventually("RBAC grants it", Duration::from_secs(20), granted)
        .unwrap_or_else(|error| panic!("{error}"));
    refused(
        &ADA,
        &exception(namespace, "others", &BEN, day),
        "spec.requestedBy must be the user",
    );
    refused(
        &ADA,
        &exception(namespace, "long", &ADA, day * 31),
        "maxLifetime",
    );
    refused(
        &ADA,
        &exception(namespace, "over", &ADA, -day),
        "has passed already",
    );
    let output = testbed.plane.kubectl(&[
        "patch",
        "readinessexception",
        "day",
        "-n",
        namespace,
        "--type=merge",
        "-p",
        r#"{"spec": {"reason": "another"}}"#,
    ]);
    let said = String::from_utf8_lossy(&output.expect("kubectl runs").stderr).into_owned();
    assert!(said.contains("cannot be changed"), "{said}");
    // Approving needs a right of its own.
    let uid =
        testbed.get(&["readinessexception", "day", "-n", namespace])["metadata"]["uid"].clone();
    let approves = json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessAttestation", "metadata": {"name": "approves", "namespace": namespace},
        "spec": {
            "approves": {"name": "day", "uid": uid}, "statement": "fine",
            "approver": {"username": "ben", "groups": ["people", "system:authenticated"]},
        },
    });
    refused(&BEN, &approves, "RBAC does not let you approve");

    // Reports and statuses are the operator's alone, also for an administrator.
    let report = json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessReport", "metadata": {"name": "deployment-web", "namespace": namespace},
        "report": {
            "subject": {"kind": "Deployment", "name": "web"}, "policies": [], "status": "Ready", "waived": 0,
            "critical": {"passed": 1, "failed": 0, "unknown": 0}, "high": {"passed": 0, "failed": 0, "unknown": 0},
            "advice": {"passed": 0, "failed": 0, "unknown": 0},
        },
    });
    let (accepted, said) = testbed.try_apply(&report);
    assert!(!accepted && said.contains("only Plimsoll writes"), "{said}");
    testbed.apply(&json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessLaunch", "metadata": {"name": "agent", "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "release": "1.0.0"},
    }));
    let output = testbed.plane.kubectl(&[
        "patch",
        "readinesslaunch",
        "agent",
        "-n",
        namespace,
        "--subresource=status",
        "--type=merge",
        "-p",
        r#"{"status": {"status": "Ready", "actualDate": "2020-01-01T00:00:00Z"}}"#,
    ]);
    let said = String::from_utf8_lossy(&output.expect("kubectl runs").stderr).into_owned();
    assert!(said.contains("only Plimsoll writes"), "{said}");
}

#[test]
fn what_can_be_written_but_not_meant_is_without_effect() {
    let testbed = Testbed::shared();
    let namespace = "tricks";
    testbed.namespace(namespace);
    testbed.people(
        namespace,
        &[(&ADA, &["engineering", "devops"]), (&BEN, &["devops"])],
    );
    let sign_off = |role: &str| {
        json!({
            "id": format!("sign-off/{role}"), "title": role, "section": "Sign-off", "severity": "critical", "source": "sign-off",
            "attestation": {"roles": [role], "validFor": "180d"},
        })
    };
    testbed.apply(&json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessChecklist", "metadata": {"name": "tricks"},
        "spec": {"title": "Signatures", "items": [sign_off("engineering"), sign_off("devops")]},
    }));
    testbed.policy(
        namespace,
        json!({"checklists": ["essentials"], "launch": {"checklists": ["tricks"]}}),
    );
    let mut deployment = good_deployment(namespace, "agent");
    deployment["metadata"]["labels"] = json!({"app": "agent"});
    testbed.apply(&deployment);
    let launch = |name: &str, namespace: &str, app: &str| {
        json!({
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessLaunch", "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"matchLabels": {"app": app}}, "release": "1.0.0", "checklists": []},
        })
    };
    // A launch that names no checklist is judged by the policy's all the same.
    testbed.apply(&launch("agent", namespace, "agent"));
    let status = testbed.until_launch(
        namespace,
        "agent",
        "judged by what the policy requires",
        |status| status["checklists"] == json!(["tricks"]) && status["status"] == "NotReady",
    );
    assert_eq!(status["status"]["open"], 2);

    // One person for two sign-offs: one of them counts.
    for role in ["engineering", "devops"] {
        let key = format!("tricks:sign-off/{role}");
        let mut signed = attestation(namespace, &format!("ada-{role}"), &ADA, role, &[&key]);
        signed["spec"]["signOff"] = true.into();
        testbed.create_as(&ADA, &signed);
    }
    let status = testbed.until_launch(
        namespace,
        "agent",
        "one signature is missing still",
        |status| status["open"] == 1,
    );
    let why = status["status"]["missing"][0]["message"].to_string();
    assert!(why.contains("different people"), "{why}");
    let mut signed = attestation(
        namespace,
        "ben-devops",
        &BEN,
        "devops",
        &["tricks:sign-off/devops"],
    );
    signed["spec"]["signOff"] = true.into();
    testbed.create_as(&BEN, &signed);
    testbed.until_launch(namespace, "agent", "two people", |status| {
        status["status"] == "Ready"
    });

    // A role that is taken away again is seen.
    testbed.kubectl(&["delete", "rolebinding", "roles-of-ben", "-n", namespace]);
    let status = testbed.until_launch(namespace, "agent", "the role is revoked", |status| {
        status["status"] == "NotReady"
    });
    let why = status["status"]["missing"][0]["message"].to_string();
    assert!(why.contains("no permission"), "{why}");

    // A launch that selects nothing is not ready, nor one in a namespace where the application is not.
    testbed.apply(&launch("empty", namespace, "nothing"));
    testbed.namespace("elsewhere");
    testbed.apply(&launch("agent", "elsewhere", "agent"));
    for (namespace, name) in [(namespace, "empty"), ("elsewhere", "agent")] {
        let status = testbed.until_launch(namespace, name, "it selects nothing", |status| {
            status["status"] == "NotReady"
        });
        let conditions = status["status"]["conditions"]
            .as_array()
            .expect("conditions");
        let verdict = conditions
            .iter()
            .find(|condition| condition["type"] == "LaunchReady")
            .expect("LaunchReady");
        assert_eq!(verdict["reason"], "NoWorkloads");
    }
}
