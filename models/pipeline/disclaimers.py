"""Say the sentences of src/export/disclaimers.json, for `node scripts/disclaimers.mjs work/disclaimers` to convert.

    python -m pipeline.disclaimers

Kokoro's own phonemes are near enough to those of all four languages; what it lacks in ɵ it says as ø.
"""

import json
import subprocess

from .paths import MODELS, WORK
from .speak import KOKORO_MAP, Kokoro, write

ESPEAK = {"en": "en-us", "de": "de", "nl": "nl", "fr": "fr-fr"}
# These stand for English sounds alone.
ENGLISH = {"r", "x", "ɐ", "eɪ"}
SENTENCES = MODELS.parent / "src" / "export" / "disclaimers.json"


def main() -> None:
    kokoro = Kokoro()
    style = kokoro.style({"jm_kumo": 1.0})
    for language, entry in json.loads(SENTENCES.read_text()).items():
        command = ["espeak-ng", "-q", "--ipa", "-v", ESPEAK[language], entry["text"]]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
        ipa = ". ".join(line.strip() for line in lines if line.strip()).replace("ɵ", "ø").replace("-", "")
        for old, new in KOKORO_MAP.items():
            if language == "en" or old not in ENGLISH:
                ipa = ipa.replace(old, new)
        write(WORK / "disclaimers", language, kokoro.core._infer(ipa + ".", style, 0.9))


if __name__ == "__main__":
    main()
