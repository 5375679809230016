"""The listening page: fixed sentences converted to every published voice, by this release and the last.

    python -m evaluate.listening                  convert with `npm run convert`, then write the page
    python -m evaluate.listening --page           write the page from existing recordings
    python -m evaluate.listening --python --voices joe --out <folder>      a trial with `python -m pipeline.convert`

Writes docs/listening.html and docs/listening/: `sources`, `targets` and a folder for each of the last two releases, named by
`evaluate.run.version`; older ones are deleted.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from html import escape
from pathlib import Path

from pipeline.paths import MODELS, PUBLISHED

from . import sets
from .run import convert, version

DOCS = MODELS.parent / "docs"
SENTENCES = [("joe", "arctic_a0009"), ("jm_kumo", "arctic_a0003"), ("kathleen", "arctic_a0012"), ("kerstin", None)]
OPUS_KBIT = 32
LARGEST_BYTES = 3_000_000
RELEASES = 2
TARGET_SECONDS = 5

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 ui-sans-serif, system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.6rem; border-bottom: 1px solid #8886; }
audio { width: 14rem; max-width: 100%; min-width: 9rem; display: block; }
.wide { overflow-x: auto; }
"""


def voices() -> list[dict]:
    return [file for file in json.loads((PUBLISHED / "manifest.json").read_text())["files"] if file["kind"] == "voice"]


def sentences() -> list[tuple[str, str, str]]:
    """Speaker, stem and text of each."""
    found = []
    for speaker, stem in SENTENCES:
        texts = sets.texts_of(speaker)
        chosen = stem or next(iter(texts))
        found.append((speaker, chosen, texts[chosen]))
    return found


def opus(source: Path, target: Path, seconds: float | None = None) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    cut = [] if seconds is None else ["-t", str(seconds)]
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(source), *cut, "-ac", "1", "-c:a", "libopus", "-b:a", f"{OPUS_KBIT}k", str(target)]
    subprocess.run(command, check=True)


def target_of(voice: str, media: Path) -> None:
    """Writes a recording of the target speaker; a voice mixed from others has none."""
    try:
        references = sets.references_of(voice)
    except SystemExit:
        return
    opus(references[len(references) // 2], media / "targets" / f"{voice}.opus", TARGET_SECONDS)


def record(media: Path, ids: list[str], python: bool) -> None:
    """Writes the sources, the targets and this release's conversions."""
    with tempfile.TemporaryDirectory() as name:
        inputs = Path(name) / "in"
        inputs.mkdir()
        for speaker, stem, _ in sentences():
            source = next(file for file in sets.files_of(speaker) if file.stem == stem)
            shutil.copy(source, inputs / f"{speaker}.wav")
            opus(source, media / "sources" / f"{speaker}.opus")
        for voice in ids:
            out = Path(name) / voice
            if python:
                subprocess.run([sys.executable, "-m", "pipeline.convert", str(inputs), str(out), "--voice", voice], check=True, cwd=MODELS)
            else:
                convert(inputs, out, voice)
            for file in sorted(out.glob("*.wav")):
                opus(file, media / version() / f"{file.stem}-{voice}.opus")
            target_of(voice, media)


def releases(media: Path) -> list[dict[str, str]]:
    """The last two releases, the newest first; deletes recordings of older ones."""
    index = media / "releases.json"
    known = json.loads(index.read_text()) if index.exists() else []
    if version() not in [each["networks"] for each in known]:
        known.insert(0, {"networks": version(), "date": date.today().isoformat()})
    for old in known[RELEASES:]:
        shutil.rmtree(media / old["networks"], ignore_errors=True)
    index.write_text(json.dumps(known[:RELEASES], indent=2) + "\n")
    return known[:RELEASES]


def player(media: Path, path: str, label: str) -> str:
    if not (media / path).exists():
        return "none"
    return f'<audio controls preload="none" aria-label="{escape(label)}" src="{media.name}/{path}"></audio>'


def section(media: Path, voice: dict, made: list[dict[str, str]]) -> str:
    name, target = escape(voice["name"]), player(media, f"targets/{voice['id']}.opus", f"{voice['name']} speaking")
    itself = f"<p>The voice itself: {target}</p>" if target != "none" else "<p>Made of other voices: there is no recording of it.</p>"
    heads = "".join(f'<th scope="col">{"this release" if i == 0 else "the last one"}, {each["date"]}</th>' for i, each in enumerate(made))
    rows = []
    for speaker, _, text in sentences():
        source = player(media, f"sources/{speaker}.opus", f"source: {speaker} says {text}")
        outputs = [
            player(media, f"{each['networks']}/{speaker}-{voice['id']}.opus", f"{speaker} as {voice['name']}, release of {each['date']}") for each in made
        ]
        cells = "".join(f"<td>{output}</td>" for output in outputs)
        heading = f'<th scope="row" lang="{sets.language_of(speaker)}">{escape(text)}</th>'
        rows.append(f"<tr>{heading}<td>{source}</td>{cells}</tr>")
    head = f'<tr><th scope="col">sentence</th><th scope="col">source</th>{heads}</tr>'
    return f'<h2 id="{voice["id"]}">{name}</h2><p>{escape(voice["description"])}</p>{itself}<div class="wide"><table><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table></div>'


def page(media: Path, shown: list[dict], made: list[dict[str, str]]) -> str:
    credits = "; ".join(f"{escape(voice['name'])}: {escape(voice['origin'])} ({escape(voice['licence'])})" for voice in shown)
    links = " · ".join(f'<a href="#{voice["id"]}">{escape(voice["name"])}</a>' for voice in shown)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Understudy: listen</title><style>{STYLE}</style></head><body><main><h1>Understudy: listen</h1>"
        f"<p>Fixed sentences that trained nothing, in every published voice. Networks {made[0]['networks']}. "
        f"Written by <code>python -m evaluate.listening</code>; what is made of the sources is what <code>npm run convert</code> writes, the mark included.</p>"
        f'<nav aria-label="Voices">{links}</nav>{"".join(section(media, voice, made) for voice in shown)}'
        f"<h2>Credits</h2><p>{credits}.</p></main></body></html>\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--python", action="store_true")
    parser.add_argument("--voices", nargs="+")
    parser.add_argument("--out", type=Path, default=DOCS)
    args = parser.parse_args()
    if (args.python or args.voices) and args.out == DOCS:
        parser.error("a trial needs an --out of its own")
    media, shown = args.out / "listening", [voice for voice in voices() if not args.voices or voice["id"] in args.voices]
    media.mkdir(parents=True, exist_ok=True)
    if not args.page:
        record(media, [voice["id"] for voice in shown], args.python)
    html = args.out / "listening.html"
    html.write_text(page(media, shown, releases(media)))
    subprocess.run(["npx", "prettier", "--write", "--log-level", "warn", str(html)], cwd=MODELS.parent, check=True)
    size = html.stat().st_size + sum(file.stat().st_size for file in media.rglob("*") if file.is_file())
    print(f"{html}: {size / 1e6:.2f} MB with its recordings")
    if size > LARGEST_BYTES:
        raise SystemExit(f"larger than {LARGEST_BYTES / 1e6:g} MB")


if __name__ == "__main__":
    main()
