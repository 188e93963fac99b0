//! Which listeners of a Gateway take a route.

use super::{Context, Undecided};
use crate::model::{Gateway, Key, Kind, Listener, Object, Parent, Route, RoutesFrom};

/// Whether a listener takes a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// That depends on the labels of the route's namespace, which is not here.
    Perhaps,
}

/// Whether a listener of a Gateway takes a route for what one of its parent references says.
/// Source: <https://gateway-api.sigs.k8s.io/concepts/api-overview/#attaching-routes-to-gateways>.
///
/// # Errors
/// Where the labels of the route's namespace count and cannot be looked up.
pub fn takes(
    context: &Context<'_>,
    (gateway, listener): (&Gateway, &Listener),
    (route, parent): (&Route, &Parent),
) -> Result<Taken, Undecided> {
    let key = &route.meta.key;
    let is_meant = parent
        .section
        .as_ref()
        .is_none_or(|name| *name == listener.name)
        && parent.port.is_none_or(|port| port == listener.port);
    let [http, grpc] = listener.takes;
    let takes_kind = if key.kind == Kind::GRPCRoute {
        grpc
    } else {
        http
    };
    if !is_meant || !takes_kind || !listener.meets(&route.hostnames) {
        return Ok(Taken::No);
    }
    Ok(match &listener.from {
        RoutesFrom::All => Taken::Yes,
        RoutesFrom::Same if key.namespace == gateway.meta.key.namespace => Taken::Yes,
        RoutesFrom::Same | RoutesFrom::None => Taken::No,
        RoutesFrom::Selected(selector) => {
            let namespace = Key::new(Kind::Namespace, "", key.namespace.clone());
            let found = context.read(Kind::Namespace)?.get(&namespace);
            match found.map(Object::meta) {
                None => Taken::Perhaps,
                Some(meta) if selector.matches(&meta.labels) => Taken::Yes,
                Some(_) => Taken::No,
            }
        }
    })
}
