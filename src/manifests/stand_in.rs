//! Kinds that are judged as others.

use crate::model::Kind;

/// The kind that an object is judged as, and its own name; `None` where there are no records of it.
///
/// OpenShift's DeploymentConfigs make ReplicationControllers of their template, and have the fields of these: replicas, a selector of
/// labels that is the template's where there is none. In a cluster the ReplicationControllers are there to be judged; in files
/// nothing else is.
pub(super) fn of(api_version: &str, kind: &str) -> Option<(Kind, &'static str)> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    if (group, kind) == ("apps.openshift.io", "DeploymentConfig") {
        return Some((Kind::ReplicationController, "DeploymentConfig"));
    }
    Kind::of(api_version, kind).map(|kind| (kind, kind.name()))
}
