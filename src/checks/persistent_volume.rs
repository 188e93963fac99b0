use crate::check::claims::{self, Claim, State};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{
    ClaimPhase, ClaimSpec, Kind, KindSet, PersistentVolumeClaim, Severity, Text, VolumePhase,
    Workload,
};

pub(super) static CHECK: Check = Check {
    id: "persistent-volume",
    title: "Every claim of the pods has a persistent volume, or will get one",
    why: "A claim is only a wish. Without a volume, and without a StorageClass that makes one, its pods wait for ever; and a volume \
          that is a directory of whichever node the pod happens to be on is another, empty one after the next rescheduling. \
          A claim that is not bound yet passes where its class makes a volume as soon as a pod needs it \
          (`WaitForFirstConsumer`). In files, a class that is not among them may be in the cluster. Workloads without claims \
          are not judged.",
    fix: "Name a StorageClass that the cluster has (`kubectl get storageclasses`), or create a PersistentVolume of the claim's class; \
          use a `local` volume with `nodeAffinity` for a disk of a node.",
    source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#lifecycle-of-a-volume-and-claim",
    severity: Severity::Critical,
    default: true,
    group: Group::Storage,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[
        Kind::PersistentVolumeClaim,
        Kind::PersistentVolume,
        Kind::StorageClass,
    ]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
  volumes:
  - name: files
    persistentVolumeClaim: {claimName: files}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files}
spec:
  storageClassName: manual
  volumeName: files
  accessModes: [ReadWriteOnce]
  resources:
    requests: {storage: 10Gi}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: files}
spec:
  storageClassName: manual
  accessModes: [ReadWriteOnce]
  capacity: {storage: 10Gi}
  hostPath: {path: /data/files}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
  volumes:
  - name: files
    persistentVolumeClaim: {claimName: files}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files}
spec:
  storageClassName: ssd
  accessModes: [ReadWriteOnce]
  resources:
    requests: {storage: 10Gi}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: ssd}
provisioner: pd.csi.storage.gke.io
volumeBindingMode: WaitForFirstConsumer
",
    run: Run::Workload(run),
};

/// What there is to say of a claim's volume.
enum Complaint {
    Fail(String),
    Unknown(String),
}

use Complaint::{Fail, Unknown};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let claims = claims::of(context, workload)?;
    if claims.is_empty() {
        findings.not_applicable();
        return Ok(());
    }
    context.read(Kind::PersistentVolume)?;
    context.read(Kind::StorageClass)?;
    for claim in claims {
        let complaint = judge(context, workload, &claim);
        match complaint {
            Some(Fail(message)) => findings.fail(claim.at, message),
            Some(Unknown(message)) => findings.unknown(claim.at, message),
            None => {}
        }
    }
    Ok(())
}

fn judge(context: &Context<'_>, workload: &Workload, claim: &Claim<'_>) -> Option<Complaint> {
    let name = &claim.name;
    match claim.state {
        State::Missing => Some(Unknown(format!(
            "claim {name} is not there, so that its volume cannot be looked at"
        ))),
        State::Made(spec) => of_class(context, name, spec, false),
        State::There(record) => match &record.volume {
            Some(volume) => of_volume(context, workload, record, volume),
            None if record.phase == ClaimPhase::Lost => Some(Fail(format!(
                "claim {name} has lost its volume: restore it from a backup"
            ))),
            // A file says nothing of what becomes of a claim.
            None => of_class(context, name, &record.spec, !context.may_exist_elsewhere()),
        },
    }
}

/// A claim that names its volume.
fn of_volume(
    context: &Context<'_>,
    workload: &Workload,
    claim: &PersistentVolumeClaim,
    name: &Text,
) -> Option<Complaint> {
    let view = context.read(Kind::PersistentVolume).ok()?;
    let own = &claim.meta.key.name;
    let Some(volume) = view.volume(name) else {
        let problem = format!("PersistentVolume {name} of claim {own}");
        return Some(if context.may_exist_elsewhere() {
            Unknown(format!(
                "{problem} is not among the files: it has to be in the cluster"
            ))
        } else {
            Fail(format!(
                "{problem} is not there: restore it, or make another claim"
            ))
        });
    };
    let others = volume.claim.as_ref().filter(|(namespace, name)| {
        (namespace, name) != (&workload.meta.key.namespace, own) && !name.is_empty()
    });
    if let Some((namespace, other)) = others {
        let problem =
            format!("PersistentVolume {name} belongs to claim {namespace}/{other}, not to {own}");
        return Some(Fail(format!("{problem}: name another one")));
    }
    if volume.is_any_node {
        let problem =
            format!("PersistentVolume {name} is a directory of whichever node the pod is on");
        return Some(Fail(format!("{problem}: use a local volume or a driver")));
    }
    match volume.phase {
        VolumePhase::Failed | VolumePhase::Released => Some(Fail(format!(
            "PersistentVolume {name} of claim {own} is no longer bound: make it available again"
        ))),
        VolumePhase::Bound => None,
        VolumePhase::Available if context.may_exist_elsewhere() => None,
        VolumePhase::Available => Some(Unknown(format!(
            "claim {own} is not bound to PersistentVolume {name} yet"
        ))),
    }
}

/// A claim without a volume: whether its class makes one. `waits` says that Kubernetes has seen the claim.
fn of_class(
    context: &Context<'_>,
    claim: &Text,
    spec: &ClaimSpec,
    waits: bool,
) -> Option<Complaint> {
    let view = context.read(Kind::StorageClass).ok()?;
    let class = match &spec.class {
        Some(name) => view.class(name),
        None => view.default_class(),
    };
    if let Some(class) = class.filter(|class| class.provisions) {
        let name = &class.meta.key.name;
        let is_due = waits && !class.waits_for_pod;
        let problem =
            format!("claim {claim} has no volume yet, which StorageClass {name} makes at once");
        return is_due.then(|| Unknown(format!("{problem}: see its events")));
    }
    let name = spec.class.clone().unwrap_or_else(|| "".into());
    if view
        .available_volume(&name)
        .is_some_and(|volume| !volume.is_any_node)
    {
        return None;
    }
    let known = class.is_some() || spec.class.as_ref().is_some_and(|name| name.is_empty());
    let what = match &spec.class {
        None => "there is no default StorageClass".to_owned(),
        Some(name) if name.is_empty() => "it names no StorageClass".to_owned(),
        Some(name) if known => format!("StorageClass {name} makes none"),
        Some(name) => format!("there is no StorageClass {name}"),
    };
    if context.may_exist_elsewhere() {
        return Some(Unknown(format!(
            "claim {claim}: {what} among the files, and no volume for it"
        )));
    }
    Some(Fail(format!(
        "no volume for claim {claim}: {what}, and no PersistentVolume is free for it"
    )))
}

#[cfg(test)]
mod tests;
