//! Variables that are given twice.

use serde_json::Value;

use super::{Case, Edit, Left, Offer};
use crate::model::Finding;

/// Takes away all but the last, which is the one that counts. Where another variable is made of it in between, the first counts
/// there.
pub(super) fn once(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let name = finding.at.detail();
    let unknown = || Left::Borrowed("it is not seen which ones they are");
    let (list, _) = finding.at.path.split_once("/env/").ok_or_else(unknown)?;
    let list = format!("{list}/env");
    let items = case
        .at(&list)
        .and_then(Value::as_array)
        .ok_or_else(unknown)?;
    let named = |item: &Value| item.get("name").and_then(Value::as_str) == Some(name);
    let places: Vec<usize> = (0..items.len()).filter(|at| named(&items[*at])).collect();
    let [hidden @ .., _] = places.as_slice() else {
        return Err(unknown());
    };
    let first = hidden.first().copied().ok_or_else(unknown)?;
    let reference = format!("$({name})");
    let refers = |item: &Value| {
        let value = item.get("value").and_then(Value::as_str);
        value.is_some_and(|value| value.contains(&reference))
    };
    if items[first..].iter().any(refers) {
        return Err(format!("another variable is made of {reference}: order them by hand").into());
    }
    // From the last one on, for the places of the others to stay.
    let edits: Vec<Edit> = hidden
        .iter()
        .rev()
        .map(|at| Edit::remove(format!("{list}/{at}")))
        .collect();
    Ok(Offer::safe(edits))
}
