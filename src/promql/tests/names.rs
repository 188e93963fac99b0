//! Patterns of pods' names, by kind.

use promql_parser::label::Matcher;
use promql_parser::parser::token::T_EQL_REGEX;

use crate::model::Kind;
use crate::promql::{NoPattern, indexed_pods_pattern, pods_pattern};

/// Whether PromQL matches a name: regular expressions are anchored at both ends.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    Matcher::new_matcher(T_EQL_REGEX, "pod".to_owned(), pattern.to_owned())
        .unwrap()
        .is_match(name)
}

fn pattern(kind: Kind, name: &str, hashes: &[&str]) -> String {
    pods_pattern(kind, name, hashes).unwrap()
}

#[test]
fn a_deployment_has_its_replica_sets_pods() {
    let web = pattern(Kind::Deployment, "web", &["c3d4", "a1b2", "a1b2"]);
    assert_eq!(web, "web-(a1b2|c3d4)-[bcdfghjklmnpqrstvwxz2456789]{5}");
    assert!(matches(&web, "web-a1b2-xk2v9"));
    for other in [
        "web-a1b2",
        "web-api-0",
        "web-api-5f6d-xk2v9",
        "web-5f6d-xk2v9",
        "web-a1b2-xk2v",
        "web-a1b2-xk2va",
        "web-a1b2-c3d4-xk2v9",
        "web-xk2v9",
        "my-web-a1b2-xk2v9",
    ] {
        assert!(!matches(&web, other), "{other}");
    }
}

#[test]
fn a_deployment_without_replica_sets_has_no_pods() {
    assert_eq!(
        pods_pattern(Kind::Deployment, "web", &[""; 0]),
        Err(NoPattern::NoReplicaSet)
    );
    assert_eq!(
        pods_pattern(Kind::Deployment, "web", &[""]),
        Err(NoPattern::NoReplicaSet)
    );
}

#[test]
fn other_kinds_need_no_hashes() {
    let minutes = "web-28391234";
    for (kind, pods, others) in [
        (
            Kind::StatefulSet,
            ["web-0", "web-12"],
            ["web-00", "web-api-0"],
        ),
        (
            Kind::DaemonSet,
            ["web-xk2v9", "web-bbbbb"],
            ["web-0", "web-a1b2-xk2v9"],
        ),
        (
            Kind::ReplicaSet,
            ["web-xk2v9", "web-bbbbb"],
            ["web", "web-api-xk2v9"],
        ),
        (
            Kind::ReplicationController,
            ["web-xk2v9", "web-bbbbb"],
            ["web", "web-xk2v91"],
        ),
        (
            Kind::Job,
            ["web-xk2v9", "web-bbbbb"],
            ["web-1-xk2v9", "web-28391234-xk2v9"],
        ),
        (
            Kind::CronJob,
            [&format!("{minutes}-xk2v9"), &format!("{minutes}-bbbbb")],
            ["web-xk2v9", "web-1-28391234-xk2v9"],
        ),
        (Kind::Pod, ["web", "web"], ["web-0", "webb"]),
    ] {
        let web = pattern(kind, "web", &[]);
        for pod in pods {
            assert!(matches(&web, pod), "{kind} {pod} {web}");
        }
        for other in others {
            assert!(!matches(&web, other), "{kind} {other} {web}");
        }
    }
    assert_eq!(
        pods_pattern(Kind::Service, "web", &[""; 0]),
        Err(NoPattern::NoWorkload(Kind::Service))
    );
}

#[test]
fn a_dot_in_a_name_is_a_dot() {
    let dotted = pattern(Kind::StatefulSet, "web.v2", &[]);
    assert!(matches(&dotted, "web.v2-0"));
    assert!(!matches(&dotted, "web-v2-0"));
}

#[test]
fn an_indexed_job_numbers_its_pods() {
    let job = indexed_pods_pattern(Kind::Job, "load").unwrap();
    assert!(matches(&job, "load-0-xk2v9"));
    assert!(matches(&job, "load-123456-xk2v9"));
    assert!(!matches(&job, "load-xk2v9"));
    let cron = indexed_pods_pattern(Kind::CronJob, "load").unwrap();
    assert!(matches(&cron, "load-28391234-7-xk2v9"));
    assert!(!matches(&cron, "load-7-xk2v9"));
    assert!(!matches(&cron, "load-28391234-xk2v9"));
}

/// As `names/generate.go` does it.
fn generated(prefix: &str) -> String {
    format!("{}xk2v9", &prefix[..prefix.len().min(58)])
}

#[test]
fn long_names_are_cut_as_kubernetes_cuts_them() {
    for length in 1..=63 {
        let name = "n".repeat(length);
        let hash = "5f6d7c8b9d";
        let pod = generated(&format!("{name}-{hash}-"));
        match pods_pattern(Kind::Deployment, &name, &[hash]) {
            Ok(pattern) => assert!(length <= 56 && matches(&pattern, &pod), "{pattern} {pod}"),
            Err(why) => assert!(length > 56 && why == NoPattern::Cut, "{length}"),
        }
        let pod = generated(&format!("{name}-"));
        match pods_pattern(Kind::DaemonSet, &name, &[""; 0]) {
            Ok(pattern) => assert!(length <= 57 && matches(&pattern, &pod), "{pattern} {pod}"),
            Err(why) => assert!(length > 57 && why == NoPattern::Cut, "{length}"),
        }
        // A CronJob's name has at most 52 characters.
        let pod = generated(&format!("{name}-28391234-"));
        match pods_pattern(Kind::CronJob, &name, &[""; 0]) {
            Ok(pattern) => assert!(matches(&pattern, &pod), "{pattern} {pod}"),
            Err(why) => assert!(length > 56 && why == NoPattern::Cut, "{length}"),
        }
        // As `podGenerateNameWithIndex` does it.
        for index in ["0", "17", "123456"] {
            let end = format!("-{index}-");
            for (kind, job) in [
                (Kind::Job, name.clone()),
                (Kind::CronJob, format!("{name}-28391234")),
            ] {
                let kept = job.len().min(58 - end.len());
                let pod = generated(&format!("{}{end}", &job[..kept]));
                match indexed_pods_pattern(kind, &name) {
                    Ok(pattern) => assert!(matches(&pattern, &pod), "{pattern} {pod}"),
                    Err(why) => assert!(length > 47 && why == NoPattern::Cut, "{length}"),
                }
            }
        }
    }
}

#[test]
fn hashes_that_are_cut_alike_are_one() {
    let name = "n".repeat(52);
    let pattern = pattern(
        Kind::Deployment,
        &name,
        &["5f6d7c8b9d", "5f6d7zzzzz", "4c4c4c4c4c"],
    );
    assert_eq!(
        pattern,
        format!("{name}-(4c4c4|5f6d7)[bcdfghjklmnpqrstvwxz2456789]{{5}}")
    );
}
