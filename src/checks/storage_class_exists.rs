use crate::check::{Check, Context, Findings, Group, Judgement, Run, classes};
use crate::model::{ClaimSpec, Kind, KindSet, Place, Severity, Text, VolumeSource, Workload};

pub(super) static CHECK: Check = Check {
    id: "storage-class-exists",
    title: "The StorageClasses of the claims exist",
    why: "Nothing makes a volume for a claim whose StorageClass is not there: the claim stays pending, and so do the pods. \
          Judged are the claims that are made for the pods (`volumeClaimTemplates`, ephemeral volumes) and those that their \
          volumes name. A class that is only a name, which volumes made by hand have as well, passes while such a volume is \
          free. In files, a class that is not among them may be in the cluster, so that the verdict is Unknown.",
    fix: "Apply the StorageClass, or correct `storageClassName`; without one, the cluster's default is taken.",
    source: "https://kubernetes.io/docs/concepts/storage/storage-classes/",
    severity: Severity::Critical,
    default: true,
    group: Group::Storage,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[
        Kind::StorageClass,
        Kind::PersistentVolume,
        Kind::PersistentVolumeClaim,
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
  - name: scratch
    ephemeral:
      volumeClaimTemplate:
        spec:
          storageClassName: fast
          accessModes: [ReadWriteOnce]
          resources: {requests: {storage: 1Gi}}
",
    good: r"
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
  resources: {requests: {storage: 1Gi}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: csi.example
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let mut named: Vec<(Place, &Text)> = Vec::new();
    for (index, template) in workload.claim_templates.iter().enumerate() {
        let path = format!("/spec/volumeClaimTemplates/{index}/spec/storageClassName");
        named.extend(class_of(&template.spec).map(|name| (Place::field(path), name)));
    }
    for volume in &workload.pod.volumes {
        let at = |field: &str| Place::pod(workload, &format!("/volumes/{}/{field}", volume.index));
        match &volume.source {
            VolumeSource::Ephemeral(spec) => {
                let at = at("ephemeral/volumeClaimTemplate/spec/storageClassName");
                named.extend(class_of(spec).map(|name| (at, name)));
            }
            VolumeSource::Claim(name) => {
                let view = context.read(Kind::PersistentVolumeClaim)?;
                let claim = view.claim(&workload.meta.key.namespace, name);
                // One that has its volume needs no class any more.
                let claim = claim.filter(|claim| claim.volume.is_none());
                let class = claim.and_then(|claim| class_of(&claim.spec));
                named.extend(class.map(|name| (at("persistentVolumeClaim"), name)));
            }
            _ => {}
        }
    }
    if named.is_empty() {
        findings.not_applicable();
        return Ok(());
    }
    for (at, name) in named {
        let view = context.read(Kind::PersistentVolume)?;
        if view.available_volume(name).is_some() {
            continue;
        }
        let class = (Kind::StorageClass, name);
        let at = at.about(name.clone());
        classes::require(context, class, at, "so that no volume is made", findings)?;
    }
    Ok(())
}

/// The class that a claim names; an empty name is of volumes that have none.
fn class_of(spec: &ClaimSpec) -> Option<&Text> {
    spec.class.as_ref().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn set(spec: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: db}}, spec: {{volumeClaimTemplates: \
             [{{metadata: {{name: data}}, spec: {{{spec}}}}}], template: {{spec: {{containers: [{{name: db}}]}}}}}}}}"
        )
    }

    #[test]
    fn a_class_or_a_free_volume_of_its_name_must_be_there() {
        let named = set("storageClassName: fast");
        let missing = "- /spec/volumeClaimTemplates/0/spec/storageClassName fast: there is no StorageClass fast";
        assert_running(&CHECK, &[(&named, Fail, &[missing])]);
        assert_on(
            &CHECK,
            &[(&named, Unknown, &["StorageClass fast is not among"])],
        );
        let volume = "\n---\n{apiVersion: v1, kind: PersistentVolume, metadata: {name: a}, \
                      spec: {storageClassName: fast}, status: {phase: Available}}";
        assert_running(&CHECK, &[(&(named + volume), Pass, &[])]);
        for none in [set(""), set("storageClassName: ''")] {
            assert_running(&CHECK, &[(&none, NotApplicable, &[])]);
        }
    }
}
