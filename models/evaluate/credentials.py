"""Credentials of the app's exports, read by C2PA's own reader.

    python -m evaluate.credentials

Converts the app's sample to each format that carries credentials with `npm run convert` and reads the files with c2pa-python. Each has to be
valid, and its signer untrusted: the app makes a key for each file, which no list of trusted signers knows.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import c2pa

from pipeline.paths import MODELS

SAMPLE = MODELS.parent / "public" / "sample" / "sample.wav"
FORMATS = ("wav", "mp3", "m4a")
EXPECTED = ("Valid", ["signingCredential.untrusted"])


def states() -> dict[str, tuple[str, list[str]]]:
    """Format -> validation state, and codes of the validation status."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in FORMATS:
            command = ["npm", "run", "--silent", "convert", "--", str(SAMPLE), folder, "--voice", "kathleen", "--format", name]
            subprocess.run(command, cwd=MODELS.parent, check=True, capture_output=True)
            with c2pa.Reader(str(Path(folder) / f"{SAMPLE.stem}.{name}")) as reader:
                store = json.loads(reader.json())
            found[name] = store["validation_state"], [status["code"] for status in store["validation_status"]]
    return found


if __name__ == "__main__":
    found = states()
    for name, (state, codes) in found.items():
        print(name, state, *codes)
    sys.exit(any(state != EXPECTED for state in found.values()))
