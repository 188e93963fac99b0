use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{
    Kind, KindSet, Place, PortTarget, Reach, Service, ServicePort, Severity, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "service-port-declared",
    title: "The ports that a Service leads to are among those that the pods declare",
    why: "A `targetPort` that is a number leads there whether a container declares the port or not. Where the pods declare \
          ports and this is none of them, it is mostly a slip, and connections are refused. Pods that declare no port at all \
          pass, as nothing can be told of them. Sidecars that are put in later listen on ports that a template does not \
          declare, so that this is advice. Names of ports are for `service-ports`.",
    fix: "Correct `targetPort`, or declare the port in a container.",
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    severity: Severity::Advice,
    default: false,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["popeye/1106"],
    subjects: KindSet::of(&[Kind::Service]),
    reads: KindSet::WORKLOADS,
    params: &[],
    bad: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: 8008}
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    ports:
    - containerPort: 8080
",
    good: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: 8080}
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    ports:
    - containerPort: 8080
",
    run: Run::Service(run),
};

fn run(context: &Context<'_>, service: &Service, findings: &mut Findings) -> Judgement {
    for kind in KindSet::WORKLOADS.iter() {
        context.read(kind)?;
    }
    let led_to = context.read(Kind::Service)?.led_to(service);
    if led_to.is_empty() || service.reach == Reach::Elsewhere {
        findings.not_applicable();
        return Ok(());
    }
    for (index, port) in service.ports.iter().enumerate() {
        let PortTarget::Number(number) = port.target else {
            continue;
        };
        for workload in led_to
            .iter()
            .filter(|workload| lacks(workload, port, number))
        {
            let key = workload.key();
            findings.fail(
                Place::field(format!("/spec/ports/{index}/targetPort"))
                    .about(format!("{} {} {}", port.number, key.kind, key.name)),
                format!(
                    "targetPort {number} is none of the ports that {} {} declares: correct one of them",
                    key.kind, key.name
                ),
            );
        }
    }
    Ok(())
}

/// Whether the pods of a workload declare ports, but not this one.
fn lacks(workload: &Workload, port: &ServicePort, number: i64) -> bool {
    let containers = workload.pod.containers.iter();
    let containers = containers.filter(|container| container.role.has_probes());
    let mut declared = containers.flat_map(|container| &container.ports).peekable();
    declared.peek().is_some()
        && !declared.any(|declared| {
            i64::from(declared.number) == number && declared.protocol == port.protocol
        })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn numbers_are_looked_for_where_ports_are_declared() {
        let both = |port: &str, pod: &str| {
            format!(
                "{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{selector: {{app: web}}, ports: [{{{port}}}]}}}}\n---\n\
                 {{apiVersion: v1, kind: Pod, metadata: {{name: web, labels: {{app: web}}}}, spec: {{{pod}}}}}"
            )
        };
        let pod = "containers: [{name: a}, {name: b, ports: [{containerPort: 80}]}]";
        let none = "- /spec/ports/0/targetPort 81 Pod web: targetPort 81 is none of the ports";
        for (port, pod, verdict, parts) in [
            ("port: 80", pod, Pass, &[][..]),
            ("port: 81", pod, Fail, &[none]),
            ("port: 81, targetPort: http", pod, Pass, &[]),
            ("port: 80, protocol: UDP", pod, Fail, &["targetPort 80"]),
            ("port: 81", "containers: [{name: a}]", Pass, &[]),
        ] {
            assert_on(&CHECK, &[(&both(port, pod), verdict, parts)]);
        }
        let lone = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 1}]}}";
        assert_on(&CHECK, &[(lone, NotApplicable, &[])]);
    }
}
