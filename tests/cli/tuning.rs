//! `--include`, `--exclude` and the configuration of a directory.

use crate::run::{Run, within};
use crate::scratch::Scratch;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostNetwork: true, containers: [{name: web, image: web}]}\n";

const POLICY: &str = "apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessPolicy
metadata: {name: team}
spec:
  checks: [{id: host-network, severity: advice}, {id: image-tag}]
  params: {high-uid-gid: {minimum: 5}}
";

fn check(scratch: &Scratch, more: &[&str]) -> Run {
    scratch.write("app/web.yaml", POD);
    within(
        scratch.path(),
        &[&["check", "app", "-o", "json"], more].concat(),
    )
}

/// The ids of the checks that say something, each once.
fn ids(run: &Run) -> Vec<String> {
    let id = |line: &String| line.split(' ').nth(2).unwrap_or_default().to_owned();
    let mut ids: Vec<_> = run.results().iter().map(id).collect();
    ids.sort();
    ids.dedup();
    ids
}

#[test]
fn checks_are_included_and_excluded() {
    let scratch = Scratch::new("included_and_excluded");
    let by_default = ids(&check(&scratch, &[]));
    assert!(
        by_default.contains(&"host-network".to_owned()),
        "{by_default:?}"
    );
    assert!(
        !by_default.contains(&"owner-label".to_owned()),
        "{by_default:?}"
    );
    let more = ids(&check(
        &scratch,
        &["--include", "owner-label", "--exclude", "hostNetworkSet"],
    ));
    assert!(more.contains(&"owner-label".to_owned()), "{more:?}");
    assert!(!more.contains(&"host-network".to_owned()), "{more:?}");
    let no_probes = ids(&check(&scratch, &["--exclude", "probes,image-*"]));
    assert!(by_default.contains(&"liveness-probe".to_owned()));
    assert!(
        no_probes
            .iter()
            .all(|id| !id.ends_with("-probe") && !id.starts_with("image-")),
        "{no_probes:?}"
    );
    let both = ids(&check(
        &scratch,
        &["--include", "owner-label", "--exclude", "owner-*"],
    ));
    assert!(
        !both.contains(&"owner-label".to_owned()),
        "what is excluded wins"
    );
    let all = ids(&check(
        &scratch,
        &["--all-checks", "--exclude", "owner-label"],
    ));
    assert!(all.len() > by_default.len() && !all.contains(&"owner-label".to_owned()));
    let named = ids(&check(
        &scratch,
        &[
            "--checks",
            "host-network,image-tag",
            "--exclude",
            "image-tag",
        ],
    ));
    assert_eq!(named, ["host-network"]);
}

#[test]
fn policies_are_added_to() {
    let scratch = Scratch::new("policies_are_added_to");
    scratch.write("policy.yaml", POLICY);
    let run = check(
        &scratch,
        &[
            "--policy",
            "policy.yaml",
            "--include",
            "high-uid-gid,liveness-probe",
            "--exclude",
            "images",
        ],
    );
    assert_eq!(
        ids(&run),
        ["high-uid-gid", "host-network", "liveness-probe"],
        "{}",
        run.stderr
    );
    // What says nothing of checks asks for a checklist, and still does.
    scratch.write("policy.yaml", "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessPolicy\nmetadata: {name: team}\nspec: {}\n");
    let more = ["--policy", "policy.yaml", "--include", "host-network"];
    let run = check(&scratch, &more);
    for id in ["host-network", "liveness-probe"] {
        assert!(ids(&run).contains(&id.to_owned()), "{id}: {}", run.stdout);
    }
}

#[test]
fn what_is_no_check_is_an_error() {
    let scratch = Scratch::new("what_is_no_check");
    for (more, message) in [
        (
            &["--exclude", "livenes-probe"][..],
            "no check, group or pattern has the name `livenes-probe`; did you mean `liveness-probe`? `plimsoll checks` lists the checks and their groups",
        ),
        (
            &["--include", "zzz*"],
            "no check, group or pattern has the name `zzz*`; `plimsoll checks` lists the checks and their groups",
        ),
        (
            &["--include", "launch-date-target"],
            "`launch-date-target` is about launches; `plimsoll checklist -f` judges them",
        ),
        (&["--exclude", "*"], "--exclude leaves no check to judge by"),
    ] {
        let run = check(&scratch, more);
        assert_eq!(run.stderr, format!("error: {message}\n"));
        assert_eq!(run.code, Some(2));
    }
    let run = check(&scratch, &["--include", "host-pid", "--checks", "host-ipc"]);
    assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
}

#[test]
fn a_directory_has_a_configuration() {
    for name in ["plimsoll.yaml", ".plimsoll.yaml"] {
        let scratch = Scratch::new("a_directory_is_configured");
        scratch.write(name, POLICY);
        let run = check(&scratch, &[]);
        assert_eq!(ids(&run), ["host-network", "image-tag"]);
        assert_eq!(
            run.stderr,
            format!("note: judging by {name}; --no-config does without\n")
        );
        let run = check(&scratch, &["--no-config"]);
        assert!(ids(&run).len() > 2 && run.stderr.is_empty());
        let run = check(&scratch, &["--all-checks"]);
        assert!(
            ids(&run).len() > 2 && run.stderr.is_empty(),
            "it says nothing of that"
        );
        // It is no manifest that is skipped by mistake.
        let run = within(scratch.path(), &["check", ".", "-o", "json"]);
        let reason = "plimsoll.dev/v1alpha1/ReadinessPolicy is not judged; it is what is judged by";
        assert_eq!(run.skipped(), [(Some(1), reason.to_owned())]);
    }
}

#[test]
fn a_given_policy_takes_its_place() {
    let scratch = Scratch::new("a_given_policy");
    scratch
        .write("plimsoll.yaml", POLICY)
        .write("other.yaml", POLICY.replace("host-network", "host-pid"));
    for option in ["--policy", "--config"] {
        let run = check(&scratch, &[option, "other.yaml"]);
        assert_eq!(ids(&run), ["image-tag"]);
        assert_eq!(run.stderr, "");
    }
    scratch.write(".plimsoll.yaml", POLICY);
    let run = check(&scratch, &[]);
    assert_eq!(
        run.stderr,
        "error: both plimsoll.yaml and .plimsoll.yaml are here; give one of them as --config, or --no-config\n"
    );
}

/// The operator's own manifests may be called so.
#[test]
fn what_is_no_policy_is_no_configuration() {
    let scratch = Scratch::new("no_configuration");
    scratch.write(
        "plimsoll.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: plimsoll-system}\n",
    );
    assert_eq!(check(&scratch, &[]).stderr, "");
    scratch.write(
        "plimsoll.yaml",
        POLICY.replace("host-network", "host-netwrk"),
    );
    let run = check(&scratch, &[]);
    assert!(
        run.stderr.contains("did you mean host-network?"),
        "{}",
        run.stderr
    );
    assert_eq!(run.code, Some(2));
}
