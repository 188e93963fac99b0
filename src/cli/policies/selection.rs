//! `--include` and `--exclude`: checks to judge by, or not, besides what policies say.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::api::{CheckRule, ReadinessPolicySpec};
use crate::check::Check;
use crate::checklist;
use crate::cli::lookup;
use crate::engine::Policy;

/// What to judge by besides what policies say, and what not to, which wins.
#[derive(Default)]
pub(in crate::cli) struct Selection {
    include: Vec<&'static Check>,
    exclude: BTreeSet<&'static str>,
}

impl Selection {
    /// Of names of checks, groups and patterns.
    ///
    /// # Errors
    /// Names what is no check, or only one on launches.
    pub(in crate::cli) fn of(include: &[String], exclude: &[String]) -> Result<Self> {
        let mut selection = Self::default();
        for name in include {
            let named = lookup::checks(name)?;
            let judged = named.iter().filter(|check| !check.judges_launches());
            let before = selection.include.len();
            selection.include.extend(judged);
            if selection.include.len() == before {
                bail!("`{name}` is about launches; `plimsoll checklist -f` judges them");
            }
        }
        for name in exclude {
            let named = lookup::checks(name)?;
            selection.exclude.extend(named.iter().map(|check| check.id));
        }
        Ok(selection)
    }

    /// Whether this check is judged by, where that does not depend on anything else.
    pub(super) fn says_of(&self, id: &str) -> Option<bool> {
        let is_included = self.include.iter().any(|check| check.id == id);
        match self.exclude.contains(id) {
            true => Some(false),
            false => is_included.then_some(true),
        }
    }

    /// A policy that asks for what is to be included as well.
    pub(super) fn asked_by(&self, spec: &ReadinessPolicySpec) -> ReadinessPolicySpec {
        let mut spec = spec.clone();
        if self.include.is_empty() {
            return spec;
        }
        if spec.checks.is_none() && spec.checklists.is_none() {
            // With checks alone there would be no checklist.
            spec.checklists = Some(vec![checklist::DEFAULT.to_owned()]);
        }
        let rules = spec.checks.get_or_insert_default();
        for check in &self.include {
            if rules.iter().all(|rule| rule.id != check.id) {
                rules.push(CheckRule {
                    id: check.id.to_owned(),
                    severity: None,
                    action: None,
                });
            }
        }
        spec
    }

    /// These checks and what is included, without what is excluded.
    pub(super) fn besides(&self, checks: Vec<&'static Check>) -> Vec<&'static Check> {
        let mut all = checks;
        all.extend(&self.include);
        all.retain(|check| !self.exclude.contains(check.id));
        all.sort_by_key(|check| check.id);
        all.dedup_by_key(|check| check.id);
        all
    }

    /// Takes out of policies what is excluded.
    ///
    /// # Errors
    /// Where nothing is left.
    pub(super) fn leave_out(&self, policies: &mut [Policy]) -> Result<()> {
        if self.exclude.is_empty() {
            return Ok(());
        }
        for policy in policies.iter_mut() {
            policy
                .rules
                .retain(|rule| !self.exclude.contains(rule.check.id));
        }
        if policies.iter().all(|policy| policy.rules.is_empty()) {
            bail!("--exclude leaves no check to judge by");
        }
        Ok(())
    }
}
