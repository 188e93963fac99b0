//! The names and values that Kubernetes takes, as the API server decides (`apimachinery/pkg/util/validation`).

/// Why a text is no value of a label; `None` where it is one.
pub fn flaw_of_label_value(value: &str) -> Option<&'static str> {
    if value.len() > 63 {
        return Some("is longer than 63 characters");
    }
    let is_end = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    if !value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    {
        return Some("has characters other than letters, digits, `-`, `_` and `.`");
    }
    if !is_end(value.bytes().next()) || !is_end(value.bytes().next_back()) {
        return Some("does not begin and end with a letter or a digit");
    }
    None
}

/// Why a text is no key of a label; `None` where it is one.
pub fn flaw_of_label_key(key: &str) -> Option<&'static str> {
    // Short as keys are, nothing is gained by looking at many bytes at once.
    let slash = key.bytes().position(|byte| byte == b'/');
    let (prefix, name) = match slash {
        Some(at) => (Some(&key[..at]), &key[at + 1..]),
        None => (None, key),
    };
    if prefix.is_some_and(|prefix| !is_dns_name(prefix)) {
        return Some("has a prefix that is no DNS name");
    }
    if name.is_empty() {
        return Some("has no name");
    }
    flaw_of_label_value(name)
}

fn is_dns_name(name: &str) -> bool {
    let is_end = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &[u8]| {
        let inner = label.iter().all(|byte| is_end(byte) || *byte == b'-');
        inner && label.first().is_some_and(is_end) && label.last().is_some_and(is_end)
    };
    name.len() <= 253 && name.as_bytes().split(|byte| *byte == b'.').all(is_label)
}

/// Why a text is no name of a port; `None` where it is one.
pub fn flaw_of_port_name(name: &str) -> Option<&'static str> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.len() > 15 {
        Some("is longer than 15 characters")
    } else if !name.bytes().all(is_allowed) {
        Some("has characters other than lower-case letters, digits and `-`")
    } else if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Some("has no letter")
    } else if name.contains("--") || name.starts_with('-') || name.ends_with('-') {
        Some("has a `-` at an end or two in a row")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_labels_are_what_the_api_server_takes() {
        let long = "a".repeat(64);
        for (value, is_good) in [
            ("", true),
            ("web", true),
            ("1.4.2", true),
            ("a_B-c.9", true),
            (&long[..63], true),
            (&long, false),
            ("-web", false),
            ("web.", false),
            ("a b", false),
            ("a/b", false),
            ("é", false),
        ] {
            assert_eq!(flaw_of_label_value(value).is_none(), is_good, "{value}");
        }
    }

    #[test]
    fn keys_of_labels_may_have_a_prefix() {
        for (key, is_good) in [
            ("app", true),
            ("app.kubernetes.io/name", true),
            ("a/b/c", false),
            ("/name", false),
            ("example.com/", false),
            ("Example.com/name", false),
            ("example..com/name", false),
            ("", false),
            ("_app", false),
        ] {
            assert_eq!(flaw_of_label_key(key).is_none(), is_good, "{key}");
        }
    }

    #[test]
    fn names_of_ports_are_short_and_have_a_letter() {
        for (name, is_good) in [
            ("http", true),
            ("n-3456789012345", true),
            ("n234567890123456", false),
            ("123456", false),
            ("Http", false),
            ("a--b", false),
            ("-a", false),
            ("a-", false),
            ("a_b", false),
            ("8080-a", true),
        ] {
            assert_eq!(flaw_of_port_name(name).is_none(), is_good, "{name}");
        }
    }
}
