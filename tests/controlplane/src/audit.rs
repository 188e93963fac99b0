//! The API server's audit log: every request, so that a test can count what was written by whom.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;

/// The audit policy: every request once, when it is answered, without bodies.
pub(crate) const POLICY: &str = r#"{
  "apiVersion": "audit.k8s.io/v1",
  "kind": "Policy",
  "omitStages": ["RequestReceived"],
  "rules": [{ "level": "Metadata" }]
}
"#;

/// The audit log file: one JSON `audit.k8s.io/v1` Event a line.
#[derive(Debug, Clone)]
pub struct AuditLog {
    path: PathBuf,
}

/// What the tests look at in an answered request; absent fields are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, ...
    pub verb: String,
    /// The user: `system:serviceaccount:NS:NAME` for a ServiceAccount.
    pub username: String,
    /// The program that asked.
    pub user_agent: String,
    /// API group, empty for the core group.
    pub group: String,
    /// Plural resource name.
    pub resource: String,
    /// `status`, `scale`, `token`, ...
    pub subresource: String,
    /// Namespace of the object.
    pub namespace: String,
    /// Name of the object; empty for collections and for `generateName`.
    pub name: String,
    /// HTTP status code of the answer.
    pub code: u16,
    /// Path and query.
    pub uri: String,
}

impl AuditEvent {
    /// Whether the request went through and changed, or could have changed, an object in etcd. Dry runs,
    /// access and token reviews and token requests are asked for with `create` but store nothing.
    pub fn is_write(&self) -> bool {
        matches!(
            self.verb.as_str(),
            "create" | "update" | "patch" | "delete" | "deletecollection"
        ) && (200..300).contains(&self.code)
            && !self.uri.contains("dryRun=All")
            && !matches!(
                self.group.as_str(),
                "authentication.k8s.io" | "authorization.k8s.io"
            )
            && !(self.resource == "serviceaccounts" && self.subresource == "token")
    }
}

impl AuditLog {
    pub(crate) fn new(path: PathBuf) -> AuditLog {
        AuditLog { path }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The present end of the log, to be given to [`AuditLog::since`] later. The API server writes an
    /// event just after it has answered: what a test did a moment ago may land behind the mark.
    pub fn mark(&self) -> Result<u64, Error> {
        match self.path.metadata() {
            Ok(file) => Ok(file.len()),
            // It is made with the first request.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(e) => Err(Error::io("read", &self.path)(e)),
        }
    }

    /// The answered requests since a mark, in the order of the answers; 0 is the beginning.
    pub fn since(&self, mark: u64) -> Result<Vec<AuditEvent>, Error> {
        let mut text = String::new();
        File::open(&self.path)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(mark))?;
                file.read_to_string(&mut text)
            })
            .map_err(Error::io("read", &self.path))?;
        self.parse(&text)
    }

    fn parse(&self, text: &str) -> Result<Vec<AuditEvent>, Error> {
        // A last line without an end is still being written.
        let complete = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut events = Vec::new();
        for line in complete.lines() {
            let line: Line = serde_json::from_str(line).map_err(|source| Error::Json {
                path: self.path.clone(),
                source,
            })?;
            if line.stage == "ResponseComplete" {
                events.push(line.into());
            }
        }
        Ok(events)
    }
}

/// The fields of an `audit.k8s.io/v1` Event that are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    stage: String,
    verb: String,
    #[serde(default)]
    user: User,
    #[serde(default)]
    user_agent: String,
    #[serde(default)]
    object_ref: ObjectRef,
    #[serde(default)]
    response_status: ResponseStatus,
    #[serde(default, rename = "requestURI")]
    request_uri: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct User {
    username: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ObjectRef {
    api_group: String,
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ResponseStatus {
    code: u16,
}

impl From<Line> for AuditEvent {
    fn from(line: Line) -> AuditEvent {
        AuditEvent {
            verb: line.verb,
            username: line.user.username,
            user_agent: line.user_agent,
            group: line.object_ref.api_group,
            resource: line.object_ref.resource,
            subresource: line.object_ref.subresource,
            namespace: line.object_ref.namespace,
            name: line.object_ref.name,
            code: line.response_status.code,
            uri: line.request_uri,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATE: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete","requestURI":"/apis/apps/v1/namespaces/shop/deployments?fieldManager=kubectl-create","verb":"create","user":{"username":"admin","groups":["system:masters"]},"userAgent":"kubectl/v1.36.3","objectRef":{"resource":"deployments","namespace":"shop","name":"web","apiGroup":"apps","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":201}}"#;
    const WATCH: &str =
        r#"{"stage":"ResponseStarted","requestURI":"/api/v1/pods?watch=1","verb":"watch"}"#;

    fn parse(text: &str) -> Vec<AuditEvent> {
        AuditLog::new(PathBuf::from("audit.jsonl"))
            .parse(text)
            .unwrap()
    }

    #[test]
    fn answered_requests_are_read_and_an_unfinished_line_is_left() {
        let events = parse(&format!("{WATCH}\n{CREATE}\n{}", &CREATE[..40]));
        assert_eq!(events.len(), 1);
        assert_eq!(
            (events[0].verb.as_str(), events[0].name.as_str()),
            ("create", "web")
        );
        assert_eq!((events[0].group.as_str(), events[0].code), ("apps", 201));
    }

    #[test]
    fn only_what_can_reach_etcd_is_a_write() {
        let event = parse(&format!("{CREATE}\n")).remove(0);
        assert!(event.is_write());
        let not_writes = [
            AuditEvent {
                verb: "get".into(),
                ..event.clone()
            },
            AuditEvent {
                code: 403,
                ..event.clone()
            },
            AuditEvent {
                uri: "/apis/apps/v1/namespaces/a/deployments?dryRun=All".into(),
                ..event.clone()
            },
            AuditEvent {
                group: "authorization.k8s.io".into(),
                ..event.clone()
            },
            AuditEvent {
                resource: "serviceaccounts".into(),
                subresource: "token".into(),
                ..event
            },
        ];
        for event in not_writes {
            assert!(!event.is_write(), "{event:?}");
        }
    }
}
