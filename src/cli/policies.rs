//! Which policies and checklists to judge by.

mod selection;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use kube::ResourceExt;

use super::lookup;
use crate::api::{API_VERSION, ReadinessChecklist, ReadinessPolicy, ReadinessPolicySpec};
use crate::check::Check;
use crate::checklist::{Checklist, Checklists};
use crate::checks;
use crate::engine::{Conditions, MatchCondition, Policy, PolicySet};
use crate::manifests::yaml::{self, Account, Document, Node, Problem};
use crate::manifests::{Own, problem_at};

pub(super) use self::selection::Selection;

/// Policies and checklists that were given, before it is known what else there is.
#[derive(Default)]
pub(super) struct Given {
    policies: Vec<Written<ReadinessPolicy>>,
    checklists: Vec<Written<ReadinessChecklist>>,
    has_files: bool,
}

/// An object, and where it is written.
struct Written<K> {
    object: Box<K>,
    /// The file.
    place: String,
    /// The line and column of its spec.
    at: (u32, u32),
}

impl Given {
    /// Reads the policies of these files, and the checklists that they may name.
    ///
    /// # Errors
    /// Where a file cannot be read, holds no policy, or one that the API server would refuse.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self> {
        let mut given = Self {
            has_files: !files.is_empty(),
            ..Self::default()
        };
        for file in files {
            given.file(file)?;
        }
        Ok(given)
    }

    fn file(&mut self, file: &Path) -> Result<()> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the policy {name}"))?;
        let before = self.policies.len();
        for (_, source) in yaml::documents(&text) {
            let read = source
                .parse()
                .and_then(|document| self.document(&name, &document));
            read.map_err(|problem| anyhow!("{name}: {problem}"))?;
        }
        if self.policies.len() == before {
            bail!("{name}: no ReadinessPolicy in it");
        }
        Ok(())
    }

    fn document(&mut self, file: &str, document: &Document<'_>) -> Result<(), Problem> {
        match document.root().filter(|root| !root.is_null()) {
            None => Ok(()),
            Some(root) if is_list(root) => {
                let mut items = root.get("items").into_iter().flat_map(Node::items);
                items.try_for_each(|item| self.node(file, item))
            }
            Some(root) => self.node(file, root),
        }
    }

    fn node(&mut self, file: &str, node: Node<'_>) -> Result<(), Problem> {
        let text = |key| node.get(key).and_then(Node::as_str);
        let (api_version, kind) = (
            text("apiVersion").unwrap_or("?"),
            text("kind").unwrap_or("?"),
        );
        let (place, at) = (file.to_owned(), node.position("/spec"));
        match Own::is_known(api_version, kind).then(|| Own::read(kind, node)) {
            Some(Ok(Own::Policy(object))) => {
                conditions(&object, node)?;
                self.policies.push(Written { object, place, at });
            }
            Some(Ok(Own::Checklist(object))) => self.checklists.push(Written { object, place, at }),
            Some(Err(problem)) => return Err(problem),
            _ => {
                let message =
                    format!("expected a {API_VERSION}/ReadinessPolicy, found {api_version}/{kind}");
                return Err(problem_at(node, "", "", message));
            }
        }
        Ok(())
    }

    /// What the match conditions of the policies ask, before it is known which checklists there are: those may be among the
    /// manifests, of which it is asked as they are read.
    ///
    /// # Errors
    /// Where one is wrong.
    pub(super) fn conditions(&self) -> Result<Conditions> {
        let matching = self.policies.iter().map(|written| {
            let matches = written.object.spec.matches.clone();
            let spec = ReadinessPolicySpec {
                matches,
                ..ReadinessPolicySpec::default()
            };
            Policy::compile(&written.object.name_any(), &spec, Checklists::built_in())
                .map_err(|error| written.problem(&error))
        });
        let matching: Vec<Policy> = matching.collect::<Result<_>>()?;
        Ok(Conditions::of(&matching))
    }

    /// Adds what is found among manifests.
    pub(super) fn policy(&mut self, object: Box<ReadinessPolicy>, place: String) {
        self.policies.push(Written {
            object,
            place,
            at: (0, 0),
        });
    }

    /// Adds what is found among manifests.
    pub(super) fn checklist(&mut self, object: Box<ReadinessChecklist>, place: String) {
        self.checklists.push(Written {
            object,
            place,
            at: (0, 0),
        });
    }

    /// Whether somebody asks for what is judged: by policies, or by naming checks.
    pub(super) fn asks(&self, named: &[String]) -> bool {
        self.has_files || !named.is_empty()
    }

    /// Whether a check may be asked for, as far as it is known before the manifests are read, which may hold checklists.
    pub(super) fn may_ask(&self, id: &str, named: &[String], selection: &Selection) -> bool {
        if let Some(said) = selection.says_of(id) {
            return said;
        }
        if !named.is_empty() {
            let named = named.iter().filter_map(|name| lookup::called(name).ok());
            return named.flatten().any(|check| check.id == id);
        }
        if !self.has_files {
            return checks::find(id).is_some_and(Check::is_default);
        }
        // A policy that cannot be read yet, or at all, is one of which nothing is known.
        let policies = self
            .checklists()
            .and_then(|checklists| self.policies(&checklists));
        policies.map_or(true, |policies| {
            let mut rules = policies.iter().flat_map(|policy| &policy.rules);
            rules.any(|rule| rule.check.id == id)
        })
    }

    /// Every checklist: the built-in ones and those that were given.
    ///
    /// # Errors
    /// Where one is wrong, or two have the same name.
    pub(super) fn checklists(&self) -> Result<Checklists> {
        let mut names = BTreeSet::new();
        let compiled = self.checklists.iter().map(|written| {
            let name = written.object.name_any();
            if !names.insert(name.clone()) {
                bail!("the ReadinessChecklist {name} is given twice");
            }
            let compiled = Checklists::may_be_named(&name)
                .and_then(|()| Checklist::compile(&name, &written.object.spec));
            compiled
                .map(Arc::new)
                .map_err(|error| written.problem(&error))
        });
        Ok(Checklists::with(compiled.collect::<Result<Vec<_>>>()?))
    }

    /// Whether a policy of this name was given.
    pub(super) fn has_policy(&self, name: &str) -> bool {
        self.policies
            .iter()
            .any(|written| written.object.name_any() == name)
    }

    /// The policies that were given.
    ///
    /// # Errors
    /// Where one is wrong, or two have the same name.
    pub(super) fn policies(&self, checklists: &Checklists) -> Result<Vec<Policy>> {
        self.policies_and(&Selection::default(), checklists)
    }

    fn policies_and(&self, selection: &Selection, checklists: &Checklists) -> Result<Vec<Policy>> {
        let mut names = BTreeSet::new();
        let compiled = self.policies.iter().map(|written| {
            let name = written.object.name_any();
            if !names.insert(name.clone()) {
                bail!("the ReadinessPolicy {name} is given twice");
            }
            let spec = selection.asked_by(&written.object.spec);
            Policy::compile(&name, &spec, checklists).map_err(|error| written.problem(&error))
        });
        compiled.collect()
    }

    /// What `plimsoll check` judges by: these policies, or one with every check but those on what runs where no file was given;
    /// and of their checks only these, where some are named; then what is included besides, and without what is excluded.
    ///
    /// # Errors
    /// Where a policy is wrong, or a check is unknown or in no policy.
    pub(super) fn to_check_by(
        &self,
        ids: &[String],
        selection: &Selection,
        checklists: &Checklists,
    ) -> Result<PolicySet> {
        let mut named: Vec<&'static Check> = Vec::new();
        for id in ids {
            named.extend(lookup::called(id)?);
        }
        if let Some(check) = named.iter().find(|check| check.judges_launches()) {
            bail!(
                "the check `{}` is about launches; `plimsoll checklist -f` judges them",
                check.id
            );
        }
        if !self.has_files {
            let checks = if named.is_empty() {
                judged_by_default()
            } else {
                named
            };
            return of_checks(selection.besides(checks));
        }
        let mut policies = self.policies_and(selection, checklists)?;
        if !named.is_empty() {
            restrict(&mut policies, &named)?;
        }
        selection.leave_out(&mut policies)?;
        Ok(PolicySet::new(policies))
    }
}

impl<K> Written<K> {
    /// What is wrong by now says its field itself.
    fn problem(&self, error: &dyn std::fmt::Display) -> anyhow::Error {
        let problem = Problem::from(Account {
            line: self.at.0,
            column: self.at.1,
            path: String::new(),
            message: error.to_string(),
        });
        anyhow!("{}: {problem}", self.place)
    }
}

/// Refuses a match condition that is no expression, where it is written.
fn conditions(policy: &ReadinessPolicy, node: Node<'_>) -> Result<(), Problem> {
    let matches = policy.spec.matches.iter();
    let conditions = matches.flat_map(|matches| &matches.conditions);
    conditions.enumerate().try_for_each(|(at, condition)| {
        MatchCondition::compile(condition)
            .map(drop)
            .map_err(|error| {
                let pointer = format!("/spec/match/conditions/{at}/expression");
                let field = format!("spec.match.conditions[{at}].expression");
                problem_at(node, &pointer, &field, error.to_string())
            })
    })
}

fn is_list(root: Node<'_>) -> bool {
    let kind = root.get("kind").and_then(Node::as_str);
    matches!(
        kind,
        Some("List" | "ReadinessPolicyList" | "ReadinessChecklistList")
    )
}

fn judged_by_default() -> Vec<&'static Check> {
    let checks = checks::ALL.iter().copied();
    checks.filter(|check| check.is_default()).collect()
}

/// The whole catalogue, but for what is asked of launches and what is excluded.
///
/// # Errors
/// Where nothing is left.
pub(super) fn all_checks(selection: &Selection) -> Result<PolicySet> {
    let checks = checks::ALL.iter().copied();
    let checks = checks.filter(|check| !check.judges_launches());
    of_checks(selection.besides(checks.collect()))
}

fn of_checks(checks: Vec<&'static Check>) -> Result<PolicySet> {
    if checks.is_empty() {
        bail!("--exclude leaves no check to judge by");
    }
    Ok(PolicySet::new([Policy::of_checks("checks", checks)]))
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
