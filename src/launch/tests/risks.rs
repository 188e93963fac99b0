//! The risk register.

use serde_json::{Value, json};

use super::*;
use crate::api::Status;
use crate::launch::{Reason, RiskState};

const ITEMS: &str = "
- {id: register, title: R, section: S, severity: critical, checks: [risk-register-complete]}
- {id: mitigated, title: M, section: S, severity: critical, checks: [risk-high-mitigated]}
";

fn risk(different: Value) -> Value {
    let mut risk = json!({"id": "outage", "risk": "it is down", "severity": "high", "mitigation": "another one", "owner": "platform"});
    for (field, value) in different.as_object().cloned().unwrap_or_default() {
        match value {
            Value::Null => drop(risk.as_object_mut().expect("a row").remove(&field)),
            value => risk[field] = value,
        }
    }
    risk
}

fn world(risks: &[Value]) -> World {
    let mut world = World::new(ITEMS);
    world.says(json!({"risks": risks}));
    world
}

#[test]
fn every_row_must_be_filled_in() {
    let rows = [
        (json!({"risk": ""}), "spec.risks[outage].risk"),
        (
            json!({"risk": "Example: it is down"}),
            "spec.risks[outage].risk",
        ),
        (json!({"severity": null}), "spec.risks[outage].severity"),
        (json!({"mitigation": "  "}), "spec.risks[outage].mitigation"),
        (json!({"owner": null}), "spec.risks[outage].owner"),
    ];
    for (different, part) in rows {
        let world = world(&[risk(different.clone())]);
        assert_item(&world, "team:register", Fail, part);
    }
    assert_item(&world(&[risk(json!({}))]), "team:register", Pass, "");
}

#[test]
fn that_there_are_no_risks_is_attested() {
    let mut world = world(&[]);
    assert_item(
        &world,
        "team:register",
        Fail,
        "or have team:register attested that there are none",
    );
    assert_item(
        &world,
        "team:mitigated",
        Fail,
        "nobody knows the high risks",
    );
    world
        .attest(Attest::by("ada", &["team:register"]).with(json!({"notApplicable": "what risks"})));
    assert_item(&world, "team:register", Fail, "spec.risks is empty");
    world.attest(Attest::by("bob", &["team:register"]));
    assert_item(&world, "team:register", Pass, "");
    assert_item(&world, "team:mitigated", Pass, "");
}

#[test]
fn a_high_risk_is_mitigated_or_accepted() {
    let mitigated = |at: &str| json!({"mitigated": {"by": "ada", "at": at}});
    let rows = [
        (json!({}), Fail, "neither mitigated nor accepted"),
        (mitigated("2026-01-01T12:00:00Z"), Pass, ""),
        (mitigated("2026-01-01T12:00:01Z"), Fail, "neither"),
        (
            json!({"accepted": {"role": "product", "until": "2026-01-01T12:00:00Z"}}),
            Fail,
            "accepted until 2026-01-01T12:00:00Z only",
        ),
        (
            json!({"accepted": {"role": "product", "until": "2026-02-01T00:00:00Z"}}),
            Fail,
            "launch:risk/outage: not attested by product",
        ),
        (json!({"severity": "medium"}), Pass, ""),
    ];
    for (different, verdict, part) in rows {
        let world = world(&[risk(different.clone())]);
        let (is, why) = world.verdict("team:mitigated");
        assert_eq!(is, verdict, "{different}: {why}");
        assert!(why.contains(part), "{why}");
    }
    let later = world(&[risk(mitigated("2026-01-01T13:00:00Z"))]);
    assert_eq!(later.judge().next, Some(at("2026-01-01T13:00:00Z")));
}

#[test]
fn what_is_accepted_is_a_risk_and_no_pass_until_it_lapses() {
    let mut world = world(&[risk(
        json!({"accepted": {"role": "product", "until": "2026-02-01T00:00:00Z"}}),
    )]);
    assert_eq!(
        world.judge().risks,
        [RiskState::Open(
            "launch:risk/outage: not attested by product".into()
        )]
    );
    assert_eq!(world.status().open_risks, ["outage"]);
    world.attest(Attest::by("dev", &["launch:risk/outage"]));
    assert_item(
        &world,
        "team:mitigated",
        Fail,
        "as devops, and not as product",
    );
    world.attest(Attest::by("pat", &["launch:risk/outage"]).role("product"));
    assert_item(&world, "team:mitigated", Waived, "");
    let judged = world.judge();
    assert_eq!(
        (judged.reason, judged.status),
        (Reason::ReadyWithRisks, Status::ReadyWithRisks)
    );
    let end = at("2026-02-01T00:00:00Z");
    assert_eq!(judged.risks, [RiskState::Accepted(end)]);
    let status = world.status();
    assert_eq!(status.open_risks, [""; 0]);
    assert_eq!(
        status.expires_next.map(|expiry| expiry.what).as_deref(),
        Some("accepted risk outage")
    );
    assert_eq!(
        judged.next,
        Some(at("2026-01-25T00:00:00Z")),
        "that it lapses is said a week before"
    );
    world.now = end;
    assert_item(&world, "team:mitigated", Fail, "only");
    assert_eq!(world.judge().reason, Reason::CriticalOpen);
}

#[test]
fn a_high_risk_is_a_risk_though_no_checklist_asks() {
    let mut world = World::new(&format!("[{}]", attested("a", "critical")));
    world.attest(Attest::by("ada", &["team:a"]));
    assert_eq!(world.judge().reason, Reason::Ready);
    world.says(json!({"risks": [risk(json!({}))]}));
    assert_eq!(world.judge().reason, Reason::ReadyWithRisks);
}
