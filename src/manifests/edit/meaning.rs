//! What a change means, whatever the text.

use serde_json::{Map, Value};

use crate::remedy::Edit;

/// Makes a change to a value. Whether it could be made.
pub fn change(value: &mut Value, edit: &Edit) -> bool {
    match edit {
        Edit::Set { path, value: new } => {
            let Some(place) = reached(value, path) else {
                return false;
            };
            *place = new.clone();
            true
        }
        Edit::Append { path, value: new } => {
            let Some(place) = reached(value, path) else {
                return false;
            };
            match place {
                Value::Null => *place = Value::Array(vec![new.clone()]),
                Value::Array(items) if items.contains(new) => {}
                Value::Array(items) => items.push(new.clone()),
                _ => return false,
            }
            true
        }
        Edit::Remove { path } => {
            let Some((around, last)) = around(path) else {
                return false;
            };
            match existing(value, around) {
                Some(Value::Object(entries)) => entries.remove(&last).is_some(),
                Some(Value::Array(items)) => match last.parse::<usize>() {
                    Ok(at) if at < items.len() => {
                        items.remove(at);
                        true
                    }
                    _ => false,
                },
                _ => false,
            }
        }
        Edit::Rename { path, to } => {
            let Some((around, last)) = around(path) else {
                return false;
            };
            match existing(value, around) {
                Some(Value::Object(entries)) if !entries.contains_key(*to) => {
                    match entries.remove(&last) {
                        Some(old) => entries.insert((*to).to_owned(), old).is_none(),
                        None => false,
                    }
                }
                _ => false,
            }
        }
    }
}

/// The steps of a JSON pointer.
pub fn parts(path: &str) -> impl Iterator<Item = String> {
    path.split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
}

fn around(path: &str) -> Option<(&str, String)> {
    let (around, last) = path.rsplit_once('/')?;
    Some((around, last.replace("~1", "/").replace("~0", "~")))
}

fn existing<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    value.pointer_mut(path)
}

/// The place of a JSON pointer. What is missing on the way becomes mappings, and so does what is null.
fn reached<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    let mut place = value;
    for step in parts(path) {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = match place {
            Value::Object(entries) => entries.entry(step).or_insert(Value::Null),
            Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(place)
}
