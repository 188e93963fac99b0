//! The pieces of evidence that are built in.
//!
//! Kinds, fields, enumerations, condition types, labels and annotations were checked in November 2026 against the CRD schemas
//! and the controllers' source of the then current releases. No schema settles, and so rest on convention: names of environment
//! variables and of ConfigMap keys, names of objects and images, the words that are looked for in rules, dashboards and names
//! of tests, and the a8r.io annotations. What rests on convention only indicates.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use super::{Piece, PieceSpec, Proof};

macro_rules! files {
    ($($group:literal,)*) => {
        [$(($group, include_str!(concat!("catalogue/", $group, ".yaml"))),)*]
    };
}

/// One file an API group.
const FILES: [(&str, &str); 71] = files![
    "agentgateway.dev",
    "aigateway.envoyproxy.io",
    "app.redislabs.com",
    "apps.nvidia.com",
    "apps",
    "aquasecurity.github.io",
    "argoproj.io",
    "autoscaling.k8s.io",
    "autoscaling",
    "batch",
    "cert-manager.io",
    "chaos-mesh.org",
    "cilium.io",
    "cloud.google.com",
    "cloudfront.services.k8s.aws",
    "compliance.openshift.io",
    "compute.cnrm.cloud.google.com",
    "configuration.konghq.com",
    "core.openfeature.dev",
    "core",
    "databases.spotahome.com",
    "ec2.services.k8s.aws",
    "eks.services.k8s.aws",
    "extensions.istio.io",
    "external-secrets.io",
    "flagger.app",
    "gateway.envoyproxy.io",
    "gateway.networking.k8s.io",
    "grafana.integreatly.org",
    "helm.toolkit.fluxcd.io",
    "k6.io",
    "k8up.io",
    "keda.sh",
    "kpack.io",
    "kuadrant.io",
    "kustomize.toolkit.fluxcd.io",
    "litmuschaos.io",
    "logging.banzaicloud.io",
    "loki.grafana.com",
    "monitoring.coreos.com",
    "monitoring.googleapis.com",
    "multicluster.x-k8s.io",
    "networking.gke.io",
    "networking.istio.io",
    "networking.k8s.io",
    "observability.openshift.io",
    "openreports.io",
    "opentelemetry.io",
    "operator.victoriametrics.com",
    "policy.karmada.io",
    "postgresql.cnpg.io",
    "pyrra.dev",
    "rbac.authorization.k8s.io",
    "redis.redis.opstreelabs.in",
    "s3.aws.upbound.io",
    "s3.services.k8s.aws",
    "secrets-store.csi.x-k8s.io",
    "secrets.hashicorp.com",
    "sloth.slok.dev",
    "snapshot.storage.k8s.io",
    "storage.cnrm.cloud.google.com",
    "tekton.dev",
    "telemetry.istio.io",
    "tempo.grafana.com",
    "testworkflows.testkube.io",
    "traefik.io",
    "trustyai.opendatahub.io",
    "velero.io",
    "vpcresources.k8s.aws",
    "wgpolicyk8s.io",
    "workload",
];

/// The pieces of evidence that are built in, by name.
#[derive(Debug)]
pub struct Catalogue {
    entries: BTreeMap<String, Entry>,
}

/// A piece, compiled when it is first asked for.
#[derive(Debug)]
struct Entry {
    spec: PieceSpec,
    piece: OnceLock<Option<Piece>>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(flatten)]
    spec: PieceSpec,
}

/// The pieces of evidence that are built in.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        // That every file is read whole, and every piece compiles, is tested.
        let read = |text| serde_saphyr::from_str::<Vec<Named>>(text).unwrap_or_default();
        let named = FILES.iter().flat_map(|(_, text)| read(text));
        let entries = named.map(|named| {
            (
                named.name,
                Entry {
                    spec: named.spec,
                    piece: OnceLock::new(),
                },
            )
        });
        Catalogue {
            entries: entries.collect(),
        }
    });
    &CATALOGUE
}

impl Catalogue {
    /// A piece by its name.
    pub fn find(&self, name: &str) -> Option<&Piece> {
        self.entries.get(name)?.compiled(name)
    }

    /// Every piece, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Piece> {
        self.entries
            .iter()
            .filter_map(|(name, entry)| entry.compiled(name))
    }

    /// Every name with the piece as it is written, by name. Nothing is compiled for it.
    pub fn specs(&self) -> impl Iterator<Item = (&str, &PieceSpec)> {
        self.entries
            .iter()
            .map(|(name, entry)| (name.as_str(), &entry.spec))
    }

    /// What a piece is worth, if there is one of that name.
    pub fn proof(&self, name: &str) -> Option<Proof> {
        Some(self.entries.get(name)?.spec.proof)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Entry {
    fn compiled(&self, name: &str) -> Option<&Piece> {
        self.piece
            .get_or_init(|| Piece::new(name, &self.spec).ok())
            .as_ref()
    }
}
