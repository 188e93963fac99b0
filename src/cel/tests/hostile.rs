//! Expressions and objects that mean harm: none may panic, overflow the stack, or take long.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

#[test]
fn depth_is_refused_before_it_is_parsed() {
    let repeat = |part: &str| part.repeat(2_000);
    let nested = |open: &str, close: &str| format!("{}1{}", repeat(open), repeat(close));
    for source in [
        nested("(", ")"),
        nested("[", "]"),
        nested("{1: ", "}"),
        nested("size(", ")"),
        nested("[1].map(x, ", ")"),
        nested("object[", "]"),
        format!("object{}", repeat(".x")),
        format!("object{}", repeat("[0]")),
        format!("object{}", repeat(".x()")),
        format!("1{}", repeat(" + 1")),
        format!("1{}", repeat(" == 1")),
        format!("1{}", repeat(" in 1")),
        format!("{}true", repeat("!")),
        format!("{}1", repeat("- ")),
        format!("{}true", repeat("!(")),
        format!("{}1", repeat("true ? 1 : ")),
        "x".repeat(20_000),
    ] {
        let started = Instant::now();
        assert!(
            Program::compile(&source, &["object"]).is_err(),
            "{}",
            &source[..40]
        );
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{}",
            &source[..40]
        );
    }
}

#[test]
fn what_is_just_allowed_is_evaluated() {
    let deep = |open: &str, close: &str| format!("{}1{} == 1", open.repeat(28), close.repeat(28));
    assert_eq!(evaluate(&deep("(", ")"), &json!({})), Outcome::True);
    assert_eq!(evaluate(&deep("dyn(", ")"), &json!({})), Outcome::True);
    assert_eq!(
        evaluate(&format!("1{} == 91", " + 1".repeat(90)), &json!({})),
        Outcome::True
    );
    let wide = vec!["object.a.b == 1"; 800].join(" && ");
    assert_eq!(evaluate(&wide, &json!({"a": {"b": 1}})), Outcome::True);
    // Links at every depth.
    let mixed = format!("{}object.a{}", "(1 + 1 + ".repeat(24), ")".repeat(24));
    assert_eq!(
        evaluate(&format!("{mixed} == 49"), &json!({"a": 1})),
        Outcome::True
    );
}

#[test]
fn wide_sources_are_compiled_in_time() {
    for (open, part, close) in [
        ("[", "1, ", "1] == []"),
        ("{", "1: 1, ", "2: 2} == {}"),
        ("", "object.a.b == 1 && ", "true"),
        ("", "has(object.a) || ", "true"),
        ("", "object.exists(x, x) || ", "true"),
        ("math.least(", "1, ", "1) == 1"),
        ("'", "a b (", "' == ''"),
        ("", "// a\n", "true"),
        ("", "object ", ""),
        ("", "'a' ", ""),
        ("", "a.b, ", ""),
        ("", "&& ", ""),
        ("", "? : ", ""),
        ("", "'", ""),
    ] {
        let source = format!(
            "{open}{}{close}",
            part.repeat((16_000 - open.len() - close.len()) / part.len())
        );
        let started = Instant::now();
        let _ = Program::compile(&source, &["object"]);
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "{part}: {:?}",
            started.elapsed()
        );
    }
}

#[test]
fn deep_objects_are_cut() {
    let mut object = json!(1);
    for _ in 0..1_000 {
        object = Json::from_iter([("a".to_owned(), object)]);
    }
    let tree = Tree::of(&object);
    let program = Program::compile("object == object", &["object"]).expect("it compiles");
    assert_eq!(
        program.evaluate(&[Input::Object(&tree)], &mut Budget::default()),
        Outcome::True
    );
}

/// Each is stopped by the budget, in a time that a controller can spare.
#[test]
fn what_costs_too_much_is_exhausted() {
    let many: Vec<Json> = (0..300).map(|at| json!(format!("{at:0>64}"))).collect();
    let object = json!({"many": many, "long": "a".repeat(1 << 20), "map": {"a": 1}});
    for source in [
        "object.many.all(a, object.many.all(b, object.many.all(c, a + b + c != '')))",
        "object.many.map(a, object.many.map(b, a + b)).map(x, x.map(y, y + y)).size() < 0",
        "object.many.all(a, object.many.all(b, !a.matches('x' + b + '.*' + a)))",
        "object.many.all(a, object.long.contains('b' + a) == false)",
        "object.many.all(a, object.long.matches('(a*)*b') == false)",
        "object.many.all(a, object.long.replace('a', object.long) != a)",
        "object.many.all(a, object.many.map(b, object.long).join(a) != a)",
        "object.many.all(a, object.many.all(b, object.many == object.many))",
        "object.many.all(a, object.many.all(b, (b in object.many.map(x, a)) == (a == b)))",
        "object.many.all(a, object.many.all(b, [object.many, object.many, object.many].flatten(7).size() > 1))",
        "object.long.split('').size() < 0",
        "object.many.all(a, {a: 1, 'b': object.many.map(x, x).sort()}.size() == 2)",
        "object.many.all(a, object.many.all(b, size(object.long) > 1))",
    ] {
        let started = Instant::now();
        assert_eq!(evaluate(source, &object), Outcome::Exhausted, "{source}");
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{source}: {:?}",
            started.elapsed()
        );
    }
}

#[test]
fn a_budget_is_drawn_on_alike_every_time() {
    let program = Program::compile("object.all(a, 'x'.matches(a + 'y') == false)", &["object"])
        .expect("it compiles");
    let tree = Tree::of(&json!(["a", "b", "a"]));
    let spent = || {
        let mut budget = Budget::of(100_000);
        assert_eq!(
            program.evaluate(&[Input::Object(&tree)], &mut budget),
            Outcome::True
        );
        budget.left()
    };
    let first = spent();
    assert_eq!(spent(), first);
}

#[test]
fn functions_of_the_crate_that_would_panic_or_not_end_are_guarded() {
    let object = json!({"text": "x"});
    for source in [
        "'%.99999999f'.format([1.0]) == ''",
        "'%.999f'.format([1.0]) == ''",
        "quantity('1e30').isLessThan(quantity('1n'))",
        "quantity('99999999999999999999999999999999999999E').isGreaterThan(quantity('1'))",
        "quantity('1e2147483647').isGreaterThan(quantity('1'))",
        "math.abs(-9223372036854775807 - 1) == 0",
        "[9223372036854775807, 1].sum() == 0",
        "'äöü'.substring(1, 100) == ''",
        "'äöü'.substring(2, 1) == ''",
        "'abc'.charAt(-1) == ''",
        "[1, 2].slice(2, 1) == []",
        "[1, 2].slice(-1, 9223372036854775807) == []",
        "[[1]].flatten(9223372036854775807) == [1]",
        "'a,b'.split(',', -9223372036854775807) == []",
        "[1, 'a'].sort() == []",
        "[1, 'a'].sum() == 1",
        "[].min() == 1",
        "cidr('10.0.0.0/33').prefixLength() == 33",
        "semver('').major() == 1",
        "url('http://[::1').getHost() == ''",
        "base64.decode('=') == b''",
        "'abc'.format([]) == 'abc'",
        "'%'.format([1]) == ''",
        "timestamp('9999-12-31T23:59:59Z') + duration('1h') > timestamp('2026-01-01T00:00:00Z')",
        "timestamp(9223372036854775807) > timestamp(0)",
        "duration('2562047h') + duration('2562047h') > duration('1s')",
    ] {
        // That it comes back is what is asked.
        let _ = Program::compile(source, &["object"]).map(|program| {
            program.evaluate(&[Input::Object(&Tree::of(&object))], &mut Budget::default())
        });
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "object",
        "x",
        ".spec",
        ".?a",
        "['a']",
        "[0]",
        "[?0]",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "?",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        "<=",
        "&&",
        "||",
        " in ",
        "true",
        "null",
        "1",
        "1u",
        "1.5",
        "-1",
        "'a'",
        "\"b\"",
        "r'\\d'",
        "b'c'",
        "'''d'''",
        ".exists(x, ",
        ".all(x, ",
        ".map(x, ",
        ".filter(x, ",
        ".exists_one(x, ",
        "has(",
        "size(",
        ".matches(",
        ".contains(",
        "string(",
        "timestamp(",
        "duration(",
        "quantity(",
        ".size()",
        ".format(",
        "math.abs(",
        "sets.contains(",
        "optional.of(",
        ".orValue(",
        ".sum()",
        "\n",
        "// c\n",
        "@",
        "$",
        "\\",
        "`a`",
        "ä",
        "\u{0}",
        "0x",
        "1e",
        "9999999999999999999",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is written compiles or is refused, and what compiles comes to something.
    #[test]
    fn nothing_that_is_written_panics(words in proptest::collection::vec(word(), 0..24)) {
        let source: String = words.concat();
        if let Ok(program) = Program::compile(&source, &["object"]) {
            let tree = Tree::of(&object());
            program.evaluate(&[Input::Object(&tree)], &mut Budget::of(10_000));
        }
    }
}
