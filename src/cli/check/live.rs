//! `--cluster`: the objects of a cluster instead of manifests, judged without the operator.

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;

use crate::cli::cluster::{Connection, everything, path, wait_for};
use crate::cli::output;
use crate::engine::{Conditions, PolicySet};
use crate::manifests::{Manifest, Manifests, Origin, Skipped, Whole};
use crate::model::{Kind, KindSet, Object};

/// Arguments about a cluster.
#[derive(Args)]
pub(super) struct Live {
    /// Judge what is in the cluster of the kubeconfig instead of files, with your own rights; the operator need not be installed.
    #[arg(long, conflicts_with_all = ["paths", "since", "values", "set", "no_render"])]
    pub(super) cluster: bool,

    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Live {
    /// The objects of the cluster that the policies judge or look at; what could not be read is among the skipped.
    pub(super) fn read(
        &self,
        policies: &PolicySet,
        conditions: &Conditions,
    ) -> Result<(Manifests, Whole)> {
        let kinds = policies.kinds().union(KindSet::WORKLOADS);
        let read = wait_for(async {
            let cluster = self.connection.open().await?;
            let namespace = self.connection.namespace.as_deref();
            everything(&cluster, kinds, namespace, conditions).await
        })?;
        let mut skipped = Vec::new();
        for (kind, why) in &read.gaps {
            let message = format!("{why}: checks that depend on a {kind} are Unknown");
            output::complain("warning", &message);
            if kind.is_workload() {
                let file = path(
                    *kind,
                    self.connection.namespace.as_deref().unwrap_or_default(),
                    "",
                );
                skipped.push(Skipped::unreadable(&file, why));
            }
        }
        for (file, why) in &read.broken {
            skipped.push(Skipped::unreadable(file, why));
        }
        let whole = Whole {
            members: members(&read.inventory),
            inventory: read.inventory,
            now: Some(Timestamp::now()),
        };
        let found = Manifests {
            skipped,
            ..Manifests::default()
        };
        Ok((found, whole))
    }
}

/// What is judged by itself, in the order of where it is.
fn members(inventory: &crate::inventory::Inventory) -> Vec<Manifest> {
    let all = Kind::ALL.iter().flat_map(|kind| inventory.of_kind(*kind));
    let judged = all.filter(|object| match &***object {
        // What has ended runs no more, and what belongs to a workload is judged by it.
        Object::Workload(workload) => inventory.is_top_level(object) && !workload.finished,
        Object::Owned(_) => false,
        _ => true,
    });
    let member = |object: &std::sync::Arc<Object>| {
        let key = object.key();
        let api_version = key.kind.api_version().to_string();
        Manifest {
            origin: Origin {
                file: path(key.kind, &key.namespace, &key.name).into(),
                document: 1,
                line: 1,
                column: 1,
                api_version: api_version.as_str().into(),
                kind: key.kind.name(),
                names_namespace: !key.namespace.is_empty(),
            },
            object: object.clone(),
            outline: Default::default(),
            is_repeated: false,
            ignores: None,
        }
    };
    let mut members: Vec<_> = judged.map(member).collect();
    members.sort_by(|one, other| one.origin.file.cmp(&other.origin.file));
    members
}
