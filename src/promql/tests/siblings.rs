//! Among workloads of related names, a pattern matches the pods of its own and no others.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::names::matches;
use crate::model::Kind;
use crate::promql::{indexed_pods_pattern, pods_pattern};

const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
const HASH: &[u8] = b"bcdf456789";

#[derive(Clone, Debug)]
struct Workload {
    kind: Kind,
    name: String,
    hashes: Vec<String>,
    indexed: bool,
    /// Random ends, also used as ordinals.
    ends: Vec<String>,
}

fn letters(
    alphabet: &'static [u8],
    length: std::ops::RangeInclusive<usize>,
) -> impl Strategy<Value = String> {
    prop::collection::vec(select(alphabet), length)
        .prop_map(|bytes| bytes.into_iter().map(char::from).collect())
}

/// Names that begin, go on and end like each other.
fn name() -> impl Strategy<Value = String> {
    let part = select(vec![
        "web", "api", "v2", "0", "1", "28391234", "bcdfg", "a.b",
    ]);
    prop::collection::vec(part, 1..=3).prop_map(|parts| parts.join("-"))
}

fn workload() -> impl Strategy<Value = Workload> {
    let kinds = vec![
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::Job,
        Kind::CronJob,
        Kind::Pod,
    ];
    (
        select(kinds),
        name(),
        prop::collection::vec(letters(HASH, 9..=10), 1..=3),
        any::<bool>(),
        prop::collection::vec(letters(ALPHABET, 5..=5), 1..=2),
    )
        .prop_map(|(kind, name, hashes, indexed, ends)| Workload {
            kind,
            name,
            hashes,
            indexed: indexed && matches!(kind, Kind::Job | Kind::CronJob),
            ends,
        })
}

impl Workload {
    fn pattern(&self) -> String {
        let pattern = if self.indexed {
            indexed_pods_pattern(self.kind, &self.name)
        } else {
            pods_pattern(self.kind, &self.name, &self.hashes)
        };
        pattern.unwrap()
    }

    /// What the API server appends its random characters to; none where names are not random.
    fn prefixes(&self) -> Vec<String> {
        let name = &self.name;
        let numbered = |of: &str| [0, 1, 11].map(|index| format!("{of}-{index}-")).to_vec();
        match (self.kind, self.indexed) {
            (Kind::Deployment, _) => {
                let hashes = self.hashes.iter();
                hashes.map(|hash| format!("{name}-{hash}-")).collect()
            }
            (Kind::CronJob, false) => vec![format!("{name}-28391234-")],
            (Kind::CronJob, true) => numbered(&format!("{name}-28391234")),
            (Kind::Job, true) => numbered(name),
            (Kind::StatefulSet | Kind::Pod, _) => vec![],
            _ => vec![format!("{name}-")],
        }
    }

    /// As the controllers name them.
    fn pods(&self) -> Vec<String> {
        let name = &self.name;
        match self.kind {
            Kind::StatefulSet => vec![format!("{name}-0"), format!("{name}-11")],
            Kind::Pod => vec![name.clone()],
            _ => {
                let ends =
                    |prefix: String| self.ends.iter().map(move |end| format!("{prefix}{end}"));
                self.prefixes().into_iter().flat_map(ends).collect()
            }
        }
    }

    /// What no pattern can tell apart: a DaemonSet and a Job of one name, a Job `web-1` and an indexed Job `web`. A
    /// bare Pod may have any name.
    fn is_indistinct_from(&self, other: &Self) -> bool {
        let (own, others) = (self.prefixes(), other.prefixes());
        let is_called_so =
            |pod: &Self, of: &Self| pod.kind == Kind::Pod && matches(&of.pattern(), &pod.name);
        is_called_so(other, self)
            || is_called_so(self, other)
            || own.iter().any(|prefix| others.contains(prefix))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_pattern_matches_its_own_pods_and_no_others(one in workload(), other in workload()) {
        let pattern = one.pattern();
        for pod in one.pods() {
            prop_assert!(matches(&pattern, &pod), "{} {}", pattern, pod);
        }
        let same = one.kind == other.kind && one.name == other.name;
        if !same && !one.is_indistinct_from(&other) {
            for pod in other.pods() {
                prop_assert!(!matches(&pattern, &pod), "{:?} {} matches {} of {:?}", one.kind, pattern, pod, other);
            }
        }
    }

    /// Only the hashes that it was given.
    #[test]
    fn a_deployments_pods_are_those_of_the_given_replica_sets(
        (all, some) in prop::collection::vec(letters(HASH, 1..=10), 1..=6)
            .prop_flat_map(|all| (Just(all.clone()), subsequence(all.clone(), 1..=all.len()))),
        name in "[a-z]([-a-z0-9]{0,50}[a-z0-9])?",
        end in letters(ALPHABET, 5..=5),
    ) {
        let pattern = pods_pattern(Kind::Deployment, &name, &some).unwrap();
        // What is left of a name when Kubernetes has cut it.
        let pod = |hash: &String| {
            let prefix = format!("{name}-{hash}-");
            format!("{}{end}", &prefix[..prefix.len().min(58)])
        };
        let own: BTreeSet<String> = some.iter().map(pod).collect();
        for hash in &all {
            prop_assert_eq!(matches(&pattern, &pod(hash)), own.contains(&pod(hash)), "{} {}", pattern, pod(hash));
        }
    }
}
