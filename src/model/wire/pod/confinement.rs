//! The parts of security contexts that few set, on the wire.

use crate::model::wire::fields::fields;
use crate::model::wire::scalar::{List, Str};
use crate::model::wire::text;
use crate::model::{Confinement, SeLinux as SeLinuxRecord};

fields! {
    /// `appArmorProfile`.
    pub(super) struct Profile {
        r#type: Option<Str>,
    }

    /// `seLinuxOptions`.
    pub(super) struct SeLinux {
        r#type: Option<Str>,
        user: Option<Str>,
        role: Option<Str>,
        level: Option<Str>,
    }

    /// `windowsOptions`.
    pub(super) struct Windows {
        host_process: Option<bool>,
    }

    /// An entry of `sysctls`.
    pub(super) struct Sysctl {
        name: Option<Str>,
    }
}

/// The fields of a security context that few set.
pub(super) struct Fields {
    pub(super) proc_mount: Option<Str>,
    pub(super) app_armor: Option<Profile>,
    pub(super) selinux: Option<SeLinux>,
    pub(super) windows: Option<Windows>,
    pub(super) sysctls: List<Sysctl>,
}

/// What they come to, where any is set.
pub(super) fn record(fields: Fields) -> Option<Box<Confinement>> {
    let selinux = |options: SeLinux| SeLinuxRecord {
        kind: text(options.r#type),
        user: text(options.user),
        role: text(options.role),
        level: text(options.level),
    };
    let sysctls = fields.sysctls.0.into_iter();
    let confinement = Confinement {
        proc_mount: fields.proc_mount.map(|name| name.0),
        app_armor: fields.app_armor.map(|profile| text(profile.r#type)),
        selinux: fields.selinux.map(selinux),
        host_process: fields
            .windows
            .is_some_and(|windows| windows.host_process == Some(true)),
        sysctls: sysctls.map(|sysctl| text(sysctl.name)).collect(),
    };
    (confinement != Confinement::default()).then(|| Box::new(confinement))
}
