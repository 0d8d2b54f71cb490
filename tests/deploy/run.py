"""Runs the scenarios against `cargo dev`, deploys the template to an AWS emulator on this machine, and runs them again
through API Gateway.

    .tools/deploy/bin/python tests/deploy/run.py           # .ci/run's last step; `.ci/deploy-tools` installs it
    .tools/deploy/bin/python tests/deploy/run.py --keep    # … and leaves it running
    .tools/deploy/bin/python tests/deploy/run.py --url http://127.0.0.1:9000 --root-token-file /tmp/root

The last one runs the same scenarios against a `cargo dev` that runs already.
"""

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

import deployed
import scenarios
from client import Api, Hallpass
from deployment import Emulator, build
from local import Local


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a Hallpass that runs already")
    parser.add_argument("--root-token-file", type=Path, help="its management token")
    parser.add_argument("--only", default="", help="run the scenarios whose name holds this")
    parser.add_argument("--as-built", action="store_true", help="take the functions as they were built last")
    parser.add_argument("--keep", action="store_true", help="leave the deployment running until Enter")
    arguments = parser.parse_args()
    results = Results(arguments.only)
    if arguments.url:
        root = arguments.root_token_file.read_text().strip()
        hallpass = Hallpass(Api(arguments.url), root)
        results.run_all(scenarios.ALL, hallpass)
        return results.tell()
    with tempfile.TemporaryDirectory(prefix="hallpass-deploy-") as folder:
        step("build the functions", build, Path(folder), arguments.as_built)
        with Local(Path(folder)) as hallpass:
            print("cargo dev", flush=True)
            results.run_all(scenarios.ALL, hallpass)
        with Emulator(Path(folder)) as emulator:
            deployment = step("deploy, bootstrap", deployed.start, emulator)
            results.run_all(deployed.FIRST, deployment)
            results.run_all(scenarios.ALL, deployment.hallpass)
            results.run_all(deployed.ALL, deployment)
            if not arguments.only:
                results.run_all(deployed.LAST, deployment)
            failed = results.tell()
            if failed:
                tell_errors(Path(folder))
            if arguments.keep:
                root = deployment.hallpass.root
                print(f"{emulator.url}  Host: {deployment.hallpass.api.url}  Bearer {root}  logs: {folder}")
                input("Enter to end")
    return failed


def step(name, do, *given):
    began = time.monotonic()
    done = do(*given)
    print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    return done


def tell_errors(folder):
    """What the functions logged as errors, and the emulator at all."""
    for log in sorted(folder.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        signs = ("",) if log.name == "emulator.log" else ('"level":"ERROR"', "panicked")
        for line in [line for line in lines if any(sign in line for sign in signs)][-20:]:
            print(f"{log.name}: {line[:600]}")


class Results:
    def __init__(self, only):
        self.only = only
        self.passed, self.failed = 0, 0

    def run_all(self, every, about):
        for scenario in every:
            if self.only not in scenario.__name__:
                continue
            began = time.monotonic()
            try:
                scenario(about)
            except Exception:
                self.failed += 1
                print(f"FAILED {scenario.__name__}\n{traceback.format_exc(limit=-4)}", flush=True)
            else:
                self.passed += 1
                print(f"ok     {scenario.__name__} ({time.monotonic() - began:.1f} s)", flush=True)

    def tell(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0


if __name__ == "__main__":
    sys.exit(main())
