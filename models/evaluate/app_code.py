"""Runs the app's own TypeScript, bundled for Node.js, on recordings."""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from pipeline.paths import MODELS, PUBLISHED

ROOT = MODELS.parent


def run(exports: list[str], driver: str, recordings: list[np.ndarray], arguments: list | None = None) -> list:
    """The JSON that `driver` prints, one line per recording (16 kHz mono).

    `exports`: lines of TypeScript with `%(src)s` for the source folder, bundled to `./app.mjs`, which the driver imports. Its arguments are
    the folder of published files, a JSON file of `arguments` (one entry per recording), and the recordings as raw float32 files.
    """
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as name:
        folder = Path(name)
        (folder / "entry.ts").write_text("\n".join(exports) % {"src": ROOT / "src"})
        (folder / "driver.mjs").write_text(driver)
        (folder / "arguments.json").write_text(json.dumps(arguments))
        bundle = ["npx", "rolldown", str(folder / "entry.ts"), "-o", str(folder / "app.mjs"), "--format", "esm", "--platform", "node"]
        subprocess.run(bundle, cwd=ROOT, check=True, capture_output=True)
        files = [folder / f"{i}.f32" for i in range(len(recordings))]
        for file, audio in zip(files, recordings):
            audio.astype("<f4").tofile(file)
        command = ["node", str(folder / "driver.mjs"), str(PUBLISHED), str(folder / "arguments.json"), *map(str, files)]
        return list(map(json.loads, subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()))
