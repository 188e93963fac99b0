//! Kubernetes' own cases of its Pod Security Standards: what its evaluator refuses must break the check that says the same
//! here, and what it lets pass must pass.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::check::Params;
use crate::check::testing::{inventory, judge};
use crate::checks::find;
use crate::model::Verdict;

/// Our checks that say what the `restricted` profile says.
const RESTRICTED: &[&str] = &[
    "added-capabilities",
    "drop-all-capabilities",
    "host-ipc",
    "host-network",
    "host-path",
    "host-pid",
    "host-port",
    "host-process",
    "pod-security-restricted",
    "privilege-escalation",
    "privileged",
    "proc-mount",
    "run-as-non-root",
    "seccomp-profile",
    "unsafe-sysctls",
];

/// Those of them that say what the `baseline` profile says: with [`DEFAULT_CAPABILITIES`] allowed.
const BASELINE: &[&str] = &[
    "added-capabilities",
    "host-ipc",
    "host-network",
    "host-path",
    "host-pid",
    "host-port",
    "host-process",
    "pod-security-baseline",
    "privileged",
    "proc-mount",
    "unsafe-sysctls",
];

/// What a container runtime gives every container, and `baseline` allows to be added.
const DEFAULT_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Kubernetes' checks, and ours of the same meaning: at least one of them must fail.
const SAME: &[(&str, &[&str])] = &[
    ("allowprivilegeescalation", &["privilege-escalation"]),
    ("capabilities_baseline", &["added-capabilities"]),
    (
        "capabilities_restricted",
        &["added-capabilities", "drop-all-capabilities"],
    ),
    ("hostnamespaces", &["host-ipc", "host-network", "host-pid"]),
    ("hostpathvolumes", &["host-path"]),
    ("hostports", &["host-port"]),
    ("privileged", &["privileged"]),
    ("procmount", &["proc-mount"]),
    ("runasnonroot", &["run-as-non-root"]),
    ("runasuser", &["run-as-non-root"]),
    ("seccompprofile_baseline", &["seccomp-profile"]),
    ("seccompprofile_restricted", &["seccomp-profile"]),
    ("sysctls", &["unsafe-sysctls"]),
    ("windowshostprocess", &["host-process"]),
];

/// Kubernetes' checks that none of ours says but for the profiles.
const OF_PROFILES: &[&str] = &[
    "apparmorprofile",
    "hostprobesandhostlifecycle",
    "procmount_restricted",
    "restrictedvolumes",
    "selinuxoptions",
];

/// One Pod of the suite, and what Kubernetes says of it.
struct Case<'a> {
    check: &'a str,
    level: &'a str,
    file: &'a str,
    passes: bool,
}

impl<'a> Case<'a> {
    /// There are two rows for each Pod, for its check and for its level. The level says more of a Pod that passes, the
    /// check of one that does not.
    fn of(row: &'a Value) -> Option<Self> {
        let text = |field: &str| {
            row[field]
                .as_str()
                .unwrap_or_else(|| panic!("no {field} in {row}"))
        };
        let (check, passes) = (text("check"), text("expect") == "pass");
        let case = Self {
            check,
            level: text("level"),
            file: text("file"),
            passes,
        };
        (check.starts_with("level:") == passes).then_some(case)
    }

    /// Asserts that we say the same.
    fn compare(&self, manifest: &str) {
        let Self {
            check,
            level,
            file,
            passes,
        } = self;
        let ours = if *level == "baseline" {
            BASELINE
        } else {
            RESTRICTED
        };
        if *passes {
            let broken = broken(ours, level, manifest);
            assert!(
                broken.is_empty(),
                "{file}: Kubernetes lets pass what breaks {broken:?}"
            );
        } else if let Some((_, same)) = SAME.iter().find(|(theirs, _)| theirs == check) {
            let broken = broken(same, level, manifest);
            assert!(
                !broken.is_empty(),
                "{file}: Kubernetes refuses what passes {same:?}"
            );
        } else {
            assert!(
                OF_PROFILES.contains(check),
                "{file}: {check} is in none of the tables here"
            );
        }
    }
}

/// Which of our checks a Pod does not pass.
fn broken(checks: &[&'static str], level: &str, manifest: &str) -> BTreeSet<&'static str> {
    let inventory = inventory(manifest);
    let breaks = |id: &&'static str| {
        let check = find(id).expect("the check is in the catalogue");
        let given = match (level, check.id) {
            ("baseline", "added-capabilities") => json!({ "allowed": DEFAULT_CAPABILITIES }),
            _ => json!({}),
        };
        let params = Params::parse(check, given.as_object().expect("an object"))
            .expect("the check's parameters");
        let outcomes = judge(check, &params, &inventory);
        assert_eq!(outcomes.len(), 1, "one Pod: {manifest}");
        !matches!(outcomes[0].verdict, Verdict::Pass | Verdict::NotApplicable)
    };
    checks.iter().copied().filter(breaks).collect()
}

#[test]
fn we_agree_with_kubernetes() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/psa-latest");
    if !suite.is_dir() {
        println!(
            "Kubernetes' Pod Security cases are not at {}: not compared",
            suite.display()
        );
        return;
    }
    let rows = std::fs::read_to_string(suite.join("expected.json")).expect("the suite's verdicts");
    let rows: Vec<Value> = serde_json::from_str(&rows).expect("the suite's verdicts are JSON");
    let cases: Vec<_> = rows.iter().filter_map(Case::of).collect();
    assert_eq!(cases.len(), 148, "every Pod of the suite is compared once");
    for case in cases {
        let manifest = std::fs::read_to_string(suite.join(case.file));
        case.compare(&manifest.unwrap_or_else(|error| panic!("{}: {error}", case.file)));
    }
}
