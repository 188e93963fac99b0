//! Paths in addresses: RFC 3986.

use std::fmt::Write;

/// A path, with everything escaped that could mean something else.
pub(super) fn path(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                escaped.push(char::from(byte));
            }
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slashes_stay() {
        for (file, expected) in [
            ("shop/web.yaml", "shop/web.yaml"),
            ("a b:c?#%.yaml", "a%20b%3Ac%3F%23%25.yaml"),
            ("grün\n.yaml", "gr%C3%BCn%0A.yaml"),
            ("<stdin>", "%3Cstdin%3E"),
        ] {
            assert_eq!(path(file), expected);
        }
    }
}
