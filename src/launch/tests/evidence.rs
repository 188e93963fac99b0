//! Evidence: what proves, what only indicates, and what is gone.

use serde_json::{Value, json};

use super::*;
use crate::evidence::{GroupKind, Source};
use crate::launch::Pending;

/// An item that a Certificate of the workload's name closes.
fn item(severity: &str, scope: &str, proof: &str, fallback: bool) -> String {
    let attestation = if fallback {
        "attestation: {roles: [devops], validFor: 10d}, "
    } else {
        ""
    };
    format!(
        "[{{id: a, title: A, section: S, severity: {severity}, scope: {scope}, {attestation}evidence: [
           {{name: certificate, apiVersion: cert-manager.io/v1, kind: Certificate, proof: {proof}, where: a certificate is ready,
             select: object.metadata.name == workload.metadata.name, cel: object.spec.ready}}]}}]"
    )
}

fn certificate(name: &str, ready: bool) -> Value {
    json!({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": name}, "spec": {"ready": ready}})
}

const A: &str = "team:a";

#[test]
fn what_is_seen_passes_what_contradicts_fails_and_nothing_is_unknown() {
    let mut world = World::new(&item("critical", "workload", "proves", false));
    assert_item(&world, A, Unknown, "no Certificate.cert-manager.io matches");
    world.apply(certificate("other", true));
    assert_item(&world, A, Unknown, "no Certificate");
    world.apply(certificate("web", false));
    assert_item(
        &world,
        A,
        Fail,
        "Certificate.cert-manager.io shop/web: not so: a certificate is ready",
    );
    world.apply(certificate("web", true));
    assert_item(&world, A, Pass, "");
    let proof = &world.item(A).outcome.proofs[0];
    assert_eq!(
        (&*proof.subject, proof.workload.as_deref()),
        (
            "Certificate.cert-manager.io shop/web",
            Some("Deployment/web")
        )
    );
    assert!(world.judge().effort.pairs > 0);
}

#[test]
fn an_indication_alone_closes_a_high_item_but_no_critical_one() {
    let rows = [
        ("critical", false, Unknown, Unknown),
        ("critical", true, Unknown, Pass),
        ("high", true, Pass, Pass),
    ];
    for (severity, fallback, alone, with) in rows {
        let mut world = World::new(&item(severity, "application", "indicates", fallback));
        world.apply(certificate("web", true));
        assert_eq!(world.verdict(A).0, alone, "{severity}");
        if alone == Unknown {
            let part = if fallback {
                ": not attested by devops"
            } else {
                ", and nobody may attest it"
            };
            assert_item(
                &world,
                A,
                Unknown,
                &format!("only indicated (Certificate.cert-manager.io shop/web){part}"),
            );
        }
        world.attest(Attest::by("ada", &[A]));
        assert_eq!(world.verdict(A).0, with, "{severity}");
        if (severity, fallback) == ("critical", true) {
            assert_eq!(
                world.item(A).outcome.proofs.len(),
                2,
                "the trace is shown beside the attestation"
            );
        }
    }
}

#[test]
fn what_was_seen_and_is_gone_fails() {
    let mut world = World::new(&item("critical", "workload", "proves", true));
    world.apply(certificate("web", true));
    let seen = world.write().memory.expect("something is remembered").seen;
    assert_eq!(seen.len(), 1);
    assert_eq!(
        seen[0].object, "Certificate.cert-manager.io web",
        "its own namespace is not repeated"
    );
    assert_eq!(
        (seen[0].workload.as_deref(), seen[0].items.len()),
        (Some("Deployment/web"), 8)
    );

    world.delete("cert-manager.io/v1", "Certificate", "web");
    assert_item(
        &world,
        A,
        Fail,
        "Certificate.cert-manager.io web is gone, or no longer shows: a certificate is ready",
    );
    // Nobody can attest away what is gone.
    world.attest(Attest::by("ada", &[A]));
    assert_item(&world, A, Fail, "is gone");
    // It is remembered as long as nothing takes its place.
    world.write();
    assert_item(&world, A, Fail, "is gone");
    world.apply(certificate("web", true));
    assert_item(&world, A, Pass, "");
}

#[test]
fn what_was_seen_is_remembered_though_the_item_is_not_asked_for_a_while() {
    let with = item("critical", "workload", "proves", true);
    let without = "[{id: b, title: B, section: S, severity: high, checks: [liveness-probe]}]";
    let mut world = World::new(&with);
    world.apply(certificate("web", true));
    world.write();
    world.checklist("team", without);
    assert_eq!(
        world
            .write()
            .memory
            .expect("something is remembered")
            .seen
            .len(),
        1
    );
    world.delete("cert-manager.io/v1", "Certificate", "web");
    world.write();
    world.checklist("team", &with);
    world.attest(Attest::by("ada", &[A]));
    assert_item(&world, A, Fail, "Certificate.cert-manager.io web is gone");
    // What goes with its workload, goes.
    world.checklist("team", without);
    world.delete("apps/v1", "Deployment", "web");
    world.apply(deployment("worker"));
    let memory = world.write().memory.expect("something is remembered");
    assert_eq!(memory.seen, []);
}

#[test]
fn what_cannot_be_looked_at_is_not_gone() {
    let kind = GroupKind::of("cert-manager.io/v1", "Certificate");
    let rows = [
        (
            Source::NotServed,
            "the cluster has no kind Certificate.cert-manager.io",
            false,
        ),
        (
            Source::Unavailable("forbidden".into()),
            "cannot be read: forbidden",
            false,
        ),
        (Source::Pending, "have not been listed yet", true),
    ];
    for (source, part, pending) in rows {
        let mut world = World::new(&item("critical", "workload", "proves", false));
        world.apply(certificate("web", true));
        world.write();
        world.delete("cert-manager.io/v1", "Certificate", "web");
        world.documents.set_source(&kind, source);
        assert_item(&world, A, Unknown, part);
        assert_eq!(
            world.judge().pending.contains(&Pending::Evidence),
            pending,
            "{part}"
        );
        // And it is not forgotten meanwhile.
        let memory = world.write().memory.expect("something is remembered");
        assert_eq!(memory.seen.len(), 1);
    }
}

#[test]
fn what_one_workload_had_is_not_gone_from_another() {
    let mut world = World::new(&item("critical", "workload", "proves", false));
    world.apply(certificate("web", true));
    world.write();
    world.apply(deployment("worker"));
    assert_item(&world, A, Unknown, "no Certificate");
    world.apply(certificate("worker", true));
    world.write();
    world.delete("cert-manager.io/v1", "Certificate", "worker");
    assert_item(
        &world,
        A,
        Fail,
        "Certificate.cert-manager.io worker is gone",
    );
    // With the workload goes what was seen of it.
    world.delete("apps/v1", "Deployment", "worker");
    assert_item(&world, A, Pass, "");
    let seen = world.write().memory.expect("something is remembered").seen;
    assert_eq!(seen.len(), 1);
}

#[test]
fn an_application_has_its_evidence_as_long_as_some_workload_has() {
    let mut world = World::new(&item("critical", "application", "proves", false));
    world.apply(deployment("worker"));
    world.apply(certificate("web", true));
    let seen = world.write().memory.expect("something is remembered").seen;
    assert_eq!(seen[0].workload, None);
    world.delete("cert-manager.io/v1", "Certificate", "web");
    assert_item(&world, A, Fail, "is gone");
    world.apply(certificate("worker", true));
    assert_item(&world, A, Pass, "");
}

#[test]
fn any_piece_suffices_and_the_proven_one_is_shown() {
    let mut world = World::new(
        "
- id: a
  title: A
  section: S
  severity: critical
  evidence:
  - {name: label, apiVersion: self, kind: Workload, cel: has(object.metadata.labels.tls), proof: indicates}
  - {name: certificate, apiVersion: cert-manager.io/v1, kind: Certificate, cel: object.spec.ready, proof: proves}
",
    );
    let mut web = deployment("web");
    web["metadata"]["labels"]["tls"] = json!("yes");
    world.apply(web);
    assert_item(
        &world,
        A,
        Unknown,
        "only indicated (Deployment.apps shop/web)",
    );
    world.apply(certificate("any", true));
    assert_item(&world, A, Pass, "");
    assert_eq!(
        &*world.item(A).outcome.proofs[0].subject,
        "Certificate.cert-manager.io shop/any"
    );
}

#[test]
fn a_workload_that_evidence_has_not_read_is_pending() {
    let mut world = World::new(&item("critical", "workload", "proves", false));
    world
        .documents
        .delete(&GroupKind::of("apps/v1", "Deployment"), "shop", "web");
    assert_item(&world, A, Unknown, "Deployment/web has not been read yet");
    assert!(world.judge().pending.contains(&Pending::Evidence));
}

#[test]
fn what_depends_on_the_time_is_looked_at_again() {
    let mut world = World::new(
        "- {id: a, title: A, section: S, severity: high, cel: {expression: 'now > timestamp(\"2020-01-01T00:00:00Z\")', message: early}}",
    );
    assert_item(&world, A, Pass, "");
    let soon = noon() + jiff::SignedDuration::from_mins(5);
    assert_eq!(world.judge().next, Some(soon));
    world.checklist("team", "[{id: a, title: A, section: S, severity: high, cel: {expression: 'true', message: it is not}}]");
    assert_eq!(world.judge().next, None);
}
