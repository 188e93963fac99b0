//! What an expression reads of its variables.

use super::expr::{Access, Constant, Expr, Loop, LoopKind, Operator};
use super::projection::Projection;
use crate::model::Text;

/// The parts that an expression reads of each of its variables.
pub(super) fn of(expr: &Expr, variables: usize) -> Vec<Projection> {
    let mut reads = Reads {
        projections: vec![Projection::presence(); variables],
        locals: Vec::new(),
    };
    reads.whole(expr);
    reads.projections
}

struct Reads {
    projections: Vec<Projection>,
    /// For each loop around, the places that its variable may stand for.
    locals: Vec<Vec<Place>>,
}

/// A place in a variable.
#[derive(Clone, Debug)]
struct Place {
    variable: usize,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Field(Text),
    Element,
}

impl Place {
    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl Reads {
    fn at(&mut self, place: &Place) -> &mut Projection {
        let root = &mut self.projections[place.variable];
        place
            .steps
            .iter()
            .fold(root, |projection, step| match step {
                Step::Field(name) => projection.field_mut(name),
                Step::Element => projection.elements_mut(),
            })
    }

    /// Reads all that an expression comes to.
    fn whole(&mut self, expr: &Expr) {
        for place in self.places(expr) {
            self.at(&place).set_all();
        }
    }

    /// The places whose value an expression may come to, none of which is read yet but for being there. What else it
    /// reads on the way is noted.
    fn places(&mut self, expr: &Expr) -> Vec<Place> {
        match expr {
            Expr::Variable(variable) => vec![Place {
                variable: *variable,
                steps: Vec::new(),
            }],
            Expr::Local(at) => self.locals[*at].clone(),
            Expr::Field(inner, name, access) => {
                let found = self.step(inner, Step::Field(name.clone()));
                if *access == Access::Has {
                    Vec::new()
                } else {
                    found
                }
            }
            Expr::Index(pair, _) => match &pair[1] {
                Expr::Constant(Constant::String(name)) => {
                    self.step(&pair[0], Step::Field(name.clone()))
                }
                Expr::Constant(_) => self.step(&pair[0], Step::Element),
                key => {
                    self.whole(key);
                    self.entries(&pair[0])
                }
            },
            Expr::If(three) => {
                self.whole(&three[0]);
                let mut found = self.places(&three[1]);
                found.extend(self.places(&three[2]));
                found
            }
            Expr::Binary(Operator::In, pair) => {
                self.within(pair);
                Vec::new()
            }
            Expr::Call(function, arguments) if function.name == "size" => {
                for argument in arguments {
                    for place in self.places(argument) {
                        self.at(&place).any_mut();
                    }
                }
                Vec::new()
            }
            Expr::Loop(each) => self.each(each),
            other => {
                for child in other.children() {
                    self.whole(child);
                }
                Vec::new()
            }
        }
    }

    /// One step further from where an expression leads.
    fn step(&mut self, inner: &Expr, step: Step) -> Vec<Place> {
        let found: Vec<Place> = self
            .places(inner)
            .into_iter()
            .map(|place| place.then(step.clone()))
            .collect();
        for place in &found {
            self.at(place);
        }
        found
    }

    /// Whatever is in a list, or the keys of a map: as a map, all of it is kept.
    fn entries(&mut self, container: &Expr) -> Vec<Place> {
        let containers = self.places(container);
        for place in &containers {
            self.at(place).any_mut();
        }
        containers
            .into_iter()
            .map(|place| place.then(Step::Element))
            .collect()
    }

    /// `x in y`: whether a map has a key, or a list an element.
    fn within(&mut self, [one, two]: &[Expr; 2]) {
        self.whole(one);
        for place in self.places(two) {
            let projection = self.at(&place);
            match one {
                Expr::Constant(Constant::String(name)) => {
                    projection.field_mut(name);
                    projection.elements_mut().set_all();
                }
                _ => projection.any_mut().set_all(),
            }
        }
    }

    fn each(&mut self, each: &Loop) -> Vec<Place> {
        let elements = self.entries(&each.range);
        self.locals.push(elements);
        self.whole(&each.body);
        if let Some(filter) = &each.filter {
            self.whole(filter);
        }
        self.locals.pop();
        match each.kind {
            // The list itself, but for some of its elements.
            LoopKind::Filter => self.places(&each.range),
            _ => Vec::new(),
        }
    }
}
