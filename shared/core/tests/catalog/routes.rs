//! Wrong routes.

use super::Wrong;

pub(super) const WRONG: &[Wrong] = &[
    (
        "= \"plan:export\"",
        "= \"plan:exprt\"",
        54,
        "`plan:exprt` is not a scope declared",
    ),
    (
        "= \"plan:export\"",
        "= \"floor:update\"",
        54,
        "`floor:update` is not a scope declared",
    ),
    (
        "= \"plan:export\"",
        "= \"plan:*\"",
        54,
        "`plan:*` is not a scope declared",
    ),
    (
        "= \"plan:export\"",
        "= \"tokens:read\"",
        54,
        "`tokens:read` is not a scope declared",
    ),
    (
        "= \"plan:export\"",
        "= \"plan\"",
        54,
        "`plan` is not a scope",
    ),
    (
        "= \"plan:export\"",
        "= \"plan:export@plan/{id}\"",
        54,
        "`{id}` is not a parameter of the path",
    ),
    (
        "@floor/{id}\"",
        "@floor/{floor}\"",
        53,
        "`{floor}` is not a parameter of the path",
    ),
    ("@floor/{id}\"", "@floor/{id\"", 53, "`{` without `}`"),
    ("@floor/{id}\"", "@floor//{id}\"", 53, "is not a path"),
    (
        "= \"floor:read@floor/{id}\"",
        "= \"floor:{id}\"",
        53,
        "after the `@` only",
    ),
    ("\"GET /v2/plan\"", "\"get /v2/plan\"", 54, "is not a route"),
    ("\"GET /v2/plan\"", "\"/v2/plan\"", 54, "is not a route"),
    ("\"GET /v2/plan\"", "\"GET v2/plan\"", 54, "is not a route"),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/{a}-{b}\"",
        54,
        "is not one segment",
    ),
    ("\"GET /v2/plan\"", "\"GET /{v}/{v}\"", 54, "stands twice"),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/floor/{all}\"",
        54,
        "matches requests that `GET /v2/floor/{id}` matches too",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/files/*\"",
        54,
        "`*` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/a plan\"",
        54,
        "`a plan` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/100%\"",
        54,
        "`100%` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/..\"",
        54,
        "`..` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/\"",
        54,
        "`` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"ANY /v2/plan\"",
        54,
        "`ANY` is not a method",
    ),
    (
        "\"GET /v2/plan\"",
        "\"HEAD /v2/plan\"",
        54,
        "`HEAD` needs what `GET` does",
    ),
];
