"""Opaque tokens: made, shown, changed, rotated, ended."""

from client import expect, unique


def a_publishable_token_works_from_its_origin_only(hallpass):
    minted = hallpass.publishable()
    token = minted["token"]
    here = hallpass.api.get(f"/v1/tokens/self?pubtoken={token}", headers={"Origin": "https://example.com"})
    assert expect(here, 200)["active"] is True
    assert here.headers["Access-Control-Allow-Origin"] == "https://example.com"
    there = hallpass.api.get(f"/v1/tokens/self?pubtoken={token}", headers={"Origin": "https://evil.example"})
    assert expect(there, 403)["code"] == "origin_denied"
    assert "Access-Control-Allow-Origin" not in there.headers
    assert hallpass.code(token, origin="https://example.com", scope="asset:read") == "active"
    assert hallpass.code(token, origin="https://example.com", scope="asset:write") == "insufficient_scope"


def a_secret_is_shown_once_and_never_stored_by_caches(hallpass):
    reply = hallpass.api.post("/v1/tokens", {"kind": "secret", "name": "a server"}, token=hallpass.root)
    minted = expect(reply, 201)
    assert reply.headers["Cache-Control"] == "no-store"
    assert minted["token"].startswith("sk_")
    one = hallpass.show(f"/v1/tokens/{minted['id']}")
    assert "token" not in one and minted["token"] not in str(one)


def a_repeated_mint_makes_no_second_token(hallpass):
    key = {"Idempotency-Key": unique("mint")}
    body = {"kind": "secret", "name": "once"}
    first = expect(hallpass.api.post("/v1/tokens", body, token=hallpass.root, headers=key), 201)
    again = expect(hallpass.api.post("/v1/tokens", body, token=hallpass.root, headers=key), 409)
    assert again["code"] == "already_minted" and first["id"] in str(again)
    other = hallpass.api.post("/v1/tokens", {**body, "name": "other"}, token=hallpass.root, headers=key)
    expect(other, 422)


def a_caller_gives_no_more_than_it_holds(hallpass):
    secret = hallpass.mint("secret", scopes=["asset:read"])["token"]
    expect(hallpass.api.post("/v1/tokens", {"kind": "secret", "name": "more"}, token=secret), 403)
    mine = hallpass.mint("management", scopes=["tokens:mint", "asset:read"])["token"]
    hallpass.mint("secret", token=mine, scopes=["asset:read"])
    refused = hallpass.mint("secret", token=mine, scopes=["asset:write"], status=422)
    assert refused["code"] == "scope_not_held"


def a_typo_in_a_field_is_refused_by_name(hallpass):
    refused = hallpass.mint("publishable", origin=["https://example.com"], status=422)
    assert "origin" in str(refused)


def tokens_are_listed_page_by_page(hallpass):
    made = {hallpass.mint("apikey", name="listed", scopes=["asset:read"])["id"] for _ in range(3)}
    found, cursor = set(), ""
    for _ in range(50):
        page = hallpass.show(f"/v1/tokens?kind=apikey&limit=2{cursor}")
        found |= {token["id"] for token in page["tokens"]}
        if not page.get("cursor"):
            break
        cursor = f"&cursor={page['cursor']}"
    assert made <= found


def a_paused_token_is_disabled_until_it_is_resumed(hallpass):
    minted = hallpass.mint("secret")
    change = lambda **fields: expect(
        hallpass.api.call("PATCH", f"/v1/tokens/{minted['id']}", json=fields, token=hallpass.root), 200
    )
    assert change(name="renamed")["name"] == "renamed"
    change(enabled=False)
    assert hallpass.code(minted["token"]) == "disabled"
    change(enabled=True)
    assert hallpass.code(minted["token"]) == "active"


def a_rotated_secret_lives_through_its_overlap(hallpass):
    minted = hallpass.mint("secret")
    path = f"/v1/tokens/{minted['id']}/rotate"
    key = {"Idempotency-Key": unique("rotate")}
    rotated = expect(hallpass.api.post(path, {"overlap_seconds": 600}, token=hallpass.root, headers=key), 200)
    assert hallpass.code(minted["token"]) == hallpass.code(rotated["token"]) == "active"
    again = expect(hallpass.api.post(path, {"overlap_seconds": 600}, token=hallpass.root, headers=key), 409)
    assert minted["id"] in str(again)
    last = expect(hallpass.api.post(path, {"overlap_seconds": 0}, token=hallpass.root), 200)
    assert hallpass.code(rotated["token"]) == "unknown"
    assert hallpass.code(last["token"]) == "active"


def revoking_ends_a_token_at_once_and_its_children(hallpass):
    minted = hallpass.mint("secret")
    child = hallpass.jwt(minted["token"], ["asset:read"])
    assert hallpass.code(child) == "active"
    expect(hallpass.api.call("DELETE", f"/v1/tokens/{minted['id']}", token=hallpass.root), 204)
    assert hallpass.code(minted["token"]) == "revoked"
    assert hallpass.code(child) == "parent_revoked"
    expect(hallpass.api.call("DELETE", f"/v1/tokens/{minted['id']}", token=hallpass.root), 204)


def what_a_token_made_is_ended_over_generations(hallpass):
    maker = hallpass.mint("management", scopes=["asset:*", "tokens:mint"])
    child = hallpass.mint("management", token=maker["token"], scopes=["asset:*", "tokens:mint"])
    grandchild = hallpass.mint("apikey", token=child["token"], scopes=["asset:read"])
    assert hallpass.show(f"/v1/tokens/{grandchild['id']}")["minted_by"] == child["id"]
    hallpass.revoke(made_by=maker["id"])
    assert hallpass.code(child["token"]) == hallpass.code(grandchild["token"]) == "revoked"
    assert hallpass.code(maker["token"]) == "active"
    expect(hallpass.api.get(f"/v1/revocations/made-by/{maker['id']}", token=hallpass.root), 204)


def a_limited_kind_gives_its_place_back(hallpass):
    account = hallpass.make("/v1/accounts", {"name": unique("limited")})["id"]
    for _ in range(2):
        minted = hallpass.publishable(account=account)
        hallpass.revoke(id=minted["id"])


def the_holder_of_a_secret_may_end_it(hallpass):
    minted = hallpass.mint("secret")
    expect(hallpass.api.post("/v1/revocations", {"token": minted["token"]}, token=minted["token"]), 204)
    assert hallpass.code(minted["token"]) == "revoked"


def another_accounts_token_is_as_if_it_were_not_there(hallpass):
    account = hallpass.make("/v1/accounts", {"name": unique("other")})["id"]
    theirs = hallpass.mint("secret", account=account)
    mine = hallpass.mint("management", scopes=["tokens:read", "tokens:revoke", "tokens:validate"])["token"]
    expect(hallpass.api.get(f"/v1/tokens/{theirs['id']}", token=mine), 404)
    expect(hallpass.api.call("DELETE", f"/v1/tokens/{theirs['id']}", token=mine), 404)
