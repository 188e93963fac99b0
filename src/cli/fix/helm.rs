//! Which value of a chart a field comes from, where its template says so plainly.
//!
//! A template is text with holes; nothing is guessed of it. A field counts as told where its key stands once where it belongs and the
//! hole behind it, or the one on the lines below, is one value and no more.

use std::fs;
use std::path::{Path, PathBuf};

use crate::manifests::edit::parts;

/// The chart that a file is a template of, though it can be read as it is.
pub(in crate::cli) fn chart_of(file: &Path) -> Option<PathBuf> {
    let of = |file: &Path| {
        let inside = |folder: &&Path| folder.file_name().is_some_and(|name| name == "templates");
        let mut folders = file.ancestors().skip(1).filter(inside);
        let chart = folders.find_map(|folder| {
            let chart = folder.parent()?;
            chart.join("Chart.yaml").is_file().then_some(chart)
        })?;
        Some(match chart == Path::new("") {
            true => PathBuf::from("."),
            false => chart.to_owned(),
        })
    };
    // The way that was given may begin inside of the chart.
    of(file).or_else(|| of(&fs::canonicalize(file).ok()?))
}

/// The value to set for a field to have this value: `securityContext.readOnlyRootFilesystem`. `None` where the template does
/// not tell.
pub(super) fn value_for(template: &str, path: &str) -> Option<String> {
    let steps: Vec<String> = parts(path).collect();
    let lines: Vec<&str> = template.lines().collect();
    // From the field itself outwards: who sets a mapping as a whole sets the fields in it.
    for at in (0..steps.len()).rev() {
        let key = &steps[at];
        if key.parse::<usize>().is_ok() {
            return None;
        }
        let in_container = steps[..at].iter().any(|step| step.ends_with("ontainers"));
        let mut places = places(&lines, key, in_container);
        let (Some(line), None) = (places.next(), places.next()) else {
            continue;
        };
        let value = hole(&lines, line, key)?;
        let rest = steps[at + 1..].iter().map(|step| format!(".{step}"));
        return Some(format!("{value}{}", rest.collect::<String>()));
    }
    None
}

/// The lines on which a key stands: inside of containers, or outside.
fn places(lines: &[&str], key: &str, in_container: bool) -> impl Iterator<Item = usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let list = lines
        .iter()
        .position(|line| matches!(line.trim(), "containers:" | "initContainers:"));
    let key = format!("{key}:");
    lines.iter().enumerate().filter_map(move |(at, line)| {
        let text = line.trim_start().trim_start_matches("- ");
        let is_it = text
            .strip_prefix(&*key)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        let inside = list.is_some_and(|list| at > list && indent(line) > indent(lines[list]));
        (is_it && inside == in_container).then_some(at)
    })
}

/// The value in the hole behind a key, or below it; or the one that the key stands in a `with` of.
fn hole(lines: &[&str], at: usize, key: &str) -> Option<String> {
    let (_, behind) = lines[at].split_once(&format!("{key}:"))?;
    if !behind.trim().is_empty() {
        return value(behind);
    }
    let below = lines.get(at + 1)?;
    if let Some(value) = value(below) {
        return Some(value);
    }
    // `{{- with .Values.x }}`, the key, and `{{- toYaml . | nindent 8 }}`.
    let inside = braces(below)?;
    let is_dot = inside.split('|').next()?.trim() == "toYaml .";
    let above = braces(lines.get(at.checked_sub(1)?)?)?;
    let name = above.strip_prefix("with ")?.trim();
    is_dot
        .then(|| name.strip_prefix(".Values.").filter(|name| is_name(name)))?
        .map(str::to_owned)
}

/// The one value in a line's one hole.
fn value(line: &str) -> Option<String> {
    let inside = braces(line)?;
    let first = inside.split('|').next()?.trim();
    let first = first.strip_prefix("toYaml ").unwrap_or(first).trim();
    let name = first.strip_prefix(".Values.")?;
    is_name(name).then(|| name.to_owned())
}

fn is_name(name: &str) -> bool {
    let parts = name.split('.');
    parts.into_iter().all(|part| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// What is in a line's one hole.
fn braces(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("{{")?;
    let (inside, after) = rest.split_once("}}")?;
    let quotes = |text: &str| matches!(text.trim(), "" | "\"" | "'");
    let is_alone = quotes(before) && quotes(after);
    let inside = inside.trim_start_matches('-').trim_end_matches('-').trim();
    is_alone.then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::value_for;

    /// What `helm create` writes.
    const TEMPLATE: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  template:
    spec:
      {{- with .Values.podSecurityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
      containers:
        - name: {{ .Chart.Name }}
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
"#;

    #[test]
    fn a_plain_template_tells_which_value() {
        let spec = "/spec/template/spec";
        for (path, value) in [
            (
                "/securityContext/runAsNonRoot",
                Some("podSecurityContext.runAsNonRoot"),
            ),
            (
                "/containers/0/securityContext/capabilities/drop",
                Some("securityContext.capabilities.drop"),
            ),
            (
                "/automountServiceAccountToken",
                Some("serviceAccount.automount"),
            ),
            ("/containers/0/imagePullPolicy", Some("image.pullPolicy")),
            ("/containers/0/image", None),
            ("/hostPID", None),
            ("/containers/0/ports/0/hostPort", None),
        ] {
            let found = value_for(TEMPLATE, &format!("{spec}{path}"));
            assert_eq!(found.as_deref(), value, "{path}");
        }
        let twice = TEMPLATE.replace(
            "imagePullPolicy:",
            "securityContext: {{ .Values.other }}\n          imagePullPolicy:",
        );
        assert_eq!(
            value_for(
                &twice,
                "/spec/template/spec/containers/0/securityContext/privileged"
            ),
            None
        );
    }
}
