//! Ways to spoil an object: whatever JSON can hold, wherever Kubernetes has a field.

use serde_json::{Value, json};

use crate::seeds::OBJECTS;
use crate::tape::Tape;

/// Texts that mean something somewhere.
const TEXTS: [&str; 40] = [
    "", " ", "a", "web", "default", "kube-system", "*", "0", "-1", "1", "100%", "0%", "200%", "%", "1e9", "1e999", "0.1", "100m",
    "1Ki", "1Gi", "9999999999999999999Ei", "n", "latest", "nginx", "nginx:", "nginx:latest", ":tag", "a@sha256:00", "/", "//", "..",
    "unconfined", "RollingUpdate", "true", "1s", "99999999999h", "2026-01-01T00:00:00Z", "http", "ä\u{0}\u{202e}", "localhost:80/x",
];

/// Changes something in an object.
pub fn spoil(object: &mut Value, tape: &mut Tape<'_>) {
    let depth = tape.below(10);
    let mut at = object;
    for _ in 0..depth {
        let length = match &*at {
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
            _ => 0,
        };
        if length == 0 {
            break;
        }
        let choice = tape.below(length);
        at = match at {
            Value::Array(items) => &mut items[choice],
            Value::Object(fields) => fields.values_mut().nth(choice).expect("it is one of them"),
            _ => return,
        };
    }
    change(at, tape);
}

fn change(at: &mut Value, tape: &mut Tape<'_>) {
    match (tape.below(8), &mut *at) {
        (0, Value::Array(items)) if !items.is_empty() => {
            let choice = tape.below(items.len());
            items.remove(choice);
        }
        (0, Value::Object(fields)) if !fields.is_empty() => {
            let key = fields.keys().nth(tape.below(fields.len())).cloned();
            fields.remove(&key.expect("it is one of them"));
        }
        (1, Value::Array(items)) if !items.is_empty() => {
            let twin = items[tape.below(items.len())].clone();
            items.push(twin);
        }
        (1 | 2, Value::Object(fields)) => {
            // A field that another object has, with what it has there.
            let donor = &OBJECTS[tape.below(OBJECTS.len())];
            if let Some((key, value)) = field_of(donor, tape) {
                fields.insert(key, value);
            }
        }
        (3, Value::Object(fields)) => {
            let key = tape.text(8);
            fields.insert(key, odd(tape));
        }
        (4, Value::Array(items)) => items.push(odd(tape)),
        (5, Value::Number(number)) => {
            let known = number.as_i64().unwrap_or_default();
            *at = json!(known.wrapping_add(tape.below(5) as i64 - 2));
        }
        (5 | 6, Value::String(text)) => *text = TEXTS[tape.below(TEXTS.len())].to_owned(),
        _ => *at = odd(tape),
    }
}

/// Some field of an object, found by going down in it.
fn field_of(object: &Value, tape: &mut Tape<'_>) -> Option<(String, Value)> {
    let mut at = object;
    let mut found = None;
    for _ in 0..=tape.below(10) {
        at = match at {
            Value::Object(fields) if !fields.is_empty() => {
                let (key, value) = fields.iter().nth(tape.below(fields.len()))?;
                found = Some((key.clone(), value.clone()));
                value
            }
            Value::Array(items) if !items.is_empty() => &items[tape.below(items.len())],
            _ => break,
        };
    }
    found
}

fn odd(tape: &mut Tape<'_>) -> Value {
    match tape.below(14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!(0),
        4 => json!(-1),
        5 => json!(i64::MAX),
        6 => json!(i64::MIN),
        7 => json!(u64::MAX),
        8 => json!(1.5),
        9 => json!([]),
        10 => json!({}),
        11 => json!(tape.text(16)),
        12 => json!(tape.below(70_000)),
        _ => json!(TEXTS[tape.below(TEXTS.len())]),
    }
}
