//! The statuses of checklists: whether they are in force.

use jiff::Timestamp;

use super::assessed::{Found, What};
use crate::api::ChecklistStatus;
use crate::checklist::Checklists;
use crate::controller::conditions::condition;
use crate::live::Snapshot;
use crate::model::Text;

/// What should be said of a checklist.
pub(super) fn assess(snapshot: &Snapshot, name: &Text, now: Timestamp) -> Option<Found> {
    let known = snapshot.statuses.checklists.get(name)?;
    let is_built_in = Checklists::source(name).is_some();
    let in_force = snapshot.checklists.find(name).filter(|_| !is_built_in);
    let accepted = match (&known.error, in_force) {
        (None, _) => ("True", "InForce", "the checklist is in force".to_owned()),
        (Some(error), None) => ("False", "Invalid", error.to_string()),
        (Some(error), Some(_)) => (
            "False",
            "Invalid",
            format!("{error}; the version before it stays in force"),
        ),
    };
    let before = (known.status.conditions.as_slice(), known.generation);
    let wanted = ChecklistStatus {
        observed_generation: known.generation,
        items: in_force.map_or(0, |checklist| {
            u32::try_from(checklist.items.len()).unwrap_or(u32::MAX)
        }),
        conditions: vec![condition(before, "Accepted", accepted, now)],
    };
    Some(Found::with(
        &known.uid,
        (&known.status, &wanted),
        Vec::new(),
        What::Checklist,
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::checklist::Checklist;
    use crate::live::Known;

    const ITEMS: &str = "
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessChecklist
metadata: {name: team}
spec:
  title: Team
  items:
  - {id: a, title: A, section: S, severity: high, attestation: {roles: [devops], validFor: 1d}}
";

    /// What is said of a checklist that was written down so, of which a version is in force or not.
    fn said(
        name: &str,
        error: Option<&str>,
        in_force: bool,
        before: ChecklistStatus,
    ) -> Option<ChecklistStatus> {
        let checklist = Checklist::read(ITEMS).expect("it is a checklist");
        let known = Known {
            uid: "uid".into(),
            generation: Some(2),
            status: before,
            error: error.map(Text::from),
        };
        let mut snapshot = Snapshot::empty();
        snapshot.checklists = Arc::new(Checklists::with(in_force.then(|| Arc::new(checklist))));
        snapshot
            .statuses
            .checklists
            .insert(name.into(), Arc::new(known));
        let now = Timestamp::from_second(60).expect("it is a time");
        let found = assess(&snapshot, &name.into(), now).expect("it is there");
        found
            .status
            .map(|status| serde_json::from_value(status).expect("it is a status"))
    }

    #[test]
    fn it_is_accepted_or_what_is_wrong_is_said() {
        let rows = [
            ("team", None, true, 1, "True", "the checklist is in force"),
            (
                "team",
                Some("spec.items[a]: wrong"),
                false,
                0,
                "False",
                "spec.items[a]: wrong",
            ),
            (
                "team",
                Some("spec.items[a]: wrong"),
                true,
                1,
                "False",
                "wrong; the version before it stays in force",
            ),
            (
                "ai-agent",
                Some("metadata.name: it is built in"),
                true,
                0,
                "False",
                "metadata.name: it is built in",
            ),
        ];
        for (name, error, in_force, items, accepted, part) in rows {
            let status =
                said(name, error, in_force, ChecklistStatus::default()).expect("it is news");
            let condition = &status.conditions[0];
            assert_eq!(
                (status.items, condition.status.as_str()),
                (items, accepted),
                "{name} {error:?}"
            );
            assert!(condition.message.ends_with(part), "{}", condition.message);
            assert_eq!(
                (status.observed_generation, condition.observed_generation),
                (Some(2), Some(2))
            );
            assert_eq!(
                said(name, error, in_force, status),
                None,
                "it was said before"
            );
        }
    }

    #[test]
    fn a_checklist_that_is_gone_has_no_status() {
        assert!(assess(&Snapshot::empty(), &"team".into(), Timestamp::UNIX_EPOCH).is_none());
    }
}
