use crate::check::image::Image;
use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "image-registry",
    title: "Every image is from an allowed registry",
    why: "Whoever runs an image from anywhere trusts everybody who can push there, and depends on a registry that others \
          pay for: Docker Hub's limits have stopped many a cluster. Which registries are trusted only you know: name them \
          in the parameter `allowed`. While it is empty, an image must at least name its registry, as what `web:1.4.2` is \
          depends on the settings of each node. Ephemeral containers count too, as they run beside the application.",
    fix: "Copy the image to a registry of your own and name it from there, or allow the registry by the parameter \
          `allowed`: `registry.example`, `registry.example/shop` for what is below, `*.registry.example` for hosts.",
    source: "https://kubernetes.io/docs/concepts/containers/images/",
    severity: Severity::High,
    default: false,
    group: Group::Images,
    since: "0.1.0",
    aliases: &[
        "popeye/113",
        "kyverno/restrict-image-registries",
        "gatekeeper-library/allowedrepos",
        "kubescape/C-0078",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "allowed",
        doc: "The registries that images may come from, with or without a part of the repository. `docker.io` where an image names none.",
        kind: ParamKind::Strings { default: &[] },
    }],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: web:1.4.2
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
        let allowed = context.strings("allowed");
        for container in &workload.pod.containers {
            let at = Place::container(workload, container, "/image");
            let image = &container.image;
            let Some(Image { name, .. }) = Image::parse(image) else {
                let message =
                    format!("image `{image}` is no image reference, so it is from nowhere");
                findings.unknown(at, message);
                continue;
            };
            let registry = Image::registry(name);
            if allowed.is_empty() {
                if registry.is_none() {
                    let message =
                        "names no registry, so each node looks for it where it will: name one";
                    findings.fail(at, format!("image {image} {message}"));
                }
            } else if !allowed
                .iter()
                .any(|allowed| is_from(name, registry, allowed))
            {
                let registry = registry.unwrap_or(DOCKER_HUB);
                findings.fail(
                    at,
                    format!("image {image} is from {registry}, which is not allowed"),
                );
            }
        }
        Ok(())
    }),
};

/// Where container runtimes look for an image that names no registry, unless they are told otherwise.
const DOCKER_HUB: &str = "docker.io";

/// Whether an image of this name is from an allowed registry, and below the part of a repository that is said with it.
fn is_from(name: &str, registry: Option<&str>, allowed: &str) -> bool {
    let repository = match registry {
        Some(registry) => name[registry.len()..].trim_start_matches('/'),
        None => name,
    };
    let registry = registry.unwrap_or(DOCKER_HUB);
    let (host, part) = allowed.split_once('/').unwrap_or((allowed, ""));
    let is_host = match host.strip_prefix('*') {
        Some(domain) => registry
            .strip_suffix(domain)
            .is_some_and(|rest| !rest.is_empty()),
        None => registry == host,
    };
    let part = part.trim_end_matches('/');
    // Docker Hub's own images are `library/...`, which nobody writes.
    let own = (registry == DOCKER_HUB && !repository.contains('/')).then_some("library/");
    let repository = format!("{}{repository}", own.unwrap_or_default());
    let below = repository.strip_prefix(part);
    is_host
        && (part.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    fn of(image: &str) -> String {
        format!("{{containers: [{{name: web, image: '{image}'}}]}}")
    }

    #[test]
    fn an_image_names_its_registry() {
        assert_on_pods(
            &CHECK,
            &[
                (&of("docker.io/library/web:1"), Pass, &[]),
                (&of("localhost/web"), Pass, &[]),
                (&of("host:5000/web"), Pass, &[]),
                (
                    &of("shop/web:1"),
                    Fail,
                    &["web /spec/containers/0/image : image shop/web:1 names no registry"],
                ),
                (&of("web:5000"), Fail, &["names no registry"]),
                (&of("${IMAGE}"), Unknown, &["no image reference"]),
                (
                    "{ephemeralContainers: [{name: debug, image: busybox}]}",
                    Fail,
                    &["debug "],
                ),
            ],
        );
    }

    #[test]
    fn a_policy_says_which_are_allowed() {
        let allowed = serde_json::json!({"allowed": ["a.example", "b.example/shop/", "*.c.example", "docker.io/library"]});
        for image in [
            "a.example/web",
            "a.example/any/web:1",
            "b.example/shop/web",
            "x.c.example/web",
            "x.y.c.example/web",
            "web:1",
            "docker.io/web",
            "docker.io/library/web",
        ] {
            assert_on_pods_with(&CHECK, allowed.clone(), &[(&of(image), Pass, &[])]);
        }
        for (image, message) in [
            (
                "a.example:5000/web",
                "is from a.example:5000, which is not allowed",
            ),
            ("a.example.evil/web", "is from a.example.evil"),
            ("b.example/shopping/web", "is from b.example,"),
            ("b.example/web", "is from b.example,"),
            ("c.example/web", "is from c.example,"),
            ("evilc.example/web", "is from evilc.example,"),
            ("shop/web", "is from docker.io,"),
            ("a/web", "is from docker.io,"),
        ] {
            assert_on_pods_with(&CHECK, allowed.clone(), &[(&of(image), Fail, &[message])]);
        }
    }
}
