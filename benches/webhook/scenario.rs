//! What is measured, in less than four minutes.

use crate::{
    body::Kind::{self, CreateCompliant, CreateViolating, UpdateCompliant},
    client::Protocol::{self, Http1, Http2},
};

/// One kind of load, measured on both targets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) protocol: Protocol,
    pub(crate) connections: usize,
    /// Requests in flight on each connection.
    pub(crate) streams: usize,
    pub(crate) body: Kind,
    pub(crate) rounds: usize,
    pub(crate) seconds: f64,
}

/// The first is the one whose ratios count. Its rounds are short and many: on a machine that does other things as well, a
/// pair of half seconds sees the same neighbours far more often than a pair of three seconds does.
pub(crate) const SCENARIOS: [Scenario; 7] = [
    Scenario {
        rounds: 110,
        seconds: 0.5,
        ..AS_USUAL
    },
    Scenario {
        connections: 1,
        ..AS_USUAL
    },
    Scenario {
        connections: 32,
        ..AS_USUAL
    },
    Scenario {
        protocol: Http2,
        ..AS_USUAL
    },
    // As the API server does it: one connection for everything.
    Scenario {
        protocol: Http2,
        connections: 1,
        streams: 8,
        ..AS_USUAL
    },
    Scenario {
        body: CreateViolating,
        ..AS_USUAL
    },
    Scenario {
        body: UpdateCompliant,
        ..AS_USUAL
    },
];

const AS_USUAL: Scenario = Scenario {
    protocol: Http1,
    connections: 8,
    streams: 1,
    body: CreateCompliant,
    rounds: 6,
    seconds: 1.0,
};
