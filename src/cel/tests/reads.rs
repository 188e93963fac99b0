//! What is read of an object, and that nothing else matters.

use proptest::prelude::*;

use super::*;

fn kept(source: &str) -> Tree {
    let program =
        Program::compile(source, &["object"]).unwrap_or_else(|error| panic!("{source}: {error}"));
    program.reads("object").apply(&object())
}

#[test]
fn what_is_kept() {
    for (source, expected) in [
        ("object.kind == 'x'", json!({"kind": "Deployment"})),
        (
            "has(object.spec.replicas)",
            json!({"spec": {"replicas": 3}}),
        ),
        (
            "has(object.spec.containers)",
            json!({"spec": {"containers": []}}),
        ),
        (
            "has(object.metadata.name)",
            json!({"metadata": {"name": ""}}),
        ),
        ("has(object.metadata)", json!({"metadata": {}})),
        (
            "object.metadata.labels['app'] == 'x'",
            json!({"metadata": {"labels": {"app": "web"}}}),
        ),
        (
            "'app' in object.metadata.labels",
            json!({"metadata": {"labels": {"app": ""}}}),
        ),
        (
            "object.metadata.labels.exists(k, k == 'x')",
            json!({"metadata": {"labels": {"app": "web", "tier": "front"}}}),
        ),
        (
            "object.spec.containers.exists(c, c.name == 'x')",
            json!({"spec": {"containers": [{"name": "web"}, {"name": "log"}]}}),
        ),
        (
            "object.spec.containers[0].name == 'x'",
            json!({"spec": {"containers": [{"name": "web"}, {"name": "log"}]}}),
        ),
        (
            "size(object.spec.containers) > 1",
            json!({"spec": {"containers": [{}, {}]}}),
        ),
        (
            "object.spec.containers.filter(c, has(c.ports)).exists(c, c.name == 'x')",
            json!({"spec": {"containers": [{"name": "web", "ports": []}, {"name": "log"}]}}),
        ),
        (
            "object.spec.containers.exists(c, has(c.ports) && 443 in c.ports)",
            json!({"spec": {"containers": [{"ports": [80, 443]}, {}]}}),
        ),
        (
            "object.spec.containers.map(c, c.env).size() == 1",
            json!({"spec": {"containers": [{}, {"env": [{"name": "A", "value": "1"}]}]}}),
        ),
        (
            "(has(object.spec) ? object.spec : object.metadata).replicas == 1",
            json!({"spec": {"replicas": 3}, "metadata": {}}),
        ),
        (
            "object.spec.?replicas.orValue(1) == 1",
            json!({"spec": {"replicas": 3}}),
        ),
        (
            "string(object.spec.ratio) == 'x'",
            json!({"spec": {"ratio": 0.5}}),
        ),
        ("object.kind.name == 'x'", json!({"kind": ""})),
        (
            "[1].exists(x, x == object.spec.replicas)",
            json!({"spec": {"replicas": 3}}),
        ),
        ("true", json!({})),
    ] {
        assert_eq!(kept(source), Tree::of(&expected), "{source}");
    }
}

#[test]
fn unions_keep_what_either_keeps_and_cover_both() {
    let one = Projection::path(&["spec", "containers", "*", "name"]);
    let other =
        Projection::path(&["spec", "containers", "*", "image"]).union(&Projection::path(&["kind"]));
    let both = one.clone().union(&other);
    assert!(
        both.covers(&one) && both.covers(&other) && !one.covers(&other) && !other.covers(&both)
    );
    assert!(Projection::whole().covers(&both) && !both.covers(&Projection::whole()));
    let kept = both.apply(&object());
    let container = |name: &str, tag: &str| json!({"name": name, "image": format!("registry.example/{name}:{tag}")});
    let expected = json!({"kind": "Deployment", "spec": {"containers": [container("web", "1"), container("log", "2")]}});
    assert_eq!(kept, Tree::of(&expected));
    assert_eq!(one.reduce(&kept), one.apply(&object()));
}

/// Expressions over a few fields, so that many say something of the objects below.
fn expression() -> impl Strategy<Value = String> {
    let path = prop::sample::select(vec![
        "object",
        "object.a",
        "object.b",
        "object.a.b",
        "object.a[0]",
        "object['b']",
        "object.?a",
        "object.b.a",
    ]);
    let leaf = prop_oneof![
        path.clone().prop_map(|path| format!("{path} == 1")),
        path.clone().prop_map(|path| format!("{path} == object.a")),
        path.clone().prop_map(|path| format!("has({path}.a)")),
        path.clone().prop_map(|path| format!("'a' in {path}")),
        path.clone().prop_map(|path| format!("{path}.size() > 1")),
        path.clone()
            .prop_map(|path| format!("{path}.contains('x')")),
        path.clone().prop_map(|path| format!("{path}[{path}] == 1")),
        path.clone()
            .prop_map(|path| format!("{path}.filter(x, x.a == 1).size() == 1")),
        path.clone()
            .prop_map(|path| format!("{path}.filter(x, has(x.b))[0].a == 1")),
        path.clone()
            .prop_map(|path| format!("{path}.map(x, x.b).exists(y, y == 1)")),
        path.clone()
            .prop_map(|path| format!("({path}.a == 1 ? {path} : object).b == 1")),
        path.prop_map(|path| format!("type({path}) == map")),
    ];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let range = prop::sample::select(vec!["object.a", "object.b", "object", "object.a.b"]);
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} && {two})")),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} || {two})")),
            inner.clone().prop_map(|one| format!("!({one})")),
            (range.clone(), inner.clone())
                .prop_map(|(range, one)| format!("{range}.exists(x, {one} || x.a == 1)")),
            (range.clone(), inner.clone())
                .prop_map(|(range, one)| format!("{range}.all(object, {one})")),
            (range, inner)
                .prop_map(|(range, one)| format!("{range}.exists(x, {range}[x] == 1 || {one})")),
        ]
    })
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!(1)),
        Just(json!("x")),
        Just(json!("a")),
        Just(json!(null)),
        Just(json!(true))
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            proptest::collection::btree_map(prop::sample::select(vec!["a", "b", "c"]), inner, 0..3)
                .prop_map(|map| map
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<Json>()),
        ]
    })
}

/// Errors are alike whatever they say: of a part that is not kept only the type is known.
fn known(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Error(_) => Outcome::Error(String::new()),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_is_not_read_changes_no_result(source in expression(), object in value(), more in expression()) {
        let program = Program::compile(&source, &["object"]).unwrap_or_else(|error| panic!("{source}: {error}"));
        let more = Program::compile(&more, &["object"]).unwrap_or_else(|error| panic!("{more}: {error}"));
        let of = |tree: &Tree| known(program.evaluate(&[Input::Object(tree)], &mut Budget::default()));
        let whole = of(&Tree::of(&object));
        let reads = program.reads("object");
        prop_assert_eq!(&of(&reads.apply(&object)), &whole);
        let union = reads.clone().union(&more.reads("object"));
        prop_assert_eq!(&of(&union.apply(&object)), &whole);
        prop_assert_eq!(&of(&reads.reduce(&union.apply(&object))), &whole);
        prop_assert!(union.covers(&reads) && union.covers(&more.reads("object")));
    }

    /// What must hold of the object does hold wherever the expression does, and where it is enough, the other way round.
    #[test]
    fn what_is_necessary_is(one in expression(), two in expression(), object in value(), workload in value(), namespaces in (0..3, 0..3)) {
        let two = two.replace("object", "workload");
        let equality = "object.metadata.namespace == workload.metadata.namespace";
        let sources = [
            format!("{equality} && {one} && {two}"),
            format!("({equality} || {one}) && {two}"),
            format!("{one} && ({equality} || {two})"),
            format!("{two} ? {one} : {equality}"),
            format!("{one} ? !({two}) : {equality}"),
            format!("object.list.exists(x, {one} && ({equality} || x == workload.a || {two}))"),
            format!("object.list.all(x, workload.metadata.namespace != object.metadata.namespace || {one})"),
            format!("object.list.exists_one(x, {equality} && {one})"),
            format!("workload.list.exists(x, {one} && {equality})"),
        ];
        let with = |value: &Json, namespace: i32| {
            let mut value = if value.is_object() { value.clone() } else { json!({"a": value}) };
            value["metadata"] = json!({"namespace": namespace.to_string()});
            value["list"] = json!([1, {"a": 1}]);
            Tree::of(&value)
        };
        let (object, workload) = (with(&object, namespaces.0), with(&workload, namespaces.1));
        for source in &sources {
            let program = Program::compile(source, &["object", "workload"]).unwrap_or_else(|error| panic!("{source}: {error}"));
            let path = |variable| Path { variable, fields: &["metadata", "namespace"] };
            let conditions = program.necessary(&["object"], [path("object"), path("workload")]);
            let holds = program.evaluate(&[Input::Object(&object), Input::Object(&workload)], &mut Budget::default()).holds();
            let condition = if namespaces.0 == namespaces.1 { conditions.equal } else { conditions.unequal };
            let (met, enough) = match condition {
                Necessary::Never => (false, true),
                Necessary::Nothing { enough } => (true, enough),
                Necessary::Condition { program, enough } => {
                    prop_assert!(!program.uses("workload"), "{}", source);
                    (program.evaluate(&[Input::Object(&object), Input::Absent], &mut Budget::default()).holds(), enough)
                }
            };
            prop_assert!(met || !holds, "{} holds, but not what is necessary", source);
            prop_assert!(!enough || met == holds, "{} does not hold, but what is enough does", source);
        }
    }
}
