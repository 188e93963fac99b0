use crate::check::{Check, Group, LaunchCheck, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "risk-register-complete",
    title: "Every row of the risk register is complete",
    why: "A risk without a mitigation or an owner is a worry, not a plan. A register without rows passes only \
          by an attestation that there are no known risks.",
    fix: "Give the launch at least one row in `spec.risks`, each with `risk`, `severity`, `mitigation` and \
          `owner`.",
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
  - {id: outage, risk: the model provider is down, severity: high}
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
  - {id: outage, risk: the model provider is down, severity: high, mitigation: a second provider, owner: platform}
"#,
    run: Run::Launch(LaunchCheck::RiskRegister),
};
