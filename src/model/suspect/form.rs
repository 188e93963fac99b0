//! The form of a value, by which a secret is told from what only stands for one.

use crate::model::Clue;

/// The form of a variable's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::model) enum Form {
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
    pub(in crate::model) fn of(value: &str) -> Self {
        let value = value.trim();
        if value.is_empty() {
            Self::Empty
        } else if is_switch(value) {
            Self::Switch
        } else if value.parse::<f64>().is_ok() {
            Self::Number
        } else if value.contains("-BEGIN ") && value.contains("PRIVATE KEY-") {
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
            (
                "---BEGIN OPENSSH PRIVATE KEY---\nb3Bl",
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
}
