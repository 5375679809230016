"""The app's own TypeScript, bundled for node, run on recordings."""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from pipeline.paths import MODELS, PUBLISHED

ROOT = MODELS.parent


def run(exports: list[str], driver: str, recordings: list[np.ndarray], given: list | None = None) -> list:
    """What `driver` prints as JSON, a line for each recording (16 kHz mono).

    `exports`: lines of TypeScript with `%(src)s` for the sources; the driver imports them from `./app.mjs` and is called with
    the folder of published files, a JSON file of what is `given` for each recording, and the recordings as raw float32.
    """
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as name:
        folder = Path(name)
        (folder / "entry.ts").write_text("\n".join(exports) % {"src": ROOT / "src"})
        (folder / "driver.mjs").write_text(driver)
        (folder / "given.json").write_text(json.dumps(given))
        bundle = ["npx", "rolldown", str(folder / "entry.ts"), "-o", str(folder / "app.mjs"), "--format", "esm", "--platform", "node"]
        subprocess.run(bundle, cwd=ROOT, check=True, capture_output=True)
        files = [folder / f"{i}.f32" for i in range(len(recordings))]
        for file, audio in zip(files, recordings):
            audio.astype("<f4").tofile(file)
        command = ["node", str(folder / "driver.mjs"), str(PUBLISHED), str(folder / "given.json"), *map(str, files)]
        return list(map(json.loads, subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()))
