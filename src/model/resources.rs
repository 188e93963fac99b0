//! Requests and limits.

use super::Amount;

/// Something that a container requests and is limited in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Compute, in cores.
    Cpu,
    /// Memory, in bytes.
    Memory,
    /// Room on the node's disk: the writable layer, logs and `emptyDir` volumes, in bytes.
    EphemeralStorage,
}

impl Resource {
    /// Every resource that is kept.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::Memory, Self::EphemeralStorage];

    /// Its name in `requests` and `limits`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::EphemeralStorage => "ephemeral-storage",
        }
    }
}

/// Amounts of resources, where they are set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Of CPU.
    pub cpu: Option<Amount>,
    /// Of memory.
    pub memory: Option<Amount>,
    /// Of room on the node's disk, which few ask for.
    pub ephemeral_storage: Option<Box<Amount>>,
}

impl Amounts {
    /// That of one resource.
    pub fn get(&self, resource: Resource) -> Option<&Amount> {
        match resource {
            Resource::Cpu => self.cpu.as_ref(),
            Resource::Memory => self.memory.as_ref(),
            Resource::EphemeralStorage => self.ephemeral_storage.as_deref(),
        }
    }

    /// Whether CPU or memory is set. Nothing else can be, of a pod as a whole.
    pub fn bound_a_pod(&self) -> bool {
        self.cpu.is_some() || self.memory.is_some()
    }

    /// These, and others where there is none.
    pub fn or(self, others: Self) -> Self {
        Self {
            cpu: self.cpu.or(others.cpu),
            memory: self.memory.or(others.memory),
            ephemeral_storage: self.ephemeral_storage.or(others.ephemeral_storage),
        }
    }
}

/// Requests and limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// What is set aside for the container.
    pub requests: Amounts,
    /// What the container may not exceed.
    pub limits: Amounts,
}

impl Resources {
    /// None at all.
    pub const NONE: Self = {
        const NOTHING: Amounts = Amounts {
            cpu: None,
            memory: None,
            ephemeral_storage: None,
        };
        Self {
            requests: NOTHING,
            limits: NOTHING,
        }
    };

    /// The request for a resource. The API server makes a limit the request where no request is set
    /// (`SetDefaults_Pod`), on the pod rather than on its template.
    pub fn request(&self, resource: Resource) -> Option<&Amount> {
        self.requests.get(resource).or(self.limit(resource))
    }

    /// The limit of a resource.
    pub fn limit(&self, resource: Resource) -> Option<&Amount> {
        self.limits.get(resource)
    }

    /// Whether a LimitRange that sets this resource would add something.
    pub fn lacks(&self, resource: Resource) -> bool {
        self.limits.get(resource).is_none() || self.requests.get(resource).is_none()
    }
}
