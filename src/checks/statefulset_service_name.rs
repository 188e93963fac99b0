use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Key, Kind, KindSet, Object, Place, Service, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "statefulset-service-name",
    title: "The StatefulSet has a headless Service that gives its pods their names",
    why: "The pods of a StatefulSet find each other as `web-0.web`, by the Service that `serviceName` names. Kubernetes \
          does not make it, and takes a name that there is none of: then these names do not resolve, and a database waits \
          for its peers. A Service with an address of its own, or one that selects other pods, gives no such names either. \
          Among files, a Service that is not there may be in the cluster, so that the verdict is Unknown, unless another \
          headless one there selects the pods: then the name is probably a typing error.",
    fix: "Make a Service of that name with `clusterIP: None` that selects the pods. `serviceName` of what is in the \
          cluster already cannot be changed.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["kube-score/statefulset-has-servicename"],
    subjects: KindSet::of(&[Kind::StatefulSet]),
    reads: KindSet::of(&[Kind::Service]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 8080}
",
    good: r"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: None
  selector: {app: web}
  ports:
  - {port: 8080}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let view = context.read(Kind::Service)?;
    let at = Place::field("/spec/serviceName");
    let named = workload
        .particulars
        .stateful()
        .map(|parts| &parts.service_name);
    let Some(name) = named.filter(|name| !name.is_empty()) else {
        findings.fail(
            at,
            "there is no serviceName: its pods have no names of their own in DNS",
        );
        return Ok(());
    };
    let key = Key::new(
        Kind::Service,
        workload.meta.key.namespace.clone(),
        name.clone(),
    );
    let Some(Object::Service(service)) = view.get(&key) else {
        let other = view
            .selecting(workload, Kind::Service)
            .into_iter()
            .find_map(headless);
        match other.filter(|_| context.may_exist_elsewhere()) {
            Some(other) => {
                let meant = &other.meta.key.name;
                let problem = format!("Service {name} is not among the files");
                findings.fail(
                    at,
                    format!("{problem}, but {meant} is, which selects its pods: name that"),
                );
            }
            None if context.may_exist_elsewhere() => findings.unknown(
                at,
                format!("Service {name} is not among the files: it has to be in the cluster"),
            ),
            None => findings.fail(
                at,
                format!("there is no Service {name}: its pods' names do not resolve; create it"),
            ),
        }
        return Ok(());
    };
    if !service.headless {
        let problem = format!("Service {name} has an address of its own");
        findings.fail(
            at,
            format!("{problem}, so that its pods have no names: set clusterIP: None"),
        );
    } else if !service.selects(workload) {
        let problem = format!("Service {name} does not select its pods");
        findings.fail(
            at,
            format!("{problem}, so that they have no names: correct its selector"),
        );
    }
    Ok(())
}

fn headless(object: &Object) -> Option<&Service> {
    match object {
        Object::Service(service) if service.headless => Some(service),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    fn set(service: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: web}}, \
              spec: {{serviceName: {service}, template: {{metadata: {{labels: {{app: web}}}}}}}}}}"
        )
    }

    fn service(name: &str, spec: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn the_service_must_name_the_pods() {
        let headless = "clusterIP: None, selector: {app: web}";
        for (manifests, expected, part) in [
            (set("web") + &service("web", headless), Pass, ""),
            (
                set("web") + &service("web", "selector: {app: web}"),
                Fail,
                "has an address of its own",
            ),
            (
                set("web") + &service("web", "clusterIP: None, selector: {app: api}"),
                Fail,
                "does not select",
            ),
            (
                set("web") + &service("web", "clusterIP: None"),
                Fail,
                "does not select",
            ),
            (
                set("''"),
                Fail,
                "- /spec/serviceName : there is no serviceName",
            ),
            (set("null"), Fail, "there is no serviceName"),
        ] {
            let parts: &[&str] = if part.is_empty() { &[] } else { &[part] };
            assert_on(&CHECK, &[(&manifests, expected, parts)]);
            assert_running(&CHECK, &[(&manifests, expected, parts)]);
        }
    }

    #[test]
    fn among_files_one_may_be_missing_unless_another_is_meant() {
        let headless = "clusterIP: None, selector: {app: web}";
        let elsewhere =
            service("web", headless).replace("name: web}", "name: web, namespace: shop}");
        for (others, in_files, of_files, of_cluster) in [
            (
                String::new(),
                Unknown,
                "it has to be in the cluster",
                "there is no Service web",
            ),
            (
                elsewhere,
                Unknown,
                "it has to be in the cluster",
                "there is no Service web",
            ),
            (
                service("wbe", headless),
                Fail,
                "but wbe is, which selects its pods",
                "there is no Service web",
            ),
            (
                service("wbe", "selector: {app: web}"),
                Unknown,
                "has to be",
                "there is no Service web",
            ),
        ] {
            let manifests = set("web") + &others;
            assert_on(&CHECK, &[(&manifests, in_files, &[of_files])]);
            assert_running(&CHECK, &[(&manifests, Fail, &[of_cluster])]);
        }
    }
}
