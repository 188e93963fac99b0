//! Free ports on loopback.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{Ipv4Addr, TcpListener};

use crate::error::Error;

/// Below Linux's range for outgoing connections, so that none of the thousands a test opens can take the
/// port between this look and the server's bind.
const FIRST: u16 = 20_000;
const LAST: u16 = 32_000;

/// A port nobody listens on now. Two callers get the same one in one of 12,000 cases; the loser's server
/// then ends with "address already in use" in its log, which the error shows.
pub(crate) fn free() -> Result<u16, Error> {
    let random = RandomState::new();
    (0..200_u32)
        .map(|attempt| FIRST + (random.hash_one(attempt) % u64::from(LAST - FIRST + 1)) as u16)
        .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        .ok_or(Error::NoPort {
            first: FIRST,
            last: LAST,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_handed_out() {
        let held: Vec<TcpListener> = (0..50)
            .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, free().unwrap())).unwrap())
            .collect();
        assert_eq!(held.len(), 50);
        assert!(
            held.iter()
                .all(|l| (FIRST..=LAST).contains(&l.local_addr().unwrap().port()))
        );
    }
}
