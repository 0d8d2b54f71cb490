//! Every route alike: who is asked before what, what malformed input is answered, and HTTP's manners.

#[path = "routes/bodies.rs"]
mod bodies;
#[path = "routes/callers.rs"]
mod callers;
#[path = "routes/foreign.rs"]
mod foreign;
#[path = "routes/fuzz.rs"]
mod fuzz;
#[path = "routes/headers.rs"]
mod headers;
#[path = "routes/lambda.rs"]
mod lambda;
#[path = "routes/logs.rs"]
mod logs;
#[path = "routes/manners.rs"]
mod manners;
#[path = "routes/paths.rs"]
mod paths;
#[path = "routes/table.rs"]
mod table;
#[path = "routes/wire.rs"]
mod wire;
#[path = "routes/world.rs"]
mod world;
