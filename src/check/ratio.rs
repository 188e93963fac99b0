//! What the checks on how far a limit may be from its request share.

use super::{Context, Findings, Judgement};
use crate::model::{
    Amount, Container, Kind, LimitRangeItem, Place, Quantity, Resource, Resources, Workload,
};

/// How far a limit may be from its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// Not at all: what is promised is what may be used. Where there is only one of the two, they differ.
    Nothing,
    /// So many times the request. Where there is only one of the two, there is nothing to compare.
    Times(i64),
}

/// Of every container that takes resources, the limit of one is no farther from the request than that; a LimitRange of the
/// namespace fills in what is missing. Of pods whose containers say nothing, their own resources are compared (KEP-2837).
pub fn require(
    context: &Context<'_>,
    workload: &Workload,
    (resource, apart): (Resource, Apart),
    findings: &mut Findings,
) -> Judgement {
    let containers = workload.pod.containers.iter();
    let mut is_compared = false;
    for container in containers.filter(|container| container.role.has_resources()) {
        let (request, limit) = given(context, workload, container, resource)?;
        is_compared |= request.is_some() || limit.is_some();
        let at = || {
            let path = format!("/resources/limits/{}", resource.name());
            Place::container(workload, container, &path)
        };
        compare((request, limit), (resource, apart), at, findings);
    }
    let pod = workload.pod.resources();
    if !is_compared && resource != Resource::EphemeralStorage {
        let at = || Place::pod(workload, &format!("/resources/limits/{}", resource.name()));
        let pair = (pod.request(resource).cloned(), pod.limit(resource).cloned());
        compare(pair, (resource, apart), at, findings);
    }
    Ok(())
}

/// The request and the limit of a container, as they will be on its pod.
fn given(
    context: &Context<'_>,
    workload: &Workload,
    container: &Container,
    resource: Resource,
) -> Result<(Option<Amount>, Option<Amount>), super::Undecided> {
    let own: &Resources = &container.resources;
    let (mut request, mut limit) = (own.request(resource), own.limit(resource));
    if own.lacks(resource) {
        let view = context.read(Kind::LimitRange)?;
        let items: Vec<&LimitRangeItem> = view
            .limit_ranges(&workload.meta.key.namespace)
            .flat_map(|range| range.containers.iter())
            .collect();
        let filled = |pick: fn(&LimitRangeItem) -> &crate::model::Amounts| {
            items.iter().find_map(|item| pick(item).get(resource))
        };
        limit = limit.or_else(|| filled(|item| &item.limits));
        request = request.or_else(|| filled(|item| &item.requests));
    }
    Ok((request.cloned(), limit.cloned()))
}

fn compare(
    pair: (Option<Amount>, Option<Amount>),
    (resource, apart): (Resource, Apart),
    at: impl Fn() -> Place,
    findings: &mut Findings,
) {
    let name = resource.name();
    let quantity = |amount: Option<Amount>, findings: &mut Findings| match amount {
        None => Ok(None),
        Some(Amount::Set(quantity)) => Ok(Some(quantity)),
        Some(Amount::Invalid(text)) => {
            findings.unknown(at(), format!("{name}: `{text}` is not a quantity"));
            Err(())
        }
    };
    let (Ok(request), Ok(limit)) = (quantity(pair.0, findings), quantity(pair.1, findings)) else {
        return;
    };
    let is_some = |quantity: &Quantity| !quantity.is_zero();
    let (request, limit) = (request.filter(is_some), limit.filter(is_some));
    match (apart, request, limit) {
        (_, None, None) => {}
        (Apart::Nothing, Some(request), Some(limit)) if request == limit => {}
        (Apart::Nothing, Some(request), Some(limit)) => findings.fail(
            at(),
            format!("{name} request {request} is not its limit {limit}: set both to the same"),
        ),
        (Apart::Nothing, Some(request), None) => findings.fail(
            at(),
            format!("{name} request {request} has no limit: set a limit of the same"),
        ),
        (Apart::Nothing, None, Some(limit)) => findings.fail(
            at(),
            format!("{name} request is 0 and its limit {limit}: set both to the same"),
        ),
        (Apart::Times(times), Some(request), Some(limit)) => {
            if limit > request.times(times) {
                let problem = format!("{name} limit {limit} is over {times} times its request");
                findings.fail(at(), format!("{problem} {request}: bring them closer"));
            }
        }
        (Apart::Times(_), ..) => {}
    }
}
