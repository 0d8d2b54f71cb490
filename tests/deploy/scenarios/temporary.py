"""Temporary tokens: JWTs that a secret derives."""

import base64
import json
import time

from client import expect, typo


def _part(jwt, number):
    text = jwt.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def the_documented_call_derives_a_token(hallpass):
    secret = hallpass.mint("secret")["token"]
    body = {"scopes": [{"resource": "asset", "action": "readPrivate"}], "durationSeconds": 3600}
    reply = hallpass.api.post("/v2/temporary-access-token/create", body, token=secret)
    derived = expect(reply, 200)
    assert reply.headers["Cache-Control"] == "no-store"
    assert abs(derived["expiresAt"] - time.time() - 3600) < 30
    jwt = derived["authorization"].removeprefix("Bearer ")
    assert _part(jwt, 0)["typ"] == "at+jwt"
    assert hallpass.code(jwt, scope="asset:readPrivate") == "active"
    assert hallpass.code(jwt, scope="asset:write") == "insufficient_scope"


def a_temporary_token_lies_within_its_parent(hallpass):
    secret = hallpass.mint("secret", scopes=["asset:read"], expires_in=600)["token"]
    hallpass.derive(secret, ["asset:write"], status=422)
    hallpass.derive(secret, ["asset:read"], durationSeconds=3600, status=422)
    hallpass.derive(secret, ["asset:read"], durationSeconds=59, status=422)
    hallpass.derive(secret, ["asset:read"], durationSeconds=60)


def a_temporary_token_derives_nothing_and_is_ended_by_itself(hallpass):
    jwt = hallpass.jwt(hallpass.mint("secret")["token"], ["asset:read"])
    hallpass.derive(jwt, ["asset:read"], status=403)
    hallpass.revoke(token=jwt)
    assert hallpass.code(jwt) == "revoked"


def a_forged_token_is_unknown_and_junk_malformed(hallpass):
    jwt = hallpass.jwt(hallpass.mint("secret")["token"], ["asset:read"])
    assert hallpass.code(typo(jwt, jwt.rindex(".") + 10)) == "unknown"
    assert hallpass.code("junk") == "malformed"


def a_token_bound_to_an_origin_works_there_only(hallpass):
    secret = hallpass.mint("secret")["token"]
    jwt = hallpass.jwt(secret, ["asset:read"], origins=["https://example.com"])
    assert hallpass.code(jwt, origin="https://example.com") == "active"
    assert hallpass.code(jwt, origin="https://example.org") == "origin_denied"
    assert hallpass.code(jwt) == "origin_denied"
