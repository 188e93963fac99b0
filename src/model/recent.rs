//! Texts that come again: names, keys of labels, paths of mounts. One that was read lately is shared, not made anew: half of
//! the texts of a workload are in it several times, or in the one before.

use std::cell::RefCell;

use super::{Text, hash};

/// How many are kept by each thread.
const KEPT: usize = 512;

/// Longer texts are not looked for: they seldom come again.
const LONGEST: usize = 64;

thread_local! {
    static RECENT: RefCell<Vec<Option<Text>>> = RefCell::new(vec![None; KEPT]);
}

/// A text, shared where it came lately.
pub(crate) fn recent(text: &str) -> Text {
    if text.len() > LONGEST {
        return text.into();
    }
    RECENT.with_borrow_mut(|recent| {
        // Each text has one place; the last one that came there has it.
        let place = &mut recent[place(text)];
        match place {
            Some(known) if **known == *text => known.clone(),
            _ => place.insert(text.into()).clone(),
        }
    })
}

fn place(text: &str) -> usize {
    // Where two texts meet, one of them is made anew, as all once were.
    hash(text) as usize % KEPT
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_text_that_comes_again_is_shared() {
        let (one, again) = (
            recent("app.kubernetes.io/name"),
            recent("app.kubernetes.io/name"),
        );
        assert!(Arc::ptr_eq(&one, &again));
        let long = "x".repeat(LONGEST + 1);
        assert!(!Arc::ptr_eq(&recent(&long), &recent(&long)));
    }

    #[test]
    fn texts_that_meet_stay_what_they_are() {
        // Many more than there are places.
        let all: Vec<String> = (0..8 * KEPT)
            .map(|number| format!("name-{number}"))
            .collect();
        let made: Vec<Text> = all.iter().map(|one| recent(one)).collect();
        assert!(all.iter().zip(&made).all(|(one, made)| **made == **one));
        assert_eq!(&*recent(""), "");
    }
}
