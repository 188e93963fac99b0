use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, MonitoredIn, Object, Place, Service, Severity};

pub(super) static CHECK: Check = Check {
    id: "service-monitor-targets",
    title: "The ServiceMonitor selects Services with the ports that it scrapes",
    why: "A ServiceMonitor that selects no Service is scraped from nowhere, without an error: the dashboards are empty and the \
          alerts never fire. Labels are those of the Service itself, not of its pods. Without a `namespaceSelector` it is for \
          its own namespace only. A `port` is the name of a port of the Service. In files, where the namespaces that it is \
          for have no Service at all, the verdict is Unknown.",
    fix: "Correct `spec.selector`, `spec.namespaceSelector` or the name of the port; or label the Service, and name its ports.",
    source: "https://kubernetes.io/docs/concepts/cluster-administration/system-metrics/",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["kube-linter/dangling-servicemonitor"],
    subjects: KindSet::of(&[Kind::ServiceMonitor]),
    reads: KindSet::of(&[Kind::Service]),
    params: &[],
    bad: r"
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  endpoints:
  - port: metrics
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {name: metrics, port: 9090}
",
    good: r"
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  endpoints:
  - port: metrics
---
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {app: web}
spec:
  selector: {app: web}
  ports:
  - {name: metrics, port: 9090}
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::ServiceMonitor(monitor) = object else {
        findings.not_applicable();
        return Ok(());
    };
    let view = context.read(Kind::Service)?;
    let mut is_known = !context.may_exist_elsewhere();
    let mut selected: Vec<&Service> = Vec::new();
    for service in view.in_sight(monitor) {
        is_known = true;
        if monitor.selector.matches(&service.meta.labels) {
            selected.push(service);
        }
    }
    if selected.is_empty() {
        let at = Place::field("/spec/selector");
        let namespaces = match &monitor.namespaces {
            MonitoredIn::Own => "its namespace".to_owned(),
            MonitoredIn::Every => "any namespace".to_owned(),
            MonitoredIn::These(names) => format!("the namespaces {}", names.join(", ")),
        };
        // Labels are often of Services that are elsewhere; that there is none at all says nothing.
        if is_known {
            let message = format!("it selects no Service of {namespaces}: nothing is scraped");
            findings.fail(at, format!("{message}; correct its selectors"));
        } else {
            let message = format!("no Service of {namespaces} is among the files");
            findings.unknown(at, format!("{message}: they have to be in the cluster"));
        }
        return Ok(());
    }
    for port in &monitor.ports {
        let has_port = |service: &&Service| {
            let mut ports = service.ports.iter();
            ports.any(|known| known.name.as_ref() == Some(&port.name))
        };
        if !selected.iter().any(has_port) {
            let name = &port.name;
            findings.fail(
                Place::field(format!("/spec/endpoints/{}/port", port.index)).about(name.clone()),
                format!("no Service that it selects has a port named {name}: nothing is scraped"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    const SERVICE: &str = "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {app: web}}, \
                           spec: {ports: [{name: http, port: 80}]}}";

    #[test]
    fn labels_namespaces_and_ports_must_fit() {
        let monitor = |namespace: &str, spec: &str| {
            format!(
                "{{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {{name: web, namespace: {namespace}}}, spec: {{{spec}}}}}{SERVICE}"
            )
        };
        let web = "selector: {matchLabels: {app: web}}";
        for (namespace, spec, verdict, parts) in [
            ("shop", web.to_owned(), Pass, &[][..]),
            (
                "shop",
                format!("{web}, endpoints: [{{port: http}}, {{targetPort: 9}}]"),
                Pass,
                &[],
            ),
            (
                "shop",
                format!("{web}, endpoints: [{{port: metrics}}]"),
                Fail,
                &[
                    "- /spec/endpoints/0/port metrics: no Service that it selects has a port named metrics",
                ],
            ),
            (
                "shop",
                "selector: {matchLabels: {app: api}}".to_owned(),
                Fail,
                &["no Service of its namespace"],
            ),
            ("shop", "selector: {}".to_owned(), Pass, &[]),
            (
                "ops",
                format!("{web}, namespaceSelector: {{any: true}}"),
                Pass,
                &[],
            ),
            (
                "ops",
                format!("{web}, namespaceSelector: {{matchNames: [shop]}}"),
                Pass,
                &[],
            ),
            (
                "ops",
                web.to_owned(),
                Unknown,
                &["no Service of its namespace is among the files"],
            ),
            (
                "shop",
                format!("{web}, namespaceSelector: {{matchNames: [ops]}}"),
                Unknown,
                &["no Service of the namespaces ops"],
            ),
        ] {
            assert_on(&CHECK, &[(&monitor(namespace, &spec), verdict, parts)]);
        }
        assert_running(
            &CHECK,
            &[(
                &monitor("ops", web),
                Fail,
                &["- /spec/selector : it selects no Service"],
            )],
        );
    }
}
