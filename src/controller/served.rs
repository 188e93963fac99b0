//! In which version the API server serves a custom kind, if in any.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIGroup;
use kube::Client;
use kube::api::GetParams;
use kube::core::Request;

use crate::model::Kind;

/// The version in which the API server serves a kind: the one that [`Kind::version`] says where it does, else the one that it
/// prefers itself, else any. `None` where it does not have the kind. Where the operator may not ask, the first is tried.
///
/// # Errors
/// Where the API server does not say.
pub(super) async fn version(client: &Client, kind: Kind) -> Result<Option<String>, kube::Error> {
    let request = Request::new("/apis")
        .get(kind.group(), &GetParams::default())
        .map_err(kube::Error::BuildRequest)?;
    let group = match client.request::<APIGroup>(request).await {
        Err(kube::Error::Api(status)) if status.is_forbidden() => {
            return Ok(Some(kind.version().to_owned()));
        }
        answer => found(answer)?,
    };
    let Some(group) = group else {
        return Ok(None);
    };
    for version in candidates(kind, &group) {
        let api_version = format!("{}/{version}", kind.group());
        let listed = found(client.list_api_group_resources(&api_version).await)?;
        let mut resources = listed.into_iter().flat_map(|listed| listed.resources);
        if resources.any(|resource| resource.name == kind.plural()) {
            return Ok(Some(version.to_owned()));
        }
    }
    Ok(None)
}

/// The versions of a group, the best one first, each once.
fn candidates(kind: Kind, group: &APIGroup) -> Vec<&str> {
    let preferred = group.preferred_version.iter();
    let all = preferred.chain(&group.versions);
    let mut versions: Vec<&str> = Vec::new();
    for version in all.map(|known| known.version.as_str()) {
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    versions.sort_by_key(|version| *version != kind.version());
    versions
}

/// What is not found is not there.
fn found<T>(answer: Result<T, kube::Error>) -> Result<Option<T>, kube::Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        // By the code: where there is no such path at all, the answer has no reason.
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_version_comes_first_then_the_preferred_one() {
        let group = |versions: &[&str], preferred: &str| -> APIGroup {
            let version = |version: &str| serde_json::json!({"groupVersion": format!("g/{version}"), "version": version});
            let versions: Vec<_> = versions.iter().map(|name| version(name)).collect();
            let group = serde_json::json!({
                "name": "g", "versions": versions, "preferredVersion": version(preferred),
            });
            serde_json::from_value(group).expect("it is a group")
        };
        for (versions, preferred, expected) in [
            (&["v1", "v1beta1"][..], "v1", &["v1", "v1beta1"][..]),
            (&["v1beta1", "v1"], "v1beta1", &["v1", "v1beta1"]),
            (
                &["v1alpha2", "v1beta1"],
                "v1beta1",
                &["v1beta1", "v1alpha2"],
            ),
        ] {
            let group = group(versions, preferred);
            assert_eq!(candidates(Kind::HTTPRoute, &group), expected);
        }
    }
}
