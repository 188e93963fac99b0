use core::net::{IpAddr, Ipv4Addr};

use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "control-plane-private-address",
    title: "The control plane is reached by private addresses",
    why: "An API server with a public address is one leaked token, or one mistake in it, away from everybody. The addresses \
          under which pods reach it are those of the Service `default/kubernetes`, and must be private (10.0.0.0/8, \
          172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7, or of the machine itself). That tells on Google's clusters \
          and on one's own; on Amazon's they are always private, whatever else the control plane listens on, so that with \
          nodes there it is Unknown. All workloads of a cluster have the same verdict.",
    fix: "Make the cluster a private one, or let the API server advertise a private address and close the public one.",
    source: "https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/",
    severity: Severity::Critical,
    default: false,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::EndpointSlice, Kind::Node]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: kubernetes
  namespace: default
  labels: {kubernetes.io/service-name: kubernetes}
addressType: IPv4
endpoints:
- addresses: [203.0.113.10]
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: kubernetes
  namespace: default
  labels: {kubernetes.io/service-name: kubernetes}
addressType: IPv4
endpoints:
- addresses: [10.0.0.2]
",
    run: Run::Running(run),
};

fn run(context: &Context<'_>, _: &Workload, findings: &mut Findings) -> Judgement {
    context.read(Kind::Node)?;
    let view = context.read(Kind::EndpointSlice)?;
    let slices = view.slices_of_api_server();
    let mut addresses: Vec<_> = slices.flat_map(|slice| &slice.addresses).collect();
    addresses.sort();
    addresses.dedup();
    let at = || Place::field("/metadata");
    if view.is_on_aws() {
        let message = "on Amazon's cloud the addresses of default/kubernetes are always private, and prove nothing";
        findings.unknown(at(), message);
        return Ok(());
    }
    if addresses.is_empty() {
        findings.unknown(
            at(),
            "no EndpointSlice of default/kubernetes has an address",
        );
    }
    for address in addresses {
        match address.parse::<IpAddr>() {
            Ok(parsed) if is_private(parsed) => {}
            Ok(_) => {
                let message = format!(
                    "the API server is reached at {address}, which is public: give it a private address"
                );
                findings.fail(at().about(address.clone()), message);
            }
            Err(_) => {
                let message =
                    format!("{address}, at which the API server is reached, is no address");
                findings.unknown(at().about(address.clone()), message);
            }
        }
    }
    Ok(())
}

/// Whether nobody outside reaches it: private, shared (100.64.0.0/10), unique local, link-local or the machine's own.
fn is_private(address: IpAddr) -> bool {
    let of_four = |address: Ipv4Addr| {
        let [first, second, ..] = address.octets();
        let is_shared = first == 100 && (64..128).contains(&second);
        address.is_private() || is_shared || address.is_loopback() || address.is_link_local()
    };
    match address {
        IpAddr::V4(address) => of_four(address),
        IpAddr::V6(address) => {
            address.to_ipv4_mapped().is_some_and(of_four)
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_loopback()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_running, cluster};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{self, Fail, Pass, Unknown};

    const POD: &str =
        "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web}]}}";

    fn slice(namespace: &str, service: &str, addresses: &str) -> String {
        format!(
            "\n---\n{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: s-{service}, namespace: {namespace}, \
             labels: {{kubernetes.io/service-name: {service}}}}}, endpoints: [{{addresses: [{addresses}]}}]}}"
        )
    }

    #[track_caller]
    fn assert_at(objects: &str, verdict: Verdict, parts: &[&str]) {
        assert_running(&CHECK, &[(&(POD.to_owned() + objects), verdict, parts)]);
    }

    #[test]
    fn private_is_what_is_not_routed_outside() {
        for (address, verdict) in [
            ("10.0.0.1", Pass),
            ("172.16.0.1", Pass),
            ("172.31.255.255", Pass),
            ("172.32.0.1", Fail),
            ("192.168.1.1", Pass),
            ("100.64.0.1", Pass),
            ("100.127.255.255", Pass),
            ("100.128.0.1", Fail),
            ("127.0.0.1", Pass),
            ("34.118.224.1", Fail),
            ("'fd00::1'", Pass),
            ("'fc00::1'", Pass),
            ("'2001:db8::1'", Fail),
            ("'::ffff:10.0.0.1'", Pass),
            ("api.example.com", Unknown),
        ] {
            let shown = address.trim_matches('\'');
            let part = match verdict {
                Fail => format!("the API server is reached at {shown}, which is public"),
                _ => format!("{shown}, at which the API server is reached, is no address"),
            };
            let parts: &[&str] = if verdict == Pass { &[] } else { &[&part] };
            assert_at(&slice("default", "kubernetes", address), verdict, parts);
        }
        // One public address of several is enough.
        assert_at(
            &slice("default", "kubernetes", "10.0.0.1, 203.0.113.9"),
            Fail,
            &["203.0.113.9"],
        );
    }

    #[test]
    fn only_the_api_servers_own_addresses_count() {
        let own = slice("default", "kubernetes", "10.0.0.1");
        assert_at(
            &(own.clone() + &slice("default", "web", "203.0.113.9")),
            Pass,
            &[],
        );
        assert_at(
            &(own + &slice("other", "kubernetes", "203.0.113.9")),
            Pass,
            &[],
        );
        let none = &["no EndpointSlice of default/kubernetes has an address"][..];
        assert_at("", Unknown, none);
        assert_at(&slice("default", "kubernetes", ""), Unknown, none);
    }

    #[test]
    fn on_amazons_cloud_they_prove_nothing() {
        let node = |provider: &str| {
            format!(
                "\n---\n{{apiVersion: v1, kind: Node, metadata: {{name: worker}}, spec: {{providerID: '{provider}'}}}}"
            )
        };
        let own = slice("default", "kubernetes", "10.0.0.1");
        let found = &["on Amazon's cloud"][..];
        assert_at(
            &(own.clone() + &node("aws:///eu-central-1a/i-0123")),
            Unknown,
            found,
        );
        assert_at(&(own.clone() + &node("gce://project/zone/n")), Pass, &[]);
        assert_at(&(own + &node("")), Pass, &[]);
    }

    #[test]
    fn what_cannot_be_read_decides_nothing() {
        let params = Params::default();
        for kind in [Kind::EndpointSlice, Kind::Node] {
            let mut cluster =
                cluster(&(POD.to_owned() + &slice("default", "kubernetes", "203.0.113.9")));
            cluster.set_source(kind, Source::Unavailable("forbidden".into()));
            let found = format!("{kind}s cannot be read: forbidden");
            assert_in(&CHECK, &params, &cluster, Unknown, &[&found]);
        }
    }
}
