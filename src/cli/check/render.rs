//! How charts and kustomizations are rendered.

use std::path::PathBuf;

use clap::Args;

use crate::manifests::Rendering;

/// Arguments about rendering.
#[derive(Args)]
pub(super) struct Render {
    /// Render the Helm charts among the paths with the values in this file as well, as `helm template --values` does. May be given
    /// several times.
    #[arg(long, value_name = "FILE")]
    values: Vec<PathBuf>,

    /// Render the Helm charts among the paths with this value, as `helm template --set` does. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Run neither helm nor kustomize nor kubectl: read the files of charts and kustomizations as they are.
    #[arg(long, conflicts_with_all = ["values", "set"])]
    no_render: bool,
}

impl Render {
    /// What they come to, for this namespace.
    pub(super) fn rendering(&self, namespace: Option<String>) -> Rendering {
        Rendering {
            off: self.no_render,
            values: self.values.clone(),
            set: self.set.clone(),
            namespace,
        }
    }
}
