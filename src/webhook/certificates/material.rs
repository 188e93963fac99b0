//! A whole set: authority, those before it, and the serving certificate.

use jiff::Timestamp;

use super::authority::{Authority, IssueError, Serving};
use super::names::ServerNames;
use super::pem::Certificate;
use super::plan::{Plan, Step};
use super::stored::Stored;

/// More than are ever made by renewals alone; a bundle must not grow with each repair.
const MOST_PREVIOUS: usize = 4;

/// What the Secret holds when all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    authority: Authority,
    previous: Vec<Certificate>,
    serving: Serving,
}

impl Material {
    /// What `stored` becomes by carrying out `plan`: the same when the plan has nothing to do.
    ///
    /// # Errors
    ///
    /// When a certificate cannot be made.
    pub fn make(
        stored: &Stored,
        plan: &Plan,
        names: &ServerNames,
        now: Timestamp,
    ) -> Result<Self, IssueError> {
        let mut previous = stored.previous.clone();
        previous.retain(|certificate| !plan.forget.contains(certificate));
        let authority = match (&stored.authority, &plan.authority) {
            (Ok(authority), Step::Keep) => authority.clone(),
            (Ok(replaced), Step::Issue(_)) => {
                if replaced.certificate().validity().contains(now) {
                    previous.insert(0, replaced.certificate().clone());
                }
                Authority::generate(now)?
            }
            (Err(_), _) => Authority::generate(now)?,
        };
        let serving = match (&stored.serving, &plan.serving) {
            (Ok(serving), Step::Keep) => serving.clone(),
            _ => authority.issue(names, now)?,
        };
        let mut material = Self {
            authority,
            previous,
            serving,
        };
        material.limit_previous(names, now);
        Ok(material)
    }

    /// Drops the oldest of too many, but not one without which clients would refuse what is
    /// served.
    fn limit_previous(&mut self, names: &ServerNames, now: Timestamp) {
        for at in (0..self.previous.len()).rev() {
            if self.previous.len() <= MOST_PREVIOUS {
                return;
            }
            let dropped = self.previous.remove(at);
            if self.serving.verify(self.trusted(), names, now).is_err() {
                self.previous.insert(at, dropped);
            }
        }
    }

    /// Who signs.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Authorities that were replaced and are still to be trusted, the newest first.
    pub fn previous(&self) -> &[Certificate] {
        &self.previous
    }

    /// What is to be served.
    pub fn serving(&self) -> &Serving {
        &self.serving
    }

    /// All that are to be trusted, the authority that signs first.
    pub fn trusted(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(self.authority.certificate()).chain(&self.previous)
    }

    /// The `caBundle` of the webhook configuration, PEM.
    pub fn bundle(&self) -> String {
        self.trusted().map(Certificate::pem).collect()
    }
}
