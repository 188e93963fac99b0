//! Image references, read as the kubelet reads them.

/// The parts of an image reference: `registry.example:5000/shop/web:1.4.2@sha256:...`.
/// Source of the grammar: <https://github.com/distribution/reference>, with the reading of `ParseNormalizedNamed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// The registry, if it is said, and the repository.
    pub name: &'a str,
    /// The tag. Where there is a digest too, the tag is not looked at.
    pub tag: Option<&'a str>,
    /// The digest.
    pub digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    /// From its text. `None` for what no container runtime would pull: a placeholder, a repository in upper case.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        // A colon before a slash is a registry's port.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        // 64 hexadecimal digits are an image's id, which cannot be pulled.
        let valid = !is_hash(text, 64)
            && is_name(name)
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest);
        valid.then_some(Self { name, tag, digest })
    }

    /// The registry in the name of an image, if it says one.
    pub fn registry(name: &str) -> Option<&str> {
        let (first, _) = name.split_once('/')?;
        (is_registry(first) && is_domain(first)).then_some(first)
    }
}

fn is_name(name: &str) -> bool {
    let repository = match Image::registry(name) {
        Some(registry) => &name[registry.len() + 1..],
        None => name,
    };
    repository.len() <= 255 && repository.split('/').all(is_component)
}

/// What stands before the first slash is a registry if it looks like one and can be one, else a part of the repository.
fn is_registry(first: &str) -> bool {
    first == "localhost"
        || first
            .bytes()
            .any(|byte| matches!(byte, b'.' | b':') || byte.is_ascii_uppercase())
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (domain, None),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_label = |label: &str| {
        let allowed = label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !label.is_empty() && allowed && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_host = match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => {
            !address.is_empty()
                && address
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
        }
        None => host.split('.').all(is_label),
    };
    is_host && port.is_none_or(is_port)
}

/// Runs of lower-case letters and digits, between them a dot, one or two underscores or any number of dashes.
fn is_component(component: &str) -> bool {
    let mut between = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let separates =
        |text: &str| matches!(text, "" | "." | "_" | "__") || text.bytes().all(|byte| byte == b'-');
    !component.is_empty()
        && between.next() == Some("")
        && between.next_back() == Some("")
        && between.all(separates)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let allowed = tag
        .bytes()
        .all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'));
    allowed && tag.len() <= 128 && tag.bytes().next().is_some_and(is_word)
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hash)) = digest.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    is_hash(hash, length)
}

fn is_hash(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart_as_the_kubelet_does() {
        let hash = "ab".repeat(32);
        let pinned = format!("web@sha256:{hash}");
        let both = format!("registry.example:5000/shop/web:1.4@sha256:{hash}");
        let digest = format!("sha256:{hash}");
        for (text, name, tag, digest) in [
            ("web", "web", None, None),
            ("web:1.4.2", "web", Some("1.4.2"), None),
            ("localhost/web:1", "localhost/web", Some("1"), None),
            ("host:5000/web", "host:5000/web", None, None),
            ("host:5000/web:v1", "host:5000/web", Some("v1"), None),
            ("host:5000", "host", Some("5000"), None),
            ("[::1]:5000/web:v1", "[::1]:5000/web", Some("v1"), None),
            (
                "Registry.Example/a__b/c-d.e:_x",
                "Registry.Example/a__b/c-d.e",
                Some("_x"),
                None,
            ),
            ("gcr.io/p/a---b", "gcr.io/p/a---b", None, None),
            ("a.b_c/web:1", "a.b_c/web", Some("1"), None),
            (&pinned, "web", None, Some(digest.as_str())),
            (
                &both,
                "registry.example:5000/shop/web",
                Some("1.4"),
                Some(digest.as_str()),
            ),
        ] {
            assert_eq!(
                Image::parse(text),
                Some(Image { name, tag, digest }),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_pulled_is_no_reference() {
        let short = format!("web@sha256:{}", "a".repeat(63));
        let upper = format!("web@sha256:{}", "A".repeat(64));
        let other = format!("web@md5:{}", "a".repeat(32));
        let long = format!("web:{}", "a".repeat(129));
        let id = "a".repeat(64);
        for text in [
            "",
            " ",
            " web:1",
            "web:1 ",
            "web:",
            ":1",
            "web@",
            "@",
            "/",
            "web/",
            "/web",
            "a//b",
            "Web:1",
            "shop/Web:1",
            "${IMAGE}",
            "$(IMAGE)",
            "{{ .Values.image }}",
            "<image>",
            "web:${TAG}",
            "web:$TAG",
            "web:{{tag}}",
            "web:-1",
            "web:1:2",
            "a_-b",
            "a___b",
            "a..b",
            "-a",
            "a-",
            "-host.example/web",
            "host.example:port/web",
            "[::1/web",
            "https://host.example/web:1",
            "wéb:1",
            &short,
            &upper,
            &other,
            &long,
            &id,
        ] {
            assert_eq!(Image::parse(text), None, "{text:?}");
        }
    }
}
