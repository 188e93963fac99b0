//! The catalogue as the crate `cel` evaluates it.

use std::collections::HashMap;
use std::sync::Arc;

use kube::core::cel::KubeCelExt;
use kube::core::cel::cel::{Context, Program, Value};

use super::fixtures::CASES;
use super::*;
use crate::cel::Tree;

fn theirs(tree: &Tree) -> Value {
    match tree {
        Tree::Null => Value::Null,
        Tree::Bool(value) => Value::Bool(*value),
        Tree::Int(value) => Value::Int(*value),
        Tree::Double(value) => Value::Float(*value),
        Tree::String(text) => Value::from(&**text),
        Tree::List(list) => Value::List(Arc::new(list.iter().map(theirs).collect())),
        Tree::Map(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.to_string(), theirs(value)));
            Value::Map(fields.collect::<HashMap<_, _>>().into())
        }
    }
}

/// Where it comes to a boolean, which is where no element of a list lacks a field, ours comes to the same.
#[test]
fn the_crates_evaluation_agrees() {
    let mut agreed = 0;
    for case in CASES.iter() {
        let documents = whole_cluster(&[case.piece], &case.objects);
        let subject = case.subject(&documents);
        let (services, routes) = (
            subject.services().unwrap_or_default(),
            subject.routes().unwrap_or_default(),
        );
        let compiled = |source: &str| {
            Program::compile(source).unwrap_or_else(|error| panic!("{source}: {error}"))
        };
        let list = |trees: &[Arc<Tree>]| {
            Value::List(Arc::new(trees.iter().map(|tree| theirs(tree)).collect()))
        };
        let now = compiled(&format!("timestamp('{}')", case.now));
        let mut context = Context::default().with_all();
        context.add_variable_from_value("now", now.execute(&Context::default()).expect("a time"));
        context.add_variable_from_value("workload", theirs(subject.workload()));
        context.add_variable_from_value("services", list(services));
        context.add_variable_from_value("routes", list(routes));
        let program = compiled(case.piece.0.cel.source());
        for object in case.trees(&documents) {
            context.add_variable_from_value("object", theirs(&object));
            let Ok(Value::Bool(expected)) = program.execute(&context) else {
                continue;
            };
            let ours = case.evaluate(&case.piece.0.cel, &object, &subject);
            assert_eq!(ours.holds(), expected, "{}: {ours:?}", case.name);
            agreed += 1;
        }
    }
    assert!(agreed > 2_000, "it comes to a boolean {agreed} times only");
}
