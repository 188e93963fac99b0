//! Evaluation.

use std::rc::Rc;

use super::budget::Budget;
use super::expr::{Access, Constant, Expr, Loop, LoopKind, Operator};
use super::foreign;
use super::operators;
use super::program::Input;
use super::value::{Fault, List, Map, Result, Str, Value};
use crate::model::Text;

/// One evaluation.
pub(super) struct Eval<'a, 'b> {
    variables: &'b [Input<'a>],
    /// The variables of the loops that we are in, the innermost last.
    locals: Vec<Value<'a>>,
    budget: &'b mut Budget,
}

impl<'a, 'b> Eval<'a, 'b> {
    pub(super) fn new(variables: &'b [Input<'a>], budget: &'b mut Budget) -> Self {
        Self {
            variables,
            locals: Vec::new(),
            budget,
        }
    }

    pub(super) fn value(&mut self, expr: &'a Expr) -> Result<'a> {
        self.budget.spend(1)?;
        match expr {
            Expr::Constant(constant) => Ok(Value::from(constant)),
            Expr::Variable(at) => Ok(self.variables.get(*at).map_or(Value::Null, Value::from)),
            Expr::Local(at) => Ok(self.locals.get(*at).cloned().unwrap_or(Value::Null)),
            Expr::Field(inner, name, access) => {
                let inner = self.value(inner)?;
                field(&inner, name, *access)
            }
            Expr::Index(pair, access) => self.index(pair, *access),
            Expr::Not(inner) => match self.value(inner)? {
                Value::Bool(value) => Ok(Value::Bool(!value)),
                other => Err(Fault::not_for("!", &other)),
            },
            Expr::Negate(inner) => operators::negate(&self.value(inner)?),
            Expr::And(parts) => self.junction(parts, false),
            Expr::Or(parts) => self.junction(parts, true),
            Expr::If(three) => self.conditional(three),
            Expr::Binary(operator, pair) => self.binary(*operator, pair),
            Expr::Concat(parts) => self.concat(parts),
            Expr::Matches(inner, regex) => match self.value(inner)? {
                Value::String(text) => {
                    self.budget.spend_on_text(text.as_str().len())?;
                    Ok(Value::Bool(regex.is_match(text.as_str())))
                }
                other => Err(Fault::not_for("matches", &other)),
            },
            Expr::Call(function, arguments) => match &**arguments {
                [one] => {
                    let arguments = [self.value(one)?];
                    (function.run)(&arguments, self.budget)
                }
                [one, two] => {
                    let arguments = [self.value(one)?, self.value(two)?];
                    (function.run)(&arguments, self.budget)
                }
                arguments => {
                    let arguments = self.values(arguments)?;
                    (function.run)(&arguments, self.budget)
                }
            },
            Expr::Foreign(call) => {
                let arguments = self.values(&call.arguments)?;
                foreign::call(&call.call, &arguments, self.budget)
            }
            Expr::List(elements) => Ok(Value::List(List::Made(self.values(elements)?.into()))),
            Expr::Map(entries) => self.map(entries),
            Expr::Loop(each) => self.each(each),
        }
    }

    fn values(&mut self, exprs: &'a [Expr]) -> std::result::Result<Vec<Value<'a>>, Fault<'a>> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    fn binary(&mut self, operator: Operator, [one, two]: &'a [Expr; 2]) -> Result<'a> {
        let one = self.value(one)?;
        let two = self.value(two)?;
        operators::binary(operator, &one, &two, self.budget)
    }

    fn concat(&mut self, parts: &'a [Expr]) -> Result<'a> {
        let mut text = String::new();
        for part in parts {
            match self.value(part)? {
                Value::String(part) => {
                    self.budget
                        .spend_on_text(text.len() + part.as_str().len())?;
                    text.push_str(part.as_str());
                }
                other => return Err(Fault::not_for_both("+", &Value::made(""), &other)),
            }
        }
        Ok(Value::made(text))
    }

    /// `&&` or `||`: a part that decides, decides, whatever the others come to.
    fn junction(&mut self, parts: &'a [Expr], decisive: bool) -> Result<'a> {
        let mut verdict = Junction::new(decisive);
        for part in parts {
            let value = self.value(part);
            if verdict.decided_by(value)? {
                return Ok(Value::Bool(decisive));
            }
        }
        verdict.undecided()
    }

    fn conditional(&mut self, [condition, yes, no]: &'a [Expr; 3]) -> Result<'a> {
        match self.value(condition)? {
            Value::Bool(true) => self.value(yes),
            Value::Bool(false) => self.value(no),
            other => Err(Fault::not_for("?:", &other)),
        }
    }

    fn index(&mut self, [container, key]: &'a [Expr; 2], access: Access) -> Result<'a> {
        let container = self.value(container)?;
        let key = self.value(key)?;
        let (container, access) = match container {
            Value::Optional(None) => return Ok(Value::Optional(None)),
            Value::Optional(Some(inner)) => (Value::clone(&inner), Access::Try),
            other => (other, access),
        };
        let found = match (&container, &key) {
            (Value::List(list), _) => place(&key).map(|at| list.get(at)),
            (Value::Map(map), _) => Some(map.get(&key)),
            _ => None,
        };
        let found = found.ok_or_else(|| Fault::not_for_both("[]", &container, &key))?;
        match (access, found) {
            (Access::Try, found) => Ok(Value::Optional(found.map(Rc::new))),
            (_, Some(value)) => Ok(value),
            (_, None) => Err(match key {
                Value::String(name) => Fault::NoSuchField(name),
                _ => Fault::other("index out of bounds"),
            }),
        }
    }

    fn map(&mut self, entries: &'a [(Expr, Expr)]) -> Result<'a> {
        let mut made: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.value(key)?;
            if !matches!(
                key,
                Value::String(_) | Value::Int(_) | Value::Uint(_) | Value::Bool(_)
            ) {
                return Err(Fault::not_for("a map's key", &key));
            }
            self.budget.spend(made.len() as u64)?;
            if made.iter().any(|(known, _)| known.equals(&key)) {
                return Err(Fault::other("a map has the same key twice"));
            }
            made.push((key, self.value(value)?));
        }
        Ok(Value::Map(Map::Made(made.into())))
    }

    fn each(&mut self, each: &'a Loop) -> Result<'a> {
        match self.value(&each.range)? {
            Value::List(list) => {
                let items = (0..list.len()).map_while(|at| list.get(at));
                self.run(each, items)
            }
            Value::Map(Map::Lent(fields)) => {
                self.run(each, fields.iter().map(|(key, _)| Value::from(key)))
            }
            Value::Map(map) => {
                let keys = (0..map.len())
                    .filter_map(|at| map.entry(at))
                    .map(|(key, _)| key);
                self.run(each, keys)
            }
            other => Err(Fault::not_for("a loop", &other)),
        }
    }

    fn run(&mut self, each: &'a Loop, items: impl Iterator<Item = Value<'a>>) -> Result<'a> {
        let depth = self.locals.len();
        let result = match each.kind {
            LoopKind::Exists => self.quantified(each, items, true),
            LoopKind::All => self.quantified(each, items, false),
            LoopKind::ExistsOne => self.exactly_one(each, items),
            LoopKind::Map | LoopKind::Filter => self.collected(each, items),
        };
        self.locals.truncate(depth);
        result
    }

    /// Evaluates a part of a loop for one of its elements.
    fn of(&mut self, item: Value<'a>, expr: &'a Expr) -> Result<'a> {
        self.locals.push(item);
        let value = self.value(expr);
        self.locals.pop();
        value
    }

    /// `exists` or `all`: `||` or `&&` over the elements.
    fn quantified(
        &mut self,
        each: &'a Loop,
        items: impl Iterator<Item = Value<'a>>,
        decisive: bool,
    ) -> Result<'a> {
        let mut verdict = Junction::new(decisive);
        for item in items {
            let value = self.of(item, &each.body);
            if verdict.decided_by(value)? {
                return Ok(Value::Bool(decisive));
            }
        }
        verdict.undecided()
    }

    fn exactly_one(
        &mut self,
        each: &'a Loop,
        items: impl Iterator<Item = Value<'a>>,
    ) -> Result<'a> {
        let mut found = 0;
        for item in items {
            match self.of(item, &each.body)? {
                Value::Bool(holds) => found += u32::from(holds),
                other => return Err(Fault::not_for("exists_one", &other)),
            }
        }
        Ok(Value::Bool(found == 1))
    }

    fn collected(&mut self, each: &'a Loop, items: impl Iterator<Item = Value<'a>>) -> Result<'a> {
        let mut made = Vec::new();
        for item in items {
            let condition = match each.kind {
                LoopKind::Filter => Some(&each.body),
                _ => each.filter.as_ref(),
            };
            if let Some(condition) = condition {
                match self.of(item.clone(), condition)? {
                    Value::Bool(true) => {}
                    Value::Bool(false) => continue,
                    other => return Err(Fault::not_for("a filter", &other)),
                }
            }
            made.push(match each.kind {
                LoopKind::Filter => item,
                _ => self.of(item, &each.body)?,
            });
        }
        Ok(Value::List(List::Made(made.into())))
    }
}

fn field<'a>(inner: &Value<'a>, name: &'a Text, access: Access) -> Result<'a> {
    let (map, optional) = match inner {
        Value::Map(map) => (map, false),
        Value::Optional(None) if access == Access::Has => return Ok(Value::Bool(false)),
        Value::Optional(None) => return Ok(Value::Optional(None)),
        Value::Optional(Some(held)) => match &**held {
            Value::Map(map) => (map, true),
            other => return Err(Fault::not_for("a field", other)),
        },
        other => return Err(Fault::not_for("a field", other)),
    };
    let found = map.field(name);
    match access {
        Access::Has => Ok(Value::Bool(found.is_some())),
        Access::Get if !optional => found.ok_or(Fault::NoSuchField(Str::Lent(name))),
        Access::Get | Access::Try => Ok(Value::Optional(found.map(Rc::new))),
    }
}

/// The place in a list that a number means.
fn place(key: &Value<'_>) -> Option<usize> {
    match key {
        Value::Int(at) => Some(usize::try_from(*at).unwrap_or(usize::MAX)),
        Value::Uint(at) => Some(usize::try_from(*at).unwrap_or(usize::MAX)),
        Value::Double(at) if at.fract() == 0.0 && *at >= 0.0 => Some(*at as usize),
        _ => None,
    }
}

/// What `&&` and `||` come to.
struct Junction<'a> {
    decisive: bool,
    fault: Option<Fault<'a>>,
}

impl<'a> Junction<'a> {
    fn new(decisive: bool) -> Self {
        Self {
            decisive,
            fault: None,
        }
    }

    /// Takes the next part. The first error is what it comes to if no part decides; a used up budget ends all.
    fn decided_by(&mut self, part: Result<'a>) -> std::result::Result<bool, Fault<'a>> {
        let fault = match part {
            Ok(Value::Bool(value)) => return Ok(value == self.decisive),
            Ok(other) => Fault::not_for(if self.decisive { "||" } else { "&&" }, &other),
            Err(Fault::Exhausted) => return Err(Fault::Exhausted),
            Err(fault) => fault,
        };
        self.fault.get_or_insert(fault);
        Ok(false)
    }

    fn undecided(self) -> Result<'a> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(Value::Bool(!self.decisive)),
        }
    }
}

impl<'a> From<&Input<'a>> for Value<'a> {
    fn from(input: &Input<'a>) -> Self {
        match input {
            Input::Object(tree) => Value::from(*tree),
            Input::Objects(list) => Value::List(List::Objects(list)),
            Input::Time(time) => Value::Timestamp(*time),
            Input::Absent => Value::Null,
        }
    }
}

impl<'a> From<&'a Constant> for Value<'a> {
    fn from(constant: &'a Constant) -> Self {
        match constant {
            Constant::Null => Value::Null,
            Constant::Bool(value) => Value::Bool(*value),
            Constant::Int(value) => Value::Int(*value),
            Constant::Uint(value) => Value::Uint(*value),
            Constant::Double(value) => Value::Double(*value),
            Constant::String(text) => Value::from(text),
            Constant::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Constant::Timestamp(time) => Value::Timestamp(*time),
            Constant::Duration(span) => Value::Duration(*span),
            Constant::Type(name) => Value::Type(name),
            Constant::List(list) => Value::from(list),
        }
    }
}
