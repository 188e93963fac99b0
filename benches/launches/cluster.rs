//! The control plane, and what is put into it: by an administrator, and by people.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use kube::api::{DynamicObject, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::ApiResource;
use kube::{Api, Client, Config};
use plimsoll_controlplane::{AuditEvent, Options, eventually};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::fleet::{self, Fleet, Name};
use crate::operator::Operator;
use crate::people;
use crate::stub::Stub;
use crate::testbed::Testbed;

/// How long pods are to have run: ten minutes, and a little for what follows from it.
const AGE: Duration = Duration::from_secs(630);

/// Requests under way at once.
const TOGETHER: usize = 16;

const USER: &str = "system:serviceaccount:plimsoll-system:plimsoll";

/// The control plane with Plimsoll's definitions and permissions, and the applications running.
pub(crate) struct Cluster {
    pub(crate) testbed: Testbed,
}

impl Cluster {
    /// Starts it and has everything run but the operator: applications that were there before it.
    pub(crate) fn install(fleet: &Fleet, stub: &Stub, runtime: &Runtime) -> Result<Self> {
        println!("Starting a control plane");
        let testbed = Testbed::install(Options::default());
        let cluster = Self { testbed };
        for object in fleet.definitions().iter().chain(&people::grants()) {
            cluster.testbed.apply(object);
        }
        let served = || {
            let kinds = cluster
                .testbed
                .plane
                .kubectl(&["api-resources", "-o", "name"])?;
            let kinds = String::from_utf8_lossy(&kinds.stdout).into_owned();
            let all = fleet.definitions();
            let mut names = all
                .iter()
                .filter_map(|one| one["metadata"]["name"].as_str());
            Ok(names.all(|name| kinds.contains(name)).then_some(()))
        };
        eventually("the kinds are served", crate::testbed::PATIENCE, served)?;
        cluster.testbed.apply(&fleet.policy(stub.address));
        println!("Putting {} applications into it", fleet.count());
        cluster.create(runtime, None, fleet.namespaces())?;
        cluster.create(runtime, None, fleet.backups())?;
        cluster.create(runtime, None, fleet.applications())?;
        let ready = || {
            let list = cluster.testbed.get(&["deployments", "-A"]);
            let all = list["items"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let ready = all
                .iter()
                .filter(|one| one["status"]["readyReplicas"] == one["spec"]["replicas"]);
            let enough = ready.count() == fleet.count();
            if !enough {
                std::thread::sleep(Duration::from_secs(5));
            }
            Ok(enough.then_some(()))
        };
        let patience = Duration::from_secs(600);
        eventually("every application runs", patience, ready)?;
        Ok(cluster)
    }

    /// Waits until the applications have run for as long as some check asks pods to: that they become so old is a change.
    pub(crate) fn aged(&self) -> Result<()> {
        println!("Waiting until all pods have run for ten minutes");
        let aged = || {
            let list = self.testbed.get(&["pods", "-A"]);
            let pods = list["items"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let times = pods.iter().filter_map(|pod| {
                pod["status"]["startTime"]
                    .as_str()?
                    .parse::<jiff::Timestamp>()
                    .ok()
            });
            let youngest = times.max().unwrap_or(jiff::Timestamp::MIN);
            let rest =
                AGE.as_secs() as i64 - jiff::Timestamp::now().duration_since(youngest).as_secs();
            let rest = u64::try_from(rest).unwrap_or(0);
            std::thread::sleep(Duration::from_secs(rest));
            Ok((rest == 0).then_some(()))
        };
        Ok(eventually("the pods are old enough", AGE * 2, aged)?)
    }

    /// An operator that is ready.
    pub(crate) fn operator<'a>(&self, stub: &'a Stub) -> Result<Operator<'a>> {
        let operator = Operator::of(self.testbed.operator(), stub)?;
        let guarded = || Ok((operator.metric("plimsoll_guards_whole") == 1).then_some(()));
        eventually("the guards are whole", crate::testbed::PATIENCE, guarded)?;
        Ok(operator)
    }

    /// Has people launch the applications.
    pub(crate) fn launch(&self, names: &[Name], runtime: &Runtime) -> Result<()> {
        println!("Launching {} of the applications", names.len());
        self.create(runtime, None, fleet::launches(names))?;
        for person in &people::PEOPLE {
            self.create(runtime, Some(person), people::attestations(names, person))?;
        }
        Ok(())
    }

    pub(crate) fn mark(&self) -> Result<u64> {
        Ok(self.testbed.plane.audit_log()?.mark()?)
    }

    /// The requests of the operator since a mark in the audit log.
    pub(crate) fn requests(&self, since: u64) -> Result<Vec<AuditEvent>> {
        let events = self.testbed.plane.audit_log()?.since(since)?;
        let ours = |event: &AuditEvent| event.username == USER;
        Ok(events.into_iter().filter(ours).collect())
    }

    /// What the operator has written since then, but for its Lease: verb, resource and name.
    pub(crate) fn writes(&self, since: u64) -> Result<Vec<String>> {
        let requests = self.requests(since)?.into_iter();
        let writes = requests.filter(|event| event.is_write() && event.resource != "leases");
        Ok(writes
            .map(|event| {
                let AuditEvent {
                    verb,
                    resource,
                    subresource,
                    namespace,
                    name,
                    ..
                } = event;
                format!("{verb} {resource}/{subresource} {namespace}/{name}")
            })
            .collect())
    }

    /// Creates objects, as the administrator or as a person.
    fn create(
        &self,
        runtime: &Runtime,
        person: Option<&people::Person>,
        objects: Vec<Value>,
    ) -> Result<()> {
        runtime.block_on(async {
            let client = self.client(person).await?;
            let known: BTreeMap<&str, &str> = fleet::PLURALS.into_iter().collect();
            let creations = objects.into_iter().map(|object| {
                let client = client.clone();
                let plural = known
                    .get(object["kind"].as_str().unwrap_or_default())
                    .copied();
                async move { create(client, plural, object).await }
            });
            stream::iter(creations)
                .buffer_unordered(TOGETHER)
                .try_collect::<()>()
                .await
        })
    }

    pub(crate) async fn client(&self, person: Option<&people::Person>) -> Result<Client> {
        let file = Kubeconfig::read_from(self.testbed.plane.kubeconfig())?;
        let mut config =
            Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
        if let Some(person) = person {
            config.auth_info.impersonate = Some(person.name.to_owned());
            let groups = people::GROUPS.map(str::to_owned).to_vec();
            config.auth_info.impersonate_groups = Some(groups);
        }
        Ok(Client::try_from(config)?)
    }
}

async fn create(client: Client, plural: Option<&str>, object: Value) -> Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
    let (group, version) = version.split_once('/').unwrap_or(("", &version));
    let plural = plural.map_or_else(|| format!("{}s", kind.to_lowercase()), str::to_owned);
    let resource = ApiResource {
        group: group.to_owned(),
        version: version.to_owned(),
        api_version: text(&object["apiVersion"]),
        kind: kind.clone(),
        plural,
    };
    let namespace = text(&object["metadata"]["namespace"]);
    let api: Api<DynamicObject> = match namespace.is_empty() {
        true => Api::all_with(client, &resource),
        false => Api::namespaced_with(client, &namespace, &resource),
    };
    let name = text(&object["metadata"]["name"]);
    let object: DynamicObject = serde_json::from_value(object)?;
    api.create(&PostParams::default(), &object)
        .await
        .with_context(|| format!("creating {kind} {namespace}/{name}"))?;
    Ok(())
}
