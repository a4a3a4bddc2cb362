"""What a teacher hands out: everything but outputs and solutions."""

import json

import pytest

from exercises import answers, registered
from tools import handout
from tools.handout import ROOT


@pytest.fixture
def course(tmp_path):
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks", target_is_directory=True)
    return tmp_path


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_no_solution_and_no_output_is_handed_out_and_all_else_is(course, capsys):
    handout.main([], root=course)
    written = {path.name[:2]: path for path in (course / "handout").iterdir()}
    assert len(written) == capsys.readouterr().out.count("Written: ")
    for number, path in written.items():
        [chapter] = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
        told = [cell for cell in cells(chapter) if "solution" not in cell["metadata"].get("tags", [])]
        assert [cell["source"] for cell in cells(path)] == [cell["source"] for cell in told]
        assert not any(cell.get("outputs") for cell in cells(path))
    texts = {number: path.read_text(encoding="utf-8") for number, path in written.items()}
    for name in (each for each in registered() if each[-1].isdigit()):
        solution = json.dumps(answers.cell_source(name, "solution"), ensure_ascii=False)[1:-1]
        assert solution not in texts[name[:2]]
        assert f'check(\\"{name}\\"' in texts[name[:2]]


def test_some_chapters_are_handed_out_and_a_wrong_number_is_one_sentence(course):
    handout.main(["4", "05"], root=course)
    assert sorted(path.name[:2] for path in (course / "handout").iterdir()) == ["04", "05"]
    with pytest.raises(SystemExit, match=r"^There is no chapter 99: name some from 00 to \d\d.$"):
        handout.main(["99"], root=course)
