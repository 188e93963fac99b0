//! The syntax tree that is evaluated.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kube::core::cel::cel::IdedExpr;
use regex::Regex;

use super::functions::Function;
use super::tree::Tree;
use crate::model::Text;

/// An expression, with names resolved and constants prepared.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Constant(Constant),
    /// One of the program's variables, by its place among them.
    Variable(usize),
    /// A loop's variable, by how many loops are around that loop.
    Local(usize),
    Field(Box<Expr>, Text, Access),
    Index(Box<[Expr; 2]>, Access),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    /// Two or more.
    And(Vec<Expr>),
    /// Two or more.
    Or(Vec<Expr>),
    If(Box<[Expr; 3]>),
    Binary(Operator, Box<[Expr; 2]>),
    /// Two or more texts, one of them constant, put together by `+`.
    Concat(Vec<Expr>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    /// `matches` with a constant pattern.
    Matches(Box<Expr>, Regex),
    Call(&'static Function, Vec<Expr>),
    Foreign(Foreign),
    Loop(Box<Loop>),
}

#[derive(Clone, Debug)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Text),
    Bytes(Arc<[u8]>),
    Timestamp(Timestamp),
    Duration(SignedDuration),
    Type(&'static str),
    /// A list of constants.
    List(Tree),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// `a.b`: an error where there is none.
    Get,
    /// `has(a.b)`.
    Has,
    /// `a.?b`: an optional.
    Try,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    In,
}

/// A call of one of Kubernetes' extension functions: the crate's own call, of arguments that are bound as variables.
#[derive(Clone, Debug)]
pub(super) struct Foreign {
    pub(super) call: Arc<IdedExpr>,
    pub(super) arguments: Vec<Expr>,
}

/// One of the macros that go through a list or the keys of a map.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub(super) kind: LoopKind,
    pub(super) range: Expr,
    /// The condition, or for `map` what is made of an element.
    pub(super) body: Expr,
    /// For `map` with three arguments: of which elements.
    pub(super) filter: Option<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoopKind {
    Exists,
    All,
    ExistsOne,
    Map,
    Filter,
}

impl Expr {
    /// Every expression directly within.
    pub(super) fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Constant(_) | Expr::Variable(_) | Expr::Local(_) => Vec::new(),
            Expr::Field(inner, ..)
            | Expr::Not(inner)
            | Expr::Negate(inner)
            | Expr::Matches(inner, _) => vec![inner],
            Expr::Index(pair, _) | Expr::Binary(_, pair) => pair.iter().collect(),
            Expr::If(three) => three.iter().collect(),
            Expr::And(list)
            | Expr::Or(list)
            | Expr::Concat(list)
            | Expr::List(list)
            | Expr::Call(_, list) => list.iter().collect(),
            Expr::Foreign(foreign) => foreign.arguments.iter().collect(),
            Expr::Map(entries) => entries
                .iter()
                .flat_map(|(key, value)| [key, value])
                .collect(),
            Expr::Loop(each) => [&each.range, &each.body]
                .into_iter()
                .chain(&each.filter)
                .collect(),
        }
    }

    /// Whether it, or anything within, is such.
    pub(super) fn any(&self, is: &dyn Fn(&Expr) -> bool) -> bool {
        is(self) || self.children().into_iter().any(|child| child.any(is))
    }
}
