use crate::check::claims::{self, Claim, State};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::inventory::View;
use crate::model::{Kind, KindSet, Severity, StorageClass, Workload};

pub(super) static CHECK: Check = Check {
    id: "pvc-storage-encrypted",
    title: "Claimed storage is encrypted",
    why: "A disk that is copied, given back or taken out of a rack is read by whoever has it. Storage counts as encrypted where the \
          claim's StorageClass has a provisioner that always encrypts (Google's persistent disks and Filestore, Azure's \
          disks and files) or parameters that turn it on (`encrypted`, a key of a KMS), or where the PersistentVolume's \
          own attributes say so. That an account encrypts all its disks by default (EBS can be told so) cannot be seen. A \
          claim or a StorageClass that is not among the files is Unknown.",
    fix: "Use a StorageClass that encrypts, with `parameters: {encrypted: 'true'}` for EBS; for claims that exist, move the data \
          to a claim of such a class.",
    source: "https://kubernetes.io/docs/concepts/storage/storage-classes/",
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
  - name: data
    persistentVolumeClaim: {claimName: web}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: web}
spec:
  storageClassName: fast
  accessModes: [ReadWriteOnce]
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: ebs.csi.aws.com
parameters: {type: gp3}
",
    good: r#"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
  volumes:
  - name: data
    persistentVolumeClaim: {claimName: web}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: web}
spec:
  storageClassName: fast
  accessModes: [ReadWriteOnce]
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: ebs.csi.aws.com
parameters: {type: gp3, encrypted: "true"}
"#,
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let claims = claims::of(context, workload)?;
    if claims.is_empty() {
        findings.not_applicable();
        return Ok(());
    }
    context.read(Kind::PersistentVolumeClaim)?;
    context.read(Kind::PersistentVolume)?;
    let view = context.read(Kind::StorageClass)?;
    for claim in claims {
        judge(context, view, claim, findings);
    }
    Ok(())
}

fn judge(context: &Context<'_>, view: View<'_>, claim: Claim<'_>, findings: &mut Findings) {
    let Claim { at, name, state } = claim;
    let lack = if context.may_exist_elsewhere() {
        "is not among the files"
    } else {
        "does not exist"
    };
    let (class, volume) = match state {
        State::There(claim) => (claim.spec.class.as_ref(), claim.volume.as_ref()),
        State::Made(spec) => (spec.class.as_ref(), None),
        State::Missing => {
            let message = format!("PersistentVolumeClaim {name} {lack}: its storage is not known");
            findings.unknown(at, message);
            return;
        }
    };
    let volume = volume.and_then(|volume| view.volume(volume));
    if volume.is_some_and(|volume| volume.is_encrypted) {
        return;
    }
    let found: Option<&StorageClass> = match class {
        Some(class) => view.class(class),
        None => view.default_class(),
    };
    if found.is_some_and(|class| class.encrypts) {
        return;
    }
    let problem = match (found, class, volume) {
        (Some(class), ..) => {
            let name = &class.meta.key.name;
            format!("StorageClass {name} does not say that it encrypts")
        }
        (None, _, Some(volume)) => {
            let name = &volume.meta.key.name;
            format!("PersistentVolume {name} does not say that it is encrypted")
        }
        (None, Some(class), None) if class.is_empty() => {
            findings.unknown(
                at,
                format!("claim {name}: its PersistentVolume is not known"),
            );
            return;
        }
        (None, class, None) => {
            let class = class.map_or_else(
                || "the default StorageClass".to_owned(),
                |class| format!("StorageClass {class}"),
            );
            findings.unknown(at, format!("claim {name}: {class} {lack}"));
            return;
        }
    };
    findings.fail(
        at,
        format!("claim {name}: {problem}; use a StorageClass that does"),
    );
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, assert_running, cluster};
    use crate::inventory::Source;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn pod(volumes: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: web}}], volumes: [{volumes}]}}}}"
        )
    }

    fn claim(spec: &str) -> String {
        named("web", spec)
    }

    fn named(name: &str, spec: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
        )
    }

    fn class(name: &str, more: &str) -> String {
        format!(
            "\n---\n{{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: {name}}}, {more}}}"
        )
    }

    const CLAIMED: &str = "{name: data, persistentVolumeClaim: {claimName: web}}";

    #[test]
    fn a_class_encrypts_by_its_provisioner_or_its_parameters() {
        let fail = "- /spec/volumes/0/persistentVolumeClaim/claimName web: claim web: StorageClass fast does not say that it encrypts";
        for (more, verdict, parts) in [
            ("provisioner: pd.csi.storage.gke.io", Pass, &[][..]),
            ("provisioner: filestore.csi.storage.gke.io", Pass, &[]),
            ("provisioner: disk.csi.azure.com", Pass, &[]),
            ("provisioner: file.csi.azure.com", Pass, &[]),
            ("provisioner: ebs.csi.aws.com", Fail, &[fail]),
            (
                "provisioner: ebs.csi.aws.com, parameters: {encrypted: 'true'}",
                Pass,
                &[],
            ),
            (
                "provisioner: ebs.csi.aws.com, parameters: {encrypted: 'false'}",
                Fail,
                &[fail],
            ),
            (
                "provisioner: ebs.csi.aws.com, parameters: {kmsKeyId: k}",
                Pass,
                &[],
            ),
            (
                "provisioner: example.com/disk, parameters: {type: ssd}",
                Fail,
                &[fail],
            ),
        ] {
            let manifests = pod(CLAIMED) + &claim("storageClassName: fast") + &class("fast", more);
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }

    #[test]
    fn every_claim_counts_wherever_it_stands() {
        let (good, bad) = (
            class("good", "provisioner: pd.csi.storage.gke.io"),
            class("bad", "provisioner: a"),
        );
        let ephemeral = |class: &str| {
            format!(
                "{{name: scratch, ephemeral: {{volumeClaimTemplate: {{spec: {{storageClassName: {class}}}}}}}}}"
            )
        };
        let both = |class: &str| pod(&format!("{CLAIMED}, {}", ephemeral(class)));
        let claimed = claim("storageClassName: good");
        assert_on(
            &CHECK,
            &[
                (&(both("good") + &claimed + &good), Pass, &[]),
                (
                    &(both("bad") + &claimed + &good + &bad),
                    Fail,
                    &["- /spec/volumes/1/ephemeral scratch: claim scratch: StorageClass bad"],
                ),
            ],
        );
        let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 2, volumeClaimTemplates: \
                   [{metadata: {name: data}, spec: {storageClassName: good}}]}}";
        let of_first = |class: &str| named("data-db-0", &format!("storageClassName: {class}"));
        assert_on(
            &CHECK,
            &[
                (&(set.to_owned() + &good), Pass, &[]),
                (
                    &(set.replace("good", "bad") + &bad),
                    Fail,
                    &["- /spec/volumeClaimTemplates/0 data: claim data: StorageClass bad"],
                ),
                // One of the pods has a claim from before.
                (
                    &(set.to_owned() + &good + &bad + &of_first("bad")),
                    Fail,
                    &["/spec/volumeClaimTemplates/0 data-db-0: claim data-db-0: StorageClass bad"],
                ),
                (&(set.to_owned() + &good + &of_first("good")), Pass, &[]),
            ],
        );
    }

    #[test]
    fn a_volume_may_say_so_itself() {
        let volume = |attributes: &str| {
            format!(
                "\n---\n{{apiVersion: v1, kind: PersistentVolume, metadata: {{name: pv}}, spec: {{storageClassName: '', \
                 csi: {{driver: example.com/disk, volumeHandle: h, volumeAttributes: {{{attributes}}}}}}}}}"
            )
        };
        let bound = pod(CLAIMED) + &claim("storageClassName: '', volumeName: pv");
        assert_on(
            &CHECK,
            &[
                (&(bound.clone() + &volume("encrypted: 'true'")), Pass, &[]),
                (
                    &(bound.clone() + &volume("type: ssd")),
                    Fail,
                    &["PersistentVolume pv does not say that it is encrypted"],
                ),
                (
                    &bound,
                    Unknown,
                    &["claim web: its PersistentVolume is not known"],
                ),
            ],
        );
    }

    #[test]
    fn the_default_class_is_the_clusters_to_say() {
        let unnamed = pod(CLAIMED) + &claim("");
        let default = |provisioner: &str| {
            class("standard", &format!("provisioner: {provisioner}"))
                .replace("name: standard", "name: standard, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}")
        };
        assert_on(
            &CHECK,
            &[
                (
                    &unnamed,
                    Unknown,
                    &["claim web: the default StorageClass is not among the files"],
                ),
                (
                    &(unnamed.clone() + &default("disk.csi.azure.com")),
                    Pass,
                    &[],
                ),
                (
                    &(unnamed.clone() + &default("a")),
                    Fail,
                    &["StorageClass standard does not say"],
                ),
            ],
        );
        assert_running(
            &CHECK,
            &[(
                &unnamed,
                Unknown,
                &["the default StorageClass does not exist"],
            )],
        );
    }

    #[test]
    fn what_is_not_here_is_not_known_and_what_claims_nothing_not_judged() {
        assert_on(
            &CHECK,
            &[
                (
                    &pod(CLAIMED),
                    Unknown,
                    &["PersistentVolumeClaim web is not among the files"],
                ),
                (
                    &(pod(CLAIMED) + &claim("storageClassName: fast")),
                    Unknown,
                    &["claim web: StorageClass fast is not among the files"],
                ),
                (&pod(""), NotApplicable, &[]),
                (
                    &pod("{name: a, emptyDir: {}}, {name: b, hostPath: {path: /x}}"),
                    NotApplicable,
                    &[],
                ),
            ],
        );
        for kind in CHECK.reads.iter() {
            let manifests =
                pod(CLAIMED) + &claim("storageClassName: fast") + &class("fast", "provisioner: a");
            let mut cluster = cluster(&manifests);
            cluster.set_source(kind, Source::Unavailable("forbidden".into()));
            let found = format!("{kind}s cannot be read: forbidden");
            assert_in(&CHECK, &Params::default(), &cluster, Unknown, &[&found]);
        }
    }
}
