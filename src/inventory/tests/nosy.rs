//! Checks that find fault with everything that a check may look at: where [`affected`](crate::inventory::affected)
//! misses a dependency that some check could have, what one of these says is out of date.

use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{ContainerRole, Key, Kind, KindSet, Place, Resource, Severity, Workload};

/// Alphabetical, like the catalogue.
pub(super) static ALL: [&Check; 5] = [
    &ON_AUTOSCALERS,
    &ON_BINDINGS,
    &ON_BUDGETS,
    &ON_ROLES,
    &ON_WORKLOADS,
];

const fn nosy(id: &'static str, subjects: KindSet, reads: KindSet, run: Run) -> Check {
    Check {
        id,
        title: "",
        why: "",
        fix: "",
        source: "",
        severity: Severity::High,
        group: Group::Availability,
        since: "",
        aliases: &[],
        subjects,
        reads,
        params: &[],
        bad: "",
        good: "",
        run,
    }
}

static ON_WORKLOADS: Check = nosy(
    "nosy-on-workloads",
    KindSet::WORKLOADS,
    KindSet::of(&[
        Kind::HorizontalPodAutoscaler,
        Kind::PodDisruptionBudget,
        Kind::NetworkPolicy,
        Kind::Service,
        Kind::ServiceAccount,
        Kind::LimitRange,
        Kind::Role,
        Kind::ClusterRole,
        Kind::RoleBinding,
        Kind::ClusterRoleBinding,
    ]),
    Run::Workload(|context, workload, findings| {
        say(findings, format!("{workload:?}"));
        for kind in ON_WORKLOADS.reads.iter() {
            for object in context.read(kind)?.concerning(workload, kind) {
                say(findings, format!("{object:?}"));
            }
        }
        say(
            findings,
            format!(
                "{:?}",
                context.read(Kind::ServiceAccount)?.account(workload)
            ),
        );
        limit_ranges(context, workload, findings)
    }),
);

/// What fills in a container's resources is looked at only where something is missing.
fn limit_ranges(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let resources = [Resource::Cpu, Resource::Memory];
    let is_lacking = workload.pod.containers.iter().any(|container| {
        let lacks = |resource| {
            container.resources.limit(resource).is_none()
                || container.resources.requests[resource as usize].is_none()
        };
        container.role != ContainerRole::Ephemeral && resources.into_iter().any(lacks)
    });
    if is_lacking {
        let view = context.read(Kind::LimitRange)?;
        for range in view.limit_ranges(&workload.key().namespace) {
            say(findings, format!("{:?}", range.containers));
        }
    }
    Ok(())
}

static ON_AUTOSCALERS: Check = nosy(
    "nosy-on-autoscalers",
    KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    KindSet::WORKLOADS.union(KindSet::of(&[Kind::LimitRange])),
    Run::Autoscaler(|context, autoscaler, findings| {
        let view = context.read(Kind::Deployment)?;
        let target = view.scaled(autoscaler);
        // It may be there though it is not judged.
        let named = autoscaler.target.kind.and_then(|kind| {
            let namespace = autoscaler.meta.key.namespace.clone();
            view.get(&Key::new(kind, namespace, autoscaler.target.name.clone()))
        });
        say(
            findings,
            format!("{autoscaler:?} {target:?} {}", named.is_some()),
        );
        target.map_or(Ok(()), |workload| limit_ranges(context, workload, findings))
    }),
);

/// Of the workloads under a budget, their replicas, labels, owners and autoscalers may matter to it.
static ON_BUDGETS: Check = nosy(
    "nosy-on-budgets",
    KindSet::of(&[Kind::PodDisruptionBudget]),
    KindSet::WORKLOADS.union(KindSet::of(&[Kind::HorizontalPodAutoscaler])),
    Run::DisruptionBudget(|context, budget, findings| {
        say(findings, format!("{budget:?}"));
        let view = context.read(Kind::HorizontalPodAutoscaler)?;
        let selector = budget.selector.as_ref();
        let selected = selector.map(|selector| view.selected(&budget.meta.key.namespace, selector));
        for workload in selected.into_iter().flatten() {
            let Workload {
                meta,
                replicas,
                finished,
                pod,
                ..
            } = workload;
            let autoscalers = view.autoscalers(workload);
            let (labels, owner) = (&pod.labels, &meta.controller);
            say(
                findings,
                format!(
                    "{} {replicas} {finished} {labels:?} {owner:?} {autoscalers:?}",
                    meta.key
                ),
            );
        }
        Ok(())
    }),
);

static ON_BINDINGS: Check = nosy(
    "nosy-on-bindings",
    KindSet::of(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
    KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    Run::Binding(|context, binding, findings| {
        let role = context.read(Kind::Role)?.role(binding);
        say(findings, format!("{binding:?} {role:?}"));
        Ok(())
    }),
);

/// Who else grants a role is no business of a report on one workload to which it is granted.
static ON_ROLES: Check = nosy(
    "nosy-on-roles",
    KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    KindSet::of(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
    Run::Role(|_, role, findings| {
        say(findings, format!("{role:?}"));
        Ok(())
    }),
);

fn say(findings: &mut Findings, message: String) {
    findings.fail(Place::field(""), message);
}
