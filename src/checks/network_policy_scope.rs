use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, Object, Place, Severity, Traffic};

pub(super) static CHECK: Check = Check {
    id: "network-policy-scope",
    title: "What a NetworkPolicy allows, it allows to pods that it names",
    why: "A NetworkPolicy with an empty `podSelector` that allows something allows it to every pod of the namespace, also to \
          those that are not written yet: who needs what cannot be told any more. One that only denies is the default that a \
          namespace should have, and passes. This is a matter of taste where all pods of a namespace need the same (names \
          resolved, metrics scraped), and part of no checklist of ours: have it in a policy where each workload is to say \
          what it needs.",
    fix: "Write one NetworkPolicy for each workload that needs it, and leave the one for all pods without rules.",
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
    severity: Severity::Advice,
    default: false,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["kyverno/restrict-networkpolicy-empty-podselector"],
    subjects: KindSet::of(&[Kind::NetworkPolicy]),
    reads: KindSet::NONE,
    params: &[Param {
        name: "allowed",
        doc: "names of NetworkPolicies that may allow something to every pod of their namespace",
        kind: ParamKind::Strings { default: &[] },
    }],
    bad: r"
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-web}
spec:
  podSelector: {}
  ingress:
  - ports:
    - port: 8080
",
    good: r"
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector:
    matchLabels: {app: web}
  ingress:
  - ports:
    - port: 8080
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::NetworkPolicy(policy) = object else {
        findings.not_applicable();
        return Ok(());
    };
    let is_allowed = context.strings("allowed").contains(&&*policy.meta.key.name);
    if is_allowed || !policy.selector.is_empty() {
        return Ok(());
    }
    for (traffic, has_rules, name) in [
        (policy.ingress, policy.has_rules[0], "ingress"),
        (policy.egress, policy.has_rules[1], "egress"),
    ] {
        if traffic != Traffic::NotIsolated && has_rules {
            findings.fail(
                Place::field("/spec/podSelector").about(name),
                format!(
                    "it allows some {name} to every pod of the namespace: select those that need it"
                ),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict_with};
    use crate::model::Verdict::{Fail, Pass};

    fn policy(spec: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: dns}}, spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn rules_for_every_pod_are_found_where_they_count() {
        let egress = "egress: [{ports: [{port: 53}]}]";
        for (spec, verdict, parts) in [
            ("policyTypes: [Ingress, Egress]".to_owned(), Pass, &[][..]),
            (
                format!("policyTypes: [Egress], {egress}"),
                Fail,
                &["some egress to every pod"],
            ),
            (egress.to_owned(), Fail, &["some egress"]),
            (format!("policyTypes: [Ingress], {egress}"), Pass, &[]),
            (
                format!("podSelector: {{matchLabels: {{a: b}}}}, {egress}"),
                Pass,
                &[],
            ),
        ] {
            assert_on(&CHECK, &[(&policy(&spec), verdict, parts)]);
        }
        let allowed = serde_json::json!({"allowed": ["dns"]});
        assert_eq!(verdict_with(&CHECK, allowed, &policy(egress))[0].1, Pass);
    }
}
