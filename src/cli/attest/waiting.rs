//! What waits for whoever asks.

use std::collections::BTreeMap;

use anyhow::Result;
use kube::api::ListParams;
use kube::{Api, Client, ResourceExt};

use super::items::{Asked, Found};
use super::{Arguments, Format};
use crate::api::{Missing, ReadinessException, ReadinessLaunch};
use crate::cli::cluster::{self, Cluster, Myself, refused};
use crate::cli::{output, terminal};
use crate::people::Verb;
use crate::render::attest::{self, RoleWaiting, Waiting, WaitingItem};

/// What RBAC grants, asked once for each role.
struct Grants<'a> {
    client: &'a Client,
    namespace: &'a str,
    known: BTreeMap<(Verb, String), bool>,
}

impl Grants<'_> {
    async fn has(&mut self, verb: Verb, name: &str) -> Result<bool> {
        let key = (verb, name.to_owned());
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let may = cluster::may(self.client, verb, self.namespace, name).await?;
        self.known.insert(key, may);
        Ok(may)
    }
}

/// Lists what waits.
pub(super) async fn run(arguments: &Arguments, cluster: &Cluster) -> Result<u8> {
    let myself = Myself::ask(&cluster.client).await?;
    let launches = match &arguments.launch {
        Some(name) => vec![cluster.launch(name).await?],
        None => {
            let all = cluster.launches().list(&ListParams::default()).await;
            let what = format!(
                "list the ReadinessLaunches of namespace {}",
                cluster.namespace
            );
            all.map_err(|error| refused(&error, &what))?.items
        }
    };
    let mut grants = Grants {
        client: &cluster.client,
        namespace: &cluster.namespace,
        known: BTreeMap::new(),
    };
    let mut all = Vec::new();
    for launch in launches {
        all.push(of_launch(cluster, launch, &mut grants).await?);
    }
    all.extend(of_exceptions(cluster, &myself, &mut grants).await?);
    let text = match arguments.output {
        Format::Json => serde_json::to_string_pretty(&all)? + "\n",
        Format::Yaml => serde_saphyr::to_string(&all)?,
        Format::Text if all.is_empty() => format!(
            "there is no ReadinessLaunch in namespace {}\n",
            cluster.namespace
        ),
        Format::Text => attest::text(&all, terminal::palette()),
    };
    output::print(&text)?;
    Ok(0)
}

async fn of_launch(
    cluster: &Cluster,
    launch: ReadinessLaunch,
    grants: &mut Grants<'_>,
) -> Result<Waiting> {
    let name = launch.name_any();
    let status = launch.status.clone().unwrap_or_default();
    let asked = Asked::of(cluster, launch).await;
    let mut roles: BTreeMap<String, Vec<WaitingItem>> = BTreeMap::new();
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    for missing in status
        .missing
        .iter()
        .filter(|missing| !missing.from.is_empty() && missing.verdict == "Unknown")
    {
        let found = asked.find(&missing.item).ok();
        let item = match &found {
            Some(Found::Item(item)) => Some(&**item),
            _ => None,
        };
        let verb = if item.is_some_and(|item| item.is_sign_off()) {
            Verb::Sign
        } else {
            Verb::Attest
        };
        let mut is_mine = false;
        for role in &missing.from {
            if grants.has(verb, role).await? {
                is_mine = true;
                let command = match item {
                    Some(item) => attest::command((&cluster.namespace, &name), item, role),
                    None => format!(
                        "plimsoll attest {name} -n {} --item {} --role {role} --statement '...'",
                        cluster.namespace, missing.item
                    ),
                };
                let title = item.map(|item| item.spec.title.clone()).unwrap_or_default();
                roles
                    .entry(role.clone())
                    .or_default()
                    .push(waiting(missing, title, command));
            }
        }
        if !is_mine {
            for role in &missing.from {
                *others.entry(role.clone()).or_default() += 1;
            }
        }
    }
    let remark = match (&status.status, status.truncated) {
        (None, _) => Some("it has no status yet: is the operator running?".to_owned()),
        (_, Some(more)) => Some(format!(
            "{more} more items are open than the status of the launch lists: `plimsoll checklist {name}`"
        )),
        _ => None,
    };
    Ok(Waiting {
        namespace: cluster.namespace.clone(),
        launch: Some(name),
        roles: roles
            .into_iter()
            .map(|(role, items)| RoleWaiting { role, items })
            .collect(),
        others: others.into_iter().collect(),
        remark,
    })
}

fn waiting(missing: &Missing, title: String, command: String) -> WaitingItem {
    WaitingItem {
        item: missing.item.clone(),
        title,
        severity: missing.severity.clone(),
        message: missing.message.clone(),
        command,
    }
}

/// The exceptions of the namespace that wait for a second person.
async fn of_exceptions(
    cluster: &Cluster,
    myself: &Myself,
    grants: &mut Grants<'_>,
) -> Result<Option<Waiting>> {
    let api: Api<ReadinessException> = Api::namespaced(cluster.client.clone(), &cluster.namespace);
    // Who may not see them has none to approve.
    let Ok(exceptions) = api.list(&ListParams::default()).await else {
        return Ok(None);
    };
    let mut items = Vec::new();
    for exception in exceptions {
        let conditions = exception
            .status
            .iter()
            .flat_map(|status| &status.conditions);
        let waits = conditions
            .clone()
            .any(|condition| condition.type_ == "Active" && condition.reason == "NotApproved");
        let name = exception.name_any();
        if !waits
            || exception.spec.requested_by == myself.user
            || !grants.has(Verb::Approve, &name).await?
        {
            continue;
        }
        items.push(WaitingItem {
            command: format!(
                "plimsoll attest -n {} --approve {name} --statement '...'",
                cluster.namespace
            ),
            item: name,
            title: exception.spec.reason.clone(),
            severity: String::new(),
            message: format!(
                "asked for by {}, until {:.0}",
                exception.spec.requested_by, exception.spec.expires_at.0
            ),
        });
    }
    if items.is_empty() {
        return Ok(None);
    }
    Ok(Some(Waiting {
        namespace: cluster.namespace.clone(),
        launch: None,
        roles: vec![RoleWaiting {
            role: "approver".to_owned(),
            items,
        }],
        others: Vec::new(),
        remark: None,
    }))
}
