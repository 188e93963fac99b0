//! Every piece of the catalogue on objects that show it and objects that do not: `tests/evidence/*.yaml`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::*;
use crate::cel::{Budget, Input, Outcome, Program, Tree};
use crate::evidence::catalogue;
use crate::evidence::piece::About;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fixture {
    pub(super) evidence: String,
    workload: Option<Json>,
    #[serde(default)]
    around: Vec<Json>,
    now: Option<Timestamp>,
    #[serde(default)]
    pub(super) holds: Vec<Json>,
    #[serde(default)]
    pub(super) lacks: Vec<Json>,
    #[serde(default)]
    pub(super) contradicts: Vec<Json>,
}

/// What is expected of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Holds,
    Lacks,
    Contradicts,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evidence")
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // The fixtures' authors repeat themselves by aliases, more than is taken from strangers.
    let options = serde_saphyr::options! { budget: None };
    serde_saphyr::from_str_with_options(&text, options)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(super) fn default_workload() -> Json {
    read(&folder().join("default-workload.yaml"))
}

pub(super) fn fixtures() -> Vec<(String, Fixture)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the fixtures' folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .filter(|path| !path.ends_with("default-workload.yaml"))
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let list: Vec<Fixture> = read(&path);
        found.extend(list.into_iter().map(|fixture| (name.clone(), fixture)));
    }
    found
}

/// One judging: some objects, and what is expected of them.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) piece: &'static Piece,
    pub(super) workload: Json,
    pub(super) objects: Vec<Json>,
    pub(super) now: Timestamp,
    pub(super) expect: Expect,
}

pub(super) static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

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
                add(
                    format!("{list}[{at}]"),
                    std::slice::from_ref(object),
                    expect,
                );
            }
        }
    }
    cases
}

impl Case {
    /// The workload is not among the objects where it is of the piece's kind: they are to be looked at by themselves.
    pub(super) fn subject(&self, documents: &Documents) -> Subject {
        let kind = kind_of(&self.workload);
        if self.piece.kind() == Some(&kind) {
            return Subject::decode(documents, &kind, &self.workload).expect("it has a name");
        }
        let mut documents = documents.clone();
        put(&mut documents, std::slice::from_ref(&self.workload));
        subject(&documents, &self.workload)
    }

    /// What the piece looks at.
    pub(super) fn trees(&self, documents: &Documents) -> Vec<Arc<Tree>> {
        match self.piece.kind() {
            Some(kind) => documents
                .of_kind(kind)
                .map(|document| document.tree().clone())
                .collect(),
            None => vec![self.subject(documents).workload().clone()],
        }
    }

    /// What an expression comes to for an object and the workload.
    pub(super) fn evaluate(&self, program: &Program, object: &Tree, subject: &Subject) -> Outcome {
        let inputs = [
            Input::Object(object),
            Input::Object(subject.workload()),
            Input::Time(self.now),
            Input::Objects(subject.services().unwrap_or_default()),
            Input::Objects(subject.routes().unwrap_or_default()),
        ];
        program.evaluate(&inputs, &mut Budget::default())
    }

    pub(super) fn judge(&self, documents: &Documents) -> Found {
        let subject = self.subject(documents);
        self.piece
            .judge(&subject, documents, self.now, &mut Effort::default())
    }
}
