"""Score the mark: found, payload, false alarms, audibility.

    python -m evaluate.watermark

Reads the unmarked conversions that `python -m pipeline.convert` makes (`work/unmarked/<source>-<voice>`, made here
when they are missing), marks and detects with the app's own code bundled for node, and rewrites its table in EVAL.md.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from pesq import pesq

from pipeline.paths import MODELS, SEED, SPEECH, WORK

from . import sets

RATE = 24000
PAIRS = [("jm_kumo", "kathleen"), ("joe", "kathleen"), ("kathleen", "joe")]
UNMARKED = WORK / "unmarked"
REPORT = MODELS / "EVAL.md"
START, END = "<!-- watermark -->", "<!-- /watermark -->"
ALARM_MINUTES = 60
CODECS = {"WAV": None, "MP3 64 kbit/s": ("libmp3lame", "mp3", "64k"), "Opus 24 kbit/s": ("libopus", "opus", "24k")}

DRIVER = """
import { readFileSync, writeFileSync } from 'node:fs';
import { embedWatermark, detectWatermark, voiceId24 } from './watermark.mjs';
const read = (path) => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
for (const line of readFileSync(0, 'utf8').trim().split('\\n')) {
  const [what, from, to] = line.split('\\t');
  const payload = { version: 1, id24: voiceId24('kathleen') };
  if (what === 'mark') writeFileSync(to, Buffer.from(embedWatermark(read(from), payload).buffer));
  else {
    const found = await detectWatermark(read(from), Number(to));
    console.log(JSON.stringify({ ...found, right: found.payloadOk && found.payload.id24 === payload.id24 }));
  }
}
"""


class App:
    """The app's own mark and detector, in node."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        bundle = ["npx", "rolldown", "src/watermark/index.ts", "-o", str(folder / "watermark.mjs"), "--format", "esm", "--platform", "node"]
        subprocess.run(bundle, cwd=MODELS.parent, check=True, capture_output=True)
        (folder / "driver.mjs").write_text(DRIVER)

    def run(self, lines: list[str]) -> list[dict]:
        done = subprocess.run(["node", str(self.folder / "driver.mjs")], input="\n".join(lines), capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def mark(self, recordings: list[np.ndarray]) -> list[np.ndarray]:
        names = [self.folder / f"{i}.f32" for i in range(len(recordings))]
        for name, samples in zip(names, recordings):
            samples.astype("<f4").tofile(name)
        self.run([f"mark\t{name}\t{name}.marked" for name in names])
        return [np.fromfile(f"{name}.marked", "<f4") for name in names]

    def detect(self, recordings: list[np.ndarray], rate: int = RATE) -> list[dict]:
        names = [self.folder / f"{i}.f32" for i in range(len(recordings))]
        for name, samples in zip(names, recordings):
            samples.astype("<f4").tofile(name)
        return self.run([f"detect\t{name}\t{rate}" for name in names])

    def through(self, samples: np.ndarray, codec: tuple[str, str, str] | None) -> np.ndarray:
        if codec is None:
            return np.round(samples * 32767) / 32767
        encoder, ending, bits = codec
        wav, coded, out = (self.folder / f"a.{end}" for end in ("wav", ending, "f32"))
        sf.write(wav, samples, RATE, subtype="PCM_16")
        for command in (["-i", wav, "-c:a", encoder, "-b:a", bits, coded], ["-i", coded, "-ac", "1", "-ar", str(RATE), "-f", "f32le", out]):
            subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, command)], check=True)
        return np.fromfile(out, "<f4")


def conversions() -> list[np.ndarray]:
    found = []
    for source, voice in PAIRS:
        folder = UNMARKED / f"{source}-{voice}"
        if len(list(folder.glob("*.wav"))) < len(sets.files_of(source)):
            subprocess.run(["python", "-m", "pipeline.convert", str(sets.files_of(source)[0].parent), str(folder), "--voice", voice], check=True, cwd=MODELS)
        found += [sf.read(file, dtype="float32")[0] for file in sorted(folder.glob("*.wav"))]
    return found


def exports(pieces: list[np.ndarray], seconds: float) -> list[np.ndarray]:
    """Neighbours joined until they last `seconds`, and cut there."""
    joined, waiting = [], np.zeros(0, np.float32)
    for piece in pieces:
        waiting = np.concatenate([waiting, piece])
        if len(waiting) >= seconds * RATE:
            joined.append(waiting[: int(seconds * RATE)])
            waiting = np.zeros(0, np.float32)
    return joined


def recordings_of(files: list[Path]) -> list[np.ndarray]:
    def load(file: Path) -> np.ndarray:
        audio, rate = sf.read(file, dtype="float32", always_2d=True)
        return soxr.resample(audio.mean(1), rate, RATE)

    return [load(file) for file in files]


def alarms(app: App) -> list[str]:
    lines = []
    for name in ("jm_kumo", "joe", "kathleen"):
        found = app.detect(recordings_of(sets.files_of(name)))
        lines.append(f"| {len(found)} sources of {name} | {sum(each['present'] == 'yes' for each in found)} | {min(each['pValue'] for each in found):.1e} |")
    files, minutes = [], 0.0
    for file in sorted((SPEECH / "kathleen").glob("*.opus")):
        files.append(file)
        minutes += sf.info(file).duration / 60
        if minutes >= ALARM_MINUTES:
            break
    found = app.detect(recordings_of(files))
    lines.append(f"| {minutes:.0f} minutes of kathleen, {len(found)} files | {sum(each['present'] == 'yes' for each in found)} | {min(each['pValue'] for each in found):.1e} |")
    whole = app.detect([np.concatenate(recordings_of(files))])
    lines.append(f"| the same as one file | {sum(each['present'] == 'yes' for each in whole)} | {whole[0]['pValue']:.1e} |")
    return ["| unmarked | false alarms | lowest p |", "|---|---|---|", *lines]


def robustness(app: App, pieces: list[np.ndarray]) -> list[str]:
    rng = np.random.default_rng(SEED)
    rows = []
    kinds = {"exports of 3 s": exports(pieces, 3), "exports of 6 s": exports(pieces, 6), "3 s cut out of exports of 9 s": exports(pieces, 9)}
    for kind, recordings in kinds.items():
        marked = app.mark(recordings)
        if kind.startswith("3 s cut"):
            starts = [int(rng.integers(0, len(samples) - 3 * RATE)) for samples in marked]
            marked = [samples[start : start + 3 * RATE] for samples, start in zip(marked, starts)]
        for name, codec in CODECS.items():
            found = app.detect([app.through(samples, codec) for samples in marked])
            count = len(found)
            yes, right = sum(each["present"] == "yes" for each in found), sum(each["right"] for each in found)
            rows.append(f"| {kind} | {name} | {yes} of {count} | {right} of {count} | {max(each['pValue'] for each in found):.1e} |")
    return ["| what | as | found | payload right | highest p |", "|---|---|---|---|---|", *rows]


def audibility(app: App, pieces: list[np.ndarray]) -> str:
    low = lambda samples: soxr.resample(samples, RATE, 16000)  # noqa: E731
    values = [pesq(16000, low(a), low(b), "wb") for a, b in zip(pieces, app.mark(pieces))]
    return f"PESQ-WB of marked against unmarked, {len(values)} conversions: mean {np.mean(values):.2f}, lowest {min(values):.2f}."


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app, pieces = App(Path(folder)), conversions()
        text = "\n".join([*robustness(app, pieces), "", audibility(app, pieces), "", *alarms(app)])
    print(text)
    report = REPORT.read_text()
    REPORT.write_text(report[: report.index(START) + len(START)] + "\n\n" + text + "\n\n" + report[report.index(END) :])


if __name__ == "__main__":
    main()
