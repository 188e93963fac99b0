use super::*;
use crate::webhook::certificates::Material;
use crate::webhook::certificates::tests::{days, first, names, next, start, stored};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

#[derive(Debug, PartialEq)]
enum Do {
    Keep,
    Renew,
    Repair,
}

fn brief(step: &Step) -> Do {
    match step {
        Step::Keep => Do::Keep,
        Step::Issue(Cause::Due) => Do::Renew,
        Step::Issue(_) => Do::Repair,
    }
}

/// At each time: authority, serving certificate, how many authorities are forgotten.
fn table(stored: &Stored, rows: &[(&str, Timestamp, Do, Do, usize)]) {
    for (what, now, authority, serving, forgotten) in rows {
        let plan = plan(*now, stored, &names());
        let got = (
            brief(&plan.authority),
            brief(&plan.serving),
            plan.forget.len(),
        );
        assert_eq!(
            (&got.0, &got.1, &got.2),
            (authority, serving, forgotten),
            "{what}: {plan:?}"
        );
    }
}

#[test]
fn from_the_first_start_on() {
    let nothing = Stored::absent();
    table(
        &nothing,
        &[("no Secret", start(), Do::Repair, Do::Repair, 0)],
    );

    // Backdated by an hour, so two thirds are over 20 minutes before day 60 and day 243.3.
    let first = stored(&first(start()));
    let serving_due = days(60) - HOUR / 3;
    let authority_due = start() + SignedDuration::from_hours(365 * 16) - HOUR / 3;
    table(
        &first,
        &[
            ("just made", start(), Do::Keep, Do::Keep, 0),
            (
                "an API server's clock is behind",
                start() - HOUR,
                Do::Keep,
                Do::Keep,
                0,
            ),
            (
                "our clock was set back",
                start() - HOUR - SECOND,
                Do::Repair,
                Do::Repair,
                0,
            ),
            (
                "a second before",
                serving_due - SECOND,
                Do::Keep,
                Do::Keep,
                0,
            ),
            ("two thirds are over", serving_due, Do::Keep, Do::Renew, 0),
            ("the last second", days(90), Do::Keep, Do::Renew, 0),
            (
                "expired while we were away",
                days(90) + SECOND,
                Do::Keep,
                Do::Repair,
                0,
            ),
            (
                "the authority, too",
                authority_due,
                Do::Renew,
                Do::Repair,
                0,
            ),
            ("expired altogether", days(366), Do::Repair, Do::Repair, 0),
        ],
    );
    assert_eq!(plan(start(), &first, &names()).due, serving_due);
    assert_eq!(
        plan(serving_due, &first, &names()).due,
        serving_due,
        "at once"
    );
}

#[test]
fn a_new_authority_is_published_before_it_signs_and_the_old_one_outlives_its_last_signature() {
    let mut material = first(start());
    let authority_due = material.authority().certificate().validity().renewal();
    // Renewed on time until the authority's turn comes.
    for day in [60, 120, 180] {
        material = next(&stored(&material), days(day));
    }
    let before = stored(&material);
    table(
        &before,
        &[("only the authority", authority_due, Do::Renew, Do::Keep, 0)],
    );
    let rotated = next(&before, authority_due);
    assert_eq!(
        rotated.previous(),
        [material.authority().certificate().clone()]
    );
    assert_eq!(rotated.serving(), material.serving());

    // The serving certificate of day 180 is due at day 240, and the authority was at 243: late.
    let both = stored(&rotated);
    table(
        &both,
        &[
            ("the new one settles", authority_due, Do::Keep, Do::Keep, 0),
            (
                "not settled",
                authority_due + SETTLE - SECOND,
                Do::Keep,
                Do::Keep,
                0,
            ),
            ("settled", authority_due + SETTLE, Do::Keep, Do::Renew, 0),
        ],
    );
    assert_eq!(
        plan(authority_due, &both, &names()).due,
        authority_due + SETTLE
    );

    let after = next(&both, authority_due + SETTLE);
    let overlap = authority_due + SERVING_LIFE;
    table(
        &stored(&after),
        &[
            (
                "a replica may lag behind",
                authority_due + SETTLE,
                Do::Keep,
                Do::Keep,
                0,
            ),
            ("up to now", overlap - SECOND, Do::Keep, Do::Renew, 0),
        ],
    );
    // With the serving certificate renewed in between, the old authority goes on time.
    let renewed = stored(&next(
        &stored(&after),
        overlap - SignedDuration::from_hours(48),
    ));
    table(
        &renewed,
        &[
            ("a second before", overlap - SECOND, Do::Keep, Do::Keep, 0),
            ("nothing of it is valid", overlap, Do::Keep, Do::Keep, 1),
        ],
    );
    assert_eq!(plan(overlap - SECOND, &renewed, &names()).due, overlap);
    assert_eq!(next(&renewed, overlap).previous(), []);
}

#[test]
fn an_authority_is_not_forgotten_while_what_is_served_needs_it() {
    // By hand, somebody put an old serving certificate back beside a long settled authority.
    let old = first(start());
    let new = first(start());
    let mixed = Stored {
        authority: Ok(new.authority().clone()),
        previous: vec![old.authority().certificate().clone()],
        serving: Ok(old.authority().issue(&names(), days(95)).unwrap()),
    };
    table(&mixed, &[("needed", days(100), Do::Keep, Do::Keep, 0)]);
}

#[test]
fn a_refused_certificate_is_replaced_and_the_reason_is_said() {
    let ours = first(start());
    let elsewhere = ServerNames::new("other", "default", &[]).unwrap();
    let for_others = ours.authority().issue(&elsewhere, start()).unwrap();
    let by_others = first(start() - HOUR).serving().clone();
    for (serving, reason) in [
        (for_others, "not valid for name"),
        (by_others, "UnknownIssuer"),
    ] {
        let stored = Stored {
            authority: Ok(ours.authority().clone()),
            previous: Vec::new(),
            serving: Ok(serving),
        };
        let plan = plan(start(), &stored, &names());
        let Step::Issue(cause @ Cause::Refused(_)) = &plan.serving else {
            panic!("should have been refused: {plan:?}")
        };
        assert!(cause.to_string().contains(reason), "{cause}");
        assert_eq!(plan.authority, Step::Keep);
    }
}

#[test]
fn a_certificate_for_more_names_than_needed_is_good() {
    let material = first(start());
    let fewer = ServerNames::new("plimsoll", "plimsoll-system", &[]).unwrap();
    assert!(!plan(start(), &stored(&material), &fewer).changes_something());
}

#[test]
fn a_lost_key_costs_the_authority_and_no_trust() {
    let material: Material = first(start());
    let mut without_key = stored(&material);
    without_key.authority = Err(Flaw::Absent);
    without_key.previous = vec![material.authority().certificate().clone()];
    table(
        &without_key,
        &[("the key is gone", days(1), Do::Repair, Do::Keep, 0)],
    );
    let repaired = next(&without_key, days(1));
    assert_eq!(repaired.previous(), without_key.previous);
    assert_eq!(repaired.serving(), material.serving());
}
