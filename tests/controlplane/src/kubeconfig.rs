//! Kubeconfig files, written as JSON: every YAML reader takes it, and paths need no quoting rules.

use std::path::Path;

use serde_json::json;

use crate::pki::KeyFiles;

/// How a user proves who it is.
pub(crate) enum Credential<'a> {
    /// A client certificate.
    Certificate(&'a KeyFiles),
    /// A bearer token.
    Token(&'a str),
}

/// A kubeconfig with one cluster, one user and one context.
pub(crate) fn render(endpoint: &str, ca: &Path, user: &str, credential: &Credential<'_>) -> String {
    let credential = match credential {
        Credential::Certificate(files) => json!({
            "client-certificate": files.cert,
            "client-key": files.key,
        }),
        Credential::Token(token) => json!({ "token": token }),
    };
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": "plimsoll", "cluster": { "server": endpoint, "certificate-authority": ca } }],
        "users": [{ "name": user, "user": credential }],
        "contexts": [{ "name": user, "context": { "cluster": "plimsoll", "user": user } }],
        "current-context": user,
    });
    format!("{config:#}\n")
}
