"""Nothing of the course gives a string to a shell, opens a pickle from afar, or runs an action that may be moved."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("helpers", "backstage", "minibroker/src", "exercises", "tools")
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
# Who opens pickles, and from whom: through pipes of a process that they have started, or what they have packed.
OPENERS = {
    "backstage/schedules/packing.py",
    "exercises/02/checks.py",
    "exercises/judging.py",
    "helpers/cell.py",
    "helpers/isolated.py",
    "tools/warm.py",
}


def calls():
    """Each call in code of ours: the file, and the call. Answers of exercises are the reader's code, not ours."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name not in ("right.py", "wrong.py"):
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Call):
                        yield path.relative_to(ROOT).as_posix(), node


def test_no_shell_is_given_a_string():
    for path, call in calls():
        shell = [word.value for word in call.keywords if word.arg == "shell"]
        assert ast.unparse(call.func) not in SHELLS, (path, call.lineno)
        assert not shell or ast.unparse(shell[0]) == "False", (path, call.lineno)


def test_pickles_are_opened_in_these_places_alone():
    loads = re.compile(r"(cloud)?pickle\.loads?|_?loads?|(_?pickle\.)?Unpickler")
    found = {path for path, call in calls() if loads.fullmatch(ast.unparse(call.func))}
    assert found == OPENERS


@pytest.mark.parametrize("path", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_actions_are_named_by_their_commit(path):
    for line in re.findall(r"uses:.*", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", line), line
