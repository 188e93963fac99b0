//! Charts, through `helm template`.

use std::path::Path;
use std::process::Command;

use super::delivery::Delivery;
use super::{Folder, Rendering, failed, not_judged};
use crate::manifests::child::{self, Failure};
use crate::manifests::{Reason, yaml};

/// The longest name that Helm takes for a release.
const NAME: usize = 53;

/// What is read of a chart's own description.
#[derive(Default)]
struct Chart {
    name: String,
    of_type: String,
}

/// What the chart comes to with its own values, those that it is delivered with, and those that were given.
pub(super) fn template(
    folder: &Folder,
    rendering: &Rendering,
    delivery: Option<(&Delivery, &Path)>,
) -> Result<Vec<u8>, Reason> {
    let chart = chart(&folder.file);
    if chart.of_type == "library" {
        return Err(not_judged(
            "a library chart makes no objects; the charts that use it do",
        ));
    }
    let mut command = Command::new("helm");
    let delivered = delivery.and_then(|(delivery, _)| delivery.namespace.as_deref());
    let namespace = rendering.namespace.as_deref().or(delivered);
    command
        .args(["template", "--include-crds", "--skip-tests", "--namespace"])
        .arg(namespace.unwrap_or("default"));
    let (mut input, mut name) = (None, release(&chart, &folder.path));
    if let Some((delivery, root)) = delivery {
        for file in delivery.files(&folder.path, root) {
            command.arg("--values").arg(file);
        }
        if delivery.values.is_some() {
            command.args(["--values", "-"]);
            input.clone_from(&delivery.values);
        }
        for (option, value) in &delivery.set {
            command.arg(option).arg(value);
        }
        name = delivery.release.clone().unwrap_or(name);
    }
    for file in &rendering.values {
        command.arg("--values").arg(file);
    }
    for value in &rendering.set {
        command.arg("--set").arg(value);
    }
    command.arg("--").arg(name).arg(local(&folder.path));
    child::output_of(&mut command, input).map_err(|failure| {
        let mut why = explain(&failure, folder);
        if let Some((delivery, _)) = delivery {
            why.push_str(&format!(" (as {} delivers it)", delivery.file.display()));
        }
        failed(why)
    })
}

fn chart(file: &Path) -> Chart {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let first = yaml::documents(&text).find_map(|(_, source)| source.parse().ok());
    // What is wrong with it Helm says.
    first
        .and_then(|document| {
            let root = document.root()?;
            let text = |key| {
                root.get(key)
                    .and_then(yaml::Node::as_str)
                    .unwrap_or_default()
            };
            Some(Chart {
                name: text("name").to_owned(),
                of_type: text("type").to_owned(),
            })
        })
        .unwrap_or_default()
}

/// The release is named as the chart, which is what most of them make the shortest names of.
fn release(chart: &Chart, path: &Path) -> String {
    let of_folder = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = match chart.name.is_empty() {
        true => of_folder.unwrap_or_default(),
        false => chart.name.clone(),
    };
    let fits = |character: &char| character.is_ascii_alphanumeric() || *character == '-';
    let name: String = name
        .to_lowercase()
        .chars()
        .filter(fits)
        .take(NAME)
        .collect();
    match name.trim_matches('-') {
        "" => "release".to_owned(),
        name => name.to_owned(),
    }
}

/// A path that is none of the names that Helm knows charts of repositories by.
fn local(path: &Path) -> std::path::PathBuf {
    match path.is_absolute() {
        true => path.to_owned(),
        false => Path::new(".").join(path),
    }
}

fn explain(failure: &Failure, folder: &Folder) -> String {
    let path = folder.path.display();
    match failure {
        Failure::Missing => format!(
            "this Helm chart was not judged, because helm is not on the PATH; install it (https://helm.sh/docs/intro/install), \
             or judge the output of `helm template {path}`"
        ),
        Failure::Failed(said) if said.contains("missing in charts/ directory") => format!(
            "this Helm chart was not judged, because charts that it depends on are missing; run `helm dependency build {path}`"
        ),
        Failure::Failed(said) => {
            let said = said.replace(" Use --debug flag to render out invalid YAML", "");
            format!(
                "this Helm chart was not judged, because `helm template` fails: {said}; if it needs values, give them with --values"
            )
        }
        other => format!("this Helm chart was not judged, because of helm: {other}"),
    }
}

/// The template that a document comes from, within the chart, from the comment that Helm writes above it.
pub(super) fn source(document: &str) -> Option<&str> {
    let mut lines = document
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with('#') || line.trim_end() == "---");
    let named = lines.find_map(|line| line.strip_prefix("# Source: "))?;
    let (_, inner) = named.trim_end().split_once('/')?;
    let is_inside = !Path::new(inner)
        .components()
        .any(|part| matches!(part, std::path::Component::ParentDir));
    (is_inside && !inner.starts_with('/')).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_from_the_comments_above() {
        for (text, expected) in [
            (
                "---\n# Source: web/templates/a.yaml\nkind: A\n",
                Some("templates/a.yaml"),
            ),
            (
                "# Source: web/charts/db/templates/b.yaml\n\n# more\nkind: A\n",
                Some("charts/db/templates/b.yaml"),
            ),
            ("kind: A\n# Source: web/templates/a.yaml\n", None),
            ("# Source: web/../../etc/a.yaml\nkind: A\n", None),
            ("# Source: web\nkind: A\n", None),
            ("", None),
        ] {
            assert_eq!(source(text), expected, "{text:?}");
        }
    }

    #[test]
    fn releases_have_names_that_helm_takes() {
        for (name, path, expected) in [
            ("web", "x", "web"),
            ("", "charts/Web_App", "webapp"),
            ("-a-", "x", "a"),
            ("", "..", "release"),
        ] {
            let chart = Chart {
                name: name.to_owned(),
                ..Chart::default()
            };
            assert_eq!(release(&chart, Path::new(path)), expected);
        }
        let long = Chart {
            name: "x".repeat(99),
            ..Chart::default()
        };
        assert_eq!(release(&long, Path::new("x")).len(), NAME);
    }
}
