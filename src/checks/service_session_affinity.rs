use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Service, Severity};

pub(super) static CHECK: Check = Check {
    id: "service-session-affinity",
    title: "No client is bound to one pod",
    why: "Where clients are bound to the pod that answered them first, load does not spread to new pods, and a pod that goes \
          takes its sessions with it: every rollout is felt. Judged are `sessionAffinity` of the Service, cookies that an \
          Ingress controller is told to set (ingress-nginx, NGINX, Traefik, HAProxy, AWS, Azure), `sessionPersistence` of a \
          route that leads to it, and `consistentHash` of an Istio DestinationRule for its host.",
    fix: "Keep sessions outside the pods, in a store that all of them reach, and remove the field or annotation.",
    source: "https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::Service]),
    reads: KindSet::of(&[
        Kind::Ingress,
        Kind::HTTPRoute,
        Kind::GRPCRoute,
        Kind::DestinationRule,
    ]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  sessionAffinity: ClientIP
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

fn run(context: &Context<'_>, service: &Service, findings: &mut Findings) -> Judgement {
    if service.selector.is_none() {
        findings.not_applicable();
        return Ok(());
    }
    for kind in CHECK.reads.iter() {
        context.read(kind)?;
    }
    if service.has_session_affinity {
        findings.fail(
            Place::field("/spec/sessionAffinity"),
            "sessionAffinity is ClientIP: each client stays with one pod; set it to None",
        );
    }
    if let Some(annotation) = service.sticky {
        let at = Place::field("/metadata/annotations").about(annotation);
        let message = format!("{annotation} binds each client to one pod: remove it");
        findings.fail(at, message);
    }
    let view = context.read(Kind::Ingress)?;
    for object in view.leading_to(service) {
        let by = match object {
            Object::Ingress(ingress) => ingress.sticky,
            Object::Route(route) => route.is_sticky.then_some("sessionPersistence"),
            Object::DestinationRule(rule) => rule.is_sticky.then_some("consistentHash"),
            _ => None,
        };
        if let Some(by) = by {
            let key = object.key();
            let name = format!("{} {}/{}", key.kind, key.namespace, key.name);
            let message = format!("{by} of {name} binds each client to one pod: remove it");
            findings.fail(Place::field("/metadata/name").about(name), message);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, inventory};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const SERVICE: &str = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, \
                           spec: {selector: {app: web}}}";

    fn with(object: &str) -> String {
        format!("{SERVICE}\n---\n{object}")
    }

    fn ingress(annotations: &str, backend: &str) -> String {
        with(&format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: in, namespace: shop, \
             annotations: {{{annotations}}}}}, spec: {backend}}}"
        ))
    }

    #[test]
    fn the_service_itself_says_so() {
        for (spec, verdict) in [
            ("sessionAffinity: None", Pass),
            ("sessionAffinity: ''", Pass),
            ("sessionAffinity: ClientIP", Fail),
            (
                "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 1}}",
                Fail,
            ),
        ] {
            let manifest = SERVICE.replace("selector", &format!("{spec}, selector"));
            let parts: &[&str] = if verdict == Fail {
                &["- /spec/sessionAffinity "]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&manifest, verdict, parts)]);
        }
        for (annotation, verdict) in [
            (
                "traefik.ingress.kubernetes.io/service.sticky.cookie: 'true'",
                Fail,
            ),
            (
                "traefik.ingress.kubernetes.io/service.sticky.cookie: 'false'",
                Pass,
            ),
            (
                "alb.ingress.kubernetes.io/target-group-attributes: 'a=b, stickiness.enabled=true'",
                Fail,
            ),
            (
                "alb.ingress.kubernetes.io/target-group-attributes: stickiness.enabled=false",
                Pass,
            ),
        ] {
            let annotated = format!("namespace: shop, annotations: {{{annotation}}}");
            let manifest = SERVICE.replace("namespace: shop", &annotated);
            let parts: &[&str] = if verdict == Fail {
                &["- /metadata/annotations "]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&manifest, verdict, parts)]);
        }
    }

    #[test]
    fn an_ingress_that_leads_to_it_may_set_a_cookie() {
        let cookie = "nginx.ingress.kubernetes.io/affinity: cookie";
        let rule = |name: &str| {
            format!(
                "{{rules: [{{http: {{paths: [{{backend: {{service: {{name: {name}, port: {{number: 80}}}}}}}}]}}}}]}}"
            )
        };
        let found = &[
            "- /metadata/name Ingress shop/in: nginx.ingress.kubernetes.io/affinity of Ingress shop/in binds",
        ][..];
        assert_on(&CHECK, &[(&ingress(cookie, &rule("web")), Fail, found)]);
        assert_on(
            &CHECK,
            &[(
                &ingress(cookie, "{defaultBackend: {service: {name: web}}}"),
                Fail,
                found,
            )],
        );
        assert_on(
            &CHECK,
            &[(
                &ingress(cookie, "{backend: {serviceName: web}}"),
                Fail,
                found,
            )],
        );
        // One that leads to another Service, that is elsewhere, or that binds nobody.
        assert_on(&CHECK, &[(&ingress(cookie, &rule("api")), Pass, &[])]);
        let elsewhere =
            ingress(cookie, &rule("web")).replace("in, namespace: shop", "in, namespace: other");
        assert_on(&CHECK, &[(&elsewhere, Pass, &[])]);
        assert_on(&CHECK, &[(&ingress("", &rule("web")), Pass, &[])]);
        for (annotation, verdict) in [
            (
                "alb.ingress.kubernetes.io/target-group-attributes: stickiness.enabled=true",
                Fail,
            ),
            (
                "appgw.ingress.kubernetes.io/cookie-based-affinity: 'true'",
                Fail,
            ),
            ("haproxy.org/cookie-persistence: mycookie", Fail),
            ("haproxy-ingress.github.io/affinity: cookie", Fail),
            (
                "nginx.com/sticky-cookie-services: serviceName=web srv_id",
                Fail,
            ),
            ("nginx.ingress.kubernetes.io/affinity: ''", Pass),
        ] {
            let parts: &[&str] = if verdict == Fail {
                &["Ingress shop/in binds"]
            } else {
                &[]
            };
            assert_on(
                &CHECK,
                &[(&ingress(annotation, &rule("web")), verdict, parts)],
            );
        }
    }

    #[test]
    fn a_route_may_keep_sessions_of_any_of_its_rules() {
        let route = |kind: &str, namespace: &str, rule: &str| {
            with(&format!(
                "{{apiVersion: gateway.networking.k8s.io/v1, kind: {kind}, metadata: {{name: r, namespace: {namespace}}}, \
                 spec: {{rules: [{{}}, {{{rule}}}]}}}}"
            ))
        };
        let sticky = "backendRefs: [{name: web, port: 80}], sessionPersistence: {sessionName: s}";
        assert_on(
            &CHECK,
            &[
                (
                    &route("HTTPRoute", "shop", sticky),
                    Fail,
                    &["sessionPersistence of HTTPRoute shop/r binds"],
                ),
                (
                    &route("GRPCRoute", "shop", sticky),
                    Fail,
                    &["GRPCRoute shop/r"],
                ),
                (&route("HTTPRoute", "other", sticky), Pass, &[]),
                (
                    &route("HTTPRoute", "shop", "backendRefs: [{name: web}]"),
                    Pass,
                    &[],
                ),
            ],
        );
        let across = sticky.replace("name: web", "name: web, namespace: shop");
        assert_on(
            &CHECK,
            &[(
                &route("HTTPRoute", "other", &across),
                Fail,
                &["HTTPRoute other/r"],
            )],
        );
        let other_kind = sticky.replace("name: web", "kind: ServiceImport, group: x, name: web");
        assert_on(
            &CHECK,
            &[(&route("HTTPRoute", "shop", &other_kind), Pass, &[])],
        );
    }

    #[test]
    fn a_destination_rule_is_for_a_host() {
        let rule = |namespace: &str, spec: &str| {
            with(&format!(
                "{{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {{name: d, namespace: {namespace}}}, \
                 spec: {{{spec}}}}}"
            ))
        };
        let hash = "loadBalancer: {consistentHash: {httpCookie: {name: s, ttl: 0s}}}";
        let policy = format!("trafficPolicy: {{{hash}}}");
        for (namespace, spec, verdict) in [
            ("shop", format!("host: web, {policy}"), Fail),
            ("other", format!("host: web, {policy}"), Pass),
            (
                "other",
                format!("host: web.shop.svc.cluster.local, {policy}"),
                Fail,
            ),
            (
                "other",
                format!("host: '*.shop.svc.cluster.local', {policy}"),
                Fail,
            ),
            ("istio-system", format!("host: '*.local', {policy}"), Fail),
            ("shop", format!("host: api, {policy}"), Pass),
            ("shop", format!("host: web.example.com, {policy}"), Pass),
            (
                "shop",
                "host: web, trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}".to_owned(),
                Pass,
            ),
            (
                "shop",
                format!("host: web, subsets: [{{name: a, {policy}}}]"),
                Fail,
            ),
            (
                "shop",
                format!("host: web, trafficPolicy: {{portLevelSettings: [{{{hash}}}]}}"),
                Fail,
            ),
        ] {
            let parts: &[&str] = if verdict == Fail {
                &["consistentHash of DestinationRule"]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&rule(namespace, &spec), verdict, parts)]);
        }
    }

    #[test]
    fn what_leads_to_no_pod_is_not_judged_and_what_is_not_known_not_decided() {
        let bare = SERVICE.replace("selector: {app: web}", "sessionAffinity: ClientIP");
        assert_on(&CHECK, &[(&bare, NotApplicable, &[])]);
        let params = Params::default();
        let mut files = inventory(SERVICE);
        // A cluster without Istio has no DestinationRules.
        files.set_source(Kind::DestinationRule, Source::NotServed);
        assert_in(&CHECK, &params, &files, Pass, &[]);
        files.set_source(
            Kind::DestinationRule,
            Source::Unavailable("forbidden".into()),
        );
        assert_in(
            &CHECK,
            &params,
            &files,
            Unknown,
            &["DestinationRules cannot be read: forbidden"],
        );
    }
}
