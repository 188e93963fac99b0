//! What is to be done about the certificates: a pure function of the Secret's content and the time.

#[cfg(test)]
mod tests;

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::authority::{SERVING_LIFE, SKEW, Serving};
use super::names::ServerNames;
use super::pem::Certificate;
use super::stored::{Flaw, Stored};
use super::validity::Validity;

/// How long a new authority must have been published before it signs, and a new serving
/// certificate have been stored before an authority that it does not need is forgotten: time for
/// every API server to see the bundle and for every replica to see the Secret.
pub const SETTLE: SignedDuration = SignedDuration::from_hours(1);

/// What to do, and when to ask again.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// The authority; one that is replaced and still valid stays trusted.
    pub authority: Step,
    /// The serving certificate.
    pub serving: Step,
    /// Replaced authorities of which no certificate can be in use any more.
    pub forget: Vec<Certificate>,
    /// When the plan will next be another one, if the Secret stays as it is.
    pub due: Timestamp,
}

/// What to do about one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is good.
    Keep,
    /// Make a new one.
    Issue(Cause),
}

/// Why a new one is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Two thirds of its life are over: the planned case.
    Due,
    /// It cannot be read or used.
    Flawed(Flaw),
    /// It is expired, or from the future.
    OutOfDate,
    /// A client that trusts the stored authorities would refuse it, and why.
    Refused(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Due => f.write_str("two thirds of its life are over"),
            Self::Flawed(flaw) => flaw.fmt(f),
            Self::OutOfDate => f.write_str("it is not valid at this time"),
            Self::Refused(why) => write!(f, "clients would refuse it: {why}"),
        }
    }
}

impl Plan {
    /// Whether the Secret must be written.
    pub fn changes_something(&self) -> bool {
        self.authority != Step::Keep || self.serving != Step::Keep || !self.forget.is_empty()
    }
}

/// Decides. `names` are those that the serving certificate must be good for.
pub fn plan(now: Timestamp, stored: &Stored, names: &ServerNames) -> Plan {
    let mut due = Timestamp::MAX;
    let mut keep_until = |time: Timestamp| {
        due = due.min(time);
        Step::Keep
    };

    // When the authority that signs from now on was, or is being, issued.
    let mut authority_issued = now;
    let authority = match &stored.authority {
        Err(flaw) => Step::Issue(Cause::Flawed(*flaw)),
        Ok(authority) => {
            let validity = authority.certificate().validity();
            if !validity.contains(now) {
                Step::Issue(Cause::OutOfDate)
            } else if now >= validity.renewal() {
                Step::Issue(Cause::Due)
            } else {
                authority_issued = issued(validity);
                keep_until(validity.renewal())
            }
        }
    };

    let settled = later(authority_issued, SETTLE);
    let serving = match &stored.serving {
        Err(flaw) => Step::Issue(Cause::Flawed(*flaw)),
        Ok(serving) => match serving.verify(stored.trusted(), names, now) {
            Err(_) if !serving.certificate().validity().contains(now) => {
                Step::Issue(Cause::OutOfDate)
            }
            Err(why) => Step::Issue(Cause::Refused(why.to_string())),
            Ok(()) => {
                // Usually good for a third of its life yet: it waits for the authority to settle.
                let validity = serving.certificate().validity();
                let renewal = validity.renewal().max(settled.min(validity.not_after));
                if now >= renewal {
                    Step::Issue(Cause::Due)
                } else {
                    keep_until(renewal)
                }
            }
        },
    };

    let mut forget = Vec::new();
    for certificate in &stored.previous {
        let expired = now > certificate.validity().not_after;
        let from = match (&authority, &serving, &stored.serving) {
            (Step::Keep, Step::Keep, Ok(serving)) => {
                forgettable(certificate, stored, serving, names, now, authority_issued)
            }
            _ => None,
        };
        if expired || from.is_some_and(|from| now >= from) {
            forget.push(certificate.clone());
        } else {
            keep_until(later(
                certificate.validity().not_after,
                SignedDuration::from_secs(1),
            ));
            if let Some(from) = from {
                keep_until(from);
            }
        }
    }

    let mut plan = Plan {
        authority,
        serving,
        forget,
        due,
    };
    if plan.changes_something() {
        plan.due = now;
    }
    plan
}

/// From when no certificate of a replaced authority can be in use: whatever it signed before it
/// was replaced has expired by then. None while the serving certificate itself is one of its.
fn forgettable(
    certificate: &Certificate,
    stored: &Stored,
    serving: &Serving,
    names: &ServerNames,
    now: Timestamp,
    replaced: Timestamp,
) -> Option<Timestamp> {
    let others = stored.trusted().filter(|other| *other != certificate);
    serving.verify(others, names, now).ok()?;
    let stored_long_enough = later(issued(serving.certificate().validity()), SETTLE);
    Some(later(replaced, SERVING_LIFE).max(stored_long_enough))
}

/// Certificates are backdated.
fn issued(validity: Validity) -> Timestamp {
    later(validity.not_before, SKEW)
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}
