//! A secret in a file of settings, told line by line: `db.password=...`, `password: ...`, `"password": "..."`.

use super::{Form, clue};
use crate::model::Clue;

/// What all names of secrets have some of in them. Most lines have none, and need no closer look.
const TRACES: [&str; 7] = ["pass", "pwd", "secret", "token", "key", "cred", "account"];

/// What gives away that a text has a secret in it; `name` is what the text is kept under.
pub(in crate::model) fn clue_in(name: &str, text: &str) -> Option<Clue> {
    let text = text.trim();
    if !text.contains('\n') {
        return clue(name, Form::of(text));
    }
    if text.contains("-BEGIN ") && text.contains("PRIVATE KEY-") {
        return Some(Clue::PrivateKey);
    }
    text.lines().find_map(clue_in_line)
}

fn clue_in_line(line: &str) -> Option<Clue> {
    let line = line.trim().trim_start_matches("- ");
    let line = line.trim_start_matches("export ");
    if line.starts_with(['#', ';', '/', '*', '!']) {
        return None;
    }
    let (name, value) = line.split_once(['=', ':'])?;
    let value = value.split(" #").next().unwrap_or_default();
    let is_quote = |letter: char| matches!(letter, '"' | '\'' | ',');
    let (name, value) = (name.trim(), value.trim());
    let (name, value) = (name.trim_matches(is_quote), value.trim_matches(is_quote));
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    // Prose has blanks, and what stands behind a colon may be the beginning of a list or an object.
    if !is_name || value.is_empty() || value.contains([' ', '\t', '[', '{', '|', '>']) {
        return None;
    }
    match Form::of(value) {
        Form::Given(clue) => Some(clue),
        form => has_trace(name).then(|| clue(name, form)).flatten(),
    }
}

fn has_trace(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TRACES.iter().any(|trace| name.contains(trace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_judged_as_that_of_a_variable() {
        assert_eq!(clue_in("db_password", "abc123"), Some(Clue::Name));
        assert_eq!(clue_in("db_password", ""), None);
        assert_eq!(clue_in("db_user", "postgres"), None);
        assert_eq!(clue_in("url", "amqp://a:b@queue\n"), Some(Clue::Url));
        assert_eq!(clue_in("PASSWORD_FILE", "/run/db"), None);
    }

    #[test]
    fn a_file_is_judged_by_its_lines() {
        for (line, expected) in [
            ("db.password=hunter2", Some(Clue::Name)),
            ("  password: hunter2 # not this one", Some(Clue::Name)),
            ("  \"clientSecret\": \"abc\",", Some(Clue::Name)),
            ("export API_KEY='abc'", Some(Clue::Name)),
            ("- apiKey: abc", Some(Clue::Name)),
            ("url=postgres://shop:s3cret@db/shop", Some(Clue::Url)),
            ("-----BEGIN RSA PRIVATE KEY-----", Some(Clue::PrivateKey)),
            (
                "github=ghp_0123456789abcdef0123456789abcdef0123",
                Some(Clue::Token),
            ),
            ("# password=hunter2", None),
            ("// password: hunter2", None),
            ("password=${DB_PASSWORD}", None),
            ("password:", None),
            ("password: |", None),
            ("secrets: [a]", None),
            ("error.password=That is too short", None),
            ("The password: hunter2", None),
            ("secretName: db", None),
            ("passwordFile: /run/db", None),
            ("user=shop", None),
        ] {
            let text = format!("mode: fast\n{line}\nlevel: info\n");
            assert_eq!(clue_in("application.conf", &text), expected, "{line}");
            assert_eq!(clue_in("secrets.conf", &text), expected, "{line}");
        }
    }
}
