use crate::check::{Check, Group, LaunchCheck, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "launch-date-actual",
    title: "The date of going live is known",
    why: "When the watch of the first days begins. Plimsoll writes it down itself when pods of the application \
          are first let run; it does not change with later releases.",
    fix: "Roll the application out; where the target date has passed, set a new one.",
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
  targetDate: "2020-01-01T00:00:00Z"
"#,
    good: r#"
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessLaunch
metadata: {name: shop, namespace: shop}
spec:
  selector:
    matchLabels: {app: shop}
  release: "1.0.0"
  targetDate: "2025-12-01T00:00:00Z"
status:
  # Written by Plimsoll.
  actualDate: "2025-12-01T09:30:00Z"
"#,
    run: Run::Launch(LaunchCheck::ActualDate),
};
