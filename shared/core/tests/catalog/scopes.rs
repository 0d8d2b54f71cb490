//! Wrong files, scopes, implications and aliases.

use super::Wrong;

pub(super) const WRONG: &[Wrong] = &[
    // The file's shape.
    ("name = \"good\"", "name = good", 1, "string"),
    ("name = \"good\"", "name = \"\"", 1, "name is empty"),
    ("name = \"good\"", "name = \" \"", 1, "name is empty"),
    ("name = \"good\"\n", "", 1, "missing field `name`"),
    ("name = \"good\"", "name = 7", 1, "invalid type"),
    ("[routes]", "[routes", 52, "unclosed table"),
    ("[routes]", "[paths]", 52, "unknown field `paths`"),
    ("limit = 7", "limt = 7", 37, "unknown field `limt`"),
    (
        "public = true }\n\"floor:list\"",
        "pubic = true }\n\"floor:list\"",
        4,
        "unknown field `pubic`",
    ),
    ("max = 90 }", "max = 90, mx = 1 }", 34, "lifetime"),
    (
        "freshness = 2",
        "freshness = 2\nfreshness = 3",
        42,
        "duplicate key",
    ),
    ("[kinds.hour]", "[kinds.server]", 43, "duplicate key"),
    (
        "\"plan:export\" = {",
        "\"floor:view\" = { description = \"Twice\" }\n\"plan:export\" = {",
        8,
        "duplicate key",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/floor/{id}\" = \"floor:view\"\n\"GET /v2/plan\"",
        54,
        "duplicate key",
    ),
    // Scopes.
    (
        "\"plan:export\" = {",
        "\"plan\" = {",
        8,
        "`plan` is not a scope",
    ),
    (
        "\"plan:export\" = {",
        "\"plan:*\" = {",
        8,
        "name one action",
    ),
    (
        "\"plan:export\" = {",
        "\"plan:export@plan/1\" = {",
        8,
        "name one action",
    ),
    (
        "\"plan:export\" = {",
        "\"tokens:mint\" = {",
        8,
        "`tokens` is a resource of Hallpass itself",
    ),
    (
        "\"plan:export\" = {",
        "\"platform:own\" = {",
        8,
        "`platform` is a resource of Hallpass",
    ),
    (
        "\"plan:export\" = {",
        "\"directory:x\" = {",
        8,
        "`directory` is a resource of Hallpass",
    ),
    (
        "\"plan:export\" = {",
        "\"activity:x\" = {",
        8,
        "`activity` is a resource of Hallpass",
    ),
    (
        "\"Export plans\"",
        "\" \"",
        8,
        "`plan:export` has no description",
    ),
    (
        "description = \"Export plans\"",
        "public = false",
        8,
        "missing field `description`",
    ),
    // Implications.
    (
        "= [\"floor:read\"]",
        "= [\"plan:export\"]",
        11,
        "its own resource only",
    ),
    (
        "= [\"floor:read\"]",
        "= [\"floor:reed\"]",
        11,
        "`floor:reed` is not a scope declared",
    ),
    (
        "= [\"floor:read\"]",
        "= [\"floor:*\"]",
        11,
        "name one action",
    ),
    (
        "= [\"floor:read\"]",
        "= [\"tokens:read\"]",
        11,
        "`tokens:read` is not a scope declared",
    ),
    (
        "\"floor:write\" = [",
        "\"floor:rite\" = [",
        11,
        "`floor:rite` is not a scope declared",
    ),
    (
        "\"floor:write\" = [",
        "\"floor:update\" = [",
        11,
        "`floor:update` is not a scope declared",
    ),
    (
        "\"floor:read\" = [\"floor:view\"]",
        "\"floor:view\" = [\"floor:list\", \"floor:read\"]",
        12,
        "`floor:view` is public and cannot imply `floor:read`, which is not",
    ),
    // Aliases.
    (
        "= \"floor:write\"",
        "= \"floor:rite\"",
        15,
        "`floor:rite` is not a scope declared",
    ),
    (
        "= \"floor:write\"",
        "= \"floor:update\"",
        15,
        "`floor:update` is not a scope declared",
    ),
    (
        "= \"floor:write\"",
        "= \"tokens:mint\"",
        15,
        "`tokens:mint` is not a scope declared",
    ),
    ("= \"floor:write\"", "= \"floor:*\"", 15, "name one action"),
    (
        "\"floor:update\" =",
        "\"floor:read\" =",
        15,
        "a scope already and cannot be an alias",
    ),
    (
        "\"floor:update\" =",
        "\"tokens:update\" =",
        15,
        "a scope already and cannot be an alias",
    ),
    ("\"floor:update\" =", "\"floor:*\" =", 15, "name one action"),
    (
        "\"floor:update\" =",
        "\"floor\" =",
        15,
        "`floor` is not a scope",
    ),
];
