use crate::check::rbac::{self, ALL};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Role, Rule, Severity, Text};

pub(super) static CHECK: Check = Check {
    id: "rbac-wildcard",
    title: "Roles name what they allow",
    why: "A wildcard allows what nobody has thought of: verbs such as `escalate` and `impersonate`, and every kind that is \
          installed later. To read `*` is to read Secrets. Judged are `*` in the verbs, API groups, resources and URLs of \
          a rule, and `*/scale` and the like, which is that subresource of everything; restricting a rule to certain names \
          does not change it. `pods/*` is no wildcard: to Kubernetes it means nothing. A role is reported on the workloads \
          that it is granted to; Kubernetes' own roles are judged only where they are granted to one.",
    fix: "Name the verbs, API groups and resources that are needed.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    severity: Severity::Critical,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[
        "kube-linter/wildcard-in-rules",
        "checkov/CKV_K8S_49",
        "kubescape/C-0187",
    ],
    subjects: KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    reads: KindSet::of(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
    params: &[],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
- apiGroups: ['']
  resources: [configmaps]
  verbs: ['*']
",
    good: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
- apiGroups: ['']
  resources: [configmaps]
  verbs: [get, list, watch]
",
    run: Run::Role(run),
};

fn run(context: &Context<'_>, role: &Role, findings: &mut Findings) -> Judgement {
    context.read(Kind::RoleBinding)?;
    let granting = context.read(Kind::ClusterRoleBinding)?.granting(role);
    let of_kubernetes = role
        .meta
        .labels
        .get("kubernetes.io/bootstrapping")
        .is_some_and(|by| **by == *"rbac-defaults");
    let is_granted = |object: &&Object| matches!(object, Object::Binding(binding) if rbac::workloads(binding).next().is_some());
    if of_kubernetes && !granting.iter().any(is_granted) {
        findings.not_applicable();
        return Ok(());
    }
    if context.may_exist_elsewhere() && role.is_aggregated && role.rules.is_empty() {
        findings.unknown(
            Place::field("/aggregationRule"),
            "its rules are put together in the cluster",
        );
    }
    for (index, rule) in role.rules.iter().enumerate() {
        judge(index, rule, findings);
    }
    Ok(())
}

fn judge(index: usize, rule: &Rule, findings: &mut Findings) {
    let allows = format!("may {} on {}", verbs_of(rule), objects_of(rule));
    // A rule has no name: what it says tells it from others.
    let lists = [
        &rule.verbs,
        &rule.api_groups,
        &rule.resources,
        &rule.non_resource_urls,
    ];
    let rule_name = lists.map(|names| names.join(",")).join(" ");
    let mut fail = |field: &str, found: &str, advice: &str| {
        let at =
            Place::field(format!("/rules/{index}/{field}")).about(format!("{field} {rule_name}"));
        findings.fail(
            at,
            format!("{field} has `{found}`, so that it {allows}: {advice}"),
        );
    };
    if rbac::has_all(&rule.verbs) {
        fail("verbs", ALL, "name the verbs");
    }
    if rbac::has_all(&rule.api_groups) {
        fail("apiGroups", ALL, "name the groups");
    }
    // `*/scale` is the scale of every resource; nothing else with a `*` in it matches (`ResourceMatches`).
    if let Some(found) = rule
        .resources
        .iter()
        .find(|name| **name == ALL.into() || name.starts_with("*/"))
    {
        fail("resources", found, "name the resources");
    }
    if let Some(found) = rule
        .non_resource_urls
        .iter()
        .find(|url| ["*", "/*"].contains(&&***url))
    {
        fail("nonResourceURLs", found, "name the URLs");
    }
}

fn verbs_of(rule: &Rule) -> String {
    if rbac::has_all(&rule.verbs) {
        return "do anything".to_owned();
    }
    listed(&rule.verbs)
}

fn objects_of(rule: &Rule) -> String {
    if rbac::has_all(&rule.resources) {
        return "all resources".to_owned();
    }
    let urls = rule.resources.is_empty();
    listed(if urls {
        &rule.non_resource_urls
    } else {
        &rule.resources
    })
}

/// The first few of some names.
fn listed(names: &[Text]) -> String {
    let first: Vec<&str> = names.iter().take(3).map(|name| &**name).collect();
    let more = if names.len() > first.len() {
        ", ..."
    } else {
        ""
    };
    format!("{}{more}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, judge};
    use crate::check::{Params, testing};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn role(metadata: &str, rules: &str) -> String {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: ops{metadata}}}, rules: {rules}}}"
        )
    }

    #[test]
    fn wildcards_are_what_kubernetes_takes_for_them() {
        for (rule, parts) in [
            ("apiGroups: [''], resources: [pods], verbs: [get]", &[][..]),
            (
                "apiGroups: [''], resources: [pods], verbs: [get, '*']",
                &[
                    "- /rules/0/verbs verbs get,*  pods : verbs has `*`, so that it may do anything on pods",
                ],
            ),
            (
                "apiGroups: ['*'], resources: [pods], verbs: [get]",
                &["/rules/0/apiGroups"],
            ),
            (
                "apiGroups: [''], resources: ['*'], verbs: [get, list, watch]",
                &["resources has `*`, so that it may get, list, watch on all resources"],
            ),
            (
                "apiGroups: ['*'], resources: ['*'], verbs: ['*']",
                &["/0/verbs", "/0/apiGroups", "/0/resources"],
            ),
            (
                "apiGroups: [apps], resources: ['*/scale'], verbs: [update]",
                &["resources has `*/scale`"],
            ),
            ("apiGroups: [''], resources: ['pods/*'], verbs: [get]", &[]),
            (
                "apiGroups: [''], resources: [pods], verbs: ['*'], resourceNames: [a]",
                &["/rules/0/verbs"],
            ),
            ("apiGroups: [''], resources: [pods], verbs: ['get*']", &[]),
            (
                "nonResourceURLs: [/metrics, '/healthz/*'], verbs: [get]",
                &[],
            ),
            (
                "nonResourceURLs: ['*'], verbs: [get]",
                &["/rules/0/nonResourceURLs"],
            ),
            ("nonResourceURLs: ['/*'], verbs: [get]", &["may get on /*"]),
            (
                "apiGroups: [''], resources: [a, b, c, d], verbs: ['*']",
                &["on a, b, c, ...: name the verbs"],
            ),
        ] {
            let verdict = if parts.is_empty() { Pass } else { Fail };
            assert_on(
                &CHECK,
                &[(&role("", &format!("[{{{rule}}}]")), verdict, parts)],
            );
        }
        assert_on(&CHECK, &[(&role("", "null"), Pass, &[])]);
        let second = role(
            "",
            "[{apiGroups: [''], resources: [a], verbs: [get]}, {apiGroups: [''], resources: [b], verbs: ['*']}]",
        );
        assert_on(&CHECK, &[(&second, Fail, &["/rules/1/verbs"])]);
    }

    #[test]
    fn roles_of_kubernetes_count_where_a_workload_has_them() {
        let own = role(
            ", labels: {kubernetes.io/bootstrapping: rbac-defaults}",
            "[{apiGroups: [''], resources: ['*'], verbs: [get]}]",
        );
        let bound = |subject: &str| {
            let binding = format!(
                "\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: b}}, \
                 roleRef: {{kind: ClusterRole, name: ops}}, subjects: [{{{subject}}}]}}"
            );
            own.clone() + &binding
        };
        assert_on(&CHECK, &[(&own, NotApplicable, &[])]);
        assert_on(
            &CHECK,
            &[(
                &bound("kind: Group, name: 'system:masters'"),
                NotApplicable,
                &[],
            )],
        );
        assert_on(
            &CHECK,
            &[(
                &bound("kind: ServiceAccount, name: a, namespace: b"),
                Fail,
                &["/rules/0/resources"],
            )],
        );
        let mut inventory = testing::inventory(&own);
        inventory.set_source(
            Kind::ClusterRoleBinding,
            Source::Unavailable("forbidden".into()),
        );
        assert_eq!(
            judge(&CHECK, &Params::default(), &inventory)[0].verdict,
            Unknown
        );
    }

    #[test]
    fn rules_that_the_cluster_puts_together_are_not_in_a_file() {
        assert_on(
            &CHECK,
            &[(
                &role("", "[], aggregationRule: {}"),
                Unknown,
                &["- /aggregationRule "],
            )],
        );
        let filled = role(
            "",
            "[{apiGroups: [''], resources: [a], verbs: [get]}], aggregationRule: {}",
        );
        assert_on(&CHECK, &[(&filled, Pass, &[])]);
    }
}
