//! The inventory against itself: incremental equals rebuild, and a change re-judges no more than it may touch.

mod counted;
mod look_ups;
mod naive;
mod needs;
mod nosy;
mod random;
mod reports;
mod routing;
mod running;
mod shop;
mod universe;
