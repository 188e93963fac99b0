//! A configuration of another tool, as policies.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

use crate::api::API_VERSION;
use crate::check::{Check, Params};
use crate::model::Severity;

/// What a configuration comes to.
pub(super) struct Translation {
    /// The tool.
    pub(super) tool: &'static str,
    /// The policy's name.
    pub(super) name: String,
    /// The file that it was read from.
    pub(super) file: String,
    /// What the head of the output says.
    pub(super) remarks: Vec<String>,
    /// What is judged by, by id.
    pub(super) rules: BTreeMap<&'static str, Rule>,
    /// What there is to say.
    pub(super) notes: Vec<Note>,
}

/// A check that is judged by.
pub(super) struct Rule {
    pub(super) check: &'static Check,
    pub(super) severity: Severity,
    /// What the other tool calls it.
    pub(super) names: BTreeSet<String>,
    pub(super) params: Map<String, Value>,
    /// Which workloads it does not judge: conditions in CEL.
    pub(super) exempt: BTreeSet<String>,
}

/// Something about one thing of a configuration.
pub(super) struct Note {
    file: String,
    what: String,
    why: String,
    is_lost: bool,
}

impl Note {
    /// It has no counterpart.
    pub(super) fn lost(file: &str, what: &str, why: &str) -> Self {
        Self {
            file: file.to_owned(),
            what: what.to_owned(),
            why: why.to_owned(),
            is_lost: true,
        }
    }

    /// It is translated, and something about it is to be known.
    pub(super) fn remark(file: &str, what: &str, why: &str) -> Self {
        Self {
            is_lost: false,
            ..Self::lost(file, what, why)
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// As a comment of YAML.
    pub(super) fn comment(&self) -> String {
        let heading = if self.is_lost {
            "Not translated"
        } else {
            "Note"
        };
        format!("# {heading}: {}\n", one_line(&self.to_string()))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.what, self.why)
    }
}

impl Translation {
    pub(super) fn new(tool: &'static str, file: &str) -> Self {
        Self {
            tool,
            name: tool.to_owned(),
            file: file.to_owned(),
            remarks: Vec::new(),
            rules: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn lost(&mut self, what: &str, why: &str) {
        self.notes.push(Note::lost(&self.file, what, why));
    }

    pub(super) fn remark(&mut self, what: &str, why: &str) {
        self.notes.push(Note::remark(&self.file, what, why));
    }

    /// Adds a check under what the other tool calls it. Parameters that a check has not, or that contradict others for it, are
    /// noted.
    pub(super) fn add(
        &mut self,
        name: &str,
        check: &'static Check,
        severity: Severity,
        params: &Map<String, Value>,
    ) {
        if let Err(problem) = Params::parse(check, params) {
            return self.lost(name, &format!("{}: {problem}", check.id));
        }
        let rule = self.rules.entry(check.id).or_insert_with(|| Rule {
            check,
            severity,
            names: BTreeSet::new(),
            params: Map::new(),
            exempt: BTreeSet::new(),
        });
        let is_new = rule.names.is_empty();
        rule.names.insert(name.to_owned());
        rule.severity = rule.severity.max(severity);
        let contradicts = |(key, value): (&String, &Value)| {
            rule.params.get(key).is_some_and(|known| known != value)
        };
        if !is_new && params.iter().any(contradicts) {
            let why = format!("{} has other parameters here already", check.id);
            return self.lost(name, &why);
        }
        rule.params.extend(params.clone());
    }

    /// What has no exemptions is one policy; the rest is one for each set of them.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "# {} of {}, as policies of Plimsoll. Each check decides by Plimsoll's own rules: `plimsoll explain ID` has them.\n",
            self.tool,
            one_line(&self.file)
        );
        for remark in &self.remarks {
            text.push_str(&format!("# {}\n", one_line(remark)));
        }
        text.extend(self.notes.iter().map(Note::comment));
        let mut by_exemptions: BTreeMap<&BTreeSet<String>, Vec<&Rule>> = BTreeMap::new();
        for rule in self.rules.values() {
            by_exemptions.entry(&rule.exempt).or_default().push(rule);
        }
        for (at, (exempt, rules)) in by_exemptions.into_iter().enumerate() {
            let name = match at {
                0 => self.name.clone(),
                at => format!("{}-{}", self.name, at + 1),
            };
            text.push_str(&policy((self.tool, &name), exempt, &rules));
        }
        if self.rules.is_empty() {
            text.push_str("# It asks for no check, so that there is no policy.\n");
        }
        text
    }
}

impl Rule {
    /// What else of the other tool's the check is, which it judges whether or not that was asked for.
    fn beyond(&self, tool: &str) -> String {
        let of_tool = |alias: &&'static str| {
            let (other, name) = alias.split_once('/')?;
            (other == tool).then_some(name)
        };
        let all: Vec<&str> = self.check.aliases.iter().filter_map(of_tool).collect();
        let others = all.iter().filter(|name| !self.names.contains(**name));
        let others: Vec<&str> = others.copied().collect();
        // One of a template may be the same, by other parameters.
        match others.is_empty() || all.len() == 1 {
            true => String::new(),
            false => format!("; judges what is {} there as well", others.join(", ")),
        }
    }
}

fn policy((tool, name): (&str, &str), exempt: &BTreeSet<String>, rules: &[&Rule]) -> String {
    let mut text = format!(
        "---\napiVersion: {API_VERSION}\nkind: ReadinessPolicy\nmetadata:\n  name: {name}\nspec:\n"
    );
    if !exempt.is_empty() {
        text.push_str("  match:\n    conditions:\n");
        for (at, condition) in exempt.iter().enumerate() {
            text.push_str(&format!(
                "    - name: not-exempt-{}\n      expression: {}\n",
                at + 1,
                Value::from(format!("!({condition})"))
            ));
        }
    }
    text.push_str("  checks:\n");
    for rule in rules {
        let names: Vec<_> = rule.names.iter().map(|name| one_line(name)).collect();
        text.push_str(&format!(
            "  - {{id: {}, severity: {}}} # {}{}\n",
            rule.check.id,
            rule.severity.name(),
            names.join(", "),
            rule.beyond(tool)
        ));
    }
    let params: String = rules
        .iter()
        .filter(|rule| !rule.params.is_empty())
        .map(|rule| {
            format!(
                "    {}: {}\n",
                rule.check.id,
                Value::from(rule.params.clone())
            )
        })
        .collect();
    if !params.is_empty() {
        text.push_str(&format!("  params:\n{params}"));
    }
    text
}

/// Nothing that is in a comment ends it.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<_> = text
        .split(|char: char| char.is_whitespace() || char.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}
