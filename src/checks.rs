//! Every check, one file each. To add one, write its file and name it in the list below.

use crate::check::Check;

macro_rules! checks {
    ($($name:ident)*) => {
        $(mod $name;)*

        /// Every check, by id.
        pub static ALL: &[&Check] = &[$(&$name::CHECK,)*];
    };
}

checks! {
    cpu_limits
    liveness_probe
}

/// The check of an id.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.binary_search_by(|check| check.id.cmp(id))
        .ok()
        .map(|at| ALL[at])
}
