//! What is kept of how a container is asked for its health, where it listens and how it is stopped.

use super::Text;
use super::service::Protocol;

/// Which probes a container has: one without a handler is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probes {
    /// `livenessProbe`.
    pub liveness: Option<Box<Probe>>,
    /// `readinessProbe`.
    pub readiness: Option<Box<Probe>>,
    /// `startupProbe`.
    pub startup: Option<Box<Probe>>,
    /// Whether liveness and readiness ask the same thing of the same port, or by the same command.
    pub ask_the_same: bool,
}

/// A probe, with the defaults of `SetDefaults_Probe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The port that it asks, and the field that says so; none for a command, and where it asks another host than the pod.
    pub port: Option<(PortField, PortName)>,
    /// The programs that its command runs, as far as that can be told, each once: those of a shell's script too.
    pub programs: Box<[Text]>,
    /// `initialDelaySeconds`.
    pub initial_delay: i32,
    /// `periodSeconds`.
    pub period: i32,
    /// `timeoutSeconds`.
    pub timeout: i32,
    /// `successThreshold`.
    pub success_threshold: i32,
    /// `failureThreshold`.
    pub failure_threshold: i32,
}

impl Probe {
    /// For how many seconds in a row it must fail before something follows.
    pub fn patience(&self) -> i64 {
        i64::from(self.period) * i64::from(self.failure_threshold)
    }
}

/// The handler of a probe that names a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "these are Kubernetes' own names")]
pub enum PortField {
    HttpGet,
    TcpSocket,
    Grpc,
}

impl PortField {
    /// The field's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HttpGet => "httpGet",
            Self::TcpSocket => "tcpSocket",
            Self::Grpc => "grpc",
        }
    }
}

/// A port of a container, by number or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortName {
    /// Its number.
    Number(i32),
    /// The name that the container gives it. The kubelet takes digits that name no port for a number.
    Name(Text),
}

/// A port that a container says it listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerPort {
    /// Its name.
    pub name: Option<Text>,
    /// `containerPort`; 0 where it is missing, which the API server refuses.
    pub number: i32,
    /// Its protocol.
    pub protocol: Protocol,
    /// `hostPort`; 0 where it takes none of its node.
    pub host: i32,
}

/// What the kubelet does before it tells a container to end (`lifecycle.preStop`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreStop {
    /// For how many seconds it waits, as far as that can be told: a `sleep` action, or a command that begins with `sleep`.
    pub sleep: Option<i64>,
}

impl PreStop {
    /// Whether it does nothing at all (`sleep: {seconds: 0}`).
    pub fn is_idle(self) -> bool {
        self.sleep == Some(0)
    }
}
