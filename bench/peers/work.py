"""The loop of a peer in Python: says `ready`, then does and measures what each line of its input asks for."""

import json
import sys
import time


def serve(**works):
    """Answers `NAME N` with the CPU time and the proof of `works[NAME](N)`, which returns (count, proof)."""
    print("ready", flush=True)
    for line in sys.stdin:
        name, times = line.split()
        before = time.process_time()
        count, proof = works[name](int(times))
        cpu = time.process_time() - before
        # A proof that takes work of its own is worked out here, where it is not measured.
        proof = proof() if callable(proof) else proof
        print(json.dumps({"cpu": cpu, "count": count, "proof": proof}), flush=True)


def lines(path):
    """The lines of a file."""
    return path.read_text(encoding="utf-8").splitlines()
