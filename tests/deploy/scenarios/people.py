"""Accounts, environments, users and service accounts, and what their closing ends."""

import time

from client import expect, unique


def an_account_is_made_found_and_listed(hallpass):
    name = unique("acme")
    key = {"Idempotency-Key": unique("account")}
    reply = hallpass.api.post("/v1/accounts", {"name": name}, token=hallpass.root, headers=key)
    account = expect(reply, 201)["id"]
    again = hallpass.api.post("/v1/accounts", {"name": name}, token=hallpass.root, headers=key)
    expect(again, (201, 409))
    hallpass.make("/v1/accounts", {"name": name}, status=409)
    assert hallpass.show(f"/v1/accounts/{account}")["name"] == name
    assert hallpass.show("/v1/accounts?limit=1")["accounts"]
    hallpass.make(f"/v1/accounts/{account}/environments", {"name": "shop/test"})
    hallpass.make(f"/v1/accounts/{account}/environments", {"name": "shop/test"}, status=409)
    assert hallpass.show(f"/v1/accounts/{account}/environments/shop/test")["name"] == "shop/test"
    assert len(hallpass.show(f"/v1/accounts/{account}/environments")["environments"]) == 2


def closing_an_environment_ends_its_tokens(hallpass):
    account = hallpass.make("/v1/accounts", {"name": unique("closing")})["id"]
    hallpass.make(f"/v1/accounts/{account}/environments", {"name": "shop/old"})
    place = {"account": account, "environment": "shop/old"}
    minted = hallpass.mint("secret", **place)
    _wait(hallpass, hallpass.revoke(**place, status=(202, 204)), f"/v1/revocations/{account}/shop/old")
    assert hallpass.code(minted["token"]) == "revoked"
    hallpass.mint("secret", **place, status=(404, 409, 422))


def closing_an_account_ends_its_tokens(hallpass):
    account = hallpass.make("/v1/accounts", {"name": unique("gone")})["id"]
    minted, public = hallpass.mint("secret", account=account), hallpass.publishable(account=account)
    _wait(hallpass, hallpass.revoke(account=account, status=(202, 204)), f"/v1/revocations/{account}")
    assert hallpass.code(minted["token"]) == "revoked"
    assert hallpass.code(public["token"], origin="https://example.com") == "revoked"


def everything_of_an_environment_before_a_moment_ends(hallpass):
    account = hallpass.make("/v1/accounts", {"name": unique("cut")})["id"]
    secret = hallpass.mint("secret", account=account)
    jwt = hallpass.jwt(secret["token"], ["asset:read"])
    place = {"account": account, "environment": "default/live", "before": _next_second()}
    hallpass.revoke(**place, status=(202, 204))
    assert hallpass.code(jwt) != "active"
    assert hallpass.code(hallpass.mint("secret", account=account)["token"]) == "active"


def a_user_is_spoken_for_and_removed(hallpass):
    user = hallpass.make("/v1/users", {"username": unique("jane"), "scopes": ["asset:read", "asset:write"]})["id"]
    secret = hallpass.mint("secret", scopes=["asset:read", "tokens:impersonate"])
    jwt = hallpass.jwt(secret["token"], ["asset:read"], principal=user)
    assert hallpass.validate(jwt)["principal"] == user
    changed = hallpass.api.call("PATCH", f"/v1/users/{user}", json={"username": unique("joan")}, token=hallpass.root)
    expect(changed, 200)
    assert hallpass.show(f"/v1/users/{user}")["id"] == user
    assert hallpass.show("/v1/users?limit=1")["users"]
    hallpass.revoke(principal=user, before=_next_second(), status=(202, 204))
    assert hallpass.code(jwt) != "active"
    expect(hallpass.api.call("DELETE", f"/v1/users/{user}", token=hallpass.root), (202, 204))
    expect(hallpass.api.call("DELETE", f"/v1/users/{user}", token=hallpass.root), (202, 204, 404))


def a_service_account_has_tokens_of_its_own(hallpass):
    name = unique("shop")
    account = hallpass.make("/v1/service-accounts", {"name": name})["id"]
    minted = hallpass.mint("secret", principal=account)
    assert hallpass.validate(minted["token"])["principal"] == account
    assert hallpass.show("/v1/service-accounts?limit=100")["service_accounts"]
    assert hallpass.show(f"/v1/service-accounts/{account}")["name"] == name
    rotated = hallpass.api.post(f"/v1/tokens/{minted['id']}/rotate", {"overlap_seconds": 0}, token=hallpass.root)
    minted = expect(rotated, 200)
    changed = hallpass.api.call("PATCH", f"/v1/tokens/{minted['id']}", json={"name": "renamed"}, token=hallpass.root)
    expect(changed, 200)
    expect(hallpass.api.call("DELETE", f"/v1/service-accounts/{account}", token=hallpass.root), (202, 204))
    assert hallpass.code(minted["token"]) != "active"


def a_user_makes_and_changes_what_a_group_gives(hallpass):
    user = hallpass.make("/v1/users", {"username": unique("carol"), "scopes": ["tokens:mint"]})["id"]
    group = hallpass.make("/v1/groups", {"name": "editors"})["id"]
    folder = hallpass.make("/v1/folders", {"name": unique("plans")})
    for path, body in [
        (f"/v1/folders/{folder['id']}/access/groups/{group}", {"access": "write"}),
        (f"/v1/groups/{group}/members/users/{user}", None),
    ]:
        expect(hallpass.api.call("PUT", path, json=body, token=hallpass.root), (200, 201, 204))
    scope = f"asset:read@{folder['path']}"
    token = hallpass.mint("management", principal=user, scopes=["tokens:mint", scope])["token"]
    made = hallpass.mint("management", token=token, scopes=[scope])
    path = f"/v1/tokens/{made['id']}"
    expect(hallpass.api.call("PATCH", path, json={"name": "renamed"}, token=token), 200)
    made = expect(hallpass.api.post(f"{path}/rotate", {"overlap_seconds": 0}, token=token), 200)
    assert hallpass.code(made["token"], scope=scope) == "active"
    expect(hallpass.api.call("DELETE", f"/v1/groups/{group}", token=hallpass.root), (202, 204))
    assert hallpass.code(made["token"], scope=scope) == "insufficient_scope"


def revoking_a_principal_closes_it(hallpass):
    account = hallpass.make("/v1/service-accounts", {"name": unique("closed")})["id"]
    group = hallpass.make("/v1/groups", {"name": "of closed"})["id"]
    user = hallpass.make("/v1/users", {"username": unique("member")})["id"]
    member = f"/v1/groups/{group}/members/users/{user}"
    expect(hallpass.api.call("PUT", member, token=hallpass.root), (200, 201, 204))
    minted = hallpass.mint("secret", principal=account)
    public = hallpass.publishable(principal=account)
    for principal in (account, user):
        done = hallpass.revoke(principal=principal, status=(202, 204))
        _wait(hallpass, done, f"/v1/revocations/principals/{principal}")
    assert hallpass.code(minted["token"]) != "active"
    assert hallpass.code(public["token"], origin="https://example.com") != "active"


def _next_second():
    """A whole second that has begun, after all that was done before: `before` takes no fractions."""
    now = time.time()
    time.sleep(int(now) + 1.05 - now)
    return int(time.time())


def _wait(hallpass, _, path):
    for _ in range(60):
        if hallpass.api.get(path, token=hallpass.root).status_code == 204:
            return
        time.sleep(0.5)
    raise AssertionError(f"{path}: still not finished")
