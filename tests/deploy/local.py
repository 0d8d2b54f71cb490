"""`cargo dev` as a process, for the scenarios that a deployment is held to."""

import os
import subprocess
from pathlib import Path

from client import Api, Hallpass
from deployment import ROOT


class Local:
    def __init__(self, folder):
        self.root_token = Path(folder) / "root-token"
        self.log = Path(folder) / "cargo-dev.log"

    def __enter__(self):
        dev = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/examples/dev"
        command = [dev, "--port", "0", "--root-token-file", self.root_token]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        said = []
        # Its last line comes after the token's file.
        while not said or not said[-1].startswith("try:"):
            said.append(self.process.stdout.readline())
            assert said[-1], f"cargo dev does not start: {self.log.read_text()}"
        url = said[0].split()[-1]
        return Hallpass(Api(url), self.root_token.read_text().strip())

    def __exit__(self, failure, *_):
        self.process.terminate()
        ended = self.process.wait(30)
        self.process.stdout.close()
        assert failure or ended == 0, f"cargo dev ends with {ended}"
