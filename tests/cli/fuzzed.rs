//! What fuzzing once broke.

use std::fs;
use std::path::Path;

use plimsoll::engine::Conditions;
use plimsoll::manifests::{self, Keep};

/// Reads every committed input of the target `manifests`; a panic fails the test.
#[test]
fn what_once_broke_the_reading_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions/manifests");
    let files =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut read = 0;
    for file in files {
        let path = file.expect("the folder can be read").path();
        let bytes = fs::read(&path).expect("it can be read");
        let conditions = Conditions::default();
        let found = manifests::of_bytes("fuzz.yaml", &bytes, Keep::Records(&conditions));
        assert_eq!(found.files, 1, "{}", path.display());
        read += 1;
    }
    assert!(read > 0, "there are none in {}", folder.display());
}
