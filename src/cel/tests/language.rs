//! What expressions come to. Where the language leaves a choice, the API server's CEL decides.

use super::*;

fn all_hold(sources: &[&str]) {
    for source in sources {
        assert_eq!(evaluate(source, &object()), Outcome::True, "{source}");
    }
}

fn all_fail(cases: &[(&str, &str)]) {
    for (source, error) in cases {
        assert_eq!(
            evaluate(source, &object()),
            Outcome::Error((*error).to_owned()),
            "{source}"
        );
    }
}

#[test]
fn fields_and_presence() {
    all_hold(&[
        "object.kind == 'Deployment'",
        "object.metadata.labels['app'] == 'web'",
        "object['kind'] == 'Deployment'",
        "has(object.spec.replicas) && !has(object.spec.strategy)",
        "has(object.spec.nothing) && object.spec.nothing == null",
        "object.spec.containers[1].env[0].value == '1'",
        "{'a': {'b': 1}}.a.b == 1",
        "has({'a': 1}.a) && !has({'a': 1}.b)",
    ]);
    all_fail(&[
        (
            "object.spec.strategy.type == 'Recreate'",
            "no such field: strategy",
        ),
        ("has(object.spec.strategy.type)", "no such field: strategy"),
        ("object.metadata.labels['x'] == 'y'", "no such field: x"),
        (
            "object.spec.containers[2].name == 'x'",
            "index out of bounds",
        ),
        (
            "object.spec.containers[-1].name == 'x'",
            "index out of bounds",
        ),
        // The crate says false to these.
        (
            "object.kind.name == 'x'",
            "a field is not defined for string",
        ),
        ("!object.kind.name", "a field is not defined for string"),
        (
            "has(object.spec.containers.name)",
            "a field is not defined for list",
        ),
        (
            "object.spec.nothing.x == 1",
            "a field is not defined for null_type",
        ),
    ]);
}

#[test]
fn numbers_are_compared_as_numbers_and_calculated_with_by_type() {
    all_hold(&[
        "object.spec.replicas == 3 && object.spec.replicas == 3.0 && object.spec.replicas == 3u",
        "object.spec.replicas > 2.5 && object.spec.ratio < 1 && 1u < 2",
        "9007199254740993 > 9007199254740992.0",
        "-1 < 0u && 18446744073709551615u > 9223372036854775807",
        "7 / 2 == 3 && -7 % 3 == -1 && 7.0 / 2.0 == 3.5",
        "2 + 3 * 4 - 1 == 13 && -(2 + 3) == -5 && 0x10 == 16",
        "!(double('NaN') == double('NaN')) && !(double('NaN') < 1.0)",
        "3 in [1, 2, 3.0] && !('3' in [1, 2, 3])",
        "1 != '1' && !(true == 'true') && [1, 2] == [1.0, 2u] && [1] != [1, 2]",
        "{'a': 1, 'b': [2]} == {'b': [2.0], 'a': 1}",
    ]);
    all_fail(&[
        (
            "object.spec.replicas + 1.0 == 2.0",
            "+ is not defined for int and double",
        ),
        (
            "object.spec.replicas + 1u == 4u",
            "+ is not defined for int and uint",
        ),
        (
            "object.spec.replicas / 0 == 1",
            "overflow, or division by zero",
        ),
        (
            "object.spec.replicas + 9223372036854775807 > 0",
            "overflow, or division by zero",
        ),
        (
            "object.spec.replicas < 'x'",
            "< is not defined for int and string",
        ),
        (
            "object.spec.containers < 1",
            "< is not defined for list and int",
        ),
    ]);
}

#[test]
fn errors_are_taken_back_by_a_part_that_decides() {
    all_hold(&[
        "true || object.x.y",
        "object.x.y || true",
        "!(object.x.y && false)",
        "!(false && object.x.y)",
        "object.kind == 'Deployment' ? true : object.x.y",
        // The crate gives up at the first container, which has no env.
        "object.spec.containers.exists(c, c.env.exists(e, e.name == 'A'))",
        "!object.spec.containers.all(c, c.env.size() == 7)",
        "object.spec.containers.exists(c, c.name == 'log' && c.env[0].name == 'A')",
    ]);
    all_fail(&[
        ("object.x.y || false", "no such field: x"),
        ("true && object.x.y", "no such field: x"),
        (
            "object.spec.containers.exists(c, c.env.exists(e, e.name == 'B'))",
            "no such field: env",
        ),
        (
            "object.spec.containers.all(c, c.env.size() == 1)",
            "no such field: env",
        ),
        (
            "object.spec.containers.exists_one(c, c.env.size() == 1)",
            "no such field: env",
        ),
        (
            "object.spec.containers.filter(c, c.env.size() == 1).size() == 1",
            "no such field: env",
        ),
        ("object.kind && true", "&& is not defined for string"),
        ("object.kind ? true : false", "?: is not defined for string"),
        ("!object.kind", "! is not defined for string"),
    ]);
}

#[test]
fn macros() {
    all_hold(&[
        "object.spec.containers.exists(c, c.name == 'log') && object.spec.containers.all(c, c.image.contains('/'))",
        "object.spec.containers.exists_one(c, c.name == 'web')",
        "![].exists(x, true) && [].all(x, false) && ![].exists_one(x, true)",
        "object.spec.containers.map(c, c.name) == ['web', 'log']",
        "object.spec.containers.map(c, has(c.env), c.name) == ['log']",
        "object.spec.containers.filter(c, has(c.ports))[0].name == 'web'",
        "object.metadata.labels.exists(k, k == 'tier') && object.metadata.labels.all(k, object.metadata.labels[k] != '')",
        "object.metadata.labels.map(k, k) == ['app', 'tier']",
        "[[1, 2], [3]].exists(x, x.exists(y, y == 3))",
        // An inner variable hides an outer one of the same name.
        "[1].exists(x, [2].exists(x, x == 2) && x == 1)",
        "{'b': 1, 'a': 2}.map(k, k) == ['b', 'a']",
    ]);
    all_fail(&[(
        "object.spec.replicas.exists(x, true)",
        "a loop is not defined for int",
    )]);
}

#[test]
fn text() {
    all_hold(&[
        "object.metadata.name.matches('^w.b$') && matches('web', 'e') && !'web'.matches('^e')",
        "'web-api'.matches('^' + object.metadata.name + '-')",
        "'registry'.startsWith('reg') && 'registry'.endsWith('try') && 'registry'.contains('gist')",
        "size('äöü') == 3 && 'äöü'.size() == 3 && size([1, 2]) == 2 && size({'a': 1}) == 1 && size(b'abc') == 3",
        "'a' + 'b' == 'ab' && 'a' < 'b' && [1] + [2] == [1, 2]",
        "'WEB'.lowerAscii() == 'web' && 'web'.upperAscii() == 'WEB' && ' a '.trim() == 'a'",
        "'a,b,'.split(',') == ['a', 'b', ''] && 'äb'.split('') == ['ä', 'b'] && ''.split('') == [] && ''.split(',') == ['']",
        "'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'a,b'.split(',', -1) == ['a', 'b'] && 'a,b'.split(',', 0) == []",
        "'a,b'.split(',', 1) == ['a,b'] && 'a,b'.split(',', 2) == ['a', 'b'] && 'abc'.split('', 2) == ['a', 'bc']",
        "'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b'",
        "'abcabc'.replace('b', 'x') == 'axcaxc' && 'abcabc'.replace('b', 'x', 1) == 'axcabc'",
        "'abc'.substring(1) == 'bc' && 'abc'.indexOf('c') == 2 && 'abc'.charAt(1) == 'b'",
        "'a1b22'.find('[0-9]+') == '1' && 'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a1b2'.findAll('[0-9]', 1) == ['1']",
        "'%s has %d'.format(['web', 3]) == 'web has 3'",
        "r'\\d' == '\\\\d' && \"it's\" == 'it\\'s'",
    ]);
    all_fail(&[
        (
            "object.spec.replicas.matches('3')",
            "matches is not defined for int",
        ),
        ("object.kind.contains(1)", "contains is not defined for int"),
        (
            "'x'.matches(object.kind + '(')",
            "\"Deployment(\" is no regular expression",
        ),
    ]);
}

#[test]
fn conversions() {
    all_hold(&[
        "string(1) == '1' && string(1.0) == '1' && string(1.5) == '1.5' && string(true) == 'true' && string('a') == 'a'",
        "string(1e21) == '1e+21' && string(0.00001) == '1e-05' && string(123456789.0) == '123456789'",
        "int('7') == 7 && int(7.9) == 7 && int(-7.9) == -7 && int(7u) == 7 && uint('7') == 7u && double('1.5') == 1.5",
        "bool('true') && !bool('F') && bytes('a') == b'a' && string(b'a') == 'a'",
        "type(1) == int && type('a') == string && type(object) == map && type(object.spec.containers) == list",
        "dyn(1) == 1",
        "string(duration('90m')) == '5400s'",
        "string(timestamp('2026-11-01T12:00:00+02:00')) == '2026-11-01T10:00:00Z'",
        "int(timestamp('1970-01-01T00:01:00Z')) == 60",
    ]);
    all_fail(&[
        ("int(object.kind) == 1", "\"Deployment\" is no int"),
        ("string(object.spec) == ''", "string is not defined for map"),
        (
            "int(object.spec.ratio * 1e300) == 1",
            "out of the range of int",
        ),
    ]);
}

#[test]
fn time() {
    all_hold(&[
        "timestamp('2026-11-01T12:00:00Z') - duration('24h') == timestamp('2026-10-31T12:00:00Z')",
        "timestamp('2026-11-01T12:00:00Z') - timestamp('2026-11-01T11:00:00Z') == duration('1h')",
        "timestamp('2026-11-01T12:00:00.5Z') > timestamp('2026-11-01T12:00:00Z')",
        "duration('1h30m') == duration('90m') && duration('1.5h') == duration('5400s') && duration('-1m') < duration('0')",
        "duration('1ms') == duration('1000us') && duration('1us') == duration('1000ns')",
        "timestamp('2026-11-01T12:34:56Z').getHours() == 12 && timestamp('2026-11-01T12:34:56Z').getHours('+02:30') == 15",
        "timestamp('2026-11-01T12:34:56Z').getFullYear() == 2026 && timestamp('2026-11-01T12:34:56Z').getMonth() == 10",
        "timestamp('2026-11-01T12:34:56Z').getDate() == 1 && timestamp('2026-11-01T12:34:56Z').getDayOfMonth() == 0",
        "timestamp('2026-11-01T12:34:56Z').getDayOfWeek() == 0 && timestamp('2026-01-02T00:00:00Z').getDayOfYear() == 1",
        "duration('90m').getHours() == 1 && duration('90m').getMinutes() == 90 && duration('90m').getSeconds() == 5400",
    ]);
    let text = |source: &str, text: &str| evaluate(source, &json!({"text": text}));
    for odd in [
        "2026-11-01",
        "2026-11-01 12:00:00Z",
        "2026-11-01T12:00:00",
        "2026-13-01T12:00:00Z",
        "",
        "ä026-11-01T12:00:00Z",
    ] {
        let expected = Outcome::Error(format!("{odd:?} is no RFC 3339 time"));
        assert_eq!(
            text(
                "timestamp(object.text) > timestamp('2026-01-01T00:00:00Z')",
                odd
            ),
            expected
        );
    }
    for odd in [
        "",
        "-",
        "1",
        "h",
        "1x",
        "1.2.3h",
        ".h",
        "999999999999h",
        "1h ",
        "1 h",
    ] {
        let expected = Outcome::Error(format!("{odd:?} is no duration such as 1h30m"));
        assert_eq!(
            text("duration(object.text) > duration('1s')", odd),
            expected,
            "{odd}"
        );
    }
}

#[test]
fn optionals() {
    all_hold(&[
        "object.spec.?strategy.orValue('x') == 'x' && object.spec.?replicas.orValue(1) == 3",
        "!object.spec.?strategy.hasValue() && object.?spec.replicas.value() == 3",
        "object.spec.?strategy.type.orValue('none') == 'none'",
        "object.metadata.labels[?'x'].orValue('y') == 'y' && object.spec.containers[?7].hasValue() == false",
        "object.spec.?a.or(object.spec.?replicas).value() == 3",
        "!has(object.?nothing.x) && has(object.?spec.replicas)",
        "optional.of(1).value() == 1 && !optional.none().hasValue() && !optional.ofNonZeroValue('').hasValue()",
    ]);
    all_fail(&[(
        "object.spec.?strategy.value() == 1",
        "the optional has no value",
    )]);
}

#[test]
fn extensions() {
    all_hold(&[
        "quantity('1Gi').isGreaterThan(quantity('1000Mi')) && quantity('500m').compareTo(quantity('0.5')) == 0",
        "quantity('1.5').isLessThan(quantity('2')) && isQuantity('10Mi') && !isQuantity('x') && quantity('-1').sign() == -1",
        "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.2.3').minor() == 2 && isSemver('1.2.3')",
        "ip('10.1.2.3').isGlobalUnicast() && cidr('10.0.0.0/8').containsIP('10.1.2.3') && isIP('::1')",
        "string(ip('10.1.2.3')) == '10.1.2.3'",
        "url('https://example.com:8443/a').getHostname() == 'example.com' && !isURL('x')",
        "sets.contains([1, 2, 3], [2]) && sets.intersects(['a'], ['a', 'b'])",
        "math.greatest(1, 7, 3) == 7 && math.least([2, 1]) == 1 && math.abs(-3) == 3",
        "[3, 1, 2].sort() == [1, 2, 3] && [1, 2].sum() == 3 && [].sum() == 0 && [0.5, 1.0].sum() == 1.5 && [1, 1].distinct() == [1] && [1, 2].min() == 1",
        "[1, 2, 3].slice(0, 2) == [1, 2] && [[1], [2]].flatten() == [1, 2] && [1, 2].reverse() == [2, 1]",
        "base64.encode(b'abc') == 'YWJj' && !format.dns1123Label().validate('web').hasValue()",
    ]);
}

#[test]
fn every_extension_is_one_of_the_crates() {
    for (name, style) in foreign::NAMES {
        let call = foreign::prepare(name, *style == functions::Style::Method, 1);
        let arguments = [value::Value::Null];
        if let Err(fault) = foreign::call(&call, &arguments, &mut Budget::default()) {
            let fault = fault.to_string();
            assert!(!fault.contains("Undeclared reference"), "{name}: {fault}");
        }
    }
}

#[test]
fn only_booleans_are_results() {
    all_fail(&[
        ("object.metadata.name", "it is string rather than a bool"),
        ("1", "it is int rather than a bool"),
        ("object.spec.nothing", "it is null_type rather than a bool"),
    ]);
}
