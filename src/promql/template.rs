//! An expression with placeholders, which stand in the values of label matchers and nowhere else.

use super::error::Problem;
use super::query::Target;
use super::tokens::{Kind, tokens};

/// What is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    Namespace,
    Workload,
    Pods,
}

impl Placeholder {
    const ALL: [Placeholder; 3] = [Self::Namespace, Self::Workload, Self::Pods];

    const fn name(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Workload => "workload",
            Self::Pods => "pods",
        }
    }
}

/// How a value is written where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matching {
    /// After `=` or `!=`: as it is.
    Exactly,
    /// After `=~` or `!~`: so that the regular expression matches it and nothing else.
    Regex,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Placeholder, Matching),
}

/// An expression in pieces. Values go between double quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

impl Template {
    /// Finds the placeholders. The expression is one that parses.
    pub(super) fn parse(promql: &str) -> Result<Self, Problem> {
        let mut pieces = Vec::new();
        let mut done = 0;
        let mut before = "";
        for token in tokens(promql) {
            let text = token.text(promql);
            if token.kind == Kind::Quoted && text.contains('$') {
                let matching = match before {
                    "=" | "!=" => Some(Matching::Exactly),
                    "=~" | "!~" => Some(Matching::Regex),
                    _ => None,
                };
                if let Some(value) = value(text, token.bytes.start, matching)? {
                    pieces.push(Piece::Text(promql[done..token.bytes.start].to_owned()));
                    pieces.extend(value);
                    done = token.bytes.end;
                }
            }
            before = text;
        }
        pieces.push(Piece::Text(promql[done..].to_owned()));
        Ok(Self { pieces })
    }

    /// Whether it has a placeholder.
    pub(super) fn mentions(&self, placeholder: Placeholder) -> bool {
        let is_it =
            |piece: &Piece| matches!(piece, Piece::Value(found, _) if *found == placeholder);
        self.pieces.iter().any(is_it)
    }

    /// The expression for a workload; `None` where it needs pods and there is no pattern of them.
    pub(super) fn fill(&self, target: &Target<'_>) -> Option<String> {
        let mut promql = String::new();
        for piece in &self.pieces {
            let (value, matching) = match piece {
                Piece::Text(text) => {
                    promql.push_str(text);
                    continue;
                }
                // It is a regular expression already.
                Piece::Value(Placeholder::Pods, _) => (target.pods.ok()?, Matching::Exactly),
                Piece::Value(Placeholder::Namespace, matching) => (target.namespace, *matching),
                Piece::Value(Placeholder::Workload, matching) => (target.workload, *matching),
            };
            match matching {
                Matching::Exactly => quote(value, &mut promql),
                Matching::Regex => quote(&escape(value), &mut promql),
            }
        }
        Some(promql)
    }
}

/// A quoted string with placeholders, in pieces; `None` where it has none.
fn value(
    quoted: &str,
    start: usize,
    matching: Option<Matching>,
) -> Result<Option<Vec<Piece>>, Problem> {
    let (mark, inner) = (&quoted[..1], &quoted[1..quoted.len().max(2) - 1]);
    let mut pieces = Vec::new();
    let mut done = 0;
    for (at, _) in inner.match_indices('$') {
        let after = &inner[at + 1..];
        let end = after
            .find(|char: char| !char.is_ascii_alphanumeric() && char != '_')
            .unwrap_or(after.len());
        let word = &after[..end];
        let place = start + 1 + at;
        let known = Placeholder::ALL
            .into_iter()
            .find(|placeholder| placeholder.name() == word);
        let (Some(placeholder), Some(matching)) = (known, matching) else {
            // A regular expression ends with `$`, label_replace() has `$1`.
            let variable =
                word.starts_with(|char: char| !char.is_ascii_digit()) || after.starts_with('{');
            if known.is_none() && (matching.is_none() || !variable) {
                continue;
            }
            let problem = match known {
                Some(_) => format!("`${word}` can only stand in the value of a label matcher"),
                None => "only `$namespace`, `$workload` and `$pods` are filled in".to_owned(),
            };
            return Err(Problem::at(place, problem));
        };
        if placeholder == Placeholder::Pods && matching == Matching::Exactly {
            let problem = "`$pods` is a regular expression: match it with `=~`";
            return Err(Problem::at(place, problem));
        }
        pieces.push(text(mark, &inner[done..at]));
        pieces.push(Piece::Value(placeholder, matching));
        done = at + 1 + end;
    }
    if pieces.is_empty() {
        return Ok(None);
    }
    pieces.push(text(mark, &inner[done..]));
    pieces.insert(0, Piece::Text("\"".to_owned()));
    pieces.push(Piece::Text("\"".to_owned()));
    Ok(Some(pieces))
}

/// Part of a string, as it is written between double quotes.
fn text(mark: &str, part: &str) -> Piece {
    let mut written = String::new();
    match mark {
        "`" => quote(part, &mut written),
        "'" => written.push_str(&part.replace("\\'", "'").replace('"', "\\\"")),
        _ => written.push_str(part),
    }
    Piece::Text(written)
}

/// Writes text as it stands between double quotes.
fn quote(text: &str, to: &mut String) {
    for char in text.chars() {
        match char {
            '"' | '\\' => to.extend(['\\', char]),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            _ => to.push(char),
        }
    }
}

/// A regular expression that matches this and nothing else. Brackets stand for backslashes, which would have to be
/// doubled again and make a query hard to read.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '.' | '*' | '+' | '?' | '(' | ')' | '|' | '{' | '}' | '$' => {
                escaped.extend(['[', char, ']']);
            }
            '\\' | '^' | '[' | ']' => escaped.extend(['\\', char]),
            _ => escaped.push(char),
        }
    }
    escaped
}
