use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "revision-history-limit",
    title: "Older revisions are kept to roll back to",
    why: "`kubectl rollout undo` makes the pod template of an older revision the current one. With a `revisionHistoryLimit` of 0 \
          there is no older revision as soon as a rollout is done, and the way back is whatever the pipeline can build again. \
          Kubernetes keeps 10 where nothing is said.",
    fix: "Leave `revisionHistoryLimit` out, or set it to as many revisions as you may have to go back.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet]),
    reads: KindSet::NONE,
    params: &[MINIMUM],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  revisionHistoryLimit: 0
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  revisionHistoryLimit: 5
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(run),
};

const MINIMUM: Param = Param {
    name: "minimum",
    doc: "The fewest older revisions that must be kept.",
    kind: ParamKind::Integer {
        default: 1,
        minimum: 1,
        maximum: 1_000,
    },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let Some(limit) = workload.revision_history_limit else {
        findings.not_applicable();
        return Ok(());
    };
    let at = Place::field("/spec/revisionHistoryLimit");
    let minimum = context.integer(MINIMUM.name);
    if limit < 0 {
        let problem = format!("revisionHistoryLimit is {limit}");
        findings.unknown(at, format!("{problem}, which Kubernetes refuses"));
    } else if limit == 0 {
        let problem = "revisionHistoryLimit is 0: there is no revision to roll back to";
        findings.fail(at, format!("{problem}; leave it out to keep 10"));
    } else if i64::from(limit) < minimum {
        let problem = format!("revisionHistoryLimit is {limit}");
        findings.fail(
            at,
            format!("{problem}, and at least {minimum} is asked for"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict, verdict_with};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    fn workload(kind: &str, limit: &str) -> String {
        format!("{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web}}, spec: {{{limit}}}}}")
    }

    #[test]
    fn none_is_ten_and_nought_is_none() {
        for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
            for (limit, expected, parts) in [
                ("", Pass, &[][..]),
                ("revisionHistoryLimit: null", Pass, &[]),
                ("revisionHistoryLimit: 1", Pass, &[]),
                (
                    "revisionHistoryLimit: 0",
                    Fail,
                    &["- /spec/revisionHistoryLimit : revisionHistoryLimit is 0"],
                ),
                ("revisionHistoryLimit: -1", Unknown, &["is -1"]),
            ] {
                assert_on(&CHECK, &[(&workload(kind, limit), expected, parts)]);
            }
        }
    }

    #[test]
    fn a_policy_may_ask_for_more() {
        for (limit, expected) in [(2, Fail), (3, Pass)] {
            let manifest = workload("Deployment", &format!("revisionHistoryLimit: {limit}"));
            let params = serde_json::json!({"minimum": 3});
            assert_eq!(verdict_with(&CHECK, params, &manifest)[0].1, expected);
        }
    }

    #[test]
    fn other_kinds_have_no_revisions() {
        let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: web}, spec: {}}";
        assert!(verdict(&CHECK, job).is_empty());
        assert!(verdict(&CHECK, &workload("ReplicaSet", "")).is_empty());
    }
}
