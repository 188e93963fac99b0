//! The list is what Kubernetes' own sources say, and means what it says.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::{Kind, KindSet, Release, Superseded, Written, all, table};

const MODULE: &str = "k8s.io/api@v0.36.3";

#[test]
fn a_version_is_gone_for_some_kinds_only() {
    for (kind, api_version, releases) in [
        (Kind::Deployment, "apps/v1", None),
        (Kind::Deployment, "extensions/v1beta1", Some((8, 16))),
        (Kind::StatefulSet, "extensions/v1beta1", None),
        (Kind::CronJob, "batch/v1beta1", Some((21, 25))),
        (Kind::CronJob, "batch/v1", None),
        (
            Kind::HorizontalPodAutoscaler,
            "autoscaling/v2beta2",
            Some((23, 26)),
        ),
        (Kind::HorizontalPodAutoscaler, "autoscaling/v1", None),
        (Kind::RuntimeClass, "node.k8s.io/v1beta1", Some((22, 25))),
        (
            Kind::PriorityClass,
            "scheduling.k8s.io/v1beta1",
            Some((14, 22)),
        ),
    ] {
        let found = match Written::of(kind, api_version) {
            Written::Superseded(version) => Some((version.deprecated().0, version.removed().0)),
            _ => None,
        };
        assert_eq!(found, releases, "{api_version} {kind}");
    }
}

#[test]
fn the_kinds_are_those_of_the_list() {
    let listed = |kind: &Kind| {
        let mut versions = all().filter(|known| known.kind == kind.name());
        versions.any(|known| Kind::of(known.api_version, known.kind) == Some(*kind))
    };
    let known: KindSet = Kind::ALL.iter().copied().filter(listed).collect();
    let made = KindSet::of(&[Kind::ControllerRevision, Kind::EndpointSlice]);
    assert_eq!(known.without(made), Superseded::KINDS);
    assert!(all().count() <= usize::from(u8::MAX), "the place is a u8");
}

/// What is watched, and what people are told to use instead, is there.
#[test]
fn the_version_that_is_watched_is_served() {
    for kind in KindSet::BARE.iter().fold(Kind::ALL.to_vec(), |all, bare| {
        all.into_iter().filter(|kind| *kind != bare).collect()
    }) {
        let written = Written::of(kind, &kind.api_version());
        assert_eq!(written, Written::Served, "{kind}");
    }
}

#[test]
fn releases_are_read_as_people_write_them() {
    for (text, expected) in [
        ("1.34", Some(34)),
        ("v1.34", Some(34)),
        ("v1.34.2", Some(34)),
        ("1.9", Some(9)),
        ("", None),
        ("1", None),
        ("1.", None),
        ("2.1", None),
        ("1.34.2.1", None),
        ("1.34-eks", None),
        ("1.x", None),
    ] {
        assert_eq!(Release::parse(text), expected.map(Release), "{text:?}");
    }
}

/// `make api-lifecycle` writes the list anew.
#[test]
fn the_list_is_what_the_sources_say() {
    let Some(module) = module() else {
        println!("{MODULE} is not in the cache of Go modules: the list is not compared");
        return;
    };
    let written = render(&module);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/api_version/table.rs");
    if std::env::var_os("PLIMSOLL_WRITE").is_some() {
        std::fs::write(&path, &written).expect("the list can be written");
    }
    let known = std::fs::read_to_string(&path).expect("the list is there");
    assert!(known == written, "`make api-lifecycle` writes another list");
    assert!(table::LIFECYCLES.len() > 70);
}

/// The module in the cache of Go.
fn module() -> Option<PathBuf> {
    let cache = std::env::var_os("GOMODCACHE").map(PathBuf::from);
    let path = || std::env::var_os("GOPATH").map(|path| PathBuf::from(path).join("pkg/mod"));
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join("go/pkg/mod"));
    let module = cache.or_else(path).or_else(home)?.join(MODULE);
    module.is_dir().then_some(module)
}

/// The list, from the methods that Kubernetes generates of its types: `APILifecycleDeprecated` and the like.
fn render(module: &Path) -> String {
    let mut rows = BTreeMap::new();
    for group in folders(module) {
        for version in folders(&group) {
            let file = version.join("zz_generated.prerelease-lifecycle.go");
            if let Ok(source) = std::fs::read_to_string(file) {
                rows_of(&version, &source, &mut rows);
            }
        }
    }
    let release = MODULE.split('.').nth_back(1).expect("the module's release");
    let mut text = format!(
        "//! Generated from {MODULE} by `make api-lifecycle`: not to be edited.\n\n\
         use super::{{Lifecycle, Release, lifecycle}};\n\n\
         /// The newest release of Kubernetes of which this knows.\n\
         pub const NEWEST: Release = Release({release});\n\n\
         /// By group, version and kind.\n\
         #[rustfmt::skip]\n\
         pub(super) static LIFECYCLES: &[Lifecycle] = &[\n"
    );
    for ((api_version, kind), (deprecated, removed, instead)) in rows {
        let _ = writeln!(
            text,
            "    lifecycle({api_version:?}, {kind:?}, ({deprecated}, {removed}), {instead:?}),"
        );
    }
    text + "];\n"
}

type Rows = BTreeMap<(String, String), (String, String, String)>;

fn rows_of(version: &Path, source: &str, rows: &mut Rows) {
    let register = std::fs::read_to_string(version.join("register.go")).expect("its register.go");
    let group = capture(&register, r#"GroupName = "([^"]*)""#)
        .remove(0)
        .remove(0);
    let name = version.file_name().expect("a name").to_string_lossy();
    let join = |group: &str, version: &str| match group {
        "" => version.to_owned(),
        group => format!("{group}/{version}"),
    };
    let releases = |method: &str| -> BTreeMap<String, String> {
        let pattern = format!(
            r"func \(in \*(\w+)\) APILifecycle{method}\(\) \(major, minor int\) \{{\s*return 1, (\d+)"
        );
        let found = capture(source, &pattern).into_iter();
        found
            .map(|mut found| (found.remove(0), found.remove(0)))
            .collect()
    };
    let pattern = r#"func \(in \*(\w+)\) APILifecycleReplacement\(\) schema.GroupVersionKind \{\s*return schema.GroupVersionKind\{Group: "([^"]*)", Version: "([^"]*)""#;
    let instead: BTreeMap<String, String> = capture(source, pattern)
        .into_iter()
        .map(|found| (found[0].clone(), join(&found[1], &found[2])))
        .collect();
    let removed = releases("Removed");
    for (kind, deprecated) in releases("Deprecated") {
        let Some(removed) = removed.get(&kind).filter(|_| !kind.ends_with("List")) else {
            continue;
        };
        let instead = instead.get(&kind).cloned().unwrap_or_default();
        rows.insert(
            (join(&group, &name), kind),
            (deprecated, removed.clone(), instead),
        );
    }
}

fn capture(text: &str, pattern: &str) -> Vec<Vec<String>> {
    let pattern = Regex::new(pattern).expect("a pattern");
    let groups = pattern.captures_iter(text);
    let texts = groups.map(|found| {
        let groups = found.iter().skip(1);
        groups
            .flatten()
            .map(|group| group.as_str().to_owned())
            .collect()
    });
    texts.collect()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).expect("a folder of the module");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_dir()).collect()
}
