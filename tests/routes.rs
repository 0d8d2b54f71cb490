//! Every route alike: who is asked before what, what malformed input is answered, and HTTP's manners.

mod acts;
mod bodies;
mod callers;
mod description;
mod foreign;
mod fuzz;
mod headers;
mod lambda;
mod logs;
mod manners;
mod paths;
mod public;
pub mod table;
mod template;
mod wire;
pub mod world;
