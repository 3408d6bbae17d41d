"""Plays every bundled scenario against `uketsuke serve --fhir`, and has each FHIR message that passes,
requests and answers alike, judged by the package fhir.resources (R4B), which others wrote.

Usage: fhir_judge.py PROGRAM. Ends with 1 on the first kind of message that is not accepted, or if the
run itself does not pass. SIMULATION: every person in these messages is made up.
"""

import collections
import http.client
import http.server
import json
import subprocess
import sys
import threading

from fhir.resources.R4B import get_fhir_model_class

FHIR = "application/fhir+json"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Judge:
    """Counts what was accepted, and keeps what was not."""

    def __init__(self):
        self.lock = threading.Lock()
        self.accepted = collections.Counter()
        self.refused = []

    def look_at(self, direction, content_type, body):
        if not (content_type or "").startswith(FHIR) or not body:
            return
        resource = json.loads(body)
        kind = resource.get("resourceType", "nothing that names its type")
        try:
            get_fhir_model_class(kind).model_validate(resource)
        except (KeyError, ValueError) as error:
            with self.lock:
                self.refused.append(f"{direction} {kind}: {str(error)[:800]}\n{body.decode()[:2000]}")
        else:
            with self.lock:
                self.accepted[f"{direction} {kind}"] += 1


def proxy_to(port, judge):
    """Passes everything on to the server at `port`, past the judge."""

    class Proxy(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        upstream = None

        def pass_on(self):
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            judge.look_at("request", self.headers.get("content-type"), body)
            if self.upstream is None:
                self.upstream = http.client.HTTPConnection("127.0.0.1", port)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
            self.upstream.request(self.command, self.path, body, headers)
            answer = self.upstream.getresponse()
            content = answer.read()
            judge.look_at("answer", answer.getheader("content-type"), content)
            self.send_response_only(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in HOP_BY_HOP:
                    self.send_header(key, value)
            if answer.status != 204:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = pass_on

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main(program):
    serve = subprocess.Popen(
        [program, "serve", "--fhir", "127.0.0.1:0", "--format", "json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = json.loads(serve.stdout.readline())["fhir"]
        judge = Judge()
        port = proxy_to(int(address.split(":")[2].split("/")[0]), judge)
        run = subprocess.run(
            [program, "run", "--backend", f"fhir:http://127.0.0.1:{port}/fhir"],
            stdout=subprocess.PIPE,
            text=True,
            timeout=300,
        )
        print(run.stdout.splitlines()[-1])
    finally:
        serve.terminate()
        serve.wait(timeout=20)
    for kind, count in sorted(judge.accepted.items()):
        print(f"{count:6} {kind}")
    kinds = {"request CoverageEligibilityRequest", "answer CoverageEligibilityResponse", "answer OperationOutcome"}
    missing = kinds - set(judge.accepted)
    for refused in judge.refused[:3]:
        print(f"NOT ACCEPTED {refused}", file=sys.stderr)
    if judge.refused or missing or run.returncode != 0:
        print(f"{len(judge.refused)} not accepted, never seen: {missing}, run ended with {run.returncode}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
