"""Synthesise the sentences of src/export/disclaimers.json, for `node scripts/disclaimers.mjs work/disclaimers` to convert.

    python -m pipeline.disclaimers
"""

import json

from .paths import MODELS, WORK
from .tts import Kokoro, write

SENTENCES = MODELS.parent / "src" / "export" / "disclaimers.json"


def main() -> None:
    kokoro = Kokoro()
    style = kokoro.style({"jm_kumo": 1.0})
    for language, entry in json.loads(SENTENCES.read_text()).items():
        write(WORK / "disclaimers", language, kokoro.speak(entry["text"], style, 0.9, language))


if __name__ == "__main__":
    main()
