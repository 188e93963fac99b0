use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, NetworkPolicy, Object, Place, Severity, Traffic, Workload};

pub(super) static CHECK: Check = Check {
    id: "namespace-default-deny",
    title: "The namespace denies traffic by default",
    why: "A NetworkPolicy isolates the pods that it selects and no others: the next workload of the namespace is open to all \
          until somebody remembers to write one for it. One that selects every pod (an empty `podSelector`) closes that \
          gap. It may allow something, since NetworkPolicies add up; but where one for every pod allows everything \
          (`ingress: [{}]`), nothing is denied. A selector that matches all pods that are here now does not count: it need \
          not match the next one.",
    fix: "Add a NetworkPolicy with `podSelector: {}`, `policyTypes: [Ingress]` and no rules to the namespace, and allow what is \
          needed by one for each workload.",
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["kubescape/C-0206"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::NetworkPolicy]),
    params: &[Param {
        name: "policyTypes",
        doc: "the directions that must be denied by default: Ingress, Egress",
        kind: ParamKind::Strings {
            default: &["Ingress"],
        },
    }],
    bad: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector:
    matchLabels: {app: web}
  policyTypes: [Ingress]
",
    good: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny}
spec:
  podSelector: {}
  policyTypes: [Ingress]
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let view = context.read(Kind::NetworkPolicy)?;
    let selecting = view.selecting(workload, Kind::NetworkPolicy).into_iter();
    // A policy that selects every pod selects those of this workload.
    let of_all: Vec<_> = selecting.filter_map(for_every_pod).collect();
    for direction in context.strings("policyTypes") {
        let at = Place::field("/metadata/namespace").about(direction);
        let traffic: fn(&NetworkPolicy) -> Traffic = match direction {
            "Ingress" => |policy| policy.ingress,
            "Egress" => |policy| policy.egress,
            other => {
                let message =
                    format!("policyTypes of the policy: {other} is neither Ingress nor Egress");
                findings.unknown(at, message);
                continue;
            }
        };
        let name = direction.to_ascii_lowercase();
        let open = of_all
            .iter()
            .find(|policy| traffic(policy) == Traffic::AllAllowed);
        if let Some(open) = open {
            let open = &open.meta.key.name;
            findings.fail(
                at,
                format!("NetworkPolicy {open} allows all {name} of every pod: nothing is denied; remove its empty rule"),
            );
        } else if !of_all
            .iter()
            .any(|policy| traffic(policy) == Traffic::Restricted)
        {
            findings.fail(
                at,
                format!("no NetworkPolicy denies {name} to every pod of the namespace by default: add one with podSelector: {{}}"),
            );
        }
    }
    Ok(())
}

fn for_every_pod(object: &Object) -> Option<&NetworkPolicy> {
    match object {
        Object::NetworkPolicy(policy) if policy.selector.is_empty() => Some(policy),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, inventory, verdict_with};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    const POD: &str =
        "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {}}";

    fn policy(name: &str, spec: &str) -> String {
        format!(
            "\n---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn only_a_policy_for_every_pod_is_a_default() {
        let none = "- /metadata/namespace Ingress: no NetworkPolicy denies ingress to every pod";
        for (spec, verdict, parts) in [
            ("podSelector: {}", Pass, &[][..]),
            ("policyTypes: [Ingress]", Pass, &[]),
            ("podSelector: {}, policyTypes: [Ingress, Egress]", Pass, &[]),
            ("podSelector: {matchLabels: {}}", Pass, &[]),
            // Something may be allowed: what more is allowed depends on other policies as it is.
            (
                "podSelector: {}, ingress: [{from: [{podSelector: {}}]}]",
                Pass,
                &[],
            ),
            ("podSelector: {matchLabels: {app: web}}", Fail, &[none]),
            // All pods, as it happens.
            (
                "podSelector: {matchExpressions: [{key: open, operator: DoesNotExist}]}",
                Fail,
                &[none],
            ),
            ("podSelector: {}, policyTypes: [Egress]", Fail, &[none]),
            (
                "podSelector: {}, ingress: [{}]",
                Fail,
                &["NetworkPolicy p allows all ingress of every pod"],
            ),
        ] {
            assert_on(
                &CHECK,
                &[(&(POD.to_owned() + &policy("p", spec)), verdict, parts)],
            );
        }
        assert_on(&CHECK, &[(POD, Fail, &[none])]);
    }

    #[test]
    fn policies_add_up() {
        let deny = policy("deny", "podSelector: {}");
        for (other, verdict, parts) in [
            (
                "podSelector: {}, ingress: [{}]",
                Fail,
                &["NetworkPolicy p allows all"][..],
            ),
            // For the pods of one workload that is what network-policy-ingress says.
            (
                "podSelector: {matchLabels: {app: web}}, ingress: [{}]",
                Pass,
                &[],
            ),
        ] {
            let manifests = POD.to_owned() + &deny + &policy("p", other);
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
        let elsewhere = POD.to_owned() + &policy("p, namespace: other", "podSelector: {}");
        assert_on(&CHECK, &[(&elsewhere, Fail, &["no NetworkPolicy"])]);
    }

    #[test]
    fn directions_may_be_asked_for() {
        let both = serde_json::json!({"policyTypes": ["Ingress", "Egress"]});
        let ingress = POD.to_owned() + &policy("p", "podSelector: {}");
        let outcome = verdict_with(&CHECK, both.clone(), &ingress).remove(0);
        assert_eq!(outcome.1, Fail);
        assert!(
            outcome.2[0].contains("denies egress to every pod"),
            "{outcome:?}"
        );
        let all = POD.to_owned() + &policy("p", "podSelector: {}, policyTypes: [Ingress, Egress]");
        assert_eq!(verdict_with(&CHECK, both, &all)[0].1, Pass);
        let typo = serde_json::json!({"policyTypes": ["ingress"]});
        assert_eq!(verdict_with(&CHECK, typo, &all)[0].1, Unknown);
    }

    #[test]
    fn policies_that_cannot_be_read_decide_nothing() {
        let mut files = inventory(POD);
        files.set_source(Kind::NetworkPolicy, Source::Unavailable("forbidden".into()));
        assert_in(
            &CHECK,
            &Params::default(),
            &files,
            Unknown,
            &["NetworkPolicys cannot be read: forbidden"],
        );
    }
}
