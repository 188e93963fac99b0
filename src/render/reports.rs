//! What the operator would write into the cluster: ReadinessReports as YAML.

use super::{Judged, Report, Summary};
use crate::api::ReadinessReport;
use crate::manifests::Skipped;

/// Writes ReadinessReports. They have no owner: on files nobody knows the UIDs.
pub struct Reports {
    /// Those on the objects of a namespace that concern no workload.
    pub of_namespaces: Vec<ReadinessReport>,
}

impl Report for Reports {
    fn begin(&self) -> String {
        String::new()
    }

    fn lists_passes(&self) -> bool {
        false
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        judged.report.as_deref().map_or_else(String::new, document)
    }

    fn separator(&self) -> &'static str {
        ""
    }

    fn end(&self, _: &[Skipped], _: &Summary) -> String {
        self.of_namespaces.iter().map(document).collect()
    }
}

fn document(report: &ReadinessReport) -> String {
    // Text and numbers always have a YAML form.
    let yaml = serde_saphyr::to_string(report).unwrap_or_default();
    format!("---\n{yaml}")
}
