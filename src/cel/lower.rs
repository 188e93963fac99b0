//! From the parser's syntax tree to ours: names are resolved, macros told apart, constants prepared.

use kube::core::cel::cel::IdedExpr;
use kube::core::cel::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr as Ast, LiteralValue, operators,
};

use super::budget::Budget;
use super::error::{At, CompileError};
use super::eval::Eval;
use super::expr::{Access, Constant, Expr, Foreign, Loop, LoopKind, Operator};
use super::foreign;
use super::functions::{self, Callee};
use super::regexes;
use super::tree::Tree;
use super::value::{Str, Value};
use crate::model::Text;

type Result<T = Expr> = std::result::Result<T, CompileError>;

/// The names of types, as values.
const TYPES: [&str; 9] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "uint",
];

pub(super) struct Lower<'s> {
    source: &'s str,
    variables: &'s [Text],
    /// The variables of the loops around.
    locals: Vec<String>,
}

impl<'s> Lower<'s> {
    pub(super) fn new(source: &'s str, variables: &'s [Text]) -> Self {
        Self {
            source,
            variables,
            locals: Vec::new(),
        }
    }

    pub(super) fn expr(&mut self, ast: &IdedExpr) -> Result {
        match &ast.expr {
            Ast::Literal(literal) => Ok(Expr::Constant(literal_value(literal))),
            Ast::Ident(name) => self.name(name),
            Ast::Select(select) => {
                let access = if select.test {
                    Access::Has
                } else {
                    Access::Get
                };
                Ok(Expr::Field(
                    Box::new(self.expr(&select.operand)?),
                    select.field.as_str().into(),
                    access,
                ))
            }
            Ast::Call(call) => self.call(call),
            Ast::List(list) if !list.optional_indices.is_empty() => {
                Err(CompileError::Unsupported("optional elements"))
            }
            Ast::List(list) => {
                let elements = self.exprs(&list.elements)?;
                let constants = elements.iter().map(plain).collect::<Option<_>>();
                Ok(constants.map_or(Expr::List(elements), |list| {
                    Expr::Constant(Constant::List(Tree::List(list)))
                }))
            }
            Ast::Map(map) => {
                let mut entries = Vec::with_capacity(map.entries.len());
                for entry in &map.entries {
                    match &entry.expr {
                        EntryExpr::MapEntry(entry) if !entry.optional => {
                            entries.push((self.expr(&entry.key)?, self.expr(&entry.value)?));
                        }
                        _ => return Err(CompileError::Unsupported("optional entries")),
                    }
                }
                Ok(Expr::Map(entries))
            }
            Ast::Comprehension(comprehension) => self.comprehension(comprehension),
            Ast::Struct(_) => Err(CompileError::Unsupported("messages")),
            Ast::Unspecified => Err(CompileError::Syntax("there is no expression".to_owned())),
        }
    }

    fn exprs(&mut self, asts: &[IdedExpr]) -> Result<Vec<Expr>> {
        asts.iter().map(|ast| self.expr(ast)).collect()
    }

    fn place(&self, name: &str) -> Option<Expr> {
        let local = self
            .locals
            .iter()
            .rposition(|local| local == name)
            .map(Expr::Local);
        local.or_else(|| {
            self.variables
                .iter()
                .position(|known| &**known == name)
                .map(Expr::Variable)
        })
    }

    fn name(&self, name: &str) -> Result {
        if let Some(found) = self.place(name) {
            return Ok(found);
        }
        match TYPES.iter().find(|known| **known == name) {
            Some(known) => Ok(Expr::Constant(Constant::Type(known))),
            None => Err(CompileError::Variable {
                at: At::name(self.source, name),
                name: name.to_owned(),
                known: self.variables.join(", "),
            }),
        }
    }

    fn call(&mut self, call: &CallExpr) -> Result {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [one, two]) => self.junction(one, two, false),
            (operators::LOGICAL_OR, [one, two]) => self.junction(one, two, true),
            (operators::LOGICAL_NOT, [inner]) => Ok(Expr::Not(Box::new(self.expr(inner)?))),
            (operators::NEGATE, [inner]) => {
                let inner = self.expr(inner)?;
                self.folded(Expr::Negate(Box::new(inner)), "-")
            }
            (operators::CONDITIONAL, [condition, yes, no]) => Ok(Expr::If(Box::new([
                self.expr(condition)?,
                self.expr(yes)?,
                self.expr(no)?,
            ]))),
            (operators::INDEX, [container, key]) => Ok(Expr::Index(
                Box::new([self.expr(container)?, self.expr(key)?]),
                Access::Get,
            )),
            (operators::OPT_INDEX, [container, key]) => Ok(Expr::Index(
                Box::new([self.expr(container)?, self.expr(key)?]),
                Access::Try,
            )),
            (operators::OPT_SELECT, [operand, field]) => match &field.expr {
                Ast::Literal(LiteralValue::String(name)) => Ok(Expr::Field(
                    Box::new(self.expr(operand)?),
                    name.inner().into(),
                    Access::Try,
                )),
                _ => Err(CompileError::Unsupported("computed optional fields")),
            },
            (name, [one, two]) if call.target.is_none() => match binary_operator(name) {
                Some(operator) => {
                    let pair = [self.expr(one)?, self.expr(two)?];
                    self.folded(joined(operator, pair), name)
                }
                None => self.function(call),
            },
            _ => self.function(call),
        }
    }

    /// `&&` and `||` are kept flat. What is slow goes last, which changes no result: both are commutative, errors included.
    fn junction(&mut self, one: &IdedExpr, two: &IdedExpr, or: bool) -> Result {
        let mut parts = Vec::new();
        for part in [one, two] {
            match (self.expr(part)?, or) {
                (Expr::And(inner), false) | (Expr::Or(inner), true) => parts.extend(inner),
                (other, _) => parts.push(other),
            }
        }
        parts.sort_by_key(is_slow);
        Ok(if or {
            Expr::Or(parts)
        } else {
            Expr::And(parts)
        })
    }

    fn function(&mut self, call: &CallExpr) -> Result {
        let mut name = call.func_name.clone();
        let mut target = call.target.as_deref();
        if let Some(Ast::Ident(prefix)) = target.map(|target| &target.expr)
            && functions::is_prefix(prefix)
            && self.place(prefix).is_none()
        {
            name = format!("{prefix}.{name}");
            target = None;
        }
        let method = target.is_some();
        let mut arguments = match target {
            Some(target) => vec![self.expr(target)?],
            None => Vec::new(),
        };
        arguments.extend(self.exprs(&call.args)?);
        match functions::find(&name, method, arguments.len()) {
            Some(Callee::Own(own)) if own.name == "matches" => self.matches(own, arguments),
            Some(Callee::Own(own)) => self.folded(Expr::Call(own, arguments), own.name),
            Some(Callee::Foreign) => {
                let call = foreign::prepare(&name, method, arguments.len());
                Ok(Expr::Foreign(Foreign { call, arguments }))
            }
            None => Err(CompileError::Function {
                at: At::name(self.source, &call.func_name),
                name,
                arguments: format!(
                    "{} argument{}{}",
                    call.args.len(),
                    if call.args.len() == 1 { "" } else { "s" },
                    if method { " on a value" } else { "" }
                ),
            }),
        }
    }

    /// A constant pattern is compiled here, once.
    fn matches(&self, own: &'static functions::Function, mut arguments: Vec<Expr>) -> Result {
        let Some(Expr::Constant(Constant::String(pattern))) = arguments.get(1) else {
            return Ok(Expr::Call(own, arguments));
        };
        let regex = regexes::compile(pattern).map_err(|reason| CompileError::Regex {
            at: At::text(self.source, pattern),
            pattern: pattern.to_string(),
            reason,
        })?;
        Ok(Expr::Matches(Box::new(arguments.swap_remove(0)), regex))
    }

    /// What is made of constants only is calculated now.
    fn folded(&self, expr: Expr, name: &str) -> Result {
        let constant = |part: &&Expr| matches!(part, Expr::Constant(_));
        let children = expr.children();
        if children.is_empty() || !children.iter().all(constant) {
            return Ok(expr);
        }
        let value = match Eval::new(&[], &mut Budget::default()).value(&expr) {
            Ok(value) => constant_of(&value),
            Err(fault) => {
                let word = name.trim_matches(['_', '@']);
                return Err(CompileError::Constant {
                    at: At::name(self.source, word),
                    reason: fault.to_string(),
                });
            }
        };
        Ok(value.map_or(expr, Expr::Constant))
    }

    /// A macro, told by what the parser makes of it; there is no other way to write one.
    fn comprehension(&mut self, made: &ComprehensionExpr) -> Result {
        let range = self.expr(&made.iter_range)?;
        let (kind, body, filter) =
            parts(made).ok_or(CompileError::Unsupported("macros of this kind"))?;
        self.locals.push(made.iter_var.clone());
        let body = self.expr(body);
        let filter = filter.map(|filter| self.expr(filter)).transpose();
        self.locals.pop();
        Ok(Expr::Loop(Box::new(Loop {
            kind,
            range,
            body: body?,
            filter: filter?,
        })))
    }
}

/// The macro, its condition or what it maps to, and the filter of a `map` with three arguments.
fn parts(made: &ComprehensionExpr) -> Option<(LoopKind, &IdedExpr, Option<&IdedExpr>)> {
    fn call(ast: &IdedExpr) -> Option<(&str, &[IdedExpr])> {
        match &ast.expr {
            Ast::Call(call) => Some((&call.func_name, &call.args)),
            _ => None,
        }
    }
    // `@result + [element]`
    fn appended(ast: &IdedExpr) -> Option<&IdedExpr> {
        match call(ast)? {
            (operators::ADD, [_, list]) => match &list.expr {
                Ast::List(list) => list.elements.first(),
                _ => None,
            },
            _ => None,
        }
    }
    match call(&made.loop_step)? {
        (operators::LOGICAL_OR, [_, body]) => Some((LoopKind::Exists, body, None)),
        (operators::LOGICAL_AND, [_, body]) => Some((LoopKind::All, body, None)),
        (operators::CONDITIONAL, [condition, step, _]) => match appended(step) {
            None => Some((LoopKind::ExistsOne, condition, None)),
            Some(IdedExpr {
                expr: Ast::Ident(name),
                ..
            }) if *name == made.iter_var => Some((LoopKind::Filter, condition, None)),
            Some(element) => Some((LoopKind::Map, element, Some(condition))),
        },
        _ => appended(&made.loop_step).map(|element| (LoopKind::Map, element, None)),
    }
}

/// Text put together is made at once, not step by step.
fn joined(operator: Operator, pair: [Expr; 2]) -> Expr {
    let is_text = |part: &Expr| matches!(part, Expr::Constant(Constant::String(_)));
    match (operator, pair) {
        (Operator::Add, [Expr::Concat(mut parts), last]) => {
            parts.push(last);
            Expr::Concat(parts)
        }
        (Operator::Add, [Expr::Binary(Operator::Add, first), last]) if is_text(&last) => {
            let mut parts = Vec::from(*first);
            parts.push(last);
            Expr::Concat(parts)
        }
        (Operator::Add, pair) if pair.iter().any(is_text) => Expr::Concat(pair.into()),
        (operator, pair) => Expr::Binary(operator, Box::new(pair)),
    }
}

/// A constant that JSON has.
fn plain(expr: &Expr) -> Option<Tree> {
    Some(match expr {
        Expr::Constant(Constant::Null) => Tree::Null,
        Expr::Constant(Constant::Bool(value)) => Tree::Bool(*value),
        Expr::Constant(Constant::Int(value)) => Tree::Int(*value),
        Expr::Constant(Constant::Double(value)) => Tree::Double(*value),
        Expr::Constant(Constant::String(text)) => Tree::String((**text).into()),
        Expr::Constant(Constant::List(list)) => list.clone(),
        _ => return None,
    })
}

fn binary_operator(name: &str) -> Option<Operator> {
    Some(match name {
        operators::EQUALS => Operator::Equal,
        operators::NOT_EQUALS => Operator::NotEqual,
        operators::LESS => Operator::Less,
        operators::LESS_EQUALS => Operator::LessOrEqual,
        operators::GREATER => Operator::Greater,
        operators::GREATER_EQUALS => Operator::GreaterOrEqual,
        operators::ADD => Operator::Add,
        operators::SUBSTRACT => Operator::Subtract,
        operators::MULTIPLY => Operator::Multiply,
        operators::DIVIDE => Operator::Divide,
        operators::MODULO => Operator::Modulo,
        operators::IN => Operator::In,
        _ => return None,
    })
}

fn literal_value(literal: &LiteralValue) -> Constant {
    match literal {
        LiteralValue::Boolean(value) => Constant::Bool(*value.inner()),
        LiteralValue::Bytes(bytes) => Constant::Bytes(bytes.inner().into()),
        LiteralValue::Double(value) => Constant::Double(*value.inner()),
        LiteralValue::Int(value) => Constant::Int(*value.inner()),
        LiteralValue::Null => Constant::Null,
        LiteralValue::String(text) => Constant::String(text.inner().into()),
        LiteralValue::UInt(value) => Constant::Uint(*value.inner()),
    }
}

fn constant_of(value: &Value<'_>) -> Option<Constant> {
    Some(match value {
        Value::Null => Constant::Null,
        Value::Bool(value) => Constant::Bool(*value),
        Value::Int(value) => Constant::Int(*value),
        Value::Uint(value) => Constant::Uint(*value),
        Value::Double(value) => Constant::Double(*value),
        Value::String(Str::Lent(text)) => Constant::String((*text).into()),
        Value::String(Str::Made(text)) => Constant::String((**text).into()),
        Value::Timestamp(time) => Constant::Timestamp(*time),
        Value::Duration(span) => Constant::Duration(*span),
        _ => return None,
    })
}

/// Whether it uses a pattern that is put together anew each time, or an extension function.
fn is_slow(expr: &Expr) -> bool {
    expr.any(&|part| match part {
        Expr::Call(function, _) => matches!(function.name, "matches" | "find" | "findAll"),
        Expr::Foreign(_) => true,
        _ => false,
    })
}
