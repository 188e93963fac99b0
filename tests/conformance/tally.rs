//! How many rows agree.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::go_module;

/// The most of a hundred cases that may be listed.
const MOST_LISTED: usize = 5;

/// What became of a row.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Plimsoll says what is expected.
    Agrees,
    /// It does not, and Kubernetes is with it.
    Listed,
    /// It does not, and no list has it: which row it is, and what we say.
    Unlisted(String),
    /// It was not asked, and why.
    LeftOut(&'static str),
}

/// The figures of all suites.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<String, Figures>);

#[derive(Default, Serialize)]
struct Figures {
    /// Those that agree and those that are listed.
    cases: usize,
    agree: usize,
    listed: usize,
    left_out: usize,
    #[serde(skip)]
    unlisted: usize,
    #[serde(skip)]
    why: BTreeMap<&'static str, usize>,
}

impl Tally {
    pub(crate) fn count(&mut self, suite: &str, outcome: &Outcome) {
        let figures = self.0.entry(suite.to_owned()).or_default();
        match outcome {
            Outcome::Agrees => figures.agree += 1,
            Outcome::Listed => figures.listed += 1,
            Outcome::Unlisted(_) => figures.unlisted += 1,
            Outcome::LeftOut(why) => {
                figures.left_out += 1;
                *figures.why.entry(why).or_default() += 1;
            }
        }
        figures.cases = figures.agree + figures.listed;
    }

    /// A list of disagreements that has grown too long is a defect of its own.
    pub(crate) fn too_many_listed(&self) -> Option<String> {
        // Those of the module are cases of another suite, once more.
        let suites = self
            .0
            .iter()
            .filter(|(suite, _)| *suite != go_module::SUITE);
        let figures: Vec<_> = suites.map(|(_, figures)| figures).collect();
        let cases: usize = figures.iter().map(|figures| figures.cases).sum();
        let listed: usize = figures.iter().map(|figures| figures.listed).sum();
        let too_many = listed > 0 && listed * 100 >= cases * MOST_LISTED;
        too_many.then(|| format!("{listed} of {cases} cases are listed: {MOST_LISTED} % or more"))
    }

    /// Writes the figures as JSON.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut json = serde_json::to_vec_pretty(&self.0)?;
        json.push(b'\n');
        Ok(std::fs::write(path, json)?)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (suite, figures) in &self.0 {
            let Figures {
                cases,
                agree,
                listed,
                left_out,
                unlisted,
                ..
            } = figures;
            write!(
                f,
                "conformance: {suite}: {agree} of {cases} cases agree, {listed} are listed"
            )?;
            if *unlisted > 0 {
                write!(f, "; {unlisted} more in no list")?;
            }
            writeln!(f, "; {left_out} left out")?;
            for (why, count) in &figures.why {
                writeln!(f, "    {count:>4}  {why}")?;
            }
        }
        Ok(())
    }
}
