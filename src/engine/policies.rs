//! The policies in force, together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Conditions, Coverage, MatchCondition, Plan, Policy};
use crate::api::Action;
use crate::inventory::{Sight, View};
use crate::model::{Key, Kind, KindSet, Labels, Release, Text, Workload};

/// Every policy in force. What those that cover a workload ask for together is worked out once for each combination.
#[derive(Debug, Default)]
pub struct PolicySet {
    policies: Vec<Arc<Policy>>,
    conditions: Conditions,
    plans: Mutex<BTreeMap<Combination, Arc<Plan>>>,
}

/// The policies that cover a workload, by their places; and of those that may not be meant, the name of the condition that does
/// not say.
type Combination = Vec<(u16, Option<Text>)>;

/// A policy that covers a workload.
#[derive(Clone, Copy, Debug)]
pub struct Covering<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The condition that cannot be evaluated, where one cannot: it denies nothing then.
    pub doubt: Option<&'a MatchCondition>,
}

impl<'a> Covering<'a> {
    fn of(policy: &'a Policy, coverage: Coverage<'a>) -> Option<Self> {
        let doubt = match coverage {
            Coverage::Yes => None,
            Coverage::InDoubt(condition) => Some(condition),
            Coverage::No | Coverage::Unasked => return None,
        };
        Some(Self { policy, doubt })
    }

    /// The action, as far as it goes where the policy may not be meant.
    pub fn at_most(&self, action: Action) -> Action {
        match self.doubt {
            Some(_) => action.min(Action::Warn),
            None => action,
        }
    }
}

impl PolicySet {
    /// The set of these policies.
    pub fn new(policies: impl IntoIterator<Item = Policy>) -> Self {
        let mut policies: Vec<_> = policies.into_iter().map(Arc::new).collect();
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            conditions: Conditions::of(policies.iter().map(|policy| &**policy)),
            policies,
            plans: Mutex::default(),
        }
    }

    /// The same policies for a release of Kubernetes, whatever they say of it.
    pub fn for_release(self, release: Release) -> Self {
        let policies = self.policies.into_iter().map(|policy| {
            let mut policy = Arc::unwrap_or_clone(policy);
            for rule in &mut policy.rules {
                rule.params.set_release(rule.check, release);
            }
            policy
        });
        Self::new(policies)
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

    /// What their match conditions ask.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// Whether a workload must be read again before it is known which policies cover it.
    pub fn awaits(&self, view: View<'_>, workload: &Workload) -> bool {
        if self.conditions.is_empty() {
            return false;
        }
        let namespace = self.namespace_labels(view, &workload.meta.key.namespace);
        self.iter()
            .any(|policy| matches!(policy.coverage(workload, &namespace), Coverage::Unasked))
    }

    /// What the policies that cover a workload ask for; `None` where none covers it. A policy of which it is not
    /// [known](PolicySet::awaits) is left out.
    pub fn plan(&self, view: View<'_>, workload: &Workload) -> Option<Arc<Plan>> {
        let namespace = self.namespace_labels(view, &workload.meta.key.namespace);
        self.plan_of(|policy| policy.coverage(workload, &namespace))
    }

    /// What the policies that cover a namespace ask for; `None` where none covers it.
    pub fn namespace_plan(&self, view: View<'_>, namespace: &Text) -> Option<Arc<Plan>> {
        let labels = self.namespace_labels(view, namespace);
        self.plan_of(|policy| match policy.covers_namespace(&labels) {
            true => Coverage::Yes,
            false => Coverage::No,
        })
    }

    /// The policies that cover a workload, by name.
    pub fn covering<'a>(
        &'a self,
        view: View<'a>,
        workload: &'a Workload,
    ) -> impl Iterator<Item = Covering<'a>> {
        let namespace = self.namespace_labels(view, &workload.meta.key.namespace);
        self.iter()
            .filter_map(move |policy| Covering::of(policy, policy.coverage(workload, &namespace)))
    }

    /// The policies of a namespace, by name: those that cover some of its workloads.
    pub fn of_namespace<'a>(
        &'a self,
        view: View<'a>,
        namespace: &Text,
    ) -> impl Iterator<Item = &'a Policy> {
        let labels = self.namespace_labels(view, namespace);
        self.iter().filter(move |policy| policy.selects(&labels))
    }

    fn plan_of<'a>(&'a self, coverage: impl Fn(&'a Policy) -> Coverage<'a>) -> Option<Arc<Plan>> {
        let covering = (0_u16..).zip(&self.policies).filter_map(|(at, policy)| {
            let doubt = Covering::of(policy, coverage(policy))?.doubt;
            Some((at, doubt.map(|condition| condition.name.clone())))
        });
        let covering: Combination = covering.collect();
        if covering.is_empty() {
            return None;
        }
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(&covering) {
            return Some(plan.clone());
        }
        let policies = covering.iter().map(|(at, doubt)| {
            let policy = self.policies[usize::from(*at)].clone();
            let mut conditions = policy.conditions().iter();
            let doubt = conditions.find(|condition| Some(&condition.name) == doubt.as_ref());
            let doubt = doubt.cloned();
            (policy, doubt)
        });
        let plan = Arc::new(Plan::merge(policies.collect()));
        plans.insert(covering, plan.clone());
        Some(plan)
    }

    /// The labels of a namespace, with the one that every namespace has: a manifest may leave it out, and a namespace whose record
    /// is not here has it as well. None where no policy looks at them.
    fn namespace_labels<'v>(&self, view: View<'v>, namespace: &Text) -> Cow<'v, Labels> {
        const NAME: &str = "kubernetes.io/metadata.name";
        if self.iter().all(Policy::is_for_every_namespace) {
            return Cow::Owned(Labels::default());
        }
        let known = view.get(&Key::new(Kind::Namespace, "", namespace.clone()));
        match known.map(|object| &object.meta().labels) {
            Some(labels) if labels.get(NAME) == Some(namespace) => Cow::Borrowed(labels),
            Some(labels) => Cow::Owned(labels.with(NAME, namespace)),
            None => Cow::Owned(Labels::default().with(NAME, namespace)),
        }
    }
}
