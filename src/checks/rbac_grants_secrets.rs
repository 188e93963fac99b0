use crate::check::grants::{self, Effect, OfUnknown};
use crate::check::{Check, Context, Findings, Group, Judgement, Run, rbac};
use crate::model::{Binding, Kind, KindSet, Rule, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-grants-secrets",
    title: "Nobody is let read every Secret",
    why: "Who may `get`, `list` or `watch` Secrets has every password and token of the namespace, or of the cluster; to \
          list them shows their values. `rbac-secrets` judges workloads alone, and is on by default; this one judges \
          people and groups as well (CIS Kubernetes Benchmark 5.1.2). Kubernetes' own `edit` and `admin` let people read \
          Secrets, so it is off by default. A rule with `resourceNames` passes. Bindings that come with Kubernetes, or \
          with who provides it (`own`), are left aside, unless they grant something to workloads; a role that is not among \
          the files is Unknown.",
    fix: "Grant `view`, which reads no Secrets, or name the Secrets in `resourceNames`.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets",
    severity: Severity::High,
    default: false,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[
        "kube-linter/access-to-secrets",
        "kubescape/C-0015",
        "kubescape/C-0186",
    ],
    subjects: KindSet::of(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
    reads: KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    params: &[grants::OWN],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operators}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: operators}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: operators}
rules:
- apiGroups: ['']
  resources: [secrets]
  verbs: [list]
",
    good: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operators}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: operators}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: operators}
rules:
- apiGroups: ['']
  resources: [pods]
  verbs: [get, list, watch]
",
    run: Run::Binding(run),
};

fn run(context: &Context<'_>, binding: &Binding, findings: &mut Findings) -> Judgement {
    let effect = Effect {
        of: secrets,
        of_unknown: OfUnknown::Unknown,
    };
    grants::judge(context, binding, findings, effect)
}

/// What it is to read Secrets of whatever name.
fn secrets(rules: &[Rule]) -> Option<String> {
    let reads = |verb: &&str| {
        let reads =
            |rule: &Rule| rule.resource_names.is_empty() && rbac::allows(rule, verb, "", "secrets");
        rules.iter().any(reads)
    };
    let verbs = ["get", "list", "watch"].into_iter().filter(reads);
    let verbs: Vec<_> = verbs.collect();
    (!verbs.is_empty()).then(|| format!("{} every Secret", verbs.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn reading_is_getting_listing_and_watching() {
        for (rule, verdict) in [
            ("apiGroups: [''], resources: [secrets], verbs: [get]", Fail),
            ("apiGroups: ['*'], resources: ['*'], verbs: [watch]", Fail),
            (
                "apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get]",
                Pass,
            ),
            (
                "apiGroups: [''], resources: [secrets], verbs: [create, delete]",
                Pass,
            ),
            (
                "apiGroups: [apps], resources: [secrets], verbs: [get]",
                Pass,
            ),
        ] {
            let manifests = format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: b}}, roleRef: \
                 {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ops}}, subjects: [{{kind: User, name: ann}}]}}\n---\n\
                 {{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: ops}}, rules: [{{{rule}}}]}}"
            );
            let parts: &[&str] = match verdict {
                Fail => &["ClusterRole ops lets user ann"],
                _ => &[],
            };
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }
}
