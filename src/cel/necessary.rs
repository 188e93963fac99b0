//! What must hold of some variables alone for an expression to hold.

use std::collections::BTreeSet;

use super::expr::{Access, Constant, Expr, Loop, LoopKind, Operator};
use super::program::Program;

/// A field of a variable.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// The variable.
    pub variable: &'static str,
    /// The fields from it on.
    pub fields: &'static [&'static str],
}

/// What must hold, depending on whether two fields are equal.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// What must hold where they are.
    pub equal: Necessary,
    /// What must hold where they are not.
    pub unequal: Necessary,
    /// What is left to be asked once that holds: the program without the parts that depend on known variables only.
    pub rest: Program,
}

/// What must hold.
#[derive(Clone, Debug)]
pub enum Necessary {
    /// Nothing that depends on the known variables.
    Nothing {
        /// Whether it is enough, too: the program holds under the assumption, whatever its variables are.
        enough: bool,
    },
    /// This.
    Condition {
        /// Over the known variables.
        program: Program,
        /// Whether it is enough, too: where it holds under the assumption, so does the program.
        enough: bool,
    },
    /// Whatever holds, the program does not.
    Never,
}

impl Program {
    /// What must hold of the `known` variables alone for it to hold, where two fields are equal and where they are not. If
    /// that does not hold, neither does the program, whatever the other variables are.
    pub fn necessary(&self, known: &[&str], fields: [Path; 2]) -> Conditions {
        let known: BTreeSet<usize> = (0..self.variables().len())
            .filter(|at| known.contains(&&*self.variables()[*at]))
            .collect();
        let weaken = |equal: bool| {
            let known = known.clone();
            let mut weaker = Weaker {
                program: self,
                known,
                fields,
                equal,
                locals: Vec::new(),
                exact: true,
                assumed: false,
            };
            let part = weaker.of(self.root());
            let enough = weaker.exact;
            let necessary = match part {
                Part::True => Necessary::Nothing { enough },
                Part::False => Necessary::Never,
                Part::Holds(root) => {
                    let program = self.part(root);
                    Necessary::Condition { program, enough }
                }
            };
            (necessary, weaker.assumed)
        };
        let (equal, assumed) = weaken(true);
        // What does not depend on it is one condition, so that it is evaluated once.
        let unequal = if assumed {
            weaken(false).0
        } else {
            equal.clone()
        };
        Conditions {
            equal,
            unequal,
            rest: self.without(&known),
        }
    }

    /// A program that is a part of this one.
    fn part(&self, root: Expr) -> Program {
        let source = format!("part of: {}", self.source());
        Program::of(source.into(), self.variables().clone(), root)
    }

    /// Without what must hold of some variables alone.
    fn without(&self, known: &BTreeSet<usize>) -> Program {
        let Expr::And(parts) = self.root() else {
            return self.clone();
        };
        let depends = |part: &&Expr| {
            part.any(&|part| matches!(part, Expr::Variable(at) if !known.contains(at)))
        };
        let rest: Vec<Expr> = parts.iter().filter(depends).cloned().collect();
        match junction(rest, Part::True, Expr::And) {
            Part::Holds(root) => self.part(root),
            // All of it, which is enough.
            Part::True | Part::False => self.clone(),
        }
    }
}

/// What an expression is weakened to.
enum Part {
    True,
    False,
    Holds(Expr),
}

struct Weaker<'p> {
    program: &'p Program,
    known: BTreeSet<usize>,
    fields: [Path; 2],
    /// Whether these are taken to be equal.
    equal: bool,
    /// For each loop around, whether what it goes through is known.
    locals: Vec<bool>,
    /// Whether nothing was left out so far, only put in place by the assumption.
    exact: bool,
    /// Whether it was put in anywhere.
    assumed: bool,
}

impl Weaker<'_> {
    /// An expression over the known variables that holds wherever this does.
    fn of(&mut self, expr: &Expr) -> Part {
        if let Some(holds) = self.assumption(expr) {
            self.assumed = true;
            return if holds { Part::True } else { Part::False };
        }
        if self.is_known(expr) {
            return match expr {
                Expr::Constant(Constant::Bool(true)) => Part::True,
                Expr::Constant(Constant::Bool(false)) => Part::False,
                other => Part::Holds(other.clone()),
            };
        }
        match expr {
            Expr::And(parts) => {
                let mut kept = Vec::new();
                for part in parts {
                    match self.of(part) {
                        Part::True => {}
                        Part::False => return Part::False,
                        Part::Holds(part) => kept.push(part),
                    }
                }
                junction(kept, Part::True, Expr::And)
            }
            Expr::Or(parts) => {
                let mut kept = Vec::new();
                for part in parts {
                    match self.of(part) {
                        Part::True => return Part::True,
                        Part::False => {}
                        Part::Holds(part) => kept.push(part),
                    }
                }
                junction(kept, Part::False, Expr::Or)
            }
            Expr::If(three) => {
                let (yes, no) = (self.of(&three[1]), self.of(&three[2]));
                if self.is_known(&three[0]) {
                    let [yes, no] = [yes, no].map(expr_of);
                    return Part::Holds(Expr::If(Box::new([three[0].clone(), yes, no])));
                }
                self.exact = false;
                match (yes, no) {
                    (Part::True, _) | (_, Part::True) => Part::True,
                    (Part::False, other) | (other, Part::False) => other,
                    (Part::Holds(yes), Part::Holds(no)) => Part::Holds(Expr::Or(vec![yes, no])),
                }
            }
            Expr::Loop(each) if self.is_known(&each.range) => self.each(each),
            _ => self.left_out(),
        }
    }

    fn left_out(&mut self) -> Part {
        self.exact = false;
        Part::True
    }

    /// A loop over something known: its condition is weakened.
    fn each(&mut self, each: &Loop) -> Part {
        let kind = match each.kind {
            LoopKind::Exists => LoopKind::Exists,
            LoopKind::All => LoopKind::All,
            LoopKind::ExistsOne => {
                self.exact = false;
                LoopKind::Exists
            }
            LoopKind::Map | LoopKind::Filter => return self.left_out(),
        };
        self.locals.push(true);
        let body = self.of(&each.body);
        self.locals.pop();
        match (kind, &body) {
            (LoopKind::All, Part::True) => Part::True,
            (LoopKind::Exists, Part::False) => Part::False,
            _ => Part::Holds(Expr::Loop(Box::new(Loop {
                kind,
                range: each.range.clone(),
                body: expr_of(body),
                filter: None,
            }))),
        }
    }

    /// Whether it depends on nothing but known variables.
    fn is_known(&self, expr: &Expr) -> bool {
        let depth = self.locals.len();
        !expr.any(&|part| match part {
            Expr::Variable(at) => !self.known.contains(at),
            // Of a loop within the expression, whose range is part of it.
            Expr::Local(at) => *at < depth && !self.locals[*at],
            _ => false,
        })
    }

    /// What is assumed of it.
    fn assumption(&self, expr: &Expr) -> Option<bool> {
        let Expr::Binary(operator, pair) = expr else {
            return None;
        };
        let equal = match operator {
            Operator::Equal => true,
            Operator::NotEqual => false,
            _ => return None,
        };
        let [one, other] = &self.fields;
        let fits = (self.is_path(&pair[0], one) && self.is_path(&pair[1], other))
            || (self.is_path(&pair[1], one) && self.is_path(&pair[0], other));
        fits.then_some(equal == self.equal)
    }

    fn is_path(&self, expr: &Expr, path: &Path) -> bool {
        let mut at = expr;
        for name in path.fields.iter().rev() {
            match at {
                Expr::Field(inner, found, Access::Get) if &**found == *name => at = inner,
                _ => return false,
            }
        }
        matches!(at, Expr::Variable(found) if &*self.program.variables()[*found] == path.variable)
    }
}

fn junction(mut kept: Vec<Expr>, empty: Part, join: fn(Vec<Expr>) -> Expr) -> Part {
    match kept.len() {
        0 => empty,
        1 => kept.pop().map_or(empty, Part::Holds),
        _ => Part::Holds(join(kept)),
    }
}

fn expr_of(part: Part) -> Expr {
    match part {
        Part::True => Expr::Constant(Constant::Bool(true)),
        Part::False => Expr::Constant(Constant::Bool(false)),
        Part::Holds(expr) => expr,
    }
}
