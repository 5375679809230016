"""Stage 3: train the content network, then the generator on its codes.

    python -m pipeline.train --content-minutes 14 --joint-minutes 20 --generator-minutes 10

Content: regression of whisper-base's last encoder layer, z-scored per speaker, reduced to 128 axes by PCA,
each axis divided by the root of its deviation; inputs warped in frequency, re-equalised, scaled and noised,
targets clean. Generator: spectral losses on the voices, its codes taken from warped inputs so that the
timbre left in them says nothing. Resumable from `work/train.pt`; minutes already spent count.
"""

import argparse
import json
import time

import numpy as np
import torch
from torch.nn import functional as F

from .frontend import BANDS, hz_to_mel, mel_to_hz
from .networks import CODES, VOICE, Content, Generator
from .paths import SEED, WORK
from .synthesis import HOP, synthesise

VOICES = ["kathleen", "joe", "kerstin", "nathalie", "flemishguy", "jm_kumo"]
VOICE_SHARE = np.array([0.3, 0.26, 0.11, 0.11, 0.11, 0.11])
WARPS = np.exp(np.linspace(np.log(0.78), np.log(1.28), 41))


def warp_matrices() -> torch.Tensor:
    """[41, 80, 80]: log-mel read at a scaled frequency, linear between bands."""
    edges = np.linspace(hz_to_mel(40.0), hz_to_mel(7800.0), BANDS + 2)
    step, first = edges[1] - edges[0], edges[1]
    out = np.zeros((len(WARPS), BANDS, BANDS), np.float32)
    for i, warp in enumerate(WARPS):
        place = np.clip((hz_to_mel(mel_to_hz(edges[1:-1]) / warp) - first) / step, 0, BANDS - 1.001)
        low = place.astype(int)
        out[i, low, np.arange(BANDS)] = 1 - (place - low)
        out[i, low + 1, np.arange(BANDS)] += place - low
    return torch.from_numpy(out)


class Data:
    """Every speaker's arrays in memory, and random segments of them."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(SEED)
        self.speakers, self.arrays = [], {}
        for path in sorted((WORK / "arrays").glob("*.npz")):
            self.speakers.append(path.stem)
            self.arrays[path.stem] = dict(np.load(path))
        self.reduce()
        frames = np.array([self.arrays[s]["starts"][-1] for s in self.speakers], float)
        self.share = frames**0.7 / (frames**0.7).sum()

    def reduce(self) -> None:
        sample = []
        for a in self.arrays.values():
            x = a["teacher"].astype(np.float32)
            loud = a["loudnessDb"][: 2 * len(x)].reshape(-1, 2).max(1)
            active = x[loud > np.percentile(loud, 95) - 35]
            a["mean"], a["std"] = active.mean(0), active.std(0) + 1e-3
            sample.append(((active - a["mean"]) / a["std"])[:: max(1, len(active) // 4000)])
        x = np.concatenate(sample)
        values, vectors = np.linalg.eigh(x.T @ x / len(x))
        values, vectors = values[::-1][:CODES], vectors[:, ::-1][:, :CODES]
        # Dividing by the root of the deviation: between raw PCA and whitening.
        self.basis = (vectors / values**0.25).astype(np.float32)
        for a in self.arrays.values():
            a["codes"] = (((a.pop("teacher").astype(np.float32) - a["mean"]) / a["std"]) @ self.basis).astype(np.float16)
        self.spread = float(np.std(np.concatenate([a["codes"][::50] for a in self.arrays.values()]).astype(np.float32)))

    def content_batch(self, count: int, frames: int):
        mel = np.zeros((count, frames, BANDS), np.float32)
        codes = np.zeros((count, frames // 2, CODES), np.float32)
        for i in range(count):
            a = self.arrays[self.speakers[self.rng.choice(len(self.speakers), p=self.share)]]
            start = int(self.rng.integers(0, (a["starts"][-1] - frames) // 2)) * 2
            mel[i] = a["logMel"][start : start + frames]
            codes[i] = a["codes"][start // 2 : (start + frames) // 2]
        return torch.from_numpy(mel), torch.from_numpy(codes)

    def voice_batch(self, count: int, frames: int, who: np.ndarray | None = None):
        """Segments of the voices: of `who` (indices into VOICES), or of a random choice."""
        if who is None:
            who = self.rng.choice(len(VOICES), count, p=VOICE_SHARE)
        out = {k: np.zeros((count, frames), np.float32) for k in ("f0Hz", "voiced", "loudnessDb")}
        out["logMel"] = np.zeros((count, frames, BANDS), np.float32)
        out["audio"] = np.zeros((count, frames * HOP), np.float32)
        for i, v in enumerate(who):
            a = self.arrays[VOICES[v]]
            while True:
                start = int(self.rng.integers(0, (a["starts"][-1] - frames) // 2)) * 2
                cut = slice(start, start + frames)
                if a["loudnessDb"][cut].max() > -45:
                    break
            for k in ("voiced", "loudnessDb", "logMel"):
                out[k][i] = a[k][cut]
            out["f0Hz"][i] = hold(a["f0Hz"][cut])
            out["audio"][i] = a["audio"][start * HOP : (start + frames) * HOP] / 32768.0
        return torch.from_numpy(who), {k: torch.from_numpy(v) for k, v in out.items()}


def hold(f0: np.ndarray) -> np.ndarray:
    """The last voiced value through unvoiced frames; the first one before it."""
    index = np.where(f0 > 0, np.arange(len(f0)), -1)
    index = np.maximum.accumulate(index)
    known = np.nonzero(f0 > 0)[0]
    index[index < 0] = known[0] if len(known) else 0
    return f0[index] if len(known) else np.full_like(f0, 150.0)


MATRICES = warp_matrices()


def disguise(mel: torch.Tensor, strength: float = 1.0) -> torch.Tensor:
    """Warp, equalise, scale and add noise to log-mel segments [B, T, 80]."""
    batch = mel.shape[0]
    pick = torch.randint(0, len(WARPS), (batch,))
    mel = torch.bmm(mel, MATRICES[pick])
    nodes = torch.randn(batch, 1, 7) * 0.8 * strength
    mel = mel + F.interpolate(nodes, BANDS, mode="linear", align_corners=True) + torch.randn(batch, 1, 1) * 1.0
    tilt = F.interpolate(torch.randn(batch, 1, 4), BANDS, mode="linear", align_corners=True) * 1.5
    peak = mel.amax((1, 2), keepdim=True)
    depth = torch.rand(batch, 1, 1) * 12 + 2.5
    hiss = peak - depth + tilt + torch.randn_like(mel) * 0.5
    noisy = torch.logaddexp(mel, hiss)
    mel = torch.where(torch.rand(batch, 1, 1) < 0.6 * strength, noisy, mel)
    return torch.clamp(mel, min=-11.513)


def content_loss(content: Content, data: Data) -> tuple[torch.Tensor, float]:
    mel, codes = data.content_batch(24, 320)
    out = content.whole(disguise(mel)).float()[:, 12:-6]
    codes = codes[:, 12:-6]
    cosine = F.cosine_similarity(out, codes, dim=2).mean()
    return F.smooth_l1_loss(out, codes, beta=data.spread) / data.spread + (1 - cosine), float(cosine.detach())


SIZES = [(2048, 512), (1024, 256), (512, 128), (256, 64)]
MEL = None


def magnitudes(audio: torch.Tensor, size: int, hop: int) -> torch.Tensor:
    return torch.stft(audio, size, hop, window=torch.hann_window(size), return_complex=True).abs()


def spectral_loss(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Multi-resolution STFT loss (Yamamoto et al. 2020): log magnitude L1 plus spectral convergence."""
    total = torch.zeros(())
    for size, hop in SIZES:
        a, b = magnitudes(out, size, hop), magnitudes(target, size, hop)
        floor = 1e-3 * (size / 1024) ** 0.5
        total = total + (torch.log(a + floor) - torch.log(b + floor)).abs().mean()
        total = total + 0.5 * torch.linalg.norm(a - b) / (torch.linalg.norm(b) + 1e-3)
    return total / len(SIZES)


def generator_loss(content: Content, generator: Generator, voices: torch.nn.Embedding, data: Data) -> torch.Tensor:
    who, x = data.voice_batch(14, 130)
    with torch.no_grad():
        codes = content.whole(disguise(x["logMel"], 0.6)).float()
    harmonic, noise = generator.whole(codes, x["f0Hz"], x["voiced"], x["loudnessDb"], voices(who))
    out = synthesise(x["f0Hz"], x["voiced"], harmonic.float(), noise.float())
    edge = 12 * HOP
    return spectral_loss(out[:, edge:-edge], x["audio"][:, edge:-edge])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--content-minutes", type=float, default=14)
    parser.add_argument("--joint-minutes", type=float, default=20)
    parser.add_argument("--generator-minutes", type=float, default=10)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    data = Data()
    content, generator, voices = Content(), Generator(), torch.nn.Embedding(len(VOICES), VOICE)
    torch.nn.init.normal_(voices.weight, std=0.5)
    content_optimiser = torch.optim.AdamW(content.parameters(), 2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    generator_parameters = [*generator.parameters(), *voices.parameters()]
    generator_optimiser = torch.optim.AdamW(generator_parameters, 2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    path, spent, steps = WORK / "train.pt", 0.0, [0, 0]
    if path.exists():
        saved = torch.load(path, weights_only=False)
        content.load_state_dict(saved["content"])
        generator.load_state_dict(saved["generator"])
        voices.load_state_dict(saved["voices"])
        content_optimiser.load_state_dict(saved["contentOptimiser"])
        generator_optimiser.load_state_dict(saved["generatorOptimiser"])
        spent, steps = saved["minutes"], saved["steps"]

    first, second = args.content_minutes, args.content_minutes + args.joint_minutes
    whole = second + args.generator_minutes
    began, last_save, trace = time.time() - spent * 60, time.time(), {"cosine": 0.0, "content": 0.0, "generator": 0.0}

    def save() -> None:
        torch.save(
            {"content": content.state_dict(), "generator": generator.state_dict(), "voices": voices.state_dict(),
             "contentOptimiser": content_optimiser.state_dict(), "generatorOptimiser": generator_optimiser.state_dict(),
             "minutes": (time.time() - began) / 60, "steps": steps, "basis": data.basis, "names": VOICES}, path.with_suffix(".new"))  # fmt: skip
        path.with_suffix(".new").rename(path)

    def descend(loss, optimiser, rate, parameters) -> None:
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        if torch.isfinite(norm):
            optimiser.step()

    def smooth(key: str, value: float) -> None:
        trace[key] = value if trace[key] == 0 else 0.98 * trace[key] + 0.02 * value

    while (minutes := (time.time() - began) / 60) < whole:
        if minutes < second:
            warm = min(1.0, (steps[0] + 1) / 200)
            rate = 1.5e-3 * warm * (0.5 + 0.5 * np.cos(np.pi * minutes / second)) + 2e-5
            with torch.autocast("cpu", torch.bfloat16):
                loss, cosine = content_loss(content, data)
            descend(loss, content_optimiser, rate, content.parameters())
            steps[0] += 1
            smooth("cosine", cosine)
            smooth("content", float(loss.detach()))
        if minutes >= first:
            done = (minutes - first) / (whole - first)
            rate = 1.5e-3 * min(1.0, (steps[1] + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * done)) + 2e-5
            loss = generator_loss(content, generator, voices, data)
            descend(loss, generator_optimiser, rate, generator_parameters)
            steps[1] += 1
            smooth("generator", float(loss.detach()))
        if (sum(steps)) % 50 == 0 or steps == [1, 0]:
            print(json.dumps({"minutes": round(minutes, 2), "steps": steps, **{k: round(v, 4) for k, v in trace.items()}}), flush=True)
        if time.time() - last_save > 120:
            save()
            last_save = time.time()
    save()


if __name__ == "__main__":
    main()
