"""What the workflows of continuous integration run is there: programs, targets of the Makefile, tests."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(path):
    for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_workflow_runs_is_there(path):
    run = "\n".join(step.get("run", "") for step in steps(path))
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake (\w+)", run):
        assert re.search(rf"^(\w+ )*{target}( \w+)*:", targets, re.MULTILINE), target
    for file in re.findall(r"(?<!\S)(?:tests/\S+\.py|notebooks|requirements\S*\.txt|\.ci/run)(?!\S)", run):
        assert (ROOT / file).exists(), file
    for module in re.findall(r"-m (tools\.\w+)", run):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists(), module


def test_each_system_and_the_ends_of_what_is_supported_are_tried_each_week():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    assert "schedule" in workflow[True]  # which is how YAML reads the word "on"
    linux, elsewhere = (workflow["jobs"][name]["strategy"]["matrix"] for name in ("linux", "elsewhere"))
    assert elsewhere["python"] == [linux["python"][0], linux["python"][-1]]
    assert elsewhere["system"] == ["macos-latest", "windows-latest"]
    assert {"python": linux["python"][0], "versions": "oldest"} in linux["include"]
    oldest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[1]
    assert linux["python"][0] == oldest


def test_lint_looks_at_the_workflows_where_it_can(tmp_path):
    program = tmp_path / "actionlint"
    program.write_text('#!/bin/sh\necho "$@"\nexit 1\n')
    program.chmod(0o755)
    for path, code in ((str(tmp_path), 1), ("", 0)):
        done = subprocess.run(
            [sys.executable, "tools/lint.py", "workflows"], cwd=ROOT, env={"PATH": path}, capture_output=True, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert ("test.yml" in done.stdout) is bool(code)
