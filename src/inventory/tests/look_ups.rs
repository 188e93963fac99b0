//! What a look-up looks at, counted: not what has nothing to do with it, however much of that there is.

use serde_json::{Value, json};

use super::shop::{deployment, object, shop};
use crate::inventory::{Inventory, View};
use crate::model::{Kind, Object, Workload};

/// The shop, with a PodDisruptionBudget for each of its Deployments.
fn with_budgets(selector: impl Fn(usize) -> Value) -> Inventory {
    let mut inventory = shop();
    for number in 0..100 {
        let spec = json!({"minAvailable": 1, "selector": selector(number)});
        inventory.apply(object(
            Kind::PodDisruptionBudget,
            "shop",
            &format!("b{number}"),
            json!({"spec": spec}),
        ));
    }
    inventory
}

fn w50() -> Workload {
    match deployment("shop", 50, json!({})) {
        Object::Workload(workload) => *workload,
        other => panic!("{} is a workload", other.key()),
    }
}

/// Of a hundred budgets, those for other Deployments are not even looked at.
#[test]
fn a_workload_meets_its_own_selectors_only() {
    let app = |number: usize| format!("w{number}");
    let by_label = |number| json!({"matchLabels": {"app": app(number)}});
    // A label that all have tells nothing, though its value be the longest.
    let by_labels = |number| json!({"matchLabels": {"app": app(number), "tier": "back"}});
    let by_choice = |number| {
        let values = [app(number), format!("{}-canary", app(number))];
        json!({"matchExpressions": [{"key": "app", "operator": "In", "values": values}]})
    };
    let by_label_and_more = |number| {
        let absent = json!([{"key": "canary", "operator": "DoesNotExist"}]);
        json!({"matchLabels": {"app": app(number)}, "matchExpressions": absent})
    };
    let forms: [&dyn Fn(usize) -> Value; 4] =
        [&by_label, &by_labels, &by_choice, &by_label_and_more];
    for selector in forms {
        let inventory = with_budgets(selector);
        let view = View::of(&inventory);
        let looked_at = view.candidates(&w50(), Kind::PodDisruptionBudget);
        let names: Vec<_> = looked_at.iter().map(|object| &*object.key().name).collect();
        assert_eq!(names, ["b50"], "{}", selector(50));
    }
}
