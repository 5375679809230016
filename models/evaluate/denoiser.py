"""Distance of the published denoiser from libDF, the authors' own library, on recordings in music and babble.

    python -m evaluate.denoiser
"""

import ctypes
from importlib.resources import files

import numpy as np
import soxr

from pipeline.denoiser import HOP, MODEL, PACKAGE, RATE_HZ, published_denoiser

from . import hearing_sets

LIBRARY = "_native/libdeepfilter.so"


class LibDf:
    """The library of the package, frame by frame."""

    def __init__(self) -> None:
        root = files(PACKAGE)
        self.library = ctypes.CDLL(str(root.joinpath(LIBRARY)))
        self.library.df_create.restype = ctypes.c_void_p
        self.library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
        self.library.df_process_frame.argtypes = [ctypes.c_void_p] * 3
        self.library.df_process_frame.restype = ctypes.c_float
        self.state = self.library.df_create(str(root.joinpath(MODEL)).encode(), 100.0, None)

    def denoise(self, samples: np.ndarray) -> np.ndarray:
        """48 kHz; as long as the input, without delay."""
        hops = np.pad(samples, (0, 3 * HOP + -len(samples) % HOP)).astype(np.float32).reshape(-1, HOP)
        out = np.zeros_like(hops)
        for hop, target in zip(hops, out):
            self.library.df_process_frame(self.state, hop.ctypes.data, target.ctypes.data)
        return out.reshape(-1)[3 * HOP :][: len(samples)]


def main() -> None:
    for name in ("music-0", "babble-5"):
        samples = soxr.resample(hearing_sets.load(hearing_sets.files_of(name)[0]), hearing_sets.RATE, RATE_HZ)
        wanted = LibDf().denoise(samples)
        error = published_denoiser()(samples) - wanted
        print(f"{name}: difference from libDF {10 * np.log10(np.mean(error**2) / np.mean(wanted**2)):.1f} dB")


if __name__ == "__main__":
    main()
