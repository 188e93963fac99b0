//! The names that a serving certificate is for.

use rustls::pki_types::ServerName;

/// A name that cannot be in a certificate.
#[derive(Debug, thiserror::Error)]
#[error("{name:?} is neither a DNS name nor an IP address: the webhook cannot be served under it")]
pub struct InvalidName {
    /// The name as it was given.
    pub name: String,
}

/// The names under which the webhook may be called, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerNames(Vec<String>);

impl ServerNames {
    /// The names of a Service, from the shortest to the longest, and `extra` ones: DNS names or
    /// IP addresses. kube-apiserver asks for `<service>.<namespace>.svc`.
    ///
    /// A cluster domain other than `cluster.local` is an extra name.
    ///
    /// # Errors
    ///
    /// The first name that is neither a DNS name nor an IP address.
    pub fn new(service: &str, namespace: &str, extra: &[String]) -> Result<Self, InvalidName> {
        let mut names = vec![
            service.to_owned(),
            format!("{service}.{namespace}"),
            format!("{service}.{namespace}.svc"),
            format!("{service}.{namespace}.svc.cluster.local"),
        ];
        for name in extra {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        match names
            .iter()
            .find(|name| ServerName::try_from(name.as_str()).is_err())
        {
            Some(name) => Err(InvalidName { name: name.clone() }),
            None => Ok(Self(names)),
        }
    }

    /// As subject alternative names.
    pub(super) fn to_vec(&self) -> Vec<String> {
        self.0.clone()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = ServerName<'_>> {
        self.0
            .iter()
            .filter_map(|name| ServerName::try_from(name.as_str()).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_four_names_and_extra_ones_come_after_them() {
        let extra = [
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "plimsoll".to_owned(),
        ];
        let names = ServerNames::new("plimsoll", "ready", &extra).unwrap();
        assert_eq!(
            names.to_vec(),
            [
                "plimsoll",
                "plimsoll.ready",
                "plimsoll.ready.svc",
                "plimsoll.ready.svc.cluster.local",
                "localhost",
                "127.0.0.1",
            ]
        );
        assert_eq!(names.iter().count(), 6);
    }

    #[test]
    fn a_wrong_name_is_named() {
        let error = ServerNames::new("plimsoll", "ready", &["not a name".to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("\"not a name\" is neither"));
    }
}
