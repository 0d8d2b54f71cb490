"""What a function could do if it were taken over: calls that its role, and the policies of KMS keys, refuse.

IAM and the policies are those that were deployed; permissions.py decides as AWS does.
"""

import json

from botocore.exceptions import ClientError
from deployment import functions
from permissions import KeyPolicy, Role

SIGNERS = {"temporary", "exchange"}
KEY_MAKERS = {"keys", "bootstrap"}
DEFAULT_KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
USES_OF_A_KEY = ["Sign", "Decrypt", "GetPublicKey", "ScheduleKeyDeletion", "TagResource", "CreateGrant", "PutKeyPolicy"]


def roles(deployment, stack="hallpass"):
    """Each function's role, as it is deployed."""
    lambdas, iam = deployment.emulator.client("lambda"), deployment.emulator.client("iam")
    found = {}
    for name in functions():
        arn = lambdas.get_function_configuration(FunctionName=f"{stack}-{name}")["Role"]
        role = arn.rsplit("/", 1)[-1]
        policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
        documents = [iam.get_role_policy(RoleName=role, PolicyName=one)["PolicyDocument"] for one in policies]
        found[name] = Role(name, documents, arn)
    return found


def s58_only_keys_and_bootstrap_may_write_key_rows(deployment):
    """By policy; nor may a validating function sign, or decrypt what signs."""
    table, wrapping = f"table/{deployment.outputs['TableName']}", deployment.outputs["WrappingKeyArn"].rsplit(":", 1)[-1]
    for_signing = {"kms:EncryptionContext:purpose": ["hallpass signing key"]}
    for name, role in roles(deployment).items():
        for write in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate"):
            for partitions in (["KEYS"], ["TOKEN#x", "KEYS"]):
                may = role.may(f"dynamodb:{write}", table, {"dynamodb:LeadingKeys": partitions})
                assert not may or name in KEY_MAKERS, f"{name} may {write} {partitions}"
            # What named no partition would be held to none.
            assert not role.may(f"dynamodb:{write}", table, {}), f"{name} may {write} anywhere"
        assert role.may("kms:Decrypt", wrapping, for_signing) == (name in SIGNERS), name
        assert not role.may("kms:Decrypt", wrapping, {}), f"{name} may decrypt what is no signing key"


def a_signing_key_is_used_by_its_own_stack_only_and_no_other_key_is(deployment):
    kms = deployment.emulator.client("kms")
    [ours, *_] = [_key_policy(kms, key) for key in signing_keys(deployment)]
    foreign = KeyPolicy(json.dumps(DEFAULT_KEY_POLICY))
    signing = {"kms:KeyUsage": ["SIGN_VERIFY"]}
    # What a compromised function would like to have written on somebody else's key.
    tags = {"aws:ResourceTag/hallpass:stack": ["hallpass"], "aws:RequestTag/hallpass:stack": ["hallpass"]}
    tags |= {"aws:TagKeys": ["hallpass:stack"]}
    others = roles(deployment, "eddsa")
    for name, role in roles(deployment).items():
        for use in USES_OF_A_KEY:
            action = f"kms:{use}"
            for facts in (signing, signing | tags):
                assert not role.may(action, "key/some", facts, foreign), f"{name} may {use} another team's key"
            expected = name in {"Sign": SIGNERS, "GetPublicKey": KEY_MAKERS, "ScheduleKeyDeletion": KEY_MAKERS}.get(use, ())
            assert role.may(action, "key/some", signing, ours) == expected, f"{name}: {use}"
            # The other stack's functions give new keys tags, which IAM cannot tell from giving them to old ones.
            may = others[name].may(action, "key/some", signing, ours)
            assert may == (use == "TagResource" and name in KEY_MAKERS), f"another stack's {name}: {use}"
        assert role.may("kms:CreateKey", "*", signing) == (name in KEY_MAKERS), name
        assert not role.may("kms:CreateKey", "*", {"kms:KeyUsage": ["ENCRYPT_DECRYPT"]}), name
        assert not role.may("kms:CreateKey", "*", signing | tags), f"{name} may tag a key"
        grants = [one for statement in role.statements for one in statement.resources if one.endswith("key/*")]
        assert not grants, f"{name} has a right to every key of the account"
    # Whoever the account's own policies allow all of KMS administers, and neither signs nor lets sign.
    everything = [{"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}]
    administrator = Role("administrator", everything, "arn:aws:iam::000000000000:role/administrator")
    for use in ("Sign", "CreateGrant"):
        assert not administrator.may(f"kms:{use}", "key/some", signing, ours), use
    for use in ("PutKeyPolicy", "ScheduleKeyDeletion", "CancelKeyDeletion", "DescribeKey", "TagResource"):
        assert administrator.may(f"kms:{use}", "key/some", signing, ours), use
    of_another_account = Role("stranger", everything, administrator.arn.replace("000000000000", "999999999999"))
    assert not any(of_another_account.may(f"kms:{use}", "key/some", signing, ours) for use in USES_OF_A_KEY)


def keys_of_before_sign_by_their_tag_and_bootstrap_closes_while_a_parameter_says_so(deployment):
    """A key that was made before keys had policies of their own: KMS's default one, and the stack's tag."""
    kms, hallpass = deployment.emulator.client("kms"), deployment.hallpass
    keys = {key: kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] for key in signing_keys(deployment)}
    secret = hallpass.mint("secret")["token"]

    def derives():
        asked = {"scopes": ["asset:read"]}
        return hallpass.api.post("/v1/tokens/temporary", asked, token=secret).status_code

    def deploy(before, bootstrap="open"):
        changed = {"KeysBeforePolicies": before, "Bootstrap": bootstrap}
        deployment.emulator.deploy("hallpass", "template.yaml", **(deployment.parameters | changed))

    for key in keys:
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(DEFAULT_KEY_POLICY))
        kms.tag_resource(KeyId=key, Tags=[{"TagKey": "hallpass:stack", "TagValue": "hallpass"}])
    assert derives() == 503
    try:
        deploy("true", bootstrap="closed")
        assert derives() == 200
        assert not bootstrap_runs(deployment), "it is closed"
        # By the tag alone, which no function may give a key.
        tag = {"aws:RequestTag/hallpass:stack": ["hallpass"], "aws:TagKeys": ["hallpass:stack"]}
        signing, foreign = {"kms:KeyUsage": ["SIGN_VERIFY"]}, KeyPolicy(json.dumps(DEFAULT_KEY_POLICY))
        for name, role in roles(deployment).items():
            for use in USES_OF_A_KEY:
                assert not role.may(f"kms:{use}", "key/some", signing | tag, foreign), f"{name}: {use}"
    finally:
        for key, policy in keys.items():
            kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
            kms.untag_resource(KeyId=key, TagKeys=["hallpass:stack"])
        deploy("false")
    assert derives() == 200
    assert bootstrap_runs(deployment)


def bootstrap_runs(deployment):
    """Whether it says that it has run before, which it does to whoever may invoke it."""
    try:
        _, reply = deployment.emulator.invoke(deployment.outputs["BootstrapFunction"], {})
    except ClientError as refused:
        assert refused.response["Error"]["Code"] == "TooManyRequestsException", refused
        return False
    assert "recover" in reply["errorMessage"], reply
    return True


# Calls that a function would make if it were taken over, and that its role refuses. `*`: every function but those named.
STEALS = [
    # Secrets that are not its own: password hashes, wrapped keys.
    ("* but directory exchange", "BatchGetItem", ["SHARE#s"], ["password"], "SPECIFIC_ATTRIBUTES"),
    ("* but directory exchange", "BatchGetItem", ["SHARE#s"], [], "ALL_ATTRIBUTES"),
    ("* but directory", "GetItem", ["SHARE#s"], [], "ALL_ATTRIBUTES"),
    ("* but exchange", "BatchGetItem", ["SHARE#s", "VISITOR#v"], [], "ALL_ATTRIBUTES"),
    ("* but keys bootstrap temporary exchange", "Query", ["KEYS"], [], "ALL_ATTRIBUTES"),
    ("* but keys bootstrap temporary exchange", "Query", ["KEYS"], ["private_key"], "SPECIFIC_ATTRIBUTES"),
    ("*", "GetItem", ["KEYS"], [], "ALL_ATTRIBUTES"),
    ("*", "BatchGetItem", ["TOKEN#t"], [], "ALL_ATTRIBUTES"),
    ("*", "Query", ["TOKEN#t"], [], "ALL_ATTRIBUTES"),
    ("validate authorizer jwks docs keys activity", "GetItem", ["TOKEN#t"], [], "ALL_ATTRIBUTES"),
    # What others are and did.
    ("* but mint rotate update revoke directory activity maintain", "Query", ["AUDIT#a"], [], "ALL_ATTRIBUTES"),
    ("* but activity maintain", "Query", ["USAGE#a"], [], "ALL_ATTRIBUTES"),
    ("* but list revoke maintain", "Query", ["ENVIRONMENT#e"], [], "ALL_ATTRIBUTES"),
    ("* but directory maintain", "Query", ["ACCOUNTS"], [], "ALL_ATTRIBUTES"),
    ("jwks docs", "BatchGetItem", ["TOKEN#t"], ["secret_hash"], "SPECIFIC_ATTRIBUTES"),
]
TAKES_OVER = [
    # Another secret, more scopes, another principal or owner for a token.
    *[
        ("* but rotate bootstrap", "UpdateItem", ["TOKEN#t"], [one], None)
        for one in ("secret_hash", "previous", "public_text")
    ],
    *[
        ("* but bootstrap", "UpdateItem", ["TOKEN#t"], [one], None)
        for one in ("scopes", "principal", "account", "environment", "kind", "live", "minted_by")
    ],
    ("* but update bootstrap", "UpdateItem", ["TOKEN#t"], ["metadata"], None),
    ("* but mint bootstrap", "PutItem", ["TOKEN#t"], ["secret_hash"], None),
    ("*", "DeleteItem", ["TOKEN#t"], [], None),
    # More rights for a user or group, another password for a share.
    *[("* but directory", "UpdateItem", ["PRINCIPAL#p"], [one], None) for one in ("scopes", "access", "member_of")],
    ("* but directory", "UpdateItem", ["GROUP#g"], ["access"], None),
    ("* but directory exchange", "UpdateItem", ["SHARE#s"], ["password"], None),
    # A guess at a hash, by a condition on it.
    *[("*", "ConditionCheckItem", ["TOKEN#t"], [one], None) for one in ("secret_hash", "previous")],
    ("*", "ConditionCheckItem", ["SHARE#s"], ["password"], None),
    # An end that is taken back, a trace that is removed.
    ("*", "DeleteItem", ["JWT#j"], [], None),
    ("*", "DeleteItem", ["AUDIT#a"], [], None),
    ("*", "UpdateItem", ["AUDIT#a"], ["subject"], None),
    ("*", "DeleteItem", ["SEALS#a"], [], None),
    ("*", "UpdateItem", ["SEALS#a"], ["hash"], None),
    ("* but bootstrap", "PutItem", ["OPERATOR"], [], None),
]


def a_function_that_is_taken_over_is_refused_what_it_has_no_need_of(deployment):
    table, names, deployed = f"table/{deployment.outputs['TableName']}", set(functions()), roles(deployment)
    for who, action, partitions, attributes, select in STEALS + TAKES_OVER:
        who, _, but = who.partition(" but ")
        attackers = (names if who == "*" else set(who.split())) - set(but.split())
        assert set(but.split()) <= names and attackers <= names, (who, but)
        facts = {"dynamodb:LeadingKeys": partitions, "dynamodb:Attributes": ["pk", "sk", *attributes]}
        facts |= {"dynamodb:Select": [select]} if select else {"dynamodb:ReturnValues": ["NONE"]}
        for name, role in deployed.items():
            may = role.may(f"dynamodb:{action}", table, facts)
            assert not (may and name in attackers), f"{name} may {action} {partitions} {attributes} {select}"
            # The others do, so that the table above says who is trusted, and with what.
            assert may or name not in but.split(), f"{name} may not {action} {partitions} {attributes} {select}"
    for name, role in deployed.items():
        for action in ("Scan", "BatchWriteItem", "DeleteTable", "PartiQLSelect", "PartiQLUpdate", "ExportTableToPointInTime"):
            for facts in ({}, {"dynamodb:LeadingKeys": ["TOKEN#t"], "dynamodb:Attributes": ["pk", "sk"]}):
                assert not role.may(f"dynamodb:{action}", table, facts), f"{name} may {action}"
        # "Policy sizes": 10,240 characters for all inline policies of a role, white space not counted.
        size = sum(len(json.dumps(policy, separators=(",", ":"))) for policy in role.policies)
        assert size < 10_240, f"{name}: {size} characters of policies"


def signing_keys(deployment):
    """The KMS keys that the table's rows name."""
    rows = deployment.emulator.client("dynamodb").query(
        TableName=deployment.outputs["TableName"],
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": "KEYS"}, ":sk": {"S": "KEY#"}},
    )["Items"]
    return [row["kms_key_id"]["S"] for row in rows if "retired_at" not in row]


def _key_policy(kms, key):
    return KeyPolicy(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])


ALL = [
    s58_only_keys_and_bootstrap_may_write_key_rows,
    a_signing_key_is_used_by_its_own_stack_only_and_no_other_key_is,
    keys_of_before_sign_by_their_tag_and_bootstrap_closes_while_a_parameter_says_so,
    a_function_that_is_taken_over_is_refused_what_it_has_no_need_of,
]
