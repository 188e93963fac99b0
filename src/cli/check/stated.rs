//! Plimsoll's own kinds among the manifests: checklists and exceptions count, the others are not judged.

use std::sync::Arc;

use kube::ResourceExt;

use crate::cli::policies::Given;
use crate::engine::Relief;
use crate::manifests::{self, Origin, Own, Reason, Skipped};
use crate::people::{Exception, Holds, People};

/// What counts of it.
pub(in crate::cli) struct Stated {
    exceptions: Vec<(Origin, Arc<Exception>)>,
    checklists: usize,
}

impl Stated {
    /// Sorts out what counts; the rest is added to what is skipped.
    pub(in crate::cli) fn sort(
        stated: Vec<manifests::Stated>,
        given: &mut Given,
        skipped: &mut Vec<Skipped>,
    ) -> Self {
        let mut sorted = Self {
            exceptions: Vec::new(),
            checklists: 0,
        };
        for manifests::Stated { origin, own } in stated {
            let hint = match own {
                Own::Exception(exception) => {
                    match Exception::of(&exception) {
                        Ok(exception) => sorted.exceptions.push((origin, Arc::new(exception))),
                        Err(why) => skipped.push(Skipped::object(&origin, Reason::Void(why))),
                    }
                    continue;
                }
                Own::Checklist(checklist) => {
                    given.checklist(checklist, format!("{}: line {}", origin.file, origin.line));
                    sorted.checklists += 1;
                    continue;
                }
                Own::Policy(ref policy) if given.has_policy(&policy.name_any()) => {
                    "; it is what is judged by"
                }
                Own::Policy(_) => "; to judge by it, give it as --policy",
                Own::Launch(_) => "; `plimsoll checklist -f` fills in its checklists",
                Own::Attestation(_) => "; only a cluster knows who made it",
                Own::Report => "; it is written by the operator",
            };
            let reason = Reason::OtherKind {
                api_version: origin.api_version.to_string(),
                kind: own.kind().to_owned(),
                hint,
            };
            skipped.push(Skipped::object(&origin, reason));
        }
        sorted
    }

    /// The exceptions. Nobody is known to have made them, as on files nobody is known.
    pub(in crate::cli) fn people(&self) -> People {
        let exceptions = self.exceptions.iter();
        People {
            exceptions: exceptions
                .map(|(_, exception)| (exception.name.clone(), exception.clone()))
                .collect(),
            ..People::default()
        }
    }

    /// Adds the exceptions that do not hold to what is skipped.
    pub(in crate::cli) fn leave_out_void(
        &mut self,
        relief: Relief<'_>,
        skipped: &mut Vec<Skipped>,
    ) {
        self.exceptions.retain(|(origin, exception)| match relief.holds(exception) {
            Holds::Until(_) => true,
            Holds::Not(void) => {
                let why = match void {
                    crate::people::Void::UnknownPolicy(name) => {
                        format!("its policy {name:?} is none of those that are judged by; give it as --policy")
                    }
                    void => void.to_string(),
                };
                skipped.push(Skipped::object(origin, Reason::Void(why)));
                false
            }
        });
    }

    /// How many objects count.
    pub(in crate::cli) fn len(&self) -> usize {
        self.exceptions.len() + self.checklists
    }
}
