//! What is said of exceptions.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::api::ReadinessException;
use crate::checklist::Checklists;
use crate::engine::{Policy, PolicySet};
use crate::live::Known;
use crate::people::{Guard, Interval};

const NAME: (&str, &str) = ("shop", "late");

fn at(text: &str) -> Timestamp {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A snapshot with one exception that waives an item from the first to the thirtieth of January, and its status.
struct Case {
    snapshot: Snapshot,
}

impl Case {
    fn new(waives: bool) -> Self {
        let policy = json!({"spec": {"exceptions": {"maxLifetime": "30d"}}, "metadata": {"name": "production"},
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessPolicy"});
        let policy: crate::api::ReadinessPolicy =
            serde_json::from_value(policy).expect("it is a policy");
        let compiled = Policy::compile("production", &policy.spec, Checklists::built_in())
            .expect("it is accepted");
        let mut spec = json!({
            "policy": "production", "workloads": {"selector": {}}, "reason": "late", "owner": "team", "requestedBy": "ada",
            "expiresAt": "2026-01-30T00:00:00Z", "overridesGate": !waives,
        });
        if waives {
            spec["waives"] = json!(["team:a"]);
        }
        let object: ReadinessException = serde_json::from_value(json!({
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessException", "spec": spec,
            "metadata": {
                "name": NAME.1, "namespace": NAME.0, "uid": "uid", "generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z",
            },
        }))
        .expect("it is an exception");
        let exception = Exception::of(&object).expect("it can be understood");
        let mut snapshot = Snapshot::empty();
        snapshot.policies = Arc::new(PolicySet::new([compiled]));
        let everywhen = Interval {
            from: Timestamp::MIN,
            until: Timestamp::MAX,
        };
        snapshot.people.guard = Guard::Seen(vec![everywhen]);
        let known = Known::of(&object.metadata, None, None);
        snapshot
            .statuses
            .exceptions
            .insert(exception.name.clone(), Arc::new(known));
        snapshot
            .people
            .exceptions
            .insert(exception.name.clone(), Arc::new(exception));
        Self { snapshot }
    }

    /// What is said at a moment, and written down: conditions by type, events, and when it is looked at again.
    fn say(&mut self, used: u32, moment: &str) -> (Vec<String>, Vec<String>, Option<Timestamp>) {
        let name = Name::new(NAME.0, NAME.1);
        let found = assess(&self.snapshot, &name, used, at(moment)).expect("it is there");
        let events = found.events.iter().map(|event| {
            let warns = matches!(event.type_, EventType::Warning);
            format!(
                "{} {}: {}",
                if warns { "Warning" } else { "Normal" },
                event.reason,
                event.note.clone().unwrap_or_default()
            )
        });
        let events: Vec<String> = events.collect();
        let mut known = Known::clone(&self.snapshot.statuses.exceptions[&name]);
        if let Some(status) = found.status {
            known.status = serde_json::from_value(status).expect("it is a status");
        }
        let conditions = known.status.conditions.iter();
        let conditions = conditions
            .map(|known| format!("{}={} {}", known.type_, known.status, known.reason))
            .collect();
        self.snapshot
            .statuses
            .exceptions
            .insert(name, Arc::new(known));
        (conditions, events, found.again)
    }
}

#[test]
fn what_it_is_used_for_is_said_and_that_it_is_of_no_use() {
    let mut case = Case::new(true);
    let (conditions, events, again) = case.say(2, "2026-01-02T00:00:00Z");
    assert_eq!(
        conditions,
        [
            "Active=True InForce",
            "Expiring=False NotSoon",
            "Unused=False InUse"
        ]
    );
    assert_eq!(
        events,
        ["Normal InForce: it holds until 2026-01-30T00:00:00Z"]
    );
    assert_eq!(again, Some(at("2026-01-23T00:00:00Z")));
    assert_eq!(
        case.snapshot.statuses.exceptions[&Name::new(NAME.0, NAME.1)]
            .status
            .used,
        2
    );
    let (conditions, events, _) = case.say(0, "2026-01-03T00:00:00Z");
    assert_eq!(conditions[2], "Unused=True NothingToWaive");
    assert!(events.is_empty());
    let found = assess(
        &case.snapshot,
        &Name::new(NAME.0, NAME.1),
        0,
        at("2026-01-04T00:00:00Z"),
    );
    assert!(
        found.expect("it is there").status.is_none(),
        "nothing is different"
    );
    // A new one is of no use before what it waives has been judged.
    let mut new = Case::new(true);
    let (conditions, _, again) = new.say(0, "2026-01-01T00:00:59Z");
    assert_eq!(conditions[2], "Unused=False NotCounted");
    assert_eq!(again, Some(at("2026-01-01T00:01:00Z")));
    assert_eq!(
        new.say(0, "2026-01-01T00:01:00Z").0[2],
        "Unused=True NothingToWaive"
    );
    // One that opens the gate waives nothing.
    let (conditions, ..) = Case::new(false).say(0, "2026-01-02T00:00:00Z");
    assert_eq!(conditions[2], "Unused=False OverridesGate");
}

#[test]
fn that_it_ends_is_said_a_week_and_a_day_before_and_when_it_does() {
    let mut case = Case::new(true);
    case.say(1, "2026-01-22T23:59:59Z");
    let (conditions, events, again) = case.say(1, "2026-01-23T00:00:00Z");
    assert_eq!(conditions[1], "Expiring=True WithinAWeek");
    assert_eq!(
        events,
        ["Warning ExpiresSoon: it ends at 2026-01-30T00:00:00Z"]
    );
    assert_eq!(again, Some(at("2026-01-29T00:00:00Z")));
    assert!(case.say(1, "2026-01-25T00:00:00Z").1.is_empty(), "once");
    let (conditions, events, again) = case.say(1, "2026-01-29T00:00:00Z");
    assert_eq!(
        (conditions[1].as_str(), events.len()),
        ("Expiring=True WithinADay", 1)
    );
    assert_eq!(again, Some(at("2026-01-30T00:00:00Z")));
    let (conditions, events, again) = case.say(0, "2026-01-30T00:00:00Z");
    assert_eq!(
        conditions,
        [
            "Active=False Expired",
            "Expiring=False NotActive",
            "Unused=False NotActive"
        ]
    );
    assert_eq!(
        events,
        ["Warning Expired: it expired at 2026-01-30T00:00:00Z"]
    );
    assert_eq!(again, None);
    assert!(case.say(0, "2026-02-01T00:00:00Z").1.is_empty());
}

#[test]
fn why_it_does_not_hold_is_said() {
    let mut case = Case::new(true);
    case.snapshot.policies = Arc::default();
    let (conditions, events, _) = case.say(0, "2026-01-02T00:00:00Z");
    assert_eq!(conditions[0], "Active=False UnknownPolicy");
    assert_eq!(
        events,
        ["Warning UnknownPolicy: its policy \"production\" does not exist"]
    );
    // One that cannot be understood.
    let mut case = Case::new(true);
    let name = Name::new(NAME.0, NAME.1);
    case.snapshot.people.exceptions.clear();
    let known = Known {
        error: Some("spec.workloads: no".into()),
        ..Known::clone(&case.snapshot.statuses.exceptions[&name])
    };
    case.snapshot
        .statuses
        .exceptions
        .insert(name, Arc::new(known));
    let (conditions, events, _) = case.say(0, "2026-01-02T00:00:00Z");
    assert_eq!(conditions[0], "Active=False Invalid");
    assert_eq!(events, ["Warning Invalid: spec.workloads: no"]);
}
