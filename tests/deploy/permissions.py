"""What a role may do at DynamoDB and KMS, decided as IAM does, and which of its grants were ever needed.

Only what the template uses is understood; anything else in a policy is an error, never a yes.
"""

import re
from fnmatch import fnmatchcase

SERVICES = {"DynamoDB_20120810": "dynamodb", "TrentService": "kms"}
TRANSACTION_PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def asked(target, body, facts_of_key):
    """The (action, resource, conditions' facts) that a call asks for. A transaction asks for each of its parts: IAM
    knows no `TransactWriteItems`."""
    service, operation = target.split(".", 1)
    service = SERVICES[service]
    if service == "kms":
        return [kms(operation, body, facts_of_key)] + tagging(operation, body)
    if operation == "TransactWriteItems":
        parts = [(TRANSACTION_PARTS[verb], part) for item in body["TransactItems"] for verb, part in item.items()]
        return [item_call(action, part["TableName"], [partition(part)]) for action, part in parts]
    if operation == "BatchGetItem":
        tables = body["RequestItems"].items()
        return [item_call(operation, table, [key["pk"]["S"] for key in asked["Keys"]]) for table, asked in tables]
    if operation == "Query":
        name = re.search(r"#pk = (:\w+)", body["KeyConditionExpression"]).group(1)
        return [item_call(operation, body["TableName"], [body["ExpressionAttributeValues"][name]["S"]])]
    return [item_call(operation, body["TableName"], [partition(body)])]


def partition(part):
    return (part.get("Item") or part["Key"])["pk"]["S"]


def item_call(operation, table, partitions):
    return f"dynamodb:{operation}", f"table/{table.rsplit('/', 1)[-1]}", {"dynamodb:LeadingKeys": partitions}


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

    def __init__(self, name, policies):
        self.name = name
        statements = [one for policy in policies for one in listed(policy["Statement"])]
        self.statements = [Statement(one) for one in statements]
        self.refused = set()

    def may(self, action, resource, facts):
        matching = [one for one in self.statements if one.speaks_of(action, resource, facts)]
        allowed = any(one.allows for one in matching) and all(one.allows for one in matching)
        for one in matching:
            one.note(action, facts)
        if not allowed:
            partitions = facts.get("dynamodb:LeadingKeys", [resource])
            self.refused.update(f"{action} {re.split('[#/]', one)[0]}" for one in partitions)
        return allowed

    def unused(self):
        return sorted(text for one in self.statements if one.allows for text in one.unused())


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
            self.used.update(one for one in wanted for fact in facts.get(key, []) if fnmatchcase(fact, one))

    def unused(self):
        """The actions, and the partitions, that nothing asked for. Logs are written by Lambda itself."""
        if all(action.startswith("logs:") for action in self.actions):
            return []
        partitions = [values for test, key, values in self.conditions if key == "dynamodb:LeadingKeys" and test != "Null"]
        wanted = [one for values in partitions for one in values]
        about = f" (beside {', '.join(self.actions)})"
        actions = [one for one in self.actions if one not in self.used]
        return actions + [one + about for one in wanted if one not in self.used]


def holds(test, facts, wanted):
    if test == "Null":
        return (not facts) == (wanted == ["true"])
    if test.endswith("IfExists"):
        return not facts or holds(test.removesuffix("IfExists"), facts, wanted)
    match = {"StringEquals": lambda fact, one: fact == one, "StringLike": fnmatchcase}
    quantifier, _, operator = test.rpartition(":")
    matches = [any(match[operator](fact, one) for one in wanted) for fact in facts or []]
    if quantifier == "ForAnyValue":
        return any(matches)
    if quantifier == "ForAllValues":
        return all(matches)
    if quantifier:
        raise ValueError(f"this test does not know {test}")
    return bool(matches) and all(matches)


def listed(value):
    return value if isinstance(value, list) else [value]
