"""Functions of `provided.al2023` as Lambda runs them: processes that take one invocation at a time, stay warm, and are
told to stop (SIGTERM) if an extension is registered.

ministack starts a process an invocation and, until it has killed it, serves it the same event again: a function could
run twice, and nothing that is kept in memory was ever tested.
"""

import hashlib
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
import uuid
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CODE = Path(tempfile.gettempdir())
# More than Lambda gives: a busy machine is no reason to lose what is in memory.
SHUTDOWN_SECONDS = 30


class Pool:
    """The warm processes of every function."""

    def __init__(self, logs):
        self.logs = logs
        self.lock = threading.Lock()
        self.idle = {}
        # A process that is forked while another thread writes a binary holds it open, and it cannot be run.
        self.starting = threading.Lock()

    def invoke(self, name, code_zip, variables, timeout, event):
        version = hashlib.sha256(code_zip + json.dumps(variables, sort_keys=True).encode()).hexdigest()
        with self.lock:
            waiting = self.idle.setdefault(name, [])
            outdated = [one for one in waiting if one.version != version]
            self.idle[name] = waiting = [one for one in waiting if one.version == version]
            environment = waiting.pop() if waiting else None
        for one in outdated:
            one.stop()
        if environment is None:
            with self.starting:
                environment = Environment(version, unpacked(code_zip), variables, self.logs / f"{name}.log")
        answer = environment.invoke(event, timeout)
        if answer is None:
            environment.stop()
            return {"errorMessage": f"Task timed out after {timeout} seconds"}, True
        with self.lock:
            self.idle[name].append(environment)
        return answer

    def stop(self):
        """Ends every process in the way that lets it write down what it has gathered."""
        with self.lock:
            all_of_them = [one for waiting in self.idle.values() for one in waiting]
            self.idle = {}
        for one in all_of_them:
            one.stop()


class Environment:
    """One process and its runtime API."""

    def __init__(self, version, folder, variables, log):
        self.version = version
        self.events = queue.Queue()
        self.answers = queue.Queue()
        self.stopping = threading.Event()
        self.server = Server(("127.0.0.1", 0), api_of(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{self.server.server_address[1]}"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [folder / "bootstrap"],
                cwd=folder,
                env=variables | {"AWS_LAMBDA_RUNTIME_API": address, "LAMBDA_TASK_ROOT": str(folder)},
                stdout=output,
                stderr=output,
            )

    def invoke(self, event, timeout):
        self.events.put((str(uuid.uuid4()), json.dumps(event), time.time() + timeout))
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                return self.answers.get(timeout=0.2)
            except queue.Empty:
                if self.process.poll() is not None and self.answers.empty():
                    return {"errorMessage": f"the runtime exited with {self.process.returncode}"}, True
        return None

    def stop(self):
        self.stopping.set()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.server.shutdown()
        self.server.server_close()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A process that ends leaves its connections: that is no error."""


def api_of(environment):
    """Lambda's runtime API (2018-06-01) and extensions API (2020-01-01) for one process."""

    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path.endswith("/extension/event/next"):
                environment.stopping.wait()
                return self.answer(200, b"{}")
            while not environment.stopping.is_set():
                try:
                    identity, event, deadline = environment.events.get(timeout=0.2)
                except queue.Empty:
                    continue
                headers = {
                    "Lambda-Runtime-Aws-Request-Id": identity,
                    "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
                    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:000000000000:function:local",
                }
                return self.answer(200, event.encode(), headers)
            self.close_connection = True

        def do_POST(self):
            body = self.body()
            if self.path.endswith("/extension/register"):
                function = json.dumps({"functionName": "local", "functionVersion": "$LATEST", "handler": "bootstrap"})
                return self.answer(200, function.encode(), {"Lambda-Extension-Identifier": str(uuid.uuid4())})
            if self.path.endswith(("/response", "/error")):
                environment.answers.put((json.loads(body or b"null"), self.path.endswith("/error")))
            self.answer(202, b"")

        def body(self):
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def answer(self, status, body, headers=None):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Api


def unpacked(code_zip):
    folder = CODE / f"function-{hashlib.sha256(code_zip).hexdigest()[:16]}"
    if not folder.exists():
        archive = CODE / f"{uuid.uuid4()}.zip"
        archive.write_bytes(code_zip)
        fresh = CODE / f"{uuid.uuid4()}"
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(fresh)
        (fresh / "bootstrap").chmod(0o755)
        archive.unlink()
        fresh.rename(folder)
    return folder
