//! What is probably a secret, told by the name of a variable and the form of its value. The value itself is never kept.

use super::Clue;

/// The form of a variable's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing.
    #[default]
    Empty,
    /// On or off.
    Switch,
    /// A number.
    Number,
    /// A path, a URL, or what stands for something that is elsewhere: `$(OTHER)`, `vault:...`, `<fill me in>`.
    Elsewhere,
    /// A secret, whatever its variable is called.
    Given(Clue),
    /// Anything else.
    Text,
}

/// Beginnings of values that some tool replaces by a secret that is kept elsewhere.
const REFERENCES: [&str; 12] = [
    "vault:",
    "ref+",
    "op://",
    "arn:aws",
    "sm://",
    "ssm:",
    "secretref:",
    "gcp:secretmanager:",
    "projects/",
    "file:",
    "ENC[",
    "azurekeyvault",
];

/// Beginnings of the tokens of well-known services.
const TOKENS: [&str; 18] = [
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xapp-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "AIza",
    "ya29.",
    "hvs.",
    "npm_",
    "dop_v1_",
];

/// The shortest of them is longer than any word that begins like one.
const SHORTEST_TOKEN: usize = 20;

impl Form {
    pub(super) fn of(value: &str) -> Self {
        let value = value.trim();
        if value.is_empty() {
            Self::Empty
        } else if is_switch(value) {
            Self::Switch
        } else if value.parse::<f64>().is_ok() {
            Self::Number
        } else if value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----") {
            Self::Given(Clue::PrivateKey)
        } else if has_password(value) {
            Self::Given(Clue::Url)
        } else if is_elsewhere(value) {
            Self::Elsewhere
        } else if is_token(value) {
            Self::Given(Clue::Token)
        } else {
            Self::Text
        }
    }
}

fn is_switch(value: &str) -> bool {
    let switches = [
        "true", "false", "yes", "no", "on", "off", "0", "1", "enabled", "disabled", "none", "null",
    ];
    switches
        .iter()
        .any(|switch| value.eq_ignore_ascii_case(switch))
}

/// Kubernetes replaces `$(NAME)`; the other brackets are of templates that something else fills in.
fn is_replaced(text: &str) -> bool {
    ["$(", "${", "{{", "<"]
        .iter()
        .any(|bracket| text.contains(bracket))
}

fn is_elsewhere(value: &str) -> bool {
    is_replaced(value)
        || value.contains("://")
        || ["/", "./", "../", "~/"]
            .iter()
            .any(|root| value.starts_with(root))
        || REFERENCES.iter().any(|prefix| value.starts_with(prefix))
}

/// Whether it is a URL with a password: `postgres://shop:s3cret@db/shop`.
fn has_password(value: &str) -> bool {
    value.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.and_then(|user| user.split_once(':'));
        password.is_some_and(|(_, password)| !password.is_empty() && !is_replaced(password))
    })
}

fn is_token(value: &str) -> bool {
    let known = TOKENS.iter().any(|prefix| value.starts_with(prefix));
    let is_jwt =
        value.starts_with("eyJ") && value.bytes().filter(|byte| *byte == b'.').count() == 2;
    (known || is_jwt) && value.len() >= SHORTEST_TOKEN && !value.contains(char::is_whitespace)
}

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
const KEYS: [&str; 12] = [
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
    fn a_value_has_a_form() {
        for (value, expected) in [
            ("", Form::Empty),
            ("  ", Form::Empty),
            ("true", Form::Switch),
            ("No", Form::Switch),
            ("1", Form::Switch),
            ("3600", Form::Number),
            ("-1.5e3", Form::Number),
            ("/run/secrets/db", Form::Elsewhere),
            ("./token", Form::Elsewhere),
            ("$(DB_PASSWORD)", Form::Elsewhere),
            ("Bearer $(TOKEN)", Form::Elsewhere),
            ("${DB_PASSWORD}", Form::Elsewhere),
            ("{{ .Values.password }}", Form::Elsewhere),
            ("<your token>", Form::Elsewhere),
            ("vault:secret/data/shop#password", Form::Elsewhere),
            ("op://shop/db/password", Form::Elsewhere),
            (
                "arn:aws:secretsmanager:eu-west-1:1:secret:shop",
                Form::Elsewhere,
            ),
            ("projects/shop/secrets/db/versions/1", Form::Elsewhere),
            ("https://shop.example/token", Form::Elsewhere),
            ("postgres://shop@db/shop", Form::Elsewhere),
            ("postgres://shop:@db/shop", Form::Elsewhere),
            ("postgres://shop:$(DB_PASSWORD)@db/shop", Form::Elsewhere),
            ("https://shop.example/?user=a:b@c", Form::Elsewhere),
            ("postgres://shop:s3cret@db/shop", Form::Given(Clue::Url)),
            ("amqp://:s3cret@queue", Form::Given(Clue::Url)),
            ("redis://shop:s3cret@cache:6379", Form::Given(Clue::Url)),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
                Form::Given(Clue::PrivateKey),
            ),
            ("-----BEGIN CERTIFICATE-----\nMIIE", Form::Text),
            (
                "ghp_0123456789abcdef0123456789abcdef0123",
                Form::Given(Clue::Token),
            ),
            (
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
                Form::Given(Clue::Token),
            ),
            ("sk-learn", Form::Text),
            ("npm_config", Form::Text),
            ("hunter2", Form::Text),
        ] {
            assert_eq!(Form::of(value), expected, "{value:?}");
        }
    }

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
