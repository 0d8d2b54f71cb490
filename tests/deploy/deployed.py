"""What only a deployment can show: IAM's invocations, the protected APIs, rotation, and the roles' exactness."""

import subprocess
import time
from dataclasses import dataclass, field
from functools import partial

import attackers
import catalogs
import maintenance
import jwt as pyjwt
from client import Api, Hallpass, expect, typo, unique
from deployment import ARCHITECTURE, Emulator, functions
from manual import block, the_readmes_commands_do_what_it_says

AUDIENCE = "https://api.example"


@dataclass
class Deployment:
    emulator: Emulator
    outputs: dict
    parameters: dict
    hallpass: Hallpass
    # What can be told only a minute after.
    later: list = field(default_factory=list)

    def example(self, template, edits=None, **parameters):
        """A stack of infra/examples, as a client sees it; or as it would be if its text were another one."""
        name = f"{template.removesuffix('.yaml')}-{unique('x')}"
        path = f"examples/{template}"
        if edits:
            text = (self.emulator.folder / "infra" / path).read_text()
            for old, new in edits.items():
                assert old in text, old
                text = text.replace(old, new)
            path = f"examples/{name}.yaml"
            (self.emulator.folder / "infra" / path).write_text(text)
        outputs = self.emulator.deploy(name, path, **parameters)
        return Api(outputs["ApiUrl"], through=self.emulator.url)

    def protected(self, variant, edits=None, **parameters):
        parameters |= {"AuthorizerFunctionArn": self.outputs["AuthorizerFunctionArn"], "Variant": variant}
        return self.example("protected-api.yaml", edits, **parameters)


def authorizer_sources():
    """What infra/README.md passes as AuthorizerSources, as a shell reads it."""
    lines = block("SERVER='")
    lines[-1] = lines[-1].replace("infra/deploy --parameter-overrides AuthorizerSources=", "printf %s ")
    return subprocess.run(["bash", "-euc", "\n".join(lines)], text=True, stdout=subprocess.PIPE, check=True).stdout


def start(emulator, stack="hallpass", **parameters):
    parameters |= {"Audience": AUDIENCE, "AuthorizerSources": authorizer_sources()}
    outputs = emulator.deploy(stack, "template.yaml", **parameters)
    well, made = emulator.invoke(outputs["BootstrapFunction"], {})
    assert well, made
    api = Api(outputs["ApiUrl"], through=emulator.url)
    return Deployment(emulator, outputs, parameters, Hallpass(api, made["token"]))


def a_build_for_another_machine_is_not_deployed(deployment):
    other = {"x86_64": "arm64", "arm64": "x86_64"}[ARCHITECTURE]
    try:
        deployment.emulator.deploy("hallpass", "template.yaml", Architecture=other)
    except RuntimeError as refused:
        assert f"not built for {other}" in str(refused) and "hallpass-validate" in str(refused), refused
    else:
        raise AssertionError("it was deployed")


def bootstrap_is_once_and_recovers_a_lost_token(deployment):
    emulator, name = deployment.emulator, deployment.outputs["BootstrapFunction"]
    well, refused = emulator.invoke(name, {})
    assert not well and "recover" in refused["errorMessage"]
    old = deployment.hallpass.root
    well, made = emulator.invoke(name, {"recover": True})
    assert well, made
    deployment.hallpass.root = made["token"]
    assert deployment.hallpass.show("/v1/tokens/self")["active"] is True
    expect(deployment.hallpass.api.get("/v1/tokens/self", token=old), 401)


def a_server_calls_the_protected_api(deployment):
    hallpass, api = deployment.hallpass, deployment.protected("server")
    expect(api.get("/v1/assets/1"), 401)
    expect(api.get("/v1/assets/1", token="junk"), 403)
    secret = hallpass.mint("secret")
    context = expect(api.get("/v1/assets/1", token=secret["token"]), 200)
    assert context["token"] == secret["id"] and context["kind"] == "secret"
    jwt = hallpass.jwt(secret["token"], ["asset:read"])
    expect(api.get("/v1/assets/1", token=jwt), 200)
    expect(api.call("PUT", "/v1/assets/1", token=jwt), 403)
    expect(api.call("PUT", "/v1/assets/1", token=secret["token"]), 200)
    for token, status in [(secret["token"], 200), (jwt, 200), ("junk", 403)]:
        expect(api.call("HEAD", "/v1/assets/1", token=token), status)
    assert context["matched"] == "asset:*" and context["scope"] == "asset:read@asset/1", context
    hallpass.revoke(id=secret["id"])
    expect(api.get("/v1/assets/1", token=secret["token"]), 403)
    expect(api.get("/v1/assets/1", token=jwt), 403)
    public = hallpass.publishable()["token"]
    for origin, status in [("https://example.com", 200), ("https://evil.example", 403)]:
        expect(api.get("/v1/assets/1", token=public, headers={"Origin": origin}), status)


def a_browser_calls_the_protected_api(deployment):
    hallpass, api = deployment.hallpass, deployment.protected("browser")
    minted = hallpass.publishable()
    path = f"/v1/assets/1?pubtoken={minted['token']}"
    answered = api.get(path, headers={"Origin": "https://example.com"})
    expect(answered, 200)
    assert answered.headers["Access-Control-Allow-Origin"] == "https://example.com", "the page may read it"
    evil = api.get(path, headers={"Origin": "https://evil.example"})
    expect(evil, 403)
    assert "Access-Control-Allow-Origin" not in evil.headers, "stopped by the browser's CORS policy"
    expect(api.get(path), 401)
    expect(api.get("/v1/assets/1", headers={"Origin": "https://example.com"}), 401)
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}
    preflight = api.call("OPTIONS", "/v1/assets/1", headers={"Origin": "https://example.com", **asked})
    expect(preflight, (200, 204))
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://example.com"
    assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"].lower()
    hallpass.revoke(id=minted["id"])
    # `freshness`: a token of a public kind may be remembered for five seconds, and no longer.
    time.sleep(5.1)
    expect(api.get(path, headers={"Origin": "https://example.com"}), 403)


def both_call_the_protected_api(deployment):
    hallpass, api = deployment.hallpass, deployment.protected("any")
    public = f"/v1/assets/1?pubtoken={hallpass.publishable()['token']}"
    expect(api.get("/v1/assets/1"), 403)
    expect(api.get("/v1/assets/1", token=hallpass.mint("secret")["token"]), 200)
    expect(api.get(public, headers={"Origin": "https://example.com"}), 200)
    expect(api.get(public), 403)


def s56_a_cached_answer_opens_nothing_else(deployment):
    hallpass, api = deployment.hallpass, deployment.protected("server", CacheSeconds=60)
    here = hallpass.mint("secret", scopes=["asset:read@asset/1"])
    expect(api.get("/v1/assets/1", token=here["token"]), 200)
    expect(api.call("PUT", "/v1/assets/1", token=here["token"]), 403)
    expect(api.get("/v1/assets/2", token=here["token"]), 403)
    hallpass.revoke(id=here["id"])
    # The price of a cache, which shows that there is one.
    expect(api.get("/v1/assets/1", token=here["token"]), 200)
    bound = hallpass.mint("secret", ips=["127.0.0.1/32"])["token"]
    expect(api.get("/v1/assets/1", token=bound), 200)
    expect(api.at("127.0.0.2").get("/v1/assets/1", token=bound), 403)
    # Origin is no part of this key, since servers send none: what is bound to one is refused.
    public, from_page = hallpass.publishable()["token"], {"Origin": "https://example.com"}
    expect(api.get("/v1/assets/1", token=public, headers=from_page), 403)
    api = deployment.protected("browser", CacheSeconds=60)
    path = f"/v1/assets/1?pubtoken={public}"
    expect(api.get(path, headers=from_page), 200)
    expect(api.get(path, headers={"Origin": "https://evil.example"}), 403)


def s56_a_cached_answer_opens_no_other_method_of_the_same_route(deployment):
    api = deployment.protected("server", {"PUT ${Path}": "PUT /other", "GET ${Path}": "ANY ${Path}"}, CacheSeconds=60)
    reader = deployment.hallpass.mint("secret", scopes=["asset:read"])["token"]
    expect(api.get("/v1/assets/1", token=reader), 200)
    expect(api.call("PUT", "/v1/assets/1", token=reader), 403)


def s56_what_is_missing_from_the_caches_key_is_refused(deployment):
    lines = [f"            - !If [Caches, $context.{name}, !Ref AWS::NoValue]\n" for name in ("httpMethod", "path")]
    token = deployment.hallpass.mint("secret")["token"]
    for line in lines:
        # Nobody told an authorizer with so many sources.
        api = deployment.protected("server", {line: ""}, CacheSeconds=60)
        expect(api.get("/v1/assets/1", token=token), 403)
    # Nor one with other sources than are told for as many: the request's are not those of the list.
    for line in lines:
        api = deployment.protected("server", {line: "            - $request.header.X-Fact\n"}, CacheSeconds=60)
        expect(api.get("/v1/assets/1", token=token, headers={"X-Fact": "a value of its own"}), 403)


def aws_own_jwt_authorizer_takes_rs256(deployment):
    """A second deployment beside the first: mode `wrapped`, RS256. Nothing of one is good at the other."""
    other = start(deployment.emulator, "wrapped", SigningMode="wrapped", Algorithm="RS256")
    hallpass, issuer = other.hallpass, other.outputs["IssuerUrl"]
    api = other.example("jwt-api.yaml", IssuerUrl=issuer, Audience=AUDIENCE)
    secret = hallpass.mint("secret")["token"]
    jwt = hallpass.jwt(secret, ["asset:read"], durationSeconds=60)
    expect(api.get("/v1/assets/1", token=jwt), 200)
    deployment.later.append(lambda: expect(api.get("/v1/assets/1", token=jwt), 401))
    expect(api.get("/v1/assets/1"), 401)
    expect(api.get("/v1/assets/1", token=hallpass.jwt(secret, ["analytics:send"])), 403)
    # s57: what only a look into the table or at the request could tell is not for this audience.
    bound = hallpass.jwt(secret, ["asset:read"], origins=["https://example.com"])
    expect(api.get("/v1/assets/1", token=bound), 401)
    head, body, signature = jwt.split(".")
    expect(api.get("/v1/assets/1", token=f"{head}.{body}.{'A' * len(signature)}"), 401)
    foreign = deployment.hallpass.jwt(deployment.hallpass.mint("secret")["token"], ["asset:read"])
    expect(api.get("/v1/assets/1", token=foreign), 401)
    assert hallpass.code(foreign) == "unknown"
    well, keys = deployment.emulator.invoke(other.outputs["KeysFunction"], {})
    assert well and keys["next"], keys
    # The other one that signs.
    name = unique("acme")
    account = hallpass.make("/v1/accounts", {"name": name})["id"]
    key = hallpass.mint("apikey", account=account, scopes=["asset:read"])["token"]
    expect(hallpass.api.call("POST", "/rest/api/v1/token", auth=(name, key)), 200)


def ed25519_signs_in_kms(deployment):
    """Mode `direct` with EdDSA, which the embedded KMS of `cargo test` has not. Somebody else's library reads it."""
    tags = {"SigningKeyTagNames": "team,cost-center", "SigningKeyTagValues": "web,42"}
    other = start(deployment.emulator, "eddsa", Algorithm="EdDSA", **tags)
    hallpass, issuer = other.hallpass, other.outputs["IssuerUrl"]
    token = hallpass.jwt(hallpass.mint("secret")["token"], ["asset:read"])
    assert hallpass.code(token, scope="asset:read") == "active"
    [key] = expect(hallpass.api.get("/.well-known/jwks.json"), 200)["keys"]
    assert (key["alg"], key["kty"], key["crv"]) == ("EdDSA", "OKP", "Ed25519"), key
    take = partial(pyjwt.decode, key=pyjwt.PyJWK(key), algorithms=["EdDSA"], audience=AUDIENCE, issuer=issuer)
    assert take(token)["scope"] == "asset:read"
    forged = typo(token, token.rindex(".") + 10)
    try:
        raise AssertionError(f"a forged token is taken: {take(forged)}")
    except pyjwt.InvalidSignatureError:
        pass
    assert hallpass.code(forged) == "unknown"
    well, keys = deployment.emulator.invoke(other.outputs["KeysFunction"], {})
    assert well and keys["next"], keys
    # An organization may demand tags of every key.
    kms = deployment.emulator.client("kms")
    for key in attackers.signing_keys(other):
        tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}
        assert tags == {"team": "web", "cost-center": "42"}, tags


def keys_rotate_on_schedule_and_in_an_emergency(deployment):
    hallpass, keys = deployment.hallpass, deployment.outputs["KeysFunction"]
    secret = hallpass.mint("secret")["token"]
    jwt = hallpass.jwt(secret, ["asset:read"])
    well, first = deployment.emulator.invoke(keys, {})
    assert well, first
    well, again = deployment.emulator.invoke(keys, {})
    assert well and again["did"] == [] and again["next"], again
    published = {key["kid"] for key in expect(hallpass.api.get("/.well-known/jwks.json"), 200)["keys"]}
    assert {first["current"]["kid"], again["next"]["kid"]} <= published
    well, retired = deployment.emulator.invoke(keys, {"retire": first["current"]["kid"]})
    assert well and retired["current"]["kid"] == again["next"]["kid"], retired
    # s55: what a process remembers is another matter, so these are new ones.
    deployment.emulator.stop_functions()
    assert hallpass.code(jwt) == "unknown"
    assert hallpass.code(_once_signed(hallpass, secret)) == "active"


def _once_signed(hallpass, secret):
    """A key that nobody knew before signs only when every verifier has had the time to find it."""
    for _ in range(60):
        reply = hallpass.api.post("/v1/tokens/temporary", {"scopes": ["asset:read"]}, token=secret)
        if reply.status_code != 503:
            return expect(reply, 200)["authorization"].removeprefix("Bearer ")
        assert reply.headers["Retry-After"]
        time.sleep(1)
    raise AssertionError("nothing signs a minute after a retirement")


def what_a_minute_later_is_otherwise(deployment):
    """Expiry; and what functions write beside the first invocation that comes a minute after the last: what was used,
    and seals of the acts that are a minute old."""
    hallpass = deployment.hallpass
    accounts = [hallpass.make("/v1/accounts", {"name": unique("sealed")})["id"] for _ in range(7)]
    minted = [hallpass.mint("secret", account=account) for account in accounts[:5]]
    tokens = [f"/v1/tokens/{one['id']}" for one in minted]
    acts = [
        ("POST", f"{tokens[0]}/rotate", {"overlap_seconds": 0}),
        ("PATCH", tokens[1], {"name": "renamed"}),
        ("DELETE", tokens[2], None),
        ("POST", f"/v1/accounts/{accounts[3]}/environments", {"name": "shop/test"}),
    ]
    for method, path, body in acts:
        expect(hallpass.api.call(method, path, json=body, token=hallpass.root), (200, 201, 204))
    time.sleep(63)
    for tell in deployment.later:
        tell()
    # Before anybody else comes to seal it.
    maintenance.a_quiet_environment_is_sealed(deployment, accounts[6])
    # Each has something of its own to seal only before those that acted in more: `mint` in the first five, `directory`
    # in all six.
    audit = ("GET", f"/v1/audit?verify=true&account={accounts[4]}", None)
    mint = ("POST", "/v1/tokens", {"kind": "secret", "name": "later"})
    for method, path, body in [*acts[:3], audit, mint, acts[3]]:
        hallpass.api.call(method, path, json=body, token=hallpass.root)
        time.sleep(1)
    hallpass.code("nothing")
    time.sleep(2)
    maintenance.use_is_folded(deployment)


def s48_every_role_holds_what_its_function_does_and_no_more(deployment):
    """Looks back at all calls. What is left in memory is written when the processes end."""
    deployment.emulator.stop_functions()
    refused, unused, used = {}, {}, set()
    for call in deployment.emulator.calls():
        name = call["function"].split("-", 1)[1]
        refused.setdefault(name, set()).update(call["refused"])
        # What a deployment of another mode needs is needed.
        unused[name] = unused.get(name, set(call["unused"])) & set(call["unused"])
        used.update(filter(_is_of_code_that_all_share, call["used"]))
    wrong = [f"{name}: never invoked" for name in functions() if name not in refused]
    wrong += [f"{name}: is refused {what}" for name, all_of_it in refused.items() for what in sorted(all_of_it)]
    for name, otherwise in NOT_BY_A_SCENARIO.items():
        unused[name] -= otherwise
    for name in unused:
        unused[name] -= used
    wrong += [f"{name}: never needs {what}" for name, all_of_it in unused.items() for what in sorted(all_of_it)]
    assert not wrong, "\n".join(["the template's roles are not exact:", *wrong])


def _is_of_code_that_all_share(grant):
    """What is read of a caller's token and of whatever its rights come from, and the attributes that are compared and
    marked when it acts. Any sort of token may come to any function: it is enough that some function needed it."""
    return grant.endswith("dynamodb:BatchGetItem)") or grant == "dynamodb:BatchGetItem" or grant[0].islower() and " " in grant


# What no scenario makes a function need.
NOT_BY_A_SCENARIO = {
    # A password hash of before is replaced: `cargo test` does (tests/exchange/password.rs).
    # Nor is there a key of a service account with scopes of its own, or one whose row is of before rows had labels.
    "exchange": {
        *("SHARE#* (beside dynamodb:UpdateItem)", "password (beside dynamodb:UpdateItem)"),
        *("ACCOUNT#* (beside dynamodb:GetItem)", "PRINCIPAL#* (beside dynamodb:GetItem)"),
    },
    # A public token gets a new text: `cargo test` does (tests/rotate.rs).
    "rotate": {"public_text (beside dynamodb:UpdateItem)"},
    # An environment with tokens that a version before made: `cargo test` does (tests/list/older.rs).
    "list": {"ENVIRONMENT#* (beside dynamodb:Query)"},
    # Nor is a JWT derived for somebody of before; and no user's token is made without paths, for a folder that is named.
    "temporary": {"ACCOUNT#* (beside dynamodb:GetItem)", "FOLDER#* (beside dynamodb:GetItem)"},
    # No catalog here lets a visitor change folders, or gives a JWT `tokens:revoke`. One may. A model that is shared is
    # shared again by `cargo test` (tests/shares).
    "directory": {"SHARE#* (beside dynamodb:ConditionCheckItem)", "MODEL#* (beside dynamodb:GetItem)"},
    "revoke": {"JWT#* (beside dynamodb:ConditionCheckItem)"},
    # What is unreadable, and a fold that was cut short: `cargo test` does (tests/activity/fold.rs).
    # Tokens that a version before made (tests/list/older.rs).
    "maintain": {
        *("USES#ASIDE (beside dynamodb:PutItem)", "USES#* (beside dynamodb:BatchGetItem)"),
        *("ACCOUNTS (beside dynamodb:Query)", "ENVIRONMENT#* (beside dynamodb:ConditionCheckItem)"),
        *("LIST#* (beside dynamodb:PutItem)", "UPGRADE (beside dynamodb:PutItem)"),
        *("listed_after (beside dynamodb:UpdateItem)", "tokens_listed (beside dynamodb:UpdateItem)"),
    },
}

FIRST = [
    a_build_for_another_machine_is_not_deployed,
    bootstrap_is_once_and_recovers_a_lost_token,
    the_readmes_commands_do_what_it_says,
    keys_rotate_on_schedule_and_in_an_emergency,
]

ALL = [
    a_server_calls_the_protected_api,
    a_browser_calls_the_protected_api,
    both_call_the_protected_api,
    s56_a_cached_answer_opens_nothing_else,
    s56_a_cached_answer_opens_no_other_method_of_the_same_route,
    s56_what_is_missing_from_the_caches_key_is_refused,
    aws_own_jwt_authorizer_takes_rs256,
    ed25519_signs_in_kms,
    *catalogs.ALL,
    *attackers.ALL,
    maintenance.closings_that_broke_off_are_finished,
]

LAST = [
    what_a_minute_later_is_otherwise,
    s48_every_role_holds_what_its_function_does_and_no_more,
]
