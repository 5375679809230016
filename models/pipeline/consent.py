"""Consent records of the published voices, in the format of `src/provenance/consent.ts`.

    python -m pipeline.consent

rewrites the records in `published/manifest.json` and leaves the rest of it; `pipeline.export` writes the same records when it publishes.
"""

import hashlib
import json

from .catalogue import CATALOGUE, PublishedVoice
from .paths import PUBLISHED

# Published and covered by the records' SHA-256, as are the strings in `sealed`: none of them may change.
USES = ["convert", "preview", "live", "blend", "export", "import"]
CONTACT = "the maintainers of Understudy, through its repository"
FROM = "2026-11-24"


def canonical(value) -> bytes:
    """UTF-8 JSON with sorted keys and no white space, as `canonicalJson` of src/provenance/canonical.ts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def person_of(voice: PublishedVoice) -> dict:
    if not voice.person:
        return {"name": "Nobody: a synthetic voice", "status": "nobody"}
    if voice.death_year:
        return {"name": voice.person, "status": "deceased", "deathYear": voice.death_year}
    return {"name": voice.person, "status": "living"}


def sealed(voice: PublishedVoice) -> dict:
    """The consent record of a published voice, and the SHA-256 (hexadecimal) of its canonical JSON."""
    record = {
        "version": 1,
        "person": person_of(voice),
        "rightsHolder": {"name": voice.person or "Understudy", "capacity": "public-domain" if voice.person else "synthetic"},
        "proof": {"kind": "statement", "statement": voice.consent_statement},
        "sources": list(voice.sources),
        "uses": USES,
        "from": FROM,
        "until": None,
        "revocationContact": CONTACT,
        "parents": [],
    }
    return {"record": record, "sha256": hashlib.sha256(canonical(record)).hexdigest()}


def main() -> None:
    path = PUBLISHED / "manifest.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["files"]:
        if entry["kind"] == "voice":
            entry["consent"] = sealed(CATALOGUE[entry["id"]])
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
