//! The webhook under test: the product's.

use anyhow::{Context, Result};
use axum::Router;
use plimsoll::api::{Action, CheckRule, ReadinessPolicySpec};
use plimsoll::checklist::Checklists;
use plimsoll::engine::{Policy, PolicySet};
use plimsoll::inventory::Inventory;
use plimsoll::live::{Live, Snapshot};
use plimsoll::model::{self, Kind};
use plimsoll::telemetry::metrics::WebhookMetrics;
use plimsoll::webhook::handler::Webhook;

use crate::body::{self, Shape};

/// The routes of the product's webhook, with `workloads` workloads cached and every spec check on.
pub(crate) fn plimsoll(workloads: usize) -> Result<Router> {
    let deployments = (0..workloads).map(|number| {
        let json = body::deployment(number, 1, Shape::Compliant);
        let from = &mut serde_json::Deserializer::from_str(&json);
        model::decode(Kind::Deployment, from).context("decoding a Deployment to cache")
    });
    let mut inventory = Inventory::of_cluster();
    for kind in Kind::ALL {
        inventory.reset(*kind, []);
    }
    for deployment in deployments {
        inventory.apply(deployment?);
    }
    let spec_checks = plimsoll::checks::ALL
        .iter()
        .filter(|check| !check.is_relational());
    let rule = |check: &&'static plimsoll::check::Check| CheckRule {
        id: check.id.to_owned(),
        severity: None,
        action: Some(Action::Deny),
    };
    let spec = ReadinessPolicySpec {
        checks: Some(spec_checks.map(rule).collect()),
        ..Default::default()
    };
    let policies = PolicySet::new([Policy::compile("bench", &spec, Checklists::built_in())?]);
    let live = Live::at(Snapshot {
        inventory,
        policies: policies.into(),
        complete: true,
        ..Snapshot::empty()
    });
    let metrics = WebhookMetrics::register(&mut prometheus_client::registry::Registry::default());
    Ok(Webhook::new(live, "plimsoll-system", metrics).router())
}
