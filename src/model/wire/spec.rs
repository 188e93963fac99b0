//! What the specs of workloads say: how many pods there are, how they are replaced, and what they are.

use super::fields::fields;
use super::pod::{JobTemplate, Template};
use super::scalar::{List, Share, Str};
use super::selection::{self, Defaulting, SelectorFields};
use super::status::Intent;
use crate::model::{
    ClaimTemplate, JobParts, Kind, Meta, Particulars, PodTemplate, Retention, Selection,
    StatefulParts, Strategy, Text,
};

fields! {
    /// The spec of whatever keeps a number of pods running.
    pub(super) struct ReplicatedSpec<S> {
        replicas: Option<i32>,
        selector: Option<S>,
        revision_history_limit: Option<i32>,
        volume_claim_templates: List<super::storage::ClaimTemplate>,
        ordinals: Option<Ordinals>,
        service_name: Option<Str>,
        pod_management_policy: Option<Str>,
        persistent_volume_claim_retention_policy: Option<RetentionSpec>,
        strategy: Option<StrategySpec>,
        update_strategy: Option<StrategySpec>,
        template: Option<Box<Template>>,
    }

    struct Ordinals {
        start: Option<i32>,
    }

    struct RetentionSpec {
        when_deleted: Option<Str>,
        when_scaled: Option<Str>,
    }
}

impl RetentionSpec {
    fn record(&self) -> Retention {
        let deletes = |field: &Option<Str>| field.as_ref().is_some_and(|name| &*name.0 == "Delete");
        Retention {
            deletes_with_set: deletes(&self.when_deleted),
            deletes_with_pod: deletes(&self.when_scaled),
        }
    }
}

fields! {
    struct StrategySpec {
        r#type: Option<Str>,
        rolling_update: Option<RollingUpdate>,
    }

    struct RollingUpdate {
        partition: Option<i32>,
        max_unavailable: Option<Share>,
        max_surge: Option<Share>,
    }
}

impl StrategySpec {
    fn record(self) -> Strategy {
        let rolling = self.rolling_update.unwrap_or_default();
        match self.r#type.as_ref().map_or("", |name| &*name.0) {
            "" | "RollingUpdate" => Strategy::RollingUpdate {
                max_unavailable: rolling.max_unavailable.map(|share| share.0),
                max_surge: rolling.max_surge.map(|share| share.0),
            },
            "Recreate" => Strategy::Recreate,
            "OnDelete" => Strategy::OnDelete,
            _ => Strategy::None,
        }
    }
}

fields! {
    pub(super) struct CronJobSpec {
        suspend: Option<bool>,
        starting_deadline_seconds: Option<i64>,
        job_template: JobTemplateHolder,
    }

    struct JobTemplateHolder {
        spec: JobTemplate,
    }
}

/// A spec that holds pods: how many, how they are replaced, and what they are.
pub(super) trait PodHolder: Default {
    /// What a status is measured by, as far as the spec alone says it.
    fn intent(&self) -> Intent {
        Intent::default()
    }

    /// Whether it says how many pods there should be, of a kind that can be scaled.
    fn says_replicas(&self) -> bool {
        false
    }

    /// What it says of a workload with this metadata.
    fn parts(self, of: &Meta, defaulting: Defaulting) -> Parts;
}

/// What a spec says of its workload.
pub(super) struct Parts {
    pub(super) replicas: i32,
    pub(super) particulars: Particulars,
    pub(super) suspended: bool,
    pub(super) strategy: Strategy,
    pub(super) revision_history_limit: Option<i32>,
    pub(super) selection: Selection,
    pub(super) claim_templates: Box<[ClaimTemplate]>,
    pub(super) first_ordinal: i32,
    pub(super) pod: PodTemplate,
}

impl Parts {
    /// So many pods, of a kind that neither replaces nor selects them.
    fn of_pods(replicas: i32, pod: PodTemplate) -> Self {
        Self {
            replicas,
            particulars: Particulars::None,
            suspended: false,
            strategy: Strategy::None,
            revision_history_limit: None,
            selection: Selection::Own,
            claim_templates: Box::default(),
            first_ordinal: 0,
            pod,
        }
    }
}

impl<S: SelectorFields + Default> PodHolder for ReplicatedSpec<S> {
    fn intent(&self) -> Intent {
        let update = self
            .update_strategy
            .as_ref()
            .and_then(|strategy| strategy.rolling_update.as_ref());
        Intent {
            partition: update.and_then(|update| update.partition).unwrap_or(0),
            ..Intent::default()
        }
    }

    fn says_replicas(&self) -> bool {
        self.replicas.is_some()
    }

    fn parts(self, of: &Meta, defaulting: Defaulting) -> Parts {
        let kind = of.key.kind;
        let particulars = match kind {
            Kind::StatefulSet => Particulars::StatefulSet(Box::new(self.stateful())),
            _ => Particulars::None,
        };
        let strategy = match kind {
            Kind::Deployment => self.strategy.unwrap_or_default().record(),
            Kind::StatefulSet | Kind::DaemonSet => {
                self.update_strategy.unwrap_or_default().record()
            }
            _ => Strategy::None,
        };
        let has_revisions = matches!(kind, Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet);
        let selector = self.selector.map(SelectorFields::into_selector);
        let pod = self.template.unwrap_or_default().record(&of.key.namespace);
        let is_set = kind == Kind::StatefulSet;
        let templates = self.volume_claim_templates.0.into_iter().filter(|_| is_set);
        let ordinals = self.ordinals.filter(|_| is_set);
        Parts {
            replicas: self.replicas.unwrap_or(1),
            particulars,
            suspended: false,
            strategy,
            revision_history_limit: has_revisions
                .then(|| self.revision_history_limit.unwrap_or(REVISIONS)),
            selection: selection::record((kind, defaulting), selector, &pod.labels),
            claim_templates: templates
                .map(super::storage::ClaimTemplate::record)
                .collect(),
            first_ordinal: ordinals.and_then(|ordinals| ordinals.start).unwrap_or(0),
            pod,
        }
    }
}

impl<S> ReplicatedSpec<S> {
    fn stateful(&self) -> StatefulParts {
        let rolling = self
            .update_strategy
            .as_ref()
            .and_then(|strategy| strategy.rolling_update.as_ref());
        let said = |field: &Option<Str>| {
            field
                .as_ref()
                .map_or_else(|| Text::from(""), |text| text.0.clone())
        };
        StatefulParts {
            service_name: said(&self.service_name),
            partition: rolling.and_then(|rolling| rolling.partition).unwrap_or(0),
            is_parallel: &*said(&self.pod_management_policy) == "Parallel",
            retention: self
                .persistent_volume_claim_retention_policy
                .as_ref()
                .map(RetentionSpec::record)
                .unwrap_or_default(),
        }
    }
}

/// `revisionHistoryLimit` of `SetDefaults_Deployment`, `SetDefaults_StatefulSet` and `SetDefaults_DaemonSet`.
const REVISIONS: i32 = 10;

impl PodHolder for JobTemplate {
    fn parts(self, of: &Meta, _: Defaulting) -> Parts {
        let particulars = Particulars::Job(Box::new(self.particulars()));
        let pod = self.template.record(&of.key.namespace);
        Parts {
            particulars,
            suspended: self.suspend.unwrap_or(false),
            ..Parts::of_pods(self.parallelism.unwrap_or(1), pod)
        }
    }
}

impl PodHolder for CronJobSpec {
    fn parts(self, of: &Meta, defaulting: Defaulting) -> Parts {
        let particulars = JobParts {
            starting_deadline: self.starting_deadline_seconds,
            ..self.job_template.spec.particulars()
        };
        let parts = self.job_template.spec.parts(of, defaulting);
        Parts {
            particulars: Particulars::Job(Box::new(particulars)),
            suspended: parts.suspended || self.suspend.unwrap_or(false),
            ..parts
        }
    }
}

impl PodHolder for super::pod::Spec {
    fn intent(&self) -> Intent {
        Intent {
            node: self.node(),
            ..Intent::default()
        }
    }

    fn parts(self, of: &Meta, _: Defaulting) -> Parts {
        Parts::of_pods(1, self.record(of.labels.clone(), &of.key.namespace))
    }
}
