use super::draft::{Draft, near};
use super::*;
use crate::manifests::yaml::documents;

const LIST: &str = "kind: List\nitems:\n- metadata: {name: a}\n  spec:\n    replicas: 1\n    ports:\n    - 80\n    - 443\n- {metadata: {name: b}, spec: {}}\n";

fn origin(line: u32, column: u32) -> Origin {
    Origin {
        file: "a.yaml".into(),
        document: 1,
        line,
        column,
        api_version: "v1".into(),
        kind: "List",
        names_namespace: false,
    }
}

fn outlines(text: &str) -> Vec<(Origin, Outline)> {
    let (_, source) = documents(text).next().expect("a document");
    let document = source.parse().expect("it is YAML");
    let items = document.root().and_then(|root| root.get("items"));
    let items: Vec<_> = items.expect("a list").items().collect();
    let outline = |item: Node<'_>| {
        let (line, column) = item.position("");
        (origin(line, column), Outline::of(item))
    };
    items.into_iter().map(outline).collect()
}

fn count(outline: &Outline) -> usize {
    match &outline.places {
        Places::Near(places) => places.len(),
        Places::All(places) => places.len(),
    }
}

#[test]
fn fields_of_long_and_wide_objects_are_found_as_well() {
    let entries = |count: usize, between: &str| -> String {
        (0..count)
            .map(|at| format!("  k{at}: {at}{between}"))
            .collect()
    };
    let wide = entries(40, ", ");
    for (spec, is_near) in [
        (entries(250, "\n"), true),
        (entries(300, "\n"), false),
        (entries(30, &"\n".repeat(2000)), true),
        (entries(40, &"\n".repeat(2000)), false),
        (format!("  k: {{{}}}\n", &wide[..200]), true),
        (format!("  k: {{{wide}}}\n"), false),
    ] {
        let text = format!("items:\n- spec:\n{spec}").replace("\n  ", "\n    ");
        let (origin, outline) = &outlines(&text)[0];
        assert_eq!(
            matches!(outline.places, Places::Near(_)),
            is_near,
            "{text:.200}"
        );
        let (_, source) = documents(&text).next().expect("a document");
        let document = source.parse().expect("it is YAML");
        for at in 0..300 {
            for path in [format!("/spec/k{at}"), format!("/spec/k/k{at}")] {
                let region = outline.region(origin, &path);
                let expected = document.position(&format!("/items/0{path}"));
                assert_eq!(Some((region.line, region.column)), expected, "{path}");
            }
        }
    }
}

#[test]
fn fields_are_found_where_they_are_written() {
    let all = outlines(LIST);
    for (object, path, expected) in [
        (0, "", (3, 3, None)),
        (0, "/spec/replicas", (5, 5, Some(5))),
        (0, "/spec/ports", (6, 5, Some(8))),
        (0, "/spec/ports/1", (8, 7, Some(8))),
        (0, "/spec/none/at/all", (4, 3, None)),
        (0, "/none", (3, 3, None)),
        (1, "/spec/x", (9, 25, None)),
    ] {
        let (origin, outline) = &all[object];
        let Region {
            line,
            column,
            end_line,
        } = outline.region(origin, path);
        assert_eq!((line, column, end_line), expected, "{path} of {object}");
    }
}

#[test]
fn both_ways_to_make_an_outline_agree() {
    let text = "items:\n- {}\n- a: 1\n  b:\n    2\n  c:\n    {d: {}, e: [], f: [[1], {g: 2}]}\n  h:\n  - - 3\n    -\n      4\n  -\n    {}\n  i:\n\n    []\n  j:\n  k: {l:\n    m, n: {o: p}}\n- q: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, {r: 12}]\n  s:\n    t: |\n      u\n";
    let (_, source) = documents(text).next().expect("a document");
    let document = source.parse().expect("it is YAML");
    let items = document.root().and_then(|root| root.get("items"));
    for item in items.expect("a list").items() {
        let begins = item.position("");
        let near = near(item, begins).expect("it is near");
        let all = Draft::of(item, begins).places;
        let places = near.iter().map(|near| Place {
            name: near.name,
            line: begins.0 + u32::from(near.below),
            column: near.column.into(),
            size: near.size.into(),
        });
        assert_eq!(places.collect::<Vec<_>>(), all, "{begins:?}");
    }
}

#[test]
fn what_is_looked_for_after_something_else_is_found_as_well() {
    let all = outlines(
        "items:\n- a:\n    b: [{c: 1, d: {e: 2}}, 3]\n    x/y~z: 1\n    bc: {d: 4}\n  é: {b: 5}\n",
    );
    let (origin, outline) = &all[0];
    let paths = [
        "",
        "/",
        "/a",
        "/a/",
        "/a/b",
        "/a/b/0",
        "/a/b/0/c",
        "/a/b/0/d/e",
        "/a/b/0/d/e/f",
        "/a/b/0/x/y",
        "/a/b/1",
        "/a/b/10",
        "/a/bc",
        "/a/bc/d",
        "/a/x~1y~0z",
        "/a/x~1y",
        "/é",
        "/é/b",
        "/ê/b",
        "/x/b/0",
        "a/b",
    ];
    for before in paths {
        for between in paths {
            let mut trail = Trail::default();
            outline.region_after(origin, before, ("", &mut trail));
            outline.region_after(origin, between, (before, &mut trail));
            for path in paths {
                let mut trail = trail;
                let found = outline.region_after(origin, path, (between, &mut trail));
                assert_eq!(
                    found,
                    outline.region(origin, path),
                    "{path} after {between} and {before}"
                );
            }
        }
    }
}

#[test]
fn what_is_below_its_key_ends_there() {
    let all = outlines(
        "items:\n- a:\n    text\n  b:\n\n    {}\n  c: &c\n    d: 1\n  e:\n    <<: *c\n  f:\n    *c\n",
    );
    let (origin, outline) = &all[0];
    for (path, expected) in [
        ("/a", (2, 3)),
        ("/b", (4, 6)),
        ("/c", (7, 8)),
        ("/e", (9, 10)),
        ("/f", (11, 12)),
    ] {
        let region = outline.region(origin, path);
        assert_eq!(
            (region.line, region.end_line),
            (expected.0, Some(expected.1)),
            "{path}"
        );
    }
}

#[test]
fn what_is_far_to_the_right_is_where_the_last_place_around_it_is() {
    let far = " ".repeat(70_000);
    let all = outlines(&format!(
        "items: [{{a: {{b: 1, {far}c: 2}}, d: 3}}, &e {{e: 4}}, {{f: *e}}]\n"
    ));
    for (object, path, column) in [
        (0, "/a", 10),
        (0, "/a/b", 14),
        (0, "/a/c", 10),
        (0, "/d", 9),
        // Each is counted from where its object begins.
        (1, "/e", 70_038),
        // What an alias leads to may be to the left of that.
        (2, "/f", 70_046),
        (2, "/f/e", 70_046),
    ] {
        let (origin, outline) = &all[object];
        let region = outline.region(origin, path);
        assert_eq!((region.line, region.column), (1, column), "{path}");
    }
}

#[test]
fn what_is_taken_over_is_where_it_is_written() {
    let all = outlines(
        "items:\n- x: &x\n    a: 1\n    b: 2\n  w: *x\n  z:\n    <<: *x\n    b: 3\n    c/d: 4\n",
    );
    let (origin, outline) = &all[0];
    for (path, expected) in [
        ("/w", 5),
        ("/w/a", 3),
        ("/z/a", 3),
        ("/z/b", 8),
        ("/z/c~1d", 9),
    ] {
        assert_eq!(outline.region(origin, path).line, expected, "{path}");
    }
}

#[test]
fn an_outline_is_bounded() {
    let bomb: String = (0..9)
        .map(|level| {
            let items = vec![
                if level == 0 {
                    "x".to_owned()
                } else {
                    format!("*a{}", level - 1)
                };
                9
            ];
            format!("    a{level}: &a{level} [{}]\n", items.join(", "))
        })
        .collect();
    let text = format!("items:\n- spec:\n{bomb}  last: 1\n");
    let (_, source) = documents(&text).next().expect("a document");
    // Whether such a document is read at all is another matter.
    if let Ok(document) = source.parse() {
        let items = document.root().and_then(|root| root.get("items"));
        for item in items.expect("a list").items() {
            let count = count(&Outline::of(item));
            assert!(count <= 1 + 2 * MOST, "{count}");
        }
    }
    let long = format!("items:\n- data: [{}]\n  last: 1\n", "1, ".repeat(2 * MOST));
    let (origin, outline) = &outlines(&long)[0];
    assert_eq!(count(outline), 1 + MOST + 1);
    assert_eq!(outline.region(origin, "/data/5000").line, 2);
    assert_eq!(outline.region(origin, "/last").line, 3);
}
