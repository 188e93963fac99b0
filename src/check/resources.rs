//! What the checks on requests and limits share.

use super::{Context, Findings, Judgement};
use crate::model::{Amount, Container, Kind, LimitRangeItem, Place, Quantity, Resource, Workload};

/// Which of the two a check asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// `resources.requests`.
    Request,
    /// `resources.limits`.
    Limit,
}

impl Bound {
    const fn field(self) -> &'static str {
        match self {
            Self::Request => "requests",
            Self::Limit => "limits",
        }
    }

    const fn singular(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Limit => "limit",
        }
    }

    /// What an amount of 0 comes to. Kubernetes takes it for none (`ComputePodQOS`), and so does a container runtime.
    const fn meaning_of_zero(self) -> &'static str {
        match self {
            Self::Request => "sets nothing aside",
            Self::Limit => "is no limit",
        }
    }

    fn of_container(self, container: &Container, resource: Resource) -> Option<&Amount> {
        match self {
            Self::Request => container.resources.request(resource),
            Self::Limit => container.resources.limit(resource),
        }
    }

    /// The one of the pod as a whole, which its containers share (KEP-2837).
    fn of_pod(self, workload: &Workload, resource: Resource) -> Option<&Amount> {
        // A pod has none on its node's disk.
        if resource == Resource::EphemeralStorage {
            return None;
        }
        let pod = workload.pod.resources();
        let own = pod.requests.get(resource);
        // The API server gives a pod that has any limit of its own the sum of its containers' requests
        // (`defaultPodRequests`); where none has one, its limit.
        let limited = pod.limits.bound_a_pod();
        let sum = || {
            let containers = workload.pod.containers.iter().filter(|_| limited);
            let requests = containers.filter_map(|container| container.resources.request(resource));
            requests
                .max_by_key(|amount| matches!(amount, Amount::Set(quantity) if !quantity.is_zero()))
        };
        match self {
            Self::Request => own.or_else(sum).or_else(|| pod.limit(resource)),
            Self::Limit => pod.limit(resource),
        }
    }

    fn of_limit_range(self, item: &LimitRangeItem, resource: Resource) -> Option<&Amount> {
        // A limit that a LimitRange sets becomes the request as well only through its own defaultRequest, which the
        // record has filled in.
        match self {
            Self::Request => item.requests.get(resource),
            Self::Limit => item.limits.get(resource),
        }
    }
}

/// Every container that takes resources has this bound on this resource: its own, the pod's, or one that a LimitRange of the
/// namespace will set.
pub fn require(
    context: &Context<'_>,
    workload: &Workload,
    (bound, resource): (Bound, Resource),
    consequence: &str,
    findings: &mut Findings,
) -> Judgement {
    let (name, field, what) = (resource.name(), bound.field(), bound.singular());
    for container in workload
        .pod
        .containers
        .iter()
        .filter(|container| container.role.has_resources())
    {
        let own = bound.of_container(container, resource);
        let stated = own.into_iter().chain(bound.of_pod(workload, resource));
        let mut given = strongest(stated.clone());
        // A LimitRange fills in what is missing; an explicit 0 it leaves alone.
        if own.is_none() && matches!(given, Given::Nothing | Given::Zero) {
            let ranges = context
                .read(Kind::LimitRange)?
                .limit_ranges(&workload.meta.key.namespace);
            let mut items = ranges.flat_map(|range| range.containers.iter());
            given = strongest(
                stated.chain(items.find_map(|item| bound.of_limit_range(item, resource))),
            );
        }
        let at = || {
            let path = ["/resources/", field, "/", name].concat();
            Place::container(workload, container, &path)
        };
        let problem = match given {
            Given::Enough => continue,
            Given::Invalid(text) => {
                findings.unknown(at(), format!("{name} {what} `{text}` is not a quantity"));
                continue;
            }
            Given::Negative(quantity) => {
                findings.unknown(
                    at(),
                    format!("{name} {what} {quantity} is below 0, which Kubernetes refuses"),
                );
                continue;
            }
            Given::Zero => format!("{name} {what} is 0, which {}", bound.meaning_of_zero()),
            Given::Nothing => ["has no ", name, " ", what].concat(),
        };
        let parts = [
            &*problem,
            ": ",
            consequence,
            "; set resources.",
            field,
            ".",
            name,
        ];
        findings.fail(at(), parts.concat());
    }
    Ok(())
}

/// What several amounts, each of which would do, come to.
enum Given<'a> {
    Nothing,
    Zero,
    Enough,
    Invalid(&'a str),
    Negative(Quantity),
}

fn strongest<'a>(amounts: impl Iterator<Item = &'a Amount>) -> Given<'a> {
    let mut given = Given::Nothing;
    for amount in amounts {
        given = match amount {
            Amount::Invalid(text) => return Given::Invalid(text),
            Amount::Set(quantity) if quantity.is_negative() => return Given::Negative(*quantity),
            Amount::Set(quantity) if quantity.is_zero() && !matches!(given, Given::Enough) => {
                Given::Zero
            }
            Amount::Set(_) => Given::Enough,
        };
    }
    given
}

#[cfg(test)]
mod tests;
