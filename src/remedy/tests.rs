use super::ALL;
use crate::checks;

#[test]
fn every_remedy_is_of_a_check_and_they_are_sorted() {
    for pair in ALL.windows(2) {
        assert!(pair[0].check < pair[1].check, "{}", pair[1].check);
    }
    for remedy in ALL {
        assert!(checks::find(remedy.check).is_some(), "{}", remedy.check);
    }
}
