//! Facts about what leads to pods and delivers them.

use super::{decoded, read, workload};
use crate::model::{
    Backend, Clients, Deliverer, Gateway, Ingress, Kind, Mark, Object, Plain, PortTarget, Protocol,
    Reach, Route, RoutesFrom, Service, Tls,
};

fn service(fields: &str) -> Service {
    match decoded(Kind::Service, fields) {
        Object::Service(service) => *service,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_services_defaults_are_filled_in() {
    let plain = service("spec: {selector: {app: web}, ports: [{port: 80}]}");
    assert_eq!(plain.reach, Reach::Cluster);
    assert_eq!(plain.ports[0].target, PortTarget::Number(80));
    assert_eq!(plain.ports[0].protocol, Protocol::Tcp);
    assert!(!plain.has_session_affinity && !plain.headless && !plain.has_external_ips);
    // What the API server makes of it is the same to every check.
    let live = service(
        "spec: {selector: {app: web}, type: ClusterIP, clusterIP: 10.0.0.1, sessionAffinity: None, \
         ports: [{port: 80, targetPort: 80, protocol: TCP}], internalTrafficPolicy: Cluster}",
    );
    assert_eq!(plain, live);
}

#[test]
fn nothing_but_what_is_read_of_a_service_is_kept() {
    let bare = service("spec: {type: LoadBalancer}");
    assert_eq!(bare.reach, Reach::LoadBalancer(Clients::Everybody));
    let with_status = service(
        "spec: {type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 1}\n\
         status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}",
    );
    assert_eq!(bare, with_status);
}

#[test]
fn a_pod_that_is_called_by_name_is_one_of_a_stateful_set() {
    let named = |name: &str| {
        let service = service(&format!(
            "spec: {{selector: {{app: db, statefulset.kubernetes.io/pod-name: {name}}}}}"
        ));
        let labels = service.selector.map_or(0, |selector| selector.0.len());
        (service.stateful_set.map(|name| name.to_string()), labels)
    };
    assert_eq!(named("my-db-12"), (Some("my-db".to_owned()), 1));
    assert_eq!(named("db"), (None, 2));
    assert_eq!(named("db-x"), (None, 2));
    assert_eq!(named("db-"), (None, 2));
}

fn ingress(fields: &str) -> Ingress {
    match decoded(Kind::Ingress, fields) {
        Object::Ingress(ingress) => *ingress,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_ingress_leads_to_each_service_once_whatever_its_version() {
    let rules = |backend: &dyn Fn(&str) -> String| {
        let path = |name: &str| format!("{{backend: {}}}", backend(name));
        let paths = [path("web"), path("api"), path("web")].join(", ");
        format!(
            "spec: {{rules: [{{host: b.example, http: {{paths: [{paths}]}}}}, {{host: a.example}}]}}"
        )
    };
    let newer = ingress(&rules(&|name| {
        format!("{{service: {{name: {name}, port: {{number: 80}}}}}}")
    }));
    let older = ingress(&rules(&|name| {
        format!("{{serviceName: {name}, servicePort: 80}}")
    }));
    assert_eq!(newer, older);
    assert_eq!(*newer.backends, ["api".into(), "web".into()]);
    assert_eq!(*newer.hosts, ["a.example".into(), "b.example".into()]);
    assert_eq!(newer.tls, Tls::Hosts([].into()));
    assert_eq!(newer.plain, Plain::Unsaid);
    let resource = "spec: {defaultBackend: {resource: {apiGroup: a, kind: Bucket, name: static}}}";
    assert_eq!(*ingress(resource).backends, []);
}

fn route(fields: &str) -> Route {
    match decoded(Kind::HTTPRoute, fields) {
        Object::Route(route) => *route,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_route_leads_to_services_from_gateways() {
    let route = route(
        "spec:\n  parentRefs:\n  - {name: public}\n  - {kind: Service, group: '', name: web}\n  \
         - {kind: ListenerSet, name: more}\n  - {kind: Gateway, group: example.com, name: other}\n  \
         rules:\n  - backendRefs: [{name: web}, {name: web}, {name: api, namespace: b}]\n  \
         - backendRefs: [{kind: InferencePool, group: inference.networking.k8s.io, name: llm}]",
    );
    let parents: Vec<_> = route
        .parents
        .iter()
        .map(|parent| (parent.index, parent.other_kind.as_deref(), &*parent.name))
        .collect();
    let expected = [
        (0, None, "public"),
        (2, Some("ListenerSet"), "more"),
        (3, Some("Gateway"), "other"),
    ];
    assert_eq!(parents, expected);
    let backend = |namespace: Option<&str>, name: &str| Backend {
        namespace: namespace.map(Into::into),
        name: name.into(),
    };
    assert_eq!(
        *route.backends,
        [backend(None, "web"), backend(Some("b"), "api")]
    );
}

#[test]
fn a_gateway_takes_routes_of_its_own_namespace_by_default() {
    let Object::Gateway(gateway) = decoded(
        Kind::Gateway,
        "spec: {listeners: [{name: http, protocol: HTTP, port: 80}, \
         {name: https, protocol: HTTPS, port: 443, hostname: '', allowedRoutes: {kinds: [{kind: GRPCRoute}]}}]}",
    ) else {
        panic!("it is a Gateway");
    };
    let Gateway { listeners, .. } = *gateway;
    assert_eq!(
        (listeners[0].is_plain_http, listeners[1].is_plain_http),
        (true, false)
    );
    assert_eq!(
        (listeners[0].takes, listeners[1].takes),
        ([true, true], [false, true])
    );
    assert!(
        listeners
            .iter()
            .all(|listener| listener.from == RoutesFrom::Same)
    );
    assert!(listeners.iter().all(|listener| listener.hostname.is_none()));
}

fn marks(metadata: &str) -> Box<[Mark]> {
    let manifest = format!("metadata: {{name: web, namespace: shop, {metadata}}}");
    match read(Kind::Deployment, &manifest) {
        Ok(Object::Workload(workload)) => workload.delivery,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_workload_tells_who_delivers_it() {
    let argo = |namespace: Option<&str>, name: &str, is_sure| {
        Mark::Deliverer(Deliverer {
            kind: Kind::Application,
            namespace: namespace.map(Into::into),
            name: name.into(),
            is_sure,
        })
    };
    let tracking = "argocd.argoproj.io/tracking-id";
    for (metadata, expected) in [
        ("labels: {app: web}", vec![]),
        (
            "labels: {app.kubernetes.io/instance: shop}",
            vec![argo(None, "shop", false)],
        ),
        (
            &format!("annotations: {{{tracking}: 'shop:apps/Deployment:shop/web'}}"),
            vec![argo(None, "shop", true)],
        ),
        (
            &format!(
                "annotations: {{{tracking}: 'infra_shop:apps/Deployment:shop/web', other: x}}"
            ),
            vec![argo(Some("infra"), "shop", true)],
        ),
        (
            &format!("annotations: {{{tracking}: 'shop:apps/Deployment:shop/other'}}"),
            vec![Mark::Copied("shop:apps/Deployment:shop/other".into())],
        ),
        (
            "labels: {helm.sh/chart: web-1.0.0, app.kubernetes.io/managed-by: Helm}",
            vec![Mark::Chart("web-1.0.0".into())],
        ),
        (
            "labels: {app.kubernetes.io/managed-by: Helm}",
            vec![Mark::OnlyLabelled],
        ),
        (
            "annotations: {meta.helm.sh/release-name: web}",
            vec![Mark::OnlyAnnotated],
        ),
        ("annotations: null", vec![]),
    ] {
        assert_eq!(*marks(metadata), *expected, "{metadata}");
    }
    // What something else controls, and bare Pods, are not delivered by themselves.
    let owned = "labels: {app.kubernetes.io/instance: shop}, \
                 ownerReferences: [{apiVersion: a/v1, kind: B, name: c, controller: true}]";
    assert_eq!(*marks(owned), []);
    let pod = read(
        Kind::Pod,
        "metadata: {name: web, labels: {app.kubernetes.io/instance: shop}}",
    );
    assert!(matches!(pod, Ok(Object::Workload(pod)) if pod.delivery.is_empty()));
}

/// Argo CD writes the status of an Application without a subresource, so that each change counts as a generation.
#[test]
fn of_a_deliverer_only_that_it_is_there_is_kept() {
    let one = decoded(Kind::Application, "spec: {project: a}");
    let manifest = "metadata: {name: web, namespace: shop, generation: 7, labels: {a: b}}\nstatus: {sync: {status: Synced}}";
    assert_eq!(read(Kind::Application, manifest), Ok(one));
}

#[test]
fn annotations_are_text_and_the_others_are_skipped() {
    let manifest =
        |annotation: &str| format!("metadata: {{name: web, annotations: {{{annotation}}}}}");
    assert!(read(Kind::Service, &manifest("example.com/x: [1, {a: b}]")).is_ok());
    let wrong = read(
        Kind::Service,
        &manifest("networking.gke.io/load-balancer-type: [Internal]"),
    );
    let problem = wrong
        .map(|object| object.key().to_string())
        .expect_err("it is no text");
    assert!(
        problem.contains("networking.gke.io/load-balancer-type")
            && problem.contains("expected a string"),
        "{problem}"
    );
    let web = workload(Kind::Deployment, "spec: {}");
    assert!(web.delivery.is_empty());
}
