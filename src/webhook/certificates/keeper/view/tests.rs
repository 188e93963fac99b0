use k8s_openapi::ByteString;
use kube::core::Status;

use super::*;
use crate::webhook::certificates::Material;
use crate::webhook::certificates::tests::{days, first, names, next, secret, start};

fn configuration(bundle: &str) -> ValidatingWebhookConfiguration {
    let bundle = ByteString(bundle.as_bytes().to_vec());
    serde_json::from_value(serde_json::json!({
        "metadata": { "name": "plimsoll" },
        "webhooks": [{
            "name": "workloads.plimsoll.dev",
            "clientConfig": { "caBundle": bundle },
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        }],
    }))
    .unwrap()
}

fn serves(view: &View, material: &Material) -> bool {
    view.served.as_ref() == Some(material.serving())
}

fn forbidden() -> watcher::Error {
    let status = Status::failure("no", "Forbidden").with_code(403);
    watcher::Error::InitialListFailed(kube::Error::Api(Box::new(status)))
}

#[test]
fn readiness_follows_secret_and_configuration() {
    let now = start();
    let material = first(now);
    let mut view = View::new(names());
    assert!(
        view.secret().is_none(),
        "not looked for yet, so nothing is created"
    );
    assert_eq!(view.state(now), ServingState::STARTING);
    assert!(view.state(now).ready().is_err());

    view.see_secret(None);
    assert!(view.secret().is_some_and(|(secret, _)| secret.is_none()));
    view.see_secret(Some(secret(&material)));
    view.adopt(now);
    assert!(serves(&view, &material), "served at once when nothing was");
    assert_eq!(view.state(now).trust, Trust::Unknown);
    assert!(view.state(now).ready().is_err());

    for (bundle, trust, ready) in [
        ("", Trust::Distrusted, false),
        (&*first(now).bundle(), Trust::Distrusted, false),
        (&*material.bundle(), Trust::Trusted, true),
    ] {
        view.see_configuration(Some(&configuration(bundle)));
        assert_eq!(view.state(now).trust, trust);
        assert_eq!(view.state(now).ready().is_ok(), ready);
    }
    assert_eq!(view.state(days(91)).trust, Trust::Distrusted, "expired");

    view.see_configuration(None);
    assert_eq!(view.state(now).trust, Trust::NoConfiguration);
    assert_eq!(view.state(now).ready(), Ok(()));
}

#[test]
fn a_certificate_is_swapped_once_the_bundle_vouches_for_it() {
    let now = days(1);
    let old = first(start());
    let mut view = View::new(names());
    view.see_secret(Some(secret(&old)));
    view.see_configuration(Some(&configuration(&old.bundle())));
    view.adopt(now);
    assert!(serves(&view, &old));

    // Another replica has found the Secret deleted, and made everything anew.
    let new = first(now);
    view.see_secret(Some(secret(&new)));
    view.adopt(now);
    assert!(
        serves(&view, &old),
        "the API server does not know the new authority yet"
    );
    assert_eq!(view.state(now).ready(), Ok(()));
    let both = configuration(&format!("{}{}", new.bundle(), old.bundle()));
    view.see_configuration(Some(&both));
    assert_eq!(
        view.adopt(now),
        Some(PROPAGATION),
        "other API servers may not have it"
    );
    assert_eq!(view.adopt(now + PROPAGATION / 5), Some(PROPAGATION * 4 / 5));
    assert!(serves(&view, &old));
    assert_eq!(view.adopt(now + PROPAGATION), None);
    assert!(serves(&view, &new));
    assert_eq!(view.state(now).ready(), Ok(()));
}

#[test]
fn a_bundle_that_is_taken_back_or_a_clock_set_back_starts_the_wait_anew() {
    let now = days(1);
    let (old, new) = (first(start()), first(now));
    let mut view = View::new(names());
    view.see_secret(Some(secret(&old)));
    view.adopt(now);
    view.see_secret(Some(secret(&new)));
    let both = configuration(&format!("{}{}", new.bundle(), old.bundle()));
    view.see_configuration(Some(&both));
    assert_eq!(view.adopt(now), Some(PROPAGATION));
    view.see_configuration(Some(&configuration(&old.bundle())));
    assert_eq!(view.adopt(now), None);
    view.see_configuration(Some(&both));
    let later = now + PROPAGATION * 2;
    assert_eq!(view.adopt(later), Some(PROPAGATION));
    assert_eq!(view.adopt(now), Some(PROPAGATION));
    assert!(serves(&view, &old));
}

#[test]
fn what_nobody_trusts_is_not_held_on_to() {
    let now = days(1);
    let (old, new) = (first(start()), first(now));
    let mut view = View::new(names());
    view.see_secret(Some(secret(&old)));
    view.see_configuration(Some(&configuration("")));
    view.adopt(now);
    view.see_secret(Some(secret(&new)));
    view.adopt(now);
    assert!(serves(&view, &new));
}

#[test]
fn a_broken_or_deleted_secret_leaves_what_is_served() {
    let now = days(1);
    let material = first(start());
    let mut view = View::new(names());
    view.see_secret(Some(secret(&material)));
    view.adopt(now);
    for broken in [None, Some(Secret::default())] {
        view.see_secret(broken);
        view.adopt(now);
        assert!(serves(&view, &material));
        let (_, stored) = view.secret().unwrap();
        let repaired = next(stored, now);
        assert_eq!(
            material.serving().verify(repaired.trusted(), &names(), now),
            Ok(())
        );
    }
}

#[test]
fn news_is_another_version_or_another_object() {
    let version = |uid: &str, version: &str| {
        let mut secret = secret(&first(start()));
        secret.metadata.uid = Some(uid.to_owned());
        secret.metadata.resource_version = Some(version.to_owned());
        secret
    };
    let mut view = View::new(names());
    assert!(view.is_news(None));
    view.see_secret(Some(version("a", "1")));
    assert!(!view.is_news(Some(&version("a", "1"))));
    assert!(view.is_news(Some(&version("a", "2"))));
    assert!(view.is_news(Some(&version("b", "1"))));
    assert!(view.is_news(None));
    view.see_secret(None);
    assert!(!view.is_news(None));
}

#[test]
fn a_forbidden_configuration_does_not_keep_us_from_becoming_ready() {
    let material = first(start());
    let mut view = View::new(names());
    view.see_secret(Some(secret(&material)));
    view.adopt(start());
    view.configuration_event(Err(forbidden()));
    assert_eq!(view.state(start()).trust, Trust::Forbidden);
    assert_eq!(view.state(start()).ready(), Ok(()));
    view.configuration_event(Err(watcher::Error::NoResourceVersion));
    assert_eq!(view.state(start()).trust, Trust::Forbidden);
    view.configuration_event(Ok(Some(configuration(&material.bundle()))));
    assert_eq!(view.state(start()).trust, Trust::Trusted);
    view.configuration_event(Err(forbidden()));
    assert_eq!(
        view.state(start()).trust,
        Trust::Trusted,
        "what was seen stays seen"
    );

    let mut view = View::new(names());
    view.secret_event(Err(forbidden()));
    assert!(view.secret().is_none(), "nothing is created blindly");
}

#[test]
fn debug_shows_no_key() {
    let material = first(start());
    let mut view = View::new(names());
    view.see_secret(Some(secret(&material)));
    view.adopt(start());
    let printed = format!("{view:?}");
    assert!(!printed.contains("BEGIN"));
    assert!(!printed.contains("ByteString"));
}
