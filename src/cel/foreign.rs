//! Kubernetes' extension functions, as the crate `kube-cel` has them.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use kube::core::cel::KubeCelExt;
use kube::core::cel::cel::common::ast::{CallExpr, Expr as Ast};
use kube::core::cel::cel::objects::{Key, Map as CelMap, OptionalValue};
use kube::core::cel::cel::{self, Context, IdedExpr};

use super::budget::Budget;
use super::functions::Style;
use super::value::{Fault, List, Map, Result, Value};

/// Those that are called as they are. Left out are quantities and `sum`, whose arithmetic there overflows, and `replace` and
/// `split`, which make whatever length they are asked for: `functions` has them. Not there at all are `lists.range`, for the same reason, and
/// `format.named`, which is an optional in the API server.
pub(super) const NAMES: &[(&str, Style)] = &[
    ("base64.decode", Style::Global),
    ("base64.encode", Style::Global),
    ("charAt", Style::Method),
    ("cidr", Style::Global),
    ("compareTo", Style::Method),
    ("containsCIDR", Style::Method),
    ("containsIP", Style::Method),
    ("distinct", Style::Method),
    ("family", Style::Method),
    ("first", Style::Method),
    ("flatten", Style::Method),
    ("format", Style::Method),
    ("format.byte", Style::Global),
    ("format.date", Style::Global),
    ("format.datetime", Style::Global),
    ("format.dns1035Label", Style::Global),
    ("format.dns1035LabelPrefix", Style::Global),
    ("format.dns1123Label", Style::Global),
    ("format.dns1123LabelPrefix", Style::Global),
    ("format.dns1123Subdomain", Style::Global),
    ("format.dns1123SubdomainPrefix", Style::Global),
    ("format.labelValue", Style::Global),
    ("format.qualifiedName", Style::Global),
    ("format.uri", Style::Global),
    ("format.uuid", Style::Global),
    ("getEscapedPath", Style::Method),
    ("getHost", Style::Method),
    ("getHostname", Style::Method),
    ("getPort", Style::Method),
    ("getQuery", Style::Method),
    ("getScheme", Style::Method),
    ("indexOf", Style::Method),
    ("ip", Style::Either),
    ("ip.isCanonical", Style::Global),
    ("isCIDR", Style::Global),
    ("isGlobalUnicast", Style::Method),
    ("isGreaterThan", Style::Method),
    ("isIP", Style::Global),
    ("isLessThan", Style::Method),
    ("isLinkLocalMulticast", Style::Method),
    ("isLinkLocalUnicast", Style::Method),
    ("isLoopback", Style::Method),
    ("isSemver", Style::Global),
    ("isSorted", Style::Method),
    ("isURL", Style::Global),
    ("isUnspecified", Style::Method),
    ("join", Style::Method),
    ("jsonpatch.escapeKey", Style::Global),
    ("last", Style::Method),
    ("lastIndexOf", Style::Method),
    ("major", Style::Method),
    ("masked", Style::Method),
    ("math.abs", Style::Global),
    ("math.ceil", Style::Global),
    ("math.floor", Style::Global),
    ("math.greatest", Style::Global),
    ("math.isFinite", Style::Global),
    ("math.isInf", Style::Global),
    ("math.isNaN", Style::Global),
    ("math.least", Style::Global),
    ("math.round", Style::Global),
    ("math.sign", Style::Global),
    ("math.sqrt", Style::Global),
    ("math.trunc", Style::Global),
    ("max", Style::Method),
    ("min", Style::Method),
    ("minor", Style::Method),
    ("patch", Style::Method),
    ("prefixLength", Style::Method),
    ("reverse", Style::Method),
    ("semver", Style::Global),
    ("sets.contains", Style::Global),
    ("sets.equivalent", Style::Global),
    ("sets.intersects", Style::Global),
    ("slice", Style::Method),
    ("sort", Style::Method),
    ("strings.quote", Style::Global),
    ("substring", Style::Method),
    ("trim", Style::Method),
    ("upperAscii", Style::Method),
    ("url", Style::Global),
    ("validate", Style::Method),
];

thread_local! {
    /// The functions; building the table takes far longer than a call.
    static FUNCTIONS: Context<'static> = Context::default().with_all();
}

/// The crate's call of a function, of arguments that are variables.
pub(super) fn prepare(name: &str, method: bool, arguments: usize) -> Arc<IdedExpr> {
    let variable = |at: usize| IdedExpr {
        id: 0,
        expr: Ast::Ident(format!("@{at}")),
    };
    let mut args: Vec<IdedExpr> = (0..arguments).map(variable).collect();
    let (target, func_name) = match name.split_once('.') {
        Some((prefix, name)) => {
            let prefix = IdedExpr {
                id: 0,
                expr: Ast::Ident(prefix.to_owned()),
            };
            (Some(Box::new(prefix)), name)
        }
        None if method && !args.is_empty() => (Some(Box::new(args.remove(0))), name),
        None => (None, name),
    };
    let call = CallExpr {
        func_name: func_name.to_owned(),
        target,
        args,
    };
    Arc::new(IdedExpr {
        id: 0,
        expr: Ast::Call(call),
    })
}

pub(super) fn call<'a>(
    call: &IdedExpr,
    arguments: &[Value<'a>],
    budget: &mut Budget,
) -> Result<'a> {
    let weight: usize = arguments.iter().map(Value::weight).sum();
    budget.spend(20 + 4 * weight as u64)?;
    if too_precise(call, arguments) {
        return Err(Fault::other(
            "format with a precision of more than 99 digits",
        ));
    }
    let arguments = arguments
        .iter()
        .map(given)
        .collect::<std::result::Result<Vec<_>, _>>()?;
    // Not every one of these functions has been shown to panic on nothing. Nothing is shared that a panic could leave half
    // done: the table of functions is only read.
    let called = catch_unwind(AssertUnwindSafe(|| {
        FUNCTIONS.with(|functions| {
            let mut scope = functions.new_inner_scope();
            for (at, value) in arguments.into_iter().enumerate() {
                scope.add_variable_from_value(format!("@{at}"), value);
            }
            cel::Value::resolve(call, &scope)
        })
    }));
    match called {
        Ok(Ok(value)) => taken(value, budget),
        Ok(Err(error)) => Err(Fault::other(error.to_string())),
        Err(_) => Err(Fault::other("the function failed")),
    }
}

fn too_precise(call: &IdedExpr, arguments: &[Value<'_>]) -> bool {
    let is_format = matches!(&call.expr, Ast::Call(call) if call.func_name == "format");
    let Some(Value::String(text)) = arguments.first().filter(|_| is_format) else {
        return false;
    };
    text.as_str()
        .split("%.")
        .skip(1)
        .any(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() > 2)
}

/// The crate's form of a value.
fn given<'a>(value: &Value<'a>) -> std::result::Result<cel::Value, Fault<'a>> {
    Ok(match value {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::Int(value) => cel::Value::Int(*value),
        Value::Uint(value) => cel::Value::UInt(*value),
        Value::Double(value) => cel::Value::Float(*value),
        Value::String(text) => cel::Value::String(Arc::new(text.as_str().to_owned())),
        Value::Bytes(bytes) => cel::Value::Bytes(Arc::new(bytes.to_vec())),
        Value::List(list) => {
            let made: std::result::Result<Vec<_>, _> =
                list.iter().map(|value| given(&value)).collect();
            cel::Value::List(Arc::new(made?))
        }
        Value::Map(map) => {
            let mut made = HashMap::with_capacity(map.len());
            for (key, value) in (0..map.len()).filter_map(|at| map.entry(at)) {
                let key: Key = given(&key)?
                    .try_into()
                    .map_err(|_| Fault::not_for("a map's key", &value))?;
                made.insert(key, given(&value)?);
            }
            cel::Value::Map(CelMap {
                map: Arc::new(made),
            })
        }
        Value::Optional(None) => cel::Value::Opaque(Arc::new(OptionalValue::none())),
        Value::Optional(Some(inner)) => {
            cel::Value::Opaque(Arc::new(OptionalValue::of(given(inner)?)))
        }
        Value::Foreign(value) => (**value).clone(),
        Value::Timestamp(_) | Value::Duration(_) | Value::Type(_) | Value::Quantity(_) => {
            return Err(Fault::not_for("this function", value));
        }
    })
}

/// Our form of the crate's value.
fn taken<'a>(value: cel::Value, budget: &mut Budget) -> Result<'a> {
    budget.spend(1)?;
    Ok(match value {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(value) => Value::Bool(value),
        cel::Value::Int(value) => Value::Int(value),
        cel::Value::UInt(value) => Value::Uint(value),
        cel::Value::Float(value) => Value::Double(value),
        cel::Value::String(text) => {
            budget.spend_on_text(text.len())?;
            Value::made(text.as_str())
        }
        cel::Value::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
        cel::Value::List(list) => {
            let made: std::result::Result<Vec<_>, _> = list
                .iter()
                .map(|value| taken(value.clone(), budget))
                .collect();
            Value::List(List::Made(made?.into()))
        }
        cel::Value::Map(map) => {
            // The crate's maps have no order.
            let mut entries: Vec<_> = map.map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let mut made = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let key = match key {
                    Key::Int(key) => Value::Int(*key),
                    Key::Uint(key) => Value::Uint(*key),
                    Key::Bool(key) => Value::Bool(*key),
                    Key::String(key) => Value::made(key.as_str()),
                };
                made.push((key, taken(value.clone(), budget)?));
            }
            Value::Map(Map::Made(made.into()))
        }
        cel::Value::Opaque(opaque) => match opaque.downcast_ref::<OptionalValue>() {
            Some(optional) => match optional.value() {
                Some(held) => Value::Optional(Some(Rc::new(taken(held.clone(), budget)?))),
                None => Value::Optional(None),
            },
            None => Value::Foreign(Rc::new(cel::Value::Opaque(opaque))),
        },
        other => Value::Foreign(Rc::new(other)),
    })
}
