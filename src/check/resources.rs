//! What the checks on requests and limits share.

use super::{Context, Findings, Judgement};
use crate::model::{Amount, Container, Kind, LimitRangeItem, Place, Resource, Workload};

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

    fn of_container(self, container: &Container, resource: Resource) -> Option<&Amount> {
        match self {
            Self::Request => container.resources.request(resource),
            Self::Limit => container.resources.limit(resource),
        }
    }

    fn of_pod(self, workload: &Workload, resource: Resource) -> Option<&Amount> {
        match self {
            Self::Request => workload.pod.resources.request(resource),
            Self::Limit => workload.pod.resources.limit(resource),
        }
    }

    fn of_limit_range(self, item: &LimitRangeItem, resource: Resource) -> Option<&Amount> {
        // A limit that a LimitRange sets becomes the request as well only through its own defaultRequest, which the
        // record has filled in.
        match self {
            Self::Request => item.requests[resource as usize].as_ref(),
            Self::Limit => item.limits[resource as usize].as_ref(),
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
    let (what, field) = (
        format!("{} {}", resource.name(), bound.singular()),
        bound.field(),
    );
    for container in workload
        .pod
        .containers
        .iter()
        .filter(|container| container.role.has_resources())
    {
        let at = || {
            Place::container(
                workload,
                container,
                &format!("/resources/{field}/{}", resource.name()),
            )
        };
        let own = bound
            .of_container(container, resource)
            .or_else(|| bound.of_pod(workload, resource));
        let amount = match own {
            Some(amount) => Some(amount),
            None => {
                let ranges = context
                    .read(Kind::LimitRange)?
                    .limit_ranges(&workload.meta.key.namespace);
                let mut items = ranges.flat_map(|range| range.containers.iter());
                items.find_map(|item| bound.of_limit_range(item, resource))
            }
        };
        match amount {
            None => findings.fail(at(), format!("has no {what}: {consequence}")),
            Some(Amount::Invalid(text)) => {
                findings.unknown(at(), format!("{what} `{text}` is not a quantity"))
            }
            Some(Amount::Set(quantity)) if bound == Bound::Limit && quantity.is_zero() => {
                findings.fail(
                    at(),
                    format!("{what} is 0, which means no limit: {consequence}"),
                );
            }
            Some(Amount::Set(_)) => {}
        }
    }
    Ok(())
}
