use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{
    Container, ContainerRole, Kind, KindSet, Object, Place, PortTarget, Service, Severity, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "graceful-shutdown",
    title: "Containers that a Service leads to wait before they stop",
    why: "When a pod is to end, Kubernetes tells its containers and takes it out of its Services at the same time. For some \
          seconds requests still arrive, however well the process handles SIGTERM; a `preStop` hook that waits keeps it \
          answering until they stop. Judged are the containers with the ports that Services lead to; where no container \
          declares them, one of the pod's must wait. Pods that no Service leads to are not judged.",
    fix: "Give the container `lifecycle.preStop.sleep.seconds` (since Kubernetes 1.30; before, an `exec` of `sleep`) of about 10, \
          and a `terminationGracePeriodSeconds` that leaves time after it.",
    source: "https://kubernetes.io/docs/tutorials/services/pods-and-endpoint-termination-flow/",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::SERVICES,
    reads: KindSet::of(&[Kind::Service]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.4.2
        ports:
        - {name: http, containerPort: 8080}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: http}
",
    good: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.4.2
        ports:
        - {name: http, containerPort: 8080}
        lifecycle:
          preStop:
            sleep: {seconds: 10}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: http}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    if workload.runs_to_completion() {
        findings.not_applicable();
        return Ok(());
    }
    let objects = context
        .read(Kind::Service)?
        .selecting(workload, Kind::Service);
    let services = objects.into_iter().filter_map(|object| match object {
        Object::Service(service) => Some(service),
        _ => None,
    });
    let mut services = services.peekable();
    if services.peek().is_none() {
        findings.not_applicable();
        return Ok(());
    }
    let application: Vec<_> = workload
        .pod
        .containers
        .iter()
        .filter(|container| container.role == ContainerRole::App)
        .collect();
    let mut serving: Vec<(&Container, &Service)> = Vec::new();
    let mut undeclared = None;
    for service in services {
        let targets = service.ports.iter().map(|port| &port.target);
        let declaring = |target| {
            application
                .iter()
                .filter(move |container| declares(container, target))
        };
        let mut is_declared = false;
        for container in targets.flat_map(declaring) {
            is_declared = true;
            if serving
                .iter()
                .all(|(known, _)| known.index != container.index)
            {
                serving.push((container, service));
            }
        }
        if !is_declared {
            undeclared = undeclared.or(Some(service));
        }
    }
    serving.sort_by_key(|(container, _)| container.index);
    for (container, service) in serving.iter().filter(|(container, _)| !waits(container)) {
        let at = Place::container(workload, container, "/lifecycle/preStop");
        findings.fail(at, complaint("it", service));
    }
    if let Some(service) = undeclared
        && !application.iter().any(|container| waits(container))
        && serving.is_empty()
    {
        findings.fail(
            Place::pod(workload, "/containers"),
            complaint("the pod", service),
        );
    }
    Ok(())
}

fn complaint(what: &str, service: &Service) -> String {
    let name = &service.meta.key.name;
    format!(
        "no preStop hook: {what} may stop while Service {name} still sends requests; add a sleep"
    )
}

fn waits(container: &Container) -> bool {
    container.pre_stop.is_some_and(|hook| !hook.is_idle())
}

fn declares(container: &Container, target: &PortTarget) -> bool {
    container.ports.iter().any(|port| match target {
        PortTarget::Number(number) => i64::from(port.number) == *number,
        PortTarget::Name(name) => port.name.as_ref() == Some(name),
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    fn deployment(containers: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}},
              spec: {{template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{containers}]}}}}}}}}"
        )
    }

    fn service(selector: &str, ports: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: front}}, spec: {{selector: {{{selector}}}, ports: [{ports}]}}}}"
        )
    }

    const WEB: &str = "{name: web, ports: [{name: http, containerPort: 8080}]}";
    const WAITS: &str = "{name: web, ports: [{name: http, containerPort: 8080}], lifecycle: {preStop: {sleep: {seconds: 5}}}}";
    const METRICS: &str = "{name: exporter, ports: [{name: metrics, containerPort: 9090}]}";

    #[test]
    fn the_container_that_a_service_leads_to_waits() {
        let at_web = "web /spec/template/spec/containers/0/lifecycle/preStop : no preStop hook: it may stop while Service front";
        let both = format!("{WAITS}, {METRICS}");
        for (containers, ports, expected, parts) in [
            (WEB, "{port: 80, targetPort: http}", Fail, &[at_web][..]),
            (WEB, "{port: 80, targetPort: 8080}", Fail, &[at_web]),
            (WEB, "{port: 8080}", Fail, &[at_web]),
            (WAITS, "{port: 80, targetPort: http}", Pass, &[]),
            // Of two containers, the one with the port.
            (both.as_str(), "{port: 80, targetPort: http}", Pass, &[]),
            (
                both.as_str(),
                "{port: 80, targetPort: http}, {port: 9090}",
                Fail,
                &["exporter "],
            ),
            // Whose port it is cannot be seen: one of them must wait.
            (
                "{name: web}, {name: log}",
                "{port: 80}",
                Fail,
                &["- /spec/template/spec/containers : no preStop hook: the pod may stop"],
            ),
            (
                "{name: web, lifecycle: {preStop: {exec: {command: [drain]}}}}, {name: log}",
                "{port: 80}",
                Pass,
                &[],
            ),
            (
                "{name: web, lifecycle: {preStop: {httpGet: {port: 80}}}}",
                "{port: 80}",
                Pass,
                &[],
            ),
            // A hook that does nothing, or is another one.
            (
                "{name: web, lifecycle: {preStop: {sleep: {seconds: 0}}}}",
                "{port: 80}",
                Fail,
                &["- "],
            ),
            (
                "{name: web, lifecycle: {preStop: {}}}",
                "{port: 80}",
                Fail,
                &["- "],
            ),
            (
                "{name: web, lifecycle: {postStart: {exec: {command: [a]}}}}",
                "{port: 80}",
                Fail,
                &["- "],
            ),
        ] {
            let manifests = deployment(containers) + &service("app: web", ports);
            assert_on(&CHECK, &[(&manifests, expected, parts)]);
        }
    }

    #[test]
    fn pods_that_no_service_leads_to_get_no_requests() {
        for manifests in [
            deployment(WEB),
            deployment(WEB) + &service("app: api", "{port: 80}"),
            deployment(WEB) + &service("", "{port: 80}"),
            deployment(WEB) + &service("app: web", "{port: 80}").replace("name: front", "name: front, namespace: other"),
            "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {restartPolicy: Never, containers: [{name: web}]}}"
                .to_owned()
                + &service("app: web", "{port: 80}"),
        ] {
            assert_on(&CHECK, &[(&manifests, NotApplicable, &[])]);
        }
    }

    #[test]
    fn sidecars_and_init_containers_end_after_the_application() {
        let pod = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {template: {metadata: {labels: {app: web}}, spec: {
            initContainers: [{name: proxy, restartPolicy: Always, ports: [{containerPort: 80}]}],
            containers: [{name: web, lifecycle: {preStop: {sleep: {seconds: 5}}}}]}}}}";
        let manifests = pod.to_owned() + &service("app: web", "{port: 80}");
        assert_on(&CHECK, &[(&manifests, Pass, &[])]);
    }
}
