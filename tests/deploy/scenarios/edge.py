"""What holds of every route."""

import re

import requests
from client import Api, expect


def who_asks_comes_first(hallpass):
    refused = hallpass.api.post("/v1/tokens", {"kind": 1})
    assert expect(refused, 401)["code"] and refused.headers["WWW-Authenticate"].startswith("Bearer")
    weak = hallpass.mint("secret", scopes=["asset:read"])["token"]
    expect(hallpass.api.get("/v1/tokens", token=weak), 403)
    expect(hallpass.api.get("/v1/tokens", token="sk_junk"), 401)


def an_error_is_a_problem_with_a_code(hallpass):
    refused = hallpass.api.get("/v1/tokens")
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    for path in ("/v1/nothing", "/v1/tokens/tok_x/nothing", "/nothing"):
        unserved = hallpass.api.get(path)
        assert unserved.json()["code"] == "not_found", (path, unserved.text)
        assert unserved.status_code == 404


def another_method_is_405_and_says_which_there_are(hallpass):
    for path in ("/v1/tokens", "/v1/tokens/temporary", "/v1/usage", "/rest/api/v1/token"):
        refused = hallpass.api.call("PUT", path, token=hallpass.root)
        assert expect(refused, 405)["code"] == "method_not_allowed"
        assert refused.headers["Allow"]


def a_preflight_is_answered_without_a_token(hallpass):
    asked = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}
    for path in ("/v1/tokens", "/v1/tokens/self", "/v1/tokens/tok_x", "/rest/api/v1/token"):
        preflight = hallpass.api.call("OPTIONS", path, headers=asked)
        expect(preflight, 204)
        assert preflight.headers["Access-Control-Allow-Origin"] == "https://example.com"
        assert "Access-Control-Allow-Credentials" not in preflight.headers


def a_body_that_is_too_large_or_no_json_is_refused(hallpass):
    try:
        large = hallpass.api.call("POST", "/v1/tokens", data=b"{" + b" " * 70_000, token=hallpass.root)
        expect(large, 413)
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        pass  # no gateway in between: who answers without reading may close the connection on what is still coming
    # Over another connection, for the same reason.
    plain = Api(hallpass.api.url, hallpass.api.through).call(
        "POST", "/v1/tokens", data=b"kind=secret", headers={"Content-Type": "text/plain"}, token=hallpass.root
    )
    expect(plain, 415)


def two_credentials_at_once_are_refused(hallpass):
    token = hallpass.publishable()["token"]
    both = hallpass.api.get(f"/v1/tokens/self?pubtoken={token}", token=hallpass.root)
    expect(both, 400)


def every_function_knows_a_temporary_token(hallpass):
    """Which takes the published keys; what it lacks is a scope, so no function says that it does not know it."""
    jwt = hallpass.jwt(hallpass.mint("secret")["token"], ["asset:read"])
    for method, path, body in [
        ("POST", "/v1/tokens", {"kind": "secret", "name": "no"}),
        ("GET", "/v1/tokens", None),
        ("PATCH", "/v1/tokens/tok_x", {"name": "no"}),
        ("POST", "/v1/tokens/tok_x/rotate", {"overlap_seconds": 0}),
        ("POST", "/v1/revocations", {"id": "tok_x"}),
        ("POST", "/v1/tokens/validate", {"token": "x"}),
        ("GET", "/v1/accounts", None),
        ("GET", "/v1/audit", None),
    ]:
        expect(hallpass.api.call(method, path, json=body, token=jwt), 403)
    assert hallpass.show("/v1/tokens/self", token=jwt)["kind"] == "temporary"


def keys_and_metadata_are_published(hallpass):
    metadata = expect(hallpass.api.get("/.well-known/openid-configuration"), 200)
    assert expect(hallpass.api.get("/.well-known/oauth-authorization-server"), 200)["issuer"] == metadata["issuer"]
    assert metadata["jwks_uri"] == f"{metadata['issuer']}/.well-known/jwks.json"
    expect(hallpass.api.get("/.well-known/oauth-protected-resource"), 200)
    keys = hallpass.api.get("/.well-known/jwks.json")
    assert expect(keys, 200)["keys"][0]["kid"]
    assert "max-age" in keys.headers["Cache-Control"]
    assert not any("d" in key for key in keys.json()["keys"])


def the_api_is_described(hallpass):
    assert "/v1/tokens" in expect(hallpass.api.get("/openapi.json"), 200)["paths"]
    start = hallpass.api.get("/", allow_redirects=False)
    expect(start, 307)
    assert start.headers["Location"] == "/docs"
    page = hallpass.api.get("/docs")
    expect(page, 200)
    assert page.headers["Content-Type"].startswith("text/html")
    # Compressed bytes, which a function hands over as base64.
    script = hallpass.api.get(re.search(r'"(/docs/swagger-ui-bundle[^"]*)"', page.text)[1])
    expect(script, 200)
    assert script.headers["Content-Encoding"] == "gzip" and "SwaggerUIBundle" in script.text
