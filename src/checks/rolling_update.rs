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
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "kube-score/deployment-strategy",
        "kube-linter/no-rolling-update-strategy",
    ],
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
    let field = if workload.kind() == Kind::Deployment {
        "/spec/strategy"
    } else {
        "/spec/updateStrategy"
    };
    let at = |name: &str| Place::field(format!("{field}/{name}"));
    match &workload.strategy {
        Strategy::Recreate => {
            let problem = "the strategy is Recreate: all pods stop before the first new one starts";
            findings.fail(at("type"), format!("{problem}; use RollingUpdate"));
        }
        Strategy::OnDelete => {
            let problem =
                "the strategy is OnDelete: pods keep the old version until somebody deletes them";
            findings.fail(at("type"), format!("{problem}; use RollingUpdate"));
        }
        Strategy::None => findings.unknown(
            at("type"),
            "the strategy is none that Kubernetes knows; use RollingUpdate",
        ),
        Strategy::RollingUpdate {
            max_unavailable,
            max_surge,
        } => {
            let at = at("rollingUpdate/maxUnavailable");
            let limits = Limits::of(
                workload.kind(),
                max_unavailable.as_ref(),
                max_surge.as_ref(),
            );
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
            surge: surge
                .filter(|_| kind != Kind::StatefulSet)
                .cloned()
                .unwrap_or(default_surge),
        }
    }

    /// What the API server would say against them.
    fn problem(&self, kind: Kind) -> Option<String> {
        let is_zero =
            |part: &IntOrPercent| matches!(part, IntOrPercent::Int(0) | IntOrPercent::Percent(0));
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
            (false, false, Kind::DaemonSet) => {
                Some("maxUnavailable and maxSurge are both above 0".to_owned())
            }
            _ => None,
        }
    }

    /// Whether an update may stop all of so many pods at once (`None`: however many there are), though another strategy
    /// would not.
    fn stop_all(&self, kind: Kind, pods: Option<i32>) -> bool {
        let Some(pods) = pods else {
            return self.unavailable == IntOrPercent::Percent(100);
        };
        let unavailable = self.unavailable.of_rounded_down(pods).unwrap_or(0);
        match kind {
            // One is the least that a StatefulSet can do (`getStatefulSetMaxUnavailable`).
            Kind::StatefulSet => {
                self.unavailable == IntOrPercent::Percent(100) || pods > 1 && unavailable >= pods
            }
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
        let because =
            floor
                .and_then(|floor| floor.autoscaler)
                .map_or_else(String::new, |autoscaler| {
                    format!(
                        " (the minReplicas of HorizontalPodAutoscaler {})",
                        autoscaler.meta.key.name
                    )
                });
        let (said, advice) = match (kind, floor.map(|floor| floor.replicas)) {
            (Kind::Deployment, Some(1)) => {
                let said = format!(
                    "maxUnavailable is {} and maxSurge {}",
                    self.unavailable, self.surge
                );
                (said, "set them to 0 and 1")
            }
            _ => (
                format!("maxUnavailable is {}", self.unavailable),
                "set it to 1",
            ),
        };
        format!("{said}: an update may stop {pods}{because} at once; {advice}")
    }
}

#[cfg(test)]
mod tests;
