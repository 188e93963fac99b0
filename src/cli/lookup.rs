//! Finding a check, a line of a checklist or a piece of evidence by the name that somebody gives it.

use std::sync::Arc;

use crate::check::Check;
use crate::checklist::{Checklist, Checklists, Item};
use crate::checks;
use crate::engine::naming;
use crate::evidence::{PieceSpec, catalogue};
use crate::manifests::nearest;

/// There is no such check.
#[derive(Debug, thiserror::Error)]
#[error("no check has the id `{id}`; {hint}`plimsoll checks` lists them")]
pub(super) struct UnknownCheck {
    id: String,
    hint: String,
}

/// The check of an id; or those that another tool's check is, `polaris/hostIPCSet`.
///
/// # Errors
/// Names the check that is probably meant.
pub(super) fn called(id: &str) -> Result<Vec<&'static Check>, UnknownCheck> {
    let found = match id.contains('/') {
        true => naming::named(id),
        false => checks::find(id).into_iter().collect(),
    };
    if found.is_empty() {
        let meant = meant(id).map(|check| format!("did you mean `{}`? ", check.id));
        return Err(UnknownCheck {
            id: id.to_owned(),
            hint: meant.unwrap_or_default(),
        });
    }
    Ok(found)
}

/// The check whose id, or whose name elsewhere, is the nearest.
fn meant(id: &str) -> Option<&'static Check> {
    let elsewhere = |check: &&'static Check| {
        check
            .aliases
            .iter()
            .any(|alias| naming::is_alias(alias, id))
    };
    if let Some(check) = checks::ALL.iter().copied().find(elsewhere) {
        return Some(check);
    }
    let nearest = nearest(id, checks::ALL.iter().map(|check| check.id))?;
    checks::find(nearest)
}

/// The checks that a name means: an id, a group, a pattern, or what another tool calls them.
///
/// # Errors
/// Names what is probably meant.
pub(super) fn checks(name: &str) -> Result<Vec<&'static Check>, UnknownName> {
    let found = naming::named(name);
    if found.is_empty() {
        let where_to = "`plimsoll checks` lists the checks and their groups";
        return Err(UnknownName::new(
            "check, group or pattern",
            (name, ""),
            naming::names(),
            where_to,
        ));
    }
    Ok(found)
}

/// There is no such line, or no such piece of evidence.
#[derive(Debug, thiserror::Error)]
#[error("no {what} has the name `{name}`; {hint}{where_to}")]
pub(super) struct UnknownName {
    what: &'static str,
    name: String,
    hint: String,
    where_to: &'static str,
}

impl UnknownName {
    fn new<'a>(
        what: &'static str,
        (name, prefix): (&str, &str),
        known: impl Iterator<Item = &'a str>,
        where_to: &'static str,
    ) -> Self {
        let meant = nearest(name, known).map(|meant| format!("did you mean `{prefix}{meant}`? "));
        Self {
            what,
            name: format!("{prefix}{name}"),
            hint: meant.unwrap_or_default(),
            where_to,
        }
    }
}

/// The line of a built-in checklist that a key, `<checklist>:<id>`, names.
///
/// # Errors
/// Names the checklist or the line that is probably meant.
pub(super) fn item(
    key: &str,
) -> Result<(&'static Arc<Checklist>, &'static Arc<Item>), UnknownName> {
    let all = Checklists::built_in();
    let (name, id) = key.split_once(':').unwrap_or((key, ""));
    let Some(checklist) = all.find(name) else {
        let names = all.iter().map(|checklist| &*checklist.name);
        return Err(UnknownName::new(
            "checklist",
            (name, ""),
            names,
            "`plimsoll checklists` lists them",
        ));
    };
    let item = checklist.find(id).ok_or_else(|| {
        let ids = checklist.items.iter().map(|item| item.spec.id.as_str());
        let prefix = format!("{name}:");
        UnknownName::new(
            "line",
            (id, &prefix),
            ids,
            "`plimsoll checklists NAME` lists the lines of one",
        )
    })?;
    Ok((checklist, item))
}

/// A built-in piece of evidence.
///
/// # Errors
/// Names the piece that is probably meant.
pub(super) fn evidence(name: &str) -> Result<(&'static str, &'static PieceSpec), UnknownName> {
    let found = catalogue().specs().find(|(known, _)| *known == name);
    found.ok_or_else(|| {
        let names = catalogue().specs().map(|(known, _)| known);
        UnknownName::new(
            "piece of evidence",
            (name, "evidence/"),
            names,
            "docs/checklists.md names those of each line",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_elsewhere_leads_to_its_check() {
        let error = called("livenessProbeMissing").expect_err("it is Polaris' name");
        assert!(
            error.to_string().contains("did you mean `liveness-probe`?"),
            "{error}"
        );
    }
}
