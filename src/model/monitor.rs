//! What is kept of what Prometheus is told to scrape.

use super::{Meta, Selector, Text};

/// A ServiceMonitor of the Prometheus Operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceMonitor {
    /// Its metadata.
    pub meta: Meta,
    /// The Services that it selects; an empty or absent one is every Service.
    pub selector: Selector,
    /// Of which namespaces.
    pub namespaces: MonitoredIn,
    /// The ports that it scrapes.
    pub ports: Box<[MonitoredPort]>,
}

/// The namespaces of whose Services a ServiceMonitor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonitoredIn {
    /// Its own.
    Own,
    /// All.
    Every,
    /// These.
    These(Box<[Text]>),
}

/// A port of Services that is scraped, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonitoredPort {
    /// Its place in `endpoints`.
    pub index: u16,
    /// The name that the Service gives it.
    pub name: Text,
}

impl ServiceMonitor {
    /// Whether it is for Services of a namespace.
    pub fn is_for(&self, namespace: &Text) -> bool {
        match &self.namespaces {
            MonitoredIn::Own => self.meta.key.namespace == *namespace,
            MonitoredIn::Every => true,
            MonitoredIn::These(names) => names.contains(namespace),
        }
    }
}
