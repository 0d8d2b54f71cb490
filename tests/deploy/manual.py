"""The commands of infra/README.md, as an operator pastes them: with the AWS CLI and SAM, against the emulator."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from client import Api, expect

README = (Path(__file__).resolve().parents[2] / "infra/README.md").read_text()


class Shell:
    """A shell in a folder of its own, in which the functions `output` and `invoke` of the README are known."""

    def __init__(self, deployment):
        emulator = deployment.emulator
        self.folder = emulator.folder / "infra"
        tools = Path(sys.executable).parent
        self.environment = emulator.environment | {"PATH": f"{tools}:{os.environ['PATH']}"}
        self.known = "\n".join(block(r"output\(\) \{")[:3])

    def run(self, command):
        # Nobody is there to say yes.
        command = command.replace("sam deploy", "sam deploy --no-confirm-changeset")
        done = subprocess.run(
            ["bash", "-euc", f"{self.known}\n{command}"],
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert not done.returncode, f"{command}\n{done.stdout}"
        return done.stdout

    def read(self, name):
        return json.loads((self.folder / name).read_text())


def block(begin):
    """The indented lines from the one that begins so."""
    indented = re.search(rf"^    ({begin}.*(?:\n    .*)*)", README, re.MULTILINE)
    assert indented, f"infra/README.md has no command that begins with {begin}"
    return [line.removeprefix("    ") for line in indented[1].splitlines()]


def inline(pattern):
    """The command between backticks that holds this; it may go over the end of a line."""
    commands = [re.sub(r"\s*\n\s*", " ", one) for one in re.findall(r"`([^`]+)`", README)]
    found = [one for one in commands if pattern in one and "invoke " in one]
    assert len(found) == 1, f"{pattern}: {found}"
    return found[0]


def the_readmes_commands_do_what_it_says(deployment):
    shell, hallpass = Shell(deployment), deployment.hallpass
    refused = block(r"output\(\) \{")[3]
    assert "already" in shell.run(refused), "a second bootstrap says that it is one"
    shell.run(inline('"recover":true'))
    assert (shell.folder / "root.json").stat().st_mode & 0o077 == 0, "others may read the management token"
    hallpass.root = shell.read("root.json")["token"]
    assert hallpass.show("/v1/tokens/self")["active"] is True
    shell.run(inline('"rotate":true'))
    # The next key is younger than a day, and does not sign yet: it can be done without.
    rotated = shell.read("keys.json")
    shell.run(inline('"retire":').replace("<kid>", rotated["next"]["kid"]))
    retired = shell.read("keys.json")
    assert any(rotated["next"]["kid"] in json.dumps(did) for did in retired["did"]), retired
    assert retired["current"] == rotated["current"], retired
    url = shell.run("output ApiUrl").strip()
    assert url == deployment.outputs["ApiUrl"]
    shell.run("\n".join(block("sam deploy --template examples/protected-api.yaml")))
    [example] = deployment.emulator.client("cloudformation").describe_stacks(StackName="hallpass-example")["Stacks"]
    [url] = [output["OutputValue"] for output in example["Outputs"] if output["OutputKey"] == "ApiUrl"]
    api = Api(url, through=deployment.emulator.url)
    expect(api.get("/v1/assets/1", token=hallpass.mint("secret")["token"]), 200)
    expect(api.get("/v1/assets/1", token="junk"), 403)
