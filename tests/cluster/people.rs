//! The commands that people and pipelines use: attest, gate, checklist.

use std::process::{Command, Stdio};

use plimsoll_controlplane::eventually;
use serde_json::{Value, json};

use crate::launches::{ADA, BEN, Person};
use crate::testbed::{PATIENCE, Testbed, good_deployment};

/// Somebody who may read launches, and nothing else.
const GUEST: Person = Person("gil");

/// What the command said.
struct Run {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr))
    }

    #[track_caller]
    fn refused(&self, part: &str) {
        assert!(
            self.stderr.starts_with("error: ") && self.stderr.contains(part),
            "expected {part:?}: {}",
            self.stderr
        );
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(2), ""),
            "{}",
            self.stderr
        );
    }
}

impl Testbed {
    /// The command, run by a person; by the administrator where nobody is named.
    fn command(&self, person: Option<&Person>, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let kubeconfig = match person {
            Some(person) => self.kubeconfig_of(person),
            None => self.plane.kubeconfig().to_owned(),
        };
        command
            .args(arguments)
            .env("KUBECONFIG", kubeconfig)
            .stdin(Stdio::null());
        command
    }

    fn plimsoll(&self, person: Option<&Person>, arguments: &[&str]) -> Run {
        let output = self
            .command(person, arguments)
            .output()
            .expect("the command runs");
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Run {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code(),
        }
    }

    /// A kubeconfig by which one is a person.
    fn kubeconfig_of(&self, person: &Person) -> std::path::PathBuf {
        let text = std::fs::read_to_string(self.plane.kubeconfig()).expect("a kubeconfig");
        let mut config: Value = serde_saphyr::from_str(&text).expect("it is YAML");
        config["users"][0]["user"]["as"] = person.0.into();
        let group = if person.0 == GUEST.0 {
            "guests"
        } else {
            "people"
        };
        config["users"][0]["user"]["as-groups"] = json!(["system:authenticated", group]);
        let path = self.plane.dir().join(format!("{}.kubeconfig", person.0));
        std::fs::write(&path, config.to_string()).expect("it can be written");
        path
    }

    /// What the gate says, once it says something with this exit code.
    fn until_gate(&self, namespace: &str, code: i32, more: &[&str]) -> Run {
        let look = || {
            let run = self.plimsoll(None, &[&["gate", "agent", "-n", namespace], more].concat());
            Ok((run.code == Some(code)).then_some(run))
        };
        eventually(
            &format!("the gate of {namespace} ends with {code}"),
            PATIENCE,
            look,
        )
        .unwrap_or_else(|error| {
            let run = self.plimsoll(None, &["gate", "agent", "-n", namespace]);
            panic!("{error}: {} {}", run.stdout, run.stderr)
        })
    }
}

fn checklist(name: &str) -> Value {
    json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessChecklist", "metadata": {"name": name},
        "spec": {"title": "What people say", "items": [
            {"id": "probes", "title": "Probes", "section": "S", "severity": "critical", "scope": "workload", "checks": ["liveness-probe"]},
            {"id": "reviewed", "title": "Reviewed", "section": "S", "severity": "critical",
             "attestation": {"roles": ["engineering"], "validFor": "180d", "evidenceRequired": true}},
            {"id": "either", "title": "Either", "section": "S", "severity": "high",
             "attestation": {"roles": ["devops", "engineering"], "validFor": "30d"}},
            {"id": "signed", "title": "DevOps Lead", "section": "Sign-Off", "severity": "critical", "source": "sign-off",
             "attestation": {"roles": ["devops"], "validFor": "180d"}},
        ]},
    })
}

/// A namespace with an application, its launch, and two people.
fn application(namespace: &str) -> &'static Testbed {
    let testbed = Testbed::shared();
    testbed.namespace(namespace);
    testbed.people(namespace, &[(&ADA, &["engineering"]), (&BEN, &["devops"])]);
    testbed.apply(&checklist(namespace));
    let group = "rbac.authorization.k8s.io";
    testbed.apply(&json!({
        "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": {"name": "people-read-checklists"},
        "rules": [{"apiGroups": ["plimsoll.dev"], "resources": ["readinesschecklists"], "verbs": ["get", "list"]}],
    }));
    testbed.apply(&json!({
        "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": "people-read-checklists"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "people-read-checklists"},
        "subjects": [{"kind": "Group", "apiGroup": group, "name": "people"}],
    }));
    testbed.policy(namespace, json!({
        "checklists": ["essentials"], "launch": {"checklists": [namespace]}, "exceptions": {"approval": "SecondPerson"},
    }));
    let mut deployment = good_deployment(namespace, "agent");
    deployment["metadata"]["labels"] = json!({"app": "agent"});
    testbed.apply(&deployment);
    testbed.apply(&json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessLaunch", "metadata": {"name": "agent", "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "release": "1.0.0"},
    }));
    testbed
}

#[test]
fn people_attest_from_a_terminal_and_the_gate_opens() {
    let namespace = "terminal";
    let testbed = application(namespace);
    let key = |id: &str| format!("{namespace}:{id}");

    // Closed, and who is missing.
    let closed = testbed.until_gate(namespace, 1, &[]);
    let first = closed.stdout.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("launch terminal/agent: NotReady (CriticalOpen), release 1.0.0, score "),
        "{}",
        closed.stdout
    );
    let line = format!(
        "critical Unknown {} (from engineering): not attested by engineering\n",
        key("reviewed")
    );
    assert!(closed.stdout.contains(&line), "{}", closed.stdout);
    let json = testbed
        .plimsoll(None, &["gate", "agent", "-n", namespace, "-o", "json"])
        .json();
    assert_eq!(
        (&json["open"], &json["status"], &json["openItems"]),
        (&json!(false), &json!("NotReady"), &json!(3))
    );

    // What waits for whom, with the command that closes it.
    let attest = |person: &Person, more: &[&str]| {
        testbed.plimsoll(
            Some(person),
            &[&["attest", "agent", "-n", namespace], more].concat(),
        )
    };
    let waiting = attest(&ADA, &["--list", "-o", "json"]).json();
    let roles = &waiting[0]["roles"];
    assert_eq!(
        (roles[0]["role"].as_str(), roles.as_array().map(Vec::len)),
        (Some("engineering"), Some(1)),
        "{waiting:#}"
    );
    let items: Vec<_> = roles[0]["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item["item"].clone())
        .collect();
    assert_eq!(items, [json!(key("reviewed")), json!(key("either"))]);
    let command = format!(
        "plimsoll attest agent -n {namespace} --item {} --role engineering --statement '...' --evidence https://...",
        key("reviewed")
    );
    assert_eq!(roles[0]["items"][0]["command"], command);
    assert_eq!(waiting[0]["others"], json!([["devops", 1]]));
    let text = attest(&BEN, &[]).stdout;
    assert!(
        text.contains("as devops: 2") && text.contains("--role devops --sign --statement"),
        "{text}"
    );

    // What would not count is refused before it is written.
    let (reviewed, either, signed) = (key("reviewed"), key("either"), key("signed"));
    let evidence = ["--evidence", "https://wiki.example/review"];
    let said = ["--statement", "I have read it"];
    for (person, arguments, part) in [
        (
            &ADA,
            vec!["--item", "terminal:revieved"],
            "did you mean terminal:reviewed?",
        ),
        (
            &ADA,
            vec!["--item", "ai-agent:x"],
            "is not judged by the checklist ai-agent, but by terminal",
        ),
        (
            &ADA,
            vec!["--item", "terminal:probes"],
            "takes no attestation: it is decided by check `liveness-probe`",
        ),
        (
            &ADA,
            vec![
                "--item",
                &reviewed,
                "--role",
                "devops",
                evidence[0],
                evidence[1],
            ],
            "is not attested by devops, but by engineering",
        ),
        (&ADA, vec!["--item", &reviewed], "asks for evidence"),
        (
            &ADA,
            vec!["--item", &reviewed, "--evidence", "http://wiki.example"],
            "--evidence must be an address that begins with https://",
        ),
        (
            &ADA,
            vec!["--item", &either],
            "name the role that you speak in with --role: devops, engineering",
        ),
        (
            &ADA,
            vec!["--item", &either, "--role", "devops"],
            "RBAC does not let you attest as devops in namespace terminal",
        ),
        (
            &BEN,
            vec!["--item", &signed],
            "is a sign-off: sign it with --sign",
        ),
        (
            &BEN,
            vec!["--item", &either, "--role", "devops", "--sign"],
            "is no sign-off",
        ),
        (
            &BEN,
            vec!["--item", &signed, "--sign", "--not-applicable", "why not"],
            "leave out --not-applicable",
        ),
        (
            &BEN,
            vec![
                "--item",
                &either,
                "--role",
                "devops",
                "--expires-at",
                "2020-01-01T00:00:00Z",
            ],
            "it would have expired already",
        ),
    ] {
        attest(person, &[&arguments[..], &said].concat()).refused(part);
    }
    attest(&ADA, &["--item", &reviewed, evidence[0], evidence[1]])
        .refused("say what you state with --statement");
    testbed
        .plimsoll(
            None,
            &[
                "attest", "nothing", "-n", namespace, "--item", "a:b", said[0], said[1],
            ],
        )
        .refused("there is no ReadinessLaunch nothing");

    // A rehearsal writes nothing.
    let written = || {
        testbed.get(&["readinessattestations", "-n", namespace])["items"]
            .as_array()
            .map(Vec::len)
    };
    for how in ["--dry-run=client", "--dry-run=server"] {
        let run = attest(
            &ADA,
            &[
                &["--item", &reviewed, how, "-o", "json"][..],
                &evidence,
                &said,
            ]
            .concat(),
        );
        assert_eq!(
            run.json()["spec"]["approver"]["username"],
            "ada",
            "{}",
            run.stderr
        );
    }
    assert_eq!(written(), Some(0));

    // What is written says who, in which role, for which release.
    let run = attest(
        &ADA,
        &[
            &["--item", &reviewed, "--expires-in", "90d"][..],
            &evidence,
            &said,
        ]
        .concat(),
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout
            .starts_with("readinessattestation.plimsoll.dev/agent-"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains(&format!(
            "{reviewed} attested by ada as engineering, counts until "
        )),
        "{}",
        run.stdout
    );
    let object =
        testbed.get(&["readinessattestations", "-n", namespace])["items"][0]["spec"].clone();
    assert_eq!(
        (&object["role"], &object["release"]),
        (&json!("engineering"), &json!("1.0.0"))
    );
    let mut groups: Vec<_> = object["approver"]["groups"]
        .as_array()
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    groups.sort_by_key(ToString::to_string);
    assert_eq!(groups, [json!("people"), json!("system:authenticated")]);
    let run = attest(
        &BEN,
        &[
            "--item",
            &either,
            "--role",
            "devops",
            "--not-applicable",
            "there is only one",
            said[0],
            said[1],
        ],
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);

    // The gate opens when the last one has signed.
    let mut gate = testbed.command(
        None,
        &[
            "gate",
            "agent",
            "-n",
            namespace,
            "--wait",
            "90s",
            "--require",
            "ready",
        ],
    );
    let gate = gate
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let run = attest(&BEN, &["--item", &signed, "--sign", said[0], said[1]]);
    assert!(
        run.stdout
            .contains(&format!("{signed} signed by ben as devops")),
        "{} {}",
        run.stdout,
        run.stderr
    );
    let output = gate.wait_with_output().expect("it ends");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{stdout} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        stdout.starts_with(
            "launch terminal/agent: Ready (Ready), release 1.0.0, score 100, 0 open, 0 waived\n"
        ),
        "{stdout}"
    );
    assert!(!stdout.contains('\u{1b}'), "no colours");
    let none = attest(&ADA, &["--list"]);
    assert!(
        none.stdout.contains("nothing waits for you"),
        "{}",
        none.stdout
    );
}

/// The lines of a document by their keys.
fn lines(document: &Value) -> std::collections::BTreeMap<String, Value> {
    let mut lines = std::collections::BTreeMap::new();
    let each = |value: &Value, field: &str| value[field].as_array().cloned().unwrap_or_default();
    for checklist in each(document, "checklists") {
        for section in each(&checklist, "sections") {
            for group in each(&section, "groups") {
                let items = each(&group, "items").into_iter();
                lines.extend(
                    items.map(|item| (item["key"].as_str().unwrap_or_default().to_owned(), item)),
                );
            }
        }
    }
    lines
}

#[test]
fn the_document_is_what_the_operator_says_whatever_ones_rights() {
    let namespace = "document";
    let testbed = application(namespace);
    let attest = |person: &Person, arguments: &[&str]| {
        let fixed = [
            "attest",
            "agent",
            "-n",
            namespace,
            "--statement",
            "I have seen it",
        ];
        let run = testbed.plimsoll(Some(person), &[&fixed[..], arguments].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    };
    attest(
        &ADA,
        &[
            "--item",
            "document:reviewed",
            "--evidence",
            "https://wiki.example/review",
        ],
    );
    attest(&BEN, &["--item", "document:signed", "--sign"]);
    testbed.until_launch(namespace, "agent", "ready with risks", |status| {
        status["status"] == "ReadyWithRisks"
    });

    let document = |person: Option<&Person>| {
        let run = testbed.plimsoll(
            person,
            &["checklist", "agent", "-n", namespace, "-o", "json"],
        );
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.json()
    };
    // With all rights, everything is seen here.
    let whole = document(None);
    assert_eq!(
        (&whole["status"], &whole["reason"]),
        (&json!("ReadyWithRisks"), &json!("ReadyWithRisks")),
        "{whole:#}"
    );
    assert_eq!(
        whole["remarks"],
        json!([]),
        "nothing is left to the operator's word"
    );
    let seen = lines(&whole);
    let proof = |lines: &std::collections::BTreeMap<String, Value>, key: &str| {
        lines[key]["proofs"][0].clone()
    };
    assert_eq!(proof(&seen, "document:probes")["name"], "liveness-probe");
    assert_eq!(proof(&seen, "document:reviewed")["approver"], "ada");
    assert_eq!(
        proof(&seen, "document:reviewed")["evidenceURL"],
        "https://wiki.example/review"
    );
    assert_eq!(seen["document:either"]["verdict"], "Unknown");
    assert_eq!(whole["signOffs"][0]["by"], "ben");

    // With next to none, it is the same, and says whose word it is.
    let little = document(Some(&ADA));
    assert_eq!(
        (&little["status"], &little["score"]),
        (&whole["status"], &whole["score"]),
        "{little:#}"
    );
    let told = lines(&little);
    for (key, line) in &seen {
        assert_eq!(
            told[key]["verdict"], line["verdict"],
            "{key}: {:#}",
            told[key]
        );
    }
    assert_eq!(proof(&told, "document:probes")["by"], "operator");
    assert_eq!(proof(&told, "document:reviewed")["approver"], "ada");
    let remarks = little["remarks"].to_string();
    assert!(
        remarks.contains("as the operator says in the status of the launch"),
        "{remarks}"
    );
    assert!(
        remarks.contains("you have no permission to list"),
        "{remarks}"
    );

    // Whoever may read the launch alone learns what its status says.
    let group = "rbac.authorization.k8s.io";
    testbed.apply(&json!({
        "apiVersion": format!("{group}/v1"), "kind": "Role", "metadata": {"name": "guest", "namespace": namespace},
        "rules": [{"apiGroups": ["plimsoll.dev"], "resources": ["readinesslaunches"], "verbs": ["get"]}],
    }));
    testbed.apply(&json!({
        "apiVersion": format!("{group}/v1"), "kind": "RoleBinding", "metadata": {"name": "guest", "namespace": namespace},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": "guest"},
        "subjects": [{"kind": "User", "apiGroup": group, "name": GUEST.0}],
    }));
    let least = document(Some(&GUEST));
    assert_eq!(
        (&least["status"], &least["score"]),
        (&whole["status"], &whole["score"]),
        "{least:#}"
    );
    let open = lines(&least);
    assert_eq!(
        open.keys().collect::<Vec<_>>(),
        ["document:either"],
        "{least:#}"
    );
    assert_eq!(
        open["document:either"]["from"],
        json!(["devops", "engineering"])
    );
    let remarks = least["remarks"].to_string();
    assert!(
        remarks.contains("the checklist document: you have no permission"),
        "{remarks}"
    );

    // What the operator does not count is not ticked for anybody.
    testbed.kubectl(&["delete", "rolebinding", "roles-of-ada", "-n", namespace]);
    testbed.until_launch(namespace, "agent", "the role is revoked", |status| {
        status["status"] == "NotReady"
    });
    for document in [document(None), document(Some(&BEN))] {
        let line = &lines(&document)["document:reviewed"];
        assert_eq!(
            (&line["verdict"], &line["ticked"]),
            (&json!("Unknown"), &json!(false)),
            "{line:#}"
        );
        assert!(
            line["why"]
                .as_str()
                .is_some_and(|why| why.contains("ada has no permission")),
            "{line:#}"
        );
    }
}

#[test]
fn a_second_person_approves_an_exception() {
    let namespace = "approved";
    let testbed = application(namespace);
    let group = "rbac.authorization.k8s.io";
    for (person, verb) in [(&ADA, "grant"), (&BEN, "approve")] {
        let name = format!("{verb}-{}", person.0);
        testbed.apply(&json!({
            "apiVersion": format!("{group}/v1"), "kind": "Role", "metadata": {"name": name, "namespace": namespace},
            "rules": [{"apiGroups": ["plimsoll.dev"], "resources": ["readinessexceptions"], "verbs": [verb]}],
        }));
        testbed.apply(&json!({
            "apiVersion": format!("{group}/v1"), "kind": "RoleBinding", "metadata": {"name": name, "namespace": namespace},
            "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
            "subjects": [{"kind": "User", "apiGroup": group, "name": person.0}],
        }));
    }
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    testbed.create_as(&ADA, &json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessException", "metadata": {"name": "late", "namespace": namespace},
        "spec": {
            "policy": namespace, "waives": [format!("{namespace}:reviewed")], "workloads": {"selector": {}}, "reason": "a migration",
            "owner": "ada", "requestedBy": "ada", "expiresAt": format!("{end:.0}"),
        },
    }));
    let attest = |person: &Person, more: &[&str]| {
        testbed.plimsoll(Some(person), &[&["attest", "-n", namespace], more].concat())
    };
    let approve = [
        "--approve",
        "late",
        "--statement",
        "it will be gone by then",
    ];
    attest(&ADA, &approve).refused("RBAC does not let you approve");
    let waits = || {
        let text = attest(&BEN, &["--list"]).stdout;
        Ok(text
            .contains("plimsoll attest -n approved --approve late --statement")
            .then_some(()))
    };
    eventually("it waits for a second person", PATIENCE, waits)
        .unwrap_or_else(|error| panic!("{error}"));
    let run = attest(&BEN, &approve);
    assert!(
        run.stdout.contains("approves the exception late ("),
        "{} {}",
        run.stdout,
        run.stderr
    );
    testbed.until_launch(namespace, "agent", "it is waived", |status| {
        status["waived"] == 1
    });
    attest(&BEN, &["--approve", "never", "--statement", "x"])
        .refused("there is no ReadinessException never");
}

#[test]
fn programs_do_not_attest() {
    let namespace = "programs";
    let testbed = application(namespace);
    testbed.apply(&json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "ci", "namespace": namespace}}));
    let kubeconfig = testbed
        .plane
        .kubeconfig_for_service_account(namespace, "ci")
        .unwrap_or_else(|error| panic!("{error}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let arguments = [
        "attest",
        "agent",
        "-n",
        namespace,
        "--item",
        "programs:either",
        "--role",
        "devops",
        "--statement",
        "x",
    ];
    let output = command
        .args(arguments)
        .env("KUBECONFIG", kubeconfig)
        .output()
        .expect("the command runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("only people attest, and you are system:serviceaccount:programs:ci"),
        "{stderr}"
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_gate_that_cannot_say_is_an_error() {
    let namespace = "unsaid";
    let testbed = application(namespace);
    let gate =
        |more: &[&str]| testbed.plimsoll(None, &[&["gate"], more, &["-n", namespace]].concat());
    gate(&["nothing"]).refused("there is no ReadinessLaunch nothing in namespace unsaid");
    gate(&["nothing", "--wait", "1s"])
        .refused("there is no ReadinessLaunch nothing in namespace unsaid");
    // It is waited for, and then it is still closed.
    testbed.until_gate(namespace, 1, &[]);
    let late = gate(&["agent", "--wait", "1s"]);
    assert_eq!(late.code, Some(1), "{}", late.stderr);
    // Whoever may not look is told so.
    let other = testbed.plimsoll(
        Some(&Person("mallory")),
        &["gate", "agent", "-n", "kube-system"],
    );
    other.refused("is forbidden");
}
