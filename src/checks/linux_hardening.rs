use crate::check::{Check, Group, Run};
use crate::model::{Confinement, Container, KindSet, Place, PodTemplate, Seccomp, Severity};

pub(super) static CHECK: Check = Check {
    id: "linux-hardening",
    title: "Every container is confined by at least one mechanism of Linux",
    why: "AppArmor, seccomp, SELinux and dropped capabilities each narrow what a container that was broken into can do to \
          the kernel. This check asks for any one of them, as the least that there should be: `seccomp-profile` and \
          `drop-all-capabilities` ask for more, and make it needless. A profile named `Unconfined` is none; capabilities \
          count where some are dropped and `ALL` is not added.",
    fix: "Set `seccompProfile.type: RuntimeDefault` in the pod's `securityContext`, which costs nearly no application \
          anything.",
    source: "https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/",
    severity: Severity::High,
    default: false,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["polaris/linuxHardening", "kubescape/C-0055"],
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
  securityContext:
    seccompProfile: {type: RuntimeDefault}
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    run: Run::Workload(|_, workload, findings| {
        // Windows has none of these, and the API server refuses the fields there.
        if workload.pod.windows {
            findings.not_applicable();
            return Ok(());
        }
        for container in &workload.pod.containers {
            if !is_confined(&workload.pod, container) {
                let at = Place::container(workload, container, "/securityContext");
                let message = "has no seccomp, AppArmor or SELinux options and drops no capability: set a seccompProfile";
                findings.fail(at, message);
            }
        }
        Ok(())
    }),
};

fn is_confined(pod: &PodTemplate, container: &Container) -> bool {
    let security = &container.security;
    let seccomp = match pod.seccomp(container) {
        Some(Seccomp::RuntimeDefault | Seccomp::Localhost) => true,
        Some(Seccomp::Other(_)) | None => false,
    };
    // The container's own options count before the pod's, as for the kubelet.
    let confinements = [&security.confinement, &pod.security.confinement];
    let confinements = || confinements.into_iter().flatten().map(|boxed| &**boxed);
    let of = |part: fn(&Confinement) -> Option<bool>| confinements().find_map(part) == Some(true);
    let app_armor = of(|confinement| {
        let profile = confinement.app_armor.as_deref()?;
        Some(matches!(profile, "RuntimeDefault" | "Localhost"))
    });
    let annotated = pod.app_armor.iter().any(|annotation| {
        annotation.container == container.name && !matches!(&*annotation.profile, "" | "unconfined")
    });
    let selinux = of(|confinement| {
        let options = confinement.selinux.as_ref()?;
        options.is_set().then_some(true)
    });
    let adds_all = security
        .added_capabilities
        .iter()
        .any(|capability| capability.eq_ignore_ascii_case("ALL"));
    let capabilities = !security.dropped_capabilities.is_empty() && !adds_all;
    seccomp || app_armor || annotated || selinux || capabilities
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_on_pods};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn any_one_mechanism_is_enough() {
        let of = |context: &str| {
            format!("{{containers: [{{name: web, securityContext: {{{context}}}}}]}}")
        };
        let under = |pod: &str, context: &str| {
            format!(
                "{{securityContext: {{{pod}}}, containers: [{{name: web, securityContext: {{{context}}}}}]}}"
            )
        };
        let (runtime, none) = ("{type: RuntimeDefault}", "{type: Unconfined}");
        let pass = [
            of(&format!("seccompProfile: {runtime}")),
            of("appArmorProfile: {type: Localhost, localhostProfile: web}"),
            of("seLinuxOptions: {level: 's0:c1,c2'}"),
            of("capabilities: {drop: [KILL], add: [CHOWN]}"),
            under(&format!("seccompProfile: {runtime}"), ""),
            under(&format!("appArmorProfile: {runtime}"), ""),
            under("seLinuxOptions: {type: container_t}", ""),
            under(
                &format!("seccompProfile: {none}"),
                &format!("seccompProfile: {runtime}"),
            ),
        ];
        for spec in &pass {
            assert_on_pods(&CHECK, &[(spec, Pass, &[])]);
        }
        let fail = [
            of(""),
            of(&format!("seccompProfile: {none}")),
            of("seLinuxOptions: {}"),
            of(&format!("appArmorProfile: {none}")),
            of("capabilities: {drop: [ALL], add: [all]}"),
            under(
                &format!("seccompProfile: {runtime}"),
                &format!("seccompProfile: {none}"),
            ),
            under(
                &format!("appArmorProfile: {runtime}"),
                &format!("appArmorProfile: {none}"),
            ),
        ];
        for spec in &fail {
            assert_on_pods(
                &CHECK,
                &[(spec, Fail, &["web /spec/containers/0/securityContext "])],
            );
        }
        assert_on_pods(
            &CHECK,
            &[(
                "{os: {name: windows}, containers: [{name: web}]}",
                NotApplicable,
                &[],
            )],
        );
    }

    #[test]
    fn an_annotation_of_old_confines_the_container_that_it_names() {
        let of = |container: &str, profile: &str| {
            let name = format!("container.apparmor.security.beta.kubernetes.io/{container}");
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: a, annotations: {{{name}: {profile}}}}}, spec: {{containers: [{{name: web}}]}}}}"
            )
        };
        assert_on(
            &CHECK,
            &[
                (&of("web", "runtime/default"), Pass, &[]),
                (&of("web", "unconfined"), Fail, &["web "]),
                (&of("other", "runtime/default"), Fail, &["web "]),
            ],
        );
    }
}
