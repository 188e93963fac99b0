//! Lists of objects of any kind, page by page.

use std::collections::BTreeSet;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ListMeta;
use kube::api::ListParams;
use kube::core::discovery::v2::APIGroupDiscoveryList;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind, Request};
use kube::{Client, Resource};
use serde::Deserialize;
use serde_json::Value;

use crate::evidence::GroupKind;
use crate::model::Text;

/// How many objects are asked for at once.
const PAGE: u32 = 500;

/// Where objects are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where<'a> {
    /// Everywhere.
    Everywhere,
    /// In one namespace, those with these labels.
    In(&'a str, Option<&'a str>),
}

/// Why there is no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// The cluster has no such kind.
    NotServed,
    /// Whoever runs the command may not list these.
    Forbidden(Text),
    /// It cannot be had, and why.
    Unavailable(Text),
}

impl Absent {
    /// Why, in a sentence.
    pub(super) fn why(&self) -> Text {
        match self {
            Self::NotServed => "the cluster has no such kind".into(),
            Self::Forbidden(what) => format!("you have no permission to list {what}").into(),
            Self::Unavailable(why) => why.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: ListMeta,
    #[serde(default)]
    items: Vec<Value>,
}

/// The objects of a kind.
pub(super) async fn list(
    client: &Client,
    resource: &ApiResource,
    place: Where<'_>,
) -> Result<Vec<Value>, Absent> {
    let (namespace, labels) = match place {
        Where::Everywhere => (None, None),
        Where::In(namespace, labels) => (Some(namespace), labels),
    };
    let path = DynamicObject::url_path(resource, namespace);
    let mut wanted = ListParams::default().limit(PAGE);
    wanted.label_selector = labels.map(str::to_owned);
    let mut all = Vec::new();
    loop {
        let request = Request::new(&path)
            .list(&wanted)
            .map_err(|error| Absent::Unavailable(error.to_string().into()))?;
        let page: Page = client
            .request(request)
            .await
            .map_err(|error| absent(&error, resource))?;
        all.extend(page.items);
        match page.metadata.continue_.filter(|next| !next.is_empty()) {
            Some(next) => wanted.continue_token = Some(next),
            None => return Ok(all),
        }
    }
}

fn absent(error: &kube::Error, resource: &ApiResource) -> Absent {
    match error {
        kube::Error::Api(status) if status.is_not_found() => Absent::NotServed,
        kube::Error::Api(status) if status.is_forbidden() => {
            Absent::Forbidden(resource.plural.as_str().into())
        }
        other => Absent::Unavailable(
            super::refused(other, &format!("list {}", resource.plural))
                .to_string()
                .into(),
        ),
    }
}

/// The kinds that a cluster serves.
#[derive(Default)]
pub(super) struct Served {
    resources: Vec<(GroupKind, ApiResource)>,
    /// The groups of other API servers that did not answer.
    silent: BTreeSet<Text>,
}

impl Served {
    /// Asks the cluster.
    pub(super) async fn ask(client: &Client) -> Result<Self, kube::Error> {
        let (core, others) = tokio::try_join!(
            client.list_core_api_versions_aggregated(),
            client.list_api_groups_aggregated()
        )?;
        let mut served = Self::default();
        served.add(&core);
        served.add(&others);
        Ok(served)
    }

    fn add(&mut self, list: &APIGroupDiscoveryList) {
        for group in &list.items {
            let name = group
                .metadata
                .as_ref()
                .and_then(|metadata| metadata.name.as_deref())
                .unwrap_or_default();
            for version in &group.versions {
                if version.freshness.as_deref() == Some("Stale") {
                    self.silent.insert(name.into());
                }
                for resource in &version.resources {
                    let kind = resource
                        .response_kind
                        .as_ref()
                        .and_then(|kind| kind.kind.as_deref());
                    let (Some(kind), Some(plural)) = (kind, resource.resource.as_deref()) else {
                        continue;
                    };
                    if resource.verbs.iter().any(|verb| verb == "list") {
                        let version = version.version.as_deref().unwrap_or_default();
                        let gvk = GroupVersionKind::gvk(name, version, kind);
                        let known = ApiResource::from_gvk_with_plural(&gvk, plural);
                        self.resources.push((GroupKind::new(name, kind), known));
                    }
                }
            }
        }
    }

    /// How a kind is listed: in the version that is wanted, or in the one that the cluster names first.
    pub(super) fn find(
        &self,
        kind: &GroupKind,
        version: Option<&str>,
    ) -> Result<&ApiResource, Absent> {
        let of_kind = || {
            self.resources
                .iter()
                .filter(|(known, _)| known == kind)
                .map(|(_, resource)| resource)
        };
        let wanted = of_kind().find(|resource| Some(resource.version.as_str()) == version);
        wanted
            .or_else(|| of_kind().next())
            .ok_or_else(|| match self.silent.contains(&kind.group) {
                true => Absent::Unavailable(
                    format!("the API server that serves {} does not answer", kind.group).into(),
                ),
                false => Absent::NotServed,
            })
    }
}
