//! Policies, parsed once.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde_json::Value;

use super::Plan;
use crate::api::{
    Action, Actions, CheckRule, ExceptionRule, LaunchRule, MetricsRule, OnUnknown, OnUpdate,
    ReadinessPolicySpec,
};
use crate::check::{Check, ParamError, Params};
use crate::checklist::{self, Checklists, Way};
use crate::checks;
use crate::inventory::{Sight, View};
use crate::model::{Key, Kind, KindSet, Labels, Selector, Severity, Text, Workload};

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
            created: None,
            launch: None,
            exceptions: ExceptionRule::default(),
            metrics: None,
        }
    }

    /// Whether it covers a workload in a namespace of these labels.
    pub fn covers(&self, workload: &Workload, namespace: &Labels) -> bool {
        self.kinds.contains(workload.kind())
            && self.objects.matches(&workload.meta.labels)
            && self.namespaces.matches(namespace)
    }

    /// Whether it covers a namespace of these labels, for objects that concern no workload.
    pub fn covers_namespace(&self, namespace: &Labels) -> bool {
        self.objects.is_empty() && self.namespaces.matches(namespace)
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

/// Every policy in force. What those that cover a workload ask for together is worked out once for each combination.
#[derive(Debug, Default)]
pub struct PolicySet {
    policies: Vec<Arc<Policy>>,
    plans: Mutex<HashMap<Vec<u16>, Arc<Plan>>>,
}

impl PolicySet {
    /// The set of these policies.
    pub fn new(policies: impl IntoIterator<Item = Policy>) -> Self {
        let mut policies: Vec<_> = policies.into_iter().map(Arc::new).collect();
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            policies,
            plans: Mutex::default(),
        }
    }

    /// The policies, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().map(|policy| &**policy)
    }

    /// The kinds that some policy's checks judge or look up.
    pub fn kinds(&self) -> KindSet {
        let checks = self
            .iter()
            .flat_map(|policy| &policy.rules)
            .map(|rule| rule.check);
        checks.fold(KindSet::NONE, |kinds, check| {
            kinds.union(check.subjects).union(check.reads)
        })
    }

    /// What the policies' checks look at. Where none is about what runs, nothing that happens to pods needs to be judged.
    pub fn sight(&self) -> Sight {
        let mut rules = self.iter().flat_map(|policy| &policy.rules);
        if rules.any(|rule| rule.check.sees_running()) {
            Sight::Running
        } else {
            Sight::Declared
        }
    }

    /// What the policies that cover a workload ask for; `None` where none covers it.
    pub fn plan(&self, view: View<'_>, workload: &Workload) -> Option<Arc<Plan>> {
        let namespace = namespace_labels(view, &workload.meta.key.namespace);
        self.plan_of(|policy| policy.covers(workload, &namespace))
    }

    /// What the policies that cover a namespace ask for; `None` where none covers it.
    pub fn namespace_plan(&self, view: View<'_>, namespace: &Text) -> Option<Arc<Plan>> {
        let labels = namespace_labels(view, namespace);
        self.plan_of(|policy| policy.covers_namespace(&labels))
    }

    /// The policies that cover a workload, by name.
    pub fn covering<'a>(
        &'a self,
        view: View<'a>,
        workload: &'a Workload,
    ) -> impl Iterator<Item = &'a Policy> {
        let namespace = namespace_labels(view, &workload.meta.key.namespace);
        self.iter()
            .filter(move |policy| policy.covers(workload, &namespace))
    }

    /// The policies of a namespace, by name: those that cover some of its workloads.
    pub fn of_namespace<'a>(
        &'a self,
        view: View<'a>,
        namespace: &Text,
    ) -> impl Iterator<Item = &'a Policy> {
        let labels = namespace_labels(view, namespace);
        self.iter()
            .filter(move |policy| policy.namespaces.matches(&labels))
    }

    fn plan_of(&self, covers: impl Fn(&Policy) -> bool) -> Option<Arc<Plan>> {
        let covering = (0_u16..)
            .zip(&self.policies)
            .filter(|(_, policy)| covers(policy));
        let covering: Vec<u16> = covering.map(|(at, _)| at).collect();
        if covering.is_empty() {
            return None;
        }
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(&covering) {
            return Some(plan.clone());
        }
        let policies = covering
            .iter()
            .map(|at| self.policies[usize::from(*at)].clone());
        let plan = Arc::new(Plan::merge(policies.collect()));
        plans.insert(covering, plan.clone());
        Some(plan)
    }
}

/// The labels of a namespace, with the one that every namespace has: a manifest may leave it out, and a namespace whose record
/// is not here has it as well.
fn namespace_labels<'a>(view: View<'a>, namespace: &Text) -> Cow<'a, Labels> {
    const NAME: &str = "kubernetes.io/metadata.name";
    let known = view.get(&Key::new(Kind::Namespace, "", namespace.clone()));
    match known.map(|object| &object.meta().labels) {
        Some(labels) if labels.get(NAME) == Some(namespace) => Cow::Borrowed(labels),
        Some(labels) => Cow::Owned(labels.with(NAME, namespace)),
        None => Cow::Owned(Labels::default().with(NAME, namespace)),
    }
}
