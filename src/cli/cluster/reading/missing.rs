//! Checklists that cannot be read: what a status says is missing of them.

use std::sync::Arc;

use crate::api::{
    AttestationRule, ChecklistItem, ItemSeverity, ItemSource, LaunchStatus, Missing, Period, Phase,
    Scope,
};
use crate::checklist::{Checklist, Item, Way};

/// What a status says is missing of a checklist.
pub(super) fn missing_of(name: &str, status: &LaunchStatus) -> Checklist {
    let items = status.missing.iter().filter_map(|missing| {
        let id = missing.item.strip_prefix(name)?.strip_prefix(':')?;
        Some(Arc::new(item_of(id, missing)))
    });
    Checklist {
        name: name.into(),
        title: name.into(),
        items: items.collect(),
    }
}

/// An item of which no more is known than what a status says of it.
fn item_of(id: &str, missing: &Missing) -> Item {
    let severity = match missing.severity.as_str() {
        "critical" => ItemSeverity::Critical,
        "high" => ItemSeverity::High,
        _ => ItemSeverity::Advice,
    };
    let rule = AttestationRule {
        roles: missing.from.clone(),
        evidence_required: false,
        valid_for: Period::days(0),
        per_release: false,
        min_attestations: 1,
        every: None,
    };
    Item {
        key: missing.item.as_str().into(),
        severity: severity.into(),
        way: Way::Attestation,
        spec: ChecklistItem {
            id: id.to_owned(),
            title: id.to_owned(),
            section: "What is missing".to_owned(),
            group: None,
            parent: None,
            severity,
            scope: Scope::default(),
            phase: Phase::default(),
            source: ItemSource::default(),
            checks: None,
            cel: None,
            evidence: None,
            metrics: None,
            attestation: (!missing.from.is_empty()).then_some(rule),
            note: None,
        },
    }
}
