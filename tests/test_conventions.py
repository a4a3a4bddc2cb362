"""What every notebook of the course keeps to, so that a reader always knows which room this is.

Each convention is a function of a chapter that yields a sentence for each breach. All are tried on every
notebook, and each is proved able to complain on a model notebook that is spoilt in one way. What `make lint`
and `make map` look at as well is asked of their own tools.
"""

import ast
import re
import statistics
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from backstage.pages import live
from exercises import predictions, registered
from tools import course_map, tidy
from tools.links import CODE, dead, links

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"

SECTIONS = ["In practice", "Further reading", "Exercises", "What you now know", "Glossary"]
TAGS = {"exercise", "solution", "verdict", "raises-exception", "shows-stderr", "nbval-ignore-output"}
MOST_LINES = 30
MEDIAN_LINES = 8
MOST_WORDS = 60  # of a paragraph
PICTURE_LIMIT = 150_000  # bytes
FEWEST_WORDS = 8  # of the text that stands for a picture

MACHINE_PATH = re.compile(r"(?<![\w.~:/])/(?:home|Users|root|work)/\w|\bC:\\(?:Users|Windows|Program)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass
class Chapter:
    """A notebook as the conventions see it."""

    path: Path
    book: nbformat.NotebookNode
    registered: set  # names of exercises that `exercises` can check, of all chapters
    asked: set  # and those of predictions

    @classmethod
    def read(cls, path):
        return cls(path, nbformat.read(path, as_version=4), registered(), set(predictions()))

    @property
    def number(self):
        return int(self.path.name[:2])

    @property
    def cells(self):
        return self.book.cells

    @property
    def code(self):
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def prose(self):
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @property
    def sections(self):
        """Headings of level 2, each with the text below it."""
        text = "\n\n".join(cell.source for cell in self.prose)
        parts = re.split(r"^## +(.+?) *$", CODE.sub("", text), flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))


def tags(cell):
    return cell.metadata.get("tags", [])


def name(cell):
    """The cell's beginning, to find it by."""
    first = cell.source.strip().splitlines()[0] if cell.source.strip() else "(empty)"
    return f"cell {first[:60]!r}"


def stored(cell):
    """The stored output as text, pictures left out."""
    for output in cell.outputs:
        yield output.get("text", "")
        yield "\n".join(output.get("traceback", []))
        for kind, data in output.get("data", {}).items():
            if kind.startswith("text/"):
                yield data


def calls(cell, function):
    """The names that a code cell hands to `function`, check() or predict() or progress(), as its first argument."""
    try:
        tree = ast.parse(TransformerManager().transform_cell(cell.source))
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == function and node.args:
            yield ast.literal_eval(node.args[0])


def checks(cell):
    return calls(cell, "check")


def titled(chapter):
    first = chapter.cells[0]
    title = rf"# {chapter.number}\. [A-Z][a-z]+\b.*"
    if first.cell_type != "markdown" or not re.fullmatch(title, first.source.splitlines()[0]):
        yield f"the first cell begins with no '# {chapter.number}. Verb ...'"


def sections_are_numbered(chapter):
    """Sections, exercises and predictions are numbered 1, 2, 3 and a, b, c, in the order in which they come."""
    text = "\n".join(cell.source for cell in chapter.prose)
    sections = re.findall(r"^## (\d+\.\d+)\b", text, re.MULTILINE)
    exercises = re.findall(r"^### Exercise (\S+)", text, re.MULTILINE)
    asked = [each for cell in chapter.code for each in calls(cell, "predict")]
    for found, wanted in (
        (sections, [f"{chapter.number}.{place}" for place, _ in enumerate(sections, start=1)]),
        (exercises, [f"{chapter.number:02d}.{place}" for place, _ in enumerate(exercises, start=1)]),
        (asked, [f"{chapter.number:02d}.{chr(97 + place)}" for place, _ in enumerate(asked)]),
    ):
        if found != wanted:
            yield f"the numbers are {', '.join(found)}, not {', '.join(wanted)}"


def linked_to_its_neighbours(chapter):
    opening = [cell for cell in chapter.cells[:2] if cell.cell_type == "markdown"]
    found = {link.partition("#")[0] for cell in opening for link in links(cell.source)}
    if not found & {"../README.md", "00_start_here.ipynb"} and chapter.number:
        yield "the first two cells do not lead to the contents (../README.md or 00_start_here.ipynb)"
    for number in (chapter.number - 1, chapter.number + 1):
        for neighbour in chapter.path.parent.glob(f"{number:02d}_*.ipynb"):
            if neighbour.name not in found:
                yield f"the first two cells do not lead to {neighbour.name}"


def links_resolve(chapter):
    for number, sentence in dead(chapter.path, [cell.source for cell in chapter.prose]):
        yield f"{name(chapter.prose[number])} {sentence}"


def run_in_order(chapter):
    yield from tidy.run_in_order(chapter.book)


def errors_are_expected(chapter):
    for cell in chapter.code:
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                yield f"{name(cell)} stores {output.ename} without the tag raises-exception"
            if output.get("name") == "stderr" and "shows-stderr" not in tags(cell):
                yield f"{name(cell)} stores stderr without the tag shows-stderr"


def plots_are_explained(chapter):
    for cell, following in zip(chapter.cells, [*chapter.cells[1:], None], strict=True):
        if cell.cell_type != "code":
            continue
        drawn = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        pictures = [output.data["image/png"] for output in drawn]
        if not all(output.metadata.get("image/png", {}).get("alt") for output in drawn):
            yield f"{name(cell)} stores a picture without a text for those who do not see it: run `make refresh`"
        if pictures and (following is None or following.cell_type != "markdown"):
            yield f"{name(cell)} draws, and no text follows that says what to see"
        for picture in pictures:
            if len(picture) * 3 // 4 > PICTURE_LIMIT:
                yield f"{name(cell)} stores a picture of {len(picture) * 3 // 4:,} bytes, over {PICTURE_LIMIT:,}"


def pictures_are_told(chapter):
    """A picture in the text has a sentence for those who cannot see it."""
    for cell in chapter.prose:
        for told in re.findall(r"!\[([^\]]*)\]\(", CODE.sub("", cell.source)):
            if len(told.split()) < FEWEST_WORDS:
                yield f"{name(cell)} has a picture that is told in {told!r}, under {FEWEST_WORDS} words"


def cells_are_short(chapter):
    for cell in chapter.code:
        if len(cell.source.splitlines()) > MOST_LINES:
            yield f"{name(cell)} has {len(cell.source.splitlines())} lines, over {MOST_LINES}"
    median = statistics.median(len(cell.source.splitlines()) for cell in chapter.code if "solution" not in tags(cell))
    if median > MEDIAN_LINES:
        yield f"the median code cell has {median:g} lines, over {MEDIAN_LINES}"


def paragraphs(markdown):
    """Each paragraph of a Markdown text; headings, lists, tables, quotes, HTML and blocks of code are none."""
    running = re.sub(r"^(```|~~~).*?^\1", "", markdown, flags=re.MULTILINE | re.DOTALL)
    running = re.sub(r"^(?=[ \t]*([-*+]|\d+\.) )", "\n", running, flags=re.MULTILINE)  # may follow without a gap
    for block in re.split(r"\n[ \t]*\n", running):
        if block.strip() and not re.match(r"\s*(([-*+]|\d+\.) |[|>#<])", block):
            yield block.strip()


def paragraphs_are_short(chapter):
    for cell in chapter.prose:
        for paragraph in paragraphs(cell.source):
            if (length := course_map.words(paragraph)) > MOST_WORDS:
                yield f"the paragraph {paragraph[:60]!r} has {length} words, over {MOST_WORDS}"


def outputs_are_compared(chapter):
    ignored = [cell for cell in chapter.code if "nbval-ignore-output" in tags(cell)]
    if 3 * len(ignored) > len(chapter.code):
        yield f"{len(ignored)} of {len(chapter.code)} outputs are not compared, over a third"
    for cell in chapter.code:
        if re.search(r"^\s*#\s*(NBVAL|PYTEST_VALIDATE)_", cell.source, re.MULTILINE):
            yield f"{name(cell)} speaks to nbval in a comment: use a tag"
        for tag in sorted(set(tags(cell)) - TAGS):
            yield f"{name(cell)} has the unknown tag {tag}: one of {', '.join(sorted(TAGS))} was meant?"


def sections_are_in_order(chapter):
    present = [heading for heading in chapter.sections if heading in SECTIONS]
    wanted = SECTIONS if chapter.number else [heading for heading in SECTIONS if heading in present]
    if present != wanted:
        yield f"the closing sections are {present}, not {wanted}"


def glossary_speaks_chinese(chapter):
    if not chapter.number and "Glossary" not in chapter.sections:
        return
    lines = [line for line in chapter.sections.get("Glossary", "").splitlines() if line.startswith("|")]
    rows = [[column.strip() for column in line.strip().strip("|").split("|")] for line in lines]
    if len(rows) < 3:
        yield "the glossary has no table with a term in it"
        return
    columns = {
        language: index for index, head in enumerate(rows[0]) for language in ("English", "中文") if language in head
    }
    if len(columns) < 2:
        yield f"the glossary's columns are {rows[0]}: English and 中文 are wanted"
        return
    for row in rows[2:]:
        if len(row) <= max(columns.values()) or not CHINESE.search(row[columns["中文"]]):
            yield f"the glossary has no Chinese term beside {row[0]!r}"


def metadata_is_tidy(chapter):
    yield from tidy.metadata_is_tidy(chapter.book)


def fits_a_sitting(chapter):
    try:
        yield from course_map.survey(chapter.path, chapter.book).excesses()
    except course_map.CourseMapError as error:
        yield str(error)


def says_how_long_it_takes(chapter):
    first = chapter.cells[0].source
    try:
        counted = course_map.survey(chapter.path, chapter.book)
        if course_map.with_time(counted, first) != first:
            yield f"the first cell does not say {counted.time!r}, which was counted: run `make map`"
    except course_map.CourseMapError as error:
        yield str(error)


def no_path_of_any_machine(chapter):
    for cell in chapter.cells:
        for text in (cell.source, *(stored(cell) if cell.cell_type == "code" else ())):
            found = MACHINE_PATH.search(re.sub(r"\x1b\[[\d;]*m", "", text))
            if found:
                yield f"{name(cell)} names a path of one machine: {found[0]}..."


def exercises_are_complete(chapter):
    cells = chapter.cells
    starters = [index for index, cell in enumerate(cells) if "exercise" in tags(cell)]
    solutions = [cell for cell in cells if "solution" in tags(cell)]
    if chapter.number and len(starters) < 3:
        yield f"there are {len(starters)} exercises, and a chapter has three or more"
    if len(solutions) != len(starters):
        yield f"there are {len(starters)} exercises and {len(solutions)} solutions"
    for index in starters:
        starter = cells[index]
        names = list(checks(starter))
        if len(names) != 1:
            yield f"{name(starter)} is an exercise and calls check() for {names}, not for one name"
            continue
        above = index - 1
        while above > 0 and cells[above].cell_type == "markdown" and "### " not in cells[above].source:
            above -= 1
        below = index + 1
        while below < len(cells) and cells[below].cell_type == "markdown" and "<details" in cells[below].source:
            below += 1
        text = "\n".join(cell.source for cell in cells[above:below] if cell.cell_type == "markdown")
        if not re.search(rf"^### Exercise {re.escape(names[0])}\b", text, re.MULTILINE):
            yield f"no heading '### Exercise {names[0]} ...' stands above exercise {names[0]}"
        if "<details" not in text:
            yield f"exercise {names[0]} has no hint in <details>"
        if "✔" in "".join(stored(starter)):
            yield f"the starter of {names[0]} is taken for a right answer"
        solution = cells[below] if below < len(cells) else None
        if solution is None or "solution" not in tags(solution):
            yield f"no solution stands right below exercise {names[0]}"
            continue
        if list(checks(solution)) != names:
            yield f"the solution below exercise {names[0]} does not call check({names[0]!r}, ...)"
        if solution.metadata.get("jupyter", {}).get("source_hidden") is not True:
            yield f"the solution of {names[0]} is not folded (metadata jupyter.source_hidden)"
        if "✔" not in "".join(stored(solution)):
            yield f"the stored output of the solution of {names[0]} has no ✔"


def checks_are_those_registered(chapter):
    for function, known in (("check", chapter.registered), ("predict", chapter.asked)):
        own = {each for each in known if each.startswith(f"{chapter.path.name[:2]}.")}
        used = {each for cell in chapter.code for each in calls(cell, function)}
        for missing in sorted(own - used):
            yield f"{function}({missing!r}) is registered and the notebook never calls it"
        for unknown in sorted(used - own):
            yield f"the notebook calls {function}({unknown!r}), which chapter {chapter.number} does not register"


def predictions_are_asked_first(chapter):
    """A question, the cell that asks, an experiment; and no answer is stored."""
    cells, asked, verdicts = chapter.cells, "", 0
    for index, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        for found in calls(cell, "predict"):
            if cell.source.strip() != f'predict("{found}")':
                yield f"{name(cell)} does more than to ask for {found}"
            above = cells[index - 1].source if cells[index - 1].cell_type == "markdown" else ""
            question = above[above.rfind("**Predict.**") :]
            choices = re.findall(r"^- \((.)\) ", question, re.MULTILINE)
            if not question.startswith("**Predict.**") or choices != sorted(set(choices)) or len(choices) < 2:
                yield f"no text right above {found} asks '**Predict.** ...' with its choices '- (a) ...', '- (b) ...'"
            following = [each for each in cells[index + 1 :] if each.cell_type == "code"][:1]
            if not following or list(calls(following[0], "predict")):
                yield f"no experiment follows prediction {found}"
            asked, verdicts = found, 0
        if "verdict" in tags(cell):
            verdicts += 1
            if not asked or verdicts > 1:
                yield f"{name(cell)} has the tag verdict, and no prediction of its own"
        if any("you guessed" in text for text in stored(cell)):
            yield f"{name(cell)} stores what somebody guessed"


def shows_the_way_on(chapter):
    """What was solved stands behind the exercises, and the way to the neighbours also at the end."""
    number = chapter.path.name[:2]
    places = [place for place, cell in enumerate(chapter.cells) if cell.source.strip() == f'progress("{number}")']
    last = max((place for place, cell in enumerate(chapter.cells) if "solution" in tags(cell)), default=0)
    if len(places) != 1 or places[0] < last:
        yield f"no cell progress({number!r}) stands behind the exercises, or several"
    way = [each for each in chapter.cells[0].source.split("\n\n") if each.startswith("[") and "../README.md" in each]
    if not way or not chapter.cells[-1].source.rstrip().endswith(way[0]):
        yield "the last cell does not end with the links to neighbours and contents of the first"


CONVENTIONS = [
    titled,
    sections_are_numbered,
    linked_to_its_neighbours,
    links_resolve,
    run_in_order,
    errors_are_expected,
    plots_are_explained,
    pictures_are_told,
    cells_are_short,
    paragraphs_are_short,
    outputs_are_compared,
    sections_are_in_order,
    glossary_speaks_chinese,
    metadata_is_tidy,
    fits_a_sitting,
    says_how_long_it_takes,
    no_path_of_any_machine,
    exercises_are_complete,
    checks_are_those_registered,
    predictions_are_asked_first,
    shows_the_way_on,
]


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda convention: convention.__name__)
@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebook_keeps_to(convention, path):
    breaches = list(convention(Chapter.read(path)))
    assert not breaches, "\n".join(breaches)


def test_the_map_of_the_first_chapter_leads_to_all_others():
    first, *others = (Chapter.read(path) for path in sorted(NOTEBOOKS.glob("*.ipynb")))
    titles = {chapter.path.name: chapter.cells[0].source.partition("\n")[0].removeprefix("# ") for chapter in others}
    found = re.findall(r"^\| \[(\d+\. [^]]+)\]\(([^)]+)\) \|", first.sections["0.6 Find your way"], re.MULTILINE)
    assert {name: title for title, name in found} == titles


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.parent.glob("images/*.svg")), ids=lambda path: path.stem)
def test_a_drawing_is_whole_and_opaque(path):
    """Also on a dark page: white paper lies under all that is drawn."""
    svg = "{http://www.w3.org/2000/svg}"
    drawing = ElementTree.parse(path).getroot()
    assert drawing.find(f"{svg}title").text
    paper = drawing.find(f"{svg}rect").attrib
    assert [paper.get(key) for key in ("fill", "width", "height")] == ["white", *drawing.get("viewBox").split()[2:]]


def gaps(names):
    """Yield a sentence for each notebook whose number is not the one after its neighbour's; the first is 00."""
    for number, each in enumerate(sorted(names)):
        if not each.startswith(f"{number:02d}_"):
            yield f"{each} stands where {number:02d}_... is wanted"
            return


def test_numbers_run_on():
    assert list(gaps(path.name for path in NOTEBOOKS.glob("*.ipynb"))) == []


@pytest.mark.parametrize("names", [["01_a"], ["00_a", "02_b"], ["00_a", "01_b", "01_c"], ["00_a", "1_b"]])
def test_a_gap_between_numbers_is_noticed(names):
    assert list(gaps(names)) != []
    assert list(gaps(["00_a", "01_b", "02_c"])) == []


def test_the_map_is_up_to_date():
    _, fresh, problems = course_map.draw(NOTEBOOKS.parent)
    assert problems == []
    assert [path.name for path, text in fresh.items() if text != path.read_text(encoding="utf-8")] == [], (
        "run `make map`"
    )


PICTURE = "iVBORw0KGgo="
WORDS = {"image/png": {"alt": "Buns. time. bun 1 s."}}
WAY = "[previous](03_knead_dough.ipynb) · [contents](../README.md#the-chapters) · [next](05_sell_buns.ipynb)"


def markdown(source):
    return nbformat.v4.new_markdown_cell(source)


def code(source, *outputs, **metadata):
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def prints(text, stream="stdout"):
    return nbformat.v4.new_output("stream", name=stream, text=text)


def exercise(number):
    check = f'check("04.{number}", buns)'
    return [
        markdown(
            f"### Exercise 04.{number} Count buns (5 minutes)\n\n<details><summary>Hint</summary>Count.</details>"
        ),
        code(f"buns = None\n{check}", prints(f"… 04.{number}: no answer yet"), tags=["exercise"]),
        code(
            f"buns = {number}\n{check}",
            prints(f"✔ 04.{number}: so it is"),
            tags=["solution"],
            jupyter={"source_hidden": True},
        ),
    ]


@pytest.fixture
def model(tmp_path):
    """A chapter that keeps to every convention."""
    for neighbour in ("README.md", "notebooks/03_knead_dough.ipynb", "notebooks/05_sell_buns.ipynb"):
        (tmp_path / neighbour).parent.mkdir(exist_ok=True)
        (tmp_path / neighbour).write_text("# Bakery\n\n## The chapters\n", encoding="utf-8")
    book = nbformat.v4.new_notebook(
        cells=[
            markdown(
                "# 4. Bake buns\n\n*You see a bun rise.*\n\n"
                "**Time.** 5 minutes to read and run, 15 for the exercises.\n\n"
                f"{WAY}\n\n[words](#Glossary) · `list[0](1)`"
            ),
            markdown("**Predict.** How many buns?\n\n- (a) one\n- (b) two"),
            code('predict("04.a")', nbformat.v4.new_output("display_data", {"text/plain": "Your guess?"})),
            code("buns = bake()"),
            code(
                "plot(buns)",
                nbformat.v4.new_output("display_data", {"image/png": PICTURE}, metadata=WORDS),
                tags=["verdict"],
            ),
            markdown("Each bar is a bun."),
            code("1 / 0", nbformat.v4.new_output("error", ename="ZeroDivisionError"), tags=["raises-exception"]),
            code("warn()", prints("hot", "stderr"), tags=["shows-stderr"]),
            markdown("## In practice"),
            markdown("## Further reading"),
            markdown("## Exercises"),
            *exercise(1),
            *exercise(2),
            *exercise(3),
            code('progress("04")'),
            markdown("## What you now know"),
            markdown(f"## Glossary\n\n| English | 中文 |\n|---|---|\n| bun | 包子 |\n\n{WAY}"),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}},
    )
    chapter = Chapter(
        tmp_path / "notebooks" / "04_bake_buns.ipynb", book, {"04.1", "04.2", "04.3", "05.1"}, {"04.a", "05.a"}
    )
    for count, cell in enumerate(chapter.code, start=1):
        cell.execution_count = count
    return chapter


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda convention: convention.__name__)
def test_model_keeps_to(convention, model):
    assert list(convention(model)) == []


def find(chapter, start):
    return next(cell for cell in chapter.cells if cell.source.startswith(start))


def edit(start, old, new):
    def spoil(chapter):
        cell = find(chapter, start)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return spoil


def drop(start):
    return lambda chapter: chapter.cells.remove(find(chapter, start))


def set_tags(start, *new):
    return lambda chapter: find(chapter, start).metadata.update(tags=list(new))


def store(start, text):
    return lambda chapter: find(chapter, start).update(outputs=[prints(text)])


SPOILT = [
    (titled, edit("# 4", "# 4. Bake", "# 5. Bake")),
    (titled, edit("# 4", "# 4. Bake", "## 4. Bake")),
    (sections_are_numbered, lambda chapter: chapter.cells.insert(1, markdown("## 4.2 Knead"))),
    (sections_are_numbered, edit("### Exercise 04.2", "Exercise 04.2", "Exercise 04.1")),
    (sections_are_numbered, edit("predict", "04.a", "04.b")),
    (linked_to_its_neighbours, edit("# 4", "[next](05_sell_buns.ipynb)", "next")),
    (linked_to_its_neighbours, edit("# 4", "[previous](03_knead_dough.ipynb)", "previous")),
    (linked_to_its_neighbours, edit("# 4", "../README.md#the-chapters", "https://example.org")),
    (links_resolve, edit("Each bar", "a bun", "[a bun](../images/bun.png)")),
    (links_resolve, edit("Each bar", "a bun", '<img src="bun.png">')),
    (links_resolve, edit("# 4", "#Glossary", "#Words")),
    (links_resolve, edit("# 4", "#the-chapters", "#The-chapters")),
    (run_in_order, lambda chapter: chapter.code[0].update(execution_count=None)),
    (run_in_order, lambda chapter: chapter.code[0].update(execution_count=7)),
    (errors_are_expected, set_tags("1 / 0")),
    (errors_are_expected, set_tags("warn()")),
    (plots_are_explained, drop("Each bar")),
    (plots_are_explained, lambda chapter: find(chapter, "plot").outputs[0].metadata.clear()),
    (plots_are_explained, lambda chapter: find(chapter, "plot").outputs[0].data.update({"image/png": "A" * 200_004})),
    (pictures_are_told, edit("Each bar", "a bun", "![a bun](../README.md)")),
    (cells_are_short, edit("warn()", "warn()", "warn()\n" * 31)),
    (cells_are_short, lambda chapter: [cell.update(source="pass\n" * 9) for cell in chapter.code]),
    (paragraphs_are_short, edit("Each bar", "a bun", "a bun " * 30)),
    (paragraphs_are_short, edit("Each bar", "a bun", f"a bun\n\n{'bun ' * 61}\n- a list\n")),
    (
        outputs_are_compared,
        lambda chapter: [cell.metadata.update(tags=["nbval-ignore-output"]) for cell in chapter.code[:5]],
    ),
    (outputs_are_compared, edit("warn()", "warn()", "# NBVAL_SKIP\nwarn()")),
    (outputs_are_compared, set_tags("warn()", "nbval-skip")),
    (sections_are_in_order, drop("## Further")),
    (sections_are_in_order, edit("## In practice", "## In practice", "## Glossary of old")),
    (glossary_speaks_chinese, edit("## Glossary", "包子", "baozi")),
    (glossary_speaks_chinese, edit("## Glossary", "中文", "Pinyin")),
    (glossary_speaks_chinese, edit("## Glossary", "| bun | 包子 |", "")),
    (metadata_is_tidy, lambda chapter: chapter.book.metadata.kernelspec.update(name="bakery")),
    (metadata_is_tidy, lambda chapter: chapter.book.metadata.update(widgets={})),
    (metadata_is_tidy, lambda chapter: chapter.book.metadata.language_info.update(version="3.11.7")),
    (metadata_is_tidy, lambda chapter: chapter.code[0].metadata.update(execution={})),
    (metadata_is_tidy, lambda chapter: chapter.code[0].update(id=chapter.code[1].id)),
    (metadata_is_tidy, lambda chapter: chapter.cells[0].pop("id")),
    (metadata_is_tidy, lambda chapter: find(chapter, "plot").outputs[0].data.update({tidy.WIDGET_VIEW: {}})),
    (metadata_is_tidy, lambda chapter: find(chapter, "plot").outputs[0].data.update({"text/html": live("a plot")})),
    (fits_a_sitting, lambda chapter: chapter.cells.extend(markdown("bun") for _ in range(90))),
    (fits_a_sitting, lambda chapter: chapter.cells.insert(1, markdown("bun " * 75 * 150))),
    (fits_a_sitting, lambda chapter: chapter.cells.insert(1, code("bun()\n" * 75 * 15))),
    (fits_a_sitting, edit("### Exercise 04.2", "5 minutes", "55 minutes")),
    (fits_a_sitting, edit("### Exercise 04.2", "(5 minutes)", "")),
    (fits_a_sitting, edit("# 4", "*You see a bun rise.*", "You see a bun rise.")),
    (says_how_long_it_takes, edit("# 4", "5 minutes to read", "40 minutes to read")),
    (says_how_long_it_takes, edit("# 4", "15 for the exercises", "10 for the exercises")),
    (says_how_long_it_takes, edit("# 4", "**Time.**", "**Time**:")),
    (says_how_long_it_takes, edit("### Exercise 04.2", "(5 minutes)", "(brief)")),
    (no_path_of_any_machine, edit("warn()", "warn()", 'open("/home/baker/bun")')),
    (no_path_of_any_machine, store("warn()", 'File "/Users/baker/bun.py"')),
    (no_path_of_any_machine, store("warn()", r"C:\Users\baker")),
    (exercises_are_complete, drop("### Exercise 04.1")),
    (exercises_are_complete, drop("buns = None")),
    (exercises_are_complete, drop("buns = 1")),
    (exercises_are_complete, edit("### Exercise 04.2", "<details>", "<p>")),
    (exercises_are_complete, edit("buns = 1", "04.1", "04.2")),
    (exercises_are_complete, store("buns = 1", "✘ 04.1: no")),
    (exercises_are_complete, store("buns = None", "✔ 04.1: so it is")),
    (exercises_are_complete, lambda chapter: find(chapter, "buns = 1").metadata.jupyter.update(source_hidden=False)),
    (checks_are_those_registered, lambda chapter: chapter.registered.add("04.9")),
    (checks_are_those_registered, lambda chapter: chapter.registered.remove("04.1")),
    (checks_are_those_registered, lambda chapter: chapter.asked.add("04.b")),
    (checks_are_those_registered, lambda chapter: chapter.asked.remove("04.a")),
    (checks_are_those_registered, edit("buns = bake", "bake()", 'check("04.a", "b")')),
    (predictions_are_asked_first, drop("**Predict")),
    (predictions_are_asked_first, edit("**Predict", "- (b)", "(b)")),
    (predictions_are_asked_first, edit("**Predict", "- (a) one\n- (b) two", "- (b) one\n- (a) two")),
    (predictions_are_asked_first, edit("predict", "predict", "buns = 2\npredict")),
    (predictions_are_asked_first, edit("predict", '"04.a"', '"04.a", "b"')),
    (predictions_are_asked_first, edit("buns = bake", "bake()", 'predict("04.b")')),
    (predictions_are_asked_first, set_tags("buns = bake", "verdict")),
    (predictions_are_asked_first, lambda chapter: chapter.cells.insert(1, code("pass", tags=["verdict"]))),
    (predictions_are_asked_first, store("buns = bake", "✔ 04.a: you guessed (b), and so it is.")),
    (shows_the_way_on, drop("progress")),
    (shows_the_way_on, lambda chapter: chapter.cells.insert(1, code('progress("04")'))),
    (shows_the_way_on, edit("progress", "04", "05")),
    (shows_the_way_on, edit("## Glossary", "[contents]", "[list of contents]")),
    (shows_the_way_on, edit("# 4", "[contents]", "[list of contents]")),
]


@pytest.mark.parametrize(("convention", "spoil"), SPOILT, ids=lambda each: getattr(each, "__name__", ""))
def test_spoilt_model_is_noticed(convention, spoil, model):
    spoil(model)
    assert list(convention(model)) != []


def test_each_convention_is_proved_able_to_complain():
    assert {convention for convention, _ in SPOILT} == set(CONVENTIONS)
