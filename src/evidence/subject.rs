//! A workload as pieces of evidence see it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::document::view;
use super::{Documents, Gap, GroupKind, ObjectRef};
use crate::cel::{Budget, Input, Outcome, Program, Projection, Tree};
use crate::model::Text;

/// A workload with what leads to it.
#[derive(Clone, Debug)]
pub struct Subject {
    object: ObjectRef,
    workload: Arc<Tree>,
    services: Result<Arc<[Arc<Tree>]>, Gap>,
    routes: Result<Arc<[Arc<Tree>]>, Gap>,
}

impl Subject {
    /// A workload that is among the documents, and that no other controls.
    pub fn of(
        documents: &Documents,
        kind: &GroupKind,
        namespace: &str,
        name: &str,
    ) -> Option<Self> {
        let document = documents.get(kind, namespace, name)?;
        if !document.may_be_subject() {
            return None;
        }
        Some(Self::with(
            documents,
            document.object_ref(),
            document.tree().clone(),
        ))
    }

    /// A workload that need not be: one under review. `None` where it has no name.
    pub fn decode(documents: &Documents, kind: &GroupKind, object: &Json) -> Option<Self> {
        let text = |field: &str| -> Text {
            object["metadata"][field]
                .as_str()
                .unwrap_or_default()
                .into()
        };
        let (namespace, name) = (text("namespace"), text("name"));
        if name.is_empty() {
            return None;
        }
        let tree = Arc::new(view(kind, object, &Projection::whole()));
        Some(Self::with(
            documents,
            ObjectRef {
                kind: kind.clone(),
                namespace,
                name,
            },
            tree,
        ))
    }

    fn with(documents: &Documents, object: ObjectRef, workload: Arc<Tree>) -> Self {
        let services = services(documents, &object.namespace, &workload);
        let routes = match &services {
            Ok(services) => routes(documents, &object.namespace, services),
            Err(gap) => Err(gap.clone()),
        };
        Self {
            object,
            workload,
            services,
            routes,
        }
    }

    /// Which workload it is.
    pub fn object_ref(&self) -> &ObjectRef {
        &self.object
    }

    /// Its namespace.
    pub fn namespace(&self) -> &Text {
        &self.object.namespace
    }

    /// What an expression over `workload`, `services`, `routes` and `now` says of it.
    pub fn evaluate(&self, program: &Program, now: Timestamp) -> Outcome {
        let list = |list: &'_ Result<Arc<[Arc<Tree>]>, Gap>| {
            list.clone().unwrap_or_else(|_| Arc::default())
        };
        let gap = |uses: &str, list: &Result<Arc<[Arc<Tree>]>, Gap>| {
            let gap = list.as_ref().err().filter(|_| program.uses(uses));
            gap.map(|gap| Outcome::Error(gap.to_string()))
        };
        if let Some(error) = gap("services", &self.services).or_else(|| gap("routes", &self.routes))
        {
            return error;
        }
        let (services, routes) = (list(&self.services), list(&self.routes));
        let inputs = [
            Input::Object(&self.workload),
            Input::Objects(&services),
            Input::Objects(&routes),
            Input::Time(now),
        ];
        program.evaluate(&inputs, &mut Budget::default())
    }

    pub(super) fn workload(&self) -> &Arc<Tree> {
        &self.workload
    }

    /// The Services that select its pods.
    pub(super) fn services(&self) -> Result<&[Arc<Tree>], &Gap> {
        self.services.as_deref()
    }

    /// The routes to those Services.
    pub(super) fn routes(&self) -> Result<&[Arc<Tree>], &Gap> {
        self.routes.as_deref()
    }
}

/// By name.
fn services(
    documents: &Documents,
    namespace: &str,
    workload: &Tree,
) -> Result<Arc<[Arc<Tree>]>, Gap> {
    let kind = GroupKind::service();
    if let Some(gap) = Gap::of(&kind, documents.source(&kind)) {
        return Err(gap);
    }
    let labels = workload.at(&["spec", "template", "metadata", "labels"]);
    let selects = |service: &Tree| {
        let wanted = service
            .at(&["spec", "selector"])
            .map(Tree::fields)
            .unwrap_or_default();
        let has =
            |label: &str, value: &Tree| labels.and_then(|labels| labels.get(label)) == Some(value);
        !wanted.is_empty() && wanted.iter().all(|(label, value)| has(label, value))
    };
    let found = documents
        .in_namespace(&kind, namespace)
        .filter(|service| selects(service.tree()));
    Ok(found.map(|service| service.tree().clone()).collect())
}

/// By kind, namespace and name.
fn routes(
    documents: &Documents,
    namespace: &Text,
    services: &[Arc<Tree>],
) -> Result<Arc<[Arc<Tree>]>, Gap> {
    let mut found = Vec::new();
    for kind in GroupKind::routes() {
        if let Some(gap) = Gap::of(&kind, documents.source(&kind)) {
            return Err(gap);
        }
        let mut routes = Vec::new();
        for service in services {
            let name = service
                .at(&["metadata", "name"])
                .and_then(Tree::as_str)
                .unwrap_or_default();
            routes.extend(documents.routes_to(&kind, &(namespace.clone(), name.into())));
        }
        routes.sort_by_key(|route| (route.namespace(), route.name()));
        routes.dedup_by(|one, other| Arc::ptr_eq(one, other));
        found.extend(routes.into_iter().map(|route| route.tree().clone()));
    }
    Ok(found.into())
}
