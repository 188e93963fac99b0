use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "priority-class",
    title: "The pods have a priority",
    why: "When there is no room, the scheduler removes pods of lower priority for those of higher. Without a class all \
          pods are equal (unless the cluster has a default class), and an important one waits while a batch job keeps its \
          place. Which classes there are differs by cluster, so that this is not asked of everybody: a policy that wants \
          it lists this check and may name the classes in `allowed`, with an empty name for pods that may have none.",
    fix: "Set `priorityClassName` to a PriorityClass of the cluster.",
    source: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
    severity: Severity::Advice,
    default: false,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "polaris/priorityClassNotSet",
        "kube-linter/priority-class-name",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[ALLOWED],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
  priorityClassName: customer-facing
",
    run: Run::Workload(run),
};

const ALLOWED: Param = Param {
    name: "allowed",
    doc: "The classes that pods may have; an empty name is for pods without one. Any class where the list is empty.",
    kind: ParamKind::Strings { default: &[] },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let allowed = context.strings(ALLOWED.name);
    let class = workload.pod.priority_class.as_deref();
    let is_right = match class {
        _ if !allowed.is_empty() => allowed.contains(&class.unwrap_or_default()),
        class => class.is_some(),
    };
    if !is_right {
        let at = Place::pod(workload, "/priorityClassName");
        let classes: Vec<_> = allowed
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect();
        let advice = match classes.join(", ") {
            names if names.is_empty() || names.len() > 80 => "set an allowed one".to_owned(),
            names => format!("allowed are {names}"),
        };
        match class {
            None => findings.fail(at, "the pods have no priorityClassName: set one"),
            Some(_) => findings.fail(
                at,
                format!("priorityClassName is none of those allowed: {advice}"),
            ),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn any_class_will_do_unless_a_policy_names_some() {
        let none = "{containers: [{name: web}]}";
        let own = "{priorityClassName: batch, containers: [{name: web}]}";
        let critical = "{priorityClassName: system-node-critical, containers: [{name: web}]}";
        let at = "- /spec/priorityClassName : ";
        assert_on_pods(
            &CHECK,
            &[
                (
                    none,
                    Fail,
                    &[&format!("{at}the pods have no priorityClassName")],
                ),
                (
                    "{priorityClassName: '', containers: [{name: web}]}",
                    Fail,
                    &["have no"],
                ),
                (own, Pass, &[]),
            ],
        );
        let named =
            serde_json::json!({"allowed": ["system-cluster-critical", "system-node-critical"]});
        assert_on_pods_with(
            &CHECK,
            named,
            &[
                (none, Fail, &["have no"]),
                (
                    own,
                    Fail,
                    &["allowed are system-cluster-critical, system-node-critical"],
                ),
                (critical, Pass, &[]),
            ],
        );
        let or_none = serde_json::json!({"allowed": ["", "system-node-critical"]});
        assert_on_pods_with(
            &CHECK,
            or_none,
            &[
                (none, Pass, &[]),
                (own, Fail, &["are system-node"]),
                (critical, Pass, &[]),
            ],
        );
    }
}
