//! What Argo CD and Flux make of a chart in the same repository: their values, release and namespace.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Folder;
use crate::manifests::yaml::Node;

/// A chart that is delivered, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::manifests) struct Delivery {
    /// The file of the Application or HelmRelease.
    pub(in crate::manifests) file: PathBuf,
    /// The chart, from the root of the repository.
    chart: String,
    pub(super) release: Option<String>,
    pub(super) namespace: Option<String>,
    files: Vec<String>,
    /// Whether files of values are looked for from the root, rather than from the chart.
    from_root: bool,
    /// Whether one that is not there is passed over.
    lenient: bool,
    /// Values, in YAML.
    pub(super) values: Option<String>,
    /// Values one by one: the option and what it sets.
    pub(super) set: Vec<(&'static str, String)>,
}

/// What an object of Argo CD's or Flux's delivers from the repository that it is in.
pub(in crate::manifests) fn deliveries(
    node: Node<'_>,
    api_version: &str,
    kind: &str,
) -> Vec<Delivery> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let read: fn(&Value) -> Vec<Delivery> = match (group, kind) {
        ("argoproj.io", "Application") => argo,
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            |object: &Value| flux(object).into_iter().collect()
        }
        _ => return Vec::new(),
    };
    // What cannot be read is not there: its record is refused elsewhere.
    node.deserialize()
        .map(|object| read(&object))
        .unwrap_or_default()
}

fn argo(object: &Value) -> Vec<Delivery> {
    let spec = &object["spec"];
    let several = spec["sources"].as_array().into_iter().flatten();
    let sources = several.chain(spec.get("source"));
    let delivery = |source: &Value| {
        let helm = &source["helm"];
        let values = match &helm["valuesObject"] {
            Value::Null => text(&helm["values"]),
            object => Some(object.to_string()),
        };
        let parameters = helm["parameters"].as_array().into_iter().flatten();
        let set = parameters.filter_map(|parameter| {
            let option = match parameter["forceString"] == true {
                true => "--set-string",
                false => "--set",
            };
            let value = text(&parameter["value"])
                .unwrap_or_default()
                .replace(',', "\\,");
            Some((option, format!("{}={value}", text(&parameter["name"])?)))
        });
        Some(Delivery {
            chart: text(&source["path"])?,
            release: text(&helm["releaseName"]).or_else(|| text(&object["metadata"]["name"])),
            namespace: text(&spec["destination"]["namespace"]),
            files: texts(&helm["valueFiles"]),
            lenient: helm["ignoreMissingValueFiles"] == true,
            values,
            set: set.collect(),
            ..Delivery::default()
        })
    };
    sources.filter_map(delivery).collect()
}

fn flux(object: &Value) -> Option<Delivery> {
    let (metadata, spec) = (&object["metadata"], &object["spec"]);
    let chart = &spec["chart"]["spec"];
    if chart["sourceRef"]["kind"] != "GitRepository" {
        return None;
    }
    Some(Delivery {
        chart: text(&chart["chart"])?,
        release: text(&spec["releaseName"]).or_else(|| text(&metadata["name"])),
        namespace: text(&spec["targetNamespace"]).or_else(|| text(&metadata["namespace"])),
        files: texts(&chart["valuesFiles"]),
        from_root: true,
        lenient: chart["ignoreMissingValuesFiles"] == true,
        values: spec.get("values").map(Value::to_string),
        ..Delivery::default()
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(text)
        .collect()
}

impl Delivery {
    /// Whether another one delivers the same in the same way.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let file = other.file.clone();
        Self {
            file,
            ..self.clone()
        } == *other
    }

    /// The root of its repository, where what it delivers is the chart in this folder.
    pub(super) fn root_of(&self, folder: &Folder) -> Option<PathBuf> {
        let chart = std::fs::canonicalize(&folder.path).ok()?;
        let file = std::fs::canonicalize(&self.file).ok()?;
        let inner = Path::new(self.chart.trim_start_matches("./").trim_start_matches('/'));
        for above in file.ancestors().skip(1) {
            if above.join(inner) == chart {
                return Some(above.to_owned());
            }
            if above.join(".git").exists() {
                break;
            }
        }
        None
    }

    /// Its files of values, of a chart in this folder of a repository with this root. What is in another repository, or named by a
    /// URL, is not at hand.
    pub(super) fn files(&self, folder: &Path, root: &Path) -> Vec<PathBuf> {
        let place = |name: &String| {
            let path = match (name.split_once('/'), name.contains("://")) {
                (_, true) => return None,
                // `$name/` stands for the root of a source with that name.
                (Some((reference, inner)), _) if reference.starts_with('$') => root.join(inner),
                (Some(("", inner)), _) => root.join(inner),
                _ if self.from_root => root.join(name),
                _ => folder.join(name),
            };
            (!self.lenient || path.exists()).then_some(path)
        };
        self.files.iter().filter_map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::yaml::documents;
    use super::*;

    fn read(text: &str) -> Vec<Delivery> {
        let (_, source) = documents(text).next().expect("a document");
        let document = source.parse().expect("it is YAML");
        let root = document.root().expect("an object");
        let text = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
        deliveries(root, text("apiVersion"), text("kind"))
    }

    #[test]
    fn applications_say_how_they_deliver() {
        let found = read(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  destination: {namespace: shop}\n  sources:\n  \
             - {repoURL: r, ref: values}\n  - repoURL: r\n    path: charts/web\n    helm:\n      valueFiles: [prod.yaml, $values/env/a.yaml, \
             /root.yaml, 'https://x/y.yaml']\n      valuesObject: {a: 1}\n      parameters: [{name: b, value: 'x,y', forceString: true}]\n",
        );
        let [delivery] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(delivery.release.as_deref(), Some("web"));
        assert_eq!(delivery.namespace.as_deref(), Some("shop"));
        assert_eq!(delivery.values.as_deref(), Some("{\"a\":1}"));
        assert_eq!(delivery.set, [("--set-string", "b=x\\,y".to_owned())]);
        let files = delivery.files(Path::new("/r/charts/web"), Path::new("/r"));
        let expected = ["/r/charts/web/prod.yaml", "/r/env/a.yaml", "/r/root.yaml"];
        assert_eq!(files, expected.map(PathBuf::from));
    }

    #[test]
    fn releases_say_how_they_deliver() {
        let text = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: flux}\nspec:\n  releaseName: w\n  \
                    chart: {spec: {chart: ./charts/web, valuesFiles: [charts/web/prod.yaml], sourceRef: {kind: GitRepository}}}\n  \
                    values: {a: [1]}\n";
        let found = read(text);
        let [delivery] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(delivery.release.as_deref(), Some("w"));
        assert_eq!(delivery.namespace.as_deref(), Some("flux"));
        let files = delivery.files(Path::new("/r/charts/web"), Path::new("/r"));
        assert_eq!(files, [PathBuf::from("/r/charts/web/prod.yaml")]);
        assert_eq!(read(&text.replace("GitRepository", "HelmRepository")), []);
    }
}
