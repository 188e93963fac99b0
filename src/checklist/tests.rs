//! Checklists as data.

use super::*;

#[test]
fn the_built_in_checklists_are_read() {
    for (name, yaml) in BUILT_IN {
        match Checklist::read(yaml) {
            Ok(checklist) => assert_eq!(&*checklist.name, name),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}
