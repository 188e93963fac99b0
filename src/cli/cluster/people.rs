//! Who runs the command, and what RBAC grants to whom.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{
    LocalSubjectAccessReview, ResourceAttributes, SelfSubjectAccessReview,
    SelfSubjectAccessReviewSpec, SubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::PostParams;
use kube::{Api, Client};

use super::refused;
use crate::api::GROUP;
use crate::generate::names;
use crate::people::{Chronicle, Claim, Grant, Guard, Verb};

/// Whoever runs the command, as the API server knows them.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Myself {
    pub(in crate::cli) user: String,
    pub(in crate::cli) groups: Vec<String>,
}

impl Myself {
    /// Asks the API server.
    ///
    /// # Errors
    /// Where it does not say.
    pub(in crate::cli) async fn ask(client: &Client) -> Result<Self> {
        let api: Api<SelfSubjectReview> = Api::all(client.clone());
        let review = api
            .create(&PostParams::default(), &SelfSubjectReview::default())
            .await;
        let review = review.map_err(|error| refused(&error, "ask who you are"))?;
        let info = review.status.and_then(|status| status.user_info);
        let info = info.ok_or_else(|| anyhow!("the API server does not say who you are"))?;
        Ok(Self {
            user: info.username.context("the API server gives you no name")?,
            groups: info.groups.unwrap_or_default(),
        })
    }

    /// Whether it is no person but a program in a cluster.
    pub(in crate::cli) fn is_service_account(&self) -> bool {
        self.user.starts_with("system:serviceaccount:")
            || self
                .groups
                .iter()
                .any(|group| group == "system:serviceaccounts")
    }
}

/// Whether RBAC lets whoever runs the command do something.
///
/// # Errors
/// Where the API server does not say.
pub(in crate::cli) async fn may(
    client: &Client,
    verb: Verb,
    namespace: &str,
    name: &str,
) -> Result<bool> {
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes(verb, namespace, name)),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let api: Api<SelfSubjectAccessReview> = Api::all(client.clone());
    let answer = api.create(&PostParams::default(), &review).await;
    let answer = answer.map_err(|error| refused(&error, "ask what you may do"))?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

/// Whether RBAC grants what somebody claims; `None` where whoever runs the command may not ask.
pub(super) async fn grant(client: &Client, claim: &Claim) -> Option<Grant> {
    let groups: Vec<String> = claim.groups.iter().map(ToString::to_string).collect();
    let review = LocalSubjectAccessReview {
        metadata: kube::api::ObjectMeta {
            namespace: Some(claim.namespace.to_string()),
            ..kube::api::ObjectMeta::default()
        },
        spec: SubjectAccessReviewSpec {
            user: Some(claim.user.to_string()),
            groups: Some(groups),
            resource_attributes: Some(attributes(claim.verb, &claim.namespace, &claim.name)),
            ..SubjectAccessReviewSpec::default()
        },
        ..LocalSubjectAccessReview::default()
    };
    let api: Api<LocalSubjectAccessReview> = Api::namespaced(client.clone(), &claim.namespace);
    match api.create(&PostParams::default(), &review).await {
        Ok(answer) => Some(match answer.status {
            Some(status) if status.allowed => Grant::Granted,
            _ => Grant::Denied,
        }),
        Err(kube::Error::Api(status)) if status.is_forbidden() => None,
        Err(error) => Some(Grant::Unknown(
            refused(&error, "ask RBAC").to_string().into(),
        )),
    }
}

fn attributes(verb: Verb, namespace: &str, name: &str) -> ResourceAttributes {
    ResourceAttributes {
        group: Some(GROUP.to_owned()),
        resource: Some(verb.resource().to_owned()),
        verb: Some(verb.name().to_owned()),
        namespace: Some(namespace.to_owned()),
        name: Some(name.to_owned()),
        ..ResourceAttributes::default()
    }
}

/// When it was checked who people are, as the operator has written it down; `None` where that cannot be read.
pub(super) async fn guard(client: &Client, operator: &str, now: Timestamp) -> Option<Guard> {
    let api: Api<ConfigMap> = Api::namespaced(client.clone(), operator);
    let map = api.get_opt(names::GUARD).await.ok()??;
    let data: BTreeMap<String, String> = map.data.unwrap_or_default();
    let chronicle = Chronicle::of(&data).ok()?;
    // The operator ends the interval when it sees another guard.
    Some(chronicle.guard(chronicle.identity(), None, now))
}
