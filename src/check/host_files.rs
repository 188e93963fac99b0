//! Paths of a node, and what lies below them.

/// Whether what is mounted is a path or a directory that has it somewhere below.
pub fn holds(mounted: &str, path: &str) -> bool {
    mounted == "/" || mounted == path || is_below(path, mounted)
}

/// Whether a path lies somewhere below a directory.
pub fn is_below(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
}

/// The last name of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_holds_what_is_below_it() {
        for (mounted, path, expected) in [
            ("/", "/etc", true),
            ("/", "/", true),
            ("/etc", "/etc", true),
            ("/var", "/var/run/docker.sock", true),
            ("/var/ru", "/var/run/docker.sock", false),
            ("/etc/ssl", "/etc", false),
            ("/etcd", "/etc", false),
        ] {
            assert_eq!(holds(mounted, path), expected, "{mounted} {path}");
        }
        assert!(is_below("/proc/1", "/proc/"));
        assert!(!is_below("/proc", "/proc/"));
        assert!(!is_below("/process", "/proc/"));
        assert_eq!(file_name("/run/docker.sock"), "docker.sock");
    }
}
