use crate::check::{Check, Group, LaunchCheck, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "risk-high-mitigated",
    title: "Every risk of severity high is mitigated",
    why: "A high risk is either dealt with, or somebody with the standing to do so accepts it until a date. \
          What is accepted is waived: the launch is ready with risks at best.",
    fix: "Say in `mitigated` who did it and when; or name the accepting role and a date in `accepted` and have \
          it attested as `launch:risk/<id>`.",
    source: "https://sre.google/sre-book/reliable-product-launches/",
    severity: Severity::Critical,
    default: true,
    group: Group::Launch,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::NONE,
    reads: KindSet::NONE,
    params: &[],
    bad: r#"
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessLaunch
metadata: {name: shop, namespace: shop}
spec:
  selector:
    matchLabels: {app: shop}
  release: "1.0.0"
  risks:
  - {id: outage, risk: the model provider is down, severity: high, mitigation: a second provider, owner: platform}
"#,
    good: r#"
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessLaunch
metadata: {name: shop, namespace: shop}
spec:
  selector:
    matchLabels: {app: shop}
  release: "1.0.0"
  risks:
  - id: outage
    risk: the model provider is down
    severity: high
    mitigation: a second provider
    owner: platform
    mitigated: {by: ada, at: "2026-01-01T00:00:00Z"}
"#,
    run: Run::Launch(LaunchCheck::RisksMitigated),
};
