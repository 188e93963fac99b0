use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "exec-probe-commands",
    title: "No probe runs a command that says nothing of the application",
    why: "A probe by `ls`, `ps` or `true` succeeds as long as the container can start a process at all: it says that the \
          container runs, which is known, and hides that the application hangs. It also starts a process in the container \
          every few seconds, and `jcmd` a whole Java VM. Of a shell's script, every command counts, so that `check || \
          true`, which cannot fail, is found. Commands that are part of a real check can be left out of the parameter \
          `commands`.",
    fix: "Ask the application: `httpGet` or `grpc` where it can answer, else a command that does what a client would.",
    source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    severity: Severity::Advice,
    default: true,
    group: Group::Probes,
    since: "0.1.0",
    aliases: &["kyverno/deny-commands-in-exec-probe"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "commands",
        doc: "The programs that probes must not run, without their directories.",
        kind: ParamKind::Strings {
            default: &["jcmd", "ls", "ps", "true"],
        },
    }],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    livenessProbe:
      exec: {command: [sh, -c, ps aux | grep web]}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    livenessProbe:
      exec: {command: [grpc_health_probe, '-addr=:8080']}
",
    run: Run::Workload(|context, workload, findings| {
        let commands = context.strings("commands");
        for container in &workload.pod.containers {
            let probes = &container.probes;
            for (field, probe) in [
                ("livenessProbe", &probes.liveness),
                ("readinessProbe", &probes.readiness),
                ("startupProbe", &probes.startup),
            ] {
                let programs = probe.as_ref().map_or(&[][..], |probe| &probe.programs);
                for program in programs
                    .iter()
                    .filter(|program| commands.contains(&&***program))
                {
                    let path = format!("/{field}/exec/command");
                    let at = Place::container(workload, container, &path);
                    findings.fail(
                        at.about(format!("{field} {program}")),
                        format!(
                            "{field} runs {program}, which says nothing of the application: ask it"
                        ),
                    );
                }
            }
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn each_probe_and_each_program_counts() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, livenessProbe: {httpGet: {path: /ls}}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, livenessProbe: {exec: {command: [cat, /tmp/ls]}}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, lifecycle: {preStop: {exec: {command: [ls]}}}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, livenessProbe: {exec: {command: [/bin/ls, /tmp]}}, readinessProbe: {exec: {command: [sh, -c, check || true]}}}]}",
                    Fail,
                    &[
                        "web /spec/containers/0/livenessProbe/exec/command livenessProbe ls: ",
                        "web /spec/containers/0/readinessProbe/exec/command readinessProbe true: ",
                    ],
                ),
            ],
        );
        let own = serde_json::json!({"commands": ["curl"]});
        let spec = "{containers: [{name: web, startupProbe: {exec: {command: [bash, -ec, 'curl a | ls']}}}]}";
        assert_on_pods_with(&CHECK, own, &[(spec, Fail, &["startupProbe runs curl"])]);
    }
}
