"""How Binder builds the course: the recipe, as repo2docker prints it, and its last step and a first look, done here.

No Docker is needed for that. What Binder does as a user of no rights is done here by one, in an empty home.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest
from brokers import installed_rabbitmq

from tools.desk import STORED

ROOT = Path(__file__).resolve().parent.parent
FIRST_NOTEBOOK = "00_start_here.ipynb"


@pytest.fixture(scope="module")
def recipe():
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_python_is_the_one_asked_for(recipe):
    wanted = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert tuple(map(int, wanted.split("."))) >= (3, 10)
    # The names of copied files are written with each odd character as a dash and its code.
    lock_file = re.sub(r"[^a-z0-9]", lambda odd: f"-{ord(odd[0]):x}", f"environment.py-{wanted}-linux")
    assert lock_file in recipe


def test_requirements_are_installed_where_the_whole_course_is(recipe):
    steps = [
        "WORKDIR ${REPO_DIR}",
        " src/ ${REPO_DIR}/\n",
        'bin/pip install --no-cache-dir -r "binder/requirements.txt"',
    ]
    positions = [recipe.find(step) for step in steps]
    assert -1 not in positions and positions == sorted(positions), dict(zip(steps, positions, strict=True))
    # pip reads `-r` relative to the file that says it, and `-e` relative to where pip runs: REPO_DIR.
    assert (ROOT / "binder" / "requirements.txt").read_text().split() == ["-r", "../requirements.txt"]
    editable = re.findall(r"^-e (\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert editable == [".", "./minibroker"]
    assert [(ROOT / folder / "pyproject.toml").is_file() for folder in editable] == [True, True]


def test_post_build_runs_and_stops_at_its_first_error(recipe):
    post_build = ROOT / "binder" / "postBuild"
    assert os.access(post_build, os.X_OK)
    assert "\nset -e\n" in post_build.read_text()
    assert "./binder/postBuild" in recipe


def test_readme_leads_to_a_start_page_that_is_there():
    assert f"urlpath=lab/tree/desk/{FIRST_NOTEBOOK}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\npython -m tools.desk\n" in (ROOT / "binder" / "postBuild").read_text()
    assert (ROOT / "notebooks" / FIRST_NOTEBOOK).is_file()


def test_rabbitmq_is_installed_from_apt_and_nothing_starts_it(recipe):
    assert (ROOT / "binder" / "apt.txt").read_text().split() == ["rabbitmq-server"]
    assert re.search(r"apt-get install[^&]* rabbitmq-server\b", recipe)
    # The chapters start a private node when they need one: see backstage/brokers. Nothing is to run before.
    assert not (ROOT / "binder" / "start").exists()
    assert "rabbitmq" not in (ROOT / "binder" / "postBuild").read_text()


NOBODY = 65534
STRANGERS = {} if os.name != "posix" or os.geteuid() else {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def python_of(folder):
    """Put a program `python` into the folder that a user without rights may run; return what PYTHONPATH it needs."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for program, more in (
        (sys.executable, []),
        (shutil.which(version, path=os.defpath), [sysconfig.get_path("purelib")]),
    ):
        packages = os.pathsep.join(more)
        try:
            ask = [program, "-c", "import matplotlib"]
            subprocess.run(ask, cwd=folder, env={"PYTHONPATH": packages}, check=True, capture_output=True, **STRANGERS)
        except (TypeError, OSError, subprocess.CalledProcessError):
            continue
        (folder / "python").write_text(f'#!/bin/sh\nexec {program} "$@"\n', encoding="utf-8")
        (folder / "python").chmod(0o755)
        return more
    pytest.skip(f"A user without rights may run neither {sys.executable} nor another {version} with its packages.")


@pytest.fixture
def as_stranger():
    """A function that runs a command in a copy of the course, as somebody without rights whose home is empty."""
    with tempfile.TemporaryDirectory(prefix="binder-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        folder, home, programs = (Path(name) / part for part in ("course", "home", "programs"))
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        for file in filter(None, listed.decode().split("\0")):
            if (ROOT / file).is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, folder / file)
        home.mkdir()
        programs.mkdir()
        if STRANGERS:
            for path in Path(name).rglob("*"):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        if (ROOT / ".rabbitmq").is_dir():
            (folder / ".rabbitmq").symlink_to(ROOT / ".rabbitmq")
        paths = [folder, folder / "minibroker" / "src", *python_of(programs)]

        def run(*command):
            return subprocess.run(
                command,
                cwd=folder,
                env={
                    "HOME": str(home),
                    "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                    "PYTHONPATH": os.pathsep.join(map(str, paths)),  # before the checkout itself, which is installed
                },
                capture_output=True,
                text=True,
                timeout=540,
                **STRANGERS,
            )

        run.folder, run.home = folder, home
        yield run


ASK_FOR_STYLE = """
from pathlib import Path
from jupyter_core.paths import jupyter_config_dir
from jupyterlab.labapp import LabApp
lab = LabApp()
lab.load_config_file()
if lab.custom_css:
    print(Path(jupyter_config_dir(), "custom", "custom.css").read_text(), end="")
"""


def test_post_build_lays_the_desk_for_a_user_without_rights(as_stranger):
    done = as_stranger("binder/postBuild")
    assert done.returncode == 0, done.stdout + done.stderr
    desk = as_stranger.folder / "desk"
    chapters = (as_stranger.folder / "notebooks").glob("*.ipynb")
    assert {path.name for path in desk.glob("*.ipynb")} == {STORED, *(path.name for path in chapters)}
    assert not STRANGERS or {path.stat().st_uid for path in desk.iterdir()} == {NOBODY}
    # The cache of fonts is there, so that no plot waits for it.
    assert list(as_stranger.home.rglob("fontlist*.json"))
    # Lines of prose are as long as under `make lab`: JupyterLab knows that there is a style, and where.
    done = as_stranger("python", "-c", ASK_FOR_STYLE)
    assert done.stdout == (ROOT / "tools" / "web" / "lab" / "custom.css").read_text(), done.stderr


PUBLISH = """
import pika
from helpers import start_broker
broker = start_broker()
with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
    channel = connection.channel()
    channel.queue_declare("buns", durable=True)
    channel.basic_publish("", "buns", b"a bun")
    for _, _, body in channel.consume("buns", auto_ack=True):
        print(broker.kind, body.decode())
        break
"""


def test_a_user_without_rights_has_a_rabbitmq_of_their_own(as_stranger):
    installed_rabbitmq()
    for _ in range(3):  # a busy machine may take more than the two minutes that a node is given
        done = as_stranger("python", "-c", PUBLISH)
        if done.returncode == 0 or "did not start within" not in done.stderr:
            break
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.match(r"RabbitMQ [\d.]+ a bun$", done.stdout.splitlines()[-1])
