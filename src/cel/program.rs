//! Compiled expressions.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use kube::core::cel::cel::parser::Parser;

use super::budget::Budget;
use super::error::CompileError;
use super::eval::Eval;
use super::expr::Expr;
use super::limits;
use super::lower::Lower;
use super::projection::Projection;
use super::reads;
use super::tree::Tree;
use super::value::{Fault, Value};
use crate::model::Text;

/// A compiled expression. A clone is another name for it.
#[derive(Clone)]
pub struct Program(Arc<Compiled>);

struct Compiled {
    id: u32,
    source: Text,
    variables: Arc<[Text]>,
    root: Expr,
    /// For each variable, what is read of it; `None` where it does not occur.
    reads: Vec<Option<Projection>>,
}

/// What a variable stands for in an evaluation.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// An object.
    Object(&'a Tree),
    /// A list of objects.
    Objects(&'a [Arc<Tree>]),
    /// A time.
    Time(Timestamp),
    /// Nothing, for a variable that is not read.
    Absent,
}

/// What an evaluation comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It cannot be said, and why: a field that is not there, a type that does not fit, a result that is no boolean.
    Error(String),
    /// It would have cost more than it may.
    Exhausted,
}

impl Outcome {
    /// Whether it holds. An error does not.
    pub fn holds(&self) -> bool {
        *self == Outcome::True
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Program {
    /// Compiles an expression over these variables.
    ///
    /// # Errors
    /// Where it is not CEL, names a variable or function that there is not, has a constant that can only fail (a regular
    /// expression or duration that is none), or is too deep. What is said has the place.
    pub fn compile(source: &str, variables: &[&str]) -> Result<Self, CompileError> {
        limits::check(source)?;
        let parser = Parser::new()
            .max_recursion_depth(limits::NESTING)
            .enable_optional_syntax(true);
        let ast = catch_unwind(AssertUnwindSafe(|| parser.parse(source)))
            .map_err(|_| CompileError::Syntax("the parser cannot read it".to_owned()))?
            .map_err(|errors| CompileError::Syntax(first(&errors)))?;
        let variables: Arc<[Text]> = variables.iter().map(|name| Text::from(*name)).collect();
        let root = Lower::new(source, &variables).expr(&ast)?;
        Ok(Self::of(source.trim().into(), variables, root))
    }

    pub(super) fn of(source: Text, variables: Arc<[Text]>, root: Expr) -> Self {
        let occurs =
            |at: usize| root.any(&|part| matches!(part, Expr::Variable(found) if *found == at));
        let reads = reads::of(&root, variables.len())
            .into_iter()
            .enumerate()
            .map(|(at, projection)| occurs(at).then_some(projection))
            .collect();
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(Arc::new(Compiled {
            id,
            source,
            variables,
            root,
            reads,
        }))
    }

    /// What it was compiled from.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// A number that no other program of this process has.
    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// Whether a variable occurs in it.
    pub fn uses(&self, variable: &str) -> bool {
        self.read(variable).is_some()
    }

    /// The parts that it reads of a variable.
    pub fn reads(&self, variable: &str) -> Projection {
        self.read(variable).cloned().unwrap_or_default()
    }

    fn read(&self, variable: &str) -> Option<&Projection> {
        let at = self
            .0
            .variables
            .iter()
            .position(|known| &**known == variable)?;
        self.0.reads[at].as_ref()
    }

    /// Evaluates it, with what its variables stand for, in the order in which they were given to [`Program::compile`]. The
    /// budget is drawn on by what it takes.
    pub fn evaluate(&self, inputs: &[Input<'_>], budget: &mut Budget) -> Outcome {
        match Eval::new(inputs, budget).value(&self.0.root) {
            Ok(Value::Bool(true)) => Outcome::True,
            Ok(Value::Bool(false)) => Outcome::False,
            Ok(other) => Outcome::Error(format!("it is {} rather than a bool", other.type_name())),
            Err(Fault::Exhausted) => Outcome::Exhausted,
            Err(fault) => Outcome::Error(fault.to_string()),
        }
    }

    pub(super) fn root(&self) -> &Expr {
        &self.0.root
    }

    pub(super) fn variables(&self) -> &Arc<[Text]> {
        &self.0.variables
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.source()).finish()
    }
}

/// Programs of the same source over the same variables are the same.
impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source && self.0.variables == other.0.variables
    }
}

/// The parser's first complaint, on one line.
fn first(errors: &kube::core::cel::cel::ParseErrors) -> String {
    let Some(error) = errors.errors.first() else {
        return "it is no expression".to_owned();
    };
    let message = error.msg.trim_start_matches("Syntax error: ");
    let line: String = message.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "line {}, column {}: {line}",
        error.pos.0.max(1),
        error.pos.1.max(1)
    )
}
