//! Text as people, tools and accidents write it: reading it must come to an end without a panic, the quick reader must say what the
//! whole parser says, and whatever is found must be at a place that there is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll::engine::Conditions;
use plimsoll::manifests::yaml::{self, Layout, Node};
use plimsoll::manifests::{self, Keep, Region};

fuzz_target!(|bytes: &[u8]| {
    let conditions = Conditions::default();
    let records = manifests::of_bytes("fuzz.yaml", bytes, Keep::Records(&conditions));
    let documents = manifests::of_bytes("fuzz.yaml", bytes, Keep::Documents);
    assert_eq!(records.objects.len(), documents.objects.len());
    let lines = 2 + bytes.iter().filter(|byte| **byte == b'\n').count();
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
        if let Ok(layout) = source.layout(text)
            && let Some(root) = layout.document().root()
        {
            places(&layout, root, text, &mut 1000);
        }
    }
});

/// Whether every place is one in the text.
fn places(layout: &Layout<'_>, node: Node<'_>, text: &str, most: &mut usize) {
    for (key, spot) in layout.children(node) {
        *most = most.saturating_sub(1);
        if *most == 0 {
            return;
        }
        assert!(text.get(spot.value.clone()).is_some(), "{:?}", spot.value);
        if let Some(range) = &spot.key {
            assert!(text.get(range.clone()).is_some(), "{range:?}");
            assert!(key.is_some());
        }
    }
    let inner = node.items().next().or_else(|| node.get("spec"));
    if let Some(inner) = inner {
        places(layout, inner, text, most);
    }
}
