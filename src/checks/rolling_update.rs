use crate::check::replicas::Floor;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{IntOrPercent, Kind, KindSet, Place, Severity, Strategy, Workload};

pub(super) static CHECK: Check = Check {
    id: "rolling-update",
    title: "An update replaces pods a few at a time",
    why: "`Recreate` stops every pod before the first new one starts; `OnDelete` leaves the old version running until \
          somebody deletes the pods; and a `maxUnavailable` of all replicas is `Recreate` by another name. `maxUnavailable` \
          and `maxSurge` are resolved as Kubernetes resolves them, for the fewest replicas there may be (a \
          HorizontalPodAutoscaler's floor): of one replica, the default of 25 % is none, and the new pod starts first. \
          The strategy is judged, not the number of replicas: a StatefulSet of one replica passes, as no strategy would \
          keep it up.",
    fix: "Use the strategy `RollingUpdate` with a `maxUnavailable` below the number of replicas; for a single replica, \
          `maxUnavailable: 0` and `maxSurge: 1`.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",
    severity: Severity::Critical,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["kube-score/deployment-strategy", "kube-linter/no-rolling-update-strategy"],
    subjects: KindSet::of(&[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet]),
    reads: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  strategy: {type: Recreate}
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
  strategy: {type: RollingUpdate}
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

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let field = if workload.kind() == Kind::Deployment { "/spec/strategy" } else { "/spec/updateStrategy" };
    let at = |name: &str| Place::field(format!("{field}/{name}"));
    match &workload.strategy {
        Strategy::Recreate => {
            let problem = "the strategy is Recreate: all pods stop before the first new one starts";
            findings.fail(at("type"), format!("{problem}; use RollingUpdate"));
        }
        Strategy::OnDelete => {
            let problem = "the strategy is OnDelete: pods keep the old version until somebody deletes them";
            findings.fail(at("type"), format!("{problem}; use RollingUpdate"));
        }
        Strategy::None => findings.unknown(at("type"), "the strategy is none that Kubernetes knows; use RollingUpdate"),
        Strategy::RollingUpdate { max_unavailable, max_surge } => {
            let at = at("rollingUpdate/maxUnavailable");
            let limits = Limits::of(workload.kind(), max_unavailable.as_ref(), max_surge.as_ref());
            if let Some(problem) = limits.problem(workload.kind()) {
                findings.unknown(at, format!("{problem}, which Kubernetes refuses"));
                return Ok(());
            }
            // Of a DaemonSet's pods there are as many as nodes: only all of them are surely all.
            let floor = match workload.kind() {
                Kind::DaemonSet => None,
                _ => Some(Floor::of(context, workload)?).filter(|floor| floor.replicas > 0),
            };
            if limits.stop_all(workload.kind(), floor.map(|floor| floor.replicas)) {
                findings.fail(at, limits.complaint(workload.kind(), floor));
            }
        }
    }
    Ok(())
}

/// How many pods may be missing, and how many too many, while an update goes on.
struct Limits {
    unavailable: IntOrPercent,
    surge: IntOrPercent,
}

impl Limits {
    /// With the defaults of `SetDefaults_Deployment`, `SetDefaults_StatefulSet` and `SetDefaults_DaemonSet`.
    fn of(kind: Kind, unavailable: Option<&IntOrPercent>, surge: Option<&IntOrPercent>) -> Self {
        let (default_unavailable, default_surge) = match kind {
            Kind::Deployment => (IntOrPercent::Percent(25), IntOrPercent::Percent(25)),
            _ => (IntOrPercent::Int(1), IntOrPercent::Int(0)),
        };
        Self {
            unavailable: unavailable.cloned().unwrap_or(default_unavailable),
            // A StatefulSet's pods have names of their own: there is never one too many.
            surge: surge.filter(|_| kind != Kind::StatefulSet).cloned().unwrap_or(default_surge),
        }
    }

    /// What the API server would say against them.
    fn problem(&self, kind: Kind) -> Option<String> {
        let is_zero = |part: &IntOrPercent| matches!(part, IntOrPercent::Int(0) | IntOrPercent::Percent(0));
        let is_surge = match self.surge {
            // A Deployment may have more than twice its pods.
            IntOrPercent::Percent(percent) if kind == Kind::Deployment => percent >= 0,
            _ => self.surge.is_part(),
        };
        if !self.unavailable.is_part() {
            return Some(format!("maxUnavailable is {}", self.unavailable));
        }
        if !is_surge {
            return Some(format!("maxSurge is {}", self.surge));
        }
        match (is_zero(&self.unavailable), is_zero(&self.surge), kind) {
            (true, true, Kind::StatefulSet) => Some("maxUnavailable is 0".to_owned()),
            (true, true, _) => Some("maxUnavailable and maxSurge are both 0".to_owned()),
            (false, false, Kind::DaemonSet) => Some("maxUnavailable and maxSurge are both above 0".to_owned()),
            _ => None,
        }
    }

    /// Whether an update may stop all of so many pods at once (`None`: however many there are), though another strategy
    /// would not.
    fn stop_all(&self, kind: Kind, pods: Option<i32>) -> bool {
        let Some(pods) = pods else { return self.unavailable == IntOrPercent::Percent(100) };
        let unavailable = self.unavailable.of_rounded_down(pods).unwrap_or(0);
        match kind {
            // One is the least that a StatefulSet can do (`getStatefulSetMaxUnavailable`).
            Kind::StatefulSet => self.unavailable == IntOrPercent::Percent(100) || pods > 1 && unavailable >= pods,
            // Where both round to nothing, one may be missing (`ResolveFenceposts`).
            _ => match (unavailable, self.surge.of_rounded_up(pods)) {
                (0, Some(0)) => pods == 1,
                (unavailable, _) => unavailable >= pods,
            },
        }
    }

    fn complaint(&self, kind: Kind, floor: Option<Floor<'_>>) -> String {
        let pods = match floor.map(|floor| floor.replicas) {
            None => "all pods".to_owned(),
            Some(1) => "the only replica".to_owned(),
            Some(replicas) => format!("all {replicas} replicas"),
        };
        let because = floor.and_then(|floor| floor.autoscaler).map_or_else(String::new, |autoscaler| {
            format!(" (the minReplicas of HorizontalPodAutoscaler {})", autoscaler.meta.key.name)
        });
        let (said, advice) = match (kind, floor.map(|floor| floor.replicas)) {
            (Kind::Deployment, Some(1)) => {
                let said = format!("maxUnavailable is {} and maxSurge {}", self.unavailable, self.surge);
                (said, "set them to 0 and 1")
            }
            _ => (format!("maxUnavailable is {}", self.unavailable), "set it to 1"),
        };
        format!("{said}: an update may stop {pods}{because} at once; {advice}")
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    fn deployment(spec: &str) -> String {
        format!("{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{{spec}}}}}")
    }

    fn rolling(replicas: i32, limits: &str) -> String {
        deployment(&format!("replicas: {replicas}, strategy: {{rollingUpdate: {{{limits}}}}}"))
    }

    #[test]
    fn a_deployment_keeps_a_replica() {
        let all = "/spec/strategy/rollingUpdate/maxUnavailable";
        for (manifest, verdict, parts) in [
            (deployment(""), Pass, &[][..]),
            (deployment("strategy: null"), Pass, &[]),
            (deployment("strategy: {}"), Pass, &[]),
            (deployment("strategy: {type: RollingUpdate}"), Pass, &[]),
            (deployment("strategy: {type: Recreate}"), Fail, &["- /spec/strategy/type : the strategy is Recreate"]),
            (deployment("strategy: {type: Rolling}"), Unknown, &["none that Kubernetes knows"]),
            // A share that may be missing is rounded down, one too many up.
            (rolling(1, ""), Pass, &[]),
            (rolling(1, "maxUnavailable: 99%, maxSurge: 1%"), Pass, &[]),
            (rolling(1, "maxUnavailable: 1"), Fail, &["maxUnavailable is 1 and maxSurge 25%: an update may stop the only"]),
            (rolling(1, "maxUnavailable: 100%"), Fail, &[all]),
            (rolling(2, "maxUnavailable: 50%"), Pass, &[]),
            (rolling(2, "maxUnavailable: 2"), Fail, &["maxUnavailable is 2: an update may stop all 2 replicas at once"]),
            (rolling(3, "maxUnavailable: 5"), Fail, &["all 3 replicas"]),
            (rolling(3, "maxUnavailable: 99%"), Pass, &[]),
            (rolling(3, "maxUnavailable: 100%, maxSurge: 100%"), Fail, &["all 3 replicas"]),
            (rolling(2, "maxUnavailable: 0, maxSurge: 300%"), Pass, &[]),
            // Both round to nothing: Kubernetes lets one be missing.
            (rolling(1, "maxUnavailable: 25%, maxSurge: 0"), Fail, &["maxUnavailable is 25% and maxSurge 0"]),
            (rolling(3, "maxUnavailable: 25%, maxSurge: 0%"), Pass, &[]),
            // Nothing runs: only a share says what will be.
            (rolling(0, "maxUnavailable: 1"), Pass, &[]),
            (rolling(0, "maxUnavailable: 100%"), Fail, &["may stop all pods"]),
            // What the API server refuses.
            (rolling(3, "maxUnavailable: 0, maxSurge: 0"), Unknown, &["maxUnavailable and maxSurge are both 0"]),
            (rolling(3, "maxUnavailable: 0%, maxSurge: 0"), Unknown, &["both 0"]),
            (rolling(3, "maxUnavailable: 101%"), Unknown, &["maxUnavailable is 101%, which Kubernetes refuses"]),
            (rolling(3, "maxUnavailable: -1"), Unknown, &["maxUnavailable is -1"]),
            (rolling(3, "maxUnavailable: '1'"), Unknown, &["maxUnavailable is 1, which"]),
            (rolling(3, "maxUnavailable: half"), Unknown, &["maxUnavailable is half"]),
            (rolling(3, "maxSurge: few"), Unknown, &["maxSurge is few"]),
        ] {
            assert_on(&CHECK, &[(&manifest, verdict, parts)]);
        }
    }

    #[test]
    fn the_fewest_replicas_are_judged() {
        let scaler = |min: i32| {
            format!(
                "\n---\n{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: scaler}}, spec: \
                 {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, minReplicas: {min}, maxReplicas: 9}}}}"
            )
        };
        for (manifests, verdict, parts) in [
            (rolling(6, "maxUnavailable: 2") + &scaler(2), Fail, &["all 2 replicas (the minReplicas of"][..]),
            (rolling(1, "maxUnavailable: 2") + &scaler(3), Pass, &[]),
            (rolling(1, "maxUnavailable: 2"), Fail, &["the only replica"]),
            // Scaled to nothing by hand, which a HorizontalPodAutoscaler respects.
            (rolling(0, "maxUnavailable: 2") + &scaler(2), Pass, &[]),
        ] {
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }

    #[test]
    fn a_stateful_set_stops_one_at_least() {
        let set = |spec: &str| {
            format!("{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: web}}, spec: {{{spec}}}}}")
        };
        let rolling = |replicas: i32, unavailable: &str| {
            let limits = format!("rollingUpdate: {{maxUnavailable: {unavailable}}}");
            set(&format!("replicas: {replicas}, updateStrategy: {{{limits}}}"))
        };
        for (manifest, verdict, parts) in [
            (set(""), Pass, &[][..]),
            (set("updateStrategy: {type: OnDelete}"), Fail, &["- /spec/updateStrategy/type : the strategy is OnDelete"]),
            (set("updateStrategy: {rollingUpdate: {partition: 1}}"), Pass, &[]),
            (rolling(1, "1"), Pass, &[]),
            (rolling(3, "2"), Pass, &[]),
            (rolling(3, "3"), Fail, &["/spec/updateStrategy/rollingUpdate/maxUnavailable : maxUnavailable is 3"]),
            (rolling(3, "100%"), Fail, &["all 3 replicas"]),
            (rolling(1, "100%"), Fail, &["the only replica"]),
            (rolling(2, "10%"), Pass, &[]),
            (rolling(2, "0"), Unknown, &["maxUnavailable is 0"]),
        ] {
            assert_on(&CHECK, &[(&manifest, verdict, parts)]);
        }
    }

    #[test]
    fn a_daemon_set_leaves_some_nodes_alone() {
        let set = |strategy: &str| {
            format!(
                "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: web}}, spec: {{updateStrategy: {{{strategy}}}}}}}"
            )
        };
        for (strategy, verdict, parts) in [
            ("", Pass, &[][..]),
            ("type: OnDelete", Fail, &["OnDelete"]),
            ("rollingUpdate: {maxUnavailable: 3}", Pass, &[]),
            ("rollingUpdate: {maxUnavailable: 99%}", Pass, &[]),
            ("rollingUpdate: {maxUnavailable: 100%}", Fail, &["may stop all pods at once"]),
            ("rollingUpdate: {maxUnavailable: 0, maxSurge: 100%}", Pass, &[]),
            ("rollingUpdate: {maxUnavailable: 0}", Unknown, &["both 0"]),
            ("rollingUpdate: {maxSurge: 1}", Unknown, &["both above 0"]),
        ] {
            assert_on(&CHECK, &[(&set(strategy), verdict, parts)]);
        }
    }

    #[test]
    fn what_has_no_strategy_is_not_judged() {
        for (api_version, kind) in
            [("apps/v1", "ReplicaSet"), ("v1", "ReplicationController"), ("batch/v1", "Job"), ("v1", "Pod")]
        {
            let manifest = format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web}}, spec: {{}}}}");
            assert_eq!(verdict(&CHECK, &manifest), [], "{kind}");
        }
    }
}
