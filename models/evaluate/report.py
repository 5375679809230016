"""The parts of EVAL.md, each between two HTML comments and written by one command."""

from pipeline.paths import MODELS

REPORT = MODELS / "EVAL.md"


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->", f"<!-- /{name} -->"


def section(name: str) -> str:
    """The text between the marks, after a line break."""
    start, end = marks(name)
    whole = REPORT.read_text()
    return "\n" + whole[whole.index(start) + len(start) : whole.index(end)].strip()


def rewrite(name: str, text: str) -> None:
    """Replaces the text between the marks."""
    start, end = marks(name)
    whole = REPORT.read_text()
    REPORT.write_text(f"{whole[: whole.index(start)]}{start}\n\n{text}\n\n{whole[whole.index(end) :]}")
