//! Checklists for programs. `docs/cli.md` promises the shape.

use serde::Serialize;

use crate::api::{ItemSource, Period, Phase, Scope};
use crate::checklist::{Checklist, Item, Way};
use crate::evidence::{Piece, catalogue};
use crate::render::json::{lines, to_line};

/// A checklist, each of its items on a line of its own.
pub fn json(checklist: &Checklist) -> String {
    format!("{}\n", object(checklist))
}

/// Several checklists.
pub fn json_list(checklists: &[&Checklist]) -> String {
    let objects: Vec<_> = checklists
        .iter()
        .map(|checklist| object(checklist))
        .collect();
    format!("[\n{}\n]\n", objects.join(",\n"))
}

fn object(checklist: &Checklist) -> String {
    let items = checklist.items.iter().map(|item| to_line(&Entry::of(item)));
    let [name, title] = [&checklist.name, &checklist.title].map(|text| to_line(&&**text));
    format!(
        "{{\"name\":{name},\"title\":{title},\"items\":[{}\n]}}",
        lines(items)
    )
}

/// A line. What it does not have is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    id: &'a str,
    key: &'a str,
    title: &'a str,
    section: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    severity: &'static str,
    scope: Scope,
    phase: Phase,
    source: ItemSource,
    verify: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promql: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pass: Option<&'a str>,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    over: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_for: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_release: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_attestations: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Evidence<'a> {
    name: &'a str,
    api_version: &'a str,
    kind: &'a str,
    #[serde(rename = "where")]
    meaning: &'a str,
    proof: crate::evidence::Proof,
}

impl<'a> Entry<'a> {
    fn of(item: &'a Item) -> Self {
        let spec = &item.spec;
        let metrics = spec.metrics.as_ref();
        let rule = item.attestation();
        let cel = spec.cel.as_ref();
        Self {
            id: &spec.id,
            key: &item.key,
            title: &spec.title,
            section: &spec.section,
            group: spec.group.as_deref(),
            parent: spec.parent.as_deref(),
            severity: item.severity.name(),
            scope: spec.scope,
            phase: spec.phase,
            source: spec.source,
            verify: item.way.name(),
            checks: match &item.way {
                Way::Checks(checks) => checks.iter().map(|check| check.id).collect(),
                _ => Vec::new(),
            },
            cel: cel.map(|rule| rule.expression.as_str()),
            message: cel.map(|rule| rule.message.as_str()),
            evidence: match &item.way {
                Way::Evidence(pieces) => pieces
                    .iter()
                    .map(|piece| Evidence::of(piece, item))
                    .collect(),
                _ => Vec::new(),
            },
            promql: metrics.map(|metric| metric.query.as_str()),
            pass: metrics.map(|metric| metric.pass.as_str()),
            over: metrics.map(|metric| metric.over),
            metric_source: metrics.and_then(|metric| metric.source.as_deref()),
            server: metrics.and_then(|metric| metric.server.as_deref()),
            fallback: (rule.is_some() && !matches!(item.way, Way::Attestation))
                .then_some("attestation"),
            roles: rule
                .map(|rule| rule.roles.iter().map(String::as_str).collect())
                .unwrap_or_default(),
            evidence_required: rule.map(|rule| rule.evidence_required),
            valid_for: rule.map(|rule| rule.valid_for),
            per_release: rule.map(|rule| rule.per_release),
            min_attestations: rule
                .map(|rule| rule.min_attestations)
                .filter(|least| *least > 1),
            every: rule.and_then(|rule| rule.every),
            note: spec.note.as_deref(),
        }
    }
}

impl<'a> Evidence<'a> {
    fn of(piece: &'a Piece, item: &'a Item) -> Self {
        let name = &**piece.name();
        let inline = item
            .spec
            .evidence
            .iter()
            .flatten()
            .find(|given| given.name == name);
        let inline =
            inline.and_then(|given| given.api_version.as_deref().zip(given.kind.as_deref()));
        let known = || catalogue().specs().find(|(known, _)| *known == name);
        let known = || known().map(|(_, spec)| (spec.api_version.as_str(), spec.kind.as_str()));
        let (api_version, kind) = inline.or_else(known).unwrap_or_default();
        Self {
            name,
            api_version,
            kind,
            meaning: piece.meaning(),
            proof: piece.proof(),
        }
    }
}
