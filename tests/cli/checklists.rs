//! `plimsoll checklists`, and what `plimsoll explain` says of lines and evidence.

use expect_test::expect;
use serde_json::Value;

use crate::run::{plimsoll, with_stdin};
use crate::scratch::Scratch;

/// The items of a checklist, as JSON.
fn items(name: &str) -> Vec<Value> {
    let run = plimsoll(&["checklists", name, "-o", "json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.json()["items"]
        .as_array()
        .expect("items are a list")
        .clone()
}

#[test]
fn the_built_in_checklists_are_listed() {
    let run = plimsoll(&["checklists"]);
    let names: Vec<_> = run
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        names,
        ["NAME", "ai-agent", "essentials", "production-deployment"]
    );
    let json = plimsoll(&["checklists", "-o", "json"]).json();
    let all = json.as_array().expect("they are a list");
    for (checklist, lines) in all.iter().zip([281, 9, 95]) {
        assert_eq!(
            checklist["items"].as_array().map(Vec::len),
            Some(lines),
            "{}",
            checklist["name"]
        );
        let name = checklist["name"].as_str().expect("it has a name");
        assert_eq!(
            checklist["items"],
            Value::Array(items(name)),
            "one alone is the same"
        );
    }
    let markdown = plimsoll(&["checklists", "-o", "markdown"]).stdout;
    assert!(
        markdown.contains("| ai-agent | Production Readiness Checklist: AI Agent System | 281 |"),
        "{markdown}"
    );
}

#[test]
fn every_item_says_how_it_is_verified() {
    let mut counts = [
        ("check", 0),
        ("evidence", 0),
        ("metrics", 0),
        ("attestation", 0),
    ];
    for name in ["ai-agent", "production-deployment"] {
        for item in items(name) {
            let id = item["id"].as_str().expect("an item has an id");
            assert_eq!(item["key"], format!("{name}:{id}"));
            for field in ["title", "section", "severity", "scope", "phase", "source"] {
                assert!(item[field].is_string(), "{id} has no {field}");
            }
            let verify = item["verify"].as_str().expect("an item is verified");
            let (_, count) = counts
                .iter_mut()
                .find(|(way, _)| *way == verify)
                .expect("it is one of these");
            *count += 1;
            let own = match verify {
                "check" => "checks",
                "evidence" => "evidence",
                "metrics" => "promql",
                _ => "roles",
            };
            assert!(!item[own].is_null(), "{id} has no {own}");
            let others = ["checks", "evidence", "promql"]
                .into_iter()
                .filter(|field| *field != own);
            for other in others {
                assert!(
                    item[other].is_null(),
                    "{id} is verified by {verify} and has {other}"
                );
            }
            let is_fallback = item["fallback"] == "attestation";
            assert_eq!(
                is_fallback,
                verify != "attestation" && item["roles"].is_array(),
                "{id}"
            );
            if item["roles"].is_array() {
                assert!(
                    item["validFor"].is_string() && item["evidenceRequired"].is_boolean(),
                    "{id}"
                );
            }
            for piece in item["evidence"].as_array().into_iter().flatten() {
                assert!(
                    matches!(piece["proof"].as_str(), Some("proves" | "indicates")),
                    "{id}: {piece}"
                );
                assert!(
                    ["name", "apiVersion", "kind", "where"]
                        .iter()
                        .all(|field| piece[*field].is_string()),
                    "{id}: {piece}"
                );
            }
            let nulls = item
                .as_object()
                .expect("it is an object")
                .values()
                .filter(|value| value.is_null());
            assert_eq!(nulls.count(), 0, "{id}: what an item has not is left out");
        }
    }
    assert_eq!(
        counts,
        [
            ("check", 66),
            ("evidence", 189),
            ("metrics", 35),
            ("attestation", 86)
        ]
    );
}

#[test]
fn a_line_of_each_kind_has_the_fields_of_its_kind() {
    let all = items("ai-agent");
    let fields = |id: &str| {
        let item = all
            .iter()
            .find(|item| item["id"] == id)
            .unwrap_or_else(|| panic!("no {id}"));
        let mut names: Vec<_> = item
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        names.sort();
        names.join(" ")
    };
    let common = "id key phase scope section severity source title verify";
    for (id, more) in [
        (
            "executive-summary/critical-items-complete",
            "checks group note",
        ),
        (
            "code-quality/style-guide",
            "evidence evidenceRequired fallback group perRelease roles validFor",
        ),
        (
            "code-quality/reviewed-by-two",
            "evidenceRequired group minAttestations note perRelease roles validFor",
        ),
        (
            "testing/peak-load-identified",
            "evidenceRequired fallback for group metricSource note pass perRelease promql roles validFor",
        ),
    ] {
        let mut expected: Vec<_> = common.split(' ').chain(more.split(' ')).collect();
        expected.sort_unstable();
        assert_eq!(fields(id), expected.join(" "), "{id}");
    }
}

#[test]
fn yaml_is_what_a_team_copies() {
    let yaml = plimsoll(&["checklists", "essentials", "-o", "yaml"]).stdout;
    assert!(yaml.contains("kind: ReadinessChecklist"), "{yaml}");
    let scratch = Scratch::new("yaml_is_what_a_team_copies");
    scratch
        .write("same.yaml", &yaml)
        .write("own.yaml", yaml.replace("name: essentials", "name: team"));
    let same = plimsoll(&["checklists", "-f", &scratch.argument("same.yaml")]);
    assert!(
        same.stderr
            .contains("metadata.name: \"essentials\" is built in"),
        "{}",
        same.stderr
    );
    assert_eq!(same.code, Some(1));
    let own = plimsoll(&["checklists", "-f", &scratch.argument("own.yaml")]);
    assert_eq!((own.code, own.stderr.as_str()), (Some(0), ""));
    assert!(own.stdout.contains("team"), "{}", own.stdout);
    let json = plimsoll(&[
        "checklists",
        "team",
        "-o",
        "json",
        "-f",
        &scratch.argument("own.yaml"),
    ])
    .json();
    assert_eq!(json["items"][0]["key"], "team:liveness-probe");
}

#[test]
fn everything_that_is_wrong_with_a_checklist_is_said_with_its_place() {
    let header = "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessChecklist\nmetadata: {name: team}\nspec:\n  title: Ours\n  items:\n";
    let item = |more: &str| {
        format!("{header}  - {{id: a, title: A, section: S, severity: high, {more}}}\n")
    };
    let people = "attestation: {roles: [qa], validFor: 30d}";
    for (yaml, expected) in [
        (
            item("checks: [livenes-probe]"),
            "line 7, column 51: spec.items[a].checks: no check has the id \"livenes-probe\"",
        ),
        (
            item("cel: {expression: 'workload.', message: x}"),
            "line 7, column 57: spec.items[a].cel.expression: line 1, column 10: ",
        ),
        (
            item("evidence: [{name: nothing-like-this}]"),
            "spec.items[a].evidence[nothing-like-this]: no piece of evidence has this name",
        ),
        (
            item("metrics: {query: 'sum(', pass: '> 0', for: 1h}"),
            "spec.items[a].metrics: ",
        ),
        (
            item("metrics: {query: up, pass: 'many', for: 1h}"),
            "spec.items[0].metrics.pass: \"many\" does not match",
        ),
        (
            item(&format!(
                "checks: [cpu-limits], cel: {{expression: 'true', message: x}}, {people}"
            )),
            "exactly one of the ways",
        ),
        (item("note: nobody decides it"), "exactly one of the ways"),
        (
            item(&format!("parent: b, {people}")),
            "spec.items[a].parent: no item has the id \"b\"",
        ),
        (
            item(people) + &item(people)[header.len()..],
            "spec.items[a]: two items have this id",
        ),
        (item(&people.replace("30d", "a month")), "does not match"),
        (
            item(people).replace("severity: high", "severity: grave"),
            "line 7, column 35: spec.items[0].severity: \"grave\" is no value",
        ),
        (
            item(people).replace("title: Ours", "titel: Ours"),
            "spec.titel: no such field; did you mean title?",
        ),
        (
            "apiVersion: v1\nkind: Pod\n".to_owned(),
            "line 1, column 1: expected a plimsoll.dev/v1alpha1/ReadinessChecklist, found v1/Pod",
        ),
    ] {
        let run = with_stdin(&["checklists", "-f", "-"], &yaml);
        assert!(
            run.stderr.contains(expected),
            "{expected}\n{yaml}\n{}",
            run.stderr
        );
        assert!(run.stderr.starts_with("error: -: "), "{}", run.stderr);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{yaml}");
    }
    let two = item("checks: [livenes-probe]")
        + "  - {id: b, title: B, section: S, severity: high, checks: [nothing]}\n";
    assert_eq!(
        with_stdin(&["checklists", "-f", "-"], &two)
            .stderr
            .lines()
            .count(),
        2,
        "all of it at once"
    );
    for (arguments, expected) in [
        (
            &["checklists", "-f", "nowhere.yaml"][..],
            "error: cannot read nowhere.yaml: ",
        ),
        (
            &["checklists", "ai-agnet"],
            "error: no checklist has the name `ai-agnet`; did you mean `ai-agent`? ",
        ),
    ] {
        let run = plimsoll(arguments);
        assert!(run.stderr.starts_with(expected), "{}", run.stderr);
        assert_eq!(run.code, Some(2));
    }
}

#[test]
fn people_read_a_checklist_by_its_sections() {
    let run = plimsoll(&["checklists", "essentials"]);
    expect![[r#"
        What no production workload goes without
        essentials: 9 lines, 9 by check

        Health
            critical  Liveness probes are configured
                      liveness-probe
                      check `liveness-probe`
            critical  Readiness probes are configured
                      readiness-probe
                      check `readiness-probe`
            high      Startup probes are configured
                      startup-probe
                      check `startup-probe`

        Resources
            critical  CPU limits are set
                      cpu-limits
                      check `cpu-limits`
            critical  Memory limits are set
                      memory-limits
                      check `memory-limits`
            high      CPU requests are set
                      cpu-requests
                      check `cpu-requests`
            high      Memory requests are set
                      memory-requests
                      check `memory-requests`

        Security
            critical  Containers do not run as root
                      run-as-non-root
                      check `run-as-non-root`
            critical  Root filesystems are read-only
                      read-only-root-filesystem
                      check `read-only-root-filesystem`
    "#]]
    .assert_eq(&run.stdout);
    let markdown = plimsoll(&["checklists", "production-deployment", "-o", "markdown"]).stdout;
    let boxes = markdown
        .lines()
        .filter(|line| line.trim_start().starts_with("- [ ] "))
        .count();
    assert_eq!(boxes, 95);
}

#[test]
fn lines_and_evidence_are_explained() {
    let line = plimsoll(&["explain", "ai-agent:code-quality/reviewed-by-two"]);
    expect![[r#"
        ai-agent:code-quality/reviewed-by-two  critical
        Code review completed by 2+ engineers

        Decided by
          attested by 2 people of engineering, with evidence, for 180d, again for each
          major release

        Note
          two different attestors

        Checklist: Production Readiness Checklist: AI Agent System
        Section:   1. Code Quality
        Group:     Code Standards
        Scope:     application
        Phase:     pre-rollout
        Source:    checkbox
    "#]]
    .assert_eq(&line.stdout);
    let evidence = plimsoll(&["explain", "evidence/replica-set"]);
    expect![[r#"
        evidence/replica-set
        a ReplicaSet owned by the workload carries
        deployment.kubernetes.io/revision-history, which the Deployment controller
        writes only when an older revision is rolled back to

        Holds where
          object.metadata.namespace == workload.metadata.namespace && has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.kind == workload.kind && o.name == workload.metadata.name) && has(object.metadata.annotations) && 'deployment.kubernetes.io/revision-history' in object.metadata.annotations

        Closes
          ai-agent:executive-summary/rollback-plan-tested
          ai-agent:deployment/rollback-tested
          ai-agent:acceptance/rollback-plan-tested

        Looks at:  apps/v1/ReplicaSet
        Worth:     indicates: a trace is seen, which alone closes no critical item
    "#]].assert_eq(&evidence.stdout);
    for (id, expected) in [
        (
            "ai-agent:code-quality/stile-guide",
            "did you mean `ai-agent:code-quality/style-guide`? ",
        ),
        ("ai-agnet:x", "did you mean `ai-agent`? "),
        (
            "evidence/replica-sets",
            "did you mean `evidence/replica-set`? ",
        ),
    ] {
        let run = plimsoll(&["explain", id]);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        assert_eq!(run.code, Some(2));
    }
}

#[test]
fn a_line_of_every_section_can_be_explained() {
    let mut sections = std::collections::BTreeSet::new();
    for item in items("ai-agent")
        .into_iter()
        .chain(items("production-deployment"))
    {
        if !sections.insert(item["section"].to_string()) {
            continue;
        }
        let key = item["key"].as_str().expect("a key").to_owned();
        let run = plimsoll(&["explain", &key]);
        assert_eq!(run.code, Some(0), "{key}: {}", run.stderr);
        let title = item["title"]
            .as_str()
            .and_then(|title| title.split_whitespace().next())
            .unwrap_or_default();
        assert!(run.stdout.contains(title), "{key}: {}", run.stdout);
    }
    assert!(sections.len() > 20);
}
