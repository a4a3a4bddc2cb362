"""Test suites that others wrote for their clients, run against the embedded broker and against RabbitMQ.

python -m tools.client_suites                 run all of them; needs RabbitMQ, git and the internet
python -m tools.client_suites pika kombu      run these
python -m tools.client_suites --sources DIR   take the clones from there, each in a folder of its client's name

`client_suites.toml` says where each suite comes from, and which of its tests may end otherwise here than with RabbitMQ,
and why. Each other difference fails the run, and so does one of the list that is none any more. Both brokers listen on
port 5672 in turn, for some suites know no other; what differs once is tried again, for some of them are not steady.
"""

import argparse
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

from backstage.brokers import Node, Realm, find_server
from backstage.processes import Child, listens
from exercises.predicting import tomllib

PORT = 5672
LIST = Path(__file__).with_suffix(".toml")
TIMEOUT = 60  # seconds that a test may take
PYTEST = ["pytest", "pytest-reportlog", "pytest-rerunfailures", "pytest-timeout"]


@contextmanager
def embedded():
    with Child([sys.executable, "-m", "minibroker", "--port", str(PORT)], ready="listens on") as child:
        yield
        if "Traceback" in child.output or not child.running:
            sys.exit(f"minibroker did not survive:\n{child.output}")


@contextmanager
def rabbitmq():
    with closing(Realm(find_server())) as realm:
        Node(realm, port=PORT, settings=["default_pass = guest"]).start(timeout=300)
        yield


def run(*command, **options):
    """Run a program, and show what it said only if it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")


class Suite:
    """The tests of one client, in a clone of its repository and an environment of its own.

    Parameters
    ----------
    name : str
    terms : dict
        Its part of the list.
    folder : pathlib.Path
        Where clone and environment are made.
    sources : pathlib.Path or None
        Where clones are already.
    """

    def __init__(self, name, terms, folder, sources):
        self.name, self.terms, self.tree, self.log = name, terms, folder / name / "tree", folder / name / "log.json"
        self.said = folder / name / "said.txt"  # by pytest, or by a test that outlives it
        self.python = folder / name / "venv/bin/python"
        if sources and not (sources / name).is_dir():
            sys.exit(f"There is no clone of {name} in {sources}: clone {terms['from']} there, or leave --sources out.")
        if sources:
            shutil.copytree(sources / name, self.tree, dirs_exist_ok=True)
        else:
            run("git", "clone", "--quiet", "--filter=blob:none", terms["from"], self.tree)
            run("git", "checkout", "--quiet", terms["commit"], cwd=self.tree)
        for path, text in terms.get("files", {}).items():
            (self.tree / path).write_text(text)
        run(sys.executable, "-m", "venv", folder / name / "venv")
        run(self.python, "-m", "pip", "install", "--quiet", self.tree, *PYTEST, *terms["install"])

    def play(self, broker, tests=None):
        """Return how each test ends on this broker, by its name: "passed", "failed" or "skipped"."""
        self.log.unlink(missing_ok=True)
        command = [
            self.python,
            "-m",
            "pytest",
            f"--report-log={self.log}",
            f"--timeout={TIMEOUT}",
            "-p",
            "no:cacheprovider",
            *self.terms.get("options", []),
        ]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
        with broker(), self.said.open("w") as said:
            subprocess.run(
                [*map(str, command), *(tests or self.terms["tests"])],
                cwd=self.tree,
                env=environment | self.terms.get("environment", {}),
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        if not self.log.exists():
            sys.exit(f"{self.name} did not begin:\n{self.said.read_text(errors='replace')}")
        ends = {}
        for line in self.log.read_text().splitlines():
            report = json.loads(line)
            if report.get("$report_type") != "TestReport" or ends.get(report["nodeid"]) == "failed":
                continue
            if report["outcome"] != "passed" or report["when"] == "call":  # what came before may have failed or skipped
                ends[report["nodeid"]] = report["outcome"]
        return ends

    def compare(self):
        """Print what was found; return a sentence for each test whose end is not what the list says."""
        here, there = self.play(embedded), self.play(rabbitmq)
        differ = sorted(test for test in {*here, *there} if here.get(test) != there.get(test))
        if differ:
            again = self.play(embedded, differ), self.play(rabbitmq, differ)
            differ = [test for test in differ if again[0].get(test) != again[1].get(test)]
        ends = list(here.values())
        print(f"{self.name}: {len(here)} tests, {ends.count('passed')} passed here, ", end="")
        print(f"{list(there.values()).count('passed')} with RabbitMQ, {len(differ)} differ", flush=True)
        reasons = self.terms.get("differences", {})
        known = {each: [test for test in differ if fnmatch.fnmatchcase(test, each)] for each in reasons}
        for pattern, tests in known.items():
            print(f"  {len(tests)} {pattern}: {reasons[pattern]}")
        new = [test for test in differ if not any(test in tests for tests in known.values())]
        return [f"{test}: {here.get(test)} here, {there.get(test)} with RabbitMQ" for test in new] + [
            f"{pattern} does not differ any more" for pattern, tests in known.items() if not tests
        ]


def main():
    suites = tomllib.loads(LIST.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="client", help=f"of {', '.join(suites)}")
    parser.add_argument("--sources", type=Path, help="a folder that holds the clones already")
    parser.add_argument("--folder", type=Path, help="where to work, instead of a folder that goes afterwards")
    options = parser.parse_args()
    if unknown := set(options.names) - set(suites):
        parser.error(f"there is no suite {' or '.join(unknown)}")
    if listens(PORT):
        parser.error(f"another program has port {PORT}")
    if not find_server():
        parser.error("RabbitMQ is not installed: `make rabbitmq` installs it")
    complaints = []
    with tempfile.TemporaryDirectory(prefix="course-suites-") as folder:
        for name in options.names or suites:
            suite = Suite(name, suites[name], options.folder or Path(folder), options.sources)
            complaints += [f"{name}: {each}" for each in suite.compare()]
    if complaints:
        sys.exit("\n".join(["", "Not as client_suites.toml says:", *complaints]))


if __name__ == "__main__":
    main()
