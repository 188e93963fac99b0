//! What a finding is known by from one run to the next, while lines move and messages change.

use std::collections::BTreeMap;

use super::{Judged, Row};
use crate::manifests::Skipped;

/// The fingerprints of rows of an object, in their order. No two findings of a run have the same.
pub(super) fn fingerprints<'a>(
    judged: &Judged<'_>,
    rows: impl Iterator<Item = &'a Row>,
) -> Vec<String> {
    let mut seen: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
    let one = |row: &'a Row| {
        let own = parts(row);
        let before = seen.entry(own.clone()).or_default();
        let (repeat, earlier) = (before.to_string(), judged.earlier.to_string());
        *before += 1;
        let key = judged.key;
        let object = [
            &*judged.origin.file,
            judged.origin.kind,
            &key.namespace,
            &key.name,
            &earlier,
            &repeat,
        ];
        digest(object.into_iter().chain(own))
    };
    rows.map(one).collect()
}

/// What makes it this finding of the object: two with the same check, container and detail are one problem.
fn parts(row: &Row) -> Vec<&str> {
    let found = row.finding.as_ref().map_or(["", ""], |finding| {
        [
            finding.at.container.as_deref().unwrap_or("-"),
            finding.at.detail(),
        ]
    });
    [row.check.id].into_iter().chain(found).collect()
}

/// Documents that cannot be read, each with a fingerprint that no other one has.
pub(super) fn of_skipped<'a>(
    skipped: impl Iterator<Item = &'a Skipped>,
) -> impl Iterator<Item = (&'a Skipped, String)> {
    let mut seen: BTreeMap<(&str, Option<u32>), u32> = BTreeMap::new();
    skipped.map(move |skipped| {
        let before = seen.entry(skipped.place()).or_default();
        let document = skipped.document.unwrap_or_default();
        let [document, repeat] = [document, *before].map(|number| number.to_string());
        *before += 1;
        let parts = ["unreadable", &skipped.file, &document, &repeat];
        (skipped, digest(parts.into_iter()))
    })
}

/// FNV-1a of 128 bits: it is the same in every version of Plimsoll, which the standard library's hash does not promise.
fn digest<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    let mut add = |byte: u8| {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    };
    for part in parts {
        part.bytes().for_each(&mut add);
        // No text has this byte: the parts cannot run into one another.
        add(0xff);
    }
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the reference vectors of the FNV authors, before the byte that ends a part.
    #[test]
    fn the_hash_is_known() {
        assert_eq!(
            digest(std::iter::empty()),
            "6c62272e07bb014262b821756295c58d"
        );
        let [one, other] = [["ab", "c"], ["a", "bc"]].map(|parts| digest(parts.into_iter()));
        assert_ne!(one, other);
        assert_eq!(one, digest(["ab", "c"].into_iter()));
    }
}
