use crate::check::{Check, Context, Findings, Group, Judgement, Run, network};
use crate::model::{Kind, KindSet, Operator, Place, Reach, Selector, Service, Severity};

pub(super) static CHECK: Check = Check {
    id: "service-selector",
    title: "The Service leads to pods",
    why: "A Service whose selector matches no pod is accepted without a word, and refuses every connection: a label that was \
          renamed on one side is enough. All labels of the selector must be on the pods of one workload of its namespace. \
          One that leads to nothing is reported on the workload of its name, where there is one. Some controllers label \
          their pods only once these run (which of them leads, say): where nothing but such a label is missing, it is \
          Unknown; the name of a StatefulSet's pod is known. Services without a selector, whose endpoints are made by \
          somebody else, and ExternalNames are not judged. On files, the pods \
          of a custom resource are known by the template in its `spec`, as an Argo Rollout has one. A label of a domain of its \
          own (`example.com/cluster`), or with the name of a custom resource that seems to run pods and has no template, may \
          be of pods that a controller makes, and is Unknown.",
    fix: "Write the same labels into `spec.selector` of the Service and `spec.template.metadata.labels` of the workload.",
    source: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "kube-score/service-targets-pod",
        "kube-linter/dangling-service",
        "popeye/1100",
    ],
    subjects: KindSet::of(&[Kind::Service]),
    reads: KindSet::WORKLOADS,
    params: &[],
    bad: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: shop-web}
  template:
    metadata:
      labels: {app: shop-web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Service(run),
};

fn run(context: &Context<'_>, service: &Service, findings: &mut Findings) -> Judgement {
    for kind in KindSet::WORKLOADS.iter() {
        context.read(kind)?;
    }
    let view = context.read(Kind::Service)?;
    let selector = service.selector.as_ref();
    let Some(selector) = selector.filter(|_| service.reach != Reach::Elsewhere) else {
        findings.not_applicable();
        return Ok(());
    };
    if !view.led_to(service).is_empty() {
        return Ok(());
    }
    let at = Place::field("/spec/selector");
    if let Some(name) = &service.stateful_set {
        let message = format!(
            "it selects a pod of StatefulSet {name} that the namespace does not have: correct it"
        );
        findings.fail(at, message);
    } else if let Some(near) = view.nearly_led_to(service) {
        let lacking = selector
            .0
            .iter()
            .map(|requirement| &requirement.key)
            .filter(|label| near.pod.labels.get(label).is_none());
        let lacking: Vec<&str> = lacking.map(|label| &**label).collect();
        let key = near.key();
        findings.unknown(
            at,
            format!(
                "the template of {} {} lacks the label {}: its pods may be given it when they run",
                key.kind,
                key.name,
                lacking.join(", ")
            ),
        );
    } else if let Some(maker) =
        network::maker(context, view, &service.meta.key.namespace, selector)
    {
        let labels = labels(selector);
        findings.unknown(
            at,
            format!("no pod among the files has the labels {labels}; {maker} may make such pods"),
        );
    } else {
        let labels = labels(selector);
        findings.fail(
            at,
            format!("no pod has the labels {labels}: nothing answers; correct the selector"),
        );
    }
    Ok(())
}

/// What a selector of equalities asks for, as `kubectl -l` takes it.
fn labels(selector: &Selector) -> String {
    let pair = |requirement: &crate::model::Requirement| match &requirement.operator {
        Operator::In(values) => format!("{}={}", requirement.key, values.join("|")),
        _ => requirement.key.to_string(),
    };
    let pairs: Vec<_> = selector.0.iter().map(pair).collect();
    pairs.join(",")
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, assert_running, store};
    use crate::inventory::{Inventory, Source};
    use crate::model::KindSet;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn service(spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{{spec}}}}}")
    }

    fn workload(kind: &str, metadata: &str, labels: &str) -> String {
        let template = format!("template: {{metadata: {{labels: {{{labels}}}}}}}");
        format!(
            "\n---\n{{apiVersion: apps/v1, kind: {kind}, metadata: {{{metadata}}}, spec: {{{template}}}}}"
        )
    }

    #[test]
    fn every_label_must_be_on_the_pods() {
        let deployment = workload("Deployment", "name: shop", "app: web, tier: front");
        for (selector, verdict, parts) in [
            ("app: web", Pass, &[][..]),
            ("app: web, tier: front", Pass, &[]),
            (
                "app: web, tier: back",
                Fail,
                &["- /spec/selector : no pod has the labels app=web,tier=back"],
            ),
            ("app: api", Fail, &["app=api"]),
            ("application: web", Fail, &["application=web"]),
            // Perhaps its controller gives it to the one that leads.
            (
                "app: web, role: primary",
                Unknown,
                &["the template of Deployment shop lacks the label role"],
            ),
        ] {
            let manifests = service(&format!("selector: {{{selector}}}")) + &deployment;
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }

    #[test]
    fn only_workloads_of_the_namespace_count_and_only_their_pods() {
        let service = service("selector: {app: web}");
        let elsewhere = workload("Deployment", "name: web, namespace: other", "app: web");
        assert_on(
            &CHECK,
            &[(&(service.clone() + &elsewhere), Fail, &["app=web"])],
        );
        let not_its_pods = workload("Deployment", "name: web, labels: {app: web}", "");
        assert_on(
            &CHECK,
            &[(&(service.clone() + &not_its_pods), Fail, &["app=web"])],
        );
        let pod =
            "\n---\n{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: web}}, spec: {}}";
        assert_on(&CHECK, &[(&(service.clone() + pod), Pass, &[])]);
        assert_on(&CHECK, &[(&service, Fail, &["app=web"])]);
    }

    #[test]
    fn a_pod_of_a_stateful_set_may_be_called_by_its_name() {
        let set = workload("StatefulSet", "name: db", "app: db");
        let name = "statefulset.kubernetes.io/pod-name";
        for (selector, verdict, parts) in [
            (format!("{name}: db-0"), Pass, &[][..]),
            (
                format!("app: db, {name}: db-12, apps.kubernetes.io/pod-index: '12'"),
                Pass,
                &[],
            ),
            (
                format!("app: web, {name}: db-0"),
                Fail,
                &["a pod of StatefulSet db that"],
            ),
            (
                format!("{name}: other-0"),
                Fail,
                &["a pod of StatefulSet other that"],
            ),
            (format!("{name}: db"), Fail, &["pod-name=db"]),
        ] {
            let manifests = service(&format!("selector: {{{selector}}}")) + &set;
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
        // A Deployment has no such pods.
        let manifests = service(&format!("selector: {{{name}: db-0}}"))
            + &workload("Deployment", "name: db", "app: db");
        assert_on(&CHECK, &[(&manifests, Fail, &["StatefulSet db"])]);
    }

    #[test]
    fn what_selects_nothing_on_purpose_is_not_judged() {
        for spec in [
            "",
            "selector: {}",
            "clusterIP: None",
            "type: ExternalName, externalName: db.example",
            // The endpoints controller takes no notice of it.
            "type: ExternalName, externalName: db.example, selector: {app: gone}",
        ] {
            assert_on(&CHECK, &[(&service(spec), NotApplicable, &[])]);
        }
        // A headless one is a Service like any other.
        let headless = service("clusterIP: None, selector: {app: gone}");
        assert_on(&CHECK, &[(&headless, Fail, &["app=gone"])]);
    }

    #[test]
    fn in_files_the_pods_of_a_custom_resource_are_not_to_be_found() {
        for (label, verdict, parts) in [
            (
                "cnpg.io/cluster: pg",
                Unknown,
                &["no pod among the files has the labels cnpg.io/cluster=pg"][..],
            ),
            (
                "elasticsearch.k8s.elastic.co/cluster-name: es",
                Unknown,
                &["es; a controller"],
            ),
            (
                "app.kubernetes.io/name: pg",
                Fail,
                &["no pod has the labels"],
            ),
            ("k8s.io/name: pg", Fail, &["no pod has the labels"]),
        ] {
            let manifest = service(&format!("selector: {{{label}}}"));
            assert_on(&CHECK, &[(&manifest, verdict, parts)]);
            assert_running(&CHECK, &[(&manifest, Fail, &["no pod has the labels"])]);
        }
    }

    #[test]
    fn a_job_labels_its_pods_with_its_name() {
        let job = "\n---\n{apiVersion: batch/v1, kind: Job, metadata: {name: train}, spec: {template: {spec: {}}}}";
        for label in ["job-name", "batch.kubernetes.io/job-name"] {
            let named = service(&format!("clusterIP: None, selector: {{{label}: train}}")) + job;
            assert_on(&CHECK, &[(&named, Pass, &[])]);
            let other = service(&format!("clusterIP: None, selector: {{{label}: other}}")) + job;
            assert_on(&CHECK, &[(&other, Fail, &["no pod has the labels"])]);
        }
    }

    #[test]
    fn it_is_undecided_while_pods_may_be_missing() {
        let mut cluster = Inventory::of_cluster();
        store(&mut cluster, &service("selector: {app: web}"));
        let params = Params::default();
        assert_in(
            &CHECK,
            &params,
            &cluster,
            Unknown,
            &["Deployments are not listed yet"],
        );
        for kind in KindSet::WORKLOADS.union(CHECK.subjects).iter() {
            cluster.set_source(kind, Source::Synced);
        }
        assert_in(&CHECK, &params, &cluster, Fail, &["app=web"]);
    }
}
