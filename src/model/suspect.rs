//! What is probably a secret, told by the name of a variable and the form of its value. The value itself is never kept.

mod file;
mod form;

use super::Clue;

pub(super) use file::clue_in;
pub(super) use form::Form;

/// What gives away that the variable of this name has a secret in a value of this form.
pub(super) fn clue(name: &str, form: Form) -> Option<Clue> {
    match form {
        Form::Given(clue) => Some(clue),
        Form::Text => is_secret(&words(name)).then_some(Clue::Name),
        // A short number is a poor password, but one all the same.
        Form::Number => is_password(&words(name)).then_some(Clue::Name),
        Form::Empty | Form::Switch | Form::Elsewhere => None,
    }
}

/// `DB_PASSWORD`, `dbPassword` and `db.password` are the same two words.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '_';
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            previous = '_';
            continue;
        }
        let begins = previous == '_' || (previous.is_lowercase() && letter.is_uppercase());
        match words.last_mut().filter(|_| !begins) {
            Some(word) => word.extend(letter.to_lowercase()),
            None => words.push(letter.to_lowercase().collect()),
        }
        previous = letter;
    }
    // DB_PASSWORD_2 is one more password.
    while words.len() > 1
        && words
            .last()
            .is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
    {
        words.pop();
    }
    words
}

/// Words that name a secret whatever follows, but for a word that says something about it.
const STRONG: [&str; 7] = [
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "secret",
    "secrets",
    "credentials",
];

/// Words that name a secret where they are the last: a token may be counted, and a key may be one of many things.
const FINAL: [&str; 7] = [
    "token",
    "apikey",
    "pwd",
    "pass",
    "credential",
    "passcode",
    "privatekey",
];

/// What kind of key is a secret.
const KEYS: [&str; 14] = [
    "api",
    "access",
    "secret",
    "private",
    "encryption",
    "signing",
    "auth",
    "master",
    "session",
    "jwt",
    "hmac",
    "account",
    "batch",
    "shared",
];

/// What is said about a secret without giving it away.
const ABOUT: [&str; 48] = [
    "name",
    "names",
    "file",
    "files",
    "path",
    "dir",
    "directory",
    "folder",
    "mount",
    "id",
    "ref",
    "arn",
    "url",
    "uri",
    "endpoint",
    "host",
    "port",
    "address",
    "addr",
    "enabled",
    "disabled",
    "required",
    "ttl",
    "expiry",
    "expiration",
    "expires",
    "timeout",
    "length",
    "size",
    "count",
    "limit",
    "type",
    "mode",
    "version",
    "region",
    "namespace",
    "prefix",
    "suffix",
    "policy",
    "interval",
    "days",
    "algorithm",
    "issuer",
    "header",
    "field",
    "provider",
    "store",
    "manager",
];

fn is_secret(words: &[String]) -> bool {
    let [before @ .., last] = words else {
        return false;
    };
    let last = last.as_str();
    if ABOUT.contains(&last) {
        return false;
    }
    let kind = before.last().map_or("", String::as_str);
    words.iter().any(|word| STRONG.contains(&word.as_str()))
        || FINAL.contains(&last)
        || (last == "key" && KEYS.contains(&kind))
        // OCI_CLI_KEY_CONTENT: the key itself, not where it is.
        || (last == "content" && kind == "key")
        // PGPASSWORD, CLIENTSECRET, AUTHTOKEN.
        || ["password", "passwd", "passphrase", "secret", "token", "apikey"]
            .iter()
            .any(|end| last.ends_with(end))
}

fn is_password(words: &[String]) -> bool {
    let is_bound = words
        .first()
        .is_some_and(|first| ["min", "max", "num"].contains(&first.as_str()));
    !is_bound
        && words.last().is_some_and(|last| {
            ["password", "passwd", "passphrase", "pwd", "passcode"]
                .iter()
                .any(|end| last.ends_with(end))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_a_secret_away() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "dbPassword",
            "spring.datasource.password",
            "PGPASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "SMTP_PASS",
            "DB_PWD",
            "SECRET",
            "SECRET_BLAH",
            "CLIENT_SECRET",
            "SECRET_KEY_BASE",
            "CLIENTSECRET",
            "TOKEN",
            "GITHUB_TOKEN",
            "authToken",
            "API_KEY",
            "apiKey",
            "OPENAI_API_KEY",
            "APIKEY",
            "AWS_SECRET_ACCESS_KEY",
            "PRIVATE_KEY",
            "ENCRYPTION_KEY",
            "AZURE_STORAGE_ACCOUNT_KEY",
            "DB_PASSWORD_2",
            "CREDENTIALS",
            "PASSWORD_SALT",
        ] {
            assert_eq!(clue(name, Form::Text), Some(Clue::Name), "{name}");
            for form in [Form::Empty, Form::Switch, Form::Elsewhere] {
                assert_eq!(clue(name, form), None, "{name} {form:?}");
            }
        }
    }

    #[test]
    fn other_names_do_not() {
        for name in [
            "",
            "_",
            "42",
            "BLAH",
            "LOG_LEVEL",
            "SECRET_NAME",
            "DB_PASSWORD_FILE",
            "TOKEN_PATH",
            "TOKEN_TTL",
            "TOKENIZER",
            "MAX_TOKENS",
            "TOKEN_LIMIT",
            "TOKEN_BUDGET",
            "AWS_ACCESS_KEY_ID",
            "SORT_KEY",
            "KEY",
            "KEYBOARD",
            "CACHE_KEY",
            "PUBLIC_KEY",
            "COMPASS",
            "BYPASS",
            "PASS_THROUGH",
            "SECRET_STORE",
            "PASSWORD_POLICY",
            "OAUTH_TOKEN_URL",
            "CREDENTIAL_PROVIDER",
            "SECRETARY",
        ] {
            assert_eq!(clue(name, Form::Text), None, "{name}");
        }
    }

    #[test]
    fn a_number_is_a_secret_only_as_a_password() {
        assert_eq!(clue("DB_PASSWORD", Form::Number), Some(Clue::Name));
        for name in [
            "TOKEN",
            "SECRET_ROTATION",
            "MIN_PASSWORD",
            "PASSWORD_LENGTH",
            "API_KEY",
        ] {
            assert_eq!(clue(name, Form::Number), None, "{name}");
        }
    }

    #[test]
    fn what_is_secret_by_itself_is_so_under_any_name() {
        assert_eq!(
            clue("DATABASE_URL", Form::of("postgres://a:b@c/d")),
            Some(Clue::Url)
        );
        assert_eq!(
            clue("BLAH", Form::of("AIzaSyA0123456789abcdefghijk")),
            Some(Clue::Token)
        );
    }
}
