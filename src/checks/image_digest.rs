use crate::check::image::Image;
use crate::check::{Check, Group, Run};
use crate::model::{ContainerRole, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "image-digest",
    title: "Every image is named by its digest",
    why: "A tag may be moved to another image, by a build that runs twice or by whoever breaks into the registry; a digest \
          is the image's own hash, so that what was tested and signed is what runs, on every node and after every restart. \
          Opinionated: it asks for a pipeline or a GitOps tool that writes digests into the manifests. Where versions are \
          enough, `image-tag` asks for less. Ephemeral containers are let be: they are a person's tool for a while.",
    fix: "Name the digest behind the tag: `registry.example/web:1.4.2@sha256:...`. A pipeline can, or a tool such as \
          Renovate, Flux or Argo CD Image Updater.",
    source: "https://kubernetes.io/docs/concepts/containers/images/",
    severity: Severity::Advice,
    default: false,
    group: Group::Images,
    since: "0.1.0",
    aliases: &[
        "kyverno/require-image-checksum",
        "gatekeeper-library/imagedigests",
        "checkov/CKV_K8S_43",
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
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2@sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a
",
    run: Run::Workload(|_, workload, findings| {
        let containers = workload.pod.containers.iter();
        for container in containers.filter(|container| container.role != ContainerRole::Ephemeral) {
            let at = Place::container(workload, container, "/image");
            let image = &container.image;
            match Image::parse(image) {
                Some(Image {
                    digest: Some(_), ..
                }) => {}
                Some(_) => findings.fail(
                    at,
                    format!(
                        "image {image} has no digest, so it may be another one tomorrow: name it"
                    ),
                ),
                None if image.is_empty() => findings.unknown(at, "has no image"),
                None => findings.unknown(
                    at,
                    format!("image `{image}` is no image reference, so it has no digest to judge"),
                ),
            }
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    #[test]
    fn a_tag_is_not_enough() {
        let hash = "0a".repeat(32);
        let of = |image: &str| format!("{{containers: [{{name: web, image: '{image}'}}]}}");
        assert_on_pods(
            &CHECK,
            &[
                (&of(&format!("web@sha256:{hash}")), Pass, &[]),
                (&of(&format!("web:latest@sha256:{hash}")), Pass, &[]),
                (
                    &of("host:5000/web:1"),
                    Fail,
                    &["web /spec/containers/0/image : image host:5000/web:1 has no digest"],
                ),
                (&of("web"), Fail, &["has no digest"]),
                (&of("web@sha256:12"), Unknown, &["no image reference"]),
                (&of("${IMAGE}"), Unknown, &["no image reference"]),
                (&of(""), Unknown, &["has no image"]),
                (
                    "{initContainers: [{name: init, image: web}]}",
                    Fail,
                    &["init "],
                ),
                (
                    "{ephemeralContainers: [{name: debug, image: web}]}",
                    Pass,
                    &[],
                ),
            ],
        );
    }
}
