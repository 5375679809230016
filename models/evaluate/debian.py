"""Files of Debian packages, without installing them."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unpacked(package: str) -> Iterator[Path]:
    """A temporary folder with the package unpacked, as its root would be."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
        subprocess.run(["dpkg", "-x", str(next(Path(folder).glob("*.deb"))), folder], check=True)
        yield Path(folder)
