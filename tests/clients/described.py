"""Schemathesis against `cargo dev`: whatever the description allows is not refused by its form, whatever it does not allow
is, every reply is as described, and none is a fault.

    described.py DEV [EXAMPLES [OPTION OF SCHEMATHESIS …]]

The same requests each time: the seed is fixed, and none is made of what an earlier reply held. None of them ends its own
caller: that one lives in an environment which no request names.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = pathlib.Path(sys.prefix)
CONFIGURATION = """
[phases.examples.extra-data-sources]
responses = false
[phases.coverage.extra-data-sources]
responses = false
[phases.fuzzing.extra-data-sources]
responses = false
"""


def ask(url, token, body=None):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as reply:
        return json.load(reply)


def caller(url, root):
    """A token that may do all that the root token may, in an environment of its own."""
    itself = ask(f"{url}/v1/tokens/self", root)
    ask(f"{url}/v1/accounts/{itself['account']}/environments", root, {"name": "schemathesis/caller"})
    made = {"kind": "management", "name": "Schemathesis", "environment": "schemathesis/caller", "scopes": itself["scopes"]}
    return ask(f"{url}/v1/tokens", root, made)["token"]


def main(dev, examples="10", *options):
    with tempfile.TemporaryDirectory() as folder:
        root_file = pathlib.Path(folder, "root")
        service = subprocess.Popen([dev, "--port", "0", "--root-token-file", str(root_file)],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            line = service.stdout.readline()
            assert "http://" in line, f"cargo dev does not start: {line}"
            url = line[line.index("http://"):].strip()
            while "try:" not in line:
                line = service.stdout.readline()
                assert line, "cargo dev does not start"
            token = caller(url, root_file.read_text().strip())
            pathlib.Path(folder, "schemathesis.toml").write_text(CONFIGURATION)
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": "described_rules", "PYTHONPATH": str(HERE)}
            run = [TOOLS / "bin/schemathesis", "run", f"{url}/openapi.json", "--checks", "all",
                   "--exclude-checks", "positive_data_acceptance", "--phases", "examples,coverage,fuzzing",
                   "--max-examples", examples, "--seed", "1", "--continue-on-failure",
                   # How long a busy machine takes is nobody's fault.
                   "--suppress-health-check", "all", "--request-timeout", "60",
                   "--header", f"Authorization: Bearer {token}", *options]
            # In a folder of its own: it keeps what it has found for the next run.
            return subprocess.run(run, cwd=folder, env=environment).returncode
        finally:
            service.terminate()
            service.wait(timeout=10)


sys.exit(main(*sys.argv[1:]))
