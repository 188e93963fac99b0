use crate::check::claims::{self, State};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, VolumeSource, Workload};

pub(super) static CHECK: Check = Check {
    id: "stateless-pod",
    title: "The pods keep no state of their own",
    why: "A pod with a disk of its own cannot be replaced by just any other: it is tied to where the disk is, it does not scale out, \
          and a second replica waits for the first one's volume. Judged are directories of nodes, disks that a pod names itself, \
          claims that one node or one pod at a time may mount, and the claims that a StatefulSet makes. What goes with the pod \
          (`emptyDir`), what it only reads, and what many may mount is no state of its own. A driver that a pod asks itself \
          (`csi`) without `readOnly` is Unknown: it may be scratch space or a share. DaemonSets and Jobs are not judged.",
    fix: "Keep state in a database, a cache or object storage, or on a volume that many may mount (`ReadWriteMany`). What has to have \
          its own disk, as a database has, is a case for an exception.",
    source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes",
    severity: Severity::High,
    default: false,
    group: Group::Storage,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::SCALABLE.union(KindSet::of(&[Kind::Pod])),
    reads: KindSet::of(&[Kind::PersistentVolumeClaim]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
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
  accessModes: [ReadWriteOnce]
  resources:
    requests: {storage: 10Gi}
",
    good: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
      volumes:
      - name: scratch
        emptyDir: {}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    if workload.runs_to_completion() {
        findings.not_applicable();
        return Ok(());
    }
    let advice = "keep state elsewhere";
    for volume in &workload.pod.volumes {
        let name = &volume.name;
        let at = |field: &str| {
            Place::pod(workload, &format!("/volumes/{}/{field}", volume.index)).about(name.clone())
        };
        match &volume.source {
            VolumeSource::HostPath(path) => findings.fail(
                at("hostPath"),
                format!("volume `{name}` is {path} of the node: {advice}"),
            ),
            VolumeSource::Device(field) => findings.fail(
                at(field),
                format!("volume `{name}` is a disk or share of the pod's own ({field}): {advice}"),
            ),
            VolumeSource::Csi { read_only: false } => findings.unknown(
                at("csi"),
                format!("volume `{name}` is made by a driver, which may keep it: set readOnly"),
            ),
            VolumeSource::Csi { read_only: true }
            | VolumeSource::Claim(_)
            | VolumeSource::Ephemeral(_)
            | VolumeSource::GitRepo => {}
        }
    }
    for (index, template) in workload.claim_templates.iter().enumerate() {
        let at = Place::field(format!("/spec/volumeClaimTemplates/{index}"));
        let name = &template.name;
        findings.fail(
            at.about(name.clone()),
            format!("each pod gets a volume `{name}` of its own: {advice}"),
        );
    }
    for claim in claims::of_volumes(context, workload)? {
        let name = &claim.name;
        match (&claim.state, claim.spec()) {
            (State::Missing, _) => findings.unknown(
                claim.at,
                format!("whether many may mount claim {name} is not known: it is not there"),
            ),
            (_, Some(spec)) if spec.modes.is_exclusive() => {
                let problem = format!("claim {name} may be mounted by one node or pod at a time");
                findings.fail(claim.at, format!("{problem}: {advice}"));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_on_pods, assert_running, verdict};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    #[test]
    fn what_goes_with_the_pod_or_is_only_read_is_no_state() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Pass, &[]),
                (
                    "{volumes: [{name: a}, {name: b, emptyDir: {}}, {name: c, configMap: {name: x}}, {name: d, secret: {secretName: x}},
                      {name: e, projected: {sources: []}}, {name: f, downwardAPI: {}}, {name: g, csi: {driver: x, readOnly: true}},
                      {name: h, image: {reference: x}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{volumes: [{name: a, hostPath: {path: /var}}]}",
                    Fail,
                    &["- /spec/volumes/0/hostPath a: volume `a` is /var of the node"],
                ),
                (
                    "{volumes: [{name: a, emptyDir: {}}, {name: b, nfs: {server: x, path: /}}]}",
                    Fail,
                    &["- /spec/volumes/1/nfs b: "],
                ),
                (
                    "{volumes: [{name: a, csi: {driver: x}}]}",
                    Unknown,
                    &["- /spec/volumes/0/csi a: "],
                ),
                (
                    "{volumes: [{name: a, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}]}",
                    Fail,
                    &["- /spec/volumes/0/ephemeral a: claim a may be mounted by one node or pod"],
                ),
                (
                    "{volumes: [{name: a, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteMany]}}}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{restartPolicy: Never, volumes: [{name: a, hostPath: {path: /var}}]}",
                    NotApplicable,
                    &[],
                ),
            ],
        );
    }

    #[test]
    fn a_claim_is_state_where_only_one_may_mount_it() {
        let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {
            volumes: [{name: data, persistentVolumeClaim: {claimName: files}}]}}}}";
        let with = |modes: &str| {
            format!(
                "{deployment}\n---\n{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: files}}, spec: {{accessModes: [{modes}]}}}}"
            )
        };
        let at = "- /spec/template/spec/volumes/0/persistentVolumeClaim/claimName files: ";
        for (modes, expected) in [
            ("ReadWriteOnce", Fail),
            ("ReadWriteOncePod", Fail),
            ("ReadOnlyMany", Pass),
            ("ReadWriteMany", Pass),
            ("ReadWriteOnce, ReadWriteMany", Pass),
            ("ReadWriteOnce, ReadOnlyMany", Pass),
        ] {
            let parts: &[&str] = if expected == Fail { &[at] } else { &[] };
            assert_on(&CHECK, &[(&with(modes), expected, parts)]);
        }
        assert_on(&CHECK, &[(deployment, Unknown, &[at])]);
        assert_running(&CHECK, &[(deployment, Unknown, &[at])]);
    }

    #[test]
    fn a_stateful_set_without_claims_has_no_state() {
        let set = |templates: &str| {
            format!(
                "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: web}}, spec: {{volumeClaimTemplates: {templates}}}}}"
            )
        };
        // Whatever many may do with it, each pod has its own.
        let own = set("[{metadata: {name: data}, spec: {accessModes: [ReadWriteMany]}}]");
        assert_on(
            &CHECK,
            &[
                (&set("[]"), Pass, &[]),
                (
                    &own,
                    Fail,
                    &["- /spec/volumeClaimTemplates/0 data: each pod gets a volume `data`"],
                ),
            ],
        );
        // The claims themselves are there in a cluster, and say nothing more.
        let claim = "\n---\n{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-web-0}, spec: {accessModes: [ReadWriteOnce]}}";
        assert_running(&CHECK, &[(&(own + claim), Fail, &["data: each pod"])]);
    }

    #[test]
    fn daemon_sets_and_jobs_are_not_judged() {
        for (api_version, kind) in [
            ("apps/v1", "DaemonSet"),
            ("batch/v1", "Job"),
            ("batch/v1", "CronJob"),
        ] {
            let manifest = format!(
                "{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web}}, spec: {{}}}}"
            );
            assert!(verdict(&CHECK, &manifest).is_empty(), "{kind}");
        }
    }
}
