"""The Makefile, as far as it can be tried without an install: what it prints, what it would run, how it refuses."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAKE = shutil.which("make")
TARGETS = [
    "lab",
    "reset",
    "edit",
    "test",
    "lint",
    "refresh",
    "map",
    "words",
    "html",
    "handout",
    "schedule",
    "mutants",
    "soak",
    "bench",
    "rabbitmq",
    "clean",
]
REQUIREMENTS = ["requirements.txt", "pyproject.toml", "minibroker/pyproject.toml"]  # of a learner


@pytest.fixture
def checkout(tmp_path):
    """A folder with what an install looks at, and a function that calls make in it, with a PATH of its own."""
    folder = tmp_path / "a b [c] d'e 课程"
    (folder / "minibroker").mkdir(parents=True)
    for name in ("Makefile", "requirements-test.txt", *REQUIREMENTS):
        shutil.copy(ROOT / name, folder / name)
    tools = folder / "tools"
    tools.mkdir()
    for tool in ("sh", "id", "mkdir", "rm", "mv", "touch", "ln", "echo"):
        (tools / tool).symlink_to(shutil.which(tool))

    def make(*arguments, **env):
        return subprocess.run(
            [MAKE, *arguments],
            cwd=folder,
            env={"PATH": str(tools), "HOME": str(folder), "LC_ALL": "C", **env},
            capture_output=True,
            text=True,
            timeout=300,
        )

    make.folder = folder
    return make


def program(make, name, *lines):
    """Put a shell script of that name in the PATH of `make`."""
    path = make.folder / "tools" / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def pretend_installed(make, venv=".venv"):
    """An environment that make takes for whole, whose python says what it was called with."""
    here = make.folder / venv
    (here / "bin").mkdir(parents=True)
    python = here / "bin" / "python"
    python.write_text('#!/bin/sh\necho "RUN $* VIRTUAL_ENV=$VIRTUAL_ENV PATH=$PATH"\n')
    python.chmod(0o755)
    for stamp in (".installed", ".installed-for-tests"):
        (here / stamp).touch()
    return here


def own_lines(text):
    """What was said on stderr without make's own closing line."""
    return [line for line in text.splitlines() if not line.startswith("make: *** ")]


def test_make_alone_lists_the_targets(checkout):
    said = checkout()
    assert said.returncode == 0, said.stderr
    assert [line.split()[1] for line in said.stdout.splitlines() if line.startswith("make ")] == TARGETS


@pytest.mark.parametrize(
    "target", ["lab", "edit", "test", "lint", "refresh", "map", "words", "handout", "schedule", "soak"]
)
def test_arguments_are_handed_on(checkout, target):
    pretend_installed(checkout)
    said = checkout(target, "ARGS=--one two")
    assert said.returncode == 0, said.stderr
    assert "--one two VIRTUAL_ENV=" in said.stdout


def test_the_desk_is_asked_for(checkout):
    pretend_installed(checkout)
    assert "RUN -m tools.desk lab VIRTUAL_ENV" in checkout("lab").stdout
    assert "RUN -m tools.desk edit VIRTUAL_ENV" in checkout("edit").stdout
    assert "RUN -m tools.desk reset 04 VIRTUAL_ENV" in checkout("reset", "NB=04").stdout


def test_one_chapter_is_tested_alone(checkout):
    pretend_installed(checkout)
    (checkout.folder / "notebooks").mkdir()
    (checkout.folder / "notebooks" / "04_bake.ipynb").touch()
    said = checkout("test", "NB=04", "ARGS=--lf").stdout
    files = "notebooks/04_bake.ipynb tests/test_conventions.py tests/test_exercises.py"
    assert f"RUN -m pytest {files} -k 04_ or 04. --lf VIRTUAL_ENV" in said


def test_foreign_active_environment_does_not_matter(checkout):
    here = pretend_installed(checkout)
    said = checkout("lab", VIRTUAL_ENV="/elsewhere").stdout
    assert f"VIRTUAL_ENV={here} PATH={here}/bin:" in said


def test_another_python_has_an_environment_of_its_own(checkout):
    pretend_installed(checkout)
    for python, venv in (("python3.99", ".venv-python3.99"), ("/opt/py/bin/python3", ".venv-opt-py-bin-python3")):
        here = pretend_installed(checkout, venv)
        assert f"VIRTUAL_ENV={here} " in checkout("test", f"PYTHON={python}").stdout


def test_no_python_at_all_is_one_sentence(checkout):
    said = checkout("lab")
    assert said.returncode != 0
    assert len(own_lines(said.stderr)) == 1 and said.stdout == ""
    assert "no Python 3.10 or newer" in said.stderr and "install" in said.stderr


def test_unusable_python_is_one_sentence(checkout):
    program(checkout, "python2", "exit 1")
    said = checkout("test", "PYTHON=python2")
    assert said.returncode != 0
    assert len(own_lines(said.stderr)) == 1 and said.stdout == ""
    assert "PYTHON=python2" in said.stderr


def test_python_without_venv_module_is_one_sentence(checkout):
    program(
        checkout,
        "python3",
        'case "$2" in *ensurepip*) exit 1;; esac',
        f'exec {sys.executable} "$@"',
    )
    said = checkout("lab")
    assert said.returncode != 0
    assert len(own_lines(said.stderr)) == 1 and said.stdout == ""
    assert f"python{sys.version_info[0]}.{sys.version_info[1]}-venv" in said.stderr


def test_a_folder_that_cannot_be_written_is_one_sentence(checkout):
    program(checkout, "python3", "exit 0")
    program(checkout, "readonly", "echo 'mkdir: Read-only file system' >&2; exit 1").replace(
        checkout.folder / "tools" / "mkdir"  # root may write into any folder
    )
    said = checkout("lab")
    assert said.returncode != 0
    assert len(own_lines(said.stderr)) == 1 and said.stdout == ""
    assert "Nothing can be written into this folder" in said.stderr


def test_old_python3_gives_way_to_a_newer_one(checkout):
    program(checkout, "python3", "exit 1")
    program(checkout, "python3.12", 'case "$*" in *"-m venv"*) echo "MAKES $*";; esac')
    assert "MAKES -m venv .venv" in checkout("lab").stdout


def installing_python(make, pip):
    """A python3 that makes environments whose pip does what the shell line `pip` says, and notes each making."""
    inner = program(make, "inner", 'case "$*" in', f"*install*) {pip};;", '-m*tools.desk*) echo "LAB";;', "esac")
    program(
        make,
        "python3",
        'case "$*" in *"-m venv"*)',
        f"echo made >> made; mkdir -p .venv/bin; ln -s {shlex.quote(str(inner))} .venv/bin/python;;",
        "esac",
    )


def test_interrupted_install_is_made_anew(checkout):
    installing_python(checkout, "[ -e network ] || exit 1")
    assert checkout("lab").returncode != 0
    assert "LAB" not in checkout("lab").stdout
    (checkout.folder / "network").touch()
    assert "LAB" in checkout("lab").stdout
    assert (checkout.folder / "made").read_text().split() == ["made"] * 3


@pytest.mark.parametrize("requirements", REQUIREMENTS)
def test_whole_install_is_kept_until_the_requirements_are_newer(checkout, requirements):
    installing_python(checkout, "echo PIP >> pips")
    for _ in range(2):
        assert "LAB" in checkout("lab").stdout
    assert (checkout.folder / "pips").read_text().split() == ["PIP"]
    stamp = checkout.folder / ".venv" / ".installed"
    newer = stamp.stat().st_mtime + 60
    os.utime(checkout.folder / requirements, (newer, newer))
    assert "LAB" in checkout("lab").stdout
    assert (checkout.folder / "pips").read_text().split() == ["PIP", "PIP"]
    assert (checkout.folder / "made").read_text().split() == ["made"]


def test_a_checkout_that_has_moved_gets_a_new_environment(checkout):
    installing_python(checkout, "echo PIP >> pips")
    assert "LAB" in checkout("lab").stdout
    (checkout.folder / ".venv" / ".installed").write_text("/where/it/was before\n")
    for _ in range(2):
        assert "LAB" in checkout("lab").stdout
    assert (checkout.folder / "made").read_text().split() == ["made"] * 2
    assert (checkout.folder / "pips").read_text().split() == ["PIP"] * 2


@pytest.mark.parametrize(
    "name",
    [
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSAFEPATH",
        "PYTHONDEVMODE",
        "PYTHONOPTIMIZE",
        "PYTHONDONTWRITEBYTECODE",
        "MPLBACKEND",
        "GEVENT_RESOLVER",
        "JUPYTER_PATH",
    ],
)
def test_what_was_set_for_others_stays_outside(checkout, name):
    here = pretend_installed(checkout)
    (here / "bin" / "python").write_text(f'#!/bin/sh\necho "found <${name}>"\n')
    (here / ".installed").touch()
    assert "found <>" in checkout("lab", **{name: "1"}).stdout


def test_pip_installs_into_the_environment_whatever_its_settings_say(checkout):
    installing_python(checkout, 'echo "$PIP_USER" >> pips')
    assert "LAB" in checkout("lab", PIP_USER="1").stdout
    assert (checkout.folder / "pips").read_text() == "0\n"


def test_paths_to_the_courses_own_packages_are_relative(checkout):
    installing_python(checkout, "true")
    packages = checkout.folder / ".venv" / "lib" / "python3.99" / "site-packages"
    packages.mkdir(parents=True)
    names = ["_editable_impl_python_concurrency_course.pth", "_editable_impl_minibroker.pth", "other.pth"]
    for name in names:
        (packages / name).write_text("/home/学员/course\n", encoding="utf-8")
    (checkout.folder / ".venv" / "bin").mkdir()
    (checkout.folder / ".venv" / "bin" / "python").symlink_to(checkout.folder / "tools" / "inner")
    assert "LAB" in checkout("lab").stdout
    course, broker, other = ((packages / name).read_text(encoding="utf-8").strip() for name in names)
    assert other == "/home/学员/course"
    assert (packages / course).resolve() == checkout.folder.resolve()
    assert (packages / broker).resolve() == (checkout.folder / "minibroker" / "src").resolve()


@pytest.fixture
def installer(checkout):
    """The checkout with the script that installs RabbitMQ, on a machine that has none of its own."""
    if any(Path(folder, "rabbitmq-server").exists() for folder in SYSTEM_PLACES):
        pytest.skip("This machine's own RabbitMQ is found first.")
    shutil.copy(ROOT / "tools" / "install_rabbitmq.sh", checkout.folder / "tools")
    for tool in ("dirname", "sed", "cat", "grep"):
        (checkout.folder / "tools" / tool).symlink_to(shutil.which(tool))
    return checkout


SYSTEM_PLACES = [
    "/usr/lib/rabbitmq/bin",
    "/opt/homebrew/opt/rabbitmq/sbin",
    "/usr/local/opt/rabbitmq/sbin",
    "/opt/rabbitmq/sbin",
]


def hidden(make):
    return [each.name for each in make.folder.iterdir() if each.name.startswith(".rabbitmq")]


def test_rabbitmq_that_is_there_is_left_alone(installer):
    server = program(installer, "rabbitmq-server", "exit 1")
    said = installer("rabbitmq")
    assert said.returncode == 0 and said.stderr == f"RabbitMQ: is there already: {server}\n"


def test_rabbitmq_without_a_package_manager_says_what_to_do(installer):
    said = installer("rabbitmq")
    assert said.returncode != 0
    assert len(own_lines(said.stderr)) == 1 and "Install the package rabbitmq-server as your system does" in said.stderr


def test_rabbitmq_by_homebrew_starts_no_service(installer):
    program(installer, "brew", 'echo "brew $*"')
    said = installer("rabbitmq")
    assert (said.returncode, said.stdout) == (0, "brew install rabbitmq\n")


def test_rabbitmq_that_cannot_be_downloaded_leaves_nothing(installer):
    program(installer, "apt-get", 'echo "E: no such mirror" >&2; exit 100')
    program(installer, "dpkg-deb", "exit 1")
    said = installer("rabbitmq")
    assert said.returncode != 0
    assert "E: no such mirror" in said.stderr and "cannot be downloaded; what apt said is above" in said.stderr
    assert hidden(installer) == []


APT = """for each; do
    case $each in Dir::Cache=* | Dir::State::lists=*) [ -d "${each#*=}" ] || exit 100;; esac  # whole, blanks and all
done
case "$*" in
*State::lists=*update) touch updated;;
*" -s "*) { echo "Inst erlang-base (1)"; echo "Inst libc6 (2)"; echo "Inst rabbitmq-server (3)"; };;
*download*) [ -e ../../updated ] || exit 100; touch erlang-base.deb rabbitmq-server.deb; echo "$*" >> ../../asked;;
esac"""
UNPACK = r"""[ "$1" = -x ] && for bin in "$3/usr/lib/erlang/bin" "$3/usr/lib/erlang/erts-13/bin"; do
    mkdir -p "$bin"
    printf '#!/bin/sh\nROOTDIR=/usr/lib/erlang\n%s\n' "$ERLANG" > "$bin/erl"
    chmod +x "$bin/erl"
done
"""


@pytest.mark.parametrize("runs", [True, False])
def test_rabbitmq_is_unpacked_beside_the_course(installer, runs):
    for tool in ("chmod", "printf", "readlink"):
        (installer.folder / "tools" / tool).symlink_to(shutil.which(tool))
    program(installer, "apt-get", APT)
    program(installer, "dpkg-deb", UNPACK)
    said = installer("rabbitmq", ERLANG='echo "$ROOTDIR"' if runs else "echo no libtinfo >&2; exit 1")
    assert (said.returncode == 0) is runs, said.stderr
    if not runs:
        assert "no libtinfo" in said.stderr and "its Erlang does not run here" in said.stderr
        assert hidden(installer) == []
        return
    # The lists were too old for a download, so it was asked again with lists of its own, for two packages of three.
    [asked] = (installer.folder / "asked").read_text().splitlines()
    assert asked.endswith("download erlang-base rabbitmq-server") and "State::lists=" in asked
    assert hidden(installer) == [".rabbitmq"]
    erlang = installer.folder / ".rabbitmq" / "usr" / "lib" / "erlang"
    for erl in (erlang / "bin" / "erl", erlang / "erts-13" / "bin" / "erl"):  # nodes of RabbitMQ 4 start the second
        assert subprocess.check_output([erl], text=True) == f"{erlang}\n"
    assert installer("clean", PATH=os.environ["PATH"]).returncode == 0
    assert hidden(installer) == []
