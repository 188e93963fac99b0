//! What pods take from ConfigMaps and Secrets.

use super::{Kind, Text};

/// The ConfigMap that Kubernetes itself keeps in every namespace (`rootcacertpublisher`).
pub const ROOT_CA: &str = "kube-root-ca.crt";

/// A ConfigMap or Secret that must be there for a pod to start. Optional ones are not kept, nor is [`ROOT_CA`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// ConfigMap or Secret.
    pub kind: Kind,
    /// Its name.
    pub name: Text,
    /// The keys that it must have.
    pub keys: Box<[Text]>,
    /// The first field that names it.
    pub field: ReferenceField,
}

/// A field that names a ConfigMap or a Secret, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceField {
    /// `env[n].valueFrom` of a container.
    Env(u16),
    /// `envFrom[n]` of a container.
    EnvFrom(u16),
    /// `volumes[n]` of the pod.
    Volume(u16),
    /// `volumes[n].projected.sources[m]` of the pod.
    Projected(u16, u16),
    /// `imagePullSecrets[n]` of the pod.
    PullSecret(u16),
}

impl Reference {
    /// The JSON pointer of the field within its container or pod spec.
    pub fn path(&self) -> String {
        self.field.path(self.kind)
    }
}

impl ReferenceField {
    /// The JSON pointer of the field that names an object of a kind, within its container or pod spec.
    fn path(self, kind: Kind) -> String {
        let (of_variable, whole, of_volume) = match kind {
            Kind::ConfigMap => ("configMapKeyRef", "configMapRef", "configMap"),
            _ => ("secretKeyRef", "secretRef", "secret"),
        };
        match self {
            Self::Env(at) => format!("/env/{at}/valueFrom/{of_variable}"),
            Self::EnvFrom(at) => format!("/envFrom/{at}/{whole}"),
            Self::Volume(at) => format!("/volumes/{at}/{of_volume}"),
            Self::Projected(at, source) => {
                format!("/volumes/{at}/projected/sources/{source}/{of_volume}")
            }
            Self::PullSecret(at) => format!("/imagePullSecrets/{at}"),
        }
    }
}

/// What is kept of a container's environment. The values of variables are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Whether there is any `env` or `envFrom`.
    pub is_set: bool,
    /// Whether some of the container's configuration is from a ConfigMap: a variable, all its variables, or a volume that
    /// it mounts.
    pub from_config_map: bool,
    /// What it must have to start.
    pub references: Box<[Reference]>,
    /// The variables whose values stand in the manifest and are probably secret.
    pub suspects: Box<[Suspect]>,
    /// The variables that are filled in from Secrets, optional ones too.
    pub from_secrets: Box<[SecretVariable]>,
    /// The variables that hide an earlier one of their name.
    pub repeated: Box<[Repeated]>,
}

/// A variable that hides an earlier one of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// Its name.
    pub name: Text,
    /// Its place in `env`.
    pub index: u16,
}

/// A variable, or several, from a Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretVariable {
    /// The name of the variable; of the Secret where all of it becomes variables.
    pub name: Text,
    /// [`ReferenceField::Env`] or [`ReferenceField::EnvFrom`].
    pub field: ReferenceField,
}

impl SecretVariable {
    /// The JSON pointer of the field within its container.
    pub fn path(&self) -> String {
        self.field.path(Kind::Secret)
    }
}

/// A variable whose value stands in the manifest and is probably secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// Its name.
    pub name: Text,
    /// Its place in `env`.
    pub index: u16,
    /// What gives it away.
    pub by: Clue,
}

/// What gives away a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clue {
    /// The variable's name.
    Name,
    /// A password in a URL.
    Url,
    /// A private key.
    PrivateKey,
    /// A token of a well-known form.
    Token,
}
