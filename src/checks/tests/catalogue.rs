//! What holds for every check.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::check::testing::{Outcome, inventory_for, judge};
use crate::check::{Check, Params, Run};
use crate::checklist::Way;
use crate::checks::{ALL, find};
use crate::inventory::Source;
use crate::launch::testing::World;
use crate::model::{Kind, KindSet, Verdict};

/// Whose names for the same thing may be aliases.
const PEERS: [&str; 9] = [
    "checkov",
    "gatekeeper-library",
    "kube-linter",
    "kube-score",
    "kubescape",
    "kyverno",
    "polaris",
    "popeye",
    "trivy",
];

fn on(check: &'static Check, manifests: &str) -> Vec<Outcome> {
    judge(check, &Params::default(), &inventory_for(check, manifests))
}

/// Every check on workloads and what is around them; the others judge launches.
fn of_workloads() -> impl Iterator<Item = &'static Check> {
    ALL.iter().copied().filter(|check| !check.judges_launches())
}

/// What a check that judges launches says of the launch in some manifests, where a checklist asks for it.
fn on_launch(check: &'static Check, manifests: &str) -> (Verdict, String) {
    let mut world = World::of_manifests(manifests);
    if world.launch.spec.checklists.is_empty() {
        let item = json!([{"id": "whole", "title": "It", "section": "S", "severity": "critical", "checks": [check.id]}]);
        world.checklist("alone", &item.to_string());
        world.says(json!({"checklists": ["alone"]}));
    }
    let judged = world.judge();
    let asks = |item: &&crate::launch::JudgedItem| match &item.item.way {
        Way::Checks(checks) => checks.iter().any(|asked| asked.id == check.id),
        _ => false,
    };
    let found = judged.items.iter().find(asks);
    let outcome = &found
        .unwrap_or_else(|| panic!("{}: no item asks for it", check.id))
        .outcome;
    (outcome.verdict, outcome.why.clone())
}

#[test]
fn the_directory_and_the_list_agree() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    let mut ids = BTreeSet::new();
    for entry in std::fs::read_dir(&directory).expect("the directory of the checks") {
        let path = entry.expect("an entry of the directory").path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a file name");
        let id = name.replace('_', "-");
        let text = std::fs::read_to_string(&path).expect("a readable file");
        assert!(
            text.contains(&format!("id: \"{id}\"")),
            "{name}.rs has a check of another id"
        );
        ids.insert(id);
    }
    let listed: BTreeSet<_> = ALL.iter().map(|check| check.id.to_owned()).collect();
    assert_eq!(
        ids, listed,
        "a file that is not in the list, or the other way round"
    );
}

#[test]
fn ids_are_unique_kebab_case_and_sorted() {
    for pair in ALL.windows(2) {
        assert!(
            pair[0].id < pair[1].id,
            "{} stands before {}",
            pair[0].id,
            pair[1].id
        );
    }
    for check in ALL {
        let words = check.id.split('-');
        let mut words = words
            .map(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(
            words.all(|is_word| is_word),
            "{} is not kebab-case",
            check.id
        );
        assert!(find(check.id).is_some_and(|found| std::ptr::eq(found, *check)));
    }
    assert!(find("no-such-check").is_none());
}

#[test]
fn every_check_is_documented() {
    let official = [
        "https://kubernetes.io/",
        "https://github.com/kubernetes/",
        "https://gateway-api.sigs.k8s.io/",
    ];
    for check in ALL {
        let id = check.id;
        assert!(
            !check.title.is_empty() && !check.title.ends_with('.'),
            "{id}: title"
        );
        for (field, text) in [("why", check.why), ("fix", check.fix)] {
            assert!(
                text.ends_with(['.', ')']),
                "{id}: {field} must be sentences"
            );
            assert!(
                !text.contains("  "),
                "{id}: {field} has two spaces in a row"
            );
        }
        // What a launch is judged by is no affair of Kubernetes'.
        let sources: &[&str] = if check.judges_launches() {
            &["https://sre.google/"]
        } else {
            &official
        };
        assert!(
            sources.iter().any(|site| check.source.starts_with(site)),
            "{id}: {}",
            check.source
        );
        for alias in check.aliases {
            let (peer, name) = alias.split_once('/').unwrap_or_default();
            assert!(PEERS.contains(&peer) && !name.is_empty(), "{id}: {alias}");
        }
        for param in check.params {
            let camel = param
                .name
                .starts_with(|first: char| first.is_ascii_lowercase())
                && param.name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            assert!(
                camel && !param.doc.is_empty(),
                "{id}: parameter {}",
                param.name
            );
        }
        assert_eq!(
            check.subjects.is_empty(),
            check.judges_launches(),
            "{id} judges nothing"
        );
        assert!(
            check.subjects.intersection(check.reads).is_empty(),
            "{id} reads what it judges"
        );
    }
}

#[test]
fn every_bad_launch_fails_and_every_good_one_passes() {
    let mut judged = 0;
    for check in ALL.iter().filter(|check| check.judges_launches()) {
        judged += 1;
        let (verdict, why) = on_launch(check, check.bad);
        assert_eq!(verdict, Verdict::Fail, "{}: {why}", check.id);
        assert!(
            (10..=240).contains(&why.len()) && !why.ends_with('.'),
            "{}: {why}",
            check.id
        );
        let (verdict, why) = on_launch(check, check.good);
        assert_eq!(verdict, Verdict::Pass, "{}: {why}", check.id);
    }
    assert_eq!(judged, 7);
}

#[test]
fn every_bad_manifest_fails_and_every_good_one_passes() {
    for check in of_workloads() {
        let bad = on(check, check.bad);
        assert!(
            bad.iter().any(|outcome| outcome.verdict == Verdict::Fail),
            "{}: {bad:#?}",
            check.id
        );
        let good = on(check, check.good);
        assert!(
            !good.is_empty(),
            "{} has no subject in its good manifest",
            check.id
        );
        for outcome in good {
            assert_eq!(outcome.verdict, Verdict::Pass, "{}: {outcome:#?}", check.id);
        }
    }
}

#[test]
fn every_finding_is_a_short_line_about_a_place() {
    for check in of_workloads() {
        for outcome in on(check, check.bad) {
            for finding in outcome.findings {
                let (id, message) = (check.id, &finding.message);
                assert!(
                    (10..=140).contains(&message.chars().count()),
                    "{id}: {message}"
                );
                assert!(
                    !message.contains('\n') && !message.ends_with('.'),
                    "{id}: {message}"
                );
                assert!(finding.at.path.starts_with('/'), "{id}: {:?}", finding.at);
            }
        }
    }
}

#[test]
fn every_kind_that_a_check_reads_is_looked_up() {
    for check in of_workloads() {
        for kind in check.reads.iter() {
            let asks = |manifests: &str| {
                let mut inventory = inventory_for(check, manifests);
                inventory.set_source(kind, Source::Unavailable("forbidden".into()));
                let outcomes = judge(check, &Params::default(), &inventory);
                outcomes
                    .iter()
                    .any(|outcome| outcome.verdict == Verdict::Unknown)
            };
            assert!(
                asks(check.bad) || asks(check.good),
                "{} never looks up a {kind}",
                check.id
            );
        }
    }
}

/// The one Pod of a check's bad manifest, if that is what it is.
fn bad_pod(check: &Check) -> Option<Value> {
    if !matches!(check.run, Run::Workload(_)) || check.bad.contains("\n---") {
        return None;
    }
    let pod: Value = serde_saphyr::from_str(check.bad).expect("a manifest is YAML");
    (pod["kind"] == "Pod").then_some(pod)
}

/// The Pod as it stands in a manifest of another kind.
fn wrapped(kind: Kind, pod: &Value) -> Value {
    let spec = match kind {
        Kind::Pod => pod["spec"].clone(),
        Kind::CronJob => json!({"jobTemplate": {"spec": {"template": {"spec": pod["spec"]}}}}),
        _ => json!({"template": {"spec": pod["spec"]}}),
    };
    json!({"apiVersion": kind.api_version(), "kind": kind.name(), "metadata": {"name": "web"}, "spec": spec})
}

#[test]
fn every_workload_is_judged_by_its_pods_wherever_they_stand() {
    let mut judged = 0;
    for check in ALL {
        let Some(pod) = bad_pod(check) else { continue };
        let of_pod = on(check, check.bad).remove(0).findings;
        for kind in check.subjects.intersection(KindSet::WORKLOADS).iter() {
            let manifest = wrapped(kind, &pod);
            let outcome = on(check, &manifest.to_string()).remove(0);
            if outcome.verdict == Verdict::NotApplicable
                && matches!(kind, Kind::Job | Kind::CronJob)
            {
                continue;
            }
            assert_eq!(
                outcome.findings.len(),
                of_pod.len(),
                "{} on a {kind}",
                check.id
            );
            for (finding, twin) in outcome.findings.iter().zip(&of_pod) {
                judged += 1;
                assert_eq!(
                    (&finding.message, &finding.at.container),
                    (&twin.message, &twin.at.container)
                );
                let Some(name) = &finding.at.container else {
                    continue;
                };
                // The first five steps lead to the container in a Pod, and as many more as its spec is deeper elsewhere.
                let depth = wrapped_depth(kind);
                let pointer: Vec<_> = finding.at.path.split('/').take(depth + 3).collect();
                let found = manifest
                    .pointer(&pointer.join("/"))
                    .map(|container| &container["name"]);
                assert_eq!(
                    found,
                    Some(&json!(**name)),
                    "{} on a {kind}: {}",
                    check.id,
                    finding.at.path
                );
            }
        }
    }
    assert!(judged > 100, "only {judged} findings were compared");
}

/// How many steps lead to the pod spec of a kind.
fn wrapped_depth(kind: Kind) -> usize {
    match kind {
        Kind::Pod => 1,
        Kind::CronJob => 5,
        _ => 3,
    }
}

#[test]
fn no_check_is_of_a_version_to_come() {
    let number = |version: &str| -> Vec<u32> {
        let parts = version.split('.').map(str::parse);
        parts
            .collect::<Result<_, _>>()
            .expect("a version is numbers")
    };
    let own = number(env!("CARGO_PKG_VERSION"));
    for check in ALL {
        assert!(number(check.since) <= own, "{}: {}", check.id, check.since);
    }
}
