use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "route-hostnames",
    title: "Routes name the hosts that they are for",
    why: "A route without hostnames, or with a wildcard, takes every request of its listeners that no other route names more \
          closely: also those for hosts that are added later, and for names of which nobody knew that they lead here. What \
          is attached to a listener with a hostname of its own is bounded by it, if that is no wildcard. Part of no checklist \
          of ours, as many Gateways serve one host: have it in a policy where teams share listeners.",
    fix: "List the hosts in `spec.hostnames`, or give the listener a hostname.",
    source: "https://gateway-api.sigs.k8s.io/api-types/httproute/#hostnames",
    severity: Severity::Advice,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["polaris/httpRouteWildcardOrEmptyHost"],
    subjects: KindSet::of(&[Kind::HTTPRoute, Kind::GRPCRoute]),
    reads: KindSet::of(&[Kind::Gateway]),
    params: &[],
    bad: r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs:
  - {name: public}
  rules:
  - backendRefs:
    - {name: web, port: 80}
",
    good: r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs:
  - {name: public}
  hostnames: [shop.example]
  rules:
  - backendRefs:
    - {name: web, port: 80}
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::Route(route) = object else {
        findings.not_applicable();
        return Ok(());
    };
    // A route within the cluster is for the Service that it is attached to.
    if route.parents.is_empty() {
        findings.not_applicable();
        return Ok(());
    }
    let at = Place::field("/spec/hostnames");
    for host in route.hostnames.iter().filter(|host| host.contains('*')) {
        findings.fail(
            at.clone().about(host.clone()),
            format!("the wildcard {host} takes what nobody else names: list the hosts"),
        );
    }
    if !route.hostnames.is_empty() {
        return Ok(());
    }
    let view = context.read(Kind::Gateway)?;
    let is_bounded = route.parents.iter().all(|parent| {
        let listeners = view
            .gateway(route, parent)
            .map(|gateway| &gateway.listeners);
        let meant = listeners.into_iter().flatten().filter(|listener| {
            let section = parent.section.as_ref();
            section.is_none_or(|name| *name == listener.name)
                && parent.port.is_none_or(|port| port == listener.port)
        });
        let bounded: Vec<_> = meant
            .map(|listener| {
                let host = listener.hostname.as_ref();
                host.is_some_and(|host| !host.contains('*'))
            })
            .collect();
        !bounded.is_empty() && bounded.iter().all(|bounded| *bounded)
    });
    if !is_bounded {
        findings.fail(
            at,
            "it names no host, and takes what no other route names: list its hosts",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn hosts_are_of_the_route_or_of_its_listener() {
        let route = |spec: &str, hostname: &str| {
            format!(
                "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: web}}, spec: {{{spec}}}}}\n---\n\
                 {{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: public}}, spec: \
                 {{listeners: [{{name: a, port: 80, hostname: '{hostname}'}}]}}}}"
            )
        };
        let attached = "parentRefs: [{name: public}]";
        let wild = format!("{attached}, hostnames: ['*.shop.example']");
        for (spec, hostname, verdict, parts) in [
            (
                attached,
                "",
                Fail,
                &["- /spec/hostnames : it names no host"][..],
            ),
            (attached, "*.example", Fail, &["it names no host"]),
            (attached, "shop.example", Pass, &[]),
            (&wild, "", Fail, &["the wildcard *.shop.example"]),
            ("", "", NotApplicable, &[]),
            (
                "parentRefs: [{kind: Service, group: '', name: web}]",
                "",
                NotApplicable,
                &[],
            ),
        ] {
            assert_on(&CHECK, &[(&route(spec, hostname), verdict, parts)]);
        }
    }
}
