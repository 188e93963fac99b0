//! What the tests of certificates share, and a walk through the years.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Secret;

use super::authority::{SERVING_LIFE, Serving};
use super::plan::{SETTLE, Step, plan};
use super::stored::data;
use super::{Material, ServerNames, Stored};

/// An ordinary day.
pub(super) fn start() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

pub(super) fn days(days: i64) -> Timestamp {
    start() + SignedDuration::from_hours(days * 24)
}

pub(super) fn names() -> ServerNames {
    let extra = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    ServerNames::new("plimsoll", "plimsoll-system", &extra).unwrap()
}

/// What a first start at `now` makes.
pub(super) fn first(now: Timestamp) -> Material {
    next(&Stored::absent(), now)
}

/// What a keeper makes of `stored` at `now`.
pub(super) fn next(stored: &Stored, now: Timestamp) -> Material {
    Material::make(stored, &plan(now, stored, &names()), &names(), now).unwrap()
}

pub(super) fn secret(material: &Material) -> Secret {
    Secret {
        data: Some(data(material, None)),
        ..Secret::default()
    }
}

pub(super) fn stored(material: &Material) -> Stored {
    Stored::read(&secret(material))
}

/// Ten years of a keeper that looks whenever it is due. At every step what is served is trusted;
/// a new authority was published long enough before it is used; and every certificate that some
/// replica might still serve is trusted by the bundle.
#[test]
fn ten_years_of_renewals_never_break_trust() {
    let names = names();
    let end = days(3650);
    let mut now = start();
    let mut material = first(now);
    let mut published_at = now;
    let mut issued: Vec<Serving> = vec![material.serving().clone()];
    let (mut authorities, mut most_trusted) = (1, 1);
    while now < end {
        let stored = stored(&material);
        let plan = plan(now, &stored, &names);
        if !plan.changes_something() {
            assert!(plan.due > now, "a plan without changes is due later");
            now = plan.due;
            continue;
        }
        let renewed = Material::make(&stored, &plan, &names, now).unwrap();
        if plan.authority != Step::Keep {
            assert_eq!(
                plan.serving,
                Step::Keep,
                "a new authority does not sign yet"
            );
            authorities += 1;
            published_at = now;
        }
        if plan.serving != Step::Keep {
            assert!(
                now >= published_at + SETTLE,
                "the authority is known everywhere"
            );
            issued.push(renewed.serving().clone());
        }
        assert_eq!(
            renewed.serving().verify(renewed.trusted(), &names, now),
            Ok(())
        );
        assert_eq!(
            renewed.serving().verify(material.trusted(), &names, now),
            Ok(())
        );
        for serving in &issued {
            if serving.certificate().validity().contains(now) {
                assert_eq!(
                    serving.verify(renewed.trusted(), &names, now),
                    Ok(()),
                    "at {now}"
                );
            }
        }
        most_trusted = most_trusted.max(renewed.trusted().count());
        material = renewed;
    }
    assert_eq!(authorities, 16, "one every eight months");
    assert_eq!(issued.len(), 61, "one every sixty days");
    assert_eq!(most_trusted, 2, "the old and the new, never more");
}

/// A cluster switched off for longer than anything lives comes back by itself.
#[test]
fn a_long_sleep_ends_with_new_certificates() {
    let old = first(start());
    let now = days(1000);
    let renewed = next(&stored(&old), now);
    assert_ne!(renewed.authority(), old.authority());
    assert_eq!(renewed.previous(), [], "nobody trusts an expired authority");
    assert_eq!(
        renewed.serving().verify(renewed.trusted(), &names(), now),
        Ok(())
    );
}

#[test]
fn a_serving_certificate_does_not_outlive_its_authority() {
    let authority = first(start()).authority().clone();
    let late = days(330);
    let serving = authority.issue(&names(), late).unwrap();
    let (serving, authority) = (
        serving.certificate().validity(),
        authority.certificate().validity(),
    );
    assert_eq!(serving.not_after, authority.not_after);
    assert!(serving.not_after < late + SERVING_LIFE);
}

#[test]
fn keys_are_not_printed() {
    let material = first(start());
    let stored = stored(&material);
    let printed = format!("{material:?} {stored:?} {:#?}", material.serving());
    for secret in [material.authority().key(), material.serving().key()] {
        let body = secret.expose().lines().nth(1).unwrap();
        assert!(body.len() > 20);
        assert!(!printed.contains(body));
    }
    assert!(!printed.contains("BEGIN"));
    assert!(printed.contains("not shown"));
}
