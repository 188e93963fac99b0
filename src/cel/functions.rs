//! The functions that are our own: the standard ones, and those of Kubernetes' that the crate cannot be trusted with.

mod convert;
mod optional;
mod quantity;
mod text;
mod time;

use super::budget::Budget;
use super::foreign;
use super::value::{Fault, Result, Value};

/// A function. Called as a method, the target is the first of its arguments.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    style: Style,
    /// The fewest and the most arguments, the target among them.
    arguments: (usize, usize),
    pub(super) run: Run,
}

pub(super) type Run = for<'a> fn(&[Value<'a>], &mut Budget) -> Result<'a>;

/// How a function may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `f(a)`.
    Global,
    /// `a.f()`.
    Method,
    /// Either.
    Either,
}

/// What a name stands for in a call.
pub(super) enum Callee {
    Own(&'static Function),
    Foreign,
}

const fn function(
    name: &'static str,
    style: Style,
    arguments: (usize, usize),
    run: Run,
) -> Function {
    Function {
        name,
        style,
        arguments,
        run,
    }
}

static OWN: &[Function] = &[
    function("bool", Style::Global, (1, 1), convert::bool),
    function("bytes", Style::Global, (1, 1), convert::bytes),
    function("compareTo", Style::Method, (2, 2), quantity::compare_to),
    function("contains", Style::Method, (2, 2), text::contains),
    function("double", Style::Global, (1, 1), convert::double),
    function("duration", Style::Global, (1, 1), time::duration),
    function("dyn", Style::Global, (1, 1), convert::same),
    function("endsWith", Style::Method, (2, 2), text::ends_with),
    function("find", Style::Method, (2, 2), text::find),
    function("findAll", Style::Method, (2, 3), text::find_all),
    function("getDate", Style::Method, (1, 2), time::date),
    function("getDayOfMonth", Style::Method, (1, 2), time::day_of_month),
    function("getDayOfWeek", Style::Method, (1, 2), time::day_of_week),
    function("getDayOfYear", Style::Method, (1, 2), time::day_of_year),
    function("getFullYear", Style::Method, (1, 2), time::full_year),
    function("getHours", Style::Method, (1, 2), time::hours),
    function("getMilliseconds", Style::Method, (1, 2), time::milliseconds),
    function("getMinutes", Style::Method, (1, 2), time::minutes),
    function("getMonth", Style::Method, (1, 2), time::month),
    function("getSeconds", Style::Method, (1, 2), time::seconds),
    function("hasValue", Style::Method, (1, 1), optional::has_value),
    function("int", Style::Global, (1, 1), convert::int),
    function(
        "isGreaterThan",
        Style::Method,
        (2, 2),
        quantity::is_greater_than,
    ),
    function("isLessThan", Style::Method, (2, 2), quantity::is_less_than),
    function("isQuantity", Style::Global, (1, 1), quantity::is_quantity),
    function("lowerAscii", Style::Method, (1, 1), text::lower_ascii),
    function("matches", Style::Either, (2, 2), text::matches),
    function("optional.none", Style::Global, (0, 0), optional::none),
    function("optional.of", Style::Global, (1, 1), optional::of),
    function(
        "optional.ofNonZeroValue",
        Style::Global,
        (1, 1),
        optional::of_non_zero_value,
    ),
    function("or", Style::Method, (2, 2), optional::or),
    function("orValue", Style::Method, (2, 2), optional::or_value),
    function("quantity", Style::Global, (1, 1), quantity::quantity),
    function("replace", Style::Method, (3, 4), text::replace),
    function("sign", Style::Method, (1, 1), quantity::sign),
    function("size", Style::Either, (1, 1), text::size),
    function("split", Style::Method, (2, 3), text::split),
    function("startsWith", Style::Method, (2, 2), text::starts_with),
    function("string", Style::Either, (1, 1), convert::string),
    function("sum", Style::Method, (1, 1), convert::sum),
    function("timestamp", Style::Global, (1, 1), time::timestamp),
    function("type", Style::Global, (1, 1), convert::type_of),
    function("uint", Style::Global, (1, 1), convert::uint),
    function("value", Style::Method, (1, 1), optional::value),
];

/// The function of a name, if it can be called so.
pub(super) fn find(name: &str, method: bool, arguments: usize) -> Option<Callee> {
    let fits = |style: Style| {
        matches!(
            (style, method),
            (Style::Either, _) | (Style::Global, false) | (Style::Method, true)
        )
    };
    let own = OWN.iter().find(|own| {
        own.name == name
            && fits(own.style)
            && (own.arguments.0..=own.arguments.1).contains(&arguments)
    });
    if let Some(own) = own {
        return Some(Callee::Own(own));
    }
    foreign::NAMES
        .iter()
        .any(|(known, style)| *known == name && fits(*style))
        .then_some(Callee::Foreign)
}

/// Whether there are functions of this prefix, such as `math` of `math.least`.
pub(super) fn is_prefix(prefix: &str) -> bool {
    let own = OWN.iter().map(|own| own.name);
    let foreign = foreign::NAMES.iter().map(|(name, _)| *name);
    own.chain(foreign).any(|name| {
        name.split_once('.')
            .is_some_and(|(known, _)| known == prefix)
    })
}

/// A function's name and text arguments, or the error that they are none.
fn texts<'v, 'a, const N: usize>(
    name: &'static str,
    arguments: &'v [Value<'a>],
) -> std::result::Result<[&'v str; N], Fault<'a>> {
    let mut texts = [""; N];
    for (at, text) in texts.iter_mut().enumerate() {
        match arguments.get(at) {
            Some(Value::String(found)) => *text = found.as_str(),
            Some(other) => return Err(Fault::not_for(name, other)),
            None => return Err(Fault::other(format!("{name} has too few arguments"))),
        }
    }
    Ok(texts)
}
