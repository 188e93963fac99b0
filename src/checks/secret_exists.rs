use crate::check::{Check, Context, Findings, Group, Judgement, Run, Undecided, references};
use crate::model::{
    Kind, KindSet, Observed, Phase, Place, Reference, Rollout, Severity, Text, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "secret-exists",
    title: "The Secrets that the pods need exist",
    why: "A pod that needs a Secret which is not there, or a key which is not in it, does not start. Plimsoll reads no Secrets of a \
          cluster, as whoever may list them sees their values: there, a Secret is known to exist because a pod that needs it has \
          started, and is Unknown before; it fails where a pod says that it waits for it. In files it exists where a Secret, an ExternalSecret or a SealedSecret of the \
          files makes it. References that are `optional` are not judged.",
    fix: "Create the Secret in the workload's namespace, let an ExternalSecret or a SealedSecret make it, or mark the reference \
          `optional: true` where the application does without. Where the pods do not start, `kubectl describe` says what is missing.",
    source: "https://kubernetes.io/docs/concepts/configuration/secret/",
    severity: Severity::Critical,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-linter/env-value-from", "popeye/304", "popeye/305"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::SECRETS,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    env:
    - name: DB_PASSWORD
      valueFrom:
        secretKeyRef: {name: db, key: password}
---
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData:
  pasword: correct-horse
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    env:
    - name: DB_PASSWORD
      valueFrom:
        secretKeyRef: {name: db, key: password}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db}
spec:
  secretStoreRef: {name: vault}
  data:
  - secretKey: password
    remoteRef: {key: shop/db}
",
    run: Run::Anywhere(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let needed: Vec<_> = references::of(workload, Kind::Secret).collect();
    if needed.is_empty() {
        findings.not_applicable();
        return Ok(());
    }
    if context.may_exist_elsewhere() {
        return in_files(context, workload, needed, findings);
    }
    if started(context, workload)? {
        return Ok(());
    }
    let waiting = waiting(context, workload)?;
    // At an update, what the workload needed so far is there if its pods have started.
    let stored = context.read(workload.kind())?.get(workload.key());
    let stored = stored.and_then(|object| object.workload());
    let known: Vec<_> = match stored {
        Some(stored) if started(context, stored)? => references::of(stored, Kind::Secret).collect(),
        _ => Vec::new(),
    };
    for (at, reference) in needed {
        let name = &reference.name;
        if let Some((pod, _)) = waiting.iter().find(|(_, missing)| missing == name) {
            let problem = format!("Secret {name} or a key of it is missing");
            findings.fail(
                at,
                format!("{problem}: pod {pod} does not start; create it"),
            );
            continue;
        }
        let same = |(_, old): &(Place, &Reference)| {
            old.name == reference.name && reference.keys.iter().all(|key| old.keys.contains(key))
        };
        if !known.iter().any(same) {
            let problem = format!("Secret {name} is not known to exist");
            findings.unknown(at, format!("{problem}: no pod that needs it has started"));
        }
    }
    Ok(())
}

fn in_files(
    context: &Context<'_>,
    workload: &Workload,
    needed: Vec<(Place, &Reference)>,
    findings: &mut Findings,
) -> Judgement {
    for kind in KindSet::SECRETS.iter() {
        context.read(kind)?;
    }
    let view = context.read(Kind::Secret)?;
    for (at, reference) in needed {
        let name = &reference.name;
        let sources = view.secret_sources(&workload.meta.key.namespace, name);
        let sources: Vec<_> = sources.collect();
        if sources.is_empty() {
            let message =
                format!("Secret {name} is not among the files: it has to be in the cluster");
            findings.unknown(at, message);
            continue;
        }
        let has = |key: &Text| {
            let mut sources = sources.iter();
            sources.any(|source| source.keys.as_ref().is_none_or(|keys| keys.contains(key)))
        };
        if let Some(key) = reference.keys.iter().find(|key| !has(key)) {
            let problem = format!("Secret {name} has no key {key}");
            findings.fail(
                at,
                format!("{problem}, without which no pod starts: add it"),
            );
        }
    }
    Ok(())
}

/// Whether a pod of the workload's present template has started: then all that it needs was there.
fn started(context: &Context<'_>, workload: &Workload) -> Result<bool, Undecided> {
    Ok(match (workload.kind(), &workload.observed) {
        (Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet, Observed::Rollout(rollout)) => {
            rollout.is_current(&workload.meta) && has_newest_ready(rollout)
        }
        // The kubelet says so once every container has started.
        (Kind::Pod, Observed::Pod(status)) => status.phase == Phase::Running,
        // The template of a Job never changes, and that of a CronJob has not where nothing of it has.
        (Kind::Job, _) => has_running_pod(context, workload)?,
        (Kind::CronJob, _) if workload.meta.generation == 1 => has_running_pod(context, workload)?,
        // A ReplicaSet keeps pods of the template that it had.
        _ => false,
    })
}

/// The pods of a workload that wait for a Secret, and which.
fn waiting(context: &Context<'_>, workload: &Workload) -> Result<Vec<(Text, Text)>, Undecided> {
    let mut found = Vec::new();
    for pod in context.read(Kind::Pod)?.pods(workload) {
        let states = pod.status.containers.iter();
        let missing = states.filter_map(|state| state.missing_secret.clone());
        found.extend(missing.map(|secret| (pod.name.clone(), secret)));
    }
    Ok(found)
}

/// Whether more pods are ready than there are older ones.
fn has_newest_ready(rollout: &Rollout) -> bool {
    rollout.ready > rollout.replicas - rollout.updated
}

fn has_running_pod(context: &Context<'_>, workload: &Workload) -> Result<bool, Undecided> {
    let pods = context.read(Kind::Pod)?.pods(workload);
    Ok(pods.iter().any(|pod| pod.status.phase == Phase::Running))
}

#[cfg(test)]
mod tests;
