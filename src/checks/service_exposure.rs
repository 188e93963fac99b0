use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Clients, Kind, KindSet, Place, Reach, Service, Severity};

pub(super) static CHECK: Check = Check {
    id: "service-exposure",
    title: "Services let in only those they are for",
    why: "What the Internet can reach is attacked, and a Service that it can reach by itself has neither the TLS nor the \
          rules of an Ingress or a Gateway in front of it. `NodePort` opens a port on every node, whatever their \
          firewall says; `LoadBalancer` lets everybody in unless it is told otherwise, and so do `externalIPs`. A load \
          balancer passes with `loadBalancerSourceRanges` (but for `0.0.0.0/0`), or where an annotation or its class puts \
          it into the private network: those of AWS, Azure, Google, OpenStack and a few more are known.",
    fix: "Use `type: ClusterIP` behind an Ingress or a route; or give a load balancer `loadBalancerSourceRanges` or your \
          cloud's annotation for an internal one.",
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "kube-score/service-type",
        "kube-linter/exposed-services",
        "popeye/1103",
        "popeye/1104",
    ],
    subjects: KindSet::of(&[Kind::Service]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports:
  - port: 80
",
    good: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - port: 80
",
    run: Run::Service(run),
};

fn run(_: &Context<'_>, service: &Service, findings: &mut Findings) -> Judgement {
    let at = |field: &'static str| Place::field(format!("/spec/{field}")).about(field);
    let behind = "use ClusterIP behind an Ingress or a route";
    match service.reach {
        Reach::Elsewhere => {
            findings.not_applicable();
            return Ok(());
        }
        Reach::Nodes => findings.fail(
            at("type"),
            format!("type NodePort opens a port on every node: {behind}"),
        ),
        Reach::LoadBalancer(Clients::Everybody) => findings.fail(
            at("type"),
            format!(
                "type LoadBalancer lets everybody in: set loadBalancerSourceRanges, make it internal, or {behind}"
            ),
        ),
        Reach::LoadBalancer(Clients::InRanges | Clients::InNetwork) | Reach::Cluster => {}
    }
    if service.has_external_ips {
        findings.fail(
            at("externalIPs"),
            format!("externalIPs lets in whoever reaches a node: {behind}"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    fn service(annotations: &str, spec: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: web, annotations: {{{annotations}}}}}, spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn types_are_what_they_open() {
        for (spec, verdict, parts) in [
            ("", Pass, &[][..]),
            ("type: ClusterIP", Pass, &[]),
            ("clusterIP: None", Pass, &[]),
            // It leads to no pod.
            (
                "type: ExternalName, externalName: db.example",
                NotApplicable,
                &[],
            ),
            (
                "type: NodePort",
                Fail,
                &["- /spec/type type: type NodePort opens a port on every node"],
            ),
            ("type: LoadBalancer", Fail, &["lets everybody in"]),
            (
                "externalIPs: [192.0.2.1]",
                Fail,
                &["- /spec/externalIPs externalIPs: externalIPs lets in"],
            ),
            (
                "type: NodePort, externalIPs: [192.0.2.1]",
                Fail,
                &["/spec/type", "/spec/externalIPs"],
            ),
        ] {
            assert_on(&CHECK, &[(&service("", spec), verdict, parts)]);
        }
    }

    #[test]
    fn ranges_that_are_everything_are_none() {
        let annotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
        for (annotations, ranges, verdict) in [
            (String::new(), "[10.0.0.0/8]", Pass),
            (String::new(), "['203.0.113.0/24', '2001:db8::/32']", Pass),
            (String::new(), "[]", Fail),
            (String::new(), "null", Fail),
            (String::new(), "['0.0.0.0/0']", Fail),
            (String::new(), "['10.0.0.0/8', '::/0']", Fail),
            (
                format!("{annotation}: '10.0.0.0/8, 192.0.2.0/24'"),
                "[]",
                Pass,
            ),
            (format!("{annotation}: '10.0.0.0/8, 0.0.0.0/0'"), "[]", Fail),
            (format!("{annotation}: ''"), "[]", Fail),
            // The field counts before the annotation.
            (format!("{annotation}: 10.0.0.0/8"), "['0.0.0.0/0']", Fail),
            (
                "service.beta.kubernetes.io/azure-allowed-ip-ranges: 10.0.0.0/8".to_owned(),
                "[]",
                Pass,
            ),
        ] {
            let spec = format!("type: LoadBalancer, loadBalancerSourceRanges: {ranges}");
            let parts: &[&str] = if verdict == Fail { &["everybody"] } else { &[] };
            assert_on(&CHECK, &[(&service(&annotations, &spec), verdict, parts)]);
        }
        // A range does not close the ports of nodes.
        let nodes = service("", "type: NodePort, loadBalancerSourceRanges: [10.0.0.0/8]");
        assert_on(&CHECK, &[(&nodes, Fail, &["NodePort"])]);
    }

    #[test]
    fn clouds_have_their_own_words_for_internal() {
        let beta = "service.beta.kubernetes.io";
        for (annotation, verdict) in [
            (
                "networking.gke.io/load-balancer-type: Internal".to_owned(),
                Pass,
            ),
            (
                "cloud.google.com/load-balancer-type: internal".to_owned(),
                Pass,
            ),
            (
                "networking.gke.io/load-balancer-type: External".to_owned(),
                Fail,
            ),
            (format!("{beta}/aws-load-balancer-internal: 'true'"), Pass),
            // What used to be written before it was a truth value.
            (
                format!("{beta}/aws-load-balancer-internal: 0.0.0.0/0"),
                Pass,
            ),
            (format!("{beta}/aws-load-balancer-internal: 'false'"), Fail),
            (format!("{beta}/aws-load-balancer-scheme: internal"), Pass),
            (
                format!("{beta}/aws-load-balancer-scheme: internet-facing"),
                Fail,
            ),
            // The AWS Load Balancer Controller makes internal ones unless it is told otherwise.
            (format!("{beta}/aws-load-balancer-type: external"), Pass),
            (format!("{beta}/aws-load-balancer-type: nlb"), Fail),
            (
                format!(
                    "{beta}/aws-load-balancer-type: external, {beta}/aws-load-balancer-scheme: internet-facing"
                ),
                Fail,
            ),
            (format!("{beta}/azure-load-balancer-internal: 'true'"), Pass),
            (
                format!("{beta}/azure-load-balancer-internal: 'false'"),
                Fail,
            ),
            (
                format!("{beta}/openstack-internal-load-balancer: 'true'"),
                Pass,
            ),
            (format!("{beta}/oci-load-balancer-internal: 'true'"), Pass),
            (format!("{beta}/do-loadbalancer-network: INTERNAL"), Pass),
            (
                "load-balancer.hetzner.cloud/disable-public-network: 'true'".to_owned(),
                Pass,
            ),
            ("example.com/internal: 'true'".to_owned(), Fail),
        ] {
            let parts: &[&str] = if verdict == Fail { &["everybody"] } else { &[] };
            let service = service(&annotation, "type: LoadBalancer");
            assert_on(&CHECK, &[(&service, verdict, parts)]);
        }
        for (class, verdict) in [
            ("service.k8s.aws/nlb", Pass),
            ("eks.amazonaws.com/nlb", Pass),
            ("tailscale", Pass),
            ("example.com/metal", Fail),
        ] {
            let spec = format!("type: LoadBalancer, loadBalancerClass: {class}");
            let parts: &[&str] = if verdict == Fail { &["everybody"] } else { &[] };
            assert_on(&CHECK, &[(&service("", &spec), verdict, parts)]);
        }
    }
}
