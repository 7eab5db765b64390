"""
CPU that each function's cold start costs: importing its `main.py` in a fresh process.

User and system time of the whole process, median of seven, beside a bare Python
and the libraries that a careless function would import.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path

from showrunner.harness.template import load_template

PROJECT = Path(__file__).parents[2]
RUNS = 7
LOAD = "import runpy; runpy.run_path({source!r}, run_name='main')"


def cpu_ms(code: str) -> float:
    """User and system time of a fresh Python that runs `code`, in ms, median."""
    return statistics.median(_one(code) for _ in range(RUNS))


def _one(code: str) -> float:
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)
    after = os.times()
    spent = after.children_user + after.children_system
    return 1000 * (spent - before.children_user - before.children_system)


def main() -> None:
    bare = cpu_ms("pass")
    print(f"{'bare Python':32} {bare:6.0f} ms")
    for library in ("pydantic", "aws_lambda_powertools.event_handler", "boto3", "flask"):
        print(f"{'import ' + library:32} {cpu_ms(f'import {library}'):6.0f} ms")
    for function in load_template(PROJECT / "template.yaml").functions:
        spent = cpu_ms(LOAD.format(source=str(function.source)))
        print(f"{function.name:32} {spent:6.0f} ms")


if __name__ == "__main__":
    main()
