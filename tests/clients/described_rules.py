"""What Schemathesis (`described.py`) has to know beyond the description: texts of a form that no pattern can say, and
which refusals are of the form that the description gives."""

import ipaddress

import schemathesis
from hypothesis import strategies
from schemathesis.generation import GenerationMode

LABELS = strategies.from_regex(r"[a-z]{3,8}[0-9]{0,2}", fullmatch=True)
HOSTS = strategies.builds("{}.{}.example".format, LABELS, LABELS)
ADDRESSES = strategies.one_of(
    strategies.ip_addresses(v=4),
    # An IPv4 address that is written as IPv6 counts as the one it is, and is refused as a rule of its own.
    strategies.ip_addresses(v=6).filter(lambda address: address.ipv4_mapped is None),
)


def block(address, length):
    """A block of addresses with no bit beyond its length."""
    return str(ipaddress.ip_network((address, min(length, address.max_prefixlen)), strict=False))


schemathesis.openapi.format("ip", ADDRESSES.map(str))
schemathesis.openapi.format("ip-rule", strategies.one_of(
    ADDRESSES.map(str), strategies.builds(block, ADDRESSES, strategies.integers(8, 32))))
schemathesis.openapi.format("origin-rule", strategies.one_of(
    HOSTS, HOSTS.map("https://{}".format), HOSTS.map("https://*.{}".format), HOSTS.map("https://{}:8443".format),
    strategies.sampled_from([
        "http://localhost", "http://localhost:3000", "localhost:*", "http://*.localhost:*", "http://127.0.0.1:3000",
        "http://[::1]:*", "capacitor://localhost", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"])))

# Letters, digits, blanks and signs: RFC 8265's OpaqueString refuses what Unicode does not know, and what cannot be seen.
schemathesis.openapi.format("opaque-string", strategies.text(
    strategies.characters(categories=["Lu", "Ll", "Nd", "Po", "Sm", "Zs"], max_codepoint=0x24F), max_size=64))

# What is refused by its form alone. Other codes of 422 are about the catalog's rules, such as `unknown_scope`, or about
# what there is, such as `unknown_principal` and `invalid_cursor` (a cursor of another list): no schema can say them.
OF_FORM = {
    "malformed_json", "missing_body", "broken_body", "body_too_large", "unsupported_media_type", "malformed_header",
    "invalid_idempotency_key", "invalid_body", "invalid_field", "invalid_query", "nothing_to_change", "empty_list",
    "empty_scopes", "too_many", "method_not_allowed",
}


# Rules that OpenAPI cannot say: between parameters of a query (days in their order and at most so many, and what goes
# with what), and between a field and the present (`before` does not lie in the future).
BEYOND_THE_FORM = {
    "/v1/audit": {"limit", "cursor"},
    "/v1/usage": {"from", "to", "limit", "cursor"},
    "/v1/revocations": {"before"},
}


@schemathesis.check
def what_is_described_is_not_refused_by_its_form(ctx, response, case):
    """In place of Schemathesis's own `positive_data_acceptance`, which does not know why a request is refused."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    if response.status_code < 400 or "problem+json" not in str(response.headers.get("content-type")):
        return
    problem = response.json()
    beyond = BEYOND_THE_FORM.get(case.operation.path, set())
    if problem["code"] in OF_FORM and problem.get("field") not in beyond:
        raise AssertionError(f"a described request is refused: {problem['code']}: {problem['detail']}")
