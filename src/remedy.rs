//! What can be done about a finding without knowing the application: changes to a manifest, as data.
//!
//! A remedy says what would be changed and whether that is safe; it reads no file and writes none, and it is believed only once
//! the check has passed on its result. What is asked for in so many words (a privileged container, a port of the node) is no
//! oversight: taking it away is not safe, and is only done where that is asked for in turn. A value that is also Kubernetes' own
//! default says no more than none.

mod api_version;
mod budget;
mod environment;
mod host;
mod image;
mod label;
mod policy;
mod reason;
mod security;
mod selector;
#[cfg(test)]
mod tests;
mod token;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::check::Check;
use crate::inventory::View;
use crate::model::{Finding, Object, Workload};

pub use image::Digests;
pub use reason::why_not;

/// A change to an object, at a JSON pointer.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// It has this value. What is missing on the way is made.
    Set {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// A list has this item as well. It is made where it is missing.
    Append {
        /// Where the list is.
        path: String,
        /// The item.
        value: Value,
    },
    /// It is gone.
    Remove {
        /// Where.
        path: String,
    },
    /// A key has another name.
    Rename {
        /// Where it is.
        path: String,
        /// The new name.
        to: &'static str,
    },
}

impl Edit {
    /// Sets a field.
    pub fn set(path: impl Into<String>, value: impl Into<Value>) -> Self {
        let (path, value) = (path.into(), value.into());
        Self::Set { path, value }
    }

    /// Takes a field away.
    pub fn remove(path: impl Into<String>) -> Self {
        Self::Remove { path: path.into() }
    }

    /// The JSON pointer of what is changed.
    pub fn path(&self) -> &str {
        match self {
            Self::Set { path, .. }
            | Self::Append { path, .. }
            | Self::Remove { path }
            | Self::Rename { path, .. } => path,
        }
    }

    /// The same inside of something: an item of a List.
    pub fn within(&self, way: &str) -> Self {
        let mut edit = self.clone();
        match &mut edit {
            Self::Set { path, .. }
            | Self::Append { path, .. }
            | Self::Remove { path }
            | Self::Rename { path, .. } => path.insert_str(0, way),
        }
        edit
    }
}

/// Whether a change can be made without knowing the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// It takes away nothing that was asked for.
    Safe,
    /// It takes away what somebody asked for.
    Unsafe,
}

/// What would be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// In the object.
    pub edits: Vec<Edit>,
    /// Objects that are added beside it.
    pub documents: Vec<Value>,
    /// Whether it is safe.
    pub safety: Safety,
}

impl Offer {
    fn safe(edits: impl Into<Vec<Edit>>) -> Self {
        Self {
            edits: edits.into(),
            documents: Vec::new(),
            safety: Safety::Safe,
        }
    }

    fn unsafe_to(edits: impl Into<Vec<Edit>>) -> Self {
        Self {
            safety: Safety::Unsafe,
            ..Self::safe(edits)
        }
    }

    fn add(document: Value) -> Self {
        Self {
            documents: vec![document],
            ..Self::safe([])
        }
    }
}

/// What is not changed, and why: for people.
pub type Left = Cow<'static, str>;

/// What people say besides the files.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The digests of images.
    pub digests: Digests,
    /// Labels for owners and the like, by key.
    pub labels: BTreeMap<String, String>,
}

/// What a remedy looks at.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The object's record.
    pub object: &'a Object,
    /// The object as it is written.
    pub document: &'a Value,
    /// The objects around it.
    pub view: View<'a>,
    /// What people say.
    pub given: &'a Given,
}

impl<'a> Case<'a> {
    fn workload(&self) -> Result<&'a Workload, Left> {
        let workload = self.object.workload();
        workload.ok_or(Cow::Borrowed("it is about no workload"))
    }

    fn at(&self, path: &str) -> Option<&'a Value> {
        self.document.pointer(path).filter(|value| !value.is_null())
    }
}

/// What can be done about the findings of one check.
pub struct Remedy {
    /// The check.
    pub check: &'static str,
    /// What to think of before it is rolled out; empty where there is nothing.
    pub mind: &'static str,
    run: fn(&Case<'_>, &Finding) -> Result<Offer, Left>,
}

impl Remedy {
    /// What would be changed.
    ///
    /// # Errors
    /// Says why nothing can be.
    pub fn offer(&self, case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
        (self.run)(case, finding)
    }
}

const fn remedy(
    check: &'static str,
    mind: &'static str,
    run: fn(&Case<'_>, &Finding) -> Result<Offer, Left>,
) -> Remedy {
    Remedy { check, mind, run }
}

const NON_ROOT: &str = "the kubelet refuses to start an image whose user is root, or is no number: see that the image has another";
const READ_ONLY: &str =
    "a container that writes outside of its volumes fails: mount an emptyDir where it does";
const DROP_ALL: &str = "a container that binds a port below 1024 or changes owners of files needs that capability added back";
const API_VERSION: &str = "defaults of the two versions may differ: look at the diff of a dry run";

/// Every remedy, by check.
pub static ALL: &[Remedy] = &[
    remedy("added-capabilities", "", host::capability),
    remedy("api-version-deprecated", API_VERSION, api_version::newer),
    remedy("automount-service-account-token", "", token::not_mounted),
    remedy("deprecated-api", API_VERSION, api_version::newer),
    remedy("deprecated-service-account", "", token::new_name),
    remedy("drop-all-capabilities", DROP_ALL, security::drop_all),
    remedy("drop-net-raw", DROP_ALL, security::drop_all),
    remedy("duplicate-env", "", environment::once),
    remedy("host-ipc", "", host::off),
    remedy("host-network", "", host::off),
    remedy("host-pid", "", host::off),
    remedy("host-port", "", host::port),
    remedy("hpa-replicas-conflict", "", host::replicas),
    remedy("image-digest", "", image::pin),
    remedy("image-pull-policy", "", image::always),
    remedy("image-tag", "", image::pin),
    remedy("insecure-capabilities", DROP_ALL, security::drop_all),
    remedy("linux-hardening", "", security::seccomp),
    remedy("network-policy-egress", "", policy::egress),
    remedy(
        "network-policy-ingress",
        "only ports that the containers declare stay open",
        policy::ingress,
    ),
    remedy("owner-label", "", label::owner),
    remedy("pdb-present", "", budget::present),
    remedy("pdb-unhealthy-eviction", "", budget::unhealthy),
    remedy("pod-security-baseline", "", security::profile),
    remedy("pod-security-restricted", NON_ROOT, security::profile),
    remedy("privilege-escalation", "", security::escalation),
    remedy("privileged", "", security::privileged),
    remedy("proc-mount", "", host::proc_mount),
    remedy("read-only-root-filesystem", READ_ONLY, security::read_only),
    remedy("restart-policy-allowed", "", host::restart),
    remedy("run-as-non-root", NON_ROOT, security::non_root),
    remedy("seccomp-profile", "", security::seccomp),
];

/// The remedy of a check, if it has one.
pub fn of(check: &Check) -> Option<&'static Remedy> {
    by_id(check.id)
}

/// The remedy of the check with this id, if it has one.
pub fn by_id(check: &str) -> Option<&'static Remedy> {
    let at = ALL.binary_search_by(|remedy| remedy.check.cmp(check));
    at.ok().map(|at| &ALL[at])
}
