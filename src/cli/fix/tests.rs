mod lists;
mod random;
mod sarif;
mod suites;

use std::collections::BTreeSet;

use serde_json::Value;

use super::bench::Bench;
use super::draft::Draft;
use super::ledger::Ledger;
use super::session::Session;
use super::{STDIN, diff};
use crate::check::Check;
use crate::checklist::Checklists;
use crate::checks;
use crate::cli::check::{Judge, Outcome};
use crate::engine::{Conditions, Policy, PolicySet, Relief};
use crate::manifests::{self, Keep, Whole, yaml};
use crate::model::Verdict;
use crate::people::People;
use crate::remedy::Given;

/// What a run made of a text.
struct Fixed {
    after: String,
    draft: Option<Draft>,
    ledger: Ledger,
}

/// By which checks, and how.
struct How<'a> {
    checks: &'a [&'static Check],
    given: Given,
    takes_away: bool,
}

impl<'a> How<'a> {
    fn by(checks: &'a [&'static Check]) -> Self {
        Self {
            checks,
            given: Given::default(),
            takes_away: false,
        }
    }

    fn with<T>(&self, text: &str, act: impl FnOnce(Bench<'_>, &Whole) -> T) -> T {
        let conditions = Conditions::default();
        let keep = Keep::Shapes(&conditions);
        let found = manifests::of_bytes(STDIN, text.as_bytes(), keep);
        let whole = Whole::of(found.objects);
        let policies = PolicySet::new([Policy::of_checks("checks", self.checks.iter().copied())]);
        let people = People::default();
        let bench = Bench {
            relief: Relief {
                people: &people,
                policies: &policies,
                checklists: Checklists::built_in(),
                now: jiff::Timestamp::UNIX_EPOCH,
            },
            keep,
            is_strict: false,
            given: &self.given,
            takes_away: self.takes_away,
            adds: true,
        };
        act(bench, &whole)
    }

    fn fix(&self, text: &str) -> Fixed {
        self.with(text, |bench, whole| {
            let session = Session {
                bench,
                whole,
                stdin: Some(text),
                beside: false,
            };
            let (mut drafts, ledger) = session.run().expect("it can be fixed or left");
            let draft = drafts.pop();
            let after = draft.as_ref().map_or_else(|| text.to_owned(), Draft::after);
            Fixed {
                after,
                draft,
                ledger,
            }
        })
    }

    /// What fails: the object's name, and the check.
    fn failing(&self, text: &str) -> BTreeSet<(String, &'static str)> {
        self.with(text, |bench, whole| {
            let judge = Judge::new(bench.relief, whole, false);
            let mut failing = BTreeSet::new();
            for member in &whole.members {
                let Outcome::Judged { judged, .. } = judge.judge(member) else {
                    continue;
                };
                let rows = judged.rows.iter();
                for row in rows.filter(|row| row.verdict == Verdict::Fail) {
                    let key = member.object.key();
                    failing.insert((format!("{}/{}", key.kind, key.name), row.check.id));
                }
            }
            failing
        })
    }
}

fn check(id: &str) -> &'static Check {
    checks::find(id).unwrap_or_else(|| panic!("{id} is in the catalogue"))
}

/// The values of the documents of a text.
fn values(text: &str) -> Vec<Value> {
    let documents = yaml::documents(text);
    let values = documents.filter_map(|(_, source)| source.parse().ok()?.deserialize().ok());
    values.filter(|value: &Value| !value.is_null()).collect()
}

/// Fixes a text by one check, and shows what becomes of it.
fn assert_fixed(id: &str, before: &str, after: &str) {
    let checks = [check(id)];
    let how = How::by(&checks);
    assert!(!how.failing(before).is_empty(), "{id} passes:\n{before}");
    let fixed = how.fix(before);
    assert_eq!(fixed.after, after, "{id}");
    assert_eq!(how.failing(after), BTreeSet::new(), "{id}");
    assert_eq!(how.fix(after).after, after, "{id} again");
    assert!(!fixed.ledger.has_left(), "{id}");
}

/// Asserts that nothing is done, and that the reason has these words.
fn assert_left(id: &str, text: &str, words: &str) {
    let checks = [check(id)];
    let how = How::by(&checks);
    assert!(!how.failing(text).is_empty(), "{id} passes:\n{text}");
    let fixed = how.fix(text);
    assert_eq!(fixed.after, text, "{id}");
    let reasons = fixed.ledger.reasons();
    assert!(
        reasons.iter().any(|reason| reason.contains(words)),
        "{id}: {reasons:?} has no {words:?}"
    );
}

const WEB: &str = "# The shop.
apiVersion: apps/v1
kind: Deployment
metadata:
    name: web # as ever
spec:
    selector: {matchLabels: {app: web}}
    template:
        metadata: {labels: {app: web}}
        spec:
            containers:
              - name: web
                image: registry.example/web:1.4.2
                ports: [{containerPort: 8080}]
              # The log.
              - {name: log, image: 'registry.example/log:2'}
";

#[test]
fn each_container_gets_what_it_lacks() {
    let after = WEB
        .replace(
            "                ports: [{containerPort: 8080}]\n",
            "                ports: [{containerPort: 8080}]\n                securityContext:\n                    allowPrivilegeEscalation: false\n",
        )
        .replace(
            "'registry.example/log:2'}",
            "'registry.example/log:2', securityContext: {allowPrivilegeEscalation: false}}",
        );
    assert_fixed("privilege-escalation", WEB, &after);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    assert_fixed("privilege-escalation", &crlf(WEB), &crlf(&after));
    let bom = |text: &str| format!("\u{feff}{text}");
    assert_fixed("privilege-escalation", &bom(WEB), &bom(&after));
}

#[test]
fn what_holds_for_a_pod_is_said_once() {
    let after = format!("{WEB}            securityContext:\n                runAsNonRoot: true\n");
    assert_fixed("run-as-non-root", WEB, &after);
    let after = format!(
        "{WEB}            securityContext:\n                seccompProfile:\n                    type: RuntimeDefault\n"
    );
    assert_fixed("seccomp-profile", WEB, &after);
    let after = format!("{WEB}            automountServiceAccountToken: false\n");
    assert_fixed("automount-service-account-token", WEB, &after);
}

#[test]
fn objects_are_added_beside_their_workload() {
    let budget = "---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: web
  unhealthyPodEvictionPolicy: AlwaysAllow
";
    assert_fixed("pdb-present", WEB, &format!("{WEB}{budget}"));
    let policy = "---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  ingress:
  - ports:
    - port: 8080
  podSelector:
    matchLabels:
      app: web
  policyTypes:
  - Ingress
";
    assert_fixed("network-policy-ingress", WEB, &format!("{WEB}{policy}"));
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n{spec}")
}

#[test]
fn single_fields_are_changed_where_they_are() {
    assert_fixed(
        "deprecated-service-account",
        &pod("  serviceAccount: shop # whose\n  containers: [{name: web, image: i}]\n"),
        &pod("  serviceAccountName: shop # whose\n  containers: [{name: web, image: i}]\n"),
    );
    assert_fixed(
        "duplicate-env",
        &pod(
            "  containers:\n  - name: web\n    env:\n    - {name: A, value: x}\n    - name: B\n      value: w\n    - {name: A, value: z}\n",
        ),
        &pod(
            "  containers:\n  - name: web\n    env:\n    - name: B\n      value: w\n    - {name: A, value: z}\n",
        ),
    );
    assert_fixed(
        "drop-all-capabilities",
        &pod(
            "  containers:\n  - name: web\n    securityContext:\n      capabilities:\n        drop: [NET_RAW] # some\n",
        ),
        &pod(
            "  containers:\n  - name: web\n    securityContext:\n      capabilities:\n        drop: [NET_RAW, ALL] # some\n",
        ),
    );
    let budget = "apiVersion: \"policy/v1beta1\"\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}}\n";
    assert_fixed(
        "deprecated-api",
        budget,
        &budget.replace("policy/v1beta1", "policy/v1"),
    );
}

#[test]
fn a_digest_that_is_given_is_written_behind_the_tag() {
    let checks = [check("image-digest")];
    let mut how = How::by(&checks);
    let digest = format!("sha256:{}", "0a".repeat(32));
    let given = format!("registry.example/web:1.4.2={digest}");
    how.given.digests.add(&given).expect("it is one");
    let fixed = how.fix(WEB);
    let after = WEB.replace("web:1.4.2", &format!("web:1.4.2@{digest}"));
    assert_eq!(fixed.after, after);
    assert!(fixed.ledger.has_left(), "nobody gave that of the log");
    for wrong in [
        "web",
        "web=latest",
        "web=sha256:12",
        "=sha256:",
        "web@sha512:00",
    ] {
        assert!(how.given.digests.add(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_somebody_asked_for_is_left_unless_that_is_asked_for() {
    let text = pod(
        "  hostPID: true\n  containers:\n  - name: web\n    securityContext: {privileged: true}\n",
    );
    for id in ["host-pid", "privileged"] {
        assert_left(id, &text, "--unsafe");
    }
    assert_left("privilege-escalation", &text, "privileged");
    let checks = ["host-pid", "privileged", "privilege-escalation"].map(check);
    let how = How {
        takes_away: true,
        ..How::by(&checks)
    };
    let after = pod(
        "  containers:\n  - name: web\n    securityContext: {privileged: false, allowPrivilegeEscalation: false}\n",
    );
    assert_eq!(how.fix(&text).after, after);
}

#[test]
fn what_only_people_know_is_said() {
    assert_left("readiness-probe", WEB, "only you know");
    assert_left("image-digest", WEB, "--digest registry.example/");
    let root = pod("  containers:\n  - name: web\n    securityContext: {runAsUser: 0}\n");
    assert_left("run-as-non-root", &root, "which other user");
    let binding = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web}\n\
                   roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}\n\
                   subjects: [{kind: ServiceAccount, name: default}]\n";
    let granted = format!("{WEB}{binding}");
    assert_left(
        "automount-service-account-token",
        &granted,
        "seems to use the API",
    );
}

#[test]
fn a_shared_anchor_is_changed_once_or_not_at_all() {
    let both = pod(
        "  containers:\n  - name: a\n    securityContext: &sc\n      readOnlyRootFilesystem: true\n  - name: b\n    securityContext: *sc\n",
    );
    let after = both.replace(
        "system: true\n",
        "system: true\n      allowPrivilegeEscalation: false\n",
    );
    assert_fixed("privilege-escalation", &both, &after);
    let elsewhere = both.replace(
        "  - name: b\n    securityContext: *sc\n",
        "  - name: b\n    securityContext: {allowPrivilegeEscalation: false}\n    x: *sc\n",
    );
    assert_left("privilege-escalation", &elsewhere, "anchor");
}

/// By all that is on by default, nothing that is added or changed fails of anything else.
#[test]
fn remedies_go_together() {
    let checks: Vec<_> = checks::ALL
        .iter()
        .copied()
        .filter(|check| check.is_default())
        .collect();
    let how = How::by(&checks);
    let fixed = how.fix(WEB);
    let left = how.failing(&fixed.after);
    let safe = [
        "automount-service-account-token",
        "drop-all-capabilities",
        "network-policy-ingress",
        "pdb-present",
        "privilege-escalation",
        "read-only-root-filesystem",
        "run-as-non-root",
        "seccomp-profile",
    ];
    for id in safe {
        assert!(
            !left.iter().any(|(_, check)| *check == id),
            "{id}: {left:?}\n{}",
            fixed.after
        );
    }
    assert!(left.is_subset(&how.failing(WEB)), "{left:?}");
    assert_eq!(how.fix(&fixed.after).after, fixed.after);
}

#[test]
fn a_diff_is_a_diff() {
    let checks = [check("privilege-escalation")];
    let fixed = How::by(&checks).fix(WEB);
    let draft = fixed.draft.expect("it was looked at");
    let files = draft.files();
    let base = diff::Base::of(files.iter().map(|written| &*written.path));
    let diff: String = files.iter().map(|it| diff::unified(it, &base)).collect();
    assert!(
        diff.starts_with("--- a/<stdin>\n+++ b/<stdin>\n@@ "),
        "{diff}"
    );
    assert_eq!(diff.matches("\n+").count(), 4, "{diff}");
}
