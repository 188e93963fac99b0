//! What stands in tables rather than in lines.

use jiff::Timestamp;
use serde::Serialize;

use super::day;
use super::lines::Line;
use crate::api::{Contact, Risk, RiskSeverity};
use crate::launch::{Override, RiskState};

/// A signature.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignOff {
    /// Which one.
    pub item: String,
    /// The line's title: `Engineering Lead`.
    pub title: String,
    /// The roles that may sign.
    pub roles: Vec<String>,
    /// Who signed.
    pub by: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// Until when it counts.
    pub until: Option<Timestamp>,
    /// What is missing.
    pub missing: Option<String>,
    /// The command that signs, where it is missing.
    pub todo: Option<String>,
}

/// A row of the risk register.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilledRisk {
    /// Its id.
    pub id: String,
    /// What may happen.
    pub risk: String,
    /// How bad that would be.
    pub severity: Option<String>,
    /// What is done about it.
    pub mitigation: String,
    /// Who sees to it.
    pub owner: String,
    /// What it comes to: mitigated, accepted until a date, or open and why.
    pub state: String,
    /// Whether neither.
    pub is_open: bool,
}

/// Somebody to call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilledContact {
    /// What for.
    pub role: String,
    /// Who.
    pub name: String,
    /// How.
    pub reach: Option<String>,
}

impl SignOff {
    pub(super) fn of(line: &Line) -> Self {
        let signed = line.proofs.first().filter(|_| line.ticked);
        Self {
            item: line.key.clone(),
            title: line.title.clone(),
            roles: line.from.clone(),
            by: signed.map(|proof| {
                proof
                    .approver
                    .clone()
                    .unwrap_or_else(|| proof.value.clone())
            }),
            at: signed.and_then(|proof| proof.at),
            until: signed.and_then(|proof| proof.until),
            missing: signed.is_none().then(|| line.why.clone()),
            todo: line.to_do().1.last().cloned(),
        }
    }
}

impl FilledRisk {
    pub(super) fn of(risk: &Risk, state: &RiskState) -> Self {
        Self {
            id: risk.id.clone(),
            risk: risk.risk.clone(),
            severity: risk.severity.map(|severity| severity.name().to_owned()),
            mitigation: risk.mitigation.clone(),
            owner: risk.owner.clone(),
            state: match (state, &risk.mitigated) {
                (RiskState::Mitigated, Some(by)) => {
                    format!("mitigated by {} on {}", by.by, day(by.at.0))
                }
                (RiskState::Mitigated, None) => "mitigated".to_owned(),
                (RiskState::Accepted(until), _) => format!("accepted until {}", day(*until)),
                (RiskState::Open(why), _) => format!("open: {why}"),
            },
            is_open: matches!(state, RiskState::Open(_)),
        }
    }
}

impl FilledRisk {
    /// An exception that lets pods run whatever the verdict.
    pub(super) fn of_override(over: &Override) -> Self {
        Self {
            id: format!("exception/{}", over.exception),
            risk: format!("The gate is overridden: {}", over.reason),
            severity: Some(RiskSeverity::High.name().to_owned()),
            mitigation: String::new(),
            owner: over.owner.to_string(),
            state: format!(
                "open: asked for by {}, ends on {}",
                over.requested_by,
                day(over.until)
            ),
            is_open: true,
        }
    }
}

impl FilledContact {
    pub(super) fn of(contact: &Contact) -> Self {
        Self {
            role: contact.role.clone(),
            name: contact.name.clone(),
            reach: contact.reach.clone(),
        }
    }

    /// Whether it is the one that a line asks for.
    pub(super) fn is_of(&self, line: &Line) -> bool {
        self.role.eq_ignore_ascii_case(&line.title)
    }

    /// `Ada Lovelace, pager 7`
    pub(super) fn words(&self) -> String {
        match &self.reach {
            Some(reach) => format!("{}, {reach}", self.name),
            None => self.name.clone(),
        }
    }
}
