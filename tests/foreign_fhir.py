"""Connects uketsuke to a FHIR store that others wrote and that knows nothing of eligibility, and compares
what comes of it with tests/foreign-fhir/expected.json, which was written down before the first run.

Usage: foreign_fhir.py PROGRAM FOLDER, where FOLDER holds server.mjs and its node_modules.
"""

import json
import pathlib
import subprocess
import sys
import tempfile


def write_bindings(program, path):
    """Has `serve` write its template, which names the people of our own deck."""
    serve = subprocess.Popen(
        [program, "serve", "--fhir", "127.0.0.1:0", "--bindings", path, "--format", "json"],
        stdout=subprocess.PIPE,
    )
    serve.stdout.readline()
    serve.terminate()
    serve.wait(timeout=20)


def main(program, folder):
    here = pathlib.Path(__file__).parent
    expected = json.loads((here / "foreign-fhir" / "expected.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        bindings = pathlib.Path(scratch) / "bindings.yaml"
        log = pathlib.Path(scratch) / "store.log"
        with log.open("w") as errors:
            store = subprocess.Popen(
                ["node", "server.mjs"], cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
            )
            try:
                base = store.stdout.readline().strip()
                write_bindings(program, bindings)
                run = subprocess.run(
                    [program, "run", "--backend", f"fhir:{base}", "--bindings", bindings]
                    + ["--timeout", "1", "--format", "json"],
                    stdout=subprocess.PIPE,
                    text=True,
                    timeout=300,
                )
            finally:
                store.terminate()
                store.wait(timeout=20)
        complaints = [line for line in log.read_text().splitlines() if line.startswith("invalid") and "$submit" not in line]
        kept = [line for line in log.read_text().splitlines() if line.startswith("valid")]

    wrong = []
    for scenario in json.loads(run.stdout)["scenarios"]:
        want = expected["verdicts"].get(scenario["id"], expected["all others"])
        if scenario["verdict"] != want:
            wrong.append(f"{scenario['id']}: {scenario['verdict']}, expected {want}")
        wrong += [
            f"{scenario['id']}: blames the store for {finding['requirement']}: {finding['message']['en']}"
            for finding in scenario["findings"]
            if finding["verdict"] in ("fail", "error")
        ]
    if run.returncode != expected["exit code"]:
        wrong.append(f"ended with {run.returncode}, expected {expected['exit code']}")
    wrong += [f"the store's validator: {line}" for line in complaints]
    if not kept:
        wrong.append("the store was never given a request")
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    print(f"{len(kept)} of our requests were found valid by the store; {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
