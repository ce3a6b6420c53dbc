"""One page that answers, and tables for papers: what they hold, that they are safe, and that they stay the same."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.report.__main__ import main
from harness.report.page.papers import _plain
from harness.results.files import Results, load
from tests import browser

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")
HOSTILE = "<script>alert(1)</script>&\"'$x^$ \\input{a}|%_#{{7*7}}\u202e\x1b[31m"
SWEEP = ("objective=rosenbrock", "trials=4", "steps=40", "replicates=7")


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of three cells that is decided or not, tuned seven times."""
    folder = tmp_path_factory.mktemp("report") / "swept"
    harness.sweep("optimizer=sgd,momentum,adam", *SWEEP, f"hydra.sweep.dir={folder}")
    return folder


@pytest.fixture(scope="session")
def report(swept: Path) -> str:
    assert main([str(swept)]) == 0
    return (swept / "report.html").read_text()


class Parts(HTMLParser):
    """Tags, ids, and what stands in scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "br", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.scripts.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def renamed(swept: Path, folder: Path, name: str) -> Path:
    """The sweep with a cell of another name, as a folder of configs may give it."""
    shutil.copytree(swept, folder)
    for file in ("cells.csv", "runs.csv", "trials.csv"):
        with (folder / file).open(newline="") as opened:
            rows = list(csv.reader(opened))
        column = rows[0].index("optimizer")
        for row in rows[1:]:
            row[column] = name if row[column] == "momentum" else row[column]
        with (folder / file).open("w", newline="") as opened:
            csv.writer(opened, lineterminator="\n").writerows(rows)
    return folder


def test_the_page_has_every_part(report: str) -> None:
    page = Parts(report)
    assert page.open == []
    questions = re.findall(r"<dt>([^<]*\?)</dt>", report)
    assert questions == ["Who wins?", "By how much?", "How sure is that?", "What was tuned?", "What to type next?"]
    titles = re.findall(r"<h2>([^<]*)</h2>", report)
    assert titles == [
        "The numbers",
        "Pictures",
        "Who was tuned how hard",
        "The winners as code",
        "What it was made with",
        "Words",
    ]
    for told in ("torch.optim.Adam(", "optax.adam(", "keras.optimizers.SGD(", "7 tunings of every cell",
                 "5\u00a0% family-wise", "tag(log, interval(1e-4, 10))", "numpy", "python -m harness.answer ",
                 "python -m harness.code "):  # fmt: skip
        assert told.lower() in report.lower(), told
    assert re.search("<p>Lr of (sgd and adam|adam and sgd); lr, momentum of momentum.</p>", report)
    assert len(page.all("figure")) >= 8
    assert len(re.findall(r'<p class="again">Again: <code>python -m ', report)) >= len(page.all("figure")) + 4


def test_pictures_have_words_ids_of_their_own_and_the_colours_of_the_page(report: str) -> None:
    page = Parts(report)
    assert len(page.all("svg")) == len(page.all("figure"))
    assert all(svg["role"] == "img" and len(svg["aria-label"] or "") > 20 for svg in page.all("svg"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'(?:href="#|url\(#)([^")]*)', report))
    assert wanted <= set(ids)
    drawn = "".join(re.findall(r"<svg.*?</svg>", report, re.DOTALL))
    assert "currentColor" in drawn
    assert "var(--faint)" in drawn
    assert not re.search(r"#(1b1f24|8b949e|0072b2|000000|ffffff)", drawn)


def test_tables_have_captions_and_numbers_to_sort_by(report: str) -> None:
    page = Parts(report)
    assert len(page.all("caption")) == len(page.all("table")) >= 5
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    assert all("data-key" in field for field in page.all("td"))


def test_the_same_folder_gives_the_same_bytes(swept: Path, report: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "harness.report", str(swept), "-o", str(tmp_path / "again.html")]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(harness.__file__).parents[1])
    assert (tmp_path / "again.html").read_text() == report
    assert load(swept).report(tmp_path / "python.html").read_text() == report


@pytest.mark.parametrize("form", ["html", "md", "latex", "csv", "json"])
def test_names_are_never_instructions(swept: Path, tmp_path: Path, form: str) -> None:
    folder = renamed(swept, tmp_path / "hostile", HOSTILE)
    file = tmp_path / f"report.{form}"
    assert main([str(folder), "--format", form, "-o", str(file)]) == 0
    text = file.read_text()
    assert "\x1b" not in text
    assert "\u202e" not in text
    if form == "html":
        page = Parts(text)
        assert len(page.scripts) == len(page.all("script")) == 1
        assert "alert(1)" not in page.scripts[0]
        assert "{{7*7}}" in text
    elif form == "md":
        assert "<script" not in text
        assert r"\|%\_\#" in text
    elif form == "latex":
        assert "\\input" not in text.replace("\\textbackslash{}input", "")
        assert "\\textless{}script\\textgreater{}" in text


def test_nothing_is_loaded_and_only_our_script_runs(report: str) -> None:
    import base64
    import hashlib

    page = Parts(report)
    (script,) = page.scripts
    policy = next(str(one["content"]) for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; ")
    assert f"script-src 'sha256-{hashed}'" in policy
    links = [value for _, found in page.tags for key, value in found.items() if key in ("href", "src", "xlink:href")]
    assert links
    assert all(str(link).startswith(("#", "data:image/png")) for link in links)
    assert not page.all("link")


@pytest.mark.skipif(not browser.CHROMIUM, reason="no chromium")
def test_a_browser_finds_nothing_wrong(swept: Path, report: str, tmp_path: Path) -> None:
    folder = renamed(swept, tmp_path / "hostile", HOSTILE)
    assert main([str(folder)]) == 0
    with browser.browser(tmp_path / "profile") as page:
        assert browser.wrong(page, swept / "report.html") == []
    with browser.browser(tmp_path / "other") as page:
        assert browser.wrong(page, folder / "report.html") == []


@pytest.mark.skipif(not browser.CHROMIUM, reason="no chromium")
def test_a_browser_says_what_is_wrong(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<h1 style='margin-top: 900px; width: 2000px'>late</h1><dl class=questions><dd>no</dd></dl>"
        "<table class=sorts><thead><tr><th><button></button></th></tr></thead><tbody></tbody></table>"
        "<script src='https://example.invalid/x.js'></script><script>console.log(1); throw 1</script>"
    )
    with browser.browser(tmp_path / "profile") as page:
        told = "\n".join(browser.wrong(page, bad))
    for one in ("error: ", "console: log", "request: https://example.invalid", "the answer ends at", "wide at 390",
                "not dark", "what to type next"):  # fmt: skip
        assert one in told


@pytest.mark.slow
def test_twenty_cells_of_twelve_tunings_stay_below_three_megabytes(tmp_path: Path) -> None:
    names = ("sgd,momentum,nesterov,adagrad,rmsprop,adam,adamw,lion,adadelta,adamax,nadam,radam,yogi,adabelief,lamb,"
             "qhadam,adan,signsgd,amsgrad,diffgrad")  # fmt: skip
    swept = harness.sweep("objective=rosenbrock", f"optimizer={names}", "trials=24", "steps=30", "replicates=12",
                          f"hydra.sweep.dir={tmp_path / 'big'}")  # fmt: skip
    size = swept.report().stat().st_size
    assert 500_000 < size < 3_000_000


def test_what_finds_no_room_is_named_with_its_command(
    swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.report.page.figures.ROOM", 40_000)
    text = load(swept).report(tmp_path / "small.html").read_text()
    assert text.count("Left out to keep this page small.") >= 4
    assert "<code>python -m harness.plot " in text
    assert len(text) < 150_000


def several() -> Results:
    return harness.sweep("objective=sphere,booth", "optimizer=sgd,adam", "trials=3", "steps=20", "replicates=6")


def untuned() -> Results:
    return harness.sweep("optimizer=adam,sgd", "objective=beale", "steps=20", "seeds=6")


def alone() -> Results:
    return harness.run("optimizer=adam", "objective=beale", "steps=20")


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (several, ["Every cell over all problems", "All problems", "sphere: ", "booth: "]),
        (untuned, ["Nothing: ", "trials=32"]),
        (alone, ["one cell, no verdict"]),
    ],
)
@pytest.mark.parametrize("form", ["html", "md", "latex", "csv", "json"])
def test_every_kind_of_folder_has_a_report(
    made: Callable[[], Results], told: list[str], form: str, tmp_path: Path
) -> None:
    results = made()
    file = tmp_path / f"report.{form}"
    assert main([str(results.folder), "--format", form, "-o", str(file)]) == 0
    text = file.read_text()
    assert text
    if form == "html":
        assert [one for one in told if one not in text] == []
        assert "It cannot be drawn" not in text


def test_several_folders_are_judged_together(tmp_path: Path) -> None:
    for name in ("sgd", "adam"):
        harness.sweep(f"optimizer={name}", *SWEEP, f"hydra.sweep.dir={name}")
    assert main(["sgd", "adam", "-o", "both.html"]) == 0
    text = Path("both.html").read_text()
    assert "python -m harness.compare sgd adam" in text
    assert "python -m harness.plot sgd curves" in text
    assert "python -m harness.plot adam curves" in text
    assert "2 folders together: sgd, adam" in text


def test_tables_for_papers_have_the_numbers_of_the_answer(swept: Path) -> None:
    (answer,) = load(swept).answer
    for form in ("md", "csv", "json", "latex"):
        assert main([str(swept), "--format", form]) == 0
    rows = list(csv.DictReader((swept / "report.csv").read_text().splitlines()))
    assert [(row["cell"], float(row["value"]), row["unbeaten"]) for row in rows] == [
        (line.name, line.value, str(line.name in answer.unbeaten)) for line in answer.lines
    ]
    assert (
        float(rows[1]["effect"])
        == answer.verdict.pair(*(answer.evidence.names.index(line.name) for line in answer.lines[:2])).effect.value
    )
    found: dict[str, Any] = json.loads((swept / "report.json").read_text())
    assert found["answers"][0]["headline"] == answer.headline
    assert "sensitivity" in found["answers"][0]
    markdown, tex = (swept / "report.md").read_text(), (swept / "report.tex").read_text()
    assert markdown.startswith(f"**{answer.headline}**")
    assert "\\toprule" in tex
    for line in answer.lines:
        mark = line.state == "open"
        assert (f"{line.name}†" in markdown) is mark
        assert (f"{line.name}$^{{\\dagger}}$" in tex) is mark
        assert line.effect.replace("[", r"\[").replace("]", r"\]") in markdown
        assert line.effect in tex
    for name in ("effects", "curves"):
        assert (swept / f"report-{name}.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex")
@pytest.mark.slow
@pytest.mark.parametrize("hostile", [False, True])
def test_the_table_compiles(swept: Path, tmp_path: Path, hostile: bool) -> None:
    folder = renamed(swept, tmp_path / "hostile", HOSTILE) if hostile else swept
    assert main([str(folder), "--format", "latex", "-o", str(tmp_path / "report.tex")]) == 0
    document = r"\documentclass{article}\usepackage{booktabs,graphicx}\begin{document}\input{report}\end{document}"
    (tmp_path / "paper.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nowhere"], "nowhere: no finished run or sweep there"),
        (["last", "--format", "word"], "--format word: choices: html, md, latex, csv, json"),
        (["last", "-o"], "-o: what follows it"),
        (["last", "--colour"], "--colour: no such option"),
        (["--format", "md"], "which folder?"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"harness: {line}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_without_the_extra_it_is_one_line(swept: Path, package: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        f"from harness.report.__main__ import main; sys.exit(main([{str(swept)!r}, '-o', 'x.html']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "pip install -e '.[plot]'" in done.stderr


def test_md_csv_and_json_need_no_extra(swept: Path, tmp_path: Path) -> None:
    for form in ("md", "csv", "json"):
        code = (
            "import sys; sys.modules['jinja2'] = sys.modules['matplotlib'] = None\n"
            f"from harness.report.__main__ import main; sys.exit(main([{str(swept)!r}, '--format', {form!r}]))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_what_all_folders_tuned_is_said(tmp_path: Path) -> None:
    harness.sweep("optimizer=sgd", *SWEEP, f"hydra.sweep.dir={tmp_path / 'one'}")
    harness.sweep("optimizer=momentum", *SWEEP, f"hydra.sweep.dir={tmp_path / 'two'}")
    page = tmp_path / "page.html"
    assert main([str(tmp_path / "one"), str(tmp_path / "two"), "-o", str(page)]) == 0
    assert "Lr of sgd; lr, momentum of momentum." in page.read_text()


def test_papers_take_no_field_for_an_instruction() -> None:
    """LaTeX's line break takes what begins with [ for its length, a spreadsheet what begins with = for a formula."""
    assert [_plain(field) for field in ('=HYPERLINK("x")', "@a", "-1", -1, "adam")] == [
        "'=HYPERLINK(\"x\")", "'@a", "'-1", -1, "adam",
    ]  # fmt: skip


def test_rows_of_a_paper_begin_with_nothing(swept: Path, tmp_path: Path) -> None:
    assert main([str(swept), "--format", "latex", "-o", str(tmp_path / "50%.tex")]) == 0
    text = (tmp_path / "50%.tex").read_text()
    rows = [line for line in text.splitlines() if line.endswith("\\\\") and "&" in line]
    assert len(rows) > 3
    assert all(row.startswith("  {}") for row in rows[1:])
    assert "\\includegraphics[width=\\linewidth]{\\detokenize{50%-" in text


def test_where_it_cannot_be_written_is_said(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(swept), "-o", "none/here.html"]) == 2
    assert capsys.readouterr().err == "harness: none/here.html: no such folder: none\n"
    assert main([str(swept), "-o", "page.md"]) == 2
    assert capsys.readouterr().err == "harness: page.md: it would hold html; add --format md\n"
