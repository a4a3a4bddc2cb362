"""The tool that runs the tests again and again tells a test that fails now and then from one that does not."""

import pytest

from tools import soak

COUNTED = """
from pathlib import Path

def test_buns():
    file = Path(__file__).with_name("runs")
    runs = len(file.read_text()) if file.exists() else 0
    file.write_text("x" * (runs + 1))
    assert runs != {bad}
"""


@pytest.mark.parametrize(
    ("bad", "code", "told"),
    [
        (None, 0, [": 1 passed in ", ": 1 passed in ", "2 of 2 runs were green."]),
        (
            1,
            1,
            [": 1 passed in ", ": 1 failed in ", "    FAILED test_counted.py::test_buns", "1 of 2 runs were green."],
        ),
    ],
)
def test_what_fails_now_and_then_is_counted(tmp_path, monkeypatch, capfd, bad, code, told):
    monkeypatch.setattr(soak, "ROOT", tmp_path)
    monkeypatch.setattr(soak, "LOGS", tmp_path / "soak")
    (tmp_path / "test_counted.py").write_text(COUNTED.format(bad=bad))
    assert soak.main(["--runs", "2", "--busy", "1", "--", "-p", "no:cacheprovider", "-p", "no:nbval"]) == code
    shown, errors = capfd.readouterr()
    lines = shown.splitlines()
    assert len(lines) == len(told) and errors == ""
    assert all(part in line for part, line in zip(told, lines, strict=True)), lines
    assert "beside 0 busy processes" in lines[0] and "beside 1 busy processes" in lines[1]
    assert "test_counted.py" in (tmp_path / "soak" / "run-2.txt").read_text()


def test_a_run_that_does_not_get_to_its_end_is_not_green(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(soak, "ROOT", tmp_path)
    monkeypatch.setattr(soak, "LOGS", tmp_path / "soak")
    (tmp_path / "test_gone.py").write_text("import os\n\ndef test_gone(): os._exit(9)\n")
    assert soak.main(["--runs", "1"]) == 1
    assert "pytest ended with exit code 9\n0 of 1 runs were green." in capfd.readouterr().out
