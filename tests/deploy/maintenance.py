"""What `maintain` finishes: closings that broke off after their first write, environments that nobody seals, and use
that is to be folded."""

import hashlib
import time

from client import unique

ALL_TIME = "9999999999999"


def closings_that_broke_off_are_finished(deployment):
    hallpass, emulator = deployment.hallpass, deployment.emulator
    account = hallpass.make("/v1/accounts", {"name": unique("cut-short")})["id"]
    there = {"account": account}
    manager = hallpass.mint("management", scopes=["asset:*", "directory:read", "directory:write"], **there)["token"]
    user = hallpass.make("/v1/users", {"username": "ann", "scopes": ["asset:read"], **there})["id"]
    group = hallpass.make("/v1/groups", {"name": "all", **there})["id"]
    joined = hallpass.api.call("PUT", f"/v1/groups/{group}/members/users/{user}", token=manager)
    assert joined.status_code == 204, joined.text
    shared = hallpass.api.post("/v1/shares", {"model": unique("model")}, token=manager)
    assert shared.status_code == 201, shared.text
    of_user = hallpass.mint("management", principal=user, scopes=["asset:read"], **there)["token"]
    of_account = hallpass.mint("secret", scopes=["asset:read"], **there)["token"]
    makes = {"scopes": ["asset:*", "tokens:mint"]}
    maker = hallpass.mint("management", **makes)
    child = hallpass.mint("management", token=maker["token"], **makes)
    grandchild = hallpass.mint("apikey", token=child["token"], scopes=["asset:read"])
    _begin_made_by(deployment, maker["id"], hallpass.show(f"/v1/tokens/{maker['id']}"))
    tenant = f"{account}#default/live"
    _begin(deployment, f"PRINCIPAL#{tenant}#{user}", account, environment="default/live", principal=user)
    _begin(deployment, f"ACCOUNT#{account}", account)
    well, run = emulator.invoke("hallpass-maintain", {})
    assert well and run["finished_closings"] >= 3 and not run["failed"], run
    assert hallpass.code(child["token"]) == hallpass.code(grandchild["token"]) == "revoked"
    assert hallpass.code(of_user) != "active" and hallpass.code(of_account) == "revoked"
    assert not _rows(deployment, _shard("CLOSINGS", account)["S"], account)


def a_quiet_environment_is_sealed(deployment, account):
    """One that acted more than a minute ago, and whose note is as old as one of yesterday."""
    tenant = f"{account}#default/live"
    key = {"pk": _shard("UNSEALED", tenant), "sk": {"S": tenant}}
    assert _rows(deployment, key["pk"]["S"], tenant), "an act notes its environment"
    _table(deployment).update_item(
        TableName=deployment.outputs["TableName"],
        Key=key,
        UpdateExpression="SET #until = :until",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={":until": {"N": "0"}},
    )
    well, run = deployment.emulator.invoke("hallpass-maintain", {})
    assert well and run["sealed_environments"] >= 1, run
    assert not _rows(deployment, key["pk"]["S"], tenant)


def use_is_folded(deployment):
    """All that functions have written so far: something without any use in it has been waiting for an hour."""
    waiting = f"{int(time.time() * 1000) - 3_600_000:013}#{'0' * 16}"
    nothing = {"pk": {"S": "USES#0"}, "sk": {"S": waiting}, "packed": {"B": bytes([1, 0, 0, 0, 0, 0, 0])}}
    _table(deployment).put_item(TableName=deployment.outputs["TableName"], Item=nothing)
    well, run = deployment.emulator.invoke("hallpass-maintain", {})
    assert well and run["folded_uses"] and not run["oldest_use_seconds"], run
    assert not _rows(deployment, "USES#0", waiting)
    assert deployment.hallpass.show("/v1/usage")["usage"]


def _begin(deployment, pk, account, **names):
    """As a function leaves it that is ended after its first write."""
    table, name = _table(deployment), deployment.outputs["TableName"]
    now = str(int(time.time() * 1000))
    table.update_item(
        TableName=name,
        Key={"pk": {"S": pk}, "sk": {"S": "RECORD"}},
        UpdateExpression="SET #closed_at = :now, #sweep_before = :all",
        ExpressionAttributeNames={"#closed_at": "closed_at", "#sweep_before": "sweep_before"},
        ExpressionAttributeValues={":now": {"N": now}, ":all": {"N": ALL_TIME}},
    )
    what = "#".join([account, *names.values()])
    row = {"pk": _shard("CLOSINGS", what), "sk": {"S": what}, "begun_at": {"N": str(int(now) - 60_000)}}
    row |= {attribute: {"S": text} for attribute, text in {"account": account, **names}.items()}
    table.put_item(TableName=name, Item=row)


def _begin_made_by(deployment, token, shown):
    table, name = _table(deployment), deployment.outputs["TableName"]
    now = str(int(time.time() * 1000))
    table.update_item(
        TableName=name,
        Key={"pk": {"S": f"TOKEN#{token.removeprefix('tok_')}"}, "sk": {"S": "RECORD"}},
        UpdateExpression="SET #sweep_before = :now",
        ExpressionAttributeNames={"#sweep_before": "sweep_before"},
        ExpressionAttributeValues={":now": {"N": now}},
    )
    table.put_item(TableName=name, Item={"pk": {"S": f"ENDING#{token}"}, "sk": {"S": token}, "id": {"S": token}})
    names = {"account": shown["account"], "environment": shown["environment"], "made_by": token}
    what = "#".join(names.values())
    row = {"pk": _shard("CLOSINGS", what), "sk": {"S": what}, "begun_at": {"N": str(int(now) - 60_000)}}
    table.put_item(TableName=name, Item=row | {attribute: {"S": text} for attribute, text in names.items()})


def _shard(partition, text):
    """shared/store/src/table/keys.rs: the first digit of the SHA-256 of the text with its length before it."""
    data = text.encode()
    digest = hashlib.sha256(len(data).to_bytes(8, "big") + data).hexdigest()
    return {"S": f"{partition}#{int(digest[0], 16)}"}


def _rows(deployment, pk, sk):
    found = _table(deployment).query(
        TableName=deployment.outputs["TableName"],
        KeyConditionExpression="pk = :pk AND sk = :sk",
        ExpressionAttributeValues={":pk": {"S": pk}, ":sk": {"S": sk}},
    )
    return found["Items"]


def _table(deployment):
    return deployment.emulator.client("dynamodb")
