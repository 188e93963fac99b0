use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "resource-quota",
    title: "A ResourceQuota bounds the namespace's storage",
    why: "Without one, a single workload can fill the disks of its nodes, or order volumes until the account is empty, and takes \
          its neighbours with it. A quota of CPU and memory alone does not bound storage: that takes `requests.storage` (of \
          all claims, or of those of one StorageClass), `requests.ephemeral-storage` or `limits.ephemeral-storage`. One with \
          scopes counts only some of the namespace's pods, so that with no other it is Unknown.",
    fix: "Add a ResourceQuota to the namespace with `hard: {requests.storage: ...}`, and `limits.ephemeral-storage` once every \
          container has such a limit (a LimitRange may set it): pods without one are refused then.",
    source: "https://kubernetes.io/docs/concepts/policy/resource-quotas/#storage-resource-quota",
    severity: Severity::High,
    default: true,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::ResourceQuota]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: compute}
spec:
  hard:
    requests.cpu: 8
    requests.memory: 16Gi
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: storage}
spec:
  hard:
    requests.storage: 100Gi
    limits.ephemeral-storage: 20Gi
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let namespace = &workload.meta.key.namespace;
    let quotas = context.read(Kind::ResourceQuota)?.quotas(namespace);
    let bounding: Vec<_> = quotas.filter(|quota| quota.bounds_storage).collect();
    if bounding.iter().any(|quota| !quota.is_scoped()) {
        return Ok(());
    }
    let at = Place::field("/metadata/namespace");
    match bounding.first() {
        Some(scoped) => {
            let name = &scoped.meta.key.name;
            let message = format!(
                "ResourceQuota {name} bounds storage only within its scopes: whether that is enough is not looked up"
            );
            findings.unknown(at, message);
        }
        None => {
            let resources = "requests.storage or limits.ephemeral-storage";
            let message = format!(
                "no ResourceQuota bounds the storage of namespace {namespace}: add one with {resources}"
            );
            findings.fail(at, message);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, inventory};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    const POD: &str =
        "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {}}";

    fn quota(namespace: &str, spec: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: q, namespace: {namespace}}}, spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn storage_is_what_must_be_bounded() {
        let none = "- /metadata/namespace : no ResourceQuota bounds the storage of namespace shop";
        for (hard, verdict, parts) in [
            ("requests.storage: 1Gi", Pass, &[][..]),
            (
                "gold.storageclass.storage.k8s.io/requests.storage: 1Gi",
                Pass,
                &[],
            ),
            ("requests.ephemeral-storage: 1Gi", Pass, &[]),
            ("limits.ephemeral-storage: 1Gi", Pass, &[]),
            ("ephemeral-storage: 1Gi", Pass, &[]),
            ("requests.storage: 0", Pass, &[]),
            ("limits.cpu: 4, limits.memory: 1Gi", Fail, &[none]),
            // So many claims, of whatever size.
            (
                "persistentvolumeclaims: 3, gold.storageclass.storage.k8s.io/persistentvolumeclaims: 1",
                Fail,
                &[none],
            ),
            ("", Fail, &[none]),
        ] {
            let manifests = POD.to_owned() + &quota("shop", &format!("hard: {{{hard}}}"));
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
        assert_on(&CHECK, &[(POD, Fail, &[none])]);
        let elsewhere = POD.to_owned() + &quota("other", "hard: {requests.storage: 1Gi}");
        assert_on(&CHECK, &[(&elsewhere, Fail, &[none])]);
    }

    #[test]
    fn a_quota_of_some_pods_bounds_these_only() {
        let hard = "hard: {limits.ephemeral-storage: 1Gi}";
        let found = &["ResourceQuota q bounds storage only within its scopes"][..];
        for (spec, verdict, parts) in [
            (format!("{hard}, scopes: [NotTerminating]"), Unknown, found),
            (
                format!(
                    "{hard}, scopeSelector: {{matchExpressions: [{{scopeName: PriorityClass, operator: Exists}}]}}"
                ),
                Unknown,
                found,
            ),
            (
                format!("{hard}, scopes: [], scopeSelector: {{}}"),
                Pass,
                &[],
            ),
        ] {
            let manifests = POD.to_owned() + &quota("shop", &spec);
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
        let both = POD.to_owned()
            + &quota("shop", &format!("{hard}, scopes: [BestEffort]"))
            + &quota("shop", hard).replace("name: q", "name: all");
        assert_on(&CHECK, &[(&both, Pass, &[])]);
    }

    #[test]
    fn quotas_that_cannot_be_read_decide_nothing() {
        let mut files = inventory(POD);
        files.set_source(Kind::ResourceQuota, Source::Unavailable("forbidden".into()));
        let found = &["ResourceQuotas cannot be read: forbidden"];
        assert_in(&CHECK, &Params::default(), &files, Unknown, found);
    }
}
