use crate::check::{Check, Group, LaunchCheck, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "launch-date-target",
    title: "A date to go live is set",
    why: "Without a date nobody plans the watch. It may not have passed while the application is not live.",
    fix: "Set `spec.targetDate` of the launch.",
    source: "https://sre.google/sre-book/reliable-product-launches/",
    severity: Severity::High,
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
"#,
    good: r#"
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessLaunch
metadata: {name: shop, namespace: shop}
spec:
  selector:
    matchLabels: {app: shop}
  release: "1.0.0"
  targetDate: "2126-01-01T00:00:00Z"
"#,
    run: Run::Launch(LaunchCheck::TargetDate),
};
