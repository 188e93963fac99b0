use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;

use super::*;
use crate::webhook::certificates::tests::{days, first, names, next, start, stored};

fn configuration(bundles: &[(&str, Option<&str>)]) -> ValidatingWebhookConfiguration {
    let webhooks: Vec<Value> = bundles
        .iter()
        .map(|(name, bundle)| {
            let bundle = bundle.map(|text| ByteString(text.as_bytes().to_vec()));
            json!({
                "name": name,
                "clientConfig": { "caBundle": bundle },
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
            })
        })
        .collect();
    serde_json::from_value(json!({
        "metadata": { "name": "plimsoll", "resourceVersion": "7" },
        "webhooks": webhooks,
    }))
    .unwrap()
}

#[test]
fn only_the_webhooks_that_differ_are_patched() {
    let registration = Registration::read(&configuration(&[
        ("a", Some("B")),
        ("b", None),
        ("c", Some("A")),
    ]));
    let patch = registration.patch("B").unwrap();
    assert_eq!(
        patch,
        json!({
            "metadata": { "resourceVersion": "7" },
            "webhooks": [
                { "name": "b", "clientConfig": { "caBundle": "Qg==" } },
                { "name": "c", "clientConfig": { "caBundle": "Qg==" } },
            ],
        })
    );
    let same = Registration::read(&configuration(&[("a", Some("B")), ("b", Some("B"))]));
    assert_eq!(same.patch("B"), None);
    let empty = Registration::read(&ValidatingWebhookConfiguration::default());
    assert_eq!(empty.patch("B"), None);
}

#[test]
fn every_bundle_must_vouch_for_what_is_served() {
    let old = first(start());
    let new = next(&stored(&old), days(250));
    let (theirs, ours) = (first(start()).bundle(), new.bundle());
    for (bundles, expected) in [
        (vec![Some(&*ours)], true),
        (vec![Some(&*ours), Some(&*ours)], true),
        (vec![Some(&*ours), None], false),
        (vec![Some(&*ours), Some(&*theirs)], false),
        (vec![Some("\u{0}not PEM")], false),
        (vec![Some("")], false),
        (vec![Some(&*format!("{theirs}{ours}"))], true),
        (vec![], true),
    ] {
        let named: Vec<_> = bundles.iter().map(|bundle| ("any", *bundle)).collect();
        let registration = Registration::read(&configuration(&named));
        let trusts = registration.trusts(new.serving(), &names(), days(250));
        assert_eq!(trusts, expected, "{bundles:?}");
    }
}
