"""Starts `cargo dev` with one sort of signing key, makes a token of every sort, and hands them to the clients."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

AUDIENCE = "https://api.example"
ORIGIN = "https://page.example"
HERE = pathlib.Path(__file__).resolve().parent
TOOLS = pathlib.Path(sys.prefix)


def ask(url, token=None, body=None, headers=None):
    """The JSON reply to a request; an error is the test's end."""
    headers = dict(headers or {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as reply:
        return json.load(reply)


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encoded(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def changed(token, header=None, claims=None, signature=None):
    """The token with another header, other claims or another signature, and the rest as it was."""
    parts = [decoded(part) for part in token.split(".")]
    for at, change in enumerate([header, claims]):
        if change:
            parts[at] = json.dumps({**json.loads(parts[at]), **change}, separators=(",", ":")).encode()
    if signature:
        parts[2] = signature(parts[2])
    return ".".join(encoded(part) for part in parts)


def flipped(signature):
    """Another number, and still one of the right length."""
    return signature[:8] + bytes([signature[8] ^ 1]) + signature[9:]


def cases(issuer, root):
    """Tokens by name: `good`, and those that no client may take."""
    made = {"kind": "secret", "name": "a server"}
    server = ask(f"{issuer}/v1/tokens", root, made)["token"]

    def derive(**asked):
        reply = ask(f"{issuer}/v1/tokens/temporary", server, {"scopes": ["asset:read"], **asked})
        return reply["authorization"].removeprefix("Bearer ")

    good, expired, bound = derive(), derive(durationSeconds=1), derive(origins=[ORIGIN])
    # It is a good token: only who reads the keys alone must not take it, since its audience is the issuer alone.
    itself = ask(f"{issuer}/v1/tokens/self", bound, headers={"Origin": ORIGIN})
    assert itself["active"], itself
    assert json.loads(decoded(bound.split(".")[1]))["aud"] == issuer
    time.sleep(2.1)
    head, _, _ = good.rpartition(".")
    return {
        "good": good,
        "expired": expired,
        "bound_to_origins": bound,
        "foreign_audience": changed(good, claims={"aud": "https://other.example"}),
        "tampered_claims": changed(good, claims={"scope": "asset:write"}),
        "tampered_signature": changed(good, signature=flipped),
        "unknown_kid": changed(good, header={"kid": "nobody"}),
        "no_algorithm": changed(good, header={"alg": "none"}),
        "unsigned": f"{head}.",
    }


def main(dev, algorithm, mode):
    with tempfile.TemporaryDirectory() as folder:
        root_file = pathlib.Path(folder, "root")
        service = subprocess.Popen(
            [dev, "--port", "0", "--catalog", str(HERE / "catalog.toml"), "--root-token-file", str(root_file),
             "--algorithm", algorithm, "--signing-mode", mode, "--audience", AUDIENCE],
            stdout=subprocess.PIPE, text=True)
        try:
            line = service.stdout.readline()
            assert "http://" in line, f"cargo dev does not start: {line}"
            issuer = line[line.index("http://"):].strip()
            # Its last line comes after the token's file.
            while "try:" not in line:
                line = service.stdout.readline()
                assert line, "cargo dev does not start"
            # `RS256-3072` is RS256 with a longer key.
            given = {"issuer": issuer, "audience": AUDIENCE, "algorithm": algorithm.split("-")[0],
                     "cases": cases(issuer, root_file.read_text().strip())}
            print(f"{algorithm} {mode}", flush=True)
            failed = False
            for client in ([TOOLS / "bin/node", HERE / "verify.mjs"], [sys.executable, HERE / "verify.py"]):
                environment = {**os.environ, "HALLPASS_CLIENTS": str(TOOLS)}
                tried = subprocess.run(client, input=json.dumps(given), text=True, env=environment, timeout=60)
                failed |= tried.returncode != 0
            return 1 if failed else 0
        finally:
            service.terminate()
            service.wait(timeout=10)


sys.exit(main(*sys.argv[1:]))
