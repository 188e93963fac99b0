//! Which policies to judge by.

mod document;
mod schema;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::check::Check;
use crate::checks;
use crate::cli::lookup;
use crate::engine::{Policy, PolicySet};
use crate::manifests::yaml;

/// The policies of these files, or one with every check but those on what runs where there is no file; and of their checks
/// only these, where some are named.
///
/// # Errors
/// Where a file cannot be read, holds no policy or a wrong one, or where a check is unknown or in no policy.
pub(super) fn load(files: &[PathBuf], ids: &[String]) -> Result<PolicySet> {
    let named = ids.iter().map(|id| lookup::check(id));
    let named: Vec<&'static Check> = named.collect::<Result<_, _>>()?;
    if files.is_empty() {
        let checks = if named.is_empty() {
            judged_by_default()
        } else {
            once_each(named)
        };
        return Ok(PolicySet::new([Policy::of_checks("checks", checks)]));
    }
    let mut policies = Vec::new();
    for file in files {
        policies.extend(read(file)?);
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = policies.iter().find(|policy| !names.insert(&policy.name)) {
        bail!("the ReadinessPolicy {} is given twice", twice.name);
    }
    if !named.is_empty() {
        restrict(&mut policies, &named)?;
    }
    Ok(PolicySet::new(policies))
}

/// Every check that files can decide. One on what runs would only say that it cannot; who asks for it by name is told so.
fn judged_by_default() -> Vec<&'static Check> {
    let checks = checks::ALL.iter().copied();
    checks.filter(|check| !check.is_live()).collect()
}

fn once_each(mut checks: Vec<&'static Check>) -> Vec<&'static Check> {
    checks.sort_by_key(|check| check.id);
    checks.dedup_by_key(|check| check.id);
    checks
}

/// Leaves only these checks. One that no policy asks for would pass unseen.
fn restrict(policies: &mut [Policy], named: &[&'static Check]) -> Result<()> {
    let asks = |policy: &Policy, id| policy.rules.iter().any(|rule| rule.check.id == id);
    for check in named {
        if !policies.iter().any(|policy| asks(policy, check.id)) {
            bail!(
                "no policy asks for the check `{}`; leave it out of --checks",
                check.id
            );
        }
    }
    for policy in policies {
        let is_named = |id| named.iter().any(|check| check.id == id);
        policy.rules.retain(|rule| is_named(rule.check.id));
    }
    Ok(())
}

fn read(file: &Path) -> Result<Vec<Policy>> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read the policy {name}"))?;
    let mut policies = Vec::new();
    for (_, source) in yaml::documents(&text) {
        let found = source
            .parse()
            .and_then(|document| document::policies(&document));
        policies.extend(found.map_err(|problem| anyhow!("{name}: {problem}"))?);
    }
    if policies.is_empty() {
        bail!("{name}: no ReadinessPolicy in it");
    }
    Ok(policies)
}
