//! What the checks on probes share.

use super::Findings;
use crate::model::{Container, Place, Probe, Workload};

/// Every container that may have probes has this one. Pods that end by themselves need none.
pub fn require(
    workload: &Workload,
    field: &str,
    has: fn(&Container) -> bool,
    consequence: &str,
    findings: &mut Findings,
) {
    if workload.runs_to_completion() {
        return findings.not_applicable();
    }
    let containers = workload
        .pod
        .containers
        .iter()
        .filter(|container| container.role.has_probes());
    for container in containers.filter(|container| !has(container)) {
        let at = Place::container(workload, container, &format!("/{field}"));
        findings.fail(at, format!("has no {field}: {consequence}; add one"));
    }
}

/// Every probe of the containers that may have probes, with the field that it stands in.
pub fn all(workload: &Workload) -> impl Iterator<Item = (&Container, &'static str, &Probe)> {
    let containers = workload.pod.containers.iter();
    let containers = containers.filter(|container| container.role.has_probes());
    containers.flat_map(|container| {
        let probes = &container.probes;
        let fields = [
            ("livenessProbe", &probes.liveness),
            ("readinessProbe", &probes.readiness),
            ("startupProbe", &probes.startup),
        ];
        let given = fields
            .into_iter()
            .filter_map(|(field, probe)| Some((field, probe.as_deref()?)));
        given.map(move |(field, probe)| (container, field, probe))
    })
}

#[cfg(test)]
mod tests {
    use crate::check::testing::{assert_on_pods, verdict};
    use crate::checks;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn each_container_that_may_have_probes_needs_its_own() {
        for (id, field) in [
            ("liveness-probe", "livenessProbe"),
            ("readiness-probe", "readinessProbe"),
            ("startup-probe", "startupProbe"),
        ] {
            let check = checks::find(id).expect("it is in the catalogue");
            let probe = format!("{field}: {{tcpSocket: {{port: 80}}}}");
            let path = format!("proxy /spec/initContainers/1/{field} ");
            let pods = [
                (
                    format!("{{containers: [{{name: web, {probe}}}]}}"),
                    Pass,
                    vec![],
                ),
                (
                    format!("{{containers: [{{name: web, {field}: {{exec: {{command: [x]}}}}}}]}}"),
                    Pass,
                    vec![],
                ),
                (
                    format!("{{containers: [{{name: web, {field}: {{grpc: {{port: 80}}}}}}]}}"),
                    Pass,
                    vec![],
                ),
                (
                    format!("{{containers: [{{name: web, {field}: {{httpGet: {{port: 80}}}}}}]}}"),
                    Pass,
                    vec![],
                ),
                (
                    "{containers: [{name: web}]}".to_owned(),
                    Fail,
                    vec!["web /spec/containers/0/"],
                ),
                (
                    format!("{{containers: [{{name: web, {field}: {{}}}}]}}"),
                    Fail,
                    vec![field],
                ),
                (
                    format!("{{containers: [{{name: web, {field}: {{periodSeconds: 5}}}}]}}"),
                    Fail,
                    vec![field],
                ),
                (
                    format!("{{containers: [{{name: web, {field}: null}}]}}"),
                    Fail,
                    vec![field],
                ),
                // One container's probe says nothing of another's.
                (
                    format!("{{containers: [{{name: web, {probe}}}, {{name: log}}]}}"),
                    Fail,
                    vec!["log "],
                ),
                // Init and ephemeral containers may have none; a restartable init container may.
                (
                    format!(
                        "{{initContainers: [{{name: init}}], containers: [{{name: web, {probe}}}]}}"
                    ),
                    Pass,
                    vec![],
                ),
                (
                    format!(
                        "{{containers: [{{name: web, {probe}}}], ephemeralContainers: [{{name: debug}}]}}"
                    ),
                    Pass,
                    vec![],
                ),
                (
                    format!(
                        "{{initContainers: [{{name: init}}, {{name: proxy, restartPolicy: Always}}],
                          containers: [{{name: web, {probe}}}]}}"
                    ),
                    Fail,
                    vec![path.as_str()],
                ),
                (
                    "{restartPolicy: Never, containers: [{name: web}]}".to_owned(),
                    NotApplicable,
                    vec![],
                ),
                (
                    "{restartPolicy: OnFailure, containers: [{name: web}]}".to_owned(),
                    NotApplicable,
                    vec![],
                ),
            ];
            let rows: Vec<_> = pods
                .iter()
                .map(|(spec, verdict, parts)| (spec.as_str(), *verdict, parts.as_slice()))
                .collect();
            assert_on_pods(check, &rows);
        }
    }

    #[test]
    fn jobs_need_none_and_daemon_sets_do() {
        let check = checks::find("readiness-probe").expect("it is in the catalogue");
        let template = "template: {spec: {containers: [{name: web}]}}";
        for (object, expected) in [
            (
                format!(
                    "{{apiVersion: batch/v1, kind: Job, metadata: {{name: a}}, spec: {{{template}}}}}"
                ),
                NotApplicable,
            ),
            (
                format!(
                    "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: a}},
                      spec: {{jobTemplate: {{spec: {{{template}}}}}}}}}"
                ),
                NotApplicable,
            ),
            (
                format!(
                    "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: a}}, spec: {{{template}}}}}"
                ),
                Fail,
            ),
        ] {
            let [(_, verdict, _)] = &verdict(check, &object)[..] else {
                panic!("one subject: {object}")
            };
            assert_eq!(*verdict, expected, "{object}");
        }
    }
}
