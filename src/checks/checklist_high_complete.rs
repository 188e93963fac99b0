use crate::check::{Check, Group, LaunchCheck, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "checklist-high-complete",
    title: "Every high item of the checklist passes",
    why: "What is high does not keep a service from going live, but each open one is a risk that somebody \
          should know of. Worked out like `checklist-critical-complete`, over the items of severity high.",
    fix: "Close the items that the message names, or have an exception granted for them.",
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
  checklists: [shop]
---
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessChecklist
metadata: {name: shop}
spec:
  title: Shop
  items:
  - {id: whole, title: Every high item passes, section: Summary, severity: high, checks: [checklist-high-complete]}
  - {id: cpu, title: CPU is limited, section: Pods, severity: high, checks: [cpu-limits]}
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
  - {id: whole, title: Every high item passes, section: Summary, severity: high, checks: [checklist-high-complete]}
  - {id: cpu, title: CPU is limited, section: Pods, severity: high, checks: [cpu-limits]}
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
    run: Run::Launch(LaunchCheck::HighComplete),
};
