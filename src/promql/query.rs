//! A metric item's question, for any workload.

use std::time::Duration;

use super::error::{Field, Problem, QueryError};
use super::pods::NoPattern;
use super::question::Question;
use super::syntax::{Shape, shape};
use super::template::{Placeholder, Template};
use super::{Pass, span};
use crate::model::Text;

/// A metric item: an expression with `$namespace`, `$workload` and `$pods`, what every sample must satisfy, and how
/// long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    template: Template,
    shape: Shape,
    pass: Pass,
    window: Duration,
}

/// The workload that an item is judged for.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub workload: &'a str,
    /// What matches its pods ([`pods_pattern`](super::pods_pattern)).
    pub pods: Result<&'a str, NoPattern>,
}

impl Query {
    /// Parses an item's `promql`, `pass` (`> 0`) and `for` (`24h`).
    ///
    /// # Errors
    ///
    /// When a field does not parse, the expression does not yield numbers at a moment, or a placeholder stands where
    /// it cannot be filled in.
    pub fn parse(promql: &str, pass: &str, window: &str) -> Result<Self, QueryError> {
        let of = |field: Field, text| move |problem: Problem| problem.of(field, text);
        let shape_of = shape(promql).map_err(of(Field::Query, promql))?;
        let template = Template::parse(promql).map_err(of(Field::Query, promql))?;
        let query = Self {
            template,
            shape: shape_of,
            pass: Pass::parse(pass).map_err(of(Field::Pass, pass))?,
            window: span::parse(window).map_err(of(Field::For, window))?,
        };
        let sample = Target {
            namespace: "a",
            workload: "a.b",
            pods: Ok("a-(b|c)-[b-z]{5}"),
        };
        let filled = query.template.fill(&sample).unwrap_or_default();
        shape(&filled).map_err(|Problem { problem, .. }| QueryError {
            field: Field::Query,
            at: None,
            problem: format!("with its placeholders filled in, {problem}"),
        })?;
        Ok(query)
    }

    /// What every sample must satisfy.
    pub fn pass(&self) -> Pass {
        self.pass
    }

    /// How long it must hold.
    pub fn window(&self) -> Duration {
        self.window
    }

    /// Whether it can only be asked of a workload whose pods can be told.
    pub fn needs_pods(&self) -> bool {
        self.template.mentions(Placeholder::Pods)
    }

    /// The question for one workload, to a server by its name or to the first one.
    ///
    /// # Errors
    ///
    /// When it needs pods, and there is no pattern of them.
    pub fn ask(&self, server: Option<Text>, target: &Target<'_>) -> Result<Question, NoPattern> {
        let promql = match (self.template.fill(target), target.pods) {
            (Some(promql), _) => promql,
            (None, Err(why)) => return Err(why),
            // It is filled in where there are pods.
            (None, Ok(_)) => return Err(NoPattern::NoReplicaSet),
        };
        // Line breaks, since an expression may end in a comment. A scalar has no labels to mark it by in a batch.
        let promql = match self.shape {
            Shape::Vector => promql,
            Shape::Scalar => format!("vector(\n{promql}\n)"),
        };
        Ok(Question {
            server,
            window: self.window,
            promql: promql.into(),
            pass: self.pass,
        })
    }
}
