//! What is seen of the guards at one look.

use jiff::Timestamp;
use serde_json::Value;

use super::is_whole;
use crate::people::{Identity, Sight};

/// The guards as they were seen at a moment: `live` are their objects in the order of `wanted`, which are what they should be;
/// `None` where one is absent.
pub fn sight(wanted: &[Value], live: &[Option<Value>], now: Timestamp) -> Sight {
    let mut identity = Identity::new();
    let mut since = Timestamp::MIN;
    let mut wrong = Vec::new();
    for (at, wanted) in wanted.iter().enumerate() {
        let live = live.get(at).and_then(Option::as_ref);
        if let Some(how) = wrongs(live, wanted) {
            wrong.push(format!("{} is {how}", name(wanted)));
            continue;
        }
        let Some(live) = live else { continue };
        let metadata = &live["metadata"];
        let (uid, generation) = (
            metadata["uid"].as_str().unwrap_or_default(),
            metadata["generation"].as_i64(),
        );
        since = since.max(unaltered_since(metadata, generation).unwrap_or(now));
        let mark = format!("{uid} {}", generation.unwrap_or_default());
        identity.insert(name(wanted), mark);
    }
    if wrong.is_empty() {
        Sight::Whole { identity, since }
    } else {
        Sight::Broken(wrong)
    }
}

/// What is wrong with one of the guards, in a word; `None` where it is as it should be.
pub fn wrongs(live: Option<&Value>, wanted: &Value) -> Option<&'static str> {
    match live {
        None => Some("absent"),
        Some(live) if !live["metadata"]["deletionTimestamp"].is_null() => Some("being deleted"),
        Some(live) if !is_whole(live, wanted) => Some("altered"),
        Some(_) => None,
    }
}

/// The kind and the name of a guard.
pub fn name(guard: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "{}/{}",
        text(&guard["kind"]),
        text(&guard["metadata"]["name"])
    )
}

/// Its generation counts the changes of its spec: with none, it is since its creation what it is now.
fn unaltered_since(metadata: &Value, generation: Option<i64>) -> Option<Timestamp> {
    if generation != Some(1) {
        return None;
    }
    metadata["creationTimestamp"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::guards::objects;

    const USER: &str = "system:serviceaccount:plimsoll-system:plimsoll";

    fn time(text: &str) -> Timestamp {
        text.parse().expect("it is a time")
    }

    /// The guards as an API server has them.
    fn installed() -> Vec<Option<Value>> {
        let stored = |(at, mut object): (usize, Value)| {
            object["metadata"]["uid"] = format!("uid-{at}").into();
            object["metadata"]["generation"] = 1.into();
            object["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z".into();
            Some(object)
        };
        objects(USER).into_iter().enumerate().map(stored).collect()
    }

    fn look(live: &[Option<Value>]) -> Sight {
        sight(&objects(USER), live, time("2026-02-02T00:00:00Z"))
    }

    #[test]
    fn what_was_never_altered_is_whole_since_it_is_there() {
        let mut live = installed();
        let Sight::Whole { identity, since } = look(&live) else {
            panic!("they are whole");
        };
        assert_eq!(since, time("2026-01-01T00:00:00Z"));
        assert_eq!(identity.len(), objects(USER).len(), "every object counts");

        // Somebody altered it, and altered it back.
        live[3].as_mut().expect("it is there")["metadata"]["generation"] = 3.into();
        let Sight::Whole {
            identity: other,
            since,
        } = look(&live)
        else {
            panic!("they are whole");
        };
        assert_eq!(
            since,
            time("2026-02-02T00:00:00Z"),
            "not before it was seen"
        );
        assert_ne!(identity, other);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let mut live = installed();
        live[0] = None;
        live[1].as_mut().expect("it is there")["spec"]["validationActions"] = json!(["Warn"]);
        live[2].as_mut().expect("it is there")["metadata"]["deletionTimestamp"] =
            "2026-01-02T00:00:00Z".into();
        live[5].as_mut().expect("it is there")["spec"]["matchResources"] =
            json!({"namespaceSelector": {"matchLabels": {"a": "b"}}});
        let wrong = [
            "ValidatingAdmissionPolicy/plimsoll-attestations is absent",
            "ValidatingAdmissionPolicyBinding/plimsoll-attestations is altered",
            "ValidatingAdmissionPolicy/plimsoll-exceptions is being deleted",
            "ValidatingAdmissionPolicyBinding/plimsoll-exception-lifetimes is altered",
        ];
        assert_eq!(
            look(&live),
            Sight::Broken(wrong.map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn a_guard_for_another_operator_is_not_ours() {
        let theirs = objects("system:serviceaccount:elsewhere:plimsoll");
        let live: Vec<_> = installed()
            .into_iter()
            .zip(theirs)
            .map(|(live, theirs)| {
                let mut live = live?;
                live["spec"] = theirs["spec"].clone();
                Some(live)
            })
            .collect();
        let only = "ValidatingAdmissionPolicy/plimsoll-verdicts is altered".to_owned();
        assert_eq!(look(&live), Sight::Broken(vec![only]));
    }
}
