"""What `make lint` and the hooks before a commit say, that they can complain, and that CONTRIBUTING.md is true."""

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from tools import lint, tidy
from tools.refresh import as_stored

ROOT = Path(__file__).resolve().parent.parent
MISSPELT = "".join(["a", "dn"])  # or it would be found here


@pytest.mark.parametrize("check", lint.CHECKS)
def test_lint_has_nothing_to_say(check, capfd):
    assert lint.passes(check), "".join(capfd.readouterr())


def test_hooks_are_the_checks_of_lint():
    [repo] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert {hook["id"]: hook["entry"] for hook in repo["hooks"]} == {
        check: f"make lint ARGS={check}" for check in lint.CHECKS
    }
    assert repo["repo"] == "local" and {hook["language"] for hook in repo["hooks"]} == {"system"}


@pytest.fixture
def course(tmp_path):
    """A small course, with the tools and the settings of this one."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "README.md").write_text("# Buns\n\n## Steam, and sell\n\n[steam](#steam-and-sell)\n", encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# 0. Start here 包子\n\n## Bake a bun\n\n[contents](../README.md)"),
            nbformat.v4.new_code_cell("buns = 1", execution_count=1),
            nbformat.v4.new_markdown_cell("[bake](#Bake-a-bun) in the [oven](00_start_here.ipynb#Bake-a-bun)"),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}},
    )
    (tmp_path / "notebooks" / "00_start_here.ipynb").write_text(as_stored(book), encoding="utf-8")
    return tmp_path


def run_lint(course, *checks):
    return subprocess.run(
        [sys.executable, "tools/lint.py", *checks], cwd=course, capture_output=True, text=True, timeout=300
    )


def test_lint_is_content_with_a_clean_course(course):
    done = run_lint(course)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    [
        ("ruff", "notebooks/00_start_here.ipynb", "buns = 1", "import os"),
        ("ruff", "tools/lint.py", "import argparse\n", "import argparse\nimport re\n"),
        ("format", "notebooks/00_start_here.ipynb", "buns = 1", "buns=1"),
        ("spelling", "notebooks/00_start_here.ipynb", "[oven]", f"[oven {MISSPELT} stove]"),
        ("spelling", "README.md", "# Buns", f"# Steamed {MISSPELT} sold"),
        ("links", "notebooks/00_start_here.ipynb", "../README.md", "../READ_ME.md"),
        ("links", "notebooks/00_start_here.ipynb", "../README.md", "../README.md#sell"),
        ("links", "notebooks/00_start_here.ipynb", "(#Bake-a-bun)", "(#Bake-bun)"),
        ("links", "notebooks/00_start_here.ipynb", "here.ipynb#Bake-a-bun", "here.ipynb#Bake-bun"),
        ("links", "README.md", "[steam](#steam-and-sell)", "[steam](#steam)"),
        ("links", "README.md", "[steam](#steam-and-sell)", "[steam][bun]\n\n[bun]: images/bun.png"),
    ],
)
def test_lint_notices_a_fault(course, check, file, old, new):
    path = course / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    done = run_lint(course, check)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"Not clean: {check}."), done.stdout + done.stderr


def test_an_unknown_check_is_named(course):
    done = run_lint(course, "ruff", "taste")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No such check: taste. There are ruff, format, tidy, spelling, links, workflows.\n"


def run_tidy(course, *arguments):
    with pytest.raises(SystemExit) as end:
        tidy.main(arguments, root=course)
    return end.value.code


@pytest.mark.parametrize(
    ("old", "new", "mended"),
    [
        ('"execution_count": 1', '"execution_count": 2', False),
        ('"metadata": {}', '"metadata": {"collapsed": false}', True),
        ('"name": "python3"', '"name": "bakery"', True),
        ('\n "cells"', '\n  "cells"', True),
    ],
)
def test_tidy_notices_a_fault_and_mends_it_if_nothing_must_run(course, capsys, old, new, mended):
    path = course / "notebooks" / "00_start_here.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert run_tidy(course, "--check") == 1
    assert capsys.readouterr().err.startswith(f"{Path('notebooks', path.name)}: ")
    assert run_tidy(course) == 0
    assert run_tidy(course, "--check") == (0 if mended else 1)


def folders_here():
    """The folders of the course, without those that git ignores and those that are hidden."""
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line]
    return {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name[0] != "." and not any(fnmatch.fnmatch(path.name, each) for each in ignored)
    }


def test_the_tree_in_contributing_has_every_folder_and_no_other():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"^(\w+)/ ", text, re.MULTILINE)
    assert set(named) == folders_here() and len(named) == len(set(named))


def test_contributing_has_six_rules_at_most():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rules = text.partition("## Six rules\n")[2].partition("\n## ")[0]
    assert re.findall(r"^(\d+)\. ", rules, re.MULTILINE) == list("123456")
