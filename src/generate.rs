//! Files that are derived from the code: definitions, permissions, manifests and the catalogue.

mod checklists;
mod deploy;
mod docs;
pub mod names;
mod plural;
mod rbac;
mod reasons;

use serde::Serialize;

use crate::api;

pub use deploy::FailurePolicy;

/// A generated file.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// Why something could not be written as YAML.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {name} as YAML: {source}")]
pub struct GenerateError {
    name: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// The custom resource definitions, one file each.
///
/// # Errors
/// Where one cannot be written as YAML: never, in a build whose tests pass.
pub fn crds() -> Result<Vec<File>, GenerateError> {
    let file = |crd: k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition| {
        let name = format!("{}.yaml", crd.metadata.name.as_deref().unwrap_or_default());
        let text = yaml(&name, &crd)?;
        Ok(File { name, text: format!("{}{text}", header("crds")) })
    };
    api::crds().into_iter().map(file).collect()
}

/// The ServiceAccount and its permissions.
///
/// # Errors
/// As of [`crds`].
pub fn rbac(namespace: &str) -> Result<Vec<File>, GenerateError> {
    file("rbac.yaml", "rbac", &rbac::objects(namespace))
}

/// Everything that runs Plimsoll in a cluster, but for the definitions.
///
/// # Errors
/// As of [`crds`].
pub fn deploy(
    namespace: &str,
    image: &str,
    failure: FailurePolicy,
) -> Result<Vec<File>, GenerateError> {
    let objects = deploy::objects(namespace, image, failure);
    file("plimsoll.yaml", "deploy", &objects)
}

/// The catalogue of checks, and every line of the checklists.
pub fn docs() -> Vec<File> {
    [
        ("checks.md", docs::checks()),
        ("checklists.md", checklists::checklists()),
    ]
    .map(|(name, text)| File {
        name: name.to_owned(),
        text,
    })
    .into()
}

fn file(
    name: &str,
    command: &str,
    objects: &[serde_json::Value],
) -> Result<Vec<File>, GenerateError> {
    let texts: Result<Vec<_>, _> = objects.iter().map(|object| yaml(name, object)).collect();
    let text = format!("{}{}", header(command), texts?.join("---\n"));
    Ok(vec![File {
        name: name.to_owned(),
        text,
    }])
}

fn header(command: &str) -> String {
    format!("# Made by `plimsoll generate {command}`; a test keeps it equal to what that prints.\n")
}

fn yaml(name: &str, object: &impl Serialize) -> Result<String, GenerateError> {
    serde_saphyr::to_string(object).map_err(|source| GenerateError {
        name: name.to_owned(),
        source: Box::new(source),
    })
}
