"""Consent records: what `pipeline.consent` writes is what is published, and the seal is that of the canonical JSON."""

import hashlib
import json

import pytest

from pipeline.catalogue import CATALOGUE
from pipeline.consent import canonical, sealed
from pipeline.paths import PUBLISHED

ENTRIES = {entry["id"]: entry for entry in json.loads((PUBLISHED / "manifest.json").read_text())["files"] if entry["kind"] == "voice"}


def test_canonical_json_is_sorted_compact_and_utf8() -> None:
    assert canonical({"b": [1, None], "a": {"d": "é", "c": True}}) == '{"a":{"c":true,"d":"é"},"b":[1,null]}'.encode()


def test_every_published_voice_is_in_the_catalogue() -> None:
    assert ENTRIES.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("name", ENTRIES)
def test_published_record_is_the_sealed_one(name: str) -> None:
    assert ENTRIES[name]["consent"] == sealed(CATALOGUE[name])


@pytest.mark.parametrize("name", ENTRIES)
def test_seal_is_the_sha256_of_the_published_record(name: str) -> None:
    consent = ENTRIES[name]["consent"]
    assert hashlib.sha256(canonical(consent["record"])).hexdigest() == consent["sha256"]


@pytest.mark.parametrize("name", ENTRIES)
def test_manifest_describes_the_voice_as_the_catalogue_does(name: str) -> None:
    entry, voice = ENTRIES[name], CATALOGUE[name]
    for field in ("name", "language", "description", "licence", "origin"):
        assert entry[field] == getattr(voice, field)
