//! Images.

use std::collections::BTreeMap;

use super::{Case, Edit, Left, Offer};
use crate::check::image::Image;
use crate::model::{Finding, PullPolicy};

/// The digests of images that people give, by what they call them.
#[derive(Clone, Debug, Default)]
pub struct Digests(BTreeMap<String, String>);

/// A digest cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` gives no digest of an image; write IMAGE=sha256:<64 hexadecimal digits>")]
pub struct NoDigest(String);

impl Digests {
    /// Adds one, as `registry.example/web:1.4.2=sha256:...` or as `registry.example/web:1.4.2@sha256:...`.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn add(&mut self, given: &str) -> Result<(), NoDigest> {
        let no_digest = || NoDigest(given.to_owned());
        let (image, digest) = given.split_once(['=', '@']).ok_or_else(no_digest)?;
        let (image, digest) = (image.trim(), digest.trim());
        let pinned = format!("{image}@{digest}");
        let is_sha256 = digest.starts_with("sha256:");
        if !is_sha256 || Image::parse(&pinned).is_none_or(|image| image.digest.is_none()) {
            return Err(no_digest());
        }
        self.0.insert(image.to_owned(), digest.to_owned());
        Ok(())
    }

    /// That of an image as it is written. One that is given without a tag is of no other than the image without one.
    fn of(&self, image: &str) -> Option<&str> {
        self.0.get(image).map(String::as_str)
    }
}

/// Names the digest behind the tag. The tag stays, for people.
pub(super) fn pin(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let path = &finding.at.path;
    let image = case.at(path).and_then(serde_json::Value::as_str);
    let image = image.ok_or("there is no image")?;
    let digest = case.given.digests.of(image);
    let digest = digest.ok_or_else(|| {
        Left::Owned(format!(
            "only its registry knows the digest: give it as --digest {image}=sha256:..."
        ))
    })?;
    let pinned = format!("{image}@{digest}");
    if Image::parse(&pinned).is_none() {
        return Err(format!("{pinned} would be no image reference").into());
    }
    Ok(Offer::safe([Edit::set(path.clone(), pinned)]))
}

/// Asks the registry whenever a container starts. An image that must not be pulled is on the nodes by other means.
pub(super) fn always(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let workload = case.workload()?;
    let path = &finding.at.path;
    let mut containers = workload.pod.containers.iter();
    let container = containers
        .find(|container| path.starts_with(&format!("{}/", workload.container_path(container))));
    let never = container.is_some_and(|container| container.pull_policy == PullPolicy::Never);
    let edit = Edit::set(path.clone(), "Always");
    Ok(match never {
        true => Offer::unsafe_to([edit]),
        false => Offer::safe([edit]),
    })
}
