//! The names and values that Kubernetes takes, as the API server decides (`apimachinery/pkg/util/validation`).

/// A set of bytes. Every label of every object is looked at, byte by byte.
struct Bytes([bool; 256]);

impl Bytes {
    const NONE: Self = Self([false; 256]);
    /// Digits and small letters.
    const SMALL: Self = Self::NONE.and(b'0', b'9').and(b'a', b'z');
    const OF_DNS: Self = Self::SMALL.and(b'-', b'-');
    const ALPHANUMERIC: Self = Self::SMALL.and(b'A', b'Z');
    const OF_LABELS: Self = Self::ALPHANUMERIC.and(b'-', b'.').and(b'_', b'_');

    /// The same with those from one to another.
    const fn and(mut self, first: u8, last: u8) -> Self {
        let mut byte = first;
        while byte <= last {
            self.0[byte as usize] = true;
            byte += 1;
        }
        self
    }

    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    fn have_all(&self, bytes: &[u8]) -> bool {
        bytes.iter().all(|byte| self.has(*byte))
    }
}

/// Why a text is no value of a label; `None` where it is one.
pub fn flaw_of_label_value(value: &str) -> Option<&'static str> {
    if value.len() > 63 {
        return Some("is longer than 63 characters");
    }
    let bytes = value.as_bytes();
    if !Bytes::OF_LABELS.have_all(bytes) {
        return Some("has characters other than letters, digits, `-`, `_` and `.`");
    }
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| Bytes::ALPHANUMERIC.has(*byte));
    if !is_end(bytes.first()) || !is_end(bytes.last()) {
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
    let is_end = |byte: &u8| Bytes::SMALL.has(*byte);
    let is_label = |label: &[u8]| {
        let inner = Bytes::OF_DNS.have_all(label);
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
