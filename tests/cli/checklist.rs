//! `plimsoll checklist` from manifests alone.

use serde_json::Value;

use crate::run::{Run, plimsoll};
use crate::scratch::Scratch;

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: 'registry.example/web:1.4.2', livenessProbe: {httpGet: {path: /, port: 80}}}
";

const LAUNCH: &str = "apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessLaunch
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  release: 1.4.2
  checklists: [team]
";

const CHECKLIST: &str = "apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessChecklist
metadata: {name: team}
spec:
  title: Ours
  items:
  - {id: liveness, title: Alive, section: S, severity: critical, scope: workload, checks: [liveness-probe]}
  - {id: readiness, title: Ready, section: S, severity: high, scope: workload, checks: [readiness-probe]}
  - {id: cert, title: Certificate, section: S, severity: high, evidence: [{name: cert, apiVersion: cert-manager.io/v1, kind: Certificate,
     where: a Certificate of the workload's namespace, cel: 'object.metadata.namespace == workload.metadata.namespace', proof: proves}]}
  - {id: named, title: Named, section: S, severity: high, scope: workload, cel: {expression: 'workload.metadata.name == \"web\"', message: call it web}}
  - {id: up, title: Up, section: S, severity: high, metrics: {query: 'up{namespace=\"$namespace\"}', pass: '> 0', for: 5m}}
  - {id: said, title: Said, section: S, severity: critical, attestation: {roles: [qa], validFor: 30d}}
";

fn fill_in(scratch: &Scratch, more: &[&str]) -> Run {
    let path = scratch.argument("");
    plimsoll(&[&["checklist", "-f", &path, "-o", "json"], more].concat())
}

/// The lines of a document, as `liveness Pass`.
fn lines(document: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for checklist in document["checklists"].as_array().into_iter().flatten() {
        for section in checklist["sections"].as_array().into_iter().flatten() {
            for group in section["groups"].as_array().into_iter().flatten() {
                for item in group["items"].as_array().into_iter().flatten() {
                    let text = |field: &str| item[field].as_str().unwrap_or_default().to_owned();
                    lines.push(format!("{} {}", text("id"), text("verdict")));
                }
            }
        }
    }
    lines
}

#[test]
fn what_is_decidable_is_decided_and_the_rest_is_open() {
    let scratch = Scratch::new("what_is_decidable");
    scratch
        .write("app.yaml", DEPLOYMENT)
        .write("launch.yaml", LAUNCH)
        .write("team.yaml", CHECKLIST);
    let run = fill_in(&scratch, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let document = run.json();
    let before = [
        "liveness Pass",
        "readiness Fail",
        "cert Unknown",
        "named Pass",
        "up Unknown",
        "said Unknown",
    ];
    assert_eq!(lines(&document), before);
    assert_eq!(
        (&document["application"], &document["release"]),
        (&"web".into(), &"1.4.2".into())
    );
    assert_eq!(
        (&document["status"], &document["reason"]),
        (&"NotReady".into(), &"CriticalOpen".into())
    );
    assert_eq!(document["workloads"], serde_json::json!(["Deployment/web"]));

    // An object of another operator is evidence; what people state in a file is not.
    scratch.write(
        "more.yaml",
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web, namespace: shop}\n---\n\
         apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessAttestation\nmetadata: {name: a, namespace: shop}\n\
         spec: {launch: web, items: ['team:said'], role: qa, approver: {username: ada}, statement: it is}\n",
    );
    let document = fill_in(&scratch, &[]).json();
    let after = [
        "liveness Pass",
        "readiness Fail",
        "cert Pass",
        "named Pass",
        "up Unknown",
        "said Unknown",
    ];
    assert_eq!(lines(&document), after);
    let items = &document["checklists"][0]["sections"][0]["groups"][0]["items"];
    let proof = &items[2]["proofs"][0];
    assert_eq!(
        (&proof["by"], &proof["kind"], &proof["name"]),
        (&"evidence".into(), &"proves".into(), &"cert".into())
    );
    assert_eq!(proof["object"], "Certificate.cert-manager.io shop/web");
    assert!(
        items[5]["why"]
            .as_str()
            .is_some_and(|why| why.contains("only an API server knows who made it")),
        "{}",
        items[5]
    );
}

#[test]
fn evidence_without_a_namespace_is_in_the_one_that_the_workload_gets() {
    let scratch = Scratch::new("evidence_without_a_namespace");
    scratch
        .write("app.yaml", DEPLOYMENT.replace(", namespace: shop", ""))
        .write("team.yaml", CHECKLIST)
        .write(
            "cert.yaml",
            "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web}\n",
        );
    let document = fill_in(&scratch, &["--checklist", "team"]).json();
    assert!(
        lines(&document).contains(&"cert Pass".to_owned()),
        "{:?}",
        lines(&document)
    );
}

#[test]
fn without_a_launch_all_workloads_are_the_application() {
    let scratch = Scratch::new("without_a_launch");
    scratch.write("app.yaml", DEPLOYMENT);
    let run = fill_in(
        &scratch,
        &[
            "--checklist",
            "ai-agent",
            "--checklist",
            "production-deployment",
            "shop",
        ],
    );
    let document = run.json();
    assert_eq!(
        (lines(&document).len(), &document["application"]),
        (376, &"shop".into()),
        "{}",
        run.stderr
    );
    assert_eq!(document["namespace"], "shop");
    let none = fill_in(&scratch, &[]);
    assert!(
        none.stderr
            .starts_with("error: no checklist is asked for: name one with --checklist"),
        "{}",
        none.stderr
    );
    let unknown = fill_in(&scratch, &["--checklist", "ai-agnet"]);
    assert!(
        unknown
            .stderr
            .starts_with("error: there is no checklist \"ai-agnet\"; there are ai-agent, "),
        "{}",
        unknown.stderr
    );
    scratch.write(
        "other.yaml",
        DEPLOYMENT.replace("namespace: shop", "namespace: blog"),
    );
    let several = fill_in(&scratch, &["--checklist", "essentials"]);
    assert_eq!(
        several.stderr,
        "error: the workloads are in several namespaces, name one with --namespace: blog, shop\n"
    );
    let one = fill_in(&scratch, &["--checklist", "essentials", "-n", "blog"]).json();
    assert_eq!(one["namespace"], "blog");
    for run in [none, unknown, several] {
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    }
}

#[test]
fn policies_require_checklists_and_exceptions_waive() {
    let scratch = Scratch::new("policies_require_checklists");
    let policy = "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessPolicy\nmetadata: {name: production}\n\
                  spec: {launch: {checklists: [essentials], signOffs: [legal]}}\n";
    let exception = "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessException\nmetadata: {name: late, namespace: shop}\n\
                     spec: {policy: production, waives: ['team:readiness'], workloads: {names: [web]}, reason: a migration, owner: ada, \
                     requestedBy: ada, expiresAt: SOON}\n";
    let soon = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string();
    scratch
        .write("app.yaml", DEPLOYMENT)
        .write("launch.yaml", LAUNCH)
        .write("team.yaml", CHECKLIST)
        .write("policy.yaml", policy)
        .write("exception.yaml", exception.replace("SOON", &soon));
    let document = fill_in(&scratch, &[]).json();
    let names: Vec<_> = document["checklists"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|checklist| checklist["name"].clone())
        .collect();
    assert_eq!(
        names,
        ["essentials", "team", "launch"],
        "what is required comes first"
    );
    let lines = lines(&document);
    for expected in [
        "readiness Waived",
        "liveness-probe Pass",
        "sign-off/legal Unknown",
    ] {
        assert!(lines.contains(&expected.to_owned()), "{lines:?}");
    }
    scratch.write(
        "exception.yaml",
        exception.replace("SOON", "2020-01-01T00:00:00Z"),
    );
    assert!(
        self::lines(&fill_in(&scratch, &[]).json()).contains(&"readiness Fail".to_owned()),
        "an expired one is void"
    );
}

#[test]
fn one_of_several_launches_is_named() {
    let scratch = Scratch::new("one_of_several_launches");
    scratch
        .write("app.yaml", DEPLOYMENT)
        .write("team.yaml", CHECKLIST)
        .write(
            "launch.yaml",
            format!(
                "{LAUNCH}---\n{}",
                LAUNCH.replace("name: web", "name: other")
            ),
        );
    let both = fill_in(&scratch, &[]);
    assert_eq!(
        both.stderr,
        "error: name one of the launches: shop/web, shop/other\n"
    );
    assert_eq!(fill_in(&scratch, &["other"]).json()["application"], "other");
    let none = fill_in(&scratch, &["third"]);
    assert_eq!(
        none.stderr,
        "error: no such ReadinessLaunch is among the files; there are shop/web, shop/other\n"
    );
}

#[test]
fn what_is_broken_is_said() {
    let scratch = Scratch::new("what_is_broken_is_said");
    scratch
        .write("app.yaml", DEPLOYMENT)
        .write("launch.yaml", LAUNCH.replace("release:", "realease:"));
    let run = fill_in(&scratch, &["--checklist", "essentials"]);
    assert!(run.stderr.starts_with("warning: "), "{}", run.stderr);
    assert!(run.stderr.contains("launch.yaml, document 1: line 6, column 3: spec.realease: no such field; did you mean release"), "{}", run.stderr);
    scratch.write("launch.yaml", LAUNCH).write(
        "team.yaml",
        CHECKLIST.replace("liveness-probe", "no-such-check"),
    );
    let run = fill_in(&scratch, &[]);
    assert!(
        run.stderr
            .contains("spec.items[liveness].checks: no check has the id \"no-such-check\""),
        "{}",
        run.stderr
    );
    assert_eq!(run.code, Some(2));
}

#[test]
fn it_is_a_document_in_several_forms() {
    let scratch = Scratch::new("it_is_a_document");
    scratch
        .write("app.yaml", DEPLOYMENT)
        .write("launch.yaml", LAUNCH)
        .write("team.yaml", CHECKLIST);
    let path = scratch.argument("");
    let of = |format: &[&str]| plimsoll(&[&["checklist", "-f", &path], format].concat()).stdout;
    let markdown = of(&["-o", "markdown"]);
    assert!(
        markdown.contains("- [x] Alive\n  - proven by check liveness-probe, Deployment/web: "),
        "{markdown}"
    );
    assert!(
        markdown.contains("- [ ] Ready **(fail, high)**\n"),
        "{markdown}"
    );
    assert!(
        markdown
            .contains("`plimsoll attest web -n shop --item team:said --role qa --statement '...'`"),
        "{markdown}"
    );
    // Where nobody looks, it is a document.
    assert!(of(&[]).starts_with("# web: production readiness\n"));
    let page = of(&["-o", "html"]);
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    let table = of(&["-o", "table"]);
    assert!(
        table.starts_with("shop/web  Not Ready (CriticalOpen), score "),
        "{table}"
    );
    assert!(
        !table.contains('\u{1b}'),
        "no colours where nobody sees them"
    );
}
