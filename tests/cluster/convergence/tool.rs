//! A tool that keeps a cluster as files say: it applies them all, and again those that were refused.

use std::collections::BTreeMap;

use kube::api::{Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client, Config};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::launches::Person;
use crate::testbed::Testbed;

/// The field manager.
const MANAGER: &str = "gitops";

/// It acts as the administrator, and as people where they apply something themselves.
pub(super) struct Tool {
    runtime: Runtime,
    clients: BTreeMap<&'static str, Client>,
}

/// An object as it is meant to be, and who applies it; the tool itself where it is nobody.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) by: &'static str,
    pub(super) object: Value,
}

impl Wanted {
    pub(super) fn kind(&self) -> &str {
        self.object["kind"].as_str().unwrap_or_default()
    }
}

impl Tool {
    pub(super) fn new(testbed: &Testbed, people: &[&Person]) -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let mut clients = BTreeMap::new();
        for name in people.iter().map(|person| person.0).chain([""]) {
            let client = runtime.block_on(client(testbed, name));
            clients.insert(name, client);
        }
        Self { runtime, clients }
    }

    fn api(&self, wanted: &Wanted) -> (Api<DynamicObject>, String) {
        let (object, client) = (&wanted.object, self.clients[wanted.by].clone());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let version = text(&object["apiVersion"]);
        let (group, version) = version.split_once('/').unwrap_or(("", &version));
        let gvk = GroupVersionKind::gvk(group, version, wanted.kind());
        let resource = ApiResource::from_gvk(&gvk);
        let api = match object["metadata"]["namespace"].as_str() {
            Some(namespace) => Api::namespaced_with(client, namespace, &resource),
            None => Api::all_with(client, &resource),
        };
        (api, text(&object["metadata"]["name"]))
    }

    /// Applies an object, without force. Answers with what it is then, or why it is refused.
    pub(super) fn apply(&self, wanted: &Wanted) -> Result<Value, String> {
        let (api, name) = self.api(wanted);
        let (how, patch) = (PatchParams::apply(MANAGER), Patch::Apply(&wanted.object));
        let applied = self.runtime.block_on(api.patch(&name, &how, &patch));
        let applied = applied.map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(applied).expect("an object is JSON"))
    }

    /// An object as it is.
    pub(super) fn get(&self, wanted: &Wanted) -> Value {
        let (api, name) = self.api(wanted);
        let found = self.runtime.block_on(api.get(&name));
        let found = found.unwrap_or_else(|error| panic!("{} {name}: {error}", wanted.kind()));
        serde_json::to_value(found).expect("an object is JSON")
    }
}

async fn client(testbed: &Testbed, person: &str) -> Client {
    let file = Kubeconfig::read_from(testbed.plane.kubeconfig()).expect("a kubeconfig");
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await;
    let mut config = config.expect("the kubeconfig is whole");
    if !person.is_empty() {
        config.auth_info.impersonate = Some(person.to_owned());
        let groups = ["system:authenticated", "people"];
        config.auth_info.impersonate_groups = Some(groups.map(str::to_owned).to_vec());
    }
    Client::try_from(config).expect("a client can be made")
}

/// Whether everything that is wanted is so: what a tool calls drift is any field of its files that is otherwise.
pub(super) fn drift(wanted: &Value, live: &Value, at: &str) -> Vec<String> {
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) => wanted
            .iter()
            .flat_map(|(field, wanted)| {
                let live = live.get(field).unwrap_or(&Value::Null);
                drift(wanted, live, &format!("{at}.{field}"))
            })
            .collect(),
        (Value::Array(wanted), Value::Array(live)) if wanted.len() == live.len() => wanted
            .iter()
            .zip(live)
            .enumerate()
            .flat_map(|(index, (wanted, live))| drift(wanted, live, &format!("{at}[{index}]")))
            .collect(),
        (wanted, live) if wanted == live => Vec::new(),
        (wanted, live) => vec![format!("{at}: {wanted} is wanted, it is {live}")],
    }
}

/// An object without what says how it does: its status, who wrote that, and the version, which a status changes, too.
pub(super) fn meant(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    let metadata = &mut object["metadata"];
    if let Some(managers) = metadata["managedFields"].as_array_mut() {
        managers.retain(|manager| manager["subresource"].is_null());
    }
    if let Some(fields) = metadata.as_object_mut() {
        fields.remove("resourceVersion");
    }
    object
}
