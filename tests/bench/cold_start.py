#!/usr/bin/env python3
"""Measures a function's cold start against a local stand-in for the Lambda Runtime API.

Usage: cold_start.py [-n STARTS] [-w WARM] [--event FILE] [--expect TEXT] [--vs OTHER_BOOTSTRAP] BOOTSTRAP

Starts the binary STARTS times, as Lambda does (one process an environment, one request at a time), and prints:
  init_ms    process start until the first GET /invocation/next   (Lambda's Init Duration)
  first_ms   first event handed out until its response            (first invocation)
  warm_ms    the same for the WARM events after it
  rss_mb     peak resident memory (VmHWM)
With --expect a reply without this text ends it. With --vs the two binaries start in turn, A B A B, and each figure's ratio A/B is printed too.
The environment is handed through, so AWS_ENDPOINT_URL_* can point at local emulators. Only the standard library.
"""
import argparse, json, os, queue, statistics, subprocess, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DEFAULT_EVENT = {
    "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "", "headers": {"host": "localhost"},
    "requestContext": {"accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "local",
                       "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
                       "requestId": "1", "routeKey": "$default", "stage": "$default", "time": "01/Jan/2026:00:00:00 +0000",
                       "timeEpoch": 1767225600000},
    "isBase64Encoded": False,
}


class Runtime(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, event):
        super().__init__(("127.0.0.1", 0), Handler)
        self.handle_error = lambda *_: None  # the killed child's sockets
        self.event = json.dumps(event).encode()
        self.never = threading.Event()
        self.asked, self.replies, self.go = threading.Event(), queue.Queue(), queue.Queue()
        self.first_ask = None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write a reply: else delayed ACKs add 40 ms

    def log_message(self, *_):
        pass

    def do_GET(self):
        rt = self.server
        if self.path.startswith("/2020-01-01/extension/event/next"):  # an internal extension waits here for SHUTDOWN
            rt.never.wait()
            return
        if rt.first_ask is None:
            rt.first_ask = time.perf_counter()
        rt.asked.set()
        if rt.go.get() is None:
            return
        self.send_response(200)
        for k, v in (("Lambda-Runtime-Aws-Request-Id", "00000000-0000-0000-0000-000000000001"),
                     ("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 30000)),
                     ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
                     ("Content-Type", "application/json"), ("Content-Length", str(len(rt.event)))):
            self.send_header(k, v)
        self.end_headers()
        self.wfile.write(rt.event)
        self.wfile.flush()

    def do_POST(self):
        n = int(self.headers.get("Content-Length") or 0)
        if n:
            body = self.rfile.read(n)
        else:
            body = b""
            while True:
                size = int(self.rfile.readline().strip() or b"0", 16)
                chunk = self.rfile.read(size)
                self.rfile.readline()
                if not size:
                    break
                body += chunk
        if self.path.startswith("/2020-01-01/extension/register"):
            self.send_response(200)
            self.send_header("Lambda-Extension-Identifier", "00000000-0000-0000-0000-00000000000e")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
            self.wfile.flush()
            return
        self.server.replies.put((time.perf_counter(), self.path, body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()


def once(binary, event, warm, show, expect=None):
    rt = Runtime(event)
    threading.Thread(target=rt.serve_forever, daemon=True).start()
    env = dict(os.environ, AWS_LAMBDA_RUNTIME_API=f"127.0.0.1:{rt.server_port}", AWS_LAMBDA_FUNCTION_NAME="bench",
               AWS_LAMBDA_FUNCTION_MEMORY_SIZE="128", AWS_LAMBDA_FUNCTION_VERSION="$LATEST", _HANDLER="bootstrap")
    env.setdefault("AWS_REGION", "us-east-1"); env.setdefault("AWS_ACCESS_KEY_ID", "x"); env.setdefault("AWS_SECRET_ACCESS_KEY", "x")
    t0 = time.perf_counter()
    p = subprocess.Popen([binary], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if not rt.asked.wait(30):
            sys.exit(f"{binary}: never asked for an event")
        init = rt.first_ask - t0
        times = []
        for _ in range(1 + warm):
            t = time.perf_counter()
            rt.go.put(True)
            at, path, body = rt.replies.get(timeout=30)
            times.append(at - t)
        if expect and expect not in body.decode(errors="replace"):
            sys.exit(f"{binary}: answered {body[:300].decode(errors='replace')} without `{expect}`")
        if show:
            print(f"# last reply of {binary}: {path} {body[:300].decode(errors='replace')}", file=sys.stderr)
        rss = next((int(l.split()[1]) / 1024 for l in open(f"/proc/{p.pid}/status") if l.startswith("VmHWM")), float("nan"))
    finally:
        p.kill(); p.wait(); rt.never.set(); rt.go.put(None); rt.shutdown(); rt.server_close()
    return {"init_ms": init * 1e3, "first_ms": times[0] * 1e3, "warm_ms": statistics.median(times[1:] or times) * 1e3, "rss_mb": rss}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bootstrap"); ap.add_argument("-n", type=int, default=7); ap.add_argument("-w", type=int, default=20)
    ap.add_argument("--event"); ap.add_argument("--vs"); ap.add_argument("--vs-event"); ap.add_argument("--show", action="store_true")
    ap.add_argument("--expect")
    a = ap.parse_args()
    load = lambda f: json.load(open(f)) if f else DEFAULT_EVENT
    runs = {"a": [], "b": []}
    for i in range(a.n):
        runs["a"].append(once(a.bootstrap, load(a.event), a.w, a.show and i == 0, a.expect))
        if a.vs:
            runs["b"].append(once(a.vs, load(a.vs_event), a.w, a.show and i == 0))
    for k in ("init_ms", "first_ms", "warm_ms", "rss_mb"):
        va = [r[k] for r in runs["a"]]
        line = f"{k:9} min {min(va):8.2f}  median {statistics.median(va):8.2f}  max {max(va):8.2f}"
        if a.vs:
            ratios = [x[k] / y[k] for x, y in zip(runs["a"], runs["b"])]
            line += f"   A/B median {statistics.median(ratios):.2f}"
        print(line)


main()
