"""Files out of Debian packages that are not installed for it."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unpacked(package: str) -> Iterator[Path]:
    """The root of what a package would install, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
        subprocess.run(["dpkg", "-x", str(next(Path(folder).glob("*.deb"))), folder], check=True)
        yield Path(folder)
