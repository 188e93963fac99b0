//! Lists, and what is fixed in part.

use super::{How, assert_fixed, assert_left, check, pod};
use crate::cli::fix::pieces::Pieces;

/// A run looks at each object of a List by itself: what it costs does not grow with what is around it.
#[test]
fn a_list_is_changed_object_by_object() {
    let items: String = (0..3)
        .map(|number| {
            let pod = pod("  containers: [{name: a, image: i}] # it\n");
            let pod = pod.replace("name: web", &format!("name: web-{number}"));
            format!("- {}", pod.trim_end().replace('\n', "\n  ")) + "\n  # below\n"
        })
        .collect();
    let list = format!("apiVersion: v1\nkind: List\nitems:\n{items}metadata: {{}}\n");
    let pieces = Pieces::of(&list, true);
    assert_eq!(pieces.all().len(), 3);
    let undivided = Pieces::of(&list, false);
    assert_eq!(undivided.all().len(), 1);
    assert_eq!(
        pieces
            .all()
            .iter()
            .map(|piece| piece.line)
            .collect::<Vec<_>>(),
        [4, 10, 16]
    );
    let after = list.replace(
        "image: i}",
        "image: i, securityContext: {allowPrivilegeEscalation: false}}",
    );
    assert_fixed("privilege-escalation", &list, &after);
    let token = list.replace(
        "  # below\n",
        "    automountServiceAccountToken: false\n  # below\n",
    );
    assert_fixed("automount-service-account-token", &list, &token);
}

/// Objects that share an anchor are changed together, or not at all.
#[test]
fn a_list_of_shared_anchors_is_changed_as_a_whole() {
    let list = "apiVersion: v1\nkind: List\nitems:\n\
                - apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec: &spec\n    containers: [{name: a, image: i}]\n\
                - apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n  spec: *spec\n";
    assert_left("privilege-escalation", list, "anchor");
    assert_eq!(Pieces::of(list, true).all().len(), 1);
}

#[test]
fn what_is_fixed_in_part_is_said() {
    let text = pod(
        "  containers:\n  - {name: a, image: i}\n  - name: b\n    image: i\n    securityContext: {privileged: true}\n",
    );
    let checks = [check("privilege-escalation")];
    let fixed = How::by(&checks).fix(&text);
    assert_ne!(fixed.after, text);
    assert!(fixed.ledger.has_done() && fixed.ledger.has_left());
}
