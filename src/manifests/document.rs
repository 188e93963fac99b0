//! From a document to records: the object in it, or each item of a List.

use std::sync::{Arc, LazyLock};

use super::file::Contents;
use super::patches::{self, Kustomization};
use super::rendered;
use super::yaml::{Document, Node, Problem};
use super::{
    Ignores, Keep, Manifest, Origin, Outline, Own, Reason, Refusal, Skipped, Stated, json, made,
    mend, shape, stand_in, validation,
};
use crate::api;
use crate::engine::Conditions;
use crate::model::{self, Grantee, Kind, Object, Shape, Text, Workload, Written, recent};

/// Which document of which file.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a Text,
    pub(super) document: u32,
}

impl Place<'_> {
    pub(super) fn skipped(self, at: String, reason: Reason) -> Skipped {
        Skipped {
            file: self.file.clone(),
            document: Some(self.document),
            at,
            reason,
        }
    }
}

/// What says which kind an object is of.
#[derive(Clone, Copy)]
struct Type<'a> {
    api_version: &'a str,
    kind: &'a str,
}

/// What an object is judged as, and how it is written.
#[derive(Clone, Copy)]
struct Known<'a> {
    kind: Kind,
    /// Its own kind.
    name: &'static str,
    api_version: &'a str,
}

/// Reads what a document holds. One that holds nothing is passed over.
pub(super) fn read(
    place: Place<'_>,
    document: &Document<'_>,
    keep: Keep<'_>,
    contents: &mut Contents,
) {
    let Some(root) = document.root().filter(|root| !root.is_null()) else {
        return;
    };
    let mut reader = Reader {
        place,
        keep,
        contents,
        items: Vec::new(),
    };
    reader.node(root, None);
}

struct Reader<'a> {
    place: Place<'a>,
    keep: Keep<'a>,
    contents: &'a mut Contents,
    /// The way to where we are, through Lists of Lists.
    items: Vec<usize>,
}

impl Reader<'_> {
    /// An object, or a List. The items of a typed list need not repeat their type.
    fn node(&mut self, node: Node<'_>, of_list: Option<Type<'_>>) {
        let text = |key| node.get(key).and_then(Node::as_str);
        let own = text("apiVersion").zip(text("kind"));
        let own = own.map(|(api_version, kind)| Type { api_version, kind });
        let Some(Type { api_version, kind }) = own.or(of_list) else {
            let kustomization = Kustomization::of(self.place.file, node, None);
            self.contents.kustomizations.extend(kustomization);
            return self.skip(Reason::NoObject(hint(self.place.file)));
        };
        self.contents
            .deliveries
            .extend(rendered::deliveries(node, api_version, kind));
        if self.keep == Keep::Documents && !is_list(node, kind) {
            // What cannot be read at all is skipped below.
            self.contents
                .documents
                .extend(json::document(node, api_version, kind));
        }
        if let Some((kind, name)) = stand_in::of(api_version, kind) {
            let known = Known {
                kind,
                name,
                api_version,
            };
            self.object(node, known, Vec::new());
        } else if Own::is_known(api_version, kind) {
            match self.stated(node, api_version, kind) {
                Ok(stated) => self.contents.stated.push(stated),
                Err(reason) => self.skip(reason),
            }
        } else if let Some(item) = kind.strip_suffix("List").filter(|_| is_list(node, kind)) {
            let of_list = (!item.is_empty()).then_some(Type {
                api_version,
                kind: item,
            });
            self.list(node, kind, of_list);
        } else if let Some((kind, refusal)) = Refusal::of_group(api_version, kind) {
            let name = kind.name();
            let known = Known {
                kind,
                name,
                api_version,
            };
            self.object(node, known, vec![refusal]);
        } else {
            let group = api_version.split_once('/').map_or("", |(group, _)| group);
            let kustomization = Kustomization::of(self.place.file, node, Some(group));
            self.contents.kustomizations.extend(kustomization);
            self.contents.made.extend(made::of(node, api_version, kind));
            self.skip(unknown(api_version, kind));
        }
    }

    /// An object of a kind that there are records of, with what is known by now that the API server would refuse.
    fn object(&mut self, node: Node<'_>, known: Known<'_>, refused: Vec<Refusal>) {
        match self.record(node, known, refused) {
            Ok((manifest, refused)) => {
                let Origin { line, column, .. } = manifest.origin;
                for refusal in refused {
                    self.skip(Reason::Refused {
                        refusal,
                        line,
                        column,
                    });
                }
                self.contents.objects.push(manifest);
            }
            Err(reason) => {
                let bare = self.bare(node, known, &reason);
                self.contents.objects.extend(bare);
                self.skip(reason);
            }
        }
    }

    fn list(&mut self, node: Node<'_>, kind: &str, of_list: Option<Type<'_>>) {
        let mut is_empty = true;
        let items = node.get("items").into_iter().flat_map(Node::items);
        for (index, item) in items.enumerate() {
            is_empty = false;
            self.items.push(index);
            self.node(item, of_list);
            self.items.pop();
        }
        if is_empty {
            self.skip(Reason::EmptyList(kind.to_owned()));
        }
    }

    fn record(
        &self,
        node: Node<'_>,
        known: Known<'_>,
        mut refused: Vec<Refusal>,
    ) -> Result<(Manifest, Vec<Refusal>), Reason> {
        let Known {
            kind,
            name,
            api_version,
        } = known;
        let object = match mend::mend(node, kind, (api_version, name)) {
            Some((object, reasons)) => {
                refused.extend(reasons);
                object
            }
            None => model::decode(kind, node).map_err(|problem| self.broken(node, problem))?,
        };
        refused.extend(Refusal::of_containers(&object, name));
        let manifest = self.complete(object, node, known);
        Ok((manifest, refused))
    }

    /// What is known of an object that is not what its kind asks for: that it is there, and what is wrong with it.
    fn bare(&self, node: Node<'_>, known: Known<'_>, why: &Reason) -> Option<Manifest> {
        let (Keep::Shapes(_), Reason::Broken(_)) = (self.keep, why) else {
            return None;
        };
        let object = model::decode_bare(known.kind, node).ok()?;
        let manifest = self.complete(object, node, known);
        matches!(manifest.object.meta().shape, Shape::Misfits(_)).then_some(manifest)
    }

    /// Adds to an object what is not in the fields that its record takes.
    fn complete(&self, mut object: Object, node: Node<'_>, known: Known<'_>) -> Manifest {
        let Known {
            kind,
            name,
            api_version,
        } = known;
        // Items of a typed list need not say it themselves.
        object.meta_mut().written = Written::of(kind, api_version);
        object.meta_mut().key_order = node.key_order();
        if let Keep::Shapes(_) = self.keep {
            let shape = shape::compare(node, api_version, name);
            object.meta_mut().shape = validation::of(node, name, shape);
        }
        let names_namespace = !object.key().namespace.is_empty();
        if kind.is_namespaced() && !names_namespace {
            give_namespace(&mut object);
        }
        if let (Some(conditions), Object::Workload(workload)) =
            (self.keep.conditions(), &mut object)
        {
            ask(conditions, workload, (node, api_version));
        }
        let origin = self.origin(node, (api_version, name), names_namespace);
        Manifest {
            origin,
            object: Arc::new(object),
            outline: Outline::of(node),
            ignores: Ignores::of(node),
            is_repeated: false,
        }
    }

    fn stated(&self, node: Node<'_>, api_version: &str, kind: &str) -> Result<Stated, Reason> {
        let own = Own::read(kind, node).map_err(|problem| self.broken(node, problem))?;
        let namespace = node
            .get("metadata")
            .and_then(|metadata| metadata.get("namespace"));
        let origin = self.origin(node, (api_version, own.kind()), namespace.is_some());
        Ok(Stated { origin, own })
    }

    fn origin(
        &self,
        node: Node<'_>,
        (api_version, kind): (&str, &'static str),
        names_namespace: bool,
    ) -> Origin {
        let (line, column) = node.position("");
        Origin {
            file: self.place.file.clone(),
            document: self.place.document,
            line,
            column,
            api_version: recent(api_version),
            kind,
            names_namespace,
        }
    }

    fn broken(&self, node: Node<'_>, problem: Problem) -> Reason {
        let mut problem = problem.at(node.position(""));
        problem.path = within(&self.at(), &problem.path);
        Reason::Broken(problem)
    }

    fn skip(&mut self, reason: Reason) {
        // A problem has the way to it in its own path.
        let at = match reason {
            Reason::Broken(_) => String::new(),
            _ => self.at(),
        };
        self.contents.skipped.push(self.place.skipped(at, reason));
    }

    fn at(&self) -> String {
        let steps: Vec<_> = self.items.iter().map(|n| format!("items[{n}]")).collect();
        steps.join(".")
    }
}

fn is_list(node: Node<'_>, kind: &str) -> bool {
    kind == "List" || node.get("items").is_some()
}

fn within(outer: &str, path: &str) -> String {
    match (outer.is_empty(), path.is_empty() || path.starts_with('[')) {
        (true, _) => path.to_owned(),
        (false, true) => format!("{outer}{path}"),
        (false, false) => format!("{outer}.{path}"),
    }
}

/// The namespace that kubectl gives to what has none, for it to find what it belongs with.
fn give_namespace(object: &mut Object) {
    static DEFAULT: LazyLock<Text> = LazyLock::new(|| "default".into());
    object.meta_mut().key.namespace = DEFAULT.clone();
    if let Object::Binding(binding) = object {
        for grantee in &mut binding.grantees {
            if let Grantee::ServiceAccount { namespace, .. } = grantee
                && namespace.is_empty()
            {
                *namespace = DEFAULT.clone();
            }
        }
    }
}

/// Has match conditions asked of a workload, as it would be in the namespace that it has by now.
fn ask(conditions: &Conditions, workload: &mut Workload, (node, api_version): (Node<'_>, &str)) {
    let kind = workload.kind();
    let conditions = conditions.of_kind(kind);
    if conditions.is_empty() {
        return;
    }
    let mut object = json::document(node, api_version, kind.name()).unwrap_or_default();
    if object["metadata"].is_object() {
        object["metadata"]["namespace"] = (*workload.key().namespace).into();
    }
    workload.answers = conditions.ask(kind, object);
}

/// What a document without a type probably is.
fn hint(file: &str) -> &'static str {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match stem {
        "Chart" => "; render the Helm chart and judge the output of `helm template`",
        "kustomization" | "Kustomization" => "; judge the output of `kubectl kustomize`",
        _ if stem.starts_with("values") || stem.ends_with("values") => {
            "; it looks like values of a Helm chart, so judge the output of `helm template`"
        }
        _ => "",
    }
}

/// Why an object of a kind that Plimsoll does not know is not judged.
fn unknown(api_version: &str, kind: &str) -> Reason {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let hint = match (group, kind) {
        (api::GROUP, "Baseline") => "; give it as --baseline",
        (api::GROUP, _) => "; this program knows the kinds of plimsoll.dev/v1alpha1",
        (patches::GROUP, _) => "; judge the output of `kubectl kustomize`",
        _ => "",
    };
    Reason::OtherKind {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        hint,
    }
}
