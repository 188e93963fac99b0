//! What a broken document probably is: a template that nobody rendered, or one with a wrong separator.

use super::documents::Source;
use super::problem::Problem;

/// Says what the document as a whole tells about the cause of a problem.
pub(super) fn explain(mut problem: Problem, source: &Source<'_>) -> Problem {
    if let Some((line, text)) = template(source, problem.line) {
        let what = if is_helm(source.text) {
            format!(
                "looks like an unrendered Helm template: `{text}`; use the output of `helm template`"
            )
        } else {
            format!("looks like an unrendered template: `{text}`")
        };
        problem.message = if line == problem.line {
            what
        } else {
            format!("{}; line {line} {what}", problem.message)
        };
    } else if let Some((line, text)) = lines(source).find(|(_, text)| is_wrong_separator(text)) {
        let what = format!("`{}` separates no documents; write `---`", shortened(text));
        problem.message = if line == problem.line {
            what
        } else {
            format!("{}; line {line}: {what}", problem.message)
        };
    }
    problem
}

/// The line with a template's braces that has most to do with the problem.
fn template(source: &Source<'_>, line: u32) -> Option<(u32, String)> {
    let mut candidates = lines(source).filter(|(_, text)| is_template(text));
    let first = candidates.next()?;
    let (line, text) = if first.0 < line {
        candidates
            .find(|(other, _)| *other == line)
            .unwrap_or(first)
    } else {
        first
    };
    Some((line, shortened(text.trim())))
}

fn lines<'a>(source: &Source<'a>) -> impl Iterator<Item = (u32, &'a str)> + use<'a> {
    (source.line..).zip(source.text.lines())
}

fn is_template(line: &str) -> bool {
    let code = line.trim_start();
    !code.starts_with('#') && (code.contains("{{") || code.contains("{%"))
}

fn is_helm(text: &str) -> bool {
    const SIGNS: [&str; 9] = [
        "{{-",
        "-}}",
        ".Values",
        ".Release",
        ".Chart",
        ".Capabilities",
        "{{ include",
        "{{ template",
        "{{ end",
    ];
    SIGNS.iter().any(|sign| text.contains(sign))
}

fn is_wrong_separator(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with([' ', '\t', '\r']))
}

fn shortened(line: &str) -> String {
    const LENGTH: usize = 60;
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}
