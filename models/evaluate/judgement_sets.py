"""Recordings of known conditions for `evaluate.judgements`: clean speech of real people, disguised.

A recording has a truth per condition: 1 (clearly there), 0 (not there) or None (in between; not counted). Everything is mono float32 at
16 kHz. `Source(held_out=True)` has the people and sentences that nothing is fitted to: every tenth speaker of `learners178`
(`sorted(ids)[5::10]`), every tenth file of `orders50`, the readers of LibriSpeech's test-other, the held-out sentences of the others; with other rooms (image sources, where fitting
uses noise tails), other music and other whispers (WORLD, where fitting uses linear prediction).
"""

from functools import cache
from pathlib import Path

import numpy as np
import pyworld
import soundfile as sf
import soxr
from scipy.linalg import solve_toeplitz
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from pipeline.frontend import HOP, RATE_HZ, speech_level_db
from pipeline.paths import SEED, SPEECH, WORK, held_out, read_clips

from .conditions import level_db, room_response, traffic
from .debian import unpacked

CONDITIONS = ["hall", "far", "rumble", "hum", "voices", "whisper", "noise"]
SINGLE = ["kathleen", "kerstin", "nathalie", "flemishguy"]
MUSIC = {False: ["neverball-data", "extremetuxracer-data"], True: ["frozen-bubble-data"]}
READERS = WORK / "readers" / "audio_data"
MUSIC_FOLDER = WORK / "judgement-music"
EXCERPT_S = 30
ROOMS = 3
GROWN_UP = 16


class Source:
    """People to draw sentences from: those for fitting, or the held-out ones."""

    def __init__(self, held: bool):
        self.held = held
        self.people: dict[str, list] = {}
        self.children: set[str] = set()
        for folder, key in (("learners178", "speaker"), ("orders50", "file")):
            rows = read_clips(folder)
            ids = sorted({row[key] for row in rows})
            kept = set(ids[5::10]) if held else set(ids) - set(ids[5::10])
            for row in rows:
                if row[key] in kept:
                    place = (SPEECH / folder / f"{row[key]}.opus", int(row["start_sample_16k"]), int(row["samples"]))
                    self.people.setdefault(f"{folder}/{row[key]}", []).append(place)
                    if int(row.get("age", GROWN_UP)) < GROWN_UP:
                        self.children.add(f"{folder}/{row[key]}")
        for name in SINGLE:
            stems = [file.stem for file in (SPEECH / name).glob("*.opus")]
            out = held_out(name, stems)
            self.people[name] = [(SPEECH / name / f"{stem}.opus", 0, None) for stem in sorted(stems) if (stem in out) == held]
        for file in sorted((READERS / ("librispeech_test-other" if held else "librispeech_train-clean-100")).rglob("*.flac")):
            self.people.setdefault(f"readers/{file.stem.split('-')[0]}", []).append((file, 0, None))
        self.names = sorted(self.people)
        singles = np.array([name in SINGLE for name in self.names])
        self.weights = np.where(singles, 4.0, 1.0) / np.where(singles, 4.0, 1.0).sum()

    def person(self, rng) -> str:
        return str(rng.choice(self.names, p=self.weights))

    def speech(self, name: str, seconds: float, rng) -> np.ndarray:
        """Sentences of one person end to end, at least `seconds`, cut there; at a speech level of -26 dBFS."""
        places, parts, length = self.people[name], [], 0
        at = int(rng.integers(len(places)))
        while length < seconds * RATE_HZ:
            file, start, count = places[at % len(places)]
            part = decoded(file, start, count)
            parts.append(part)
            length += len(part)
            at += 1
        return levelled(np.concatenate(parts)[: round(seconds * RATE_HZ)], -26)

    def music(self, samples: int, rng) -> np.ndarray:
        pieces = excerpts(self.held)
        piece = pieces[rng.integers(len(pieces))]
        start = rng.integers(0, max(1, len(piece) - samples))
        return np.resize(piece[start:], samples)


def decoded(file: Path, start: int = 0, count: int | None = None) -> np.ndarray:
    """Mono at 16 kHz: `count` samples from `start` on, both at that rate; without them the whole file."""
    with sf.SoundFile(file) as sound:
        rate = sound.samplerate
        sound.seek(start * rate // RATE_HZ)
        audio = sound.read(-1 if count is None else count * rate // RATE_HZ, dtype="float32", always_2d=True)
    return soxr.resample(audio.mean(1), rate, RATE_HZ).astype(np.float32)


@cache
def excerpts(held: bool) -> list[np.ndarray]:
    """Excerpts of 30 s of the music of free games; the first call downloads them."""
    folder = MUSIC_FOLDER / str(held)
    if not folder.exists():
        folder.mkdir(parents=True)
        for package in MUSIC[held]:
            with unpacked(package) as root:
                for file in sorted(root.rglob("*.ogg")):
                    if sf.info(file).duration >= EXCERPT_S:
                        sf.write(folder / f"{package}-{file.stem}.flac", decoded(file)[: EXCERPT_S * RATE_HZ], RATE_HZ)
    return [decoded(file) for file in sorted(folder.glob("*.flac"))]


def loudness(audio: np.ndarray) -> np.ndarray:
    """Levels of frames of 10 ms, dBFS."""
    frames = audio[: len(audio) // HOP * HOP].reshape(-1, HOP)
    return 10 * np.log10((frames.astype(np.float64) ** 2).mean(1) + 1e-8)


def levelled(speech: np.ndarray, dbfs: float) -> np.ndarray:
    gain = dbfs - speech_level_db(loudness(speech))
    return (speech * 10 ** (gain / 20)).astype(np.float32)


def mixed(speech: np.ndarray, other: np.ndarray, snr_db: float) -> np.ndarray:
    """`other` added so that its mean level is `snr_db` below the speech level."""
    gain = speech_level_db(loudness(speech)) - snr_db - level_db(other)
    return (speech + other * 10 ** (gain / 20)).astype(np.float32)


def coloured(samples: int, slope: float, rng) -> np.ndarray:
    """Gaussian noise whose power falls by `slope` * 3 dB per octave: 0 white, 1 pink, 2 brown."""
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 20)
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * hz ** (-slope / 2), samples)


def rumble(samples: int, rng) -> np.ndarray:
    """Wind or traffic: noise below a corner of 40 to 160 Hz, falling by 12 dB per octave, in gusts of some tenths of a second."""
    noise = lfilter(*butter(2, rng.uniform(40, 160), fs=RATE_HZ), coloured(samples, 1, rng))
    gusts = sosfilt(butter(1, rng.uniform(0.3, 3), fs=RATE_HZ, output="sos"), rng.standard_normal(samples))
    return noise * 10 ** (rng.uniform(0, 5) * gusts / (gusts.std() + 1e-9) / 20)


def hum(samples: int, rng) -> np.ndarray:
    """Mains at 50 or 60 Hz with random harmonics up to 900 Hz."""
    t, base = np.arange(samples) / RATE_HZ, rng.choice([50, 60]) * rng.uniform(0.998, 1.002)
    fall = rng.uniform(0.3, 1.2)
    out = np.zeros(samples)
    for k in range(1, int(900 / base)):
        strength = k**-fall * 10 ** (rng.normal(0, 5) / 20) * (1 if k % 2 == 0 or rng.random() < 0.7 else 0.1)
        out += strength * np.sin(2 * np.pi * base * k * t + rng.uniform(0, 2 * np.pi))
    return out


def tune(samples: int, rng) -> np.ndarray:
    """Two to four instruments that play random notes of a scale, each with its own harmonics, decay and rhythm, sometimes with drums."""
    out, scale = np.zeros(samples), np.array([0, 2, 4, 5, 7, 9, 11])
    beat, key = rng.uniform(0.18, 0.5), rng.uniform(0, 12)
    for _ in range(rng.integers(2, 5)):
        octave, fall, decay = rng.integers(2, 6), rng.uniform(0.5, 2.5), rng.uniform(0.3, 8)
        harmonics = range(1, rng.integers(2, 20), 1 if rng.random() < 0.6 else 2)
        every, loud, at = beat * rng.choice([0.5, 1, 2, 4]), rng.uniform(0.3, 1), 0.0
        vibrato, speed = rng.choice([0, 0.005, 0.01]), rng.uniform(4, 7)
        while at * RATE_HZ < samples - 1:
            length = min(int(every * rng.uniform(0.7, 1.2) * RATE_HZ), samples - int(at * RATE_HZ))
            t = np.arange(length) / RATE_HZ
            hz = 27.5 * 2 ** (octave + (scale[rng.integers(7)] + key) / 12)
            phase = 2 * np.pi * (hz * t + vibrato * hz / (2 * np.pi * speed) * np.sin(2 * np.pi * speed * t))
            note = sum(np.sin(k * phase) / k**fall for k in harmonics if k * hz < 7500)
            out[int(at * RATE_HZ) :][:length] += loud * note * np.exp(-decay * t) * np.minimum(1, t / 0.01)
            at += every
    if rng.random() < 0.5:
        for at in np.arange(0, samples / RATE_HZ - 0.1, beat):
            hit = rng.standard_normal(1600) * np.exp(-np.arange(1600) / rng.uniform(100, 500))
            out[int(at * RATE_HZ) :][:1600] += rng.uniform(0.2, 1) * hit[: samples - int(at * RATE_HZ)]
    return out


def babble(source: Source, samples: int, rng) -> np.ndarray:
    voices = [source.speech(source.person(rng), samples / RATE_HZ, rng)[:samples] for _ in range(rng.integers(3, 8))]
    return np.sum([np.roll(voice, rng.integers(samples)) for voice in voices], axis=0)


def tail_room(rt60: float, metres: float, rng) -> np.ndarray:
    """Direct sound, sparse early reflections, and a tail of noise that decays faster at high frequencies (Polack 1988). The energy after
    the direct sound follows from the distance over the critical distance, .057 sqrt(V / RT60)."""
    volume = rng.uniform(20, 90) if rt60 < 1 else rng.uniform(300, 8000)
    reverberant = (metres / (0.057 * np.sqrt(volume / rt60))) ** 2
    size = int(rt60 * RATE_HZ)
    t = np.arange(size) / RATE_HZ
    bands = [(60, 500, 1.1), (500, 2000, 1.0), (2000, 7900, rng.uniform(0.5, 0.9))]
    late = sum(
        sosfilt(butter(2, (low, high), "bandpass", fs=RATE_HZ, output="sos"), rng.standard_normal(size)) * np.exp(-6.91 * t / (rt60 * share))
        for low, high, share in bands
    )
    start = int(rng.uniform(0.002, 0.02 if rt60 < 1 else 0.05) * RATE_HZ)
    late[:start] = 0
    echoes = rng.integers(start // 2 + 1, int(0.08 * RATE_HZ), 8)
    late[echoes] += rng.choice([-1, 1], 8) * np.abs(late).max() * rng.uniform(0.5, 2, 8)
    out = late * np.sqrt(reverberant / (late**2).sum())
    out[0] += 1
    return out


def shoebox(rt60: float, metres: float, index: int) -> np.ndarray:
    """A room for this RT60 and distance: small below 1 s, a hall from there on."""
    rng = np.random.default_rng([SEED, index])
    size = rng.uniform((3, 2.6, 2.4), (6, 5, 3)) if rt60 < 1 else rng.uniform((12, 9, 5), (24, 16, 9))
    microphone = size * rng.uniform(0.3, 0.45, 3)
    toward = np.abs(rng.normal(size=3)) * (1, 1, 0.2)
    speaker = microphone + toward / np.linalg.norm(toward) * metres
    speaker = np.minimum(speaker, size - 0.2)
    return room_response(tuple(size.round(2)), tuple(speaker.round(2)), tuple(microphone.round(2)), round(rt60, 1))


def reverberated(speech: np.ndarray, response: np.ndarray) -> np.ndarray:
    return fftconvolve(speech, response)[: len(speech)].astype(np.float32)


def whisper_lpc(speech: np.ndarray, rng) -> np.ndarray:
    """Noise through the linear prediction (order 18) of the pre-emphasised speech: flat tilt, no voicing."""
    emphasised = lfilter([1, -rng.uniform(0.85, 0.97)], [1], speech.astype(np.float64))
    size, hop = 512, 128
    window = np.sqrt(np.hanning(size + 1)[:-1])
    noise, out = rng.standard_normal(len(speech)), np.zeros(len(speech) + size)
    for start in range(0, len(speech) - size, hop):
        frame = emphasised[start : start + size] * window
        r = np.correlate(frame, frame, "full")[size - 1 : size + 18]
        if r[0] < 1e-9:
            continue
        r[0] *= 1.0001
        a = np.concatenate([[1], -solve_toeplitz(r[:-1], r[1:])])
        gain = np.sqrt(max(r[0] + a[1:] @ r[1:], 1e-12) / size * 2)
        response = gain / np.abs(np.fft.rfft(a, size))
        part = np.fft.irfft(np.fft.rfft(noise[start : start + size] * window) * response, size)
        out[start : start + size] += part * window
    return out[: len(speech)].astype(np.float32)


def whisper_world(speech: np.ndarray, rng) -> np.ndarray:
    """WORLD (Morise et al. 2016) without harmonics; the spectrum tilted by 4 to 7 dB per octave and the low formants 6 dB down (Jovicic 1998)."""
    wide = speech.astype(np.float64)
    f0, times = pyworld.dio(wide, RATE_HZ)
    envelope = pyworld.cheaptrick(wide, f0, times, RATE_HZ)
    hz = np.linspace(0, RATE_HZ / 2, envelope.shape[1])
    tilt_db = rng.uniform(4, 7) * np.log2(np.maximum(hz, 100) / 1000) - 6 * (hz < 700)
    shaped = envelope * 10 ** (np.minimum(tilt_db, 12) / 10)
    return pyworld.synthesize(np.zeros_like(f0), shaped, np.ones_like(envelope), RATE_HZ)[: len(speech)].astype(np.float32)


def channel(audio: np.ndarray, rng) -> np.ndarray:
    """A microphone: a tilt of up to 2 dB per octave, sometimes a high-pass or the telephone band."""
    size = len(audio)
    hz = np.maximum(np.fft.rfftfreq(size, 1 / RATE_HZ), 60)
    out = np.fft.irfft(np.fft.rfft(audio) * 10 ** (rng.uniform(-2, 2) * np.log2(hz / 1000) / 20), size)
    kind = rng.random()
    if kind < 0.3:
        out = sosfilt(butter(2, rng.uniform(60, 180), "highpass", fs=RATE_HZ, output="sos"), out)
    elif kind < 0.4:
        out = sosfilt(butter(4, (300, 3400), "bandpass", fs=RATE_HZ, output="sos"), out)
    return out.astype(np.float32)


def room(rt60: float, metres: float, held: bool, rng) -> np.ndarray:
    """Image sources for the held-out recordings and a quarter of the other small rooms; of few sizes, so that the responses can be kept."""
    if not held and (rt60 >= 1 or rng.random() < 0.75):
        return tail_room(rt60, metres, rng)
    coarse = round(rt60 * 2) / 2 if rt60 >= 1 else round(rt60 * 5) / 5
    return shoebox(coarse, 0.3 if metres < 1 else 2.0 if metres < 3 else 4.0, int(rng.integers(ROOMS)) + (0 if held else ROOMS))


def make(kind: str, source: Source, rng, level: float | None = None, name: str | None = None) -> tuple[np.ndarray, dict]:
    """A recording of one kind ('near', 'music', 'tune', 'accompanied', 'talker', 'babble' or a condition) and its truths. `level`: the SNR in dB, the RT60 in s or
    the distance in m of the condition; drawn at random without it, as is the person."""
    held = source.held
    name = name or source.person(rng)
    speech = source.speech(name, rng.uniform(4, 12), rng)
    if kind == "voices":
        kind = "babble" if rng.random() < 0.5 else "talker"
    size = len(speech)
    truth: dict = dict.fromkeys(CONDITIONS, 0)
    if kind in ("music", "tune"):
        alone = tune(size, rng) if kind == "tune" else source.music(size, rng)
        return levelled(alone, rng.uniform(-35, -18)), truth | {"noise": 1}
    if kind in ("talker", "babble"):
        snr = rng.uniform(-2, 18) if level is None else level
        if kind == "babble":
            other = babble(source, size, rng)
            truth["noise"] = None
        else:
            other = source.speech(next(n for n in iter(lambda: source.person(rng), None) if n != name), size / RATE_HZ, rng)[:size]
            truth["noise"] = 0
        truth["voices"] = 1 if snr <= 12 else None
        if rng.random() < 0.4:
            response = room(0.4, 1.5, held, rng)
            other = reverberated(other, response)
    if kind == "whisper":
        speech = (whisper_world if held else whisper_lpc)(speech, rng)
        truth["whisper"] = 1
    if kind == "hall":
        rt60 = (rng.uniform(0.9, 3) if level is None else level)
        metres = rng.uniform(1.5, 6)
        speech = reverberated(speech, room(rt60, metres, held, rng))
        truth["hall"] = 1 if rt60 >= 1.2 else None
        truth["far"] = 0 if rt60 >= 1.2 else None
    elif kind == "far":
        rt60 = rng.uniform(0.3, 0.8)
        metres = rng.uniform(1, 4) if level is None else level
        speech = reverberated(speech, room(rt60, metres, held, rng))
        truth["far"] = 1 if metres >= 1.75 else None
    elif rng.random() < 0.5:
        speech = reverberated(speech, room(rng.uniform(0.2, 0.5), rng.uniform(0.1, 0.5), held, rng))
    speech = levelled(speech, -26)
    if kind in ("talker", "babble"):
        speech = mixed(speech, other, snr)
    extra = "noise" if kind == "accompanied" else kind if kind in ("rumble", "hum", "noise") else rng.choice(["rumble", "hum", "noise", ""], p=[0.04, 0.04, 0.04, 0.88]) if kind != "near" else ""
    snr = level if level is not None and extra == kind else None
    if extra == "rumble":
        snr = rng.uniform(-5, 20) if snr is None else snr
        speech = mixed(speech, rumble(size, rng), snr)
        truth |= {"rumble": 1 if snr <= 8 else None}
    if extra == "hum":
        snr = rng.uniform(0, 30) if snr is None else snr
        speech = mixed(speech, hum(size, rng), snr)
        truth |= {"hum": 1 if snr <= 20 else None}
    if extra == "noise":
        snr = rng.uniform(-2, 22) if snr is None else snr
        which = 3 if kind == "accompanied" else rng.integers(3)
        other = coloured(size, rng.uniform(0, 1.6), rng) if which == 0 else traffic(size, rng) if which == 1 else source.music(size, rng) if which == 2 else tune(size, rng)
        speech = mixed(speech, other, snr)
        truth |= {"noise": 1 if snr <= 12 else None}
        if which == 1:
            truth["rumble"] = None
    floor_snr = rng.uniform(12, 35) if kind == "far" else rng.uniform(28, 55)
    if truth["noise"] == 0 and kind not in ("hall", "rumble", "hum") and (floor_snr < 22 or np.ptp(np.quantile(loudness(speech), (0.05, 0.95))) < 28):
        truth["noise"] = None
    speech = mixed(speech, coloured(size, rng.uniform(0, 1.3), rng), floor_snr)
    if truth["rumble"] != 1 and truth["hum"] != 1:
        speech = channel(speech, rng)
    gained = levelled(speech, rng.uniform(-38, -16))
    return gained * min(1.0, 0.98 / np.abs(gained).max()), truth
