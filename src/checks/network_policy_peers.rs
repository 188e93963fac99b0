use crate::check::{Check, Context, Findings, Group, Judgement, Run, network};
use crate::model::{Kind, KindSet, NetworkPolicy, Object, Peer, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "network-policy-peers",
    title: "The peers of the NetworkPolicy are there",
    why: "A rule whose peers match no pod lets nothing through: what should be able to connect cannot, and nobody is told. A \
          peer with a `podSelector` alone is of the policy's own namespace, which is the usual mistake; one with both \
          selectors is of pods that both match. A peer with a `namespaceSelector` alone needs a namespace, not a pod. In \
          files, namespaces that are not among them may have such labels, so that the verdict is Unknown.",
    fix: "Correct the labels; for pods of another namespace, add a `namespaceSelector` to the same peer \
          (`kubernetes.io/metadata.name` is the label with its name).",
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors",
    severity: Severity::High,
    default: false,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "kube-linter/dangling-networkpolicypeer-podselector",
        "popeye/1201",
        "popeye/1202",
        "popeye/1208",
    ],
    subjects: KindSet::of(&[Kind::NetworkPolicy]),
    reads: KindSet::WORKLOADS.union(KindSet::of(&[Kind::Namespace])),
    params: &[],
    bad: r"
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector:
    matchLabels: {app: web}
  ingress:
  - from:
    - podSelector:
        matchLabels: {app: gateway}
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector:
    matchLabels: {app: web}
  ingress:
  - from:
    - podSelector:
        matchLabels: {app: gateway}
---
apiVersion: v1
kind: Pod
metadata:
  name: gateway
  labels: {app: gateway}
spec:
  containers:
  - {name: gateway, image: registry.example/gateway:2.0.1}
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::NetworkPolicy(policy) = object else {
        findings.not_applicable();
        return Ok(());
    };
    for kind in CHECK.reads.iter() {
        context.read(kind)?;
    }
    if policy.peers.is_empty() {
        findings.not_applicable();
    }
    for peer in &policy.peers {
        judge(context, policy, peer, findings)?;
    }
    Ok(())
}

fn judge(
    context: &Context<'_>,
    policy: &NetworkPolicy,
    peer: &Peer,
    findings: &mut Findings,
) -> Judgement {
    let view = context.read(Kind::NetworkPolicy)?;
    let of = view.namespaces_of(&policy.meta.key.namespace, peer);
    let pods = peer.pods.as_ref().filter(|pods| !pods.is_empty());
    let is_there = match pods {
        // Every pod of those namespaces, also the next one.
        None => !of.names.is_empty(),
        Some(pods) => {
            let selected = |namespace| !view.selected(namespace, pods).is_empty();
            of.names.iter().any(selected)
        }
    };
    if is_there {
        return Ok(());
    }
    // Two peers of a rule may well be alike: the place tells them apart.
    let path = peer.path();
    let at = Place::field(path.clone()).about(path);
    let maker = pods.and_then(|pods| {
        let mut names = of.names.iter();
        names.find_map(|namespace| network::maker(context, view, namespace, pods))
    });
    if of.may_be_more {
        let message = "no pod among the files is this peer: its namespace may be elsewhere";
        findings.unknown(at, message);
    } else if let Some(maker) = maker {
        let message = "no pod among the files is this peer";
        findings.unknown(
            at,
            format!("{message}; {maker} may make pods with such labels"),
        );
    } else if of.names.is_empty() {
        let message = "no namespace has the labels of this peer, so that it lets nothing through";
        findings.fail(at, format!("{message}: correct them"));
    } else {
        let message = "no pod has the labels of this peer, so that it lets nothing through";
        findings.fail(at, format!("{message}: correct them"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn policy(peer: &str) -> String {
        let pod = |namespace: &str, name: &str| {
            format!(
                "\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}, labels: {{app: {name}}}}}, spec: {{}}}}"
            )
        };
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {{}}, \
             policyTypes: [Egress], egress: [{{to: [{{{peer}}}]}}]}}}}{}{}",
            pod("shop", "web"),
            pod("data", "db")
        )
    }

    const NAMESPACE: &str =
        "\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: data, labels: {team: data}}}";

    #[test]
    fn pods_are_looked_for_where_the_peer_says() {
        let none = "- /spec/egress/0/to/0 /spec/egress/0/to/0: no pod has the labels of this peer";
        let nowhere = "no namespace has the labels of this peer";
        let named = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}";
        let team = "namespaceSelector: {matchLabels: {team: data}}";
        let db = "podSelector: {matchLabels: {app: db}}";
        let cluster = |peer: &str| policy(peer) + NAMESPACE;
        for (peer, verdict, parts) in [
            (
                "podSelector: {matchLabels: {app: web}}".to_owned(),
                Pass,
                &[][..],
            ),
            ("podSelector: {}".to_owned(), Pass, &[]),
            (db.to_owned(), Fail, &[none]),
            (format!("{db}, {named}"), Pass, &[]),
            (format!("{db}, {team}"), Pass, &[]),
            (team.to_owned(), Pass, &[]),
            ("namespaceSelector: {}".to_owned(), Pass, &[]),
            (
                format!("podSelector: {{matchLabels: {{app: web}}}}, {team}"),
                Fail,
                &[none],
            ),
            (
                "namespaceSelector: {matchLabels: {team: shop}}".to_owned(),
                Fail,
                &[nowhere],
            ),
            ("ipBlock: {cidr: 10.0.0.0/8}".to_owned(), NotApplicable, &[]),
        ] {
            assert_running(&CHECK, &[(&cluster(&peer), verdict, parts)]);
        }
    }

    #[test]
    fn in_files_namespaces_may_be_elsewhere() {
        let of = |labels: &str| format!("namespaceSelector: {{matchLabels: {{{labels}}}}}");
        let db = "podSelector: {matchLabels: {app: db}}";
        let by_name = of("kubernetes.io/metadata.name: data");
        for (peer, verdict, parts) in [
            (db.to_owned(), Fail, &["no pod has the labels"][..]),
            (format!("{db}, {by_name}"), Pass, &[]),
            (by_name, Pass, &[]),
            (
                of("team: data"),
                Unknown,
                &["its namespace may be elsewhere"],
            ),
            (
                "podSelector: {matchLabels: {example.com/cluster: a}}".to_owned(),
                Unknown,
                &["a controller may make"],
            ),
        ] {
            assert_on(&CHECK, &[(&policy(&peer), verdict, parts)]);
        }
    }
}
