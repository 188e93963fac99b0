//! The filled-in checklist.

use expect_test::expect;
use serde_json::{Value, json};

use super::{Basis, Document, html, json, markdown, table};
use crate::api::{LaunchStatus, Status};
use crate::launch::testing::{Attest, World};
use crate::people::Guard;
use crate::render::Palette;

const ITEMS: &str = "
- {id: probe, title: Probes_answer, section: 1. Health, group: Probes, severity: critical, scope: workload, checks: [liveness-probe]}
- {id: owner, title: 'An <owner> is named', section: 1. Health, group: Owners, severity: high, attestation: {roles: [devops], validFor: 30d, evidenceRequired: true}}
- {id: owner/second, parent: owner, title: And another, section: 1. Health, group: Owners, severity: high, attestation: {roles: [devops], validFor: 30d}}
- {id: errors, title: Few errors, section: 1. Health, severity: high, phase: running, metrics: {query: up, pass: '> 0', for: 1h}}
- {id: traffic, title: Some traffic, section: 1. Health, severity: high, metrics: {query: up, pass: '> 0', for: 1h}}
- {id: lead, title: Team Lead, section: Sign-Off, severity: critical, source: sign-off, attestation: {roles: [product], validFor: 30d}}
- {id: risks, title: Known risks, section: Risks, severity: critical, source: table, checks: [risk-register-complete]}
- {id: launch/status, title: 'Status: a | b', section: Notes, severity: high, source: field, checks: [checklist-status]}
- {id: pager, title: Primary On-call, section: Contacts, severity: high, source: contact, attestation: {roles: [devops], validFor: 30d}}
";

fn world() -> World {
    let mut world = World::new(ITEMS);
    world.says(json!({
        "notes": "Ask <legal> & finance.\n",
        "contacts": [{"role": "primary on-call", "name": "Ada", "reach": "pager 7"}, {"role": "Legal", "name": "Grace"}],
        "risks": [{"id": "a", "risk": "It | breaks", "severity": "low", "mitigation": "", "owner": "platform"}],
    }));
    let evidence =
        json!({"evidenceURL": "https://wiki.example/a?b=1&c=2", "statement": "ada *owns* it"});
    world.attest(Attest::by("ada", &["team:owner"]).with(evidence));
    world.except("late", json!({"waives": ["team:owner/second"]}));
    world
}

fn document(world: &World, basis: Basis<'_>) -> Document {
    Document::of(&world.parsed(), &world.judge(), world.now, basis)
}

#[test]
fn it_has_the_layout_of_its_source() {
    let text = markdown(&document(&world(), Basis::Seen));
    expect![[r#"
        # shop: production readiness

        | | |
        | --- | --- |
        | **Status** | **Not Ready** (CriticalOpen) |
        | Application | shop in namespace shop |
        | Release | 1.0.0 |
        | Workloads | Deployment/web |
        | Target launch date | none |
        | Actual launch date | none |
        | Score | 7 of 100 |
        | Lines | 9 lines: 1 pass, 3 fail, 3 unknown, 1 waived, 1 once it runs |
        | Filled in | 2026-01-01T12:00:00Z |

        # team

        9 lines: 1 pass, 3 fail, 3 unknown, 1 waived, 1 once it runs

        ## 1. Health

        ### Probes

        - [ ] Probes\_answer **(fail, critical)**
          - Deployment/web, container app: has no livenessProbe: when it hangs, it is never restarted; add one
          - To do: Give the container a `livenessProbe` that fails only when a restart would help: not one that depends on a database or on another service.

        ### Owners

        - [x] An \<owner> is named
          - attested by ada as devops (ada-devops-team-owner-1767268800): ada \*owns\* it (https://wiki.example/a?b=1&amp;c=2), 2026-01-01, until 2026-01-31
          - [~] And another *(waived)*
            - waived by the exception late of ada: the vendor is late, 2026-01-01, until 2026-01-02
            - not attested by devops

        - [ ] Few errors *(once it runs)*
          - measured once the application is live
        - [ ] Some traffic **(unknown, high)**
          - Deployment/web: not asked yet
          - To do: have up > 0 over 1h

        ## Sign-Off

        | Role | Signed by | Date | Counts until |
        | --- | --- | --- | --- |
        | Team Lead | **missing**: not signed by product; `plimsoll attest shop -n shop --item team:lead --role product --sign --statement '...'` |  |  |

        ## Risks

        | Risk | Severity | Mitigation | Owner | State |
        | --- | --- | --- | --- | --- |
        | It \| breaks | low |  | platform | open: neither mitigated nor accepted |

        - [ ] Known risks **(fail, critical)**
          - not filled in: spec.risks\[a\].mitigation
          - To do: Give the launch at least one row in `spec.risks`, each with `risk`, `severity`, `mitigation` and `owner`.

        ## Notes

        > Ask \<legal> & finance.

        - **Status:** [x] Not Ready [ ] Ready with Risks [ ] Ready for Production
          - Not Ready: 1 of 1 open: probe; 1 of 1 open: lead
          - To do: Close the critical items and collect the sign-offs.

        ## Contacts

        | Contact | Who | |
        | --- | --- | --- |
        | Primary On-call | Ada, pager 7 | [ ] not attested by devops |

        # Contacts

        | Contact | Who |
        | --- | --- |
        | Legal | Grace |

    "#]].assert_eq(&text);
}

#[test]
fn a_page_shows_what_was_written_and_runs_nothing_of_it() {
    let mut world = world();
    world.says(json!({
        "release": "<script>alert(1)</script>",
        "contacts": [{"role": "\"><img src=x onerror=alert(1)>", "name": "a"}],
    }));
    world.attest(
        Attest::by("<b>eve</b>", &["team:pager"])
            .with(json!({"statement": "</li><script>alert(2)</script>"})),
    );
    let page = html(&document(&world, Basis::Seen));
    for tag in ["<script", "<img", "<b>eve", "</li><script"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("Ask &lt;legal&gt; &amp; finance."));
    let plain = html(&document(&self::world(), Basis::Seen));
    for outside in ["<link", "src=", "@import", "url("] {
        assert!(
            !plain.contains(outside),
            "a page of its own has no {outside}"
        );
    }
    let (opened, closed) = (page.matches("<li ").count(), page.matches("</li>").count());
    assert_eq!(
        (opened, closed),
        (7, 7),
        "each line but the sign-off and the contact is an item"
    );
}

#[test]
fn programs_find_every_line() {
    let text = json(&document(&world(), Basis::Seen));
    let read: Value = serde_json::from_str(&text).expect("it is JSON");
    let sections = read["checklists"][0]["sections"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let groups = sections
        .iter()
        .flat_map(|section| section["groups"].as_array().cloned().unwrap_or_default());
    let items: Vec<Value> = groups
        .flat_map(|group| group["items"].as_array().cloned().unwrap_or_default())
        .collect();
    let verdicts: Vec<_> = items
        .iter()
        .map(|item| {
            format!(
                "{} {}",
                item["id"].as_str().unwrap_or_default(),
                item["verdict"]
            )
        })
        .collect();
    assert_eq!(
        verdicts,
        [
            "probe \"Fail\"",
            "owner \"Pass\"",
            "owner/second \"Waived\"",
            "errors \"Unknown\"",
            "traffic \"Unknown\"",
            "lead \"Unknown\"",
            "risks \"Fail\"",
            "launch/status \"Fail\"",
            "pager \"Unknown\"",
        ]
    );
    let proof = &items[1]["proofs"][0];
    assert_eq!(
        (&proof["by"], &proof["approver"], &proof["role"]),
        (&json!("attestation"), &json!("ada"), &json!("devops"))
    );
    assert_eq!(
        read["signOffs"][0]["todo"],
        "plimsoll attest shop -n shop --item team:lead --role product --sign --statement '...'"
    );
    assert_eq!(
        read["counts"],
        json!({
            "items": 9, "passed": 1, "failed": 3, "unknown": 3, "waived": 1, "notApplicable": 0, "later": 1,
        })
    );
}

#[test]
fn a_terminal_gets_it_in_short() {
    let text = table(
        &document(&world(), Basis::Seen),
        Palette::PLAIN,
        Some(80),
        false,
    );
    expect![[r#"
        shop/shop  Not Ready (CriticalOpen), score 7 of 100
        release 1.0.0; not live yet; 9 lines: 1 pass, 3 fail, 3 unknown, 1 waived, 1 once it runs

        team
          1. Health    1 of   4  1 fail  1 unknown  1 waived  1 once it runs
          Sign-Off     0 of   1  1 unknown
          Risks        0 of   1  1 fail
          Notes        0 of   1  1 fail
          Contacts     0 of   1  1 unknown

        Open: 6
          critical  team:probe  fail
                    Probes_answer
                    Deployment/web, container app: has no livenessProbe: when it hangs,
                    it is never restarted; add one
          critical  team:risks  fail
                    Known risks
                    not filled in: spec.risks[a].mitigation
          critical  team:lead  unknown
                    Team Lead
                    not signed by product
                    plimsoll attest shop -n shop --item team:lead --role product --sign --statement '...'
          high      team:launch/status  fail
                    Status: a | b
                    Not Ready: 1 of 1 open: probe; 1 of 1 open: lead
          high      team:traffic  unknown
                    Some traffic
                    Deployment/web: not asked yet
          high      team:pager  unknown
                    Primary On-call
                    not attested by devops
                    plimsoll attest shop -n shop --item team:pager --role devops --statement '...'

        Waived: 1
          high      team:owner/second  waived
                    And another
                    waived by the exception late of ada: the vendor is late, 2026-01-01,
                    until 2026-01-02; not attested by devops
    "#]].assert_eq(&text);
}

#[test]
fn files_are_not_measured() {
    let document = document(&world(), Basis::Files);
    let traffic = document
        .lines()
        .find(|line| line.id == "traffic")
        .expect("it is there");
    assert_eq!(
        (traffic.verdict, traffic.why.as_str()),
        ("Unknown", "measured in a cluster only")
    );
    assert_eq!(document.remarks.len(), 1);
}

/// A status as the operator wrote it, with these items missing.
fn status(missing: &Value, more: Value) -> LaunchStatus {
    let mut status = json!({
        "status": "ReadyWithRisks", "score": 77, "missing": missing,
        "conditions": [{
            "type": "LaunchReady", "status": "True", "reason": "ReadyWithRisks", "message": "",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }],
    });
    for (field, value) in more.as_object().cloned().unwrap_or_default() {
        status[field] = value;
    }
    serde_json::from_value(status).expect("it is a status")
}

fn missing(item: &str, severity: &str, message: &str) -> Value {
    json!({"item": item, "severity": severity, "verdict": "Unknown", "from": [], "message": message})
}

#[test]
fn what_could_not_be_seen_is_as_the_status_says() {
    let world = world();
    let gaps = ["PolicyReport: you have no permission to list policyreports".to_owned()];
    let status = status(
        &json!([missing("team:pager", "high", "the operator says so")]),
        json!({}),
    );
    let document = document(
        &world,
        Basis::Status {
            status: &status,
            gaps: &gaps,
            unread: &[],
        },
    );
    let line = |id: &str| {
        document
            .lines()
            .find(|line| line.id == *id)
            .expect("it is there")
    };
    // The operator asks the servers; it does not miss this, so that it was measured.
    let traffic = line("traffic");
    assert_eq!(
        (traffic.verdict, traffic.ticked, traffic.proofs[0].by),
        ("Pass", true, "operator")
    );
    assert_eq!(
        (line("pager").verdict, line("pager").why.as_str()),
        ("Unknown", "the operator says so")
    );
    // What was seen here to be wrong stays so, whatever the status said before.
    assert_eq!(line("probe").verdict, "Fail");
    assert_eq!(line("owner").verdict, "Pass");
    assert!(!line("errors").asked, "nobody has asked for it yet");
    assert_eq!(
        (document.status, document.score),
        (Status::ReadyWithRisks, Some(77))
    );
    assert!(
        document.remarks[0].contains("as the operator says"),
        "{:?}",
        document.remarks
    );
    assert!(
        document.remarks[1].contains("you have no permission"),
        "{:?}",
        document.remarks
    );
}

#[test]
fn an_attestation_that_the_operator_does_not_count_is_none() {
    let world = world();
    let status = status(
        &json!([missing(
            "team:owner",
            "high",
            "it was made while nothing checked who makes it"
        )]),
        json!({}),
    );
    let document = document(
        &world,
        Basis::Status {
            status: &status,
            gaps: &[],
            unread: &[],
        },
    );
    let owner = document
        .lines()
        .find(|line| line.id == "owner")
        .expect("it is there");
    assert_eq!(
        (owner.verdict, owner.ticked, owner.proofs.len()),
        ("Unknown", false, 0)
    );
    assert!(
        owner
            .todo
            .iter()
            .any(|todo| todo.starts_with("plimsoll attest")),
        "{:?}",
        owner.todo
    );
}

#[test]
fn a_list_of_what_is_missing_that_is_cut_closes_only_what_is_graver() {
    let world = world();
    let listed = json!([missing("team:pager", "high", "")]);
    let sections = json!([
        {"checklist": "team", "section": "1. Health", "unknown": 1},
        {"checklist": "team", "section": "Sign-Off"},
    ]);
    let cut = status(&listed, json!({"truncated": 3, "sections": sections}));
    let document = document(
        &world,
        Basis::Status {
            status: &cut,
            gaps: &[],
            unread: &[],
        },
    );
    let line = |id: &str| {
        document
            .lines()
            .find(|line| line.id == *id)
            .expect("it is there")
    };
    assert_eq!(
        line("lead").verdict,
        "Pass",
        "it is critical, and would be listed"
    );
    assert_eq!(
        line("traffic").verdict,
        "Unknown",
        "it may be one of those that are not listed"
    );
    assert!(
        line("traffic").why.contains("lists only the gravest"),
        "{}",
        line("traffic").why
    );
}

#[test]
fn where_nothing_was_seen_by_the_guard_nothing_is_ticked() {
    let mut world = world();
    world.people.guard = Guard::Seen(Vec::new());
    let document = document(&world, Basis::Partly { gaps: &[] });
    let owner = document
        .lines()
        .find(|line| line.id == "owner")
        .expect("it is there");
    assert_eq!(owner.verdict, "Unknown");
    let traffic = document
        .lines()
        .find(|line| line.id == "traffic")
        .expect("it is there");
    assert!(
        traffic.why.contains("only the operator asks"),
        "{}",
        traffic.why
    );
}

#[test]
fn an_exception_that_overrides_the_gate_stands_among_the_risks() {
    let mut world = world();
    world.except("emergency", serde_json::json!({"overridesGate": true}));
    let document = document(&world, Basis::Seen);
    let row = document.risks.last().expect("a risk");
    assert!(row.is_open);
    assert_eq!(
        (row.id.as_str(), row.severity.as_deref(), row.state.as_str()),
        (
            "exception/emergency",
            Some("high"),
            "open: asked for by ada, ends on 2026-01-02"
        )
    );
    let line = "| The gate is overridden: the vendor is late | high |  | team | open: asked for by ada, ends on 2026-01-02 |";
    assert!(markdown(&document).contains(line));
    assert!(html(&document).contains("The gate is overridden: the vendor is late"));
}
