use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Counted, Flaw, KindSet, Place, Severity, SpreadField, Workload};

pub(super) static CHECK: Check = Check {
    id: "topology-spread-valid",
    title: "The topologySpreadConstraints are ones that Kubernetes takes, and count the own pods",
    why: "The API server refuses a constraint without `topologyKey`, with a `maxSkew` below 1 or with a misspelt \
          `whenUnsatisfiable`, and a `minDomains` where the constraint is only a wish: the release fails where it is \
          applied. It takes one that counts no pods, or those of others, which spreads nothing: it is there for show. \
          Whether there should be a constraint at all is another check's business.",
    fix: "Correct the field that the message names; as `labelSelector`, give the pods' own labels.",
    source: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#spread-constraint-definition",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["kube-score/pod-topology-spread-constraints"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
  topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
",
    good: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
  topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {app: web}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let mut is_concerned = false;
    for spread in &workload.pod.spreads {
        let SpreadField::Constraint(index) = spread.field else {
            continue;
        };
        is_concerned = true;
        let at = |field: &str| {
            let path = format!("/topologySpreadConstraints/{index}/{field}");
            Place::pod(workload, &path).about(index.to_string())
        };
        if let Some(flaw) = spread.flaw {
            let problem = match flaw {
                Flaw::MaxSkew => "maxSkew is missing or below 1",
                Flaw::TopologyKey => "there is no topologyKey",
                Flaw::WhenUnsatisfiable => {
                    "whenUnsatisfiable is neither DoNotSchedule nor ScheduleAnyway"
                }
                Flaw::MinDomains => "minDomains is below 1, or beside ScheduleAnyway",
            };
            findings.fail(
                at(flaw.field()),
                format!("{problem}, which is refused: correct it"),
            );
        }
        let counted = match spread.counts {
            Counted::None => "no pods, without a labelSelector",
            Counted::Others => "pods of others only",
            Counted::Own | Counted::Unclear => continue,
        };
        let problem = format!("the constraint counts {counted}");
        findings.fail(
            at("labelSelector"),
            format!("{problem}: select the pods' own labels"),
        );
    }
    if !is_concerned {
        findings.not_applicable();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn what_the_api_server_refuses_is_told() {
        let own = "labelSelector: {matchLabels: {app: web}}";
        let zone = "topologyKey: topology.kubernetes.io/zone";
        for (constraint, part) in [
            (
                format!("maxSkew: 1, {zone}, whenUnsatisfiable: ScheduleAnyway, {own}"),
                "",
            ),
            (
                format!(
                    "maxSkew: 1, {zone}, whenUnsatisfiable: DoNotSchedule, minDomains: 2, {own}"
                ),
                "",
            ),
            (
                format!("maxSkew: 0, {zone}, whenUnsatisfiable: DoNotSchedule, {own}"),
                "/0/maxSkew 0: maxSkew is missing or below 1",
            ),
            (
                format!("{zone}, whenUnsatisfiable: DoNotSchedule, {own}"),
                "maxSkew is missing",
            ),
            (
                format!("maxSkew: 1, whenUnsatisfiable: DoNotSchedule, {own}"),
                "/0/topologyKey 0: there is no topologyKey",
            ),
            (
                format!("maxSkew: 1, {zone}, whenUnsatisfiable: Never, {own}"),
                "whenUnsatisfiable is neither",
            ),
            (
                format!("maxSkew: 1, {zone}, {own}"),
                "whenUnsatisfiable is neither",
            ),
            (
                format!(
                    "maxSkew: 1, {zone}, whenUnsatisfiable: DoNotSchedule, minDomains: 0, {own}"
                ),
                "minDomains",
            ),
            (
                format!(
                    "maxSkew: 1, {zone}, whenUnsatisfiable: ScheduleAnyway, minDomains: 2, {own}"
                ),
                "minDomains",
            ),
            (
                format!("maxSkew: 1, {zone}, whenUnsatisfiable: DoNotSchedule"),
                "counts no pods",
            ),
            (
                format!(
                    "maxSkew: 1, {zone}, whenUnsatisfiable: DoNotSchedule, {}",
                    own.replace("web", "api")
                ),
                "counts pods of others only",
            ),
        ] {
            let pod = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web, labels: {{app: web}}}}, spec: {{topologySpreadConstraints: [{{{constraint}}}]}}}}"
            );
            match part {
                "" => assert_on(&CHECK, &[(&pod, Pass, &[])]),
                part => assert_on(&CHECK, &[(&pod, Fail, &[part])]),
            }
        }
    }

    #[test]
    fn without_a_constraint_there_is_nothing_to_judge() {
        let anti = "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone}]}}";
        for spec in ["", anti] {
            let pod =
                format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}");
            assert_on(&CHECK, &[(&pod, NotApplicable, &[])]);
        }
    }
}
