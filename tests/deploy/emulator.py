"""ministack on 127.0.0.1, mended where AWS's own documents say that it differs, and with IAM in force.

    python emulator.py PORT FOLDER

What is mended, all of it needed to test this template:
- functions run as on Lambda (environments.py), and call AWS as their role, whose policies decide, and those of KMS keys
  (permissions.py);
- a role's ARN has its path;
- a function whose reserved concurrency is zero is not run;
- an HTTP API without CORS settings hands OPTIONS to its routes;
- an authorizer's identity sources must be there whether it caches or not (else 401, nothing is invoked), and may be
  `$context.` variables;
- a request's address is its own;
- a stack that makes roles is deployed only by who says `CAPABILITY_IAM`;
- a template that names no identity source gets none, and its CORS settings are read;
- an API is reached under its AWS name, also by the JWT authorizer's own requests.

`GET /_hallpass/calls` says what was done and refused, `POST /_hallpass/stop-functions` ends the warm processes.
"""

import asyncio
import contextvars
import json
import os
import re
import sys
import threading
from pathlib import Path

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
REGION = "us-east-1"
os.environ |= {
    "GATEWAY_PORT": str(PORT),
    "MINISTACK_REGION": REGION,
    "AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}",
    "TMPDIR": str(FOLDER),
    "S3_DATA_DIR": str(FOLDER / "s3"),
    "LOG_LEVEL": "WARNING",
    # Nothing else listens, and no container of somebody else's is reaped.
    "SFTP_ENABLED": "0",
    "IOT_MTLS_ENABLED": "0",
    "DOCKER_HOST": f"unix://{FOLDER}/none",
}

from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402

import ministack.app  # noqa: E402
from environments import Pool  # noqa: E402
from ministack.core.responses import get_account_id  # noqa: E402
from ministack.services import apigateway, iam, kms, lambda_svc  # noqa: E402
from ministack.services.cloudformation import provisioners  # noqa: E402
from permissions import KeyPolicy, Role, asked  # noqa: E402

CLIENT = contextvars.ContextVar("client", default="127.0.0.1")
AWS_NAME = re.compile(r"^([a-f0-9]{8})\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")


class Functions:
    """Runs functions, each under the identity of its role."""

    def __init__(self):
        self.pool = Pool(FOLDER)
        self.roles = {}
        self.key_policies = {}
        self.lock = threading.Lock()

    def execute(self, function, event):
        config = function.get("config") or function
        if function.get("concurrency") == 0:
            return lambda_svc._throttle_response("ReservedFunctionConcurrentInvocationLimitExceeded", "Rate Exceeded")
        role = config["Role"].rsplit("/", 1)[-1]
        policies = [json.loads(document) for document in iam._roles[role]["InlinePolicies"].values()]
        with self.lock:
            known = self.roles.get(config["Role"])
            if known is None or known[0] != policies:
                self.roles[config["Role"]] = (policies, Role(config["FunctionName"], policies, config["Role"]))
        variables = (config.get("Environment") or {}).get("Variables") or {}
        variables = {name: str(value) for name, value in variables.items()} | {
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": get_account_id(),
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": config["Role"],
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}",
            "AWS_LAMBDA_FUNCTION_NAME": config["FunctionName"],
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config["MemorySize"]),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_LAMBDA_LOG_GROUP_NAME": "local",
            "_HANDLER": config.get("Handler", "bootstrap"),
        }
        timeout = config.get("Timeout", 3)
        if "sourceIp" in (http := event.get("requestContext", {}).get("http", {})):
            http["sourceIp"] = CLIENT.get()
        body, failed = self.pool.invoke(config["FunctionName"], function["code_zip"], variables, timeout, event)
        return {"body": body, "error": True} if failed else {"body": body}

    def refusal(self, token, target, body):
        """Why the role behind a session token may not make a call; `None` if it may."""
        with self.lock:
            role = self.roles[token][1]
            for action, resource, facts in asked(target, body, facts_of_key):
                if not role.may(action, resource, facts, self.key_policy(resource)):
                    return f"{role.name} is not authorized to perform: {action} on {resource} {facts}"
        return None

    def key_policy(self, resource):
        """The policy of a KMS key that is there."""
        sort, _, key = resource.partition("/")
        known = kms._resolve_key(key) if sort == "key" else None
        if not known:
            return None
        text = known["Policy"]
        return self.key_policies.setdefault(text, KeyPolicy(text))

    def report(self):
        with self.lock:
            return [
                {"function": role.name, "refused": sorted(role.refused), "unused": role.unused(), "used": role.used()}
                for _, role in sorted(self.roles.values(), key=lambda known: known[1].name)
            ] + [
                {"function": "hallpass-key-policy", "refused": [], "unused": policy.unused(), "used": []}
                for policy in self.key_policies.values()
                if policy.gives_rights()
            ]


def facts_of_key(key):
    known = kms._resolve_key(key) or {}
    facts = {f"aws:ResourceTag/{tag['TagKey']}": [tag["TagValue"]] for tag in known.get("Tags", [])}
    return facts | {"kms:KeyUsage": [known.get("KeyUsage")]}


class Mended:
    """ministack's application, behind what it lacks."""

    def __init__(self, app, functions):
        self.app = app
        self.functions = functions

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        CLIENT.set(scope["client"][0])
        headers = {name.lower(): value.decode() for name, value in scope["headers"]}
        if scope["path"] == "/_hallpass/calls":
            return await answer(send, 200, self.functions.report())
        if scope["path"] == "/_hallpass/stop-functions":
            await asyncio.to_thread(self.functions.pool.stop)
            return await answer(send, 200, {})
        if named := AWS_NAME.match(headers.get(b"host", "")):
            host = f"{named[1]}.execute-api.localhost:{PORT}".encode()
            others = [header for header in scope["headers"] if header[0].lower() != b"host"]
            return await self.app({**scope, "headers": [*others, (b"host", host)]}, receive, send)
        if scope["method"] == "POST" and scope["path"] == "/" and b"x-amz-target" not in headers:
            body = await whole(receive)
            if b"Action=CreateChangeSet" in body and b"Capabilities.member.1=CAPABILITY_IAM" not in body:
                refusal = b"<ErrorResponse><Error><Code>InsufficientCapabilitiesException</Code></Error></ErrorResponse>"
                return await answer_bytes(send, 400, b"text/xml", refusal)
            receive = once(body, receive)
        token, target = headers.get(b"x-amz-security-token"), headers.get(b"x-amz-target")
        if token in self.functions.roles and target:
            body = await whole(receive)
            if refusal := self.functions.refusal(token, target, json.loads(body)):
                return await answer(send, 400, {"__type": "AccessDeniedException", "message": refusal})
            receive = once(body, receive)
        return await self.app(scope, receive, send)


async def whole(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def once(body, receive):
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again():
        return messages.pop() if messages else await receive()

    return again


async def answer(send, status, value):
    await answer_bytes(send, status, b"application/x-amz-json-1.0", json.dumps(value).encode())


async def answer_bytes(send, status, sort, body):
    headers = [(b"content-type", sort)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Preflight(str):
    """OPTIONS, in a form that ministack does not answer by itself."""

    __hash__ = str.__hash__

    def __eq__(self, _):
        return False

    def __ne__(self, _):
        return True


def mend_api_gateway():
    execute, authorize = apigateway._handle_execute_in_scope, apigateway._authorize_request_v2
    match = apigateway._match_route
    sources_of, fetch = apigateway._request_authorizer_identity_sources, apigateway._urlopen_async
    context = contextvars.ContextVar("context")

    async def handed_on(api_id, stage, path, method, *rest):
        if method == "OPTIONS" and not (apigateway._apis.get(api_id) or {}).get("corsConfiguration"):
            method = Preflight(method)
        return await execute(api_id, stage, path, method, *rest)

    def with_context(sources, headers, query, stage_variables):
        """In the authorizer's own order, in which the function compares them."""
        every = []
        for source in sources or []:
            if source in context.get():
                every.append((True, [context.get()[source]]))
            else:
                every.append(sources_of([source], headers, query, stage_variables))
        return all(present for present, _ in every), [value for _, values in every for value in values]

    async def present_first(
        api_id, stage, route, method, path, resource, headers, query, parameters, variables, *owner
    ):
        authorizer = apigateway._authorizers.get(api_id, {}).get(route.get("authorizerId")) or {}
        context.set(
            {
                "$context.routeKey": route.get("routeKey", "$default"),
                "$context.httpMethod": method,
                "$context.path": path,
                "$context.identity.sourceIp": CLIENT.get(),
            }
        )
        present, _ = with_context(authorizer.get("identitySource"), headers, query, variables)
        if not present:
            return apigateway._jwt_unauthorized(), None
        return await authorize(
            api_id, stage, route, method, path, resource, headers, query, parameters, variables, *owner
        )

    async def by_aws_name(url, timeout):
        here = f"http://127.0.0.1:{PORT}/_aws/execute-api/\\1/$default"
        return await fetch(re.sub(r"^https://([a-f0-9]{8})\.execute-api\.[^/]+", here, url), timeout)

    authorizers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Authorizer"]
    create = authorizers["create"]
    authorizers["create"] = lambda name, properties, stack: create(name, {"IdentitySource": [], **properties}, stack)
    apis = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create_api = apis["create"]

    def with_cors(name, properties, stack):
        cors = properties.get("CorsConfiguration", {})
        cors = {f"{key[0].lower()}{key[1:]}": value for key, value in cors.items()}
        return create_api(name, properties | ({"CorsConfiguration": cors} if cors else {}), stack)

    apis["create"] = with_cors

    # Kept by AWS and asked by people: nothing here depends on them.
    for kind in ("AWS::Logs::MetricFilter", "AWS::Logs::QueryDefinition"):
        provisioners._RESOURCE_HANDLERS[kind] = {
            "create": lambda name, properties, stack: (f"{stack}-{name}", {}),
            "delete": lambda identifier, properties: None,
        }

    def match_preflights_too(api_id, method, path):
        return match(api_id, "OPTIONS" if isinstance(method, Preflight) else method, path)

    apigateway._match_route = match_preflights_too
    apigateway._handle_execute_in_scope = handed_on
    apigateway._request_authorizer_identity_sources = with_context
    apigateway._authorize_request_v2 = present_first
    apigateway._urlopen_async = by_aws_name


def mend_roles():
    roles = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    create = roles["create"]

    def with_path(name, properties, stack):
        role, attributes = create(name, properties, stack)
        known = iam._roles[role]
        known["Arn"] = f"arn:aws:iam::{get_account_id()}:role{known['Path']}{role}"
        return role, attributes | {"Arn": known["Arn"]}

    roles["create"] = with_path


def mend_functions():
    functions = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    create = functions["create"]

    def with_concurrency(name, properties, stack):
        function, attributes = create(name, properties, stack)
        reserved = properties.get("ReservedConcurrentExecutions")
        lambda_svc._functions[function]["concurrency"] = None if reserved is None else int(reserved)
        return function, attributes

    functions["create"] = with_concurrency


async def main():
    functions = Functions()
    lambda_svc._execute_function_provided = functions.execute
    mend_api_gateway()
    mend_roles()
    mend_functions()
    config = Config()
    config.bind = [f"127.0.0.1:{PORT}"]
    config.loglevel = "WARNING"
    # A client that has paused for longer would find its connection closed.
    config.keep_alive_timeout = 3600
    try:
        await serve(Mended(ministack.app.app, functions), config)
    finally:
        functions.pool.stop()


asyncio.run(main())
