//! Objects to begin with: what the catalogue shows of every check. All kinds that a check looks at are among them.

use std::sync::LazyLock;

use plimsoll::checks;
use plimsoll::manifests::yaml::documents;
use serde_json::Value;

/// The objects of all examples in the catalogue.
pub static OBJECTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let texts = checks::ALL.iter().flat_map(|check| [check.bad, check.good]);
    let mut objects = Vec::new();
    for text in texts {
        for (_, source) in documents(text) {
            let document = source.parse().ok();
            objects.extend(document.and_then(|document| document.deserialize::<Value>().ok()));
        }
    }
    objects.retain(Value::is_object);
    objects
});
