//! One line of a filled-in checklist.

use jiff::Timestamp;
use serde::Serialize;

use crate::api::{ItemSource, Phase, ProofKind, Scope};
use crate::checklist::Way;
use crate::launch::{By, JudgedItem, Launch, Proof};
use crate::model::Verdict;
use crate::render::attest;

/// One line, with what became of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What attestations and exceptions name it by.
    pub key: String,
    /// Its id in the checklist.
    pub id: String,
    /// The checklist.
    #[serde(skip)]
    pub checklist: String,
    /// The line.
    pub title: String,
    /// The section.
    #[serde(skip)]
    pub section: String,
    /// The group.
    #[serde(skip)]
    pub group: Option<String>,
    /// The id of the item that it is nested under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// How much it matters.
    pub severity: &'static str,
    /// What it is judged for.
    pub scope: Scope,
    /// When it is asked for.
    pub phase: Phase,
    /// What it is in the document.
    pub source: ItemSource,
    /// How it is verified.
    pub verify: &'static str,
    /// What became of it.
    pub verdict: &'static str,
    /// Whether it counts now.
    pub asked: bool,
    /// Whether its box is ticked.
    pub ticked: bool,
    /// What shows it.
    pub proofs: Vec<LineProof>,
    /// What is wrong or missing; why it does not apply.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What to do, where it is open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub todo: Vec<String>,
    /// The roles that may attest it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// Whether it is worked out of other lines.
    #[serde(skip)]
    pub(super) is_derived: bool,
    /// What would close it.
    #[serde(skip)]
    remedies: Vec<String>,
}

/// What shows a line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LineProof {
    /// `check`, `cel`, `evidence`, `metric`, `attestation`, `exception`, `launch`, or `operator`: what its status says.
    pub by: &'static str,
    /// Whether it is the thing itself, or a trace of it.
    pub kind: ProofKind,
    /// The check, or the piece of evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it was seen in.
    pub object: String,
    /// The workload that it was seen of, as `<kind>/<name>`, where it was looked for of each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// What was seen or stated.
    pub value: String,
    /// Who attested it or asked for the exception.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// In which role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Where the evidence is.
    #[serde(rename = "evidenceURL", skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Until when it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Line {
    pub(super) fn of(judged: &JudgedItem, launch: &Launch) -> Self {
        let (item, outcome) = (&judged.item, &judged.outcome);
        let spec = &item.spec;
        let remedies = remedies(judged, launch);
        let from = item
            .attestation()
            .map(|rule| rule.roles.clone())
            .unwrap_or_default();
        Self {
            key: item.key.to_string(),
            id: spec.id.clone(),
            checklist: judged.checklist.to_string(),
            title: spec.title.clone(),
            section: spec.section.clone(),
            group: spec.group.clone(),
            parent: spec.parent.clone(),
            severity: item.severity.name(),
            scope: spec.scope,
            phase: spec.phase,
            source: spec.source,
            verify: item.way.name(),
            verdict: outcome.verdict.name(),
            asked: judged.asked,
            ticked: outcome.verdict == Verdict::Pass,
            proofs: outcome.proofs.iter().map(LineProof::of).collect(),
            why: outcome.why.clone(),
            todo: if outcome.is_open() {
                remedies.clone()
            } else {
                Vec::new()
            },
            from,
            is_derived: is_derived(&item.way),
            remedies,
        }
    }

    /// Whether something is to be done about it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.verdict, "Fail" | "Unknown")
    }

    /// What to do now, with the word for it: any one of several suffices, unless they are what several checks want.
    pub(super) fn to_do(&self) -> (&'static str, &[String]) {
        let now = if self.asked {
            self.todo.as_slice()
        } else {
            &[]
        };
        let is_choice = now.len() > 1 && self.verify != "check";
        (if is_choice { "To do, any of" } else { "To do" }, now)
    }

    /// Opens it.
    pub(super) fn open(&mut self, verdict: &'static str, why: &str) {
        self.verdict = verdict;
        self.asked = true;
        self.ticked = false;
        self.proofs.clear();
        self.todo.clone_from(&self.remedies);
        why.clone_into(&mut self.why);
    }

    /// Closes it.
    pub(super) fn close(&mut self, proof: LineProof) {
        self.verdict = "Pass";
        self.ticked = true;
        self.proofs = vec![proof];
        self.why.clear();
        self.todo.clear();
    }
}

fn is_derived(way: &Way) -> bool {
    use crate::check::LaunchCheck::{CriticalComplete, HighComplete, Status};
    let Way::Checks(checks) = way else {
        return false;
    };
    checks.iter().any(|check| {
        matches!(
            check.launch(),
            Some(CriticalComplete | HighComplete | Status)
        )
    })
}

impl LineProof {
    fn of(proof: &Proof) -> Self {
        let mut shown = Self {
            by: "launch",
            kind: proof.kind,
            name: None,
            object: proof.subject.to_string(),
            workload: proof.workload.as_ref().map(ToString::to_string),
            value: proof.what.clone(),
            approver: None,
            role: None,
            evidence: None,
            at: proof.at,
            until: proof.until,
        };
        match &proof.by {
            By::Check(id) => {
                shown.by = "check";
                shown.name = Some((*id).to_owned());
            }
            By::Cel => shown.by = "cel",
            By::Evidence(piece) => {
                shown.by = "evidence";
                shown.name = Some(piece.to_string());
            }
            By::Metric => shown.by = "metric",
            By::Person {
                user,
                role,
                evidence,
            } => {
                shown.by = "attestation";
                shown.approver = Some(user.to_string());
                shown.role = Some(role.to_string());
                shown.evidence = evidence.as_ref().map(ToString::to_string);
            }
            By::Exception { requested_by, .. } => {
                shown.by = "exception";
                shown.approver = Some(requested_by.to_string());
            }
            By::Launch => {}
        }
        shown
    }
}

/// What would close a line: the ways there are, the automatic one first.
fn remedies(judged: &JudgedItem, launch: &Launch) -> Vec<String> {
    let item = &judged.item;
    let mut ways = Vec::new();
    match &item.way {
        Way::Checks(checks) => ways.extend(checks.iter().map(|check| check.fix.to_owned())),
        Way::Cel(rule) => ways.push(rule.message.to_string()),
        Way::Evidence(pieces) => {
            let wanted = pieces.iter().map(|piece| match piece.kind() {
                Some(kind) => format!("{kind}: {}", piece.meaning()),
                None => piece.meaning().to_string(),
            });
            ways.extend(wanted);
        }
        Way::Metrics(_) => {
            let query = item.spec.metrics.as_ref();
            ways.extend(query.map(|metric| {
                format!("have {} {} over {}", metric.query, metric.pass, metric.over)
            }));
        }
        Way::Attestation => {}
    }
    if let Some(rule) = item.attestation() {
        let role = rule.roles.first().map_or("ROLE", String::as_str);
        let (name, namespace) = (&launch.name.name, &launch.name.namespace);
        ways.push(attest::command((namespace, name), item, role));
    }
    ways
}
