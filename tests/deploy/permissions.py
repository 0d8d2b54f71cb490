"""What a role may do at DynamoDB and KMS, decided as IAM and KMS do, and which of its grants were ever needed.

Only what the template uses is understood; anything else in a policy is an error, never a yes.
"""

import json
import re
from fnmatch import fnmatchcase

SERVICES = {"DynamoDB_20120810": "dynamodb", "TrentService": "kms"}
TRANSACTION_PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
EXPRESSIONS = ["Update", "Condition", "Projection", "KeyCondition", "Filter"]
KEYWORDS = {"AND", "OR", "NOT", "IN", "BETWEEN", "SET", "REMOVE", "ADD", "DELETE"}


def asked(target, body, facts_of_key):
    """The (action, resource, conditions' facts) that a call asks for. A transaction asks for each of its parts: IAM
    knows no `TransactWriteItems`."""
    service, operation = target.split(".", 1)
    service = SERVICES[service]
    if service == "kms":
        return [kms(operation, body, facts_of_key)] + tagging(operation, body)
    if operation == "TransactWriteItems":
        parts = [(TRANSACTION_PARTS[verb], part) for item in body["TransactItems"] for verb, part in item.items()]
        return [write(action, part) for action, part in parts]
    if operation == "BatchGetItem":
        return [batch(table, wanted) for table, wanted in body["RequestItems"].items()]
    if operation == "Query":
        name = re.search(r"#pk = (:\w+)", body["KeyConditionExpression"]).group(1)
        return [read(operation, body["TableName"], [body["ExpressionAttributeValues"][name]["S"]], set(), body)]
    if operation == "GetItem":
        return [read(operation, body["TableName"], [body["Key"]["pk"]["S"]], set(body["Key"]), body)]
    return [write(operation, body)]


def write(operation, part):
    """The attributes are those of the row that is put, or of the key, and all that an expression names. A reply that
    holds the row as it was or is would be one more right."""
    row = part.get("Item") or part["Key"]
    returned = part.get("ReturnValues", "NONE")
    on_failure = part.get("ReturnValuesOnConditionCheckFailure", "NONE")
    if returned.startswith("ALL") or on_failure.startswith("ALL"):
        raise ValueError(f"this test does not know what {operation} with {returned} and {on_failure} asks for")
    attributes = set(row) | named(part)
    return item_call(operation, part["TableName"], [row["pk"]["S"]], attributes, ReturnValues=returned)


def batch(table, wanted):
    keys = wanted["Keys"]
    return read("BatchGetItem", table, [key["pk"]["S"] for key in keys], {name for key in keys for name in key}, wanted)


def read(operation, table, partitions, of_key, part):
    """Without a projection every attribute is asked for, which only `dynamodb:Select` says."""
    select = "SPECIFIC_ATTRIBUTES" if "ProjectionExpression" in part else "ALL_ATTRIBUTES"
    return item_call(operation, table, partitions, of_key | named(part), Select=part.get("Select", select))


def named(part):
    """The attributes that the expressions of a request name, without what lies within a map."""
    names = part.get("ExpressionAttributeNames", {})
    found = set()
    for sort in EXPRESSIONS:
        for token in re.findall(r"(?<![.:#\w])[#\w]\w*(?!\w*\()", part.get(f"{sort}Expression", "")):
            if token.startswith("#"):
                found.add(names[token])
            elif token.upper() not in KEYWORDS and not token.isdigit():
                found.add(token)
    return found


def item_call(operation, table, partitions, attributes, **more):
    facts = {"dynamodb:LeadingKeys": sorted(set(partitions)), "dynamodb:Attributes": sorted(attributes)}
    facts |= {f"dynamodb:{name}": [value] for name, value in more.items()}
    return f"dynamodb:{operation}", f"table/{table.rsplit('/', 1)[-1]}", facts


def kms(operation, body, facts_of_key):
    tags = body.get("Tags", [])
    facts = {f"aws:RequestTag/{tag['TagKey']}": [tag["TagValue"]] for tag in tags}
    if tags:
        facts["aws:TagKeys"] = [tag["TagKey"] for tag in tags]
    context = body.get("EncryptionContext", {})
    facts |= {f"kms:EncryptionContext:{name}": [value] for name, value in context.items()}
    if "KeyId" not in body:
        return f"kms:{operation}", "*", facts | {"kms:KeyUsage": [body.get("KeyUsage", "ENCRYPT_DECRYPT")]}
    key = body["KeyId"].rsplit("/", 1)[-1]
    return f"kms:{operation}", f"key/{key}", facts | facts_of_key(key)


def tagging(operation, body):
    """Making a key with tags needs the permission to tag it, too: as a key that is not there yet."""
    if operation != "CreateKey" or not body.get("Tags"):
        return []
    return [("kms:TagResource", "key/new", kms(operation, body, None)[2])]


class Role:
    """The policies of one role, and what was done with each statement."""

    def __init__(self, name, policies, arn):
        self.name = name
        self.arn = arn
        self.policies = policies
        statements = [one for policy in policies for one in listed(policy["Statement"])]
        self.statements = [Statement(one) for one in statements]
        self.refused = set()

    def may(self, action, resource, facts, key_policy=None):
        """Whether it may do this. `key_policy` is that of the KMS key which is the resource, if it is one: it may give
        the right itself, and what it does not leave to the account's own policies these cannot give."""
        facts = facts | self.identity()
        if key_policy and key_policy.gives(action, facts):
            return True
        matching = [one for one in self.statements if one.speaks_of(action, resource, facts)]
        allowed = any(one.allows for one in matching) and all(one.allows for one in matching)
        for one in matching:
            one.note(action, facts)
        if allowed and key_policy and not key_policy.leaves_to(self.account(), action):
            allowed = False
        if not allowed:
            partitions = facts.get("dynamodb:LeadingKeys", [resource])
            about = " ".join(facts.get("dynamodb:Attributes", []))
            self.refused.update(f"{action} {re.split('[#/]', one)[0]} ({about})" for one in partitions)
        return allowed

    def identity(self):
        """`aws:PrincipalArn` of an assumed role is the role's own ARN, with its path."""
        return {"aws:PrincipalArn": [self.arn], "kms:CallerAccount": [self.account()]}

    def account(self):
        return self.arn.split(":")[4]

    def unused(self):
        """An action is needed if some statement of it was; a partition or attribute, in the statement where it stands."""
        actions = {one for one in self.used() if " " not in one}
        unused = {text for one in self.statements if one.allows for text in one.grants(used=False)}
        return sorted(unused - actions)

    def used(self):
        return sorted({text for one in self.statements if one.allows for text in one.grants(used=True)})


class KeyPolicy:
    """The policy of a KMS key. A principal `*` is whoever the conditions are true of; the account's root stands for all
    that the account's own policies allow."""

    def __init__(self, text):
        self.statements = []
        for document in listed(json.loads(text)["Statement"]):
            [(sort, principal)] = document["Principal"].items()
            if sort != "AWS" or document["Resource"] != "*" or document["Effect"] != "Allow":
                raise ValueError(f"this test does not know {document}")
            rest = {name: value for name, value in document.items() if name != "Principal"}
            self.statements.append((principal, Statement(rest)))

    def gives(self, action, facts):
        found = [one for principal, one in self.statements if principal == "*" and one.speaks_of(action, "*", facts)]
        for one in found:
            one.note(action, facts)
        return bool(found)

    def leaves_to(self, account, action):
        """Whether what IAM allows somebody in this account counts. A root itself is held to the same."""
        roots = [one for principal, one in self.statements if principal.endswith(f":iam::{account}:root")]
        return any(one.speaks_of(action, "*", {}) for one in roots)

    def gives_rights(self):
        return any(principal == "*" for principal, _ in self.statements)

    def unused(self):
        return sorted({text for principal, one in self.statements if principal == "*" for text in one.grants(used=False)})


class Statement:
    def __init__(self, document):
        unknown = set(document) - {"Sid", "Effect", "Action", "Resource", "Condition"}
        if unknown:
            raise ValueError(f"a statement holds {unknown}, which this test does not know")
        self.allows = {"Allow": True, "Deny": False}[document["Effect"]]
        self.actions = listed(document["Action"])
        self.resources = listed(document["Resource"])
        conditions = document.get("Condition", {})
        self.conditions = [(test, key, listed(v)) for test, of in conditions.items() for key, v in of.items()]
        self.used = set()

    def speaks_of(self, action, resource, facts):
        return (
            any(fnmatchcase(action, one) for one in self.actions)
            and any(one == "*" or fnmatchcase(resource, one.rsplit(":", 1)[-1]) for one in self.resources)
            and all(holds(test, facts.get(key), wanted) for test, key, wanted in self.conditions)
        )

    def note(self, action, facts):
        self.used.add(action)
        for _, key, wanted in self.conditions:
            self.used.update((key, one) for one in wanted for fact in facts.get(key, []) if fnmatchcase(fact, one))

    def grants(self, used):
        """The actions, partitions and attributes that something asked for, or that nothing did. Logs are written by
        Lambda itself."""
        if all(action.startswith("logs:") for action in self.actions):
            return []
        about = f" (beside {', '.join(self.actions)})"
        wanted = [(key, one) for _, key, values in self.conditions if key in EXACT for one in values]
        actions = [one for one in self.actions if (one in self.used) == used]
        return actions + [f"{one}{about}" for key, one in wanted if one != "false" and ((key, one) in self.used) == used]


# The conditions of which each value is to be needed.
EXACT = {"dynamodb:LeadingKeys", "dynamodb:Attributes"}


def holds(test, facts, wanted):
    if test == "Null":
        return (not facts) == (wanted == ["true"])
    if test.endswith("IfExists"):
        return not facts or holds(test.removesuffix("IfExists"), facts, wanted)
    match = {"StringEquals": lambda fact, one: fact == one, "StringLike": fnmatchcase, "ArnLike": arn_like}
    quantifier, _, operator = test.rpartition(":")
    matches = [any(match[operator](fact, one) for one in wanted) for fact in facts or []]
    if quantifier == "ForAnyValue":
        return any(matches)
    if quantifier == "ForAllValues":
        return all(matches)
    if quantifier:
        raise ValueError(f"this test does not know {test}")
    return bool(matches) and all(matches)


def arn_like(arn, pattern):
    """Part by part: a star reaches over slashes, never over a colon."""
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))


def listed(value):
    return value if isinstance(value, list) else [value]
