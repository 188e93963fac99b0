//! What the checks on how the pods of a workload are kept apart share.

use super::Findings;
use crate::model::{Counted, Place, Spread, Workload};

/// Something keeps the workload's own pods apart in a way that is meant; `over` is the label of nodes to advise.
pub fn require(
    workload: &Workload,
    is_meant: impl Fn(&Spread) -> bool,
    over: &str,
    findings: &mut Findings,
) {
    let spreads = &workload.pod.spreads;
    let (meant, others): (Vec<&Spread>, Vec<&Spread>) =
        spreads.iter().partition(|spread| is_meant(spread));
    if meant.iter().any(|spread| spread.counts == Counted::Own) {
        return;
    }
    let at = |spread: &Spread| Place::pod(workload, &spread.field.selector_path());
    if let Some(spread) = meant
        .iter()
        .find(|spread| spread.counts == Counted::Unclear)
    {
        let problem = "whether its own pods are counted depends on a namespaceSelector";
        findings.unknown(at(spread), format!("{problem}: leave that out"));
        return;
    }
    if let Some(spread) = meant.first() {
        let whose = match spread.counts {
            Counted::None => "none, without a labelSelector",
            _ => "others than the workload's own",
        };
        let key = &spread.topology_key;
        let problem = format!("spreading over {key} counts {whose}");
        findings.fail(
            at(spread),
            format!("{problem}: select the pods' own labels"),
        );
        return;
    }
    let at = Place::pod(workload, "/topologySpreadConstraints");
    let problem = match others.first() {
        Some(spread) => format!("its pods are spread over {} only", spread.topology_key),
        None => "nothing spreads its pods".to_owned(),
    };
    findings.fail(at, format!("{problem}: add a constraint over {over}"));
}
