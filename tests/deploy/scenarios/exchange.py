"""bimU.io's documented call: an account's key, or a shared model's password, for a JWT."""

from client import expect, typo, unique


def _exchange(hallpass, body, status=200, **rest):
    return expect(hallpass.api.post("/rest/api/v1/token", body, **rest), status)


def a_models_password_opens_it_until_it_is_unshared(hallpass):
    model = unique("house")
    share = hallpass.make("/v1/shares", {"model": model, "password": "sesame"})["id"]
    token = _exchange(hallpass, {"model": model, "password": "sesame"})["token"]
    assert hallpass.code(token, scope=f"asset:readPrivate@asset/{model}") == "active"
    assert hallpass.code(token, scope="asset:readPrivate@asset/other") == "insufficient_scope"
    _exchange(hallpass, {"model": model, "password": "guess"}, status=401)
    _exchange(hallpass, {"model": unique("nothing"), "password": "sesame"}, status=401)
    assert hallpass.show(f"/v1/shares/{share}")["id"] == share
    assert hallpass.show("/v1/shares?limit=1")["shares"]
    changed = hallpass.api.call("PATCH", f"/v1/shares/{share}", json={"password": "open"}, token=hallpass.root)
    expect(changed, 200)
    _exchange(hallpass, {"model": model, "password": "open"})
    expect(hallpass.api.call("DELETE", f"/v1/shares/{share}", token=hallpass.root), 204)
    _exchange(hallpass, {"model": model, "password": "open"}, status=401)
    assert hallpass.code(token) != "active"


def a_visitor_ends_their_own_token(hallpass):
    model = unique("house")
    hallpass.make("/v1/shares", {"model": model, "password": "sesame"})
    server = hallpass.mint("secret", scopes=["asset:read"])["token"]
    for token in (
        hallpass.jwt(server, ["asset:read"]),
        _exchange(hallpass, {"model": model, "password": "sesame"})["token"],
    ):
        assert hallpass.code(token) == "active"
        expect(hallpass.api.post("/v1/revocations", {"token": token}, token=token), 204)
        assert hallpass.code(token) == "revoked"


def an_accounts_key_gives_a_token(hallpass):
    name = unique("acme")
    account = hallpass.make("/v1/accounts", {"name": name})["id"]
    key = hallpass.mint("apikey", account=account, scopes=["asset:read"])["token"]
    token = expect(hallpass.api.call("POST", "/rest/api/v1/token", auth=(name, key)), 200)["token"]
    assert hallpass.code(token, scope="asset:read") == "active"
    expect(hallpass.api.call("POST", "/rest/api/v1/token", auth=(name, typo(key))), 401)
    shared = hallpass.make("/v1/shares", {"model": unique("house"), "password": "sesame", "account": account})["id"]
    hallpass.revoke(account=account, status=(202, 204))
    assert shared
