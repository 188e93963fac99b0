//! What a row comes to in our words.

use plimsoll::check::{Check, Params};
use plimsoll::checks;
use plimsoll::engine::CheckResult;
use plimsoll::model::Verdict;
use serde_json::Value;

/// What is to be done with a row.
pub(crate) enum Asks {
    /// It is judged.
    Of(Question),
    /// It is not, and why.
    LeftOut(&'static str),
}

/// Our checks that say the same, of which one at least is to fail where the row does.
#[derive(Default)]
pub(crate) struct Question {
    pub(crate) checks: Vec<(&'static Check, Params)>,
    /// Only findings that begin with this word count: the control of a profile.
    pub(crate) control: Option<String>,
}

impl Asks {
    /// What the checks with these aliases say, with the parameters that `given` has for each of them.
    pub(crate) fn of(aliases: &[&str], given: impl Fn(&str, &str) -> Option<Value>) -> Self {
        let mut question = Question::default();
        for alias in aliases {
            let of_it = checks::ALL
                .iter()
                .filter(|check| check.aliases.contains(alias));
            for check in of_it {
                let params = given(alias, check.id);
                question
                    .checks
                    .push((check, params_of(check, params.as_ref())));
            }
        }
        match question.checks.is_empty() {
            true => Self::LeftOut("no check of ours is named after it"),
            false => Self::Of(question),
        }
    }

    /// What the checks with these ids say, as they are.
    pub(crate) fn of_ids(ids: &[&str]) -> Self {
        let check = |id: &&str| checks::find(id).unwrap_or_else(|| panic!("no check {id}"));
        let checks = ids
            .iter()
            .map(check)
            .map(|check| (check, Params::default()));
        Self::Of(Question {
            checks: checks.collect(),
            control: None,
        })
    }

    /// The same of one control of a profile.
    pub(crate) fn by_control(self, control: &str) -> Self {
        match self {
            Self::Of(question) => Self::Of(Question {
                control: Some(control.to_owned()),
                ..question
            }),
            left_out => left_out,
        }
    }

    /// The same, where some of the checks are not to count.
    pub(crate) fn without(self, ids: &[&str]) -> Self {
        match self {
            Self::Of(mut question) => {
                question
                    .checks
                    .retain(|(check, _)| !ids.contains(&check.id));
                Self::Of(question)
            }
            left_out => left_out,
        }
    }
}

/// The parameters of a check from JSON; its own where there is none.
fn params_of(check: &'static Check, given: Option<&Value>) -> Params {
    let Some(given) = given.and_then(Value::as_object) else {
        return Params::default();
    };
    Params::parse(check, given).unwrap_or_else(|error| panic!("{}: {error}", check.id))
}

impl Question {
    /// A result and the first of its findings, as far as they count.
    pub(crate) fn verdict(&self, result: CheckResult) -> (Verdict, Option<String>) {
        let messages = result.findings.into_iter();
        let mut messages = messages.map(|located| located.finding.message.into_owned());
        let Some(control) = &self.control else {
            return (result.verdict, messages.next());
        };
        let is_of_it = |message: &String| {
            let named = message.split_once(": ").map(|(named, _)| named);
            named.is_some_and(|named| named.eq_ignore_ascii_case(control))
        };
        match messages.find(is_of_it) {
            Some(message) => (result.verdict, Some(message)),
            None => (Verdict::Pass, None),
        }
    }
}
