"""Runs a command and writes down, as JSON, its exit code, CPU seconds and megabytes at the most, its children's too.

``python launching.py FILE COMMAND...``. It is small itself: what a process begins with counts in Linux what the one
that began it held, and a benchmark that serves an account holds much.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

told, *command = sys.argv[1:]
child = os.posix_spawnp(command[0], command, os.environ)
_, status, used = os.wait4(child, 0)
figures = (os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)
Path(told).write_text(json.dumps(figures), encoding="utf-8")
