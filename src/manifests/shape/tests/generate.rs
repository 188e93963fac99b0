//! From Kubernetes' OpenAPI document to the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;

const MODULE: &str = "k8s.io/kubernetes@v1.36.3";

/// Fields that the document requires and the API server fills in, by type and name.
/// Source: `SetDefaults_ClusterRoleBinding` and the like, of `pkg/apis/rbac/v1/defaults.go`.
const FILLED_IN: [(&str, &str); 1] = [("io.k8s.api.rbac.v1.RoleRef", "apiGroup")];

/// `make api-schema` writes the table anew.
#[test]
fn the_table_is_what_the_sources_say() {
    let Some(module) = module() else {
        println!("{MODULE} is not in the cache of Go modules: the table is not compared");
        return;
    };
    let written = Schema::read(&module).render();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manifests/shape/kubernetes.txt");
    if std::env::var_os("PLIMSOLL_WRITE").is_some() {
        std::fs::write(&path, &written).expect("the table can be written");
    }
    let known = std::fs::read_to_string(&path).expect("the table is there");
    assert!(known == written, "`make api-schema` writes another table");
}

/// The module in the cache of Go.
fn module() -> Option<PathBuf> {
    let cache = std::env::var_os("GOMODCACHE").map(PathBuf::from);
    let path = || std::env::var_os("GOPATH").map(|path| PathBuf::from(path).join("pkg/mod"));
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join("go/pkg/mod"));
    let module = cache.or_else(path).or_else(home)?.join(MODULE);
    module.is_dir().then_some(module)
}

struct Schema {
    definitions: BTreeMap<String, Value>,
    /// By function and field.
    words: BTreeMap<(String, String), Vec<String>>,
}

impl Schema {
    fn read(module: &Path) -> Self {
        let text = |path: &str| {
            let path = module.join(path);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
        };
        let document = text("api/openapi-spec/swagger.json");
        let mut document: Value = serde_json::from_str(&document).expect("it is JSON");
        let definitions = document["definitions"].take();
        Self {
            definitions: serde_json::from_value(definitions).expect("a map of definitions"),
            words: words(&text("pkg/generated/openapi/zz_generated.openapi.go")),
        }
    }

    /// The kinds that objects are of: what has an object's metadata.
    fn objects(&self) -> BTreeMap<(String, String), &str> {
        let mut objects = BTreeMap::new();
        for (name, definition) in &self.definitions {
            let metadata = definition["properties"]["metadata"]["$ref"].as_str();
            if !metadata.is_some_and(|of| of.ends_with(".meta.v1.ObjectMeta")) {
                continue;
            }
            let kinds = definition["x-kubernetes-group-version-kind"].as_array();
            for kind in kinds.into_iter().flatten() {
                let text = |field: &str| kind[field].as_str().unwrap_or_default();
                let api_version = match text("group") {
                    "" => text("version").to_owned(),
                    group => format!("{group}/{}", text("version")),
                };
                objects.insert((api_version, text("kind").to_owned()), name.as_str());
            }
        }
        objects
    }

    fn render(&self) -> String {
        let objects = self.objects();
        let mut wanted: Vec<&str> = objects.values().copied().collect();
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            if self.has_fields(name) && reached.insert(name) {
                let properties = &self.definitions[name]["properties"];
                let fields = properties.as_object().into_iter().flatten();
                wanted.extend(fields.filter_map(|(_, of)| referred(of)));
            }
        }
        let numbers: BTreeMap<&str, usize> = reached.iter().copied().zip(0..).collect();
        let mut text = format!(
            "# Generated from {MODULE} by `make api-schema`: not to be edited. What it means is said in table.rs.\n"
        );
        for ((api_version, kind), name) in &objects {
            let _ = writeln!(text, "{api_version} {kind} {}", numbers[name]);
        }
        text.push('\n');
        for name in &reached {
            let _ = writeln!(text, "{}", self.line(name, &numbers));
        }
        text
    }

    fn has_fields(&self, name: &str) -> bool {
        let definition = &self.definitions[name];
        definition["properties"].is_object()
            // A type of no fields at all is one for all that.
            || (definition["type"] == "object" && !is_free(name))
    }

    fn line(&self, name: &str, numbers: &BTreeMap<&str, usize>) -> String {
        let definition = &self.definitions[name];
        let required = definition["required"].as_array().into_iter().flatten();
        let required: BTreeSet<&str> = required.filter_map(Value::as_str).collect();
        let properties = definition["properties"].as_object().into_iter().flatten();
        let fields: BTreeMap<&String, &Value> = properties.collect();
        let fields = fields.into_iter().map(|(field, of)| {
            let is_filled_in = FILLED_IN.contains(&(name, field.as_str()));
            let mark = if required.contains(&**field) && !is_filled_in {
                "!"
            } else {
                ""
            };
            format!(
                "{field}{mark}:{}",
                self.of(of, (name, field.as_str()), numbers)
            )
        });
        fields.collect::<Vec<_>>().join("\t")
    }

    fn of(&self, schema: &Value, place: (&str, &str), numbers: &BTreeMap<&str, usize>) -> String {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.trim_start_matches("#/definitions/");
            return match numbers.get(name) {
                Some(number) => number.to_string(),
                None => self.of(&self.definitions[name], (name, ""), numbers),
            };
        }
        let format = schema["format"].as_str().unwrap_or_default();
        match schema["type"].as_str().unwrap_or_default() {
            "array" => format!("[{}", self.of(&schema["items"], place, numbers)),
            "object" if schema["additionalProperties"].is_object() => {
                format!(
                    "{{{}",
                    self.of(&schema["additionalProperties"], place, numbers)
                )
            }
            "object" => "o".to_owned(),
            "boolean" => "b".to_owned(),
            "number" => "n".to_owned(),
            "integer" if format == "int32" => "i".to_owned(),
            "integer" => "l".to_owned(),
            "string" if place.0.ends_with(".resource.Quantity") => "q".to_owned(),
            "string" => match format {
                "int-or-string" => "x".to_owned(),
                "date-time" => "t".to_owned(),
                "byte" => "y".to_owned(),
                _ => self.text(place),
            },
            _ => "a".to_owned(),
        }
    }

    fn text(&self, (name, field): (&str, &str)) -> String {
        let function = name
            .replacen("io.k8s.", "k8sio.", 1)
            .replace(['.', '-'], "_");
        match self.words.get(&(function, field.to_owned())) {
            Some(words) => format!("({})", words.join(",")),
            None => "s".to_owned(),
        }
    }
}

/// What may hold anything.
fn is_free(name: &str) -> bool {
    name.ends_with(".FieldsV1") || name.ends_with(".RawExtension") || name.ends_with(".Patch")
}

fn referred(schema: &Value) -> Option<&str> {
    let of = [&schema["items"], &schema["additionalProperties"]];
    let own = schema["$ref"].as_str();
    let inner = of.into_iter().find(|schema| schema.is_object());
    let name = own.or_else(|| inner.and_then(referred))?;
    Some(name.trim_start_matches("#/definitions/"))
}

/// The words that fields may hold, which the OpenAPI document leaves out: from the code that it is generated by.
fn words(source: &str) -> BTreeMap<(String, String), Vec<String>> {
    let function = Regex::new(r"^func schema_(\w+)\(").expect("a pattern");
    let field = Regex::new(r#"^\t{5}"(\w+)": \{$"#).expect("a pattern");
    let list = Regex::new(r"^\t+Enum: +\[\]interface\{\}\{(.*)\},$").expect("a pattern");
    let (mut of, mut name) = (String::new(), String::new());
    let mut words = BTreeMap::new();
    for line in source.lines() {
        if let Some(found) = function.captures(line) {
            found[1].clone_into(&mut of);
        } else if let Some(found) = field.captures(line) {
            found[1].clone_into(&mut name);
        } else if let Some(found) = list.captures(line) {
            let all = found[1].split(", ");
            let all = all.map(|word| word.trim_matches('"').to_owned());
            words.insert((of.clone(), name.clone()), all.collect());
        }
    }
    words
}
