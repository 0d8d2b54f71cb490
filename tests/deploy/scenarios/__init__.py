"""What a client may rely on, as calls: the same list for `cargo dev` and for a deployment. Catalog `default`."""

from scenarios import activity, directory, edge, exchange, people, temporary, tokens

ALL = [
    scenario
    for part in (tokens, temporary, people, directory, exchange, activity, edge)
    for scenario in vars(part).values()
    if getattr(scenario, "__module__", "") == part.__name__ and not scenario.__name__.startswith("_")
]
