"""Stage 2d: what is heard behind speech, as log-mel: music, wind and traffic, noise.

    python -m pipeline.backgrounds

Writes `work/backgrounds.npz`, `logMel` float16 [frames, 80], half of it music: random pieces of chords, bass, melody and drums on the instruments
of FluidR3 (Debian's fluid-soundfont-gm, MIT), played by fluidsynth. Babble is made in training, of the other segments of a batch.
"""

import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np
import soundfile as sf
import torch
from soxr import resample

from .acoustics import coloured_noise, rumble
from .data import LOG_FLOOR
from .losses import log_mel_16k
from .paths import SEED, WORK
from .synthesis import RATE_HZ
from .voices import LOG_POWER_PER_DB

BACKGROUNDS = WORK / "backgrounds.npz"
SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
PIECES, PIECE_SECONDS, NOISE_SECONDS, NOISES = 60, 40, 10, 120
SCALE = [0, 2, 4, 5, 7, 9, 11]
CHORDS = [(0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 3, 7, 10)]
DRUMS = (35, 38, 42, 46, 49)
TICKS_PER_BEAT, DRUM_CHANNEL = 480, 9
# Wind and traffic: dB per octave above a corner in Hz.
SLOPES_DB, CORNERS_HZ = (4.0, 14.0), (30.0, 200.0)
BABBLE_SHARE, MAX_TALKERS, LOUD_SHARE = 0.35, 6, 0.3


def melody(rng, beats: int, key: int, low: int, high: int, density: float) -> list[tuple[float, float, int, int]]:
    """Notes (beat, beats, pitch, velocity): a walk on the scale of a key."""
    notes, beat, step = [], 0.0, rng.integers(0, 7)
    while beat < beats:
        length = float(rng.choice([0.25, 0.5, 1.0, 2.0]))
        step += int(rng.integers(-3, 4))
        pitch = key + SCALE[step % 7] + 12 * int(rng.integers(low // 12, high // 12))
        if rng.random() < density:
            notes.append((beat, length, int(np.clip(pitch, low, high)), int(rng.integers(60, 120))))
        beat += length
    return notes


def accompaniment(rng, beats: int, key: int) -> list[tuple[float, float, int, int]]:
    notes = []
    for bar in range(0, beats, 4):
        root, chord = key + 48 + SCALE[rng.integers(0, 7)], CHORDS[rng.integers(len(CHORDS))]
        strokes = int(rng.choice([1, 2, 4, 8]))
        for stroke in range(strokes):
            notes += [(bar + stroke * 4 / strokes, 4 / strokes, root + tone, int(rng.integers(50, 100))) for tone in chord]
    return notes


def drums(rng, beats: int) -> list[tuple[float, float, int, int]]:
    pattern = [(position / 4, int(rng.choice(DRUMS))) for position in range(16) if rng.random() < 0.4]
    return [(bar + at, 0.2, drum, int(rng.integers(60, 120))) for bar in range(0, beats, 4) for at, drum in pattern]


def piece(rng, file: Path) -> None:
    """Writes a random piece as a MIDI file."""
    tempo = int(rng.integers(70, 160))
    beats, key = PIECE_SECONDS * tempo // 60, int(rng.integers(0, 12))
    parts = [(0, melody(rng, beats, key, 60, 88, 0.8)), (1, accompaniment(rng, beats, key)), (2, melody(rng, beats, key, 30, 50, 0.9))]
    parts = [part for part in parts if rng.random() < 0.8] or parts[:1]
    parts += [(DRUM_CHANNEL, drums(rng, beats))] if rng.random() < 0.6 else []
    midi = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT)
    for channel, notes in parts:
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))
        track.append(mido.Message("program_change", channel=channel, program=int(rng.integers(0, 104))))
        events = [(at, "note_on", pitch, velocity) for at, _, pitch, velocity in notes]
        events += [(at + length, "note_off", pitch, 0) for at, length, pitch, _ in notes]
        now = 0
        for at, kind, pitch, velocity in sorted(events):
            tick = int(at * TICKS_PER_BEAT)
            track.append(mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=tick - now))
            now = tick
        midi.tracks.append(track)
    midi.save(file)


def music(rng) -> np.ndarray:
    """A random piece at RATE_HZ."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "piece.mid", Path(folder) / "piece.wav"
        piece(rng, midi)
        subprocess.run(["fluidsynth", "-ni", "-q", "-F", str(wav), "-r", "32000", SOUNDFONT, str(midi)], check=True, capture_output=True)
        audio, rate = sf.read(wav, dtype="float32")
    return resample(audio.mean(1), rate, RATE_HZ)[: PIECE_SECONDS * RATE_HZ]


def wind(rng) -> np.ndarray:
    """Noise that falls above a corner, under gusts of half a second to two."""
    samples = NOISE_SECONDS * RATE_HZ
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 1.0)
    power = (hz > 15) / (1 + (hz / rng.uniform(*CORNERS_HZ)) ** (rng.uniform(*SLOPES_DB) / 3.01))
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * np.sqrt(power), samples)
    nodes = int(rng.integers(NOISE_SECONDS // 2, 2 * NOISE_SECONDS))
    gusts_db = np.interp(np.linspace(0, nodes - 1, samples), np.arange(nodes), rng.normal(0, rng.uniform(0, 6), nodes))
    return noise * 10 ** (gusts_db / 20)


def noises(rng) -> list[np.ndarray]:
    shape = torch.Size([NOISES, NOISE_SECONDS * RATE_HZ])
    return [*coloured_noise(shape).numpy(), *rumble(shape).numpy(), *(wind(rng) for _ in range(NOISES))]


def main() -> None:
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    rows = []
    for audio in [*noises(rng), *(music(rng) for _ in range(PIECES))]:
        audio = torch.tensor(audio, dtype=torch.float32)
        audio = audio / (audio.square().mean().sqrt() + 1e-9) * 0.1
        rows.append(log_mel_16k(audio[None])[0].half().numpy())
    np.savez(BACKGROUNDS, logMel=np.concatenate(rows))
    print(f"backgrounds: {sum(map(len, rows)) / 6000:.0f} minutes")


def level(log_mel: torch.Tensor) -> torch.Tensor:
    """Log of the power in the louder frames of each segment [B, n, 80], [B, 1, 1]."""
    power = torch.logsumexp(log_mel, 2)
    loud = power.topk(int(LOUD_SHARE * power.shape[1]), 1).values
    return (torch.logsumexp(loud, 1) - np.log(loud.shape[1])).view(-1, 1, 1)


class Backgrounds:
    """Random backgrounds for log-mel segments of speech."""

    def __init__(self) -> None:
        self.log_mel = torch.tensor(np.load(BACKGROUNDS)["logMel"])

    def segments(self, count: int, frames: int) -> torch.Tensor:
        starts = torch.randint(len(self.log_mel) - frames, (count,))
        return self.log_mel[starts.unsqueeze(1) + torch.arange(frames)].float()

    def added(self, speech: torch.Tensor, snr_db: tuple[float, float]) -> torch.Tensor:
        """logMel [B, n, 80], each with a background, or with the speech of up to six others of the batch, at a random SNR."""
        count, frames, _ = speech.shape
        found = torch.where(torch.rand(count, 1, 1) < BABBLE_SHARE, babble(speech), self.segments(count, frames))
        wanted_db = snr_db[0] + torch.rand(count, 1, 1) * (snr_db[1] - snr_db[0])
        return torch.logaddexp(speech, found - level(found) + level(speech) - wanted_db * LOG_POWER_PER_DB)


def babble(speech: torch.Tensor) -> torch.Tensor:
    """For each segment [B, n, 80] the sum of one to six of the others, equally loud."""
    normalised = speech - level(speech)
    count = torch.randint(1, MAX_TALKERS + 1, (len(speech), 1, 1))
    others = torch.stack([normalised.roll(k, 0).masked_fill(count < k, LOG_FLOOR) for k in range(1, MAX_TALKERS + 1)])
    return torch.logsumexp(others, 0)


if __name__ == "__main__":
    main()
