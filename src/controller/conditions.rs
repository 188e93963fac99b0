//! Conditions of statuses.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

/// A condition of an object of a generation, whose time moves only when its status does: `before` is what its status says.
pub(super) fn condition(
    (before, generation): (&[Condition], Option<i64>),
    type_: &str,
    (status, reason, message): (&str, &str, String),
    now: Timestamp,
) -> Condition {
    let before = before.iter().find(|known| known.type_ == type_);
    let since = before
        .filter(|known| known.status == status)
        .map(|known| known.last_transition_time.clone());
    // Stored to the second: a finer time would differ from what is read back.
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    Condition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        reason: reason.to_owned(),
        message,
        observed_generation: generation,
        last_transition_time: since.unwrap_or(Time(now)),
    }
}
