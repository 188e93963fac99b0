//! Text as people, tools and accidents write it: reading it must come to an end without a panic, the quick reader must say what the
//! whole parser says, whatever is found must be at a place that there is, and a change must leave everything else as it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll::engine::Conditions;
use plimsoll::manifests::{self, Keep, Region, edit, yaml};
use plimsoll::remedy::Edit;

fuzz_target!(|bytes: &[u8]| {
    let conditions = Conditions::default();
    let records = manifests::of_bytes("fuzz.yaml", bytes, Keep::Shapes(&conditions));
    let documents = manifests::of_bytes("fuzz.yaml", bytes, Keep::Documents);
    assert!(records.objects.len() >= documents.objects.len());
    // A carriage return alone ends a line as well, in YAML.
    let lines = 2 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    for manifest in &records.objects {
        for path in ["", "/metadata/labels", "/spec/template/spec/containers/0/image", "/x"] {
            let Region { line, column, end_line } = manifest.outline.region(&manifest.origin, path);
            assert!(line > 0 && column > 0 && line as usize <= lines, "{line} of {lines}");
            assert!(end_line.is_none_or(|end| end >= line && end as usize <= lines));
        }
    }
    for skipped in &records.skipped {
        assert!(!skipped.explanation().is_empty());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for (_, source) in yaml::documents(text) {
        assert_ne!(yaml::agrees(&source), Some(false), "the quick reader and the whole parser differ");
        change(source.text);
    }
});

/// What is changed is read again by the editor itself, and refused where it means anything else; a second time there is nothing to do.
fn change(text: &str) {
    for change in [
        Edit::set("/spec/template/spec/hostNetwork", false),
        Edit::set("/metadata", "x"),
        Edit::Remove { path: "/spec".to_owned() },
        Edit::Append { path: "/spec/ports".to_owned(), value: 80.into() },
    ] {
        if let Ok(changed) = edit::edit(text, std::slice::from_ref(&change)) {
            let is_there = matches!(change, Edit::Set { .. } | Edit::Append { .. });
            if is_there {
                assert_eq!(edit::edit(&changed, &[change]).as_ref(), Ok(&changed), "{text:?}");
            }
        }
    }
}
