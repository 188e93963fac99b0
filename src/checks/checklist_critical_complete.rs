use crate::check::{Check, Group, LaunchCheck, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "checklist-critical-complete",
    title: "Every critical item of the checklist passes",
    why: "The line that a launch stands or falls with. It is worked out from the other items of the checklist \
          and cannot be ticked: those with severity critical, leaving out sign-offs, what is itself worked out \
          from other items, and, until the first rollout is let through, what can only be seen of a running \
          application.",
    fix: "Close the items that the message names; `plimsoll checklist` says of each what is missing and from \
          whom.",
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
  checklists: [shop]
---
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessChecklist
metadata: {name: shop}
spec:
  title: Shop
  items:
  - {id: whole, title: Every critical item passes, section: Summary, severity: critical, checks: [checklist-critical-complete]}
  - {id: cpu, title: CPU is limited, section: Pods, severity: critical, checks: [cpu-limits]}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: {app: shop}
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - name: web
        image: registry.example/shop:1.0.0
"#,
    good: r#"
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessLaunch
metadata: {name: shop, namespace: shop}
spec:
  selector:
    matchLabels: {app: shop}
  release: "1.0.0"
  checklists: [shop]
---
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessChecklist
metadata: {name: shop}
spec:
  title: Shop
  items:
  - {id: whole, title: Every critical item passes, section: Summary, severity: critical, checks: [checklist-critical-complete]}
  - {id: cpu, title: CPU is limited, section: Pods, severity: critical, checks: [cpu-limits]}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: {app: shop}
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - name: web
        image: registry.example/shop:1.0.0
        resources:
          limits: {cpu: "1"}
"#,
    run: Run::Launch(LaunchCheck::CriticalComplete),
};
