//! `--kubernetes-version`.

use crate::model::{NEWEST, Release};

/// The release of Kubernetes that somebody names.
///
/// # Errors
/// Where that is none.
pub(super) fn release(text: &str) -> Result<Release, String> {
    Release::parse(text).ok_or_else(|| {
        format!("it is no release of Kubernetes; write it as {NEWEST}, v{NEWEST} or {NEWEST}.2")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_release_is_refused_with_one_that_is() {
        assert_eq!(release("v1.33.4"), Ok(Release(33)));
        for text in ["", "latest", "1", "2.0", "1.33-eks"] {
            let error = release(text).expect_err("it is none");
            assert!(error.contains("write it as 1.36"), "{error}");
        }
    }
}
