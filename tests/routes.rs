//! Every route alike: who is asked before what, what malformed input is answered, and HTTP's manners.

#[path = "routes/acts.rs"]
mod acts;
#[path = "routes/bodies.rs"]
mod bodies;
#[path = "routes/callers.rs"]
mod callers;
#[path = "routes/description.rs"]
mod description;
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
#[path = "routes/public.rs"]
mod public;
#[path = "routes/table.rs"]
mod table;
#[path = "routes/template.rs"]
mod template;
#[path = "routes/wire.rs"]
mod wire;
#[path = "routes/world.rs"]
mod world;
