use crate::check::grants::{self, Effect, OfUnknown};
use crate::check::{Check, Context, Findings, Group, Judgement, Run, rbac};
use crate::model::{Binding, Kind, KindSet, Rule, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-grants-create-pods",
    title: "Nobody is let create pods",
    why: "A pod may run as any ServiceAccount of its namespace and mount any of its Secrets, so that whoever may create \
          one has all of that (CIS Kubernetes Benchmark 5.1.4). `rbac-escalation` judges workloads alone, with Deployments \
          and the like, which make pods too, and is on by default; this one asks who may create Pods themselves, people \
          and groups as well. Where people deploy by hand they need it, so it is off by default. Bindings that come with \
          Kubernetes, or with who provides it (`own`), are left aside, unless they grant something to workloads; a role \
          that is not among the files is Unknown.",
    fix: "Let people change Git and a deployer change the cluster; grant people `view`.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation",
    severity: Severity::High,
    default: false,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &["kube-linter/access-to-create-pods", "kubescape/C-0188"],
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
  resources: [pods]
  verbs: [create]
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
        of: create_pods,
        of_unknown: OfUnknown::Unknown,
    };
    grants::judge(context, binding, findings, effect)
}

/// What it is to make pods of any kind.
fn create_pods(rules: &[Rule]) -> Option<String> {
    let makes = |rule: &Rule| rbac::allows(rule, "create", "", "pods");
    let makes = rules.iter().any(makes);
    makes.then(|| "create pods, which may run as any ServiceAccount".to_owned())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn making_pods_is_creating_them() {
        for (rule, verdict) in [
            ("apiGroups: [''], resources: [pods], verbs: [create]", Fail),
            ("apiGroups: [''], resources: ['*'], verbs: ['*']", Fail),
            (
                "apiGroups: [''], resources: [pods/exec], verbs: [create]",
                Pass,
            ),
            (
                "apiGroups: [''], resources: [pods], verbs: [get, delete]",
                Pass,
            ),
            (
                "apiGroups: [apps], resources: [deployments], verbs: [create]",
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
