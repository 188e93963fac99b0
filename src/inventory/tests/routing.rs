//! Random writes of what leads to pods, and of nothing else: more of them meet than among objects of all kinds.

use proptest::prelude::*;
use proptest::sample::select;

use super::nosy::routing::{ON_ENTRANCES, ON_SERVICES, ON_SURROUNDINGS};
use super::reports;
use super::universe::object_of;
use crate::engine::{Policy, PolicySet};
use crate::inventory::{Inventory, Record};
use crate::model::{Kind, Object};

const KINDS: [Kind; 12] = [
    Kind::Deployment,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::Namespace,
    Kind::Node,
    Kind::Service,
    Kind::Service,
    Kind::Ingress,
    Kind::Gateway,
    Kind::HTTPRoute,
    Kind::HTTPRoute,
    Kind::DestinationRule,
];

/// An object that is there from now on, or no more.
fn any_write() -> impl Strategy<Value = (Object, bool)> {
    let object = select(&KINDS[..]).prop_flat_map(object_of);
    (object, prop::bool::weighted(0.8))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_leads_to_pods_is_kept_up_to_date(writes in prop::collection::vec(any_write(), 1..40)) {
        let checks = [&ON_ENTRANCES, &ON_SERVICES, &ON_SURROUNDINGS];
        let policies = PolicySet::new([Policy::of_checks("routing", checks)]);
        let mut inventory = Inventory::of_cluster();
        for kind in Kind::ALL {
            inventory.reset(*kind, []);
        }
        let mut contents = reports::all(&policies, &inventory);
        for (object, stays) in writes {
            let before = inventory.clone();
            let said = format!("{} of {object:?}", if stays { "apply" } else { "delete" });
            let change = if stays {
                inventory.apply(Record::from(object))
            } else {
                inventory.delete(object.key())
            };
            let changes: Vec<_> = change.into_iter().collect();
            reports::refresh(&policies, (&before, &inventory), &changes, &mut contents);
            let anew = reports::all(&policies, &inventory);
            for on in contents.keys().chain(anew.keys()) {
                prop_assert!(
                    contents.get(on) == anew.get(on),
                    "{:?} is out of date after {}: {:?}",
                    on, said, reports::difference(contents.get(on), anew.get(on))
                );
            }
        }
    }
}
