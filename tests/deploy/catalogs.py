"""The four platforms as deployed: one stack, which an upgrade turns from one into the next. Each shows what only its
catalog has."""

from client import Api, Hallpass, expect, unique


class Platform:
    """The stack `wrapped`, upgraded to a catalog, and a small API of its own with one of the catalog's routes."""

    def __init__(self, deployment, catalog, path):
        emulator = deployment.emulator
        self.outputs = emulator.deploy("wrapped", "template.yaml", Catalog=catalog, SigningMode="wrapped")
        well, made = emulator.invoke(self.outputs["BootstrapFunction"], {"recover": True})
        assert well, made
        self.hallpass = Hallpass(Api(self.outputs["ApiUrl"], through=emulator.url), made["token"])
        authorizer = self.outputs["AuthorizerFunctionArn"]
        self.api = deployment.example("protected-api.yaml", AuthorizerFunctionArn=authorizer, Path=path)

    def change(self, method, path, body, status=(200, 201, 204)):
        return expect(self.hallpass.api.call(method, path, json=body, token=self.hallpass.root), status)


def the_platform_3dverse(deployment):
    """A folder that is a user's own, and tokens for what a user reaches."""
    platform = Platform(deployment, "3dverse", "/asset/v1/folders/{id}/assets")
    hallpass, api = platform.hallpass, platform.api
    user, friend, other = (hallpass.make("/v1/users", {"username": unique("jane")})["id"] for _ in range(3))
    hallpass.make("/v1/folders", {"name": "mine", "parent": user})
    platform.change("PUT", f"/v1/folders/{user}/access/users/{friend}", {"access": "read"})
    key = {"api_key": hallpass.mint("apikey")["token"]}
    wanted = {"scope": "read", "ttl": "1h"}
    made = expect(hallpass.api.post(f"/app/v1/users/{friend}/tokens", wanted, headers=key), 200)
    assert hallpass.code(made["user_token"]) == "active"
    token = {"user_token": made["user_token"]}
    expect(api.get(f"/asset/v1/folders/{user}/assets", headers=token), 200)
    expect(api.get(f"/asset/v1/folders/{other}/assets", headers=token), 403)
    own = expect(hallpass.api.post(f"/app/v1/users/{user}/tokens", {"scope": "manage", "ttl": "1h"}, headers=key), 200)
    body = {"name": "deeper", "parent": user}
    expect(hallpass.api.post("/v1/folders", body, headers={"user_token": own["user_token"]}), 201)


def the_platform_threekit(deployment):
    """A token that may what its user may now."""
    platform = Platform(deployment, "threekit", "/api/assets/{id}")
    hallpass, api = platform.hallpass, platform.api
    user = hallpass.make("/v1/users", {"username": unique("joan"), "scopes": ["asset:write"]})["id"]
    group = hallpass.make("/v1/groups", {"name": "editors"})["id"]
    platform.change("PUT", f"/v1/groups/{group}/members/users/{user}", None)
    token = hallpass.mint("private", principal=user)["token"]
    assert hallpass.code(token, scope="asset:write") == "active"
    expect(api.get("/api/assets/1", token=token), 200)
    expect(api.call("PUT", "/api/assets/1", token=token), 200)
    platform.change("PATCH", f"/v1/users/{user}", {"scopes": ["asset:read"]})
    assert hallpass.code(token, scope="asset:write") == "insufficient_scope"
    expect(api.get("/api/assets/1", token=token), 200)
    expect(api.call("PUT", "/api/assets/1", token=token), 403)


def the_platform_bimu(deployment):
    """An account's name and key as HTTP Basic, for a JWT that opens its models."""
    platform = Platform(deployment, "bimu", "/rest/api/v1/models/{id}")
    hallpass, api = platform.hallpass, platform.api
    name = unique("acme")
    account = hallpass.make("/v1/accounts", {"name": name})["id"]
    key = hallpass.mint("apikey", account=account)["token"]
    token = expect(hallpass.api.call("POST", "/rest/api/v1/token", auth=(name, key)), 200)["token"]
    expect(api.get("/rest/api/v1/models/1", token=token), 200)
    expect(api.get("/rest/api/v1/models/1", token=key), 403)
    model = unique("house")
    hallpass.make("/v1/shares", {"model": model, "password": "sesame", "account": account})
    visitor = expect(hallpass.api.post("/rest/api/v1/token", {"model": model, "password": "sesame"}), 200)["token"]
    expect(api.get(f"/rest/api/v1/models/{model}", token=visitor), 200)
    expect(api.get("/rest/api/v1/models/1", token=visitor), 403)


def the_platform_archilogic(deployment):
    """A publishable token in the query, from its origin."""
    platform = Platform(deployment, "archilogic", "/v2/floor/{id}")
    hallpass, api = platform.hallpass, platform.api
    path = f"/v2/floor/1?pubtoken={hallpass.publishable()['token']}"
    expect(api.get(path, headers={"Origin": "https://example.com"}), 200)
    expect(api.get(path, headers={"Origin": "https://evil.example"}), 403)
    secret = hallpass.mint("secret")["token"]
    scopes = [{"resource": "floor", "action": "readPrivate"}]
    derived = hallpass.api.post("/v2/temporary-access-token/create", {"scopes": scopes}, token=secret)
    jwt = expect(derived, 200)["authorization"].removeprefix("Bearer ")
    expect(api.get("/v2/floor/1", token=jwt), 200)


ALL = [the_platform_3dverse, the_platform_threekit, the_platform_bimu, the_platform_archilogic]
