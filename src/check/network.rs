//! What the checks on NetworkPolicies share.

use super::{Context, Findings, Judgement};
use crate::inventory::View;
use crate::model::{Kind, NetworkPolicy, Object, Place, Selector, Text, Traffic, Workload};

/// A direction of traffic, seen from the pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the pods.
    Ingress,
    /// From the pods.
    Egress,
}

impl Direction {
    const fn of(self, policy: &NetworkPolicy) -> Traffic {
        match self {
            Self::Ingress => policy.ingress,
            Self::Egress => policy.egress,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

/// Some NetworkPolicy isolates the workload's pods in this direction, and none lets everything through again: what any of
/// them allows is allowed.
pub fn require(
    context: &Context<'_>,
    workload: &Workload,
    direction: Direction,
    consequence: &str,
    findings: &mut Findings,
) -> Judgement {
    if workload.pod.host_network {
        let message =
            "hostNetwork is true: NetworkPolicies do not apply to a pod in its node's network";
        findings.fail(
            Place::pod(workload, "/hostNetwork"),
            format!("{message}, so {consequence}; remove it"),
        );
        return Ok(());
    }
    let objects = context
        .read(Kind::NetworkPolicy)?
        .selecting(workload, Kind::NetworkPolicy);
    let policies = objects.into_iter().filter_map(|object| match object {
        Object::NetworkPolicy(policy) => Some(policy),
        _ => None,
    });
    let (name, at) = (direction.name(), || Place::pod_labels(workload));
    let mut isolated = false;
    for policy in policies {
        match direction.of(policy) {
            Traffic::NotIsolated => {}
            Traffic::Restricted => isolated = true,
            Traffic::AllAllowed => {
                isolated = true;
                let policy = &policy.meta.key.name;
                let problem = format!(
                    "NetworkPolicy {policy} has an empty {name} rule, which allows all of it"
                );
                findings.fail(
                    at().about(policy.clone()),
                    format!("{problem}; name peers or ports in it"),
                );
            }
        }
    }
    if !isolated {
        findings.fail(
            at(),
            format!(
                "no NetworkPolicy restricts {name}: {consequence}; add one that selects its pods"
            ),
        );
    }
    Ok(())
}

/// What may make pods, of which there are none among the files, that a selector in a namespace is meant for: `a controller`, where one
/// of its labels is in a domain of somebody's own, or the custom resource that does. `None` where nothing does.
pub fn maker(
    context: &Context<'_>,
    view: View<'_>,
    namespace: &Text,
    selector: &Selector,
) -> Option<String> {
    if !context.may_exist_elsewhere() {
        return None;
    }
    if is_of_a_controller(selector) {
        return Some("a controller".to_owned());
    }
    let maker = view.maker(namespace, selector)?;
    Some(format!("{} {}", maker.kind, maker.name))
}

/// Whether a label of a selector is in a domain of somebody's own, as controllers label the pods that they make for a custom
/// resource.
fn is_of_a_controller(selector: &Selector) -> bool {
    selector.0.iter().any(|requirement| {
        let domain = requirement.key.split_once('/').map(|(domain, _)| domain);
        let is_common = |domain: &str| {
            ["kubernetes.io", "k8s.io"].iter().any(|of| {
                domain == *of
                    || domain
                        .strip_suffix(of)
                        .is_some_and(|rest| rest.ends_with('.'))
            })
        };
        domain.is_some_and(|domain| !is_common(domain))
    })
}

#[cfg(test)]
mod tests {
    use crate::check::testing::assert_on;
    use crate::checks;
    use crate::model::Verdict::{Fail, Pass};

    const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web, team: shop}}, spec: {}}";

    fn policy(name: &str, spec: &str) -> String {
        format!(
            "\n---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
        )
    }

    /// Runs rows for both directions: `$IN` stands for the direction's policy type, `$in` for its rules, `$OUT` and `$out` for
    /// those of the other one.
    fn assert_both(rows: &[(String, bool, &str)]) {
        for [(own_type, own), (other_type, other)] in [
            [("Ingress", "ingress"), ("Egress", "egress")],
            [("Egress", "egress"), ("Ingress", "ingress")],
        ] {
            let check =
                checks::find(&format!("network-policy-{own}")).expect("it is in the catalogue");
            for (manifests, passes, part) in rows {
                let named = |text: &str| {
                    let text = text.replace("$IN", own_type).replace("$in", own);
                    text.replace("$OUT", other_type).replace("$out", other)
                };
                let (manifests, part) = (named(manifests), named(part));
                let parts: &[&str] = if *passes { &[] } else { &[&part] };
                assert_on(
                    check,
                    &[(&manifests, if *passes { Pass } else { Fail }, parts)],
                );
            }
        }
    }

    #[test]
    fn policies_add_up() {
        let all = "podSelector: {}";
        let on = |specs: &[&str]| {
            let policies = specs
                .iter()
                .enumerate()
                .map(|(at, spec)| policy(&format!("p{at}"), spec));
            POD.to_owned() + &policies.collect::<String>()
        };
        let none = "- /metadata/labels : no NetworkPolicy restricts $in";
        let denied = format!("{all}, policyTypes: [$IN]");
        assert_both(&[
            (on(&[]), false, none),
            (on(&[&denied]), true, ""),
            (on(&[&format!("{denied}, $in: []")]), true, ""),
            (
                on(&[&format!("{denied}, $in: [{{ports: [{{port: 80}}]}}]")]),
                true,
                "",
            ),
            (on(&[&format!("{all}, policyTypes: [$OUT]")]), false, none),
            (on(&[&format!("{all}, policyTypes: [$IN, $OUT]")]), true, ""),
            // A rule without peers and ports is every peer and every port, even beside others and in another policy.
            (
                on(&[&format!("{denied}, $in: [{{}}]")]),
                false,
                "labels p0: NetworkPolicy p0 has an empty $in rule",
            ),
            (
                on(&[&denied, &format!("{denied}, $in: [{{}}]")]),
                false,
                "labels p1: NetworkPolicy p1 has an empty",
            ),
            (
                on(&[&format!("{denied}, $in: [{{ports: [{{port: 80}}]}}, {{}}]")]),
                false,
                "p0 has an empty",
            ),
            (
                on(&[&format!(
                    "{denied}, $in: [{{from: [], to: null, ports: []}}]"
                )]),
                false,
                "p0 has an empty",
            ),
            // It allows all that way, not the other way.
            (
                on(&[
                    &denied,
                    &format!("{all}, policyTypes: [$OUT], $out: [{{}}]"),
                ]),
                true,
                "",
            ),
            // Rules of a direction that is not among the types say nothing.
            (
                on(&[&denied, &format!("{all}, policyTypes: [$OUT], $in: [{{}}]")]),
                true,
                "",
            ),
        ]);
    }

    #[test]
    fn types_that_are_not_given_follow_the_rules() {
        let ingress = checks::find("network-policy-ingress").expect("it is in the catalogue");
        let egress = checks::find("network-policy-egress").expect("it is in the catalogue");
        let with = |spec: &str| POD.to_owned() + &policy("p", spec);
        let missing: &[&str] = &["no NetworkPolicy restricts egress"];
        for (spec, verdict, parts) in [
            ("podSelector: {}", Fail, missing),
            ("", Fail, missing),
            ("podSelector: {}, egress: []", Fail, missing),
            (
                "podSelector: {}, egress: [{ports: [{port: 53}]}]",
                Pass,
                &[],
            ),
        ] {
            assert_on(ingress, &[(&with(spec), Pass, &[])]);
            assert_on(egress, &[(&with(spec), verdict, parts)]);
        }
    }

    #[test]
    fn a_selector_means_what_kubernetes_means() {
        let selected = |selector: &str| {
            POD.to_owned()
                + &policy(
                    "p",
                    &format!("podSelector: {{{selector}}}, policyTypes: [Ingress, Egress]"),
                )
        };
        let missing = "no NetworkPolicy restricts $in";
        let elsewhere = selected("").replace("name: p", "name: p, namespace: shop");
        assert_both(&[
            (selected(""), true, ""),
            (selected("matchLabels: {app: web}"), true, ""),
            (selected("matchLabels: {app: web, team: shop}"), true, ""),
            (
                selected("matchLabels: {app: api, team: shop}"),
                false,
                missing,
            ),
            (
                selected("matchLabels: {app: web, tier: front}"),
                false,
                missing,
            ),
            (
                selected("matchExpressions: [{key: app, operator: In, values: [web]}]"),
                true,
                "",
            ),
            (
                selected("matchExpressions: [{key: team, operator: DoesNotExist}]"),
                false,
                missing,
            ),
            (elsewhere, false, missing),
        ]);
    }

    #[test]
    fn a_pod_in_its_nodes_network_is_not_isolated() {
        let pod = POD.replace("spec: {}", "spec: {hostNetwork: true}");
        let denied = policy("p", "podSelector: {}, policyTypes: [Ingress, Egress]");
        assert_both(&[(
            pod + &denied,
            false,
            "- /spec/hostNetwork : hostNetwork is true",
        )]);
    }
}
