//! What is kept of how containers are confined, and of where they get out: of what few of them set.

use super::Text;

/// The parts of a security context that few set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    /// `procMount` (of a container).
    pub proc_mount: Option<Text>,
    /// `appArmorProfile.type`; empty where the profile has none.
    pub app_armor: Option<Text>,
    /// `seLinuxOptions`.
    pub selinux: Option<SeLinux>,
    /// Whether `windowsOptions.hostProcess` is true.
    pub host_process: bool,
    /// The names of `sysctls` (of a pod).
    pub sysctls: Box<[Text]>,
}

/// `seLinuxOptions`; what is not set is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeLinux {
    /// `type`.
    pub kind: Text,
    /// `user`.
    pub user: Text,
    /// `role`.
    pub role: Text,
    /// `level`.
    pub level: Text,
}

impl SeLinux {
    /// Whether anything is set at all.
    pub fn is_set(&self) -> bool {
        [&self.kind, &self.user, &self.role, &self.level]
            .iter()
            .any(|part| !part.is_empty())
    }
}

/// What the old annotation says of one container: `container.apparmor.security.beta.kubernetes.io/<container>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppArmorAnnotation {
    /// The container.
    pub container: Text,
    /// The profile: `runtime/default`, `localhost/...`, `unconfined`.
    pub profile: Text,
}

/// Where a container mounts a `hostPath` volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostMount {
    /// The volume's place in `volumes`.
    pub volume: u16,
    /// The mount's place in `volumeMounts`.
    pub index: u16,
    /// What is mounted of the node: the volume's path and the mount's `subPath`, without needless slashes.
    pub path: Text,
    /// Whether the container may write to it.
    pub writable: bool,
}

/// A probe or a hook that calls another host than the pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The field of the container that names the host.
    pub field: CallField,
    /// The host.
    pub host: Text,
}

/// A field that names the host which a probe or a hook calls: what calls, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallField {
    /// The pointer of the probe or the hook: `/livenessProbe`, `/lifecycle/preStop`.
    pub caller: &'static str,
    /// `httpGet` or `tcpSocket`.
    pub handler: &'static str,
}

impl CallField {
    /// The JSON pointer within the container.
    pub fn path(self) -> String {
        format!("{}/{}/host", self.caller, self.handler)
    }
}

/// When an image is pulled, with Kubernetes' default filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullPolicy {
    /// Whenever the container starts.
    Always,
    /// When the node has none of that name.
    IfNotPresent,
    /// Never: the node must have it.
    Never,
    /// None that Kubernetes knows.
    Other(Text),
}

impl PullPolicy {
    /// By its name; an empty one is the default of an image (`SetDefaults_Container`).
    pub(super) fn of(name: Text, image: &str) -> Self {
        match &*name {
            "" if is_latest(image) => Self::Always,
            "" | "IfNotPresent" => Self::IfNotPresent,
            "Always" => Self::Always,
            "Never" => Self::Never,
            _ => Self::Other(name),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
            Self::Other(name) => name,
        }
    }
}

/// Whether a reference means the tag `latest`: it says so, or neither a tag nor a digest.
fn is_latest(image: &str) -> bool {
    let (rest, is_pinned) = match image.split_once('@') {
        Some((rest, _)) => (rest, true),
        None => (image, false),
    };
    match rest.rsplit_once(':') {
        Some((_, tag)) if !tag.contains('/') => tag == "latest",
        _ => !is_pinned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_a_default_policy() {
        for (name, image, expected) in [
            ("", "web", PullPolicy::Always),
            ("", "web:latest", PullPolicy::Always),
            ("", "host:5000/web", PullPolicy::Always),
            ("", "web:1.4.2", PullPolicy::IfNotPresent),
            ("", "host:5000/web:1.4.2", PullPolicy::IfNotPresent),
            ("", "web@sha256:00", PullPolicy::IfNotPresent),
            ("", "web:latest@sha256:00", PullPolicy::Always),
            ("Always", "web:1.4.2", PullPolicy::Always),
            ("Never", "web", PullPolicy::Never),
            ("always", "web", PullPolicy::Other("always".into())),
        ] {
            assert_eq!(
                PullPolicy::of(name.into(), image),
                expected,
                "{name:?} {image}"
            );
        }
    }
}
