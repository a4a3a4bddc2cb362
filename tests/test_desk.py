"""A learner's desk: what is laid, what makes room for a new edition, and that nothing that was typed is ever lost."""

import ast
import errno
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import pytest

from tools import desk
from tools.desk import lay, reset

ROOT = Path(__file__).resolve().parent.parent
BAKE, SELL = "00_bake.ipynb", "01_sell.ipynb"


def chapter(*sources, outputs=("given away",)):
    """A notebook with a code cell for each source, executed."""
    stored = [nbformat.v4.new_output("stream", text=text) for text in outputs]
    cells = [nbformat.v4.new_markdown_cell("# Bake")]
    cells += [nbformat.v4.new_code_cell(source, outputs=stored, execution_count=1) for source in sources]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})


@pytest.fixture
def course(tmp_path):
    """A checkout with two chapters."""
    (tmp_path / "notebooks").mkdir()
    for name in (BAKE, SELL):
        publish(tmp_path, name, "guess = ''", "answer = None")
    (tmp_path / desk.WORDS).write_text("[bun](notebooks/00_bake.ipynb)")
    return tmp_path


def publish(course, name, *sources):
    nbformat.write(chapter(*sources), course / "notebooks" / name)


def lay_all(course):
    return list(lay(course, course))


def sources(path):
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def write_into(path, text, *, run=False):
    """Do what a learner does: type into the last cell, or only run it, and save."""
    book = nbformat.read(path, 4)
    if run:
        book.cells[-1].outputs = [nbformat.v4.new_output("stream", text=text)]
    else:
        book.cells[-1].source = text
    nbformat.write(book, path)


def desk_of(course):
    """The names that a learner sees."""
    names = (path.name for path in (course / "desk").iterdir() if not path.name.startswith("."))
    return sorted(set(names) - {desk.WORDS})


def all_text(course):
    return "".join(
        path.read_text() for path in (course / "desk").iterdir() if path.name not in (desk.RECORD, desk.LOCK)
    )


def test_copies_give_nothing_away_and_need_no_saving(course):
    assert lay_all(course) == []
    assert desk_of(course) == [BAKE, SELL]
    book = nbformat.read(course / "desk" / BAKE, 4)
    nbformat.validate(book)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in book.cells if cell.cell_type == "code")
    assert book.metadata.language_info.version == ".".join(map(str, sys.version_info[:3]))
    assert sources(course / "notebooks" / BAKE) == sources(course / "desk" / BAKE)
    assert "given away" in (course / "notebooks" / BAKE).read_text()


def test_all_chapters_of_the_course_can_be_laid(tmp_path):
    assert list(lay(tmp_path)) == []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        nbformat.validate(nbformat.read(tmp_path / "desk" / path.name, 4))
    assert (tmp_path / "images").is_dir()


def test_links_of_the_desk_lead_to_its_own_chapters(tmp_path):
    list(desk.lay(tmp_path))
    first = nbformat.read(tmp_path / "desk" / desk.FIRST, 4).cells
    assert any("(WORDS.md)" in cell.source for cell in first)
    stored = nbformat.read(tmp_path / "desk" / desk.STORED, 4)
    assert any("image/png" in out.get("data", {}) for cell in stored.cells for out in cell.get("outputs", []))
    assert [cell.source.splitlines()[0] for cell in first if f"cell-id={cell.id}" == desk.MAP] == [
        "## 0.6 Find your way"
    ]
    for page in (tmp_path / "desk").iterdir():
        if page.suffix in (".ipynb", ".md"):
            text = page.read_text(encoding="utf-8")
            links = set(re.findall(r"\](?:\(|: )([^)#:\s]+\.(?:ipynb|md))", text))
            assert [link for link in links if "/" in link or not (tmp_path / "desk" / link).is_file()] == [], page.name
            assert len(links) > (20 if page.suffix == ".md" else 1)
            assert page.suffix == ".md" or f"[Contents]({desk.FIRST}#{desk.MAP})" in text


def test_a_second_time_changes_nothing(course):
    lay_all(course)
    before = {path: path.stat().st_mtime_ns for path in (course / "desk").glob("*.ipynb")}
    assert lay_all(course) == []
    assert {path: path.stat().st_mtime_ns for path in (course / "desk").glob("*.ipynb")} == before


def test_an_untouched_copy_makes_room_for_a_new_edition(course):
    lay_all(course)
    write_into(course / "desk" / BAKE, "an output, which comes again", run=True)
    publish(course, BAKE, "guess = ''", "answer = 'better'")
    assert lay_all(course) == []
    assert desk_of(course) == [BAKE, SELL]
    assert sources(course / "desk" / BAKE)[-1] == "answer = 'better'"


def test_what_was_typed_stays_and_the_new_edition_lies_beside_it_once(course):
    lay_all(course)
    write_into(course / "desk" / BAKE, "answer = 'mine'")
    publish(course, BAKE, "guess = ''", "answer = 'better'")
    [sentence] = lay_all(course)
    name = sentence.rpartition("desk/")[2]
    assert sentence.startswith(f"desk/{BAKE} is yours and stays")
    assert sources(course / "desk" / BAKE)[-1] == "answer = 'mine'"
    assert sources(course / "desk" / name)[-1] == "answer = 'better'"
    assert lay_all(course) == []
    publish(course, BAKE, "guess = ''", "answer = 'better still'")
    [again] = lay_all(course)
    assert again.rpartition("desk/")[2] not in (name, BAKE)
    assert len(desk_of(course)) == 4


def test_what_was_typed_stays_when_there_is_no_new_edition(course):
    lay_all(course)
    write_into(course / "desk" / BAKE, "answer = 'mine'")
    assert lay_all(course) == []
    assert sources(course / "desk" / BAKE)[-1] == "answer = 'mine'"


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"cells": [{}]}'])
def test_what_cannot_be_read_as_a_notebook_is_somebodys_all_the_same(course, text):
    lay_all(course)
    (course / "desk" / BAKE).write_text(text)
    publish(course, BAKE, "answer = 'better'")
    assert len(lay_all(course)) == 1
    assert (course / "desk" / BAKE).read_text() == text


@pytest.mark.parametrize("text", ["", '{"cells": [', "[]", "{}", "null", '{"metadata": {}, "cells": [{}]}'])
def test_a_chapter_that_is_half_written_is_named_and_the_others_are_laid(course, text):
    lay_all(course)
    write_into(course / "desk" / BAKE, "guess = 'b'")
    (course / "notebooks" / BAKE).write_text(text)
    publish(course, SELL, "a new edition")
    said = lay_all(course)
    assert [f"notebooks/{BAKE} cannot be read as a notebook" in sentence for sentence in said].count(True) == 1
    assert sources(course / "desk" / BAKE)[-1] == "guess = 'b'"
    assert sources(course / "desk" / SELL) == ["a new edition"]
    with pytest.raises(ValueError, match=f"notebooks/{BAKE} cannot be read as a notebook .*half written"):
        reset(course, "0", course)


def test_without_its_record_no_copy_is_taken_for_untouched(course):
    lay_all(course)
    (course / "desk" / desk.RECORD).write_text("not JSON")
    publish(course, BAKE, "answer = 'better'")
    assert len(lay_all(course)) == 1
    assert len(desk_of(course)) == 3


def test_a_chapter_that_is_gone_leaves_what_was_typed(course):
    lay_all(course)
    write_into(course / "desk" / SELL, "answer = 'mine'")
    for name in (BAKE, SELL):
        (course / "notebooks" / name).unlink()
    assert lay_all(course) == [
        f"desk/{SELL} is yours and stays, although the course has no chapter of that name any more"
    ]
    assert desk_of(course) == [SELL]
    assert lay_all(course) == []


def test_words_are_laid_anew_until_somebody_writes_into_them(course):
    words = course / "desk" / desk.WORDS
    lay_all(course)
    assert words.read_text() == "[bun](00_bake.ipynb)"
    (course / desk.WORDS).write_text("[bao](notebooks/00_bake.ipynb)")
    lay_all(course)
    assert words.read_text() == "[bao](00_bake.ipynb)"
    words.write_text("bao: what I like best")
    lay_all(course)
    (course / desk.WORDS).write_text("[jiaozi](notebooks/00_bake.ipynb)")
    lay_all(course)
    assert words.read_text() == "bao: what I like best"
    words.write_bytes(b"\xb0\xfc\xd7\xd3")  # saved in GBK by another editor
    lay_all(course)
    assert words.read_bytes() == b"\xb0\xfc\xd7\xd3"


def test_other_files_of_the_learner_stay(course):
    lay_all(course)
    (course / "desk" / "my notes.ipynb").write_text("mine")
    lay_all(course)
    assert (course / "desk" / "my notes.ipynb").read_text() == "mine"


def test_reset_lays_a_chapter_afresh_and_keeps_what_was_typed(course):
    lay_all(course)
    write_into(course / "desk" / SELL, "answer = 'mine'")
    for number in ("01", "1"):
        sentence = reset(course, number, course)
        assert sources(course / "desk" / SELL)[-1] == "answer = None"
    assert sentence == f"desk/{SELL} is as new"
    [kept] = [name for name in desk_of(course) if name not in (BAKE, SELL)]
    assert sources(course / "desk" / kept)[-1] == "answer = 'mine'"
    assert lay_all(course) == []


@pytest.mark.parametrize("number", ["", "7", "four", "../01"])
def test_reset_asks_for_a_chapter_that_there_is(course, number):
    with pytest.raises(ValueError, match=r"name one from 00 to 01, as in NB=04"):
        reset(course, number, course)


def test_a_full_disk_loses_nothing(course, monkeypatch):
    lay_all(course)
    write_into(course / "desk" / SELL, "answer = 'mine'")
    publish(course, BAKE, "answer = 'better'")
    before = all_text(course)

    def full(path, text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(desk, "_write_beside", full)
    for attempt in (lay_all, lambda course: reset(course, "01", course)):
        with pytest.raises(OSError, match="No space"):
            attempt(course)
        assert all_text(course) == before
        assert desk_of(course) == [BAKE, SELL]


def test_what_is_saved_at_the_very_moment_is_not_lost(course, monkeypatch):
    lay_all(course)
    publish(course, BAKE, "answer = 'better'")
    real = os.rename

    def save_first(old, new):
        monkeypatch.setattr(os, "rename", real)
        write_into(course / "desk" / BAKE, "answer = 'typed just now'")
        real(old, new)

    monkeypatch.setattr(os, "rename", save_first)
    lay_all(course)
    assert "typed just now" in all_text(course)
    lay_all(course)
    assert sources(course / "desk" / BAKE) == ["guess = ''", "answer = 'typed just now'"]


def test_a_desk_that_was_half_laid_is_mended(course):
    lay_all(course)
    write_into(course / "desk" / BAKE, "answer = 'mine'")
    os.rename(course / "desk" / BAKE, course / "desk" / f"{desk.ASIDE}123-{BAKE}")
    (course / "desk" / f"{desk.FRESH}xyz").write_text("half")
    lay_all(course)
    assert sources(course / "desk" / BAKE)[-1] == "answer = 'mine'"
    assert not [path for path in (course / "desk").iterdir() if path.name.startswith((desk.ASIDE, desk.FRESH))]


def test_two_that_lay_at_once_lose_nothing(course):
    lay_all(course)
    write_into(course / "desk" / SELL, "answer = 'mine'")
    publish(course, BAKE, "answer = 'better'")
    publish(course, SELL, "answer = 'better'")
    failures = []

    def one():
        try:
            lay_all(course)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sources(course / "desk" / SELL)[-1] == "answer = 'mine'"
    assert sources(course / "desk" / BAKE) == ["answer = 'better'"]


def test_the_desk_is_at_home_where_the_course_is_read_only(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert desk.home() == ROOT
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert desk.home() == tmp_path / "python-concurrency"
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "elsewhere"))
    assert desk.home() == tmp_path / "elsewhere"


def run(*arguments, **env):
    return subprocess.run(
        [sys.executable, "-m", "tools.desk", *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_program_says_what_is_wrong_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    for arguments, home, words in (
        (["sweep"], tmp_path, "'sweep' is nothing that a desk can do"),
        (["reset", "99"], tmp_path, "There is no chapter '99'"),
        (["reset"], tmp_path, "A chapter is missing"),
        (["lay"], tmp_path / "file", "could not be laid, and what lay on it is still there"),
        (["lab"], tmp_path / "file", "could not be laid, and what lay on it is still there"),
    ):
        said = run(*arguments, COURSE_HOME=str(home))
        assert said.returncode == 1
        assert words in said.stderr and said.stderr.count("\n") == 1


def test_several_chapters_are_laid_afresh(tmp_path):
    said = run("reset", "04", "05", COURSE_HOME=str(tmp_path))
    assert said.returncode == 0, said.stderr
    assert [line[:8] for line in said.stdout.splitlines()] == ["desk/04_", "desk/05_"]


def test_jupyterlab_opens_at_the_desk(tmp_path):
    """`--version` is the shortest that JupyterLab can do; the tests in a browser open it in earnest."""
    said = run("lab", "--version", COURSE_HOME=str(tmp_path))
    assert said.returncode == 0, said.stderr
    assert said.stdout[0].isdigit()
    assert (tmp_path / "desk" / desk.FIRST).is_file()


@pytest.mark.skipif(os.name == "nt", reason="Windows names the home by another variable, and it is there.")
def test_where_the_home_cannot_be_written_jupyter_keeps_its_things_at_the_desk(tmp_path):
    nowhere = {"HOME": os.path.join(os.devnull, "home"), "JUPYTER_RUNTIME_DIR": "", "JUPYTER_CONFIG_DIR": ""}
    said = run("lab", "--show-config", COURSE_HOME=str(tmp_path), **nowhere)
    assert said.returncode == 0, said.stderr
    assert any((tmp_path / "desk" / ".home").iterdir())


@pytest.mark.skipif(os.name == "nt", reason="There JupyterLab is a child, not what this process becomes.")
def test_a_style_of_the_learners_own_comes_first(tmp_path, monkeypatch):
    """That JupyterLab takes ours where there is none is seen in a browser."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "o'config"))
    commands = []
    monkeypatch.setattr(os, "execv", lambda program, command: commands.append(command))
    desk.open_lab(tmp_path, "desk/a.ipynb", [])
    told = next(option for option in commands[0] if option.startswith("--ServerApp.tornado_settings="))
    mine, ours = ast.literal_eval(told.partition("=")[2])["static_custom_path"]
    assert mine == str(tmp_path / "o'config" / "custom")
    assert (Path(ours) / "custom.css").is_file()


@pytest.mark.skipif(os.name == "nt", reason="There JupyterLab is a child, not what this process becomes.")
def test_the_kernel_is_that_of_the_course_whatever_others_have_installed(tmp_path, monkeypatch):
    for folder in ("path", "home"):
        (tmp_path / folder / "kernels" / "python3").mkdir(parents=True)
        spec = {"argv": ["/of/another/python"], "display_name": "Other", "language": "python"}
        (tmp_path / folder / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.chdir(tmp_path)
    settings = {"JUPYTER_PATH": str(tmp_path / "path"), "JUPYTER_DATA_DIR": str(tmp_path / "home")}
    for name, value in {**settings, "JUPYTER_PREFER_ENV_PATH": "0"}.items():
        monkeypatch.setenv(name, value)
    ask = "from jupyter_client import kernelspec; print(kernelspec.get_kernel_spec('python3').argv[0])"
    found = []
    monkeypatch.setattr(
        os, "execv", lambda *_: found.append(subprocess.check_output([sys.executable, "-c", ask], text=True))
    )
    desk.open_lab(tmp_path, "desk/a.ipynb", [])
    assert "another" not in found[0]


def test_first_impressions_can_be_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    desk.greet()
    overrides = tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert json.loads(overrides.read_text()) == desk.FIRST_IMPRESSION
    overrides.write_text("{}")
    desk.greet()
    assert overrides.read_text() == "{}"
