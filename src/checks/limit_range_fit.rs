use crate::check::admitted::Admitted;
use crate::check::claims::{self, State};
use crate::check::resources::Bound;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{
    Amount, ClaimPhase, Kind, KindSet, LimitRange, LimitRangeBounds, Place, Quantity, Resource,
    Severity, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "limit-range-fit",
    title: "What the pods ask for is what the LimitRanges of the namespace allow",
    why: "A LimitRange refuses pods that ask for less than its minimum, more than its maximum, or whose limit is too many times \
          their request, container by container and of the pod as a whole; and claims that are too small or too large. The \
          workload itself is accepted, and has no pods: only events of its ReplicaSet say why. What a LimitRange fills in is \
          counted, and then bounded by it all the same.",
    fix: "Set requests and limits between the bounds that the message names, or change the LimitRange.",
    source: "https://kubernetes.io/docs/concepts/policy/limit-range/",
    severity: Severity::Critical,
    default: true,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::LimitRange, Kind::PersistentVolumeClaim]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  serviceName: store
  selector:
    matchLabels: {app: store}
  template:
    metadata:
      labels: {app: store}
    spec:
      containers:
      - name: store
        image: registry.example/store:1.4.2
        resources:
          requests: {memory: 1Gi}
          limits: {memory: 4Gi}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests: {storage: 200Gi}
---
apiVersion: v1
kind: LimitRange
metadata: {name: team}
spec:
  limits:
  - type: Container
    max: {memory: 2Gi}
  - type: PersistentVolumeClaim
    max: {storage: 100Gi}
",
    good: r"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  serviceName: store
  selector:
    matchLabels: {app: store}
  template:
    metadata:
      labels: {app: store}
    spec:
      containers:
      - name: store
        image: registry.example/store:1.4.2
        resources:
          requests: {memory: 1Gi}
          limits: {memory: 2Gi}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests: {storage: 50Gi}
---
apiVersion: v1
kind: LimitRange
metadata: {name: team}
spec:
  limits:
  - type: Container
    max: {memory: 2Gi}
  - type: PersistentVolumeClaim
    max: {storage: 100Gi}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let view = context.read(Kind::LimitRange)?;
    let ranges: Vec<_> = view.limit_ranges(&workload.meta.key.namespace).collect();
    let bounding = |range: &&LimitRange| !range.bounds.is_empty() || !range.claims.is_empty();
    if !ranges.iter().any(bounding) {
        findings.not_applicable();
        return Ok(());
    }
    let pods = Admitted::of(workload, ranges.clone());
    for range in &ranges {
        for bounds in &range.bounds {
            for resource in Resource::ALL {
                let by = Bounded {
                    range,
                    bounds,
                    resource,
                };
                if bounds.is_of_pods {
                    let of = |bound| pods.of_pod((bound, resource));
                    let at = |field: &str| {
                        Place::pod(workload, &format!("/resources/{field}/{}", resource.name()))
                    };
                    by.judge((of(Bound::Request), of(Bound::Limit)), "the pod's", at, findings);
                    continue;
                }
                for container in pods.containers() {
                    let of = |bound| match pods.of_container(container, (bound, resource)) {
                        Some(Amount::Set(quantity)) => Some(*quantity),
                        _ => None,
                    };
                    let at = |field: &str| {
                        let path = format!("/resources/{field}/{}", resource.name());
                        Place::container(workload, container, &path)
                    };
                    by.judge((of(Bound::Request), of(Bound::Limit)), "its", at, findings);
                }
            }
        }
    }
    if ranges.iter().any(|range| !range.claims.is_empty()) {
        of_claims(context, workload, &ranges, findings)?;
    }
    Ok(())
}

/// One resource of one item of a LimitRange.
struct Bounded<'a> {
    range: &'a LimitRange,
    bounds: &'a LimitRangeBounds,
    resource: Resource,
}

impl Bounded<'_> {
    /// As `minConstraint`, `maxConstraint` and `limitRequestRatioConstraint` of the admission plugin decide.
    fn judge(
        &self,
        (request, limit): (Option<Quantity>, Option<Quantity>),
        whose: &str,
        at: impl Fn(&str) -> Place,
        findings: &mut Findings,
    ) {
        let (name, range) = (self.resource.name(), &self.range.meta.key.name);
        let mut refuse = |field: &str, problem: String| {
            let at = at(field).about(format!("{range} {problem}"));
            findings.fail(at, problem);
        };
        let set = |amounts: &crate::model::Amounts| match amounts.get(self.resource) {
            Some(Amount::Set(quantity)) => Some(*quantity),
            _ => None,
        };
        if let Some(min) = set(&self.bounds.min) {
            let least = format!("LimitRange {range} asks for {min} at least");
            match (request, limit) {
                (None, _) => refuse(
                    "requests",
                    format!("{whose} {name} request is not set, and {least}"),
                ),
                (Some(request), _) if request < min => refuse(
                    "requests",
                    format!("{whose} {name} request is {request}, and {least}"),
                ),
                (_, Some(limit)) if limit < min => refuse(
                    "limits",
                    format!("{whose} {name} limit is {limit}, and {least}"),
                ),
                _ => {}
            }
        }
        if let Some(max) = set(&self.bounds.max) {
            let most = format!("LimitRange {range} allows {max} at most");
            match (request, limit) {
                (_, None) => refuse(
                    "limits",
                    format!("{whose} {name} limit is not set, and {most}"),
                ),
                (_, Some(limit)) if limit > max => refuse(
                    "limits",
                    format!("{whose} {name} limit is {limit}, and {most}"),
                ),
                (Some(request), _) if request > max => refuse(
                    "requests",
                    format!("{whose} {name} request is {request}, and {most}"),
                ),
                _ => {}
            }
        }
        if let Some(ratio) = set(&self.bounds.ratio) {
            let most = format!("LimitRange {range} allows a limit of {ratio} times the request");
            let is_some = |quantity: &Quantity| !quantity.is_zero();
            match (request.filter(is_some), limit.filter(is_some)) {
                (Some(request), Some(limit)) => {
                    if limit.over(request).is_some_and(|times| times > ratio.number()) {
                        refuse(
                            "limits",
                            format!("{whose} {name} limit is {limit} of a request of {request}, and {most}"),
                        );
                    }
                }
                (None, _) => refuse(
                    "requests",
                    format!("{whose} {name} request is not set or 0, and {most}"),
                ),
                (_, None) => refuse(
                    "limits",
                    format!("{whose} {name} limit is not set or 0, and {most}"),
                ),
            }
        }
    }
}

/// The claims of the pods. One that has its volume was let in.
fn of_claims(
    context: &Context<'_>,
    workload: &Workload,
    ranges: &[&LimitRange],
    findings: &mut Findings,
) -> Judgement {
    for claim in claims::of(context, workload)? {
        if matches!(claim.state, State::There(there) if there.phase != ClaimPhase::Pending) {
            continue;
        }
        let Some(asked) = claim.spec().map(|spec| spec.storage.as_deref()) else {
            continue;
        };
        for range in ranges {
            for bounds in &range.claims {
                let name = &range.meta.key.name;
                let problem = match (asked, bounds.min, bounds.max) {
                    (None, ..) => "no storage, which a claim must ask for".to_owned(),
                    (Some(asked), Some(min), _) if *asked < min => {
                        format!("{asked}, and LimitRange {name} asks for {min} at least")
                    }
                    (Some(asked), _, Some(max)) if *asked > max => {
                        format!("{asked}, and LimitRange {name} allows {max} at most")
                    }
                    _ => continue,
                };
                let message = format!("the claim {} asks for {problem}", claim.name);
                findings.fail(claim.at.clone(), message);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
