//! What is kept of a workload.

use super::{
    Answers, ClaimTemplate, Container, IntOrPercent, Key, Kind, KindSet, Mark, Meta, Observed,
    Particulars, PodTemplate, RestartPolicy, Text,
};

/// Something that runs pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its metadata.
    pub meta: Meta,
    /// How many pods it asks for, with the default of 1 filled in: `replicas`, or a Job's `parallelism`.
    pub replicas: i32,
    /// Whether it says itself how many pods it asks for, so that whoever applies it again sets them anew. `None` where that
    /// cannot be told: a cluster fills the number in, and a write that is no apply takes it along.
    pub sets_replicas: Option<bool>,
    /// Whom to ask about it, by its annotations.
    pub contact: Contact,
    /// What only some kinds have.
    pub particulars: Particulars,
    /// Whether a Job or CronJob is told to run nothing.
    pub suspended: bool,
    /// How its pods are replaced.
    pub strategy: Strategy,
    /// How many older revisions are kept, with the default of 10 filled in; `None` for a kind that keeps none.
    pub revision_history_limit: Option<i32>,
    /// Whether its selector selects its own pods.
    pub selection: Selection,
    /// The claims that are made for each of its pods (StatefulSet).
    pub claim_templates: Box<[ClaimTemplate]>,
    /// The number of its first pod (`ordinals.start` of a StatefulSet).
    pub first_ordinal: i32,
    /// Whether it is done: a Job that completed or failed, a Pod that ended.
    pub finished: bool,
    /// Its pods.
    pub pod: PodTemplate,
    /// What its labels and annotations tell of who delivers it.
    pub delivery: Box<[Mark]>,
    /// What the match conditions of policies come to for it. No check looks at it.
    pub answers: Answers,
    /// What the cluster says of it. Only checks on what runs look at it.
    pub observed: Observed,
}

/// Whom to ask about a workload, by the annotation `email`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contact {
    /// Nothing says.
    #[default]
    Unsaid,
    /// An address.
    Address,
    /// Something that is no address.
    NoAddress,
}

/// How a workload's pods are replaced by newer ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// A few at a time.
    RollingUpdate {
        /// How many may be missing at once; the kind's default where it is `None`.
        max_unavailable: Option<IntOrPercent>,
        /// How many may run beyond the wanted number.
        max_surge: Option<IntOrPercent>,
    },
    /// All at once, after the old ones ended (Deployment).
    Recreate,
    /// When somebody deletes them (StatefulSet, DaemonSet).
    OnDelete,
    /// The kind has no strategy, or its name is none that Kubernetes knows.
    None,
}

/// Whether a workload's selector selects its own pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// It does; or Kubernetes makes the selector, or the kind has none.
    Own,
    /// There is no selector, though the kind must have one.
    Missing,
    /// It has no requirement.
    Empty,
    /// This requirement is not met by the pods' labels.
    Misses(Text),
}

impl Workload {
    /// Which object it is.
    pub fn key(&self) -> &Key {
        &self.meta.key
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.meta.key.kind
    }

    /// Whether no other workload is judged in its place, as far as it says itself.
    pub fn is_judged_itself(&self) -> bool {
        let owner = self.meta.controller.as_ref().and_then(|owner| owner.kind);
        !owner.is_some_and(Kind::is_workload)
    }

    /// The JSON pointer of its pod spec.
    pub fn pod_spec_path(&self) -> &'static str {
        match self.kind() {
            Kind::Pod => "/spec",
            Kind::CronJob => "/spec/jobTemplate/spec/template/spec",
            _ => "/spec/template/spec",
        }
    }

    /// The JSON pointer of one of its containers.
    pub fn container_path(&self, container: &Container) -> String {
        let (spec, role) = (self.pod_spec_path(), container.role.field());
        // With room for the field that most often follows. It is needed once for most findings.
        let mut path = String::with_capacity(spec.len() + role.len() + 40);
        path.push_str(spec);
        path.push('/');
        path.push_str(role);
        path.push('/');
        match char::from_digit(u32::from(container.index), 10) {
            Some(digit) => path.push(digit),
            None => path.push_str(&container.index.to_string()),
        }
        path
    }

    /// The numbers of its pods, which are in their names and in those of their claims (StatefulSet).
    pub fn ordinals(&self) -> std::ops::Range<i32> {
        self.first_ordinal..self.first_ordinal.saturating_add(self.replicas)
    }

    /// Whether its pods are meant to end by themselves.
    pub fn runs_to_completion(&self) -> bool {
        match self.kind() {
            Kind::Job | Kind::CronJob => true,
            Kind::Pod => self.pod.restart_policy != RestartPolicy::Always,
            _ => false,
        }
    }

    /// Whether it is to have pods: not scaled to nothing, nor suspended, nor done.
    pub fn runs_pods(&self) -> bool {
        let none = KindSet::SCALABLE.contains(self.kind()) && self.replicas <= 0;
        let no_job = self.kind() == Kind::Job && self.replicas <= 0;
        !(none || no_job || self.suspended || self.finished)
    }

    /// Whether another record differs from it in nothing but what the cluster says of it.
    pub fn is_declared_as(&self, other: &Workload) -> bool {
        // A field that is added must be thought of here.
        let Workload {
            meta,
            replicas,
            sets_replicas,
            contact,
            particulars,
            suspended,
            strategy,
            revision_history_limit,
            selection,
            claim_templates,
            first_ordinal,
            finished,
            pod,
            delivery,
            answers,
            observed: _,
        } = self;
        *meta == other.meta
            && *replicas == other.replicas
            && *sets_replicas == other.sets_replicas
            && *contact == other.contact
            && *particulars == other.particulars
            && *suspended == other.suspended
            && *strategy == other.strategy
            && *revision_history_limit == other.revision_history_limit
            && *selection == other.selection
            && *claim_templates == other.claim_templates
            && *first_ordinal == other.first_ordinal
            && *finished == other.finished
            && *pod == other.pod
            && *delivery == other.delivery
            && *answers == other.answers
    }

    /// Whether another record of it would be judged alike by every check that looks at the workload alone: the same
    /// but for its metadata. Of that, checks read labels and annotations; to change no more than these is always let pass.
    pub fn is_judged_as(&self, other: &Workload) -> bool {
        self.kind() == other.kind()
            && self.replicas == other.replicas
            && self.sets_replicas == other.sets_replicas
            && self.particulars == other.particulars
            && self.suspended == other.suspended
            && self.strategy == other.strategy
            && self.revision_history_limit == other.revision_history_limit
            && self.selection == other.selection
            && self.claim_templates == other.claim_templates
            && self.meta.written == other.meta.written
            && self.pod == other.pod
            && self.delivery == other.delivery
    }
}
