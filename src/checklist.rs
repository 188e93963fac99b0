//! Checklists: named, ordered lists of items, and how each is verified.
//!
//! A checklist is data ([`ReadinessChecklistSpec`]). Here it is parsed, once: what it names is found, what it holds is compiled,
//! and what is wrong with it is said. The built-in ones are the same data, written in this module's folder.

mod item;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::api::{ReadinessChecklist, ReadinessChecklistSpec};
use crate::model::Text;

pub use item::{CelItem, Item, ItemError, MetricItem, Way};

/// The checklist of a policy that names none.
pub const DEFAULT: &str = "essentials";

/// What the items of a launch itself are named by, in place of a checklist: `launch:review`.
pub const LAUNCH: &str = "launch";

/// The built-in checklists, as YAML.
const BUILT_IN: [(&str, &str); 3] = [
    ("ai-agent", include_str!("checklist/ai-agent.yaml")),
    ("essentials", include_str!("checklist/essentials.yaml")),
    (
        "production-deployment",
        include_str!("checklist/production-deployment.yaml"),
    ),
];

/// A named, ordered list of items.
#[derive(Debug)]
pub struct Checklist {
    /// Its name.
    pub name: Text,
    /// The heading of the document that it becomes.
    pub title: Text,
    /// Its lines.
    pub items: Vec<Arc<Item>>,
}

/// What is wrong with a checklist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChecklistError {
    /// The name is one that Plimsoll uses itself.
    #[error("metadata.name: {0:?} is built in; give the checklist another name")]
    Reserved(String),
    /// It is not the YAML of a checklist.
    #[error("{0}")]
    Unreadable(String),
    /// Two items have the same id.
    #[error("spec.items[{0}]: two items have this id")]
    Duplicate(String),
    /// An item stands under one that there is not.
    #[error("spec.items[{id}].parent: no item has the id {parent:?}")]
    Parent {
        /// The item.
        id: String,
        /// What it says.
        parent: String,
    },
    /// Something is wrong with an item.
    #[error("spec.items[{id}].{error}")]
    Item {
        /// The item.
        id: String,
        /// What is wrong.
        error: Box<ItemError>,
    },
}

impl Checklist {
    /// Parses a checklist.
    ///
    /// # Errors
    /// Names the item and the field of the first thing that is wrong.
    pub fn compile(name: &str, spec: &ReadinessChecklistSpec) -> Result<Self, ChecklistError> {
        let mut seen = BTreeSet::new();
        for item in &spec.items {
            if !seen.insert(item.id.as_str()) {
                return Err(ChecklistError::Duplicate(item.id.clone()));
            }
        }
        let orphan = |parent: &&String| !seen.contains(parent.as_str());
        for item in &spec.items {
            if let Some(parent) = item.parent.as_ref().filter(orphan) {
                let (id, parent) = (item.id.clone(), parent.clone());
                return Err(ChecklistError::Parent { id, parent });
            }
        }
        let compile = |item: &crate::api::ChecklistItem| {
            let compiled = Item::compile(name, item).map_err(|error| ChecklistError::Item {
                id: item.id.clone(),
                error: Box::new(error),
            })?;
            Ok(Arc::new(compiled))
        };
        Ok(Self {
            name: name.into(),
            title: spec.title.as_str().into(),
            items: spec.items.iter().map(compile).collect::<Result<_, _>>()?,
        })
    }

    /// Reads a checklist as it is written: the YAML of a ReadinessChecklist.
    ///
    /// # Errors
    /// As of [`compile`](Self::compile); also where it is no such YAML.
    pub fn read(yaml: &str) -> Result<Self, ChecklistError> {
        let read: ReadinessChecklist = serde_saphyr::from_str(yaml)
            .map_err(|error| ChecklistError::Unreadable(error.to_string()))?;
        let name = read.metadata.name.unwrap_or_default();
        Self::compile(&name, &read.spec)
    }

    /// The item of an id.
    pub fn find(&self, id: &str) -> Option<&Arc<Item>> {
        self.items.iter().find(|item| item.spec.id == id)
    }
}

/// Every checklist there is: the built-in ones, each parsed when it is first asked for, and others.
#[derive(Clone, Debug, Default)]
pub struct Checklists {
    others: BTreeMap<Text, Arc<Checklist>>,
}

impl Checklists {
    /// The built-in ones alone.
    pub fn built_in() -> &'static Self {
        static ALONE: Checklists = Checklists {
            others: BTreeMap::new(),
        };
        &ALONE
    }

    /// The built-in ones and these. One with a name of a built-in one is left out.
    pub fn with(others: impl IntoIterator<Item = Arc<Checklist>>) -> Self {
        let free = |checklist: &Arc<Checklist>| Self::may_be_named(&checklist.name).is_ok();
        let others = others.into_iter().filter(free);
        Self {
            others: others
                .map(|checklist| (checklist.name.clone(), checklist))
                .collect(),
        }
    }

    /// The YAML of a built-in checklist.
    pub fn source(name: &str) -> Option<&'static str> {
        let built_in = BUILT_IN.iter().find(|(built_in, _)| *built_in == name);
        built_in.map(|(_, yaml)| *yaml)
    }

    /// Refuses the names that Plimsoll uses itself.
    ///
    /// # Errors
    /// Where the name is one of them.
    pub fn may_be_named(name: &str) -> Result<(), ChecklistError> {
        if name == LAUNCH || Self::source(name).is_some() {
            return Err(ChecklistError::Reserved(name.to_owned()));
        }
        Ok(())
    }

    /// The checklist of a name.
    pub fn find(&self, name: &str) -> Option<&Arc<Checklist>> {
        parsed(name).or_else(|| self.others.get(name))
    }

    /// The item of a key, `<checklist>:<id>`.
    pub fn item(&self, key: &str) -> Option<&Arc<Item>> {
        let (checklist, id) = key.split_once(':')?;
        self.find(checklist)?.find(id)
    }

    /// All of them: the built-in ones first, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Checklist>> {
        let built_in = BUILT_IN.iter().filter_map(|(name, _)| parsed(name));
        built_in.chain(self.others.values())
    }
}

/// A built-in checklist. It is parsed at the first call for it.
fn parsed(name: &str) -> Option<&'static Arc<Checklist>> {
    static PARSED: [OnceLock<Arc<Checklist>>; BUILT_IN.len()] =
        [const { OnceLock::new() }; BUILT_IN.len()];
    let at = BUILT_IN
        .iter()
        .position(|(built_in, _)| *built_in == name)?;
    let parse = || match Checklist::read(BUILT_IN[at].1) {
        Ok(checklist) => Arc::new(checklist),
        // A test reads each of them.
        Err(error) => unreachable!("the built-in checklist {name} is broken: {error}"),
    };
    Some(PARSED[at].get_or_init(parse))
}
