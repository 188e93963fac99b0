use crate::check::gateway::{self, Taken};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Parent, Place, Route, Severity};

pub(super) static CHECK: Check = Check {
    id: "route-attached",
    title: "A listener takes the route",
    why: "A route whose Gateway is not there, or none of whose listeners takes it (another namespace, another hostname, a \
          `sectionName` or a port that does not exist), is accepted and serves nobody. Parents that are no Gateways are not \
          looked up, nor are ListenerSets. In files, a Gateway that is not among them may be in the cluster, so that the \
          verdict is Unknown; so may the labels of a namespace by which a listener chooses.",
    fix: "Correct `parentRefs` and `hostnames`, or have the listener allow routes of the namespace (`allowedRoutes`).",
    source: "https://gateway-api.sigs.k8s.io/concepts/api-overview/#attaching-routes-to-gateways",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::HTTPRoute, Kind::GRPCRoute]),
    reads: KindSet::of(&[Kind::Gateway, Kind::Namespace]),
    params: &[],
    bad: r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
  - {name: public, namespace: edge}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: edge}
spec:
  gatewayClassName: example
  listeners:
  - {name: http, port: 80, protocol: HTTP}
",
    good: r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
  - {name: public, namespace: edge}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: edge}
spec:
  gatewayClassName: example
  listeners:
  - name: http
    port: 80
    protocol: HTTP
    allowedRoutes:
      namespaces:
        from: Selector
        selector:
          matchLabels: {exposed: 'true'}
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {exposed: 'true'}
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::Route(route) = object else {
        findings.not_applicable();
        return Ok(());
    };
    let mut gateways = route
        .parents
        .iter()
        .filter(|parent| parent.other_kind.is_none())
        .peekable();
    if gateways.peek().is_none() {
        findings.not_applicable();
    }
    for parent in gateways {
        judge(context, route, parent, findings)?;
    }
    Ok(())
}

fn judge(
    context: &Context<'_>,
    route: &Route,
    parent: &Parent,
    findings: &mut Findings,
) -> Judgement {
    let view = context.read(Kind::Gateway)?;
    let path = format!("/spec/parentRefs/{}", parent.index);
    let at = Place::field(path.clone()).about(path);
    let name = &parent.name;
    let Some(gateway) = view.gateway(route, parent) else {
        if context.may_exist_elsewhere() {
            let message = format!("Gateway {name} is not among the files");
            findings.unknown(at, format!("{message}: it has to be in the cluster"));
        } else {
            let message = format!("there is no Gateway {name}, so that nothing leads here");
            findings.fail(at, format!("{message}: correct the reference"));
        }
        return Ok(());
    };
    let mut best = Taken::No;
    for listener in &gateway.listeners {
        match gateway::takes(context, (gateway, listener), (route, parent))? {
            Taken::Yes => return Ok(()),
            Taken::Perhaps => best = Taken::Perhaps,
            Taken::No => {}
        }
    }
    if best == Taken::Perhaps {
        let namespace = &route.meta.key.namespace;
        let message = format!("Gateway {name} chooses by the labels of namespace {namespace}");
        findings.unknown(at, format!("{message}, which are not among the files"));
    } else {
        let message = format!("no listener of Gateway {name} takes it");
        let advice = "see its allowedRoutes, hostnames, sectionName and port";
        findings.fail(at, format!("{message}: {advice}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn route(spec: &str) -> String {
        format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: web}}, spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn some_listener_must_take_it() {
        let gateway = "\n---\n{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: public}, spec: \
                       {listeners: [{name: http, port: 80, hostname: shop.example}, {name: https, port: 443, \
                       allowedRoutes: {namespaces: {from: None}}}]}}";
        let none =
            "- /spec/parentRefs/0 /spec/parentRefs/0: no listener of Gateway public takes it";
        for (spec, verdict, parts) in [
            ("parentRefs: [{name: public}]", Pass, &[][..]),
            ("parentRefs: [{name: public, port: 80}]", Pass, &[]),
            (
                "parentRefs: [{name: public, sectionName: https}]",
                Fail,
                &[none],
            ),
            (
                "parentRefs: [{name: public, sectionName: htpp}]",
                Fail,
                &[none],
            ),
            ("parentRefs: [{name: public, port: 81}]", Fail, &[none]),
            (
                "parentRefs: [{name: public}], hostnames: [other.example]",
                Fail,
                &[none],
            ),
            (
                "parentRefs: [{name: public}], hostnames: ['*.example']",
                Pass,
                &[],
            ),
            (
                "parentRefs: [{kind: ListenerSet, name: a}]",
                NotApplicable,
                &[],
            ),
            ("", NotApplicable, &[]),
        ] {
            assert_on(&CHECK, &[(&(route(spec) + gateway), verdict, parts)]);
        }
    }

    #[test]
    fn the_gateway_must_be_there() {
        let lone = route("parentRefs: [{name: public}]");
        assert_on(
            &CHECK,
            &[(&lone, Unknown, &["Gateway public is not among the files"])],
        );
        assert_running(&CHECK, &[(&lone, Fail, &["there is no Gateway public"])]);
    }
}
