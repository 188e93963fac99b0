//! Every piece of the catalogue on objects that show it and objects that do not: `tests/evidence/*.yaml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;

use super::*;
use crate::cel::{Budget, Input};
use crate::evidence::catalogue;
use crate::evidence::piece::About;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    evidence: String,
    workload: Option<Json>,
    #[serde(default)]
    around: Vec<Json>,
    now: Option<Timestamp>,
    #[serde(default)]
    holds: Vec<Json>,
    #[serde(default)]
    lacks: Vec<Json>,
    #[serde(default)]
    contradicts: Vec<Json>,
    /// Objects of which the piece says this when they are all there at once.
    #[serde(default)]
    together: Option<Together>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Together {
    expect: Expect,
    objects: Vec<Json>,
}

#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Expect {
    Holds,
    Lacks,
    Contradicts,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evidence")
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // The fixtures' authors repeat themselves by aliases, more than is taken from strangers.
    let options = serde_saphyr::options! { budget: None };
    serde_saphyr::from_str_with_options(&text, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn default_workload() -> Json {
    read(&folder().join("default-workload.yaml"))
}

fn fixtures() -> Vec<(String, Fixture)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the fixtures' folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .filter(|path| !path.ends_with("default-workload.yaml"))
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let list: Vec<Fixture> = read(&path);
        found.extend(list.into_iter().map(|fixture| (name.clone(), fixture)));
    }
    found
}

/// One judging: some objects, and what is expected of them.
struct Case {
    name: String,
    piece: &'static Piece,
    workload: Json,
    objects: Vec<Json>,
    now: Timestamp,
    expect: Expect,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

fn cases() -> Vec<Case> {
    let default = default_workload();
    let mut cases = Vec::new();
    for (file, fixture) in fixtures() {
        let Some(piece) = catalogue().find(&fixture.evidence) else {
            panic!("{file}: there is no evidence {}", fixture.evidence);
        };
        let mut add = |what: String, objects: &[Json], expect: Expect| {
            let own = fixture.workload.clone().unwrap_or_else(|| default.clone());
            let (workload, objects) = match (&piece.0.about, objects) {
                (About::Workload, [object]) => (object.clone(), &[][..]),
                _ => (own, objects),
            };
            cases.push(Case {
                name: format!("{file}: {} {what}", fixture.evidence),
                piece,
                objects: [&fixture.around[..], objects].concat(),
                workload,
                now: fixture.now.unwrap_or_else(now),
                expect,
            });
        };
        let lists = [
            ("holds", &fixture.holds, Expect::Holds),
            ("lacks", &fixture.lacks, Expect::Lacks),
            ("contradicts", &fixture.contradicts, Expect::Contradicts),
        ];
        for (list, objects, expect) in lists {
            for (at, object) in objects.iter().enumerate() {
                add(format!("{list}[{at}]"), std::slice::from_ref(object), expect);
            }
        }
        if let Some(together) = &fixture.together {
            add("together".to_owned(), &together.objects, together.expect);
        }
    }
    cases
}

impl Case {
    /// The workload is not among the objects where it is of the piece's kind: they are to be looked at by themselves.
    fn subject(&self, documents: &Documents) -> Subject {
        let kind = kind_of(&self.workload);
        if self.piece.kind() == Some(&kind) {
            return Subject::decode(documents, &kind, &self.workload).expect("it has a name");
        }
        let mut documents = documents.clone();
        put(&mut documents, std::slice::from_ref(&self.workload));
        subject(&documents, &self.workload)
    }

    fn judge(&self, documents: &Documents) -> Found {
        let subject = self.subject(documents);
        self.piece.judge(&subject, documents, self.now, &mut Effort::default())
    }
}

/// Why a piece does not hold for the objects of its kind, for whoever writes a fixture.
fn reasons(case: &Case, documents: &Documents) -> Vec<String> {
    let subject = case.subject(documents);
    let trees: Vec<_> = match case.piece.kind() {
        Some(kind) => documents.of_kind(kind).map(|document| document.tree().clone()).collect(),
        None => vec![subject.workload().clone()],
    };
    let evaluate = |tree: &crate::cel::Tree| {
        let inputs = [
            Input::Object(tree),
            Input::Object(subject.workload()),
            Input::Time(case.now),
            Input::Objects(subject.services().unwrap_or_default()),
            Input::Objects(subject.routes().unwrap_or_default()),
        ];
        let of = |program: &crate::cel::Program| program.evaluate(&inputs, &mut Budget::default());
        format!("cel {:?}, select {:?}", of(&case.piece.0.cel), case.piece.0.select.as_ref().map(of))
    };
    trees.iter().map(|tree| evaluate(tree)).collect()
}

#[test]
fn pieces_say_of_fixtures_what_they_should() {
    let mut wrong = Vec::new();
    for case in CASES.iter() {
        let documents = cluster(&[case.piece], &case.objects);
        let found = case.judge(&documents);
        let right = match case.expect {
            Expect::Holds => matches!(found, Found::Holds { .. }),
            Expect::Lacks => matches!(found, Found::Nothing(_) | Found::Contradicted { .. }),
            Expect::Contradicts => matches!(found, Found::Contradicted { .. }),
        };
        if !right {
            wrong.push(format!("{}: {found}: {:?}", case.name, reasons(case, &documents)));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_left_out_of_objects_changes_no_result() {
    for case in CASES.iter() {
        let kept = case.judge(&cluster(&[case.piece], &case.objects));
        let whole = case.judge(&whole_cluster(&[case.piece], &case.objects));
        assert_eq!(kept, whole, "{}", case.name);
    }
}

#[test]
fn what_other_pieces_keep_changes_no_result() {
    let all: Vec<&Piece> = catalogue().iter().collect();
    let empty = cluster(&all, &[]);
    for case in CASES.iter() {
        let alone = case.judge(&cluster(&[case.piece], &case.objects));
        let mut documents = empty.clone();
        put(&mut documents, &case.objects);
        assert_eq!(case.judge(&documents), alone, "{}", case.name);
    }
}

/// Judging without any join: every expression on every object.
fn plain(case: &Case, documents: &Documents) -> &'static str {
    let (cel, select) = (&case.piece.0.cel, case.piece.0.select.as_ref());
    let subject = case.subject(documents);
    let trees: Vec<_> = match case.piece.kind() {
        Some(kind) => documents.of_kind(kind).map(|document| document.tree().clone()).collect(),
        None => vec![subject.workload().clone()],
    };
    let holds = |program: &crate::cel::Program, tree: &crate::cel::Tree| {
        let inputs = [
            Input::Object(tree),
            Input::Object(subject.workload()),
            Input::Time(case.now),
            Input::Objects(subject.services().unwrap_or_default()),
            Input::Objects(subject.routes().unwrap_or_default()),
        ];
        program.evaluate(&inputs, &mut Budget::default()).holds()
    };
    let selected: Vec<_> = trees.iter().filter(|tree| select.is_none_or(|select| holds(select, tree))).collect();
    let met = selected.iter().filter(|tree| holds(cel, tree)).count();
    match select {
        Some(_) if selected.is_empty() => "nothing",
        Some(_) if met < selected.len() => "contradicted",
        None if met == 0 => "nothing",
        _ => "holds",
    }
}

#[test]
fn joins_change_no_result() {
    let mut by_kind: BTreeMap<GroupKind, Vec<Json>> = BTreeMap::new();
    let cases = &*CASES;
    for object in cases.iter().flat_map(|case| &case.objects) {
        by_kind.entry(kind_of(object)).or_default().push(object.clone());
    }
    for (at, case) in cases.iter().enumerate() {
        // Besides the case's own objects some of others, in this namespace and elsewhere.
        let mut objects = case.objects.clone();
        if let Some(kind) = case.piece.kind() {
            for (place, other) in by_kind.get(kind).into_iter().flatten().enumerate().skip(at % 7).step_by(5).take(12) {
                let mut other = other.clone();
                other["metadata"]["name"] = format!("other-{place}").into();
                objects.push(other);
            }
        }
        let documents = cluster(&[case.piece], &objects);
        let found = match case.judge(&documents) {
            Found::Holds { .. } => "holds",
            Found::Contradicted { .. } => "contradicted",
            Found::Nothing(_) => "nothing",
            Found::Undecided(_) => "undecided",
        };
        assert_eq!(found, plain(case, &documents), "{}", case.name);
    }
}

#[test]
fn every_piece_has_a_fixture_that_shows_it_and_one_that_does_not() {
    let mut shown: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (_, fixture) in fixtures() {
        let (holds, lacks) = shown.entry(fixture.evidence).or_default();
        *holds += fixture.holds.len();
        *lacks += fixture.lacks.len() + fixture.contradicts.len();
    }
    let mut missing = Vec::new();
    for (name, _) in catalogue().specs() {
        match shown.get(name) {
            None | Some((0, 0)) => missing.push(format!("{name}: both")),
            Some((0, _)) => missing.push(format!("{name}: one that shows it")),
            Some((_, 0)) => missing.push(format!("{name}: one that does not")),
            Some(_) => {}
        }
    }
    assert!(missing.is_empty(), "{} pieces lack fixtures:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn every_piece_with_a_selection_has_a_fixture_that_contradicts_it() {
    let contradicted: Vec<String> = fixtures()
        .into_iter()
        .filter(|(_, fixture)| !fixture.contradicts.is_empty())
        .map(|(_, fixture)| fixture.evidence)
        .collect();
    let missing: Vec<&str> = catalogue()
        .specs()
        .filter(|(name, spec)| spec.select.is_some() && !contradicted.iter().any(|known| known == name))
        .map(|(name, _)| name)
        .collect();
    assert!(missing.is_empty(), "{} lack one: {missing:?}", missing.len());
}

/// `cargo test --release --lib evidence::tests::fixtures::speed -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
fn speed() {
    use std::time::Instant;
    let pieces: Vec<&Piece> = catalogue().iter().collect();
    let mut documents = cluster(&pieces, &[]);
    let start = Instant::now();
    for at in 0..100 {
        for (place, object) in CASES.iter().flat_map(|case| &case.objects).enumerate() {
            let mut object = object.clone();
            object["metadata"]["name"] = format!("{}-{place}", object["metadata"]["name"].as_str().unwrap_or_default()).into();
            if object["metadata"]["namespace"].is_string() {
                object["metadata"]["namespace"] = format!("team-{at}").into();
            }
            put(&mut documents, &[object]);
        }
    }
    println!("{} objects put in within {:?}", documents.len(), start.elapsed());
    let workloads: Vec<Json> = (0..20)
        .map(|at| {
            let mut workload = default_workload();
            workload["metadata"]["namespace"] = format!("team-{}", at * 5).into();
            workload["metadata"]["name"] = format!("web{at}").into();
            workload
        })
        .collect();
    put(&mut documents, &workloads);
    let mut slowest = BTreeMap::new();
    for round in 1..=3 {
        let start = Instant::now();
        let mut effort = Effort::default();
        for workload in &workloads {
            let subject = subject(&documents, workload);
            for piece in &pieces {
                let start = Instant::now();
                piece.judge(&subject, &documents, now(), &mut effort);
                *slowest.entry((round, piece.name().clone())).or_default() += start.elapsed();
            }
        }
        println!("round {round}: {} workloads, {:?}, {effort:?}", workloads.len(), start.elapsed());
    }
    let mut slowest: Vec<_> = slowest.into_iter().filter(|((round, _), _)| *round == 3).collect();
    slowest.sort_by_key(|(_, time): &(_, std::time::Duration)| std::cmp::Reverse(*time));
    for ((_, name), time) in slowest.iter().take(25) {
        println!("{time:?} {name}");
    }
}
