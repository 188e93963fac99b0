//! A cluster with Plimsoll installed, and what tests ask of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use plimsoll_controlplane::{ControlPlane, Options, eventually};
use serde_json::{Value, json};

/// How long anything may take that the operator does on its own.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

const NAMESPACE: &str = "plimsoll-system";

/// A control plane with Plimsoll's definitions, permissions and webhook configuration. The operator runs outside of it, on
/// loopback; the API server finds it through the shipped Service's name.
pub(crate) struct Testbed {
    pub(crate) plane: ControlPlane,
    kubeconfig: std::path::PathBuf,
    webhook_port: u16,
}

/// A running operator. It ends with the test process, whatever becomes of that.
pub(crate) struct Operator {
    /// Holds the supervisor's standard input open; the supervisor stops the operator when it closes.
    lifeline: Option<ChildStdin>,
    supervisor: Child,
    pub(crate) pid: String,
    health: u16,
}

impl Testbed {
    /// The cluster and the operator that most tests share.
    pub(crate) fn shared() -> &'static Testbed {
        static SHARED: OnceLock<(Testbed, Operator)> = OnceLock::new();
        let (testbed, _) = SHARED.get_or_init(|| {
            let testbed = Testbed::install(Options::default());
            let operator = testbed.operator();
            testbed.guarded();
            (testbed, operator)
        });
        testbed
    }

    /// Waits until what people say from now on counts: since more than a second the guards are known to be whole. Creation
    /// timestamps are cut to the second.
    pub(crate) fn guarded(&self) {
        let look = || {
            let map = self.get(&[
                "configmap",
                "-n",
                NAMESPACE,
                "--field-selector=metadata.name=plimsoll-guard",
            ]);
            let since = map["items"][0]["data"]["wholeSince"].as_str();
            let since = since.and_then(|since| since.parse::<Timestamp>().ok());
            let ripe = |since: &Timestamp| Timestamp::now() > *since + SignedDuration::from_secs(1);
            Ok(since.filter(ripe).map(|_| ()))
        };
        eventually("the guards are whole", PATIENCE, look)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// A cluster of its own, without an operator yet.
    pub(crate) fn install(options: Options) -> Testbed {
        let plane = ControlPlane::start(options).unwrap_or_else(|error| panic!("{error}"));
        let webhook_port = free_port();
        for what in ["crds", "deploy"] {
            for object in generated(what)
                .into_iter()
                .filter_map(|object| adapted(object, webhook_port))
            {
                apply(&plane, &object);
            }
        }
        let kubeconfig = plane
            .kubeconfig_for_service_account(NAMESPACE, "plimsoll")
            .unwrap_or_else(|error| panic!("{error}"));
        Testbed {
            plane,
            kubeconfig,
            webhook_port,
        }
    }

    /// Starts an operator and waits until it is ready.
    pub(crate) fn operator(&self) -> Operator {
        let address = format!("127.0.0.1:{}", self.webhook_port);
        self.start(&["--webhook-address", &address])
    }

    /// Starts another replica's controller: only one process can have the webhook's port here.
    pub(crate) fn second_replica(&self) -> Operator {
        self.start(&["--only", "controller"])
    }

    /// Starts an operator that has no reason to become ready.
    pub(crate) fn unready_operator(&self) -> Operator {
        let address = format!("127.0.0.1:{}", self.webhook_port);
        self.spawn(&["--webhook-address", &address]).0
    }

    /// Applies the custom resource definitions.
    pub(crate) fn definitions(&self) {
        generated("crds")
            .iter()
            .for_each(|definition| self.apply(definition));
    }

    fn start(&self, arguments: &[&str]) -> Operator {
        let (operator, log) = self.spawn(arguments);
        let ready = || Ok(operator.get("/readyz").filter(|answer| answer == "ok"));
        eventually("the operator is ready", PATIENCE, ready).unwrap_or_else(|error| {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            panic!(
                "{error}; last answer: {:?}; its log:\n{log}",
                operator.get("/readyz")
            )
        });
        operator
    }

    /// Spawns an operator. Answers with where its log is as well.
    fn spawn(&self, arguments: &[&str]) -> (Operator, std::path::PathBuf) {
        let health = free_port();
        let log = self.plane.dir().join(format!("operator-{health}.log"));
        let script = format!(
            "\"$@\" 2>{} & echo $!; cat; kill $! 2>/dev/null",
            log.display()
        );
        let mut supervisor = Command::new("sh")
            .args([
                "-c",
                &script,
                "sh",
                env!("CARGO_BIN_EXE_plimsoll"),
                "operator",
                "--shutdown-delay",
                "0",
            ])
            .args([
                "--log-format",
                "text",
                "--health-address",
                &format!("127.0.0.1:{health}"),
            ])
            .args(arguments)
            .env("KUBECONFIG", &self.kubeconfig)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let lifeline = supervisor.stdin.take();
        let mut pid = String::new();
        let mut output = BufReader::new(supervisor.stdout.take().expect("stdout is piped"));
        output
            .read_line(&mut pid)
            .expect("the supervisor says the operator's pid");
        let operator = Operator {
            lifeline,
            supervisor,
            pid: pid.trim().to_owned(),
            health,
        };
        (operator, log)
    }

    /// A namespace with a label that a policy of the same name can select.
    pub(crate) fn namespace(&self, name: &str) {
        self.apply(&json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"policy": name}},
        }));
    }

    /// A policy for the namespaces with a label of its name, waited for until the operator says it is in force and the
    /// webhook judges by it.
    pub(crate) fn policy(&self, name: &str, mut spec: Value) {
        spec["match"]["namespaceSelector"] = json!({"matchLabels": {"policy": name}});
        let api_version = "plimsoll.dev/v1alpha1";
        self.apply(&json!({
            "apiVersion": api_version, "kind": "ReadinessPolicy", "metadata": {"name": name}, "spec": spec,
        }));
        eventually("the policy is observed", PATIENCE, || {
            let policy = self.get(&["readinesspolicy", name]);
            Ok(
                (policy["status"]["observedGeneration"] == policy["metadata"]["generation"])
                    .then_some(()),
            )
        })
        .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Applies an object.
    pub(crate) fn apply(&self, object: &Value) {
        apply(&self.plane, object);
    }

    /// What `kubectl` says to an object: its standard error, and whether it was accepted.
    pub(crate) fn try_apply(&self, object: &Value) -> (bool, String) {
        let output = self
            .plane
            .kubectl_with_input(&["create", "-f", "-"], &object.to_string());
        let output = output.unwrap_or_else(|error| panic!("{error}"));
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// What `kubectl` prints; panics where it fails.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> String {
        self.plane
            .kubectl_ok(arguments)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// An object, or a list of them, as JSON.
    pub(crate) fn get(&self, what: &[&str]) -> Value {
        let arguments: Vec<_> = ["get", "-o", "json"].iter().chain(what).copied().collect();
        serde_json::from_str(&self.kubectl(&arguments)).expect("kubectl prints JSON")
    }

    /// The reports of a namespace, by name.
    pub(crate) fn reports(&self, namespace: &str) -> BTreeMap<String, Value> {
        let list = self.get(&["readinessreports", "-n", namespace]);
        let reports = list["items"].as_array().cloned().unwrap_or_default();
        let name = |report: &Value| {
            report["metadata"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        reports
            .into_iter()
            .map(|report| (name(&report), report))
            .collect()
    }

    /// Waits until the reports of a namespace are such, and answers with them.
    pub(crate) fn until_reports(
        &self,
        namespace: &str,
        what: &str,
        such: impl Fn(&BTreeMap<String, Value>) -> bool,
    ) -> BTreeMap<String, Value> {
        let look = || {
            let reports = self.reports(namespace);
            Ok(such(&reports).then_some(reports))
        };
        eventually(what, PATIENCE, look).unwrap_or_else(|error| {
            panic!(
                "{error}; the reports are {:#?}",
                statuses(&self.reports(namespace))
            )
        })
    }
}

impl Operator {
    /// A page of the health endpoint; `None` while it cannot be had.
    pub(crate) fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.health)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer
            .split_once("\r\n\r\n")
            .map(|(_, body)| body.to_owned())
    }

    /// The sum of a metric's samples.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics").expect("metrics are served");
        let samples = text.lines().filter(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with([' ', '{']))
        });
        samples
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum::<f64>() as u64
    }

    /// Ends it with this signal and waits until it is gone.
    pub(crate) fn end(&mut self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.pid])
            .status()
            .expect("kill runs");
        assert!(status.success(), "the operator was not running any more");
        let process = format!("/proc/{}/stat", self.pid);
        let gone = || {
            let state = std::fs::read_to_string(&process).unwrap_or_default();
            let state = state
                .rsplit(')')
                .next()
                .unwrap_or_default()
                .trim_start()
                .chars()
                .next();
            Ok(state.is_none_or(|state| state == 'Z').then_some(()))
        };
        eventually("the operator ends", PATIENCE, gone).unwrap_or_else(|error| panic!("{error}"));
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.supervisor.wait();
    }
}

/// The statuses of reports, by name.
pub(crate) fn statuses(reports: &BTreeMap<String, Value>) -> BTreeMap<&str, &str> {
    let status = |report: &'_ Value| -> String {
        report["report"]["status"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    reports
        .iter()
        .map(|(name, report)| (name.as_str(), leak(status(report))))
        .collect()
}

/// Tests end soon.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The ids of the checks that a report has findings of.
pub(crate) fn findings(report: &Value) -> Vec<&str> {
    let findings = report["report"]["findings"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut ids: Vec<_> = findings
        .iter()
        .filter_map(|finding| finding["check"].as_str())
        .collect();
    ids.dedup();
    ids
}

/// A Deployment that fails everything essential.
pub(crate) fn bad_deployment(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "app", "image": "registry.example/app:1.4.2"}]},
            },
        },
    })
}

/// A Deployment that passes everything essential.
pub(crate) fn good_deployment(namespace: &str, name: &str) -> Value {
    let mut deployment = bad_deployment(namespace, name);
    deployment["spec"]["template"]["spec"] = good_pod_spec();
    deployment
}

/// The spec of a pod that passes everything essential.
pub(crate) fn good_pod_spec() -> Value {
    let probe = json!({"httpGet": {"path": "/healthz", "port": 8080}});
    json!({
        "securityContext": {"runAsNonRoot": true, "runAsUser": 65532},
        "containers": [{
            "name": "app", "image": "registry.example/app:1.4.2",
            "livenessProbe": probe, "readinessProbe": probe, "startupProbe": probe,
            "resources": {
                "requests": {"cpu": "10m", "memory": "16Mi"},
                "limits": {"cpu": "100m", "memory": "64Mi"},
            },
            "securityContext": {"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false},
        }],
    })
}

/// Objects that the program generates.
fn generated(what: &str) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["generate", what])
        .output()
        .expect("it runs");
    assert!(output.status.success(), "plimsoll generate {what} failed");
    let text = String::from_utf8(output.stdout).expect("YAML is UTF-8");
    let documents = text
        .split("---\n")
        .filter(|document| document.contains("kind:"));
    documents
        .map(|document| serde_saphyr::from_str(document).expect("what is generated is YAML"))
        .collect()
}

/// What is shipped, as it must be where nothing routes to pods: the operator runs outside the cluster, and the API server
/// reaches it through the Service's name on loopback.
fn adapted(mut object: Value, port: u16) -> Option<Value> {
    match object["kind"].as_str() {
        Some("Deployment") => return None,
        Some("Service") => {
            object["spec"] = json!({"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]});
        }
        Some("ValidatingWebhookConfiguration") => {
            for webhook in object["webhooks"].as_array_mut().expect("webhooks") {
                webhook["clientConfig"]["service"]["port"] = port.into();
            }
        }
        _ => {}
    }
    Some(object)
}

fn apply(plane: &ControlPlane, object: &Value) {
    if let Err(error) = plane.apply(&object.to_string()) {
        panic!("{error}");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}
