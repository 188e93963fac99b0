use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "duplicate-env",
    title: "No variable is set twice in a container",
    why: "Of two variables of one name the last one counts, whatever the first says. Applied again, lists are merged by \
          name, so that one of the two may be dropped and the other be back (`kubectl apply` warns of it). A value that \
          adds to the earlier one, as `PATH: $(PATH):/opt/bin`, is meant.",
    fix: "Remove one of the two.",
    source: "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
    severity: Severity::High,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[
        "kube-score/environment-variable-key-duplication",
        "kube-linter/duplicate-env-var",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    env:
    - {name: LOG_LEVEL, value: info}
    - {name: LOG_LEVEL, value: debug}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    env:
    - {name: LOG_LEVEL, value: info}
    - {name: LOG_FORMAT, value: json}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    for container in &workload.pod.containers {
        for repeated in &container.environment.repeated {
            let name = &repeated.name;
            let path = format!("/env/{}/name", repeated.index);
            let at = Place::container(workload, container, &path).about(name.clone());
            let name: String = name.chars().take(60).collect();
            findings.fail(
                at,
                format!("{name} is set before, which this hides: remove one"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn a_variable_that_hides_another_is_told() {
        let hidden = "web /spec/containers/0/env/1/name A: A is set before, which this hides";
        for (env, expected, parts) in [
            ("{name: A, value: a}, {name: B, value: a}", Pass, &[][..]),
            ("{name: A, value: a}, {name: A, value: b}", Fail, &[hidden]),
            ("{name: A, value: a}, {name: A, value: a}", Fail, &[hidden]),
            ("{name: A, value: a}, {name: A}", Fail, &[hidden]),
            ("{name: A, value: a}, {name: A, value: $(A):b}", Pass, &[]),
            (
                "{name: A, value: a}, {name: A, value: $(A)}",
                Fail,
                &[hidden],
            ),
            (
                "{name: A, value: a}, {name: A, value: $(B):b}",
                Fail,
                &[hidden],
            ),
            (
                "{name: A, value: a}, {name: A, value: $(B):$(A)}",
                Pass,
                &[],
            ),
            (
                "{name: A, value: a}, {name: A, value: $(A}",
                Fail,
                &[hidden],
            ),
            (
                "{name: A, value: a}, {name: A, valueFrom: {secretKeyRef: {name: s, key: a}}}",
                Fail,
                &[hidden],
            ),
            (
                "{name: A, value: a}, {name: A, value: b}, {name: A, value: c}",
                Fail,
                &[hidden, "/env/2/name"],
            ),
        ] {
            let spec = format!("{{containers: [{{name: web, env: [{env}]}}]}}");
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
        let two = "{containers: [{name: web, env: [{name: A, value: a}]}, {name: log, env: [{name: A, value: a}]}]}";
        assert_on_pods(&CHECK, &[(two, Pass, &[])]);
    }
}
