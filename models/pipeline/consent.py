"""Consent records of the published voices, in the form of `src/provenance/consent.ts`.

    python -m pipeline.consent

puts them into `published/manifest.json` as it is; `pipeline.export` does the same when it publishes.
"""

import hashlib
import json

from .paths import PUBLISHED

USES = ["convert", "preview", "live", "blend", "export", "import"]
CONTACT = "the maintainers of Understudy, through its repository"
FROM = "2026-11-24"
PEOPLE = {
    "kathleen": "Kathleen (rhasspy/dataset-voice-kathleen)",
    "kerstin": "Kerstin (rhasspy/dataset-voice-kerstin)",
    "nathalie": "Nathalie (rhasspy/dataset-voice-nathalie)",
    "flemishguy": "Flemish Guy (rhasspy/dataset-voice-flemishguy)",
}


def canonical(value) -> bytes:
    """`canonicalJson` of src/provenance/canonical.ts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sealed(voice_id: str, statement: str) -> dict:
    """The record of a published voice and its fingerprint: people's recordings in the public domain, the rest synthetic."""
    person = PEOPLE.get(voice_id)
    record = {
        "version": 1,
        "person": {"name": person, "status": "living"} if person else {"name": "Nobody: a synthetic voice", "status": "nobody"},
        "rightsHolder": {"name": person or "Understudy", "capacity": "public-domain" if person else "synthetic"},
        "proof": {"kind": "statement", "statement": statement},
        "sources": [],
        "uses": USES,
        "from": FROM,
        "until": None,
        "revocationContact": CONTACT,
        "parents": [],
    }
    return {"record": record, "sha256": hashlib.sha256(canonical(record)).hexdigest()}


def main() -> None:
    from .export import ABOUT

    path = PUBLISHED / "manifest.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["files"]:
        if entry["kind"] == "voice":
            entry["consent"] = sealed(entry["id"], ABOUT[entry["id"]][5])
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
