//! Whether an expression is PromQL, and where not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use promql_parser::parser::lexer;
use promql_parser::parser::value::ValueType;

use super::error::Problem;
use super::tokens::{Token, tokens};

/// Bounds on what is parsed: an expression becomes a tree that is walked and dropped by recursion, and a definition
/// can be had from anyone who may write a checklist.
const MOST_BYTES: usize = 8 * 1024;
const MOST_TOKENS: usize = 1_000;
const DEEPEST: usize = 50;

/// What an expression yields at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Vector,
    Scalar,
}

/// Parses an expression.
pub(super) fn shape(promql: &str) -> Result<Shape, Problem> {
    if promql.len() > MOST_BYTES {
        return Err(Problem::whole(format!(
            "it is longer than {MOST_BYTES} bytes"
        )));
    }
    let tokens = tokens(promql);
    let last = match tokens.as_slice() {
        [] => return Err(Problem::whole("it is empty")),
        [.., last] => last,
    };
    if tokens.len() > MOST_TOKENS {
        return Err(Problem::at(
            tokens[MOST_TOKENS].bytes.start,
            format!("it has more than {MOST_TOKENS} words"),
        ));
    }
    if let Some(deep) = too_deep(promql, &tokens) {
        return Err(Problem::at(
            deep.bytes.start,
            format!("brackets are nested more than {DEEPEST} deep"),
        ));
    }
    match parse(promql) {
        Parse::Good(ValueType::Vector) => Ok(Shape::Vector),
        Parse::Good(ValueType::Scalar) => Ok(Shape::Scalar),
        Parse::Good(other) => Err(Problem::whole(format!(
            "it yields {}, not numbers at a moment: apply a function such as rate() or \
             max_over_time() to it",
            match other {
                ValueType::Matrix => "a range of samples",
                _ => "a string",
            }
        ))),
        Parse::Meaningless(why) => Err(Problem::whole(why)),
        Parse::Broken => Err(match first_misfit(promql, &tokens) {
            Some(misfit) => Problem::at(
                misfit.bytes.start,
                format!("`{}` is unexpected", shortened(misfit.text(promql))),
            ),
            None => Problem::at(last.bytes.end, "it ends too early"),
        }),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn too_deep<'a>(promql: &str, tokens: &'a [Token]) -> Option<&'a Token> {
    let mut depth = 0_usize;
    tokens.iter().find(|token| {
        match token.text(promql) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

/// What the parser says.
enum Parse {
    /// It is PromQL of this type.
    Good(ValueType),
    /// Every word fits, but a type, an argument or a name does not.
    Meaningless(String),
    /// A word does not fit.
    Broken,
}

/// The parser's message where the grammar does not fit, which is all that it says of that.
const MISFIT: &str = "invalid promql query";

/// Numbers that no duration can hold make the parser panic.
fn parse(promql: &str) -> Parse {
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        lexer(promql).map_err(|_| Parse::Broken)?;
        match promql_parser::parser::parse(promql) {
            Ok(expression) => Ok(expression.value_type()),
            Err(message) if message == MISFIT => Err(Parse::Broken),
            Err(message) => Err(Parse::Meaningless(message)),
        }
    }));
    match parsed {
        Ok(Ok(kind)) => Parse::Good(kind),
        Ok(Err(parse)) => parse,
        Err(_) => Parse::Meaningless("a number in it is out of range".to_owned()),
    }
}

/// The first token that cannot follow those before it: none where only the end is missing.
///
/// The parser does not say. But what it accepts can be cut after any token and mended, and what cannot be mended
/// stays so with more tokens: the first one is found by halving.
fn first_misfit<'a>(promql: &str, tokens: &'a [Token]) -> Option<&'a Token> {
    let fits = |count: usize| count == 0 || can_be_mended(promql, &tokens[..count]);
    let (mut good, mut bad) = (0, tokens.len() + 1);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    tokens.get(good)
}

/// What may be missing where an expression was cut.
const MISSING: [&str; 12] = [
    "", "x", "=\"x\"", "\"x\"", "x=\"x\"", "[1m]", "1m", "1", "(x)", "x, x", "x)", "()",
];
/// What may be missing after the innermost bracket was closed: `sum by (a` lacks `) (x)`.
const MISSING_AFTER: [&str; 3] = ["", " (x)", " x"];

fn can_be_mended(promql: &str, tokens: &[Token]) -> bool {
    let Some(last) = tokens.last() else {
        return true;
    };
    let start = &promql[..last.bytes.end];
    let mut closing = Vec::new();
    for token in tokens {
        match token.text(promql) {
            "(" => closing.push(')'),
            "[" => closing.push(']'),
            "{" => closing.push('}'),
            closed @ (")" | "]" | "}")
                if closing.pop().map(String::from).as_deref() != Some(closed) =>
            {
                return false;
            }
            _ => {}
        }
    }
    MISSING.iter().any(|missing| {
        MISSING_AFTER.iter().any(|after| {
            let mut closing = closing.iter().rev();
            let innermost = closing
                .next()
                .map_or(String::new(), |char| char.to_string());
            let outer: String = closing.collect();
            let mended = format!("{start} {missing}{innermost}{after}{outer}");
            !matches!(parse(&mended), Parse::Broken)
        })
    })
}
