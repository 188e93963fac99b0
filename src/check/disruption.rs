//! How many pods a PodDisruptionBudget spares, as Kubernetes' disruption controller computes it
//! (`getExpectedPodCount` and `updatePdbStatus` of `pkg/controller/disruption`).

use crate::model::{IntOrPercent, PodDisruptionBudget};

/// What a budget asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand<'a> {
    /// `minAvailable`: so many must stay.
    Keep(&'a IntOrPercent),
    /// `maxUnavailable`: so many may go.
    Spare(&'a IntOrPercent),
    /// Neither is set.
    Nothing,
    /// Both are set, which the API server refuses.
    Both,
}

/// The pods of one workload under a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covered {
    /// Of a kind with the scale subresource: at least so many, unless it is scaled to nothing.
    Scaled(i32),
    /// One pod that nothing controls.
    Single,
    /// One pod whose controller is not here: it may have a scale or none.
    Foreign,
    /// Nobody knows how many, of a controller that is not known here.
    Unsaid,
    /// One on each of some nodes (DaemonSet), without a scale.
    PerNode,
    /// Pods that end (Job, CronJob), without a scale.
    Ending,
}

/// What becomes of an eviction, when all pods are healthy and there are as few as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eviction {
    /// So many pods may go, one at least.
    Allowed(i32),
    /// There is no pod.
    NoPods,
    /// All pods that are sure to run must stay.
    Refused {
        /// How many are sure to run.
        healthy: i32,
        /// How many must stay.
        desired: i32,
    },
    /// The controller gives up, as it cannot ask this workload (by its place) for its scale.
    NoScale(usize),
    /// Nothing has a scale that a share or `maxUnavailable` could be of.
    NothingScaled,
    /// The budget does not say what it allows, and so it allows nothing.
    NoDemand,
    /// Whether it is allowed depends on how many nodes there are, by the DaemonSet at this place.
    PerNode(usize),
    /// Whether it is allowed depends on the controller of the pod at this place.
    Foreign(usize),
    /// More than all pods must stay. The API server refuses it now; a budget that is older holds.
    MoreThanAll,
    /// The API server refuses such a budget.
    Invalid,
}

impl<'a> Demand<'a> {
    /// Of a budget.
    pub fn of(budget: &'a PodDisruptionBudget) -> Self {
        match (&budget.min_available, &budget.max_unavailable) {
            (Some(_), Some(_)) => Self::Both,
            (Some(stay), None) => Self::Keep(stay),
            (None, Some(go)) => Self::Spare(go),
            (None, None) => Self::Nothing,
        }
    }

    /// Whether no pod may ever go, whatever the budget covers.
    pub fn is_absolute(self) -> bool {
        match self {
            Self::Keep(part) => matches!(part, IntOrPercent::Percent(100..)),
            Self::Spare(part) => matches!(part, IntOrPercent::Int(0) | IntOrPercent::Percent(0)),
            Self::Nothing => true,
            Self::Both => false,
        }
    }
}

/// What becomes of the eviction of a covered pod.
///
/// More replicas never make it less likely to be allowed, so that the fewest decide.
pub fn eviction(demand: Demand<'_>, covered: &[Covered]) -> Eviction {
    let part = match demand {
        Demand::Keep(part) | Demand::Spare(part) if part.is_part() => part,
        Demand::Keep(IntOrPercent::Percent(101..)) => return Eviction::MoreThanAll,
        Demand::Keep(_) | Demand::Spare(_) | Demand::Both => return Eviction::Invalid,
        Demand::Nothing => return Eviction::NoDemand,
    };
    if covered.is_empty() {
        return Eviction::NoPods;
    }
    let place = |wanted: &[Covered]| covered.iter().position(|group| wanted.contains(group));
    if let Some(place) = place(&[Covered::Unsaid]).filter(|_| !demand.is_absolute()) {
        return Eviction::Foreign(place);
    }
    let scaled = covered.iter().map(|group| match group {
        Covered::Scaled(replicas) => *replicas,
        _ => 0,
    });
    let scale = scaled.fold(0, i32::saturating_add);
    let single = covered
        .iter()
        .filter(|group| matches!(group, Covered::Single | Covered::Foreign))
        .count();
    // Who evicts a pod has one, even where none is sure to be there.
    let sure = scale
        .saturating_add(i32::try_from(single).unwrap_or(i32::MAX))
        .max(1);
    if let (Demand::Keep(_), IntOrPercent::Int(desired)) = (demand, part) {
        return match (sure - desired, place(&[Covered::PerNode])) {
            (1.., _) => Eviction::Allowed(sure - desired),
            (_, Some(daemon_set)) => Eviction::PerNode(daemon_set),
            (_, None) => Eviction::Refused {
                healthy: sure,
                desired: *desired,
            },
        };
    }
    // All other demands need the scale of every controller. A pod without one is counted as healthy, not as expected.
    if let Some(place) = place(&[Covered::PerNode, Covered::Ending]) {
        return Eviction::NoScale(place);
    }
    if let Some(place) = place(&[Covered::Foreign]) {
        return Eviction::Foreign(place);
    }
    if scale == 0 && single > 0 {
        return Eviction::NothingScaled;
    }
    let expected = scale.max(1);
    let amount = part.of_rounded_up(expected).unwrap_or(0);
    let desired = match demand {
        Demand::Spare(_) => expected.saturating_sub(amount).max(0),
        _ => amount,
    };
    if sure > desired {
        Eviction::Allowed(sure - desired)
    } else {
        Eviction::Refused {
            healthy: sure,
            desired,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Covered, Demand, Eviction, eviction};
    use crate::model::IntOrPercent;

    /// A pod as the controller sees it: by whom it is controlled, if by anybody.
    type Controller = Option<usize>;

    /// How many evictions Kubernetes allows of healthy pods: a transcription of `getExpectedPodCount`, `getExpectedScale` and
    /// `updatePdbStatus`. An error of the controller allows none (`failSafe`).
    fn disruptions_allowed(
        demand: Demand<'_>,
        pods: &[Controller],
        scales: &BTreeMap<usize, Option<i32>>,
    ) -> i32 {
        let expected_scale = || -> Option<i32> {
            let mut controller_scale = BTreeMap::new();
            for controller in pods {
                let Some(controller) = controller else {
                    continue;
                };
                controller_scale.insert(controller, scales[controller]?);
            }
            Some(controller_scale.values().sum())
        };
        let scaled = |part: &IntOrPercent, total: i32| match part {
            IntOrPercent::Int(value) => *value,
            IntOrPercent::Percent(percent) => {
                (f64::from(*percent) * f64::from(total) / 100.0).ceil() as i32
            }
            IntOrPercent::Invalid(_) => unreachable!("none is generated"),
        };
        let (expected, desired) = match demand {
            Demand::Spare(part) => {
                let Some(expected) = expected_scale() else {
                    return 0;
                };
                (expected, (expected - scaled(part, expected)).max(0))
            }
            Demand::Keep(IntOrPercent::Int(desired)) => (pods.len() as i32, *desired),
            Demand::Keep(part) => {
                let Some(expected) = expected_scale() else {
                    return 0;
                };
                (expected, scaled(part, expected))
            }
            Demand::Nothing | Demand::Both => (0, 0),
        };
        let allowed = pods.len() as i32 - desired;
        if expected <= 0 || allowed <= 0 {
            0
        } else {
            allowed
        }
    }

    /// Numbers of pods that a workload may have.
    fn counts(group: Covered) -> Vec<i32> {
        match group {
            Covered::Scaled(floor) => (floor..floor + 4).collect(),
            Covered::Single => vec![1],
            Covered::PerNode => (0..12).collect(),
            Covered::Ending => (0..4).collect(),
            Covered::Foreign | Covered::Unsaid => unreachable!("none is generated"),
        }
    }

    /// What Kubernetes allows for every possible number of pods, where there is one.
    fn possible(demand: Demand<'_>, covered: &[Covered]) -> Vec<i32> {
        let mut states = vec![Vec::new()];
        for group in covered {
            let longer = |state: &Vec<i32>| {
                counts(*group)
                    .into_iter()
                    .map(|count| [state.clone(), vec![count]].concat())
                    .collect::<Vec<_>>()
            };
            states = states.iter().flat_map(longer).collect();
        }
        let allowed = states.into_iter().filter_map(|counts| {
            let (mut pods, mut scales) = (Vec::new(), BTreeMap::new());
            for (place, (group, count)) in covered.iter().zip(counts).enumerate() {
                let controller = (*group != Covered::Single).then_some(place);
                pods.extend((0..count).map(|_| controller));
                scales.insert(place, matches!(group, Covered::Scaled(_)).then_some(count));
            }
            (!pods.is_empty()).then(|| disruptions_allowed(demand, &pods, &scales))
        });
        allowed.collect()
    }

    fn part() -> impl Strategy<Value = IntOrPercent> {
        prop_oneof![
            (0..9).prop_map(IntOrPercent::Int),
            (0..=100).prop_map(IntOrPercent::Percent)
        ]
    }

    fn group() -> impl Strategy<Value = Covered> {
        prop_oneof![
            6 => (0..6).prop_map(Covered::Scaled),
            2 => Just(Covered::Single),
            1 => Just(Covered::PerNode),
            1 => Just(Covered::Ending),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn evictions_are_what_the_controller_allows(
            part in part(),
            keep in any::<bool>(),
            covered in prop::collection::vec(group(), 0..4),
        ) {
            let demand = if keep { Demand::Keep(&part) } else { Demand::Spare(&part) };
            let possible = possible(demand, &covered);
            let (fewest, most) = (possible.iter().min(), possible.iter().max());
            match eviction(demand, &covered) {
                Eviction::Allowed(allowed) => prop_assert_eq!(fewest, Some(&allowed)),
                Eviction::NoPods => prop_assert!(possible.is_empty()),
                Eviction::PerNode(_) => prop_assert!(fewest == Some(&0) && most > Some(&0)),
                Eviction::Refused { .. } | Eviction::NoScale(_) | Eviction::NothingScaled => {
                    prop_assert_eq!(fewest, Some(&0));
                }
                other => prop_assert!(false, "{:?}", other),
            }
            if demand.is_absolute() && covered.iter().all(|group| matches!(group, Covered::Scaled(_))) {
                prop_assert!(possible.iter().all(|allowed| *allowed == 0));
            }
        }

        #[test]
        fn a_budget_that_says_nothing_allows_nothing(covered in prop::collection::vec(group(), 0..4)) {
            prop_assert!(possible(Demand::Nothing, &covered).iter().all(|allowed| *allowed == 0));
            prop_assert_eq!(eviction(Demand::Nothing, &covered), Eviction::NoDemand);
        }
    }
}
