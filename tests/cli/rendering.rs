//! Charts and kustomizations.

use crate::programs::Programs;
use crate::run::{Run, command};
use crate::scratch::Scratch;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const TEMPLATE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-{{ .Values.suffix }}}
spec:
  template:
    spec:
      containers:
      - {name: app, image: {{ required \"no image\" .Values.image }}}
";

fn deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {{spec: {{containers: [{{name: c, image: i}}]}}}}}}\n"
    )
}

fn chart(scratch: &Scratch, folder: &str) {
    scratch
        .write(&format!("{folder}/Chart.yaml"), CHART)
        .write(&format!("{folder}/values.yaml"), "suffix: a\nimage: i\n")
        .write(&format!("{folder}/templates/deployment.yaml"), TEMPLATE)
        .write(
            &format!("{folder}/templates/_helpers.tpl"),
            "{{- define \"x\" }}{{ end }}\n",
        );
}

fn check(programs: &Programs, scratch: &Scratch, more: &[&str]) -> Run {
    let mut arguments = vec!["check", "-o", "json", "--checks", "liveness-probe"];
    arguments.extend(more);
    if !more.contains(&"--") {
        arguments.push(".");
    }
    let mut command = command(&arguments);
    command
        .current_dir(scratch.path())
        .env("PATH", programs.path());
    command.env("HOME", scratch.path());
    command.output().expect("it runs").into()
}

/// Each result as `file: name`.
fn places(run: &Run) -> Vec<String> {
    let json = run.json();
    let rows = json["results"].as_array().expect("results").iter();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    rows.map(|row| format!("{}: {}", text(row, "file"), text(row, "name")))
        .collect()
}

fn reasons(run: &Run) -> Vec<String> {
    let json = run.json();
    let rows = json["skipped"].as_array().expect("skipped").iter();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    rows.map(|row| format!("{}: {}", text(row, "file"), text(row, "reason")))
        .collect()
}

#[test]
fn charts_are_rendered_and_results_name_the_template() {
    let scratch = Scratch::new("charts");
    chart(&scratch, "charts/web");
    scratch
        .write("plain.yaml", deployment("plain"))
        .write("prod.yaml", "suffix: prod\n");
    let programs = Programs::none("charts").helm();
    let run = check(&programs, &scratch, &[]);
    assert_eq!(
        places(&run),
        [
            "charts/web/templates/deployment.yaml: web-a",
            "plain.yaml: plain"
        ],
        "{}",
        run.stderr
    );
    let run = check(
        &programs,
        &scratch,
        &["--values", "prod.yaml", "--set", "image=x", "-n", "shop"],
    );
    assert_eq!(
        places(&run)[0],
        "charts/web/templates/deployment.yaml: web-prod"
    );
    let run = check(
        &programs,
        &scratch,
        &["--values", "prod.yaml", "--", "plain.yaml"],
    );
    assert_eq!(
        reasons(&run),
        ["prod.yaml: there is no Helm chart that takes these values"]
    );
}

#[test]
fn a_chart_that_cannot_be_rendered_is_listed_and_hurts_nothing_else() {
    let scratch = Scratch::new("broken-charts");
    chart(&scratch, "web");
    scratch.write("plain.yaml", deployment("plain"));
    let none = Programs::none("broken-charts");
    let run = check(&none, &scratch, &[]);
    assert_eq!(places(&run), ["plain.yaml: plain"]);
    assert_eq!(
        reasons(&run),
        [
            "web/Chart.yaml: this Helm chart was not judged, because helm is not on the PATH; install it \
             (https://helm.sh/docs/intro/install), or judge the output of `helm template ./web`"
        ]
    );
    assert_eq!(run.code, Some(1));
    let run = check(&none, &scratch, &["--", "web"]);
    assert_eq!(run.code, Some(2), "nothing could be judged: {}", run.stderr);
    let run = check(&none, &scratch, &["--no-render"]);
    assert!(
        reasons(&run)
            .iter()
            .any(|line| line.contains("unrendered Helm template")),
        "{:?}",
        reasons(&run)
    );

    let helm = Programs::none("broken-charts-helm").helm();
    scratch.write("web/values.yaml", "suffix: a\n");
    let run = check(&helm, &scratch, &[]);
    assert_eq!(places(&run), ["plain.yaml: plain"]);
    let [reason] = reasons(&run).try_into().expect("one");
    assert!(
        reason.contains("no image") && reason.ends_with("give them with --values"),
        "{reason}"
    );
    scratch.write("web/Chart.yaml", format!("{CHART}dependencies: [{{name: db, version: 1.0.0, repository: 'https://charts.example'}}]\n"));
    let [reason] = reasons(&check(&helm, &scratch, &[]))
        .try_into()
        .expect("one");
    assert!(reason.contains("run `helm dependency build "), "{reason}");
    scratch.write("web/Chart.yaml", format!("{CHART}type: library\n"));
    let run = check(&helm, &scratch, &[]);
    assert_eq!(
        reasons(&run),
        ["web/Chart.yaml: a library chart makes no objects; the charts that use it do"]
    );
}

/// A base, two overlays, a patch that is no object, a component, and a file that nothing takes in.
fn kustomizations(scratch: &Scratch) {
    let overlay = |name: &str| {
        format!("namePrefix: {name}-\nresources: [../../base]\npatches: [{{path: patch.yaml}}]\n")
    };
    let patch =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n";
    scratch
        .write("base/kustomization.yaml", "resources: [web.yaml]\n")
        .write("base/web.yaml", deployment("web"))
        .write("overlays/prod/kustomization.yml", overlay("prod"))
        .write("overlays/prod/patch.yaml", patch)
        .write("overlays/test/Kustomization", overlay("test"))
        .write("overlays/test/patch.yaml", patch)
        .write("component/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\n")
        .write("component/extra.yaml", deployment("extra"))
        .write("other/plain.yaml", deployment("plain"));
}

#[test]
fn kustomizations_are_built_and_nothing_is_judged_twice() {
    let scratch = Scratch::new("kustomizations");
    kustomizations(&scratch);
    let run = check(&Programs::none("kustomizations").kubectl(), &scratch, &[]);
    assert_eq!(
        places(&run),
        [
            // Nothing uses the component, and nothing hides what is in it.
            "component/extra.yaml: extra",
            "other/plain.yaml: plain",
            "overlays/prod/kustomization.yml: prod-web",
            "overlays/test/Kustomization: test-web",
        ],
        "{} {:?}",
        run.stderr,
        reasons(&run)
    );
    assert_eq!(reasons(&run), [] as [&str; 0]);
}

#[test]
fn without_kustomize_the_files_are_judged_as_they_are() {
    let scratch = Scratch::new("no-kustomize");
    kustomizations(&scratch);
    let run = check(&Programs::none("no-kustomize"), &scratch, &[]);
    assert_eq!(
        places(&run),
        [
            "base/web.yaml: web",
            "component/extra.yaml: extra",
            "other/plain.yaml: plain"
        ]
    );
    let reasons = reasons(&run);
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(
        reasons[0].starts_with("overlays/prod/kustomization.yml: "),
        "{reasons:?}"
    );
    assert!(
        reasons[0].contains("neither kustomize nor kubectl is on the PATH"),
        "{reasons:?}"
    );
    assert!(
        run.stderr.contains("2 of 5 documents cannot be read"),
        "{}",
        run.stderr
    );
}

/// Nothing takes in what takes in itself, so that nothing would be looked at.
#[test]
fn kustomizations_that_take_in_each_other_are_named() {
    let scratch = Scratch::new("circles");
    scratch
        .write("a/kustomization.yaml", "resources: [../b, web.yaml]\n")
        .write("a/web.yaml", deployment("web"))
        .write("b/kustomization.yml", "resources: [../c]\n")
        .write("c/Kustomization", "resources: [../a]\n")
        .write("self/kustomization.yaml", "resources: [../self]\n")
        .write("fine/kustomization.yaml", "resources: [fine.yaml]\n")
        .write("fine/fine.yaml", deployment("fine"));
    let programs = Programs::none("circles").kubectl();
    let run = check(&programs, &scratch, &[]);
    let said = |files: &str| {
        let (first, _) = files.split_once(',').unwrap_or((files, ""));
        format!(
            "{first}: these kustomizations were not judged, because each takes in the other, so that none can be built: {files}; take \
             one out of the `resources` of another"
        )
    };
    assert_eq!(
        reasons(&run),
        [
            said("a/kustomization.yaml, b/kustomization.yml, c/Kustomization"),
            said("self/kustomization.yaml"),
        ]
    );
    assert_eq!(
        places(&run),
        ["a/web.yaml: web", "fine/kustomization.yaml: fine"]
    );
    let run = check(&programs, &scratch, &["--", "a", "b", "c"]);
    assert_eq!(places(&run), ["a/web.yaml: web"]);
    let run = check(&programs, &scratch, &["--", "b", "c"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
}

#[test]
fn what_cannot_be_rendered_is_no_success() {
    let scratch = Scratch::new("lost");
    scratch
        .write("broken/kustomization.yaml", "resources: [none.yaml]\n")
        .write(
            "fine.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n",
        )
        .write("utf16.yaml", b"\xff\xfea\0");
    let programs = Programs::none("lost").kubectl();
    let run = check(&programs, &scratch, &["--", "fine.yaml"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for lost in ["broken", "utf16.yaml"] {
        let run = check(&programs, &scratch, &["--", "fine.yaml", lost]);
        assert_eq!(run.code, Some(2), "{lost}: {}", run.stderr);
        assert!(run.stderr.contains("this is no success"), "{}", run.stderr);
    }
    // One that nobody named is listed; and findings are findings.
    std::fs::remove_dir_all(scratch.path().join("broken")).expect("it can be removed");
    let run = check(&programs, &scratch, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    scratch.write("bad.yaml", deployment("web"));
    let run = check(&programs, &scratch, &["--", "bad.yaml", "utf16.yaml"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
}

#[test]
fn what_a_program_says_is_passed_on() {
    let scratch = Scratch::new("failing-kustomize");
    kustomizations(&scratch);
    let failing = Programs::none("failing-kustomize")
        .script("kustomize", "echo 'Error: no such base' >&2; exit 1");
    let reasons = reasons(&check(&failing, &scratch, &["--", "overlays/prod"]));
    let expected = "overlays/prod/kustomization.yml: this kustomization was not judged as a whole, because `kustomize build \
                    overlays/prod` fails: no such base; its files were judged as they are";
    assert_eq!(reasons, [expected]);
    let garbage = Programs::none("garbage-kustomize")
        .script("kustomize", "printf 'a: [\\n'; printf '\\377' ");
    let run = check(&garbage, &scratch, &["--", "overlays/prod"]);
    assert_eq!(run.code, Some(2), "{} {}", run.stdout, run.stderr);
}

#[test]
fn charts_are_rendered_as_they_are_delivered() {
    let scratch = Scratch::new("deliveries");
    chart(&scratch, "charts/web");
    scratch
        .write(".git/HEAD", "")
        .write("charts/web/prod.yaml", "suffix: prod\n")
        .write(
            "clusters/prod/web.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec:\n  destination: {namespace: \
             shop}\n  source:\n    repoURL: https://git.example/repo\n    path: charts/web\n    helm:\n      valueFiles: [prod.yaml]\n      \
             parameters: [{name: image, value: 'x:1'}]\n",
        )
        .write(
            "clusters/test/web.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web-test, namespace: test}\nspec:\n  interval: 1m\n  chart: {spec: \
             {chart: ./charts/web, sourceRef: {kind: GitRepository, name: repo}}}\n  values: {suffix: b}\n",
        );
    let run = check(&Programs::none("deliveries").helm(), &scratch, &[]);
    let template = "charts/web/templates/deployment.yaml";
    assert_eq!(
        places(&run),
        [
            format!("{template}: web-prod"),
            format!("{template}: web-test-b")
        ],
        "{} {:?}",
        run.stderr,
        reasons(&run)
    );
}
