"""Schemathesis against `cargo dev`: whatever the description allows is not refused by its form, whatever it does not allow
is, every reply is as described, and none is a fault.

    described.py DEV [EXAMPLES [OPTION OF SCHEMATHESIS …]]
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = pathlib.Path(sys.prefix)


def main(dev, examples="20", *options):
    with tempfile.TemporaryDirectory() as folder:
        root_file = pathlib.Path(folder, "root")
        service = subprocess.Popen([dev, "--port", "0", "--root-token-file", str(root_file)],
                                   stdout=subprocess.PIPE, text=True)
        try:
            line = service.stdout.readline()
            assert "http://" in line, f"cargo dev does not start: {line}"
            url = line[line.index("http://"):].strip()
            while "try:" not in line:
                line = service.stdout.readline()
                assert line, "cargo dev does not start"
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": "described_rules", "PYTHONPATH": str(HERE)}
            run = [TOOLS / "bin/schemathesis", "run", f"{url}/openapi.json", "--checks", "all",
                   "--exclude-checks", "positive_data_acceptance", "--phases", "examples,coverage,fuzzing",
                   "--max-examples", examples, "--seed", "1", "--continue-on-failure",
                   "--header", f"Authorization: Bearer {root_file.read_text().strip()}", *options]
            # In a folder of its own: it keeps what it has found for the next run.
            return subprocess.run(run, cwd=folder, env=environment).returncode
        finally:
            service.terminate()
            service.wait(timeout=10)


sys.exit(main(*sys.argv[1:]))
