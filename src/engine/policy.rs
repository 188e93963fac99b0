//! Policies, parsed once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde_json::Value;

use super::{Coverage, MatchCondition};
use crate::api::{
    Action, Actions, CheckRule, ExceptionRule, LaunchRule, MetricsRule, OnUnknown, OnUpdate,
    ReadinessPolicySpec,
};
use crate::cel::CompileError;
use crate::check::{Check, ParamError, Params};
use crate::checklist::{self, Checklists, Way};
use crate::checks;
use crate::model::{Kind, KindSet, Labels, Selector, Severity, Text, Workload};

/// What one policy says.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: Text,
    /// What updates of objects that fail already are judged by.
    pub on_update: OnUpdate,
    /// What follows where a check that denies cannot be decided.
    pub on_unknown: OnUnknown,
    /// User names of custom controllers.
    pub controllers: Vec<Text>,
    /// What it judges by, sorted by check.
    pub rules: Vec<Rule>,
    /// When the API server created it; `None` in a file.
    pub created: Option<Timestamp>,
    /// What launches are asked at least.
    pub launch: Option<LaunchRule>,
    /// What an exception for it must keep to.
    pub exceptions: ExceptionRule,
    /// The servers that metric items are asked of, and how often.
    pub metrics: Option<MetricsRule>,
    kinds: KindSet,
    namespaces: Selector,
    objects: Selector,
    conditions: Vec<MatchCondition>,
}

/// One check of a policy.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The check.
    pub check: &'static Check,
    /// Its parameters.
    pub params: Params,
    /// How much it matters to this policy.
    pub severity: Severity,
    /// What follows from a failure.
    pub action: Action,
    /// Whether the policy names the action for this very check.
    pub by_name: bool,
}

/// What is wrong with a policy. The API server refuses most of it; a file or an older schema may still hold it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No such check.
    #[error("spec.checks: no check has the id {0:?}; `plimsoll checks` lists them")]
    UnknownCheck(String),
    /// No such checklist.
    #[error(
        "spec.checklists: there is no checklist {0:?}; `plimsoll checklists` lists the built-in ones"
    )]
    UnknownChecklist(String),
    /// A severity that there is none of.
    #[error("spec.checks[{check}].severity: {severity:?} is none of critical, high, advice")]
    UnknownSeverity {
        /// The rule's check.
        check: String,
        /// What it says.
        severity: String,
    },
    /// Parameters for something that is no check.
    #[error("spec.params.{0}: no check has this id; `plimsoll checks` lists them")]
    UnknownParams(String),
    /// Parameters that the check does not take.
    #[error("spec.{0}")]
    Params(#[from] ParamError),
    /// Parameters that are no map.
    #[error("spec.params.{0}: must be a map from parameters to values")]
    ParamsShape(&'static str),
    /// A selector with an operator that there is none of.
    #[error(
        "spec.match.{field}: {key}: the operator must be In or NotIn with values, or Exists or DoesNotExist without"
    )]
    Selector {
        /// The selector's field.
        field: &'static str,
        /// The label.
        key: String,
    },
    /// Two match conditions of one name.
    #[error("spec.match.conditions: two have the name {0:?}; give each its own")]
    ConditionTwice(String),
    /// A match condition that is no expression over an object.
    #[error("spec.match.conditions[{name}].expression: {source}")]
    Condition {
        /// Its name.
        name: String,
        /// What is wrong with it, and where.
        source: CompileError,
    },
}

impl PolicyError {
    /// Whether something that is applied later may mend it: the policy itself may be right.
    pub const fn may_be_mended(&self) -> bool {
        matches!(self, Self::UnknownChecklist(..))
    }
}

impl Policy {
    /// Parses a policy.
    ///
    /// # Errors
    /// Names the field of the first thing that is wrong.
    pub fn compile(
        name: &str,
        spec: &ReadinessPolicySpec,
        checklists: &Checklists,
    ) -> Result<Self, PolicyError> {
        let matches = spec.matches.clone().unwrap_or_default();
        let kinds = matches.kinds.map_or(KindSet::WORKLOADS, |kinds| {
            kinds.into_iter().map(Kind::from).collect()
        });
        Ok(Self {
            name: name.into(),
            on_update: spec.on_update,
            on_unknown: spec.on_unknown,
            controllers: spec
                .controllers
                .iter()
                .map(|name| Text::from(name.as_str()))
                .collect(),
            rules: rules(spec, checklists)?,
            kinds,
            namespaces: selector("namespaceSelector", matches.namespace_selector.as_ref())?,
            objects: selector("objectSelector", matches.object_selector.as_ref())?,
            conditions: conditions(&matches.conditions)?,
            created: None,
            // A checklist that is not there is an open item of each launch.
            launch: spec.launch.clone(),
            exceptions: spec.exceptions.clone(),
            metrics: spec.metrics.clone(),
        })
    }

    /// The policy of a command line without one: every check, or these, by their own severities.
    pub fn of_checks(name: &str, checks: impl IntoIterator<Item = &'static Check>) -> Self {
        let rule = |check: &'static Check| Rule {
            check,
            params: Params::default(),
            severity: check.severity,
            action: Action::Audit,
            by_name: false,
        };
        Self {
            name: name.into(),
            on_update: OnUpdate::default(),
            on_unknown: OnUnknown::default(),
            controllers: Vec::new(),
            rules: checks.into_iter().map(rule).collect(),
            kinds: KindSet::WORKLOADS,
            namespaces: Selector::default(),
            objects: Selector::default(),
            conditions: Vec::new(),
            created: None,
            launch: None,
            exceptions: ExceptionRule::default(),
            metrics: None,
        }
    }

    /// Whether it covers a workload in a namespace of these labels.
    pub fn coverage(&self, workload: &Workload, namespace: &Labels) -> Coverage<'_> {
        let is_selected = self.kinds.contains(workload.kind())
            && self.objects.matches(&workload.meta.labels)
            && self.namespaces.matches(namespace);
        match is_selected {
            true => Coverage::by(&self.conditions, workload),
            false => Coverage::No,
        }
    }

    /// Whether it covers a namespace of these labels, for objects that concern no workload.
    pub fn covers_namespace(&self, namespace: &Labels) -> bool {
        self.objects.is_empty() && self.conditions.is_empty() && self.selects(namespace)
    }

    /// Whether it covers workloads in namespaces of these labels.
    pub(super) fn selects(&self, namespace: &Labels) -> bool {
        self.namespaces.matches(namespace)
    }

    /// Whether it covers workloads in namespaces of whatever labels.
    pub(super) fn is_for_every_namespace(&self) -> bool {
        self.namespaces.is_empty()
    }

    /// The kinds of workloads that it covers.
    pub fn kinds(&self) -> KindSet {
        self.kinds
    }

    /// The conditions that a workload must meet for it to be covered.
    pub fn conditions(&self) -> &[MatchCondition] {
        &self.conditions
    }
}

fn rules(spec: &ReadinessPolicySpec, checklists: &Checklists) -> Result<Vec<Rule>, PolicyError> {
    let listed = spec.checks.as_deref().unwrap_or_default();
    let named: Vec<&str> = match &spec.checklists {
        Some(names) => names.iter().map(String::as_str).collect(),
        None if spec.checks.is_none() => vec![checklist::DEFAULT],
        None => Vec::new(),
    };
    let mut wanted: BTreeMap<&'static str, (&'static Check, Option<Severity>)> = BTreeMap::new();
    for name in named {
        let checklist = checklists
            .find(name)
            .ok_or_else(|| PolicyError::UnknownChecklist(name.to_owned()))?;
        for item in &checklist.items {
            let Way::Checks(checks) = &item.way else {
                continue;
            };
            for check in checks.iter().filter(|check| !check.judges_launches()) {
                let entry = wanted.entry(check.id).or_insert((check, None));
                entry.1 = entry.1.max(Some(item.severity));
            }
        }
    }
    let mut by_id: BTreeMap<&'static str, &CheckRule> = BTreeMap::new();
    for rule in listed {
        let check =
            checks::find(&rule.id).ok_or_else(|| PolicyError::UnknownCheck(rule.id.clone()))?;
        if let (Some(severity), None) = (&rule.severity, rule.severity()) {
            return Err(PolicyError::UnknownSeverity {
                check: rule.id.clone(),
                severity: severity.clone(),
            });
        }
        wanted.entry(check.id).or_insert((check, None));
        by_id.insert(check.id, rule);
    }
    let mut params = params(spec)?;
    let rules = wanted.into_values().map(|(check, from_checklist)| {
        let rule = by_id.get(check.id);
        let severity = rule
            .and_then(|rule| rule.severity())
            .or(from_checklist)
            .unwrap_or(check.severity);
        let named = rule.and_then(|rule| rule.action);
        let action = named.unwrap_or_else(|| Actions::of(&spec.actions, severity));
        Rule {
            check,
            params: params.remove(check.id).unwrap_or_default(),
            severity,
            action,
            by_name: named.is_some(),
        }
    });
    Ok(rules.collect())
}

fn selector(
    field: &'static str,
    selector: Option<&LabelSelector>,
) -> Result<Selector, PolicyError> {
    selector.map_or(Ok(Selector::default()), |selector| {
        crate::api::selector::parse(selector).map_err(|key| PolicyError::Selector { field, key })
    })
}

fn conditions(written: &[crate::api::MatchCondition]) -> Result<Vec<MatchCondition>, PolicyError> {
    let mut names = BTreeSet::new();
    let mut compiled = Vec::with_capacity(written.len());
    for condition in written {
        if !names.insert(&condition.name) {
            return Err(PolicyError::ConditionTwice(condition.name.clone()));
        }
        let condition =
            MatchCondition::compile(condition).map_err(|source| PolicyError::Condition {
                name: condition.name.clone(),
                source,
            })?;
        compiled.push(condition);
    }
    Ok(compiled)
}

/// The parameters that a policy sets, also of checks that it does not ask for: a mistake there is one all the same.
fn params(spec: &ReadinessPolicySpec) -> Result<BTreeMap<&'static str, Params>, PolicyError> {
    let parse = |(id, given): (&String, &Value)| {
        let check = checks::find(id).ok_or_else(|| PolicyError::UnknownParams(id.clone()))?;
        let given = given
            .as_object()
            .ok_or(PolicyError::ParamsShape(check.id))?;
        Ok((check.id, Params::parse(check, given)?))
    };
    spec.params.iter().map(parse).collect()
}
