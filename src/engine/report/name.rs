//! What reports are called.

use crate::inventory::ReportOn;
use crate::model::Text;

/// Names longer than this are not accepted by the API server.
const LONGEST_NAME: usize = 253;

/// The name of the report on objects that concern no workload.
const OF_NAMESPACE: &str = "namespace";

/// The name of the report on something: kind and name of the workload.
pub fn name(on: &ReportOn) -> Text {
    match on {
        ReportOn::Namespace(_) => OF_NAMESPACE.into(),
        ReportOn::Workload(key) => {
            let name = format!("{}-{}", key.kind.name().to_lowercase(), key.name);
            shortened(name).into()
        }
    }
}

/// The name, or as much of it as fits with a hash of all of it.
fn shortened(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let hash = format!("-{:016x}", fnv(name.as_bytes()));
    let fits = (0..=LONGEST_NAME - hash.len()).rev();
    // In a manifest it may be anything.
    let end = fits
        .into_iter()
        .find(|at| name.is_char_boundary(*at))
        .unwrap_or(0);
    // A name must not have a dot or a dash before a dash's segment ends it.
    format!("{}{hash}", name[..end].trim_end_matches(['.', '-']))
}

/// FNV-1a: names must be the same in every version of Plimsoll, which the standard library's hash does not promise.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Key, Kind};

    #[test]
    fn names_fit_and_differ() {
        let name_of =
            |kind, called: &str| name(&ReportOn::Workload(Key::new(kind, "shop", called)));
        assert_eq!(&*name_of(Kind::Deployment, "web"), "deployment-web");
        assert_eq!(&*name_of(Kind::StatefulSet, "web"), "statefulset-web");
        for letter in ["a", "ü"] {
            let long = letter.repeat(252);
            let one = name_of(Kind::Pod, &long);
            let other = name_of(Kind::Pod, &format!("{long}b"));
            assert!(one.len() <= LONGEST_NAME && other.len() <= LONGEST_NAME);
            assert_ne!(one, other);
        }
        assert_eq!(&*name(&ReportOn::Namespace("shop".into())), OF_NAMESPACE);
    }
}
