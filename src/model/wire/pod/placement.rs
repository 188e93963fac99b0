//! Where pods may run, on the wire.

use crate::model::placement::{Counted, Flaw, SpreadField};
use crate::model::wire::fields::fields;
use crate::model::wire::scalar::{Length, List, Pairs, Str};
use crate::model::wire::selectors::LabelSelector;
use crate::model::wire::text;
use crate::model::{Labels, Selector, Spread, Text};

fields! {
    pub(super) struct Affinity {
        node_affinity: Option<NodeAffinity>,
        pod_anti_affinity: Option<PodAntiAffinity>,
    }

    struct NodeAffinity {
        required_during_scheduling_ignored_during_execution: Option<NodeSelector>,
        preferred_during_scheduling_ignored_during_execution: Length,
    }

    struct NodeSelector {
        node_selector_terms: Length,
    }

    struct PodAntiAffinity {
        required_during_scheduling_ignored_during_execution: List<Term>,
        preferred_during_scheduling_ignored_during_execution: List<WeightedTerm>,
    }

    struct WeightedTerm {
        pod_affinity_term: Term,
    }

    struct Term {
        topology_key: Option<Str>,
        label_selector: Option<LabelSelector>,
        namespaces: List<Str>,
        namespace_selector: Option<LabelSelector>,
        mismatch_label_keys: List<Str>,
    }

    pub(super) struct Constraint {
        max_skew: Option<i64>,
        min_domains: Option<i64>,
        when_unsatisfiable: Option<Str>,
        topology_key: Option<Str>,
        label_selector: Option<LabelSelector>,
    }
}

/// The pods that a workload makes: their labels and namespace.
pub(super) struct Own<'a> {
    pub(super) labels: &'a Labels,
    pub(super) namespace: &'a Text,
}

/// Whether the pods ask for certain nodes at all.
pub(super) fn chooses_nodes(selector: &Pairs, affinity: Option<&Affinity>) -> bool {
    let affinity = affinity.and_then(|affinity| affinity.node_affinity.as_ref());
    let has_terms = affinity.is_some_and(|affinity| {
        let required = &affinity.required_during_scheduling_ignored_during_execution;
        affinity
            .preferred_during_scheduling_ignored_during_execution
            .0
            > 0
            || required
                .as_ref()
                .is_some_and(|required| required.node_selector_terms.0 > 0)
    });
    has_terms || selector.iter().next().is_some()
}

/// What keeps the pods apart.
pub(super) fn spreads(
    constraints: List<Constraint>,
    affinity: Option<Affinity>,
    own: &Own<'_>,
) -> Box<[Spread]> {
    let anti = affinity
        .and_then(|affinity| affinity.pod_anti_affinity)
        .unwrap_or_default();
    let constraints = (0_u16..).zip(constraints.0).map(|(at, constraint)| Spread {
        field: SpreadField::Constraint(at),
        flaw: constraint.flaw(),
        topology_key: text(constraint.topology_key),
        counts: own.counted(constraint.label_selector),
    });
    let required = anti.required_during_scheduling_ignored_during_execution.0;
    let required = (0_u16..)
        .zip(required)
        .map(|(at, term)| own.term(SpreadField::Required(at), term));
    let preferred = anti.preferred_during_scheduling_ignored_during_execution.0;
    let preferred = (0_u16..)
        .zip(preferred)
        .map(|(at, term)| own.term(SpreadField::Preferred(at), term.pod_affinity_term));
    constraints.chain(required).chain(preferred).collect()
}

impl Constraint {
    fn flaw(&self) -> Option<Flaw> {
        let unsatisfiable = self.when_unsatisfiable.as_ref().map_or("", |name| &*name.0);
        let must = unsatisfiable == "DoNotSchedule";
        if self.max_skew.is_none_or(|skew| skew < 1) {
            Some(Flaw::MaxSkew)
        } else if self
            .topology_key
            .as_ref()
            .is_none_or(|key| key.0.is_empty())
        {
            Some(Flaw::TopologyKey)
        } else if !must && unsatisfiable != "ScheduleAnyway" {
            Some(Flaw::WhenUnsatisfiable)
        } else if self.min_domains.is_some_and(|domains| domains < 1 || !must) {
            Some(Flaw::MinDomains)
        } else {
            None
        }
    }
}

impl Own<'_> {
    fn counted(&self, selector: Option<LabelSelector>) -> Counted {
        match selector.map(LabelSelector::record) {
            None => Counted::None,
            Some(selector) if selector.matches(self.labels) => Counted::Own,
            Some(_) => Counted::Others,
        }
    }

    fn term(&self, field: SpreadField, term: Term) -> Spread {
        // The scheduler adds the pod's own values of these keys to what a pod must not have to count.
        let excludes_own = |key: &Str| self.labels.get(&key.0).is_some();
        let counts = match self.counted(term.label_selector) {
            Counted::Own if term.mismatch_label_keys.0.iter().any(excludes_own) => Counted::Others,
            Counted::Own => self.reached(
                &term.namespaces,
                term.namespace_selector.map(LabelSelector::record),
            ),
            other => other,
        };
        Spread {
            field,
            flaw: None,
            topology_key: text(term.topology_key),
            counts,
        }
    }

    /// Of pods with the right labels, those of some namespaces are counted: of the pod's own where nothing is said.
    fn reached(&self, namespaces: &List<Str>, selector: Option<Selector>) -> Counted {
        let names_own = namespaces.0.iter().any(|name| name.0 == *self.namespace);
        match selector {
            None if namespaces.0.is_empty() || names_own => Counted::Own,
            Some(selector) if names_own || selector.is_empty() => Counted::Own,
            None => Counted::Others,
            Some(_) => Counted::Unclear,
        }
    }
}
