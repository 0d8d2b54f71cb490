"""A Hallpass, wherever it runs, as a client sees it."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from requests.adapters import HTTPAdapter


class From(HTTPAdapter):
    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *given, **named):
        super().init_poolmanager(*given, source_address=(self.address, 0), **named)


@dataclass
class Api:
    """An HTTP API at `url`; `through` is where that name is served on this machine, if it is a name of AWS."""

    url: str
    through: str | None = None
    session: requests.Session = field(default_factory=requests.Session)

    def at(self, address):
        """The same API, called from another address of this machine."""
        session = requests.Session()
        session.mount("http://", From(address))
        return Api(self.url, self.through, session)

    def call(self, method, path, *, token=None, headers=None, **rest):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if self.through:
            headers["Host"] = urlsplit(self.url).netloc
        return self.session.request(method, (self.through or self.url) + path, headers=headers, timeout=60, **rest)

    def get(self, path, **rest):
        return self.call("GET", path, **rest)

    def post(self, path, body=None, **rest):
        return self.call("POST", path, json=body, **rest)


@dataclass
class Hallpass:
    """The API and its management token."""

    api: Api
    root: str

    def mint(self, kind, *, status=201, token=None, **fields):
        body = {"kind": kind, "name": f"a {kind}", **fields}
        return expect(self.api.post("/v1/tokens", body, token=token or self.root), status)

    def publishable(self, origin="https://example.com", **fields):
        return self.mint("publishable", origins=[origin], **fields)

    def derive(self, secret, scopes, *, status=200, **fields):
        return expect(self.api.post("/v1/tokens/temporary", {"scopes": scopes, **fields}, token=secret), status)

    def jwt(self, secret, scopes, **fields):
        return self.derive(secret, scopes, **fields)["authorization"].removeprefix("Bearer ")

    def validate(self, token, **question):
        return expect(self.api.post("/v1/tokens/validate", {"token": token, **question}, token=self.root), 200)

    def code(self, token, **question):
        return self.validate(token, **question)["code"]

    def revoke(self, *, status=204, **what):
        return expect(self.api.post("/v1/revocations", what, token=self.root), status)

    def make(self, path, body, *, status=201):
        return expect(self.api.post(path, body, token=self.root), status)

    def show(self, path, *, token=None, status=200, **rest):
        return expect(self.api.get(path, token=token or self.root, **rest), status)


def expect(reply, status):
    """The reply's JSON; fails with the whole reply where its status is another."""
    wanted = status if isinstance(status, (tuple, list)) else (status,)
    request = f"{reply.request.method} {reply.request.path_url.split('?')[0]}"
    assert reply.status_code in wanted, f"{request}: {reply.status_code}, not {status}: {reply.text}"
    is_json = reply.content and ("json" in reply.headers.get("Content-Type", "") or reply.text.startswith("{"))
    return reply.json() if is_json else {}


def typo(text, at=-1):
    """The same text with one character changed."""
    at %= len(text)
    return text[:at] + ("y" if text[at] == "x" else "x") + text[at + 1 :]


def unique(word):
    return f"{word}-{uuid4().hex[:12]}"
