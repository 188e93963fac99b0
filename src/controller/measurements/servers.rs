//! Whom to ask, from what the policies say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::api::{MetricsServer, Period};
use crate::engine::PolicySet;
use crate::prometheus::{Credentials, Server, Settings};

/// The label, with the value `true`, of the Secrets that may be read: one that a policy names but that lacks it is not for this.
pub const LABEL: &str = "plimsoll.dev/metrics-credentials";

/// What is in a Secret.
pub(super) type Keys = BTreeMap<String, Vec<u8>>;

/// The Secrets with the label, by name; or why they cannot be read.
pub(super) type Secrets = Result<BTreeMap<String, Keys>, String>;

/// No server is given less time than this.
const SHORTEST: Duration = Duration::from_secs(1);

/// The servers of all policies, each as `policy/server`: what one policy says must not be asked of another's.
pub(super) fn settings(policies: &PolicySet, secrets: &Secrets, namespace: &str) -> Settings {
    let usual = Settings::default();
    let rules = || {
        policies
            .iter()
            .filter_map(|policy| Some((policy, policy.metrics.as_ref()?)))
    };
    let shortest = |of: fn(&crate::api::MetricsRule) -> Period| {
        rules().map(|(_, rule)| duration(of(rule))).min()
    };
    let max_age = shortest(|rule| rule.max_age).unwrap_or(usual.max_age);
    let refresh = shortest(|rule| rule.refresh).unwrap_or(usual.interval);
    let servers = rules().flat_map(|(policy, rule)| {
        let servers = rule.servers.iter();
        servers.map(|server| Arc::new(self::server(&policy.name, server, secrets, namespace)))
    });
    Settings {
        servers: servers.collect(),
        has_default: false,
        // An answer must not be too old before there is another.
        interval: refresh.min(max_age / 2),
        max_age,
        ..usual
    }
}

fn server(policy: &str, rule: &MetricsServer, secrets: &Secrets, namespace: &str) -> Server {
    let mut server = Server {
        timeout: duration(rule.timeout),
        queries_per_second: f64::from(rule.queries_per_second.max(1)),
        concurrency: usize::try_from(rule.concurrency)
            .unwrap_or(usize::MAX)
            .max(1),
        ..Server::new(format!("{policy}/{}", rule.name), rule.url.as_str())
    };
    if let Some(secret) = &rule.secret {
        let keys = match secrets {
            Ok(secrets) => secrets.get(secret).ok_or_else(|| {
                format!("there is no Secret {namespace}/{secret} with the label {LABEL}: \"true\"")
            }),
            Err(error) => Err(format!(
                "the Secret {namespace}/{secret} cannot be read: {error}"
            )),
        };
        server.obstacle = keys.and_then(|keys| fill(&mut server, keys, secret)).err();
    }
    server
}

/// Takes what the server asks for from a Secret.
fn fill(server: &mut Server, keys: &Keys, secret: &str) -> Result<(), String> {
    let text = |key: &str| {
        let text = keys.get(key).map(|value| String::from_utf8(value.clone()));
        text.transpose()
            .map_err(|_| format!("the key {key} of the Secret {secret} is no text"))
    };
    server.credentials = match (text("token")?, text("username")?, text("password")?) {
        (Some(token), None, None) => Some(Credentials::Bearer(token)),
        (None, Some(user), Some(password)) => Some(Credentials::Basic { user, password }),
        (None, None, None) => None,
        _ => {
            return Err(format!(
                "the Secret {secret} must have either a token, or a username and a password"
            ));
        }
    };
    server.ca = keys.get("ca.crt").cloned();
    if let Some(tenant) = text("tenant")? {
        server
            .headers
            .push(("X-Scope-OrgID".to_owned(), tenant.trim().to_owned()));
    }
    if server.credentials.is_none() && server.ca.is_none() && server.headers.is_empty() {
        return Err(format!(
            "the Secret {secret} has none of the keys token, username and password, ca.crt, tenant"
        ));
    }
    Ok(())
}

fn duration(period: Period) -> Duration {
    Duration::try_from(period.as_duration())
        .unwrap_or(SHORTEST)
        .max(SHORTEST)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::ReadinessPolicySpec;
    use crate::checklist::Checklists;
    use crate::engine::Policy;

    fn policies(metrics: &[(&str, Value)]) -> PolicySet {
        let compiled = metrics.iter().map(|(name, metrics)| {
            let spec: ReadinessPolicySpec = serde_json::from_value(json!({"metrics": metrics}))
                .expect("it is the spec of a policy");
            Policy::compile(name, &spec, &Checklists::default()).expect("it is accepted")
        });
        PolicySet::new(compiled.collect::<Vec<_>>())
    }

    fn secrets(all: &[(&str, &[(&str, &str)])]) -> Secrets {
        let keys = |keys: &[(&str, &str)]| -> Keys {
            keys.iter()
                .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
                .collect()
        };
        Ok(all
            .iter()
            .map(|(name, all)| ((*name).to_owned(), keys(all)))
            .collect())
    }

    fn only(metrics: Value, known: &Secrets) -> Server {
        let all = settings(&policies(&[("prod", metrics)]), known, "plimsoll-system").servers;
        assert_eq!(all.len(), 1);
        Server::clone(&all[0])
    }

    fn with_secret(keys: &[(&str, &str)]) -> Server {
        let metrics = json!({"servers": [{"name": "main", "url": "https://prometheus.example", "secret": "login"}]});
        only(metrics, &secrets(&[("login", keys)]))
    }

    #[test]
    fn servers_of_all_policies_are_told_apart_and_the_shortest_times_hold() {
        let server = json!([{"name": "main", "url": "http://one.example:9090"}]);
        let set = policies(&[
            (
                "apps",
                json!({"servers": server, "refresh": "10m", "maxAge": "1h"}),
            ),
            (
                "data",
                json!({"servers": [
                {"name": "main", "url": "http://two.example", "timeout": "3s", "queriesPerSecond": 2, "concurrency": 1},
                {"name": "slow", "url": "http://three.example"},
            ], "refresh": "20m", "maxAge": "12m"}),
            ),
        ]);
        let settings = settings(&set, &secrets(&[]), "plimsoll-system");
        let names: Vec<&str> = settings
            .servers
            .iter()
            .map(|server| &*server.name)
            .collect();
        assert_eq!(names, ["apps/main", "data/main", "data/slow"]);
        assert_eq!(settings.max_age, Duration::from_secs(12 * 60));
        assert_eq!(
            settings.interval,
            Duration::from_secs(6 * 60),
            "an answer must not be too old before there is another"
        );
        assert!(
            !settings.has_default,
            "what a namespace has no server for is asked of nobody"
        );
        let second = &settings.servers[1];
        assert_eq!(
            (second.url.as_str(), second.timeout),
            ("http://two.example", Duration::from_secs(3))
        );
        assert_eq!((second.queries_per_second, second.concurrency), (2.0, 1));
        assert!(
            settings
                .servers
                .iter()
                .all(|server| server.obstacle.is_none())
        );
    }

    #[test]
    fn a_secret_has_what_the_server_asks_for() {
        let token = with_secret(&[
            ("token", "t0ken\n"),
            ("tenant", "shop\n"),
            ("ca.crt", "PEM"),
        ]);
        assert_eq!(token.obstacle, None);
        assert_eq!(
            token.credentials,
            Some(Credentials::Bearer("t0ken\n".to_owned()))
        );
        assert_eq!(
            token.headers,
            [("X-Scope-OrgID".to_owned(), "shop".to_owned())]
        );
        assert_eq!(token.ca.as_deref(), Some(b"PEM".as_slice()));
        let basic = with_secret(&[("username", "ann"), ("password", "pass")]);
        let expected = Credentials::Basic {
            user: "ann".to_owned(),
            password: "pass".to_owned(),
        };
        assert_eq!(basic.credentials, Some(expected));
    }

    #[test]
    fn without_its_secret_a_server_is_not_asked() {
        let metrics = json!({"servers": [{"name": "main", "url": "https://prometheus.example", "secret": "login"}]});
        let missing = only(metrics.clone(), &secrets(&[("other", &[("token", "t")])]));
        assert_eq!(
            missing.obstacle.as_deref(),
            Some(
                "there is no Secret plimsoll-system/login with the label plimsoll.dev/metrics-credentials: \"true\""
            )
        );
        assert_eq!(missing.credentials, None, "nor with another's");
        let unreadable = only(metrics, &Err("forbidden".to_owned()));
        assert_eq!(
            unreadable.obstacle.as_deref(),
            Some("the Secret plimsoll-system/login cannot be read: forbidden")
        );
        for (keys, obstacle) in [
            (&[("Token", "t")][..], "has none of the keys"),
            (
                &[("token", "t"), ("username", "ann")],
                "either a token, or a username and a password",
            ),
            (
                &[("username", "ann")],
                "either a token, or a username and a password",
            ),
        ] {
            let found = with_secret(keys).obstacle.unwrap_or_default();
            assert!(found.contains(obstacle), "{keys:?}: {found}");
        }
    }
}
