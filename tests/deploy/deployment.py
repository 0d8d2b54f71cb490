"""Builds the functions, starts the emulator, and deploys the template to it with `infra/deploy`, which calls the real `sam`."""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import boto3
import requests

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
# What was built here, and runs here.
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]


def functions():
    return sorted(path.parents[1].name for path in (ROOT / "functions").glob("*/src/main.rs"))


def build(folder, as_built=False):
    """Every function as a zip where the template looks for it, seen from a copy of `infra`.

    In cargo's profile for tests: what they have compiled need not be compiled again. Without symbols, which are nine
    tenths of such a binary.
    """
    if not as_built:
        subprocess.run(["cargo", "build", "--locked", "--bins", "--example", "dev"], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
    for name in functions():
        zipped = folder / f"target/lambda/hallpass-{name}/bootstrap.zip"
        zipped.parent.mkdir(parents=True)
        binary = folder / name
        subprocess.run(["strip", "-o", binary, target / f"hallpass-{name}"], check=True)
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(binary, "bootstrap")
        binary.unlink()
    shutil.copytree(ROOT / "infra", folder / "infra", ignore=shutil.ignore_patterns("*.rs", "local", "embedded"))


class Emulator:
    """ministack, as emulator.py mends it."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))},
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(folder / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
        }
        self.process = None

    def __enter__(self):
        command = [sys.executable, Path(__file__).parent / "emulator.py", str(self.port), self.folder]
        with (self.folder / "emulator.log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment, cwd=self.folder)
        for _ in range(120):
            try:
                requests.get(f"{self.url}/_hallpass/calls", timeout=5)
                return self
            except requests.RequestException:
                if self.process.poll() is not None:
                    break
                time.sleep(0.5)
        raise RuntimeError(f"the emulator does not start: see {self.folder}/emulator.log")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def deploy(self, stack, template, **parameters):
        """Deploys as infra/README.md says, and answers the stack's outputs."""
        if template == "template.yaml":
            command = [self.folder / "infra/deploy"]
            parameters = {"Architecture": ARCHITECTURE, **parameters}
        else:
            command = ["sam", "deploy"]
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        done = subprocess.run(
            [*command, "--no-confirm-changeset", "--stack-name", stack]
            + ["--template", template, "--config-file", self.folder / "infra/samconfig.toml"]
            + (["--parameter-overrides", *overrides] if overrides else []),
            cwd=self.folder / "infra",
            env={**self.environment, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode:
            raise RuntimeError(f"the deployment of {template} failed:\n{done.stdout}")
        described = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )

    def invoke(self, function, payload):
        """An invocation with IAM: (whether it went well, the reply)."""
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload).encode())
        return "FunctionError" not in answer, json.loads(answer["Payload"].read())

    def calls(self):
        return requests.get(f"{self.url}/_hallpass/calls", timeout=30).json()

    def stop_functions(self):
        requests.post(f"{self.url}/_hallpass/stop-functions", timeout=300).raise_for_status()
