"""Runs the second mock cloud on a socket that is open already, and ends with its standard input.

It is run by the interpreter of that mock cloud's own environment, so it imports nothing of ours and nothing of its.
"""

import os
import runpy
import sys
import threading


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    # In this process and no other: a worker of hypercorn's would outlive it.
    sys.argv = ["hypercorn", "--workers", "0", "--bind", f"fd://{sys.argv[1]}", "ministack.app:app"]
    runpy.run_module("hypercorn", run_name="__main__", alter_sys=True)
