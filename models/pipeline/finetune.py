"""Stage 4: fine-tune the generator with conversion in the loop; the content network stays as it is.

    python -m pipeline.finetune --minutes 90

Half of each batch is speech of the voices themselves (spectral loss as in stage 3), half is other speakers' speech
converted to them. A discriminator with one head a voice hears both beside real recordings of that voice (hinge
loss, Lim & Ye 2017; feature matching on the first half, Larsen et al. 2016). What was said is held by the content
network: the codes of what comes out must be the codes that went in. Codes are mixed with what retrieval from the
voice's codebook gives, in a random share, so that every share sounds. Resumable from `work/finetune.pt`;
the weights kept for publishing are a running mean.
"""

import argparse
import copy
import json
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import frontend
from .export import CODEBOOK, cluster, codes_of, load_stage3
from .networks import VOICE
from .paths import SEED, WORK
from .synthesis import HOP, RATE_HZ, synthesise
from .train import VOICES, Data, disguise, hold, magnitudes, spectral_loss

FRAMES = 130
HALF = 5
TARGET_SHARE = np.array([0.28, 0.28, 0.11, 0.11, 0.11, 0.11])
SPECTRAL, MEL, ADVERSARIAL, MATCHING, CONTENT = 0.4, 1.0, 0.2, 1.0, 1.5
EMA = 0.999
JUDGE_RATE = 7e-4
EDGE = 12
RESOLUTIONS = [(1024, 240), (512, 120)]


def log_mel_16k(audio: torch.Tensor) -> torch.Tensor:
    """24 kHz audio [B, 240 n] -> the frontend's logMel [B, n, 80].

    1.5 times the window and the FFT at 1.5 times the rate give the same bins up to 8 kHz, 1.5 times as large.
    """
    padded = F.pad(audio, (360, 240))
    frames = padded.unfold(1, 600, HOP)[:, : audio.shape[1] // HOP]
    power = torch.fft.rfft(frames * WINDOW_600, 768)[..., :257].abs().square() / 2.25
    return torch.log(torch.clamp(power @ MEL_MATRIX.T, min=1e-5))


WINDOW_600 = torch.hann_window(600)
MEL_MATRIX = torch.from_numpy(np.ascontiguousarray(frontend.mel_matrix(), dtype=np.float32))


def mel_bank(size: int, bands: int) -> torch.Tensor:
    """[bands, size / 2 + 1]: triangles of area 1, equally spaced on the HTK mel scale from 0 to 12 kHz."""
    edges = frontend.mel_to_hz(np.linspace(0, frontend.hz_to_mel(RATE_HZ / 2), bands + 2))
    bins = np.arange(size // 2 + 1) * RATE_HZ / size
    up = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    bank = np.maximum(0.0, np.minimum(up, down))
    return torch.from_numpy((bank / np.maximum(bank.sum(1, keepdims=True), 1e-9)).astype(np.float32))


BANKS = {size: mel_bank(size, bands) for size, bands in ((2048, 120), (1024, 100), (512, 64), (256, 32))}


def log_mel(audio: torch.Tensor, size: int, hop: int) -> torch.Tensor:
    """[B, bands, frames] of mean magnitudes, with a floor some 70 dB below speech."""
    return torch.log(BANKS[size] @ magnitudes(audio, size, hop) + 2e-3 * (size / 1024) ** 0.5)


def mel_loss(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Multi-scale log-mel L1 (Kumar et al. 2023, "Improved RVQGAN", section 3.4)."""
    return sum((log_mel(out, s, s // 4) - log_mel(target, s, s // 4)).abs().mean() for s in BANKS) / len(BANKS)


class Discriminator(nn.Module):
    """Log-mel magnitudes -> a score map for one voice and the features on the way."""

    def __init__(self, size: int, hop: int, width: int = 20) -> None:
        super().__init__()
        self.size, self.hop = size, hop
        norm = nn.utils.parametrizations.weight_norm
        plan = [(2, width, (7, 5), (2, 1)), (width, 2 * width, (5, 5), (2, 2)), (2 * width, 3 * width, (5, 5), (2, 2)), (3 * width, 4 * width, (3, 3), (2, 1))]
        self.layers = nn.ModuleList(norm(nn.Conv2d(i, o, k, s, (k[0] // 2, k[1] // 2))) for i, o, k, s in plan)
        self.heads = norm(nn.Conv2d(4 * width, len(VOICES), 3, 1, 1))

    def forward(self, audio: torch.Tensor, who: torch.Tensor):
        """audio [B, samples], who [B] -> scores [B, ...], features."""
        x = log_mel(audio, self.size, self.hop) / 2 + 1
        place = torch.linspace(-1, 1, x.shape[1]).view(1, -1, 1).expand_as(x)
        x, features = torch.stack([x, place], 1), []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.15)
            features.append(x)
        return self.heads(x)[torch.arange(len(who)), who], features


class Sources:
    """Random segments of any speaker, with the register and level of each."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.median, self.level = {}, {}
        for name, a in data.arrays.items():
            loud = a["loudnessDb"]
            active = loud[loud > np.percentile(loud, 95) - 20]
            self.level[name] = 10 * np.log10(np.mean(10 ** (active / 10)))
            self.median[name] = np.median(a["f0Hz"][a["f0Hz"] > 0])
        kinds = {n: (0.62 / 6 if n in VOICES else 0.23 / 8 if n.startswith("mix") else 0.15 / 30) for n in data.speakers}
        self.share = np.array([kinds[n] for n in data.speakers])
        self.share /= self.share.sum()

    def batch(self, who: np.ndarray) -> dict[str, torch.Tensor]:
        """Segments of speakers other than `who`, pitch and level moved to those of `who`."""
        rng = self.data.rng
        out = {k: np.zeros((len(who), FRAMES), np.float32) for k in ("f0Hz", "voiced", "loudnessDb")}
        out["logMel"] = np.zeros((len(who), FRAMES, 80), np.float32)
        for i, target in enumerate(VOICES[w] for w in who):
            while (name := self.data.speakers[rng.choice(len(self.data.speakers), p=self.share)]) == target:
                pass
            a = self.data.arrays[name]
            while True:
                start = int(rng.integers(0, (a["starts"][-1] - FRAMES) // 2)) * 2
                cut = slice(start, start + FRAMES)
                if a["loudnessDb"][cut].max() > self.level[name] - 10 and (a["f0Hz"][cut] > 0).sum() > 20:
                    break
            gain = self.level[target] - self.level[name]
            ratio = self.median[target] / self.median[name] * np.exp(rng.normal() * 0.04)
            out["voiced"][i] = a["voiced"][cut]
            out["f0Hz"][i] = np.clip(hold(a["f0Hz"][cut]) * ratio, 45, 700)
            out["loudnessDb"][i] = np.maximum(a["loudnessDb"][cut] + gain, -80)
            out["logMel"][i] = np.maximum(a["logMel"][cut].astype(np.float32) + gain * np.log(10) / 10, -11.513)
        return {k: torch.from_numpy(v) for k, v in out.items()}


class Codebooks:
    """Every voice's retrieval, as src/engine/retrieval.ts does it."""

    def __init__(self, content, data: Data) -> None:
        books = [cluster(codes_of(content, data.arrays[name]), CODEBOOK) for name in VOICES]
        self.books = torch.from_numpy(np.stack(books)).float()
        self.unit = F.normalize(self.books, dim=2)

    def mix(self, codes: torch.Tensor, who: torch.Tensor, blend: torch.Tensor) -> torch.Tensor:
        near = torch.bmm(F.normalize(codes, dim=2), self.unit[who].transpose(1, 2)).topk(4, dim=2).indices
        found = self.books[who.view(-1, 1, 1), near].mean(2)
        return codes + blend.view(-1, 1, 1) * (found - codes)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=90)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    data = Data()
    content, generator, weights, saved = load_stage3()
    content.requires_grad_(False)
    generator.train()
    voices = nn.Embedding(len(VOICES), VOICE)
    voices.weight.data.copy_(torch.from_numpy(weights))
    judges = nn.ModuleList(Discriminator(size, hop) for size, hop in RESOLUTIONS)
    mean = copy.deepcopy(nn.ModuleList([generator, voices])).requires_grad_(False)
    live = nn.ModuleList([generator, voices])
    sources, books = Sources(data), Codebooks(content, data)
    optimiser = torch.optim.AdamW(live.parameters(), 4e-4, betas=(0.8, 0.99), weight_decay=0.01)
    judge_optimiser = torch.optim.AdamW(judges.parameters(), JUDGE_RATE, betas=(0.8, 0.99), weight_decay=0.01)
    path, spent, step = WORK / "finetune.pt", 0.0, 0
    parts = {"live": live, "mean": mean, "judges": judges, "optimiser": optimiser, "judgeOptimiser": judge_optimiser}
    if path.exists():
        kept = torch.load(path, weights_only=False)
        for key, part in parts.items():
            part.load_state_dict(kept[key])
        spent, step = kept["minutes"], kept["step"]
    began, last_save, trace = time.time() - 60 * spent, time.time(), {}

    def save() -> None:
        state = {key: part.state_dict() for key, part in parts.items()}
        torch.save(state | {"minutes": (time.time() - began) / 60, "step": step}, path.with_suffix(".new"))
        path.with_suffix(".new").rename(path)

    def note(**values) -> None:
        for key, value in values.items():
            trace[key] = 0.98 * trace.get(key, float(value)) + 0.02 * float(value)

    inner = slice(EDGE * HOP, -EDGE * HOP)
    while (minutes := (time.time() - began) / 60) < args.minutes:
        rate = 4e-4 * (0.5 + 0.5 * np.cos(np.pi * minutes / args.minutes)) + 1e-5
        for group in optimiser.param_groups:
            group["lr"] = rate
        for group in judge_optimiser.param_groups:
            group["lr"] = JUDGE_RATE
        own, x = data.voice_batch(HALF, FRAMES)
        own = torch.from_numpy(own) if isinstance(own, np.ndarray) else own
        target = torch.from_numpy(data.rng.choice(len(VOICES), HALF, p=TARGET_SHARE))
        y = sources.batch(target.numpy())
        who = torch.cat([own, target])
        with torch.no_grad():
            # Half of a voice's own speech is heard as it is: a blurred code would teach a blurred answer.
            masked = torch.where(torch.rand(HALF, 1, 1) < 0.5, disguise(x["logMel"], 0.3), x["logMel"])
            said = content.whole(torch.cat([x["logMel"], y["logMel"]]))
            heard = torch.cat([content.whole(masked), said[HALF:]])
            codes = books.mix(heard, who, torch.rand(2 * HALF) * 0.4)
        cue = {k: torch.cat([x[k], y[k]]) for k in ("f0Hz", "voiced", "loudnessDb")}
        harmonic, noise = generator.whole(codes, cue["f0Hz"], cue["voiced"], cue["loudnessDb"], voices(who))
        out = synthesise(cue["f0Hz"], cue["voiced"], harmonic, noise)
        fake, real = out[:, inner], x["audio"][:, inner]

        # Real speech of the voices that were converted to, so that every head hears both.
        _, z = data.voice_batch(HALF, FRAMES, target.numpy())
        genuine = torch.cat([real, z["audio"][:, inner]])
        judge_loss = torch.zeros(())
        for judge in judges:
            good, _ = judge(genuine, who)
            bad, _ = judge(fake.detach(), who)
            judge_loss = judge_loss + F.relu(1 - good).mean() + F.relu(1 + bad).mean()
        judge_optimiser.zero_grad()
        judge_loss.backward()
        nn.utils.clip_grad_norm_(judges.parameters(), 5.0)
        judge_optimiser.step()

        judges.requires_grad_(False)
        adversarial, matching = torch.zeros(()), torch.zeros(())
        for judge in judges:
            score, features = judge(fake, who)
            with torch.no_grad():
                _, wanted = judge(real, own)
            adversarial = adversarial - score.mean()
            matching = matching + sum((a[:HALF] - b).abs().mean() / (b.abs().mean() + 1e-3) for a, b in zip(features, wanted)) / len(wanted)
        judges.requires_grad_(True)
        copied, mels = spectral_loss(fake[:HALF], real), mel_loss(fake[:HALF], real)
        again = content.whole(log_mel_16k(out))[:, EDGE // 2 : -EDGE // 2]
        kept_codes = 1 - F.cosine_similarity(again, said[:, EDGE // 2 : -EDGE // 2], dim=2).mean()
        loss = SPECTRAL * copied + MEL * mels + ADVERSARIAL * adversarial + MATCHING * matching / len(RESOLUTIONS) + CONTENT * kept_codes
        optimiser.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(live.parameters(), 1.0)
        if torch.isfinite(norm):
            optimiser.step()
        with torch.no_grad():
            for slow, fast in zip(mean.parameters(), live.parameters()):
                slow.lerp_(fast, 1 - EMA)
        step += 1
        note(copied=copied.detach(), mel=mels.detach(), judge=judge_loss.detach(), adversarial=adversarial.detach(), matching=matching.detach(), content=kept_codes.detach())
        if step % 50 == 0 or step <= 3:
            print(json.dumps({"minutes": round(minutes, 2), "step": step, **{k: round(v, 4) for k, v in trace.items()}}), flush=True)
        if time.time() - last_save > 120:
            save()
            last_save = time.time()
    save()


if __name__ == "__main__":
    main()
