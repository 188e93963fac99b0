//! What the checks on classes that others name share.

use super::{Context, Findings, Judgement};
use crate::model::{Key, Kind, Place, Text};

/// A class of this kind and name exists, else `consequence`. Among files it may not be, and be in the cluster all the same.
///
/// # Errors
/// Where classes of the kind cannot be looked up.
pub fn require(
    context: &Context<'_>,
    (kind, name): (Kind, &Text),
    at: Place,
    consequence: &str,
    findings: &mut Findings,
) -> Judgement {
    let key = Key::new(kind, "", name.clone());
    if context.read(kind)?.get(&key).is_some() {
        return Ok(());
    }
    if context.may_exist_elsewhere() {
        let problem = format!("{kind} {name} is not among the files");
        findings.unknown(at, format!("{problem}: it has to be in the cluster"));
    } else {
        let problem = format!("there is no {kind} {name}");
        findings.fail(at, format!("{problem}, {consequence}: create it"));
    }
    Ok(())
}
