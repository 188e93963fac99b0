use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run, rbac};
use crate::model::{Binding, Kind, KindSet, Place, Rule, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-escalation",
    title: "No workload can give itself more than it was granted",
    why: "Some permissions are ways to all others: to change roles beyond one's own rights (`escalate`), to bind any role \
          (`bind`), to act as somebody else (`impersonate`), to make a token for any ServiceAccount (`token`), to run \
          commands in other pods (`exec`), to make pods, which may run as any ServiceAccount of the namespace and mount any \
          Secret (`create-pods`; Deployments and the like make pods too), to pass the API server by \
          (`nodes-proxy`), to approve certificates (`certificates`), to change what admission webhooks do (`webhooks`). \
          A rule with `resourceNames` allows that for certain objects only, which is how these are meant to be granted; \
          `escalate` is not bounded by it. Judged are grants to ServiceAccounts. What is the very job of a workload (one \
          that makes Jobs, say) is for an exception, or for the parameter.",
    fix: "Leave the verb or the resource out of the role, or name the objects in `resourceNames`. Metrics of the kubelet need \
          `nodes/metrics`, not `nodes/proxy`.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
    severity: Severity::Critical,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &["kubescape/C-0191"],
    subjects: KindSet::of(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
    reads: KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    params: &[Param {
        name: "allowed",
        doc: "ways that are let pass: bind, certificates, create-pods, escalate, exec, impersonate, nodes-proxy, token, webhooks",
        kind: ParamKind::Strings { default: &[] },
    }],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects:
- {kind: ServiceAccount, name: web, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
- apiGroups: ['']
  resources: [pods/exec]
  verbs: [create]
",
    good: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects:
- {kind: ServiceAccount, name: web, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
- apiGroups: ['']
  resources: [pods]
  verbs: [get, list, watch]
",
    run: Run::Binding(run),
};

/// A way to what others may.
struct Way {
    /// Its name as a value of the parameter.
    name: &'static str,
    /// What it is to the workload.
    effect: &'static str,
    /// Any of these on any of those is enough.
    verbs: &'static [&'static str],
    /// The group and its resources.
    on: &'static [(&'static str, &'static [&'static str])],
    /// Whether naming the objects makes it harmless.
    is_bounded_by_names: bool,
}

const RBAC: &str = "rbac.authorization.k8s.io";
const ROLES: &[(&str, &[&str])] = &[(RBAC, &["roles", "clusterroles"])];

static WAYS: [Way; 9] = [
    Way {
        name: "bind",
        effect: "bind any role (bind)",
        verbs: &["bind"],
        on: ROLES,
        is_bounded_by_names: true,
    },
    Way {
        name: "certificates",
        effect: "approve certificates for any name (update certificatesigningrequests/approval)",
        verbs: &["update", "patch"],
        on: &[(
            "certificates.k8s.io",
            &["certificatesigningrequests/approval"],
        )],
        is_bounded_by_names: true,
    },
    Way {
        name: "create-pods",
        effect: "create pods, as any ServiceAccount",
        verbs: &["create"],
        on: &[
            ("", &["pods", "replicationcontrollers"]),
            (
                "apps",
                &["deployments", "statefulsets", "daemonsets", "replicasets"],
            ),
            ("batch", &["jobs", "cronjobs"]),
        ],
        is_bounded_by_names: true,
    },
    Way {
        name: "escalate",
        effect: "give roles any permission (escalate)",
        verbs: &["escalate"],
        on: ROLES,
        is_bounded_by_names: false,
    },
    Way {
        name: "exec",
        effect: "run commands in other pods (pods/exec, pods/attach)",
        verbs: &["create", "get"],
        on: &[("", &["pods/exec", "pods/attach"])],
        is_bounded_by_names: true,
    },
    Way {
        name: "impersonate",
        effect: "act as somebody else (impersonate)",
        verbs: &["impersonate"],
        on: &[
            ("", &["users", "groups", "serviceaccounts"]),
            ("authentication.k8s.io", &["uids"]),
        ],
        is_bounded_by_names: true,
    },
    Way {
        name: "nodes-proxy",
        effect: "run commands in any pod past the API server (nodes/proxy)",
        verbs: &["create", "get"],
        on: &[("", &["nodes/proxy"])],
        is_bounded_by_names: true,
    },
    Way {
        name: "token",
        effect: "get a token of any ServiceAccount (serviceaccounts/token)",
        verbs: &["create"],
        on: &[("", &["serviceaccounts/token"])],
        is_bounded_by_names: true,
    },
    Way {
        name: "webhooks",
        effect: "change admission webhooks, which see and change every object",
        verbs: &["create", "update", "patch"],
        on: &[(
            "admissionregistration.k8s.io",
            &[
                "mutatingwebhookconfigurations",
                "validatingwebhookconfigurations",
            ],
        )],
        is_bounded_by_names: true,
    },
];

impl Way {
    fn is_open(&self, rule: &Rule) -> bool {
        if self.is_bounded_by_names && !rule.resource_names.is_empty() {
            return false;
        }
        let allows = |verb: &&str| {
            self.on.iter().any(|(group, resources)| {
                resources
                    .iter()
                    .any(|resource| rbac::allows(rule, verb, group, resource))
            })
        };
        self.verbs.iter().any(allows)
    }
}

fn run(context: &Context<'_>, binding: &Binding, findings: &mut Findings) -> Judgement {
    let holders = rbac::holders(binding).filter(|_| !rbac::is_of_kubernetes(binding));
    let Some(holders) = holders else {
        findings.not_applicable();
        return Ok(());
    };
    let at = |way: &'static str| Place::field("/roleRef").about(way);
    let (kind, name) = (binding.role_kind, &binding.role_name);
    let Some(rules) = rbac::granted(context, binding)? else {
        let message = format!("what {kind} {name} allows is not among the files");
        findings.unknown(at(""), message);
        return Ok(());
    };
    if rules.iter().any(rbac::allows_everything) {
        let message =
            format!("{kind} {name} lets {holders} do everything, and so anything else: grant less");
        findings.fail(at("everything"), message);
        return Ok(());
    }
    let allowed = context.strings("allowed");
    let is_open =
        |way: &&Way| !allowed.contains(&way.name) && rules.iter().any(|rule| way.is_open(rule));
    for way in WAYS.iter().filter(is_open) {
        let effect = way.effect;
        let message = format!("{kind} {name} lets {holders} {effect}: leave it out of the role");
        findings.fail(at(way.name), message);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CHECK, WAYS};
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, cluster, inventory, judge, verdict_with};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const ACCOUNT: &str = "{kind: ServiceAccount, name: web, namespace: shop}";

    fn binding(role: &str, subjects: &str) -> String {
        let (role_kind, name) = role.split_once(' ').expect("a kind and a name");
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: b}}, roleRef: \
             {{apiGroup: rbac.authorization.k8s.io, kind: {role_kind}, name: '{name}'}}, subjects: [{subjects}]}}"
        )
    }

    fn with_rule(rule: &str) -> String {
        let role = format!(
            "\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: ops}}, rules: [{{{rule}}}]}}"
        );
        binding("ClusterRole ops", ACCOUNT) + &role
    }

    /// The ways that a rule opens.
    fn ways(manifests: &str) -> Vec<String> {
        let outcomes = judge(&CHECK, &Params::default(), &inventory(manifests));
        let findings = &outcomes[0].findings;
        findings
            .iter()
            .map(|finding| finding.at.detail().to_owned())
            .collect()
    }

    #[test]
    fn every_way_is_found_and_nothing_else() {
        let rbac = "apiGroups: [rbac.authorization.k8s.io]";
        for (rule, expected) in [
            (format!("{rbac}, resources: [roles], verbs: [escalate]"), &["escalate"][..]),
            (format!("{rbac}, resources: [clusterroles], verbs: [bind]"), &["bind"]),
            // Only to roles that one has oneself.
            (format!("{rbac}, resources: [rolebindings, clusterrolebindings, roles], verbs: [create, update]"), &[]),
            (format!("{rbac}, resources: ['*'], verbs: [bind, escalate]"), &["bind", "escalate"]),
            ("apiGroups: [''], resources: [users], verbs: [impersonate]".to_owned(), &["impersonate"]),
            ("apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate]".to_owned(), &["impersonate"]),
            ("apiGroups: [''], resources: [serviceaccounts], verbs: [create]".to_owned(), &[]),
            ("apiGroups: [''], resources: [serviceaccounts/token], verbs: [create]".to_owned(), &["token"]),
            ("apiGroups: [''], resources: ['*/token'], verbs: [create]".to_owned(), &["token"]),
            ("apiGroups: [''], resources: [pods/exec], verbs: [create]".to_owned(), &["exec"]),
            ("apiGroups: [''], resources: [pods/attach], verbs: [get]".to_owned(), &["exec"]),
            ("apiGroups: [''], resources: [pods/exec], verbs: [delete]".to_owned(), &[]),
            ("apiGroups: [''], resources: [pods, pods/log], verbs: [get, list, watch, delete]".to_owned(), &[]),
            ("apiGroups: [''], resources: [pods], verbs: [create]".to_owned(), &["create-pods"]),
            ("apiGroups: [batch], resources: [jobs], verbs: [create]".to_owned(), &["create-pods"]),
            ("apiGroups: [apps], resources: [deployments], verbs: [get, update, patch]".to_owned(), &[]),
            ("apiGroups: [apps], resources: [pods], verbs: [create]".to_owned(), &[]),
            ("apiGroups: [''], resources: [nodes/proxy], verbs: [get]".to_owned(), &["nodes-proxy"]),
            ("apiGroups: [''], resources: [nodes], verbs: [get]".to_owned(), &[]),
            (
                "apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]".to_owned(),
                &["certificates"],
            ),
            (
                "apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [patch]".to_owned(),
                &["webhooks"],
            ),
        ] {
            assert_eq!(ways(&with_rule(&rule)), expected, "{rule}");
        }
        assert_eq!(
            ways(&with_rule(
                "apiGroups: ['*'], resources: ['*'], verbs: ['*']"
            )),
            ["everything"]
        );
        let every: Vec<_> = WAYS.iter().map(|way| way.name).collect();
        let groups = "'', apps, rbac.authorization.k8s.io, certificates.k8s.io, admissionregistration.k8s.io";
        let of_groups = format!("apiGroups: [{groups}], resources: ['*'], verbs: ['*']");
        assert_eq!(ways(&with_rule(&of_groups)), every);
    }

    #[test]
    fn names_bound_all_but_escalate() {
        let everything = "apiGroups: ['*'], resources: ['*'], verbs: ['*'], resourceNames: [a]";
        assert_eq!(ways(&with_rule(everything)), ["escalate"]);
    }

    #[test]
    fn a_policy_may_let_a_way_pass() {
        let jobs = with_rule("apiGroups: [batch], resources: [jobs], verbs: [create]");
        let found = &[
            "- /roleRef create-pods: ClusterRole ops lets ServiceAccount shop/web create pods",
        ][..];
        assert_on(&CHECK, &[(&jobs, Fail, found)]);
        let allowed = serde_json::json!({"allowed": ["create-pods"]});
        assert_eq!(verdict_with(&CHECK, allowed, &jobs)[0].1, Pass);
    }

    #[test]
    fn only_grants_to_workloads_are_judged() {
        let exec = with_rule("apiGroups: [''], resources: [pods/exec], verbs: [create]");
        let to = |subjects: &str| exec.replace(ACCOUNT, subjects);
        let labelled = exec.replace(
            "name: b}",
            "name: b, labels: {kubernetes.io/bootstrapping: rbac-defaults}}",
        );
        let own = labelled.replace(
            "name: web, namespace: shop",
            "name: a, namespace: kube-system",
        );
        assert_on(
            &CHECK,
            &[
                (&to("{kind: Group, name: developers}"), NotApplicable, &[]),
                (
                    &to("{kind: Group, name: 'system:authenticated'}"),
                    Fail,
                    &["group system:authenticated run commands"],
                ),
                (&labelled, Fail, &["shop/web run commands"]),
                (&own, NotApplicable, &[]),
            ],
        );
    }

    #[test]
    fn a_role_that_is_not_here_may_be_kubernetes_own() {
        let of_edit = ["create-pods", "exec", "impersonate", "token"];
        assert_eq!(ways(&binding("ClusterRole edit", ACCOUNT)), of_edit);
        assert_eq!(ways(&binding("ClusterRole admin", ACCOUNT)), of_edit);
        assert_eq!(
            ways(&binding("ClusterRole cluster-admin", ACCOUNT)),
            ["everything"]
        );
        assert_on(
            &CHECK,
            &[
                (&binding("ClusterRole view", ACCOUNT), Pass, &[]),
                (
                    &binding("ClusterRole ops", ACCOUNT),
                    Unknown,
                    &["ClusterRole ops allows is not among the files"],
                ),
            ],
        );
        let mut cluster = cluster(&binding("ClusterRole gone", ACCOUNT));
        let params = Params::default();
        assert_in(&CHECK, &params, &cluster, Pass, &[]);
        cluster.set_source(Kind::Role, Source::Unavailable("forbidden".into()));
        assert_in(
            &CHECK,
            &params,
            &cluster,
            Unknown,
            &["Roles cannot be read: forbidden"],
        );
    }

    #[test]
    fn lines_stay_short() {
        let everything = with_rule(
            "apiGroups: ['', apps, rbac.authorization.k8s.io], resources: ['*'], verbs: ['*']",
        );
        for finding in &judge(&CHECK, &Params::default(), &inventory(&everything))[0].findings {
            assert!(finding.message.len() <= 160, "{}", finding.message);
        }
    }
}
