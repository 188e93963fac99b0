use crate::check::{Check, Group, LaunchCheck, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "checklist-status",
    title: "The checklist is not NotReady",
    why: "The status that the document ends with: Not Ready where a critical item or a sign-off is missing, \
          Ready with Risks where something high or a risk is open, else Ready for Production.",
    fix: "Close the critical items and collect the sign-offs.",
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
  - {id: whole, title: Status, section: Summary, severity: high, checks: [checklist-status]}
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
  - {id: whole, title: Status, section: Summary, severity: high, checks: [checklist-status]}
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
    run: Run::Launch(LaunchCheck::Status),
};
