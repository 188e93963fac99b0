//! Probes, ports and hooks on the wire.

use super::command;
use crate::model::probe::PortField;
use crate::model::wire::fields::fields;
use crate::model::wire::scalar::{List, Port, Str};
use crate::model::{
    Call, CallField, ContainerPort, PortName, PreStop, Probe as Record, Probes, Protocol, Text,
};

fields! {
    pub(super) struct Probe {
        exec: Option<Command>,
        grpc: Option<Grpc>,
        http_get: Option<HttpGet>,
        tcp_socket: Option<TcpSocket>,
        initial_delay_seconds: Option<i32>,
        period_seconds: Option<i32>,
        timeout_seconds: Option<i32>,
        success_threshold: Option<i32>,
        failure_threshold: Option<i32>,
    }

    #[derive(PartialEq)]
    struct Command {
        command: List<Str>,
    }

    #[derive(PartialEq)]
    struct Grpc {
        port: Option<Port>,
        service: Option<Str>,
    }

    #[derive(PartialEq)]
    struct HttpGet {
        path: Option<Str>,
        port: Option<Port>,
        host: Option<Str>,
        scheme: Option<Str>,
        http_headers: List<Header>,
    }

    #[derive(PartialEq)]
    struct Header {
        name: Option<Str>,
        value: Option<Str>,
    }

    #[derive(PartialEq)]
    struct TcpSocket {
        port: Option<Port>,
        host: Option<Str>,
    }

    pub(super) struct PortSpec {
        name: Option<Str>,
        container_port: Option<i32>,
        protocol: Option<Str>,
        host_port: Option<i32>,
    }

    pub(super) struct Lifecycle {
        post_start: Option<Hook>,
        pre_stop: Option<Hook>,
    }

    struct Hook {
        exec: Option<Command>,
        http_get: Option<Destination>,
        tcp_socket: Option<Destination>,
        sleep: Option<Sleep>,
    }

    /// `httpGet` or `tcpSocket` of a hook.
    struct Destination {
        host: Option<Str>,
    }

    struct Sleep {
        seconds: Option<i64>,
    }
}

/// The other hosts that a container's probes and hooks call.
pub(super) fn calls(
    [liveness, readiness, startup]: &[Option<Box<Probe>>; 3],
    lifecycle: Option<&Lifecycle>,
) -> Box<[Call]> {
    let probes = [
        ("/livenessProbe", liveness),
        ("/readinessProbe", readiness),
        ("/startupProbe", startup),
    ];
    let of_probes = probes.into_iter().filter_map(|(caller, probe)| {
        let probe = probe.as_ref()?;
        let http = probe.http_get.as_ref().map(|http| &http.host);
        let tcp = probe.tcp_socket.as_ref().map(|tcp| &tcp.host);
        Some((caller, http, tcp))
    });
    let hooks = [
        (
            "/lifecycle/postStart",
            lifecycle.and_then(|own| own.post_start.as_ref()),
        ),
        (
            "/lifecycle/preStop",
            lifecycle.and_then(|own| own.pre_stop.as_ref()),
        ),
    ];
    let of_hooks = hooks.into_iter().filter_map(|(caller, hook)| {
        let hook = hook?;
        let http = hook.http_get.as_ref().map(|http| &http.host);
        let tcp = hook.tcp_socket.as_ref().map(|tcp| &tcp.host);
        Some((caller, http, tcp))
    });
    let calls = of_probes.chain(of_hooks).flat_map(|(caller, http, tcp)| {
        [("httpGet", http), ("tcpSocket", tcp)]
            .into_iter()
            .filter_map(move |(handler, host)| {
                let host = host?.as_ref().filter(|host| !host.0.is_empty())?;
                Some(Call {
                    field: CallField { caller, handler },
                    host: host.0.clone(),
                })
            })
    });
    calls.collect()
}

/// A container's probes, with their defaults.
pub(super) fn record(probes: [Option<Box<Probe>>; 3], ports: &[ContainerPort]) -> Probes {
    let [liveness, readiness, startup] =
        probes.map(|probe| probe.filter(|probe| probe.has_handler()));
    let ask_the_same = liveness
        .as_ref()
        .zip(readiness.as_ref())
        .is_some_and(|(liveness, readiness)| liveness.asks_as(readiness, ports));
    let record = |probe: Option<Box<Probe>>| probe.map(|probe| Box::new(probe.record()));
    Probes {
        liveness: record(liveness),
        readiness: record(readiness),
        startup: record(startup),
        ask_the_same,
    }
}

impl Probe {
    fn has_handler(&self) -> bool {
        self.exec.is_some()
            || self.grpc.is_some()
            || self.http_get.is_some()
            || self.tcp_socket.is_some()
    }

    /// Whether two probes ask the same thing, whenever and however often they do.
    fn asks_as(&self, other: &Self, ports: &[ContainerPort]) -> bool {
        let same = |own: Option<&Port>, other: Option<&Port>| {
            let number = |port: Option<&Port>| port.map(|port| resolved(&port.0, ports));
            number(own) == number(other)
        };
        match (&self.http_get, &other.http_get) {
            (Some(own), Some(other)) => {
                return same(own.port.as_ref(), other.port.as_ref())
                    && says(&own.path, "/") == says(&other.path, "/")
                    && says(&own.scheme, "HTTP") == says(&other.scheme, "HTTP")
                    && says(&own.host, "") == says(&other.host, "")
                    && own.http_headers == other.http_headers;
            }
            (None, None) => {}
            _ => return false,
        }
        match (&self.grpc, &other.grpc) {
            (Some(own), Some(other)) => {
                return same(own.port.as_ref(), other.port.as_ref())
                    && says(&own.service, "") == says(&other.service, "");
            }
            (None, None) => {}
            _ => return false,
        }
        match (&self.tcp_socket, &other.tcp_socket) {
            (Some(own), Some(other)) => {
                same(own.port.as_ref(), other.port.as_ref())
                    && says(&own.host, "") == says(&other.host, "")
            }
            (None, None) => self.exec == other.exec,
            _ => false,
        }
    }

    fn record(self) -> Record {
        let here = |host: &Option<Str>| host.as_ref().is_none_or(|host| host.0.is_empty());
        let named = |field, port: Option<Port>| port.map(|port| (field, port.0));
        let port = match (self.http_get, self.tcp_socket, self.grpc) {
            (Some(http), ..) if here(&http.host) => named(PortField::HttpGet, http.port),
            (None, Some(tcp), _) if here(&tcp.host) => named(PortField::TcpSocket, tcp.port),
            (None, None, Some(grpc)) => named(PortField::Grpc, grpc.port),
            _ => None,
        };
        let programs = self.exec.map(|exec| command::programs(&exec.command.0));
        let or = |given: Option<i32>, default| given.filter(|given| *given != 0).unwrap_or(default);
        Record {
            port,
            programs: programs.unwrap_or_default(),
            initial_delay: self.initial_delay_seconds.unwrap_or(0),
            period: or(self.period_seconds, 10),
            timeout: or(self.timeout_seconds, 1),
            success_threshold: or(self.success_threshold, 1),
            failure_threshold: or(self.failure_threshold, 3),
        }
    }
}

/// A text, or what is meant where it is empty.
fn says<'a>(text: &'a Option<Str>, default: &'static str) -> &'a str {
    let text = text.as_ref().map_or("", |text| &*text.0);
    if text.is_empty() { default } else { text }
}

/// The number of a port, where it has one.
fn resolved(port: &PortName, ports: &[ContainerPort]) -> PortName {
    let PortName::Name(name) = port else {
        return port.clone();
    };
    let declared = ports.iter().find(|port| port.name.as_ref() == Some(name));
    match declared
        .map(|port| port.number)
        .or_else(|| name.parse().ok())
    {
        Some(number) => PortName::Number(number),
        None => port.clone(),
    }
}

pub(super) fn ports(ports: List<PortSpec>) -> Box<[ContainerPort]> {
    ports.0.into_iter().map(PortSpec::record).collect()
}

impl PortSpec {
    fn record(self) -> ContainerPort {
        let protocol = match self.protocol.as_ref().map_or("", |name| &*name.0) {
            "" | "TCP" => Protocol::Tcp,
            "UDP" => Protocol::Udp,
            "SCTP" => Protocol::Sctp,
            other => Protocol::Other(other.into()),
        };
        ContainerPort {
            name: self.name.map(|name| name.0).filter(|name| !name.is_empty()),
            number: self.container_port.unwrap_or(0),
            protocol,
            host: self.host_port.unwrap_or(0),
        }
    }
}

impl Lifecycle {
    pub(super) fn pre_stop(self) -> Option<PreStop> {
        let hook = self.pre_stop?;
        let sleep = match (hook.sleep, hook.exec) {
            (Some(sleep), _) => Some(sleep.seconds.unwrap_or(0)),
            (None, Some(exec)) => slept(&exec.command.into_texts()),
            (None, None) if hook.http_get.is_some() || hook.tcp_socket.is_some() => None,
            (None, None) => return None,
        };
        Some(PreStop { sleep })
    }
}

/// How long a command sleeps before anything else: `sleep 15`, `sh -c "sleep 15 && nginx -s quit"`. A lower bound.
fn slept(command: &[Text]) -> Option<i64> {
    let seconds = |words: &mut dyn Iterator<Item = &str>| {
        let program = words.next()?;
        let is_sleep = program == "sleep" || program.ends_with("/sleep");
        let amount = words.next().filter(|_| is_sleep)?;
        amount.trim_end_matches(['s', ';']).parse().ok()
    };
    match command {
        [_, flag, script, ..] if flag.starts_with('-') && flag.ends_with('c') => {
            seconds(&mut script.split_whitespace())
        }
        _ => seconds(&mut command.iter().map(|word| &**word)),
    }
}
