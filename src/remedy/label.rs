//! Labels that people give.

use super::{Case, Edit, Left, Offer};
use crate::model::Finding;

/// The labels that are given, where there are any: which of them the policy asks for is its own.
pub(super) fn owner(case: &Case<'_>, _: &Finding) -> Result<Offer, Left> {
    let is_new = |key: &str| case.at(&path(key)).is_none();
    let given = case.given.labels.iter().filter(|(key, _)| is_new(key));
    let edits: Vec<Edit> = given
        .map(|(key, value)| Edit::set(path(key), value.clone()))
        .collect();
    match edits.is_empty() {
        true => Err("only you know whose it is: say so as --label owner=NAME".into()),
        false => Ok(Offer::safe(edits)),
    }
}

fn path(key: &str) -> String {
    let key = key.replace('~', "~0").replace('/', "~1");
    format!("/metadata/labels/{key}")
}
