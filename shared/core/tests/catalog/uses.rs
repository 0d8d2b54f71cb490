//! Wrong uses of kinds: how they are presented and counted, and what is derived from them.

use super::Wrong;

pub(super) const WRONG: &[Wrong] = &[
    // Presentation.
    ("[\"query:pubtoken\"]", "[\"cookie\"]", 25, "presented as"),
    ("[\"query:pubtoken\"]", "[\"query:\"]", 25, "presented as"),
    ("[\"query:pubtoken\"]", "[\"query\"]", 25, "presented as"),
    (
        "[\"query:pubtoken\"]",
        "[\"query:a b\"]",
        25,
        "presented as",
    ),
    ("[\"query:pubtoken\"]", "[\"bearer:x\"]", 25, "presented as"),
    (
        "[\"query:pubtoken\"]",
        "[\"header:Authorization\"]",
        25,
        "presented as",
    ),
    ("[\"query:pubtoken\"]", "[]", 17, "`presented` is empty"),
    // Numbers and people.
    ("limit = 100", "limit = 0", 26, "between 1 and 100"),
    ("limit = 100", "limit = 101", 26, "between 1 and 100"),
    ("limit = 100", "limit = 256", 26, "invalid value"),
    ("limit = 100", "limit = -1", 26, "invalid value"),
    (
        "format = \"jwt\"",
        "format = \"jwt\"\nlimit = 5",
        45,
        "leave out `limit`",
    ),
    ("freshness = 2", "freshness = 61", 41, "at most 60 s"),
    ("freshness = 2", "freshness = -1", 41, "invalid value"),
    ("[\"account\", \"user\"]", "[]", 43, "`principals` is empty"),
    (
        "[\"account\", \"user\"]",
        "[\"group\"]",
        50,
        "unknown variant `group`",
    ),
    (
        "exposure = \"secret\"\nscopes = [\"floor:*\"",
        "exposure = \"secret\"\nlive = true\nscopes = [\"floor:*\"",
        43,
        "`live` rights are a user's",
    ),
    // s66: what makes tokens, or changes whose rights they have, is held by no JWT.
    (
        "scopes = [\"floor:*\", ",
        "scopes = [\"tokens:mint\", \"floor:*\", ",
        46,
        "a JWT cannot hold `tokens:mint`",
    ),
    (
        "scopes = [\"floor:*\", ",
        "scopes = [\"floor:*\", \"tokens:impersonate\", ",
        46,
        "a JWT cannot hold `tokens:impersonate`",
    ),
    (
        "scopes = [\"floor:*\", ",
        "scopes = [\"floor:*\", {resource = \"directory\"}, ",
        46,
        "invalid type",
    ),
    (
        "scopes = [\"floor:*\", ",
        "scopes = [\"floor:*\", \"directory:write\", ",
        46,
        "a JWT cannot hold `directory:write`",
    ),
    // Deriving.
    (
        "derives = [\"hour\"]",
        "derives = [\"web\"]",
        40,
        "`web` is opaque: only JWTs are derived",
    ),
    (
        "derives = [\"hour\"]",
        "derives = [\"server\"]",
        40,
        "`server` is opaque",
    ),
    (
        "derives = [\"hour\"]",
        "derives = [\"management\"]",
        40,
        "`management` is opaque",
    ),
    (
        "derives = [\"hour\"]",
        "derives = [\"day\"]",
        40,
        "there is no kind `day`",
    ),
    // s24.
    (
        "format = \"jwt\"",
        "format = \"jwt\"\nderives = [\"hour\"]",
        45,
        "a JWT derives nothing",
    ),
];
