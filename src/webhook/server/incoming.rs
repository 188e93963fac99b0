//! The only place that touches the listening socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Errors such as EMFILE last until some connection ends: asking again at once would spin.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Incoming {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    limit: usize,
    pause: Duration,
    resume_at: Option<Instant>,
}

/// A connection, and its place among those served at once.
pub(super) struct Accepted {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) slot: OwnedSemaphorePermit,
}

impl Incoming {
    pub(super) fn new(listener: TcpListener, limit: usize) -> Self {
        Self {
            listener,
            slots: Arc::new(Semaphore::new(limit)),
            limit,
            pause: FIRST_PAUSE,
            resume_at: None,
        }
    }

    /// The next connection, `TCP_NODELAY` set. Never fails, and may be dropped at any await: no
    /// accepted connection is lost.
    pub(super) async fn next(&mut self) -> Accepted {
        let slot = self.slot().await;
        loop {
            if let Some(at) = self.resume_at {
                tokio::time::sleep_until(at).await;
                self.resume_at = None;
            }
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    self.pause = FIRST_PAUSE;
                    // It fails only on a connection that is already gone, which reading will say.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, %peer, "Could not set TCP_NODELAY");
                    }
                    return Accepted { stream, peer, slot };
                }
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    tracing::error!(%error, pause = ?self.pause, "Could not accept a connection");
                    self.resume_at = Some(Instant::now() + self.pause);
                    self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn slot(&self) -> OwnedSemaphorePermit {
        if self.slots.available_permits() == 0 {
            tracing::warn!(
                limit = self.limit,
                "All connections are taken, new ones wait"
            );
        }
        match Arc::clone(&self.slots).acquire_owned().await {
            Ok(slot) => slot,
            Err(_) => unreachable!("the semaphore is never closed"),
        }
    }
}

/// The client hung up between its SYN and our accept: no reason to wait.
fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_connection_has_nodelay_set() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut incoming = Incoming::new(listener, 2);
        for _ in 0..2 {
            let client = TcpStream::connect(address).await.unwrap();
            let accepted = incoming.next().await;
            assert!(accepted.stream.nodelay().unwrap());
            assert_eq!(accepted.peer, client.local_addr().unwrap());
        }
    }

    #[tokio::test]
    async fn a_connection_waits_for_a_place() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut incoming = Incoming::new(listener, 1);
        let _one = TcpStream::connect(address).await.unwrap();
        let _two = TcpStream::connect(address).await.unwrap();
        let first = incoming.next().await;
        // Both clients are connected as far as the kernel is concerned, yet only one is served.
        assert!(futures::poll!(std::pin::pin!(incoming.next())).is_pending());
        drop(first);
        let second = incoming.next().await;
        assert!(second.stream.peer_addr().is_ok());
    }
}
