//! How much, how often, and what first.

use std::time::Duration;

use tokio::time::Instant;

use crate::prometheus::health::Health;
use crate::prometheus::pace::Pace;
use crate::prometheus::queue::{Ask, Queue};
use crate::prometheus::spacing::Spacing;

const SECOND: Duration = Duration::from_secs(1);

fn ask(promql: &str, minutes: u64) -> Ask {
    Ask {
        window: SECOND * 60 * u32::try_from(minutes).unwrap(),
        promql: promql.into(),
    }
}

fn names(batch: Option<Vec<std::sync::Arc<Ask>>>) -> Vec<String> {
    let batch = batch.unwrap_or_default();
    batch.iter().map(|ask| ask.promql.to_string()).collect()
}

#[test]
fn a_second_brings_as_many_requests_as_configured() {
    let start = Instant::now();
    let mut pace = Pace::new(10.0, start);
    let mut let_through: Vec<u32> = Vec::new();
    // There is a pause in between, after which there is no burst.
    for millis in (0..5_000).chain(8_000..12_000) {
        if pace.take(start + SECOND * millis / 1000).is_ok() {
            let_through.push(millis);
        }
    }
    assert_eq!(let_through.len(), 90);
    let in_a_second = |from: &u32| {
        let mut later = let_through.iter();
        later.position(|millis| millis >= from).unwrap_or(0)
            ..let_through.partition_point(|millis| *millis < from + 1000)
    };
    assert!(let_through.iter().all(|from| in_a_second(from).len() <= 10));
    assert_eq!(pace.take(start + SECOND * 12), Ok(()));
    assert_eq!(
        pace.take(start + SECOND * 12),
        Err(start + SECOND * 12 + SECOND / 10)
    );
}

#[test]
fn a_rate_is_sane_whatever_is_configured() {
    let start = Instant::now();
    for (rate, millis) in [
        (0.0, 600_000),
        (-1.0, 600_000),
        (f64::NAN, 600_000),
        (0.5, 2_000),
        (1e12, 1),
        (f64::INFINITY, 1),
    ] {
        let mut pace = Pace::new(rate, start);
        assert_eq!(pace.take(start), Ok(()), "{rate}");
        assert_eq!(
            pace.take(start),
            Err(start + SECOND * millis / 1000),
            "{rate}"
        );
    }
}

#[test]
fn a_failing_server_is_left_alone_for_longer_and_longer() {
    let start = Instant::now();
    let mut health = Health::new(start);
    let mut now = start;
    for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
        health.failed(now, now, None);
        let until = health.rests_until(now).unwrap();
        assert_eq!(until - now, SECOND * expected);
        now = until;
        assert_eq!(health.rests_until(now), None);
        assert!(health.is_failing());
    }
    health.answered();
    assert!(!health.is_failing() && !health.is_down());
    health.failed(now, now, Some(SECOND * 30));
    assert_eq!(health.rests_until(now), Some(now + SECOND * 30));
    assert!(!health.is_down());
    health.failed(now, now, Some(SECOND * 3000));
    assert_eq!(health.rests_until(now), Some(now + SECOND * 60));
    assert!(health.is_down());
}

#[test]
fn failures_of_what_was_sent_before_are_one() {
    let start = Instant::now();
    let mut health = Health::new(start);
    let now = start + SECOND;
    for _ in 0..4 {
        health.failed(start, now, None);
    }
    assert_eq!(health.rests_until(now), Some(now + SECOND));
}

#[test]
fn one_late_answer_is_not_the_servers_fault() {
    let now = Instant::now();
    let mut health = Health::new(now);
    for _ in 0..2 {
        health.timed_out(now, now);
        assert!(!health.is_failing());
    }
    health.timed_out(now, now);
    assert!(health.is_failing());
}

#[test]
fn what_is_new_comes_first_then_what_is_due_longest() {
    let now = Instant::now();
    let mut queue = Queue::default();
    let all = [ask("a", 5), ask("b", 5), ask("c", 5)];
    queue.want(all.iter(), now);
    let batch = queue.next(now, Duration::ZERO, 9).unwrap();
    for (at, ask) in batch.iter().enumerate() {
        queue.again(ask, now + SECOND * [3, 1, 2][at], false);
    }
    assert_eq!(queue.next(now, Duration::ZERO, 9), None);
    assert_eq!(queue.next_due(), Some(now + SECOND));
    queue.want(all.iter().chain([&ask("d", 5)]), now + SECOND * 4);
    assert_eq!(
        names(queue.next(now + SECOND * 4, Duration::ZERO, 9)),
        ["d", "b", "c", "a"]
    );
}

#[test]
fn only_expressions_of_one_window_go_together() {
    let now = Instant::now();
    let mut queue = Queue::default();
    queue.want(
        [ask("a", 5), ask("b", 60), ask("c", 5), ask("d", 60)].iter(),
        now,
    );
    let mut batches = [
        queue.next(now, Duration::ZERO, 9),
        queue.next(now, Duration::ZERO, 9),
    ]
    .map(names);
    batches.sort();
    assert_eq!(batches, [vec!["a", "c"], vec!["b", "d"]]);
    assert_eq!(
        queue.next(now, Duration::ZERO, 9),
        None,
        "they are under way"
    );
    assert_eq!(queue.len(), 4);
}

#[test]
fn a_batch_is_bounded_in_number_and_size() {
    let now = Instant::now();
    let mut queue = Queue::default();
    let long = "x".repeat(30 << 10);
    let asks: Vec<Ask> = (0..5).map(|at| ask(&format!("{long}{at}"), 5)).collect();
    queue.want(asks.iter(), now);
    assert_eq!(queue.next(now, Duration::ZERO, 9).unwrap().len(), 2);
    assert_eq!(queue.next(now, Duration::ZERO, 1).unwrap().len(), 1);
}

#[test]
fn a_little_early_goes_together() {
    let now = Instant::now();
    let mut queue = Queue::default();
    queue.want([ask("a", 5), ask("b", 5), ask("c", 5)].iter(), now);
    for (at, ask) in queue
        .next(now, Duration::ZERO, 9)
        .unwrap()
        .iter()
        .enumerate()
    {
        queue.again(ask, now + SECOND * [10, 12, 20][at], false);
    }
    assert_eq!(
        names(queue.next(now + SECOND * 10, SECOND * 5, 9)),
        ["a", "b"]
    );
}

#[test]
fn what_went_wrong_together_is_asked_alone() {
    let now = Instant::now();
    let mut queue = Queue::default();
    queue.want([ask("a", 5), ask("b", 5), ask("c", 5)].iter(), now);
    let batch = queue.next(now, Duration::ZERO, 2).unwrap();
    for ask in &batch {
        queue.again_alone(ask);
    }
    let mut turns: Vec<Vec<String>> = (0..3)
        .map(|_| names(queue.next(now, Duration::ZERO, 9)))
        .collect();
    turns.sort();
    assert_eq!(turns, [["a"], ["b"], ["c"]]);
}

#[test]
fn what_is_not_wanted_is_forgotten_even_under_way() {
    let now = Instant::now();
    let mut queue = Queue::default();
    queue.want([ask("a", 5), ask("b", 5)].iter(), now);
    let batch = queue.next(now, Duration::ZERO, 1).unwrap();
    queue.want([].iter(), now);
    assert_eq!((queue.len(), queue.next_due()), (0, None));
    queue.again(&batch[0], now, false);
    assert_eq!((queue.len(), queue.next_due()), (0, None));
    // Wanted again meanwhile, it is in the queue once.
    queue.want([ask("a", 5)].iter(), now);
    queue.again(&batch[0], now, false);
    assert_eq!(names(queue.next(now, Duration::ZERO, 9)), ["a"]);
    assert_eq!(queue.next(now, Duration::ZERO, 9), None);
}

/// A thousand launches, asked for the first time as fast as the rate allows: from the second interval on, every second has
/// its share.
#[test]
fn what_began_at_once_is_spread_over_the_interval() {
    let (start, interval, requests) = (Instant::now(), SECOND * 300, 1650);
    let mut spacing = Spacing::new(start);
    let mut next = |now| spacing.next(now, interval, 20, 20 * requests);
    let first = (0..u32::try_from(requests).unwrap()).map(|at| start + SECOND * at / 10);
    let second: Vec<Instant> = first.map(&mut next).collect();
    let third: Vec<Instant> = second.iter().copied().map(&mut next).collect();
    for (before, after) in second.iter().zip(&third) {
        assert!((SECOND * 150..=interval).contains(&(*after - *before)));
    }
    let mut each = [0; 300];
    for at in &third {
        let second = (*at - third[0]).as_secs();
        each[usize::try_from(second).unwrap()] += 1;
    }
    assert!(
        each.iter().all(|requests| (5..=6).contains(requests)),
        "{each:?}"
    );
}
