use crate::check::image::Image;
use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{ContainerRole, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "image-tag",
    title: "Every image has a tag that stays, or a digest",
    why: "`latest`, which is also meant where no tag is given, is whatever was pushed last. Replicas that start at \
          different times run different programs, a rollback brings nothing back, and nobody can say what was running. \
          With a digest, the tag does not matter. Ephemeral containers are let be: they are a person's tool for a while.",
    fix: "Name the version in the image reference, or better its digest. Tags that move in your registry can be \
          forbidden by the parameter `forbidden`.",
    source: "https://kubernetes.io/docs/concepts/containers/images/",
    severity: Severity::High,
    default: true,
    group: Group::Images,
    since: "0.1.0",
    aliases: &[
        "polaris/tagNotSpecified",
        "kube-score/container-image-tag",
        "kube-linter/latest-tag",
        "checkov/CKV_K8S_14",
        "popeye/100",
        "popeye/101",
        "trivy/KSV013",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "forbidden",
        doc: "The tags that images must not have. An image without a tag fails in any case.",
        kind: ParamKind::Strings {
            default: &["latest"],
        },
    }],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:latest
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    run: Run::Workload(|context, workload, findings| {
        let forbidden = context.strings("forbidden");
        let containers = workload
            .pod
            .containers
            .iter()
            .filter(|container| container.role != ContainerRole::Ephemeral);
        for container in containers {
            let (at, image) = (
                || Place::container(workload, container, "/image"),
                &container.image,
            );
            match Image::parse(image) {
                None if image.is_empty() => findings.unknown(at(), "has no image"),
                None => findings.unknown(
                    at(),
                    format!("image `{image}` is no image reference, so it has no tag to judge"),
                ),
                Some(Image {
                    digest: Some(_), ..
                }) => {}
                Some(Image { tag: None, .. }) => {
                    findings.fail(
                        at(),
                        format!("image {image} has no tag, which means latest: name a version"),
                    );
                }
                Some(Image { tag: Some(tag), .. }) if forbidden.contains(&tag) => {
                    findings.fail(
                        at(),
                        format!("image {image} has the tag {tag}, which moves: name a version"),
                    );
                }
                Some(_) => {}
            }
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    #[test]
    fn an_image_is_pinned_by_a_tag_or_a_digest() {
        let digest = format!("@sha256:{}", "0a".repeat(32));
        let pinned = format!("{{containers: [{{name: web, image: 'web{digest}'}}]}}");
        let latest = format!("{{containers: [{{name: web, image: 'web:latest{digest}'}}]}}");
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web, image: 'web:1.4.2'}]}", Pass, &[]),
                (
                    "{containers: [{name: web, image: 'host:5000/web:1.4.2'}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, image: 'web:latest-1'}]}",
                    Pass,
                    &[],
                ),
                (&pinned, Pass, &[]),
                (&latest, Pass, &[]),
                (
                    "{containers: [{name: web, image: web}]}",
                    Fail,
                    &["web /spec/containers/0/image : image web has no tag"],
                ),
                (
                    "{containers: [{name: web, image: 'web:latest'}]}",
                    Fail,
                    &["has the tag latest"],
                ),
                (
                    "{containers: [{name: web, image: 'host:5000/web'}]}",
                    Fail,
                    &["has no tag"],
                ),
                (
                    "{initContainers: [{name: init, image: web}]}",
                    Fail,
                    &["init /spec/initContainers/0/image "],
                ),
                (
                    "{ephemeralContainers: [{name: debug, image: busybox}]}",
                    Pass,
                    &[],
                ),
                ("{containers: [{name: web}]}", Unknown, &["has no image"]),
                (
                    "{containers: [{name: web, image: ''}]}",
                    Unknown,
                    &["has no image"],
                ),
                (
                    "{containers: [{name: web, image: '${IMAGE}'}]}",
                    Unknown,
                    &["`${IMAGE}` is no image reference"],
                ),
                (
                    "{containers: [{name: web, image: 'web:${TAG}'}]}",
                    Unknown,
                    &["`web:${TAG}`"],
                ),
                (
                    "{containers: [{name: web, image: 'web@sha256:abc'}]}",
                    Unknown,
                    &["`web@sha256:abc`"],
                ),
            ],
        );
    }

    #[test]
    fn a_policy_says_which_tags_move() {
        let of = |tag: &str| format!("{{containers: [{{name: web, image: 'web:{tag}'}}]}}");
        let moving = serde_json::json!({"forbidden": ["main", "stable"]});
        assert_on_pods_with(
            &CHECK,
            moving,
            &[
                (&of("main"), Fail, &["has the tag main"]),
                (&of("latest"), Pass, &[]),
                (
                    "{containers: [{name: web, image: web}]}",
                    Fail,
                    &["has no tag"],
                ),
            ],
        );
    }
}
