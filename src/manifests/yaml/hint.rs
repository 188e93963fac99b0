//! What a broken document probably is: a template that nobody rendered, or one with a wrong separator.

use super::documents::Source;
use super::problem::Problem;

/// Adds to a problem what the document as a whole says about its cause.
pub(super) fn add(mut problem: Problem, source: &Source<'_>) -> Problem {
    if let Some(hint) = find(source) {
        problem.message = format!("{} ({hint})", problem.message);
    }
    problem
}

fn find(source: &Source<'_>) -> Option<String> {
    if source.text.contains('\0') {
        return Some("the file holds a NUL character: is it YAML text?".to_owned());
    }
    let mut lines = (source.line..).zip(source.text.lines());
    if let Some((number, line)) = lines.clone().find(|(_, line)| is_template(line)) {
        let what = if is_helm(source.text) {
            "looks like an unrendered Helm template; use the output of `helm template`"
        } else {
            "looks like an unrendered template"
        };
        return Some(format!("{what}: line {number} is `{}`", shortened(line.trim())));
    }
    let separator = |line: &str| line.starts_with("---") && !line[3..].starts_with([' ', '\t']) && line.len() > 3;
    let (number, line) = lines.find(|(_, line)| separator(line.trim_end()))?;
    Some(format!("line {number} is `{}`, which separates no documents: write `---`", shortened(line.trim_end())))
}

fn is_template(line: &str) -> bool {
    let code = line.trim_start();
    !code.starts_with('#') && (code.contains("{{") || code.contains("{%"))
}

fn is_helm(text: &str) -> bool {
    const SIGNS: [&str; 9] =
        ["{{-", "-}}", ".Values", ".Release", ".Chart", ".Capabilities", "{{ include", "{{ template", "{{ end"];
    SIGNS.iter().any(|sign| text.contains(sign))
}

fn shortened(line: &str) -> String {
    const LENGTH: usize = 60;
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}
