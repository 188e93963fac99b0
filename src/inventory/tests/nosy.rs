//! Checks that find fault with everything that a check may look at: where [`affected`](crate::inventory::affected)
//! misses a dependency that some check could have, what one of these says is out of date.

pub(super) mod routing;

use crate::check::claims::{self, State};
use crate::check::{Check, Context, Findings, Group, Judgement, Run, references};
use crate::model::{ContainerRole, Key, Kind, KindSet, Place, Resource, Severity, Workload};

/// Alphabetical, like the catalogue.
pub(super) static ALL: [&Check; 10] = [
    &ON_AUTOSCALERS,
    &ON_BINDINGS,
    &ON_BUDGETS,
    &routing::ON_ENTRANCES,
    &ON_ROLES,
    &ON_RUNNING,
    &ON_SCALING,
    &routing::ON_SERVICES,
    &routing::ON_SURROUNDINGS,
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
        default: true,
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
        Kind::ResourceQuota,
        Kind::PriorityClass,
        Kind::ConfigMap,
        Kind::PersistentVolumeClaim,
        Kind::PersistentVolume,
        Kind::StorageClass,
        Kind::Node,
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
        needs(context, workload, findings)?;
        bounds(context, workload, findings)?;
        limit_ranges(context, workload, findings)
    }),
);

/// What a quota or a LimitRange bounds; and where no priority is named, that of all.
fn bounds(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let namespace = &workload.key().namespace;
    for quota in context.read(Kind::ResourceQuota)?.quotas(namespace) {
        say(findings, format!("{quota:?}"));
    }
    for range in context.read(Kind::LimitRange)?.limit_ranges(namespace) {
        if !range.bounds.is_empty() || !range.claims.is_empty() {
            say(findings, format!("{:?} {:?}", range.bounds, range.claims));
        }
    }
    let mut classes = context
        .read(Kind::PriorityClass)?
        .classes(Kind::PriorityClass);
    if workload.pod.priority_class.is_none() {
        let default = classes.find(|class| class.is_default);
        say(
            findings,
            format!("{:?}", default.map(|class| &class.meta.key)),
        );
    }
    Ok(())
}

/// The keys of ConfigMaps; claims with their volumes and classes, and free volumes of a class that makes none; whether nodes
/// differ, where the pods do not choose among them.
fn needs(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    for (_, map) in references::of(workload, Kind::ConfigMap) {
        let view = context.read(Kind::ConfigMap)?;
        let found = view.config_map(&workload.key().namespace, &map.name);
        say(findings, format!("{:?}", found.map(|map| &map.keys)));
    }
    for claim in claims::of(context, workload)? {
        say(findings, format!("{claim:?}"));
        let view = context.read(Kind::PersistentVolume)?;
        let volume = match claim.state {
            State::There(claim) => claim.volume.as_ref().and_then(|name| view.volume(name)),
            _ => None,
        };
        say(findings, format!("{volume:?}"));
        let view = context.read(Kind::StorageClass)?;
        let Some(spec) = claim.spec() else { continue };
        let class = match &spec.class {
            Some(name) => view.class(name),
            None => view.default_class(),
        };
        say(findings, format!("{class:?}"));
        if class.is_none_or(|class| !class.provisions) {
            let name = spec.class.clone().unwrap_or_else(|| "".into());
            say(findings, format!("{:?}", view.available_volume(&name)));
        }
    }
    if !workload.pod.chooses_nodes {
        say(findings, format!("{:?}", context.read(Kind::Node)?.pools()));
    }
    Ok(())
}

/// What fills in a container's resources is looked at only where something is missing.
fn limit_ranges(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    for resource in Resource::ALL {
        let is_lacking = workload.pod.containers.iter().any(|container| {
            container.role != ContainerRole::Ephemeral && container.resources.lacks(resource)
        });
        if !is_lacking {
            continue;
        }
        let view = context.read(Kind::LimitRange)?;
        for range in view.limit_ranges(&workload.key().namespace) {
            for item in &range.containers {
                let amounts = (item.requests.get(resource), item.limits.get(resource));
                if amounts != (None, None) {
                    say(findings, format!("{amounts:?}"));
                }
            }
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

/// What runs of a workload, and all that it depends on.
static ON_RUNNING: Check = nosy(
    "nosy-on-running",
    KindSet::WORKLOADS,
    KindSet::of(&[Kind::Node, Kind::ControllerRevision]),
    Run::Running(|context, workload, findings| {
        let view = context.read(Kind::Node)?;
        say(findings, format!("{:?}", workload.observed));
        for pod in view.pods(workload) {
            let node = pod.status.node.as_ref();
            let node = node.and_then(|name| view.node(name));
            say(findings, format!("{pod:?} {node:?}"));
        }
        say(findings, format!("{:?}", view.revisions(workload)));
        Ok(())
    }),
);

static ON_SCALING: Check = nosy(
    "nosy-on-scaling",
    KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    KindSet::NONE,
    Run::Scaling(|_, autoscaler, findings| {
        say(findings, format!("{:?}", autoscaler.scaling));
        Ok(())
    }),
);

fn say(findings: &mut Findings, message: String) {
    findings.fail(Place::field(""), message);
}
