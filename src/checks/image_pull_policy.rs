use crate::check::image::Image;
use crate::check::{Check, Group, Run};
use crate::model::{ContainerRole, KindSet, Place, PullPolicy, Severity};

pub(super) static CHECK: Check = Check {
    id: "image-pull-policy",
    title: "Every image is asked for at its registry when a container starts",
    why: "With `IfNotPresent`, a node that has an image of that name takes what it has: an older one under a tag that was \
          pushed again, or one that somebody else's pod may pull and this one may not, as credentials are not checked. \
          `Always` costs a question, not a download. Disputed: with it, no container starts while the registry is away. An \
          image with a digest passes whatever the policy, as it cannot be another one; `Never` fails in any case. What \
          Kubernetes fills in counts: `Always` for the tag `latest` or none. Ephemeral containers are let be.",
    fix: "Set `imagePullPolicy: Always`, or name the image's digest.",
    source: "https://kubernetes.io/docs/concepts/containers/images/",
    severity: Severity::Advice,
    default: false,
    group: Group::Images,
    since: "0.1.0",
    aliases: &[
        "polaris/pullPolicyNotAlways",
        "kube-score/container-image-pull-policy",
        "checkov/CKV_K8S_15",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    imagePullPolicy: IfNotPresent
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    imagePullPolicy: Always
",
    run: Run::Workload(|_, workload, findings| {
        let containers = workload.pod.containers.iter();
        for container in containers.filter(|container| container.role != ContainerRole::Ephemeral) {
            let policy = &container.pull_policy;
            let digest = Image::parse(&container.image).and_then(|image| image.digest);
            let is_pinned = digest.is_some() && *policy == PullPolicy::IfNotPresent;
            if *policy == PullPolicy::Always || is_pinned {
                continue;
            }
            let at = Place::container(workload, container, "/imagePullPolicy");
            let message = match policy {
                PullPolicy::Never => {
                    "imagePullPolicy is Never: the node must happen to have the image".to_owned()
                }
                _ => format!(
                    "imagePullPolicy is {}: a node may run what it has by that name, so set Always",
                    policy.name()
                ),
            };
            findings.fail(at, message);
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn what_kubernetes_fills_in_counts() {
        let digest = "0a".repeat(32);
        let of = |image: &str, policy: &str| {
            format!("{{containers: [{{name: web, image: '{image}', imagePullPolicy: {policy}}}]}}")
        };
        let pinned = format!("web@sha256:{digest}");
        assert_on_pods(
            &CHECK,
            &[
                (&of("web", "null"), Pass, &[]),
                (&of("web:latest", "''"), Pass, &[]),
                (&of("web:1", "Always"), Pass, &[]),
                (
                    &of("web:1", "null"),
                    Fail,
                    &["web /spec/containers/0/imagePullPolicy : imagePullPolicy is IfNotPresent"],
                ),
                (&of("web", "IfNotPresent"), Fail, &["is IfNotPresent"]),
                (&of("web", "Never"), Fail, &["must happen to have"]),
                (&of("web", "always"), Fail, &["is always"]),
                (&of(&pinned, "null"), Pass, &[]),
                (&of(&pinned, "Never"), Fail, &["Never"]),
                (
                    "{initContainers: [{name: init, image: 'web:1'}]}",
                    Fail,
                    &["init "],
                ),
                (
                    "{ephemeralContainers: [{name: debug, image: 'web:1'}]}",
                    Pass,
                    &[],
                ),
            ],
        );
    }
}
