//! What a piece comes to.

use serde_json::json;

use super::*;

const RULES: (&str, &str) = ("monitoring.coreos.com/v1", "PrometheusRule");

fn rule(namespace: &str, name: &str, good: bool) -> Json {
    json!({
        "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
        "metadata": {"namespace": namespace, "name": name}, "spec": {"good": good},
    })
}

fn here() -> Piece {
    piece(
        RULES,
        "object.metadata.namespace == workload.metadata.namespace && object.spec.good",
        None,
    )
}

fn every() -> Piece {
    piece(
        RULES,
        "object.spec.good",
        Some("object.metadata.namespace == workload.metadata.namespace"),
    )
}

fn found(piece: &Piece, objects: &[Json]) -> String {
    let objects = [objects, &[web()]].concat();
    judge(piece, &cluster(&[piece], &objects), &web())
        .0
        .to_string()
}

#[test]
fn one_object_is_enough_without_a_selection() {
    let piece = here();
    assert_eq!(
        found(&piece, &[]),
        "no PrometheusRule.monitoring.coreos.com matches"
    );
    assert_eq!(
        found(&piece, &[rule("shop", "a", false)]),
        "no PrometheusRule.monitoring.coreos.com matches"
    );
    assert_eq!(
        found(&piece, &[rule("other", "a", true)]),
        "no PrometheusRule.monitoring.coreos.com matches"
    );
    assert_eq!(
        found(
            &piece,
            &[
                rule("shop", "c", true),
                rule("shop", "b", true),
                rule("shop", "a", false)
            ]
        ),
        "shown by PrometheusRule.monitoring.coreos.com shop/b"
    );
}

#[test]
fn every_selected_object_must_satisfy() {
    let piece = every();
    assert_eq!(
        found(&piece, &[]),
        "no PrometheusRule.monitoring.coreos.com matches"
    );
    assert_eq!(
        found(&piece, &[rule("other", "a", false)]),
        "no PrometheusRule.monitoring.coreos.com matches"
    );
    assert_eq!(
        found(
            &piece,
            &[
                rule("shop", "b", true),
                rule("shop", "a", true),
                rule("other", "c", false)
            ]
        ),
        "shown by PrometheusRule.monitoring.coreos.com shop/a"
    );
    assert_eq!(
        found(
            &piece,
            &[
                rule("shop", "a", true),
                rule("shop", "c", false),
                rule("shop", "b", false)
            ]
        ),
        "contradicted by PrometheusRule.monitoring.coreos.com shop/b"
    );
}

#[test]
fn an_error_is_false_for_that_object_only() {
    let mut odd = rule("shop", "a", true);
    odd["spec"] = json!("text");
    assert_eq!(
        found(&here(), &[odd.clone(), rule("shop", "b", true)]),
        "shown by PrometheusRule.monitoring.coreos.com shop/b"
    );
    assert_eq!(
        found(&every(), &[odd, rule("shop", "b", true)]),
        "contradicted by PrometheusRule.monitoring.coreos.com shop/a"
    );
}

#[test]
fn objects_that_are_not_all_here_leave_it_undecided() {
    let kind = GroupKind::of(RULES.0, RULES.1);
    for piece in [here(), every()] {
        let mut documents = cluster(&[&piece], &[rule("shop", "a", true), web()]);
        let mut of = |source: Source| {
            documents.set_source(&kind, source);
            judge(&piece, &documents, &web()).0
        };
        assert!(matches!(of(Source::Synced), Found::Holds { .. }));
        assert_eq!(
            of(Source::Pending).to_string(),
            "objects of kind PrometheusRule.monitoring.coreos.com have not been listed yet"
        );
        assert_eq!(
            of(Source::Unavailable("not allowed".into())).to_string(),
            "objects of kind PrometheusRule.monitoring.coreos.com cannot be read: not allowed"
        );
        assert_eq!(
            of(Source::NotServed).to_string(),
            "the cluster has no kind PrometheusRule.monitoring.coreos.com"
        );
    }
}

#[test]
fn services_that_are_not_all_here_leave_undecided_what_reads_them() {
    let piece = piece(RULES, "object.spec.good && services.size() == 0", None);
    let mut documents = cluster(&[&piece], &[rule("shop", "a", true), web()]);
    assert!(matches!(
        judge(&piece, &documents, &web()).0,
        Found::Holds { .. }
    ));
    documents.set_source(&GroupKind::service(), Source::Pending);
    assert_eq!(
        judge(&piece, &documents, &web()).0,
        Found::Undecided(super::super::Gap::Pending(GroupKind::service()))
    );
    assert!(matches!(
        judge(&here(), &documents, &web()).0,
        Found::Holds { .. }
    ));
}

#[test]
fn routes_of_a_kind_that_is_not_served_are_none() {
    let piece = piece(RULES, "object.spec.good && routes.size() == 0", None);
    let mut documents = cluster(&[&piece], &[rule("shop", "a", true), web()]);
    for kind in GroupKind::routes() {
        documents.set_source(&kind, Source::NotServed);
    }
    assert!(matches!(
        judge(&piece, &documents, &web()).0,
        Found::Holds { .. }
    ));
}

#[test]
fn a_piece_about_the_workload_looks_at_nothing_else() {
    let own = piece(
        ("self", "Workload"),
        "object.spec.template.spec.containers.exists(c, c.name == 'web')",
        None,
    );
    assert_eq!(found(&own, &[]), "shown by Deployment.apps shop/web");
    let other = piece(
        ("self", "Workload"),
        "object.spec.template.spec.containers.exists(c, c.name == 'x')",
        None,
    );
    assert_eq!(found(&other, &[]), "the workload does not show it");
}

#[test]
fn changes_concern_whom_they_can() {
    let changed = |namespace: &str, good: bool| {
        let mut documents = cluster(&[&here()], &[]);
        let kind = GroupKind::of(RULES.0, RULES.1);
        let kept = documents.kept(&kind).cloned().expect("it is asked for");
        let document =
            Document::decode(&kind, &rule(namespace, "a", good), &kept).expect("it has a name");
        documents.apply(document).expect("it is new")
    };
    for (namespace, good, concerned) in [
        ("shop", true, true),
        ("shop", false, false),
        ("other", true, false),
    ] {
        assert_eq!(
            here().may_concern(&changed(namespace, good), "shop"),
            concerned,
            "{namespace} {good}"
        );
    }
    let anywhere = piece(
        RULES,
        "object.spec.good && object.metadata.name == workload.metadata.name",
        None,
    );
    assert!(anywhere.may_concern(&changed("other", true), "shop"));
    assert!(!anywhere.may_concern(&changed("other", false), "shop"));
}

#[test]
fn changes_alter_what_they_can() {
    let kind = GroupKind::of(RULES.0, RULES.1);
    let named = piece(
        RULES,
        "object.metadata.name == workload.metadata.name && object.spec.good",
        None,
    );
    let mine = piece(
        RULES,
        "object.spec.good",
        Some("object.metadata.name == workload.metadata.name"),
    );
    for (name, before, after, of_named, of_mine) in [
        ("web", None, Some(true), true, true),
        ("web", Some(true), None, true, true),
        ("web", Some(true), Some(false), true, true),
        ("web", Some(false), None, false, true),
        ("other", None, Some(true), false, false),
        ("other", Some(true), Some(false), false, false),
    ] {
        let mut documents = cluster(&[&named, &mine], &[web()]);
        let kept = documents.kept(&kind).cloned().expect("it is asked for");
        let document =
            |good| Document::decode(&kind, &rule("far", name, good), &kept).expect("it has a name");
        if let Some(good) = before {
            documents.apply(document(good));
        }
        let change = match after {
            Some(good) => documents.apply(document(good)),
            None => documents.delete(&kind, "far", name),
        };
        let change = change.expect("it is one");
        let subject = subject(&documents, &web());
        let alters =
            |piece: &Piece| piece.may_alter(&change, &subject, now(), &mut Effort::default());
        assert_eq!(
            (alters(&named), alters(&mine)),
            (of_named, of_mine),
            "{name} {before:?} {after:?}"
        );
    }
}

#[test]
fn a_piece_that_does_not_compile_says_which_and_where() {
    let spec = |cel: &str, select: Option<&str>| PieceSpec {
        api_version: "v1".into(),
        kind: "ConfigMap".into(),
        cel: cel.into(),
        select: select.map(str::to_owned),
        ..PieceSpec::default()
    };
    let error = |spec: PieceSpec| {
        Piece::new("mine", &spec)
            .expect_err("it is refused")
            .to_string()
    };
    assert_eq!(
        error(spec("object.x &&\n  obejct.y", None)),
        "cel of evidence mine: line 2, column 3: no variable obejct; there are object, workload, now, services, routes"
    );
    assert_eq!(
        error(spec("true", Some("object.x.matches('(')"))),
        "select of evidence mine: line 1, column 17: regular expression \"(\": unclosed group"
    );
}

#[test]
fn only_what_reads_the_time_depends_on_it() {
    assert!(!here().depends_on_time());
    assert!(
        piece(
            RULES,
            "timestamp(object.metadata.creationTimestamp) > now",
            None
        )
        .depends_on_time()
    );
    assert!(
        piece(
            RULES,
            "true",
            Some("now > timestamp('2026-01-01T00:00:00Z')")
        )
        .depends_on_time()
    );
}
