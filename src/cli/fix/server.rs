//! Has an API server try what was changed, without storing it.

use anyhow::Result;
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::{Api, Client};
use serde_json::Value;

use super::draft::{Changed, Draft};
use super::ledger::Ledger;
use crate::cli::cluster::{Connection, refused, wait_for};
use crate::manifests::yaml;
use crate::model::Kind;

/// Which server.
pub(super) struct Server<'a> {
    pub(super) connection: &'a Connection,
}

/// Who says that it manages the fields, were they stored.
const MANAGER: &str = "plimsoll-fix";

/// Tries the objects of every changed file. A file of which the server refuses an object that it takes as it was is left as it
/// is.
///
/// # Errors
/// Where the server cannot be asked.
pub(super) fn try_out(
    server: &Server<'_>,
    drafts: &mut [Draft],
    ledger: &mut Ledger,
) -> Result<()> {
    wait_for(async {
        let cluster = server.connection.open().await?;
        for draft in drafts.iter_mut().filter(|draft| draft.is_changed()) {
            let mut refusal = None;
            for Changed { before, after, .. } in draft.changed() {
                for (before, after) in objects(&before).into_iter().zip(objects(after)) {
                    let reason = ask(&cluster.client, &cluster.namespace, &after).await?;
                    // What is refused either way is not refused for the change.
                    if reason.is_some()
                        && ask(&cluster.client, &cluster.namespace, &before)
                            .await?
                            .is_none()
                    {
                        refusal = reason;
                    }
                }
            }
            for object in draft.added() {
                let reason = ask(&cluster.client, &cluster.namespace, object).await?;
                refusal = refusal.or(reason);
            }
            if let Some(reason) = refusal {
                let reason = format!("the API server refuses it: {reason}");
                ledger.give_up(draft.label(), None, &reason);
                draft.give_up();
            }
        }
        Ok(())
    })
}

fn objects(text: &str) -> Vec<Value> {
    let source = yaml::Source { text, line: 1 };
    let value = source
        .parse()
        .and_then(|document| document.deserialize::<Value>());
    let Ok(value) = value else {
        return Vec::new();
    };
    match value.get("items").and_then(Value::as_array) {
        Some(items) => items.clone(),
        None => vec![value],
    }
}

/// Why the server would not take an object; `None` where it would.
async fn ask(client: &Client, namespace: &str, object: &Value) -> Result<Option<String>> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let (Some(api_version), Some(kind), Some(name)) =
        (text("/apiVersion"), text("/kind"), text("/metadata/name"))
    else {
        return Ok(Some(
            "it has no apiVersion, kind or name to be tried by".to_owned(),
        ));
    };
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    let is_namespaced = Kind::of(api_version, kind).is_none_or(Kind::is_namespaced);
    let api: Api<DynamicObject> = match is_namespaced {
        true => {
            let namespace = text("/metadata/namespace").unwrap_or(namespace);
            Api::namespaced_with(client.clone(), namespace, &resource)
        }
        false => Api::all_with(client.clone(), &resource),
    };
    let parameters = PatchParams::apply(MANAGER).force().dry_run();
    match api.patch(name, &parameters, &Patch::Apply(object)).await {
        Ok(_) => Ok(None),
        Err(kube::Error::Api(status)) => Ok(Some(status.message.clone())),
        Err(error) => Err(refused(&error, "have the API server try it")),
    }
}
