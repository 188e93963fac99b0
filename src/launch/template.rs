//! Digests of pod templates, by which revisions that were let run are known again.
//!
//! They are stored in launches' statuses, and compared by later versions of Plimsoll: what goes into one is written out here, and
//! does not follow from how a record is laid out or hashed. A template is what its record keeps of it; values of variables,
//! commands and arguments are not kept, so that revisions that differ in nothing else are one.

use rustls::SupportedCipherSuite;
use rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;

use crate::model::{
    Amount, Confinement, Container, Environment, Labels, PodTemplate, PortName, Probe, Probes,
    Reference, Resource, Resources, RestartPolicy, SeLinux, Seccomp, Security, Spread,
    VolumeSource, Workload,
};

/// What the kubelet makes of pods that do not say it.
const NDOTS: i32 = 5;

/// Of the digest, 128 bits are kept: nobody finds another template for them.
const KEPT: usize = 16;

/// The digest of a workload's pod template, in hexadecimal.
pub fn digest(workload: &Workload) -> String {
    let mut text = Canonical::default();
    text.text("plimsoll.dev/template/v1");
    text.template(&workload.pod);
    // The process has one implementation of SHA-256: that of TLS.
    let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else {
        return String::new();
    };
    let digest = suite.common.hash_provider.hash(&text.0);
    digest
        .as_ref()
        .iter()
        .take(KEPT)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A text in which no two templates are the same: each part says how long it is.
#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn text(&mut self, text: &str) {
        self.0.extend(text.len().to_string().bytes());
        self.0.push(b':');
        self.0.extend(text.bytes());
    }

    fn number(&mut self, number: impl Into<i64>) {
        self.text(&number.into().to_string());
    }

    fn flag(&mut self, flag: impl Into<Option<bool>>) {
        self.text(match flag.into() {
            None => "-",
            Some(false) => "0",
            Some(true) => "1",
        });
    }

    fn each<T>(&mut self, list: &[T], mut one: impl FnMut(&mut Self, &T)) {
        self.text(&list.len().to_string());
        for item in list {
            one(self, item);
        }
    }

    fn template(&mut self, template: &PodTemplate) {
        // A field that is added must be thought of here.
        let PodTemplate {
            labels,
            containers,
            volumes,
            references,
            service_account,
            old_service_account: _,
            automount_token,
            host_network,
            host_pid,
            host_ipc,
            host_users,
            windows,
            restart_policy,
            priority_class,
            ndots,
            grace_period,
            chooses_nodes,
            runtime_class,
            has_deadline,
            spreads,
            security,
            app_armor,
            own_resources: _,
        } = template;
        self.labels(labels);
        self.each(containers, Self::container);
        self.each(volumes, |to, volume| {
            to.text(&volume.name);
            to.volume(&volume.source);
        });
        self.each(references, Self::reference);
        self.text(service_account);
        self.flag(*automount_token);
        for flag in [
            host_network,
            host_pid,
            host_ipc,
            windows,
            &(*restart_policy == RestartPolicy::Always),
            chooses_nodes,
        ] {
            self.flag(*flag);
        }
        self.flag(*host_users);
        self.number(*grace_period);
        // Templates without one are what they were before it was looked at.
        if let Some(class) = priority_class {
            self.text("priorityClassName");
            self.text(class);
        }
        if let Some(dots) = ndots.filter(|dots| *dots != NDOTS) {
            self.text("ndots");
            self.number(dots);
        }
        if let Some(class) = runtime_class {
            self.text("runtimeClassName");
            self.text(class);
        }
        if *has_deadline {
            self.text("activeDeadlineSeconds");
        }
        self.each(spreads, Self::spread);
        self.security(security);
        self.resources(template.resources());
        if !app_armor.is_empty() {
            self.text("appArmor");
            self.each(app_armor, |to, annotation| {
                to.text(&annotation.container);
                to.text(&annotation.profile);
            });
        }
    }

    fn labels(&mut self, labels: &Labels) {
        let labels: Vec<_> = labels.iter().collect();
        self.each(&labels, |to, (label, value)| {
            to.text(label);
            to.text(value);
        });
    }

    fn container(&mut self, container: &Container) {
        let Container {
            name,
            role,
            index: _,
            image,
            pull_policy: _,
            ports,
            probes,
            pre_stop,
            calls,
            host_mounts,
            environment,
            resources,
            security,
        } = container;
        self.text(name);
        self.text(role.field());
        self.flag(role.has_probes());
        self.text(image);
        self.each(ports, |to, port| {
            to.text(port.name.as_deref().unwrap_or_default());
            to.number(port.number);
            to.text(port.protocol.name());
        });
        let Probes {
            liveness,
            readiness,
            startup,
            ask_the_same: _,
        } = probes;
        for probe in [liveness, readiness, startup] {
            self.probe(probe.as_deref());
        }
        self.flag(pre_stop.is_some());
        self.number(pre_stop.and_then(|stop| stop.sleep).unwrap_or(-1));
        let Environment {
            is_set,
            from_config_map: _,
            references,
            suspects: _,
            from_secrets: _,
            repeated: _,
        } = environment;
        self.flag(*is_set);
        self.each(references, Self::reference);
        self.resources(resources);
        self.security(security);
        // What few set is written down only where it is set: the digests of all others stay as they were.
        for port in ports.iter().filter(|port| port.host != 0) {
            self.text("/hostPort");
            self.number(port.number);
            self.number(port.host);
        }
        for call in calls {
            self.text(&call.field.path());
            self.text(&call.host);
        }
        for mount in host_mounts {
            self.text("/hostPath");
            self.text(&mount.path);
            self.flag(mount.writable);
        }
    }

    fn probe(&mut self, probe: Option<&Probe>) {
        let Some(probe) = probe else {
            return self.text("-");
        };
        let Probe {
            port,
            programs: _,
            initial_delay,
            period,
            timeout,
            success_threshold,
            failure_threshold,
        } = probe;
        match port {
            None => self.text("command"),
            Some((field, PortName::Number(number))) => {
                self.text(field.name());
                self.number(*number);
            }
            Some((field, PortName::Name(name))) => {
                self.text(field.name());
                self.text(name);
            }
        }
        for number in [
            initial_delay,
            period,
            timeout,
            success_threshold,
            failure_threshold,
        ] {
            self.number(*number);
        }
    }

    fn reference(&mut self, reference: &Reference) {
        self.text(reference.kind.name());
        self.text(&reference.name);
        self.text(&reference.path());
        self.each(&reference.keys, |to, key| to.text(key));
    }

    fn volume(&mut self, source: &VolumeSource) {
        match source {
            VolumeSource::HostPath(path) => {
                self.text("hostPath");
                self.text(path);
            }
            VolumeSource::Claim(name) => {
                self.text("persistentVolumeClaim");
                self.text(name);
            }
            VolumeSource::Ephemeral(claim) => {
                self.text("ephemeral");
                self.text(claim.class.as_deref().unwrap_or("-"));
                self.flag(claim.modes.is_exclusive());
            }
            VolumeSource::Csi { read_only } => {
                self.text("csi");
                self.flag(*read_only);
            }
            VolumeSource::Device(field) => self.text(field),
            VolumeSource::GitRepo => self.text("gitRepo"),
        }
    }

    fn spread(&mut self, spread: &Spread) {
        self.text(&spread.field.selector_path());
        self.text(&spread.topology_key);
    }

    fn resources(&mut self, resources: &Resources) {
        for amounts in [&resources.requests, &resources.limits] {
            for resource in Resource::ALL {
                match amounts.get(resource) {
                    None => self.text("-"),
                    Some(Amount::Set(quantity)) => self.text(&quantity.to_string()),
                    Some(Amount::Invalid(text)) => self.text(text),
                }
            }
        }
    }

    fn security(&mut self, security: &Security) {
        let Security {
            privileged,
            allow_privilege_escalation,
            read_only_root_filesystem,
            run_as_non_root,
            run_as_user,
            run_as_group,
            seccomp,
            added_capabilities,
            dropped_capabilities,
            confinement,
        } = security;
        for flag in [
            privileged,
            allow_privilege_escalation,
            read_only_root_filesystem,
            run_as_non_root,
        ] {
            self.flag(*flag);
        }
        self.text(&run_as_user.map(|user| user.to_string()).unwrap_or_default());
        self.text(match seccomp {
            None => "-",
            Some(Seccomp::RuntimeDefault) => "RuntimeDefault",
            Some(Seccomp::Localhost) => "Localhost",
            Some(Seccomp::Other(name)) => name,
        });
        for capabilities in [added_capabilities, dropped_capabilities] {
            self.each(capabilities, |to, capability| to.text(capability));
        }
        if let Some(group) = run_as_group {
            self.text("/runAsGroup");
            self.number(*group);
        }
        if let Some(confinement) = confinement {
            self.confinement(confinement);
        }
    }

    fn confinement(&mut self, confinement: &Confinement) {
        let Confinement {
            proc_mount,
            app_armor,
            selinux,
            host_process,
            sysctls,
        } = confinement;
        self.text("/confinement");
        for part in [proc_mount, app_armor] {
            self.text(part.as_deref().unwrap_or("-"));
        }
        self.flag(selinux.is_some());
        if let Some(SeLinux {
            kind,
            user,
            role,
            level,
        }) = selinux
        {
            for part in [kind, user, role, level] {
                self.text(part);
            }
        }
        self.flag(*host_process);
        self.each(sysctls, |to, sysctl| to.text(sysctl));
    }
}
