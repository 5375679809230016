"""Stage 4: train the generator, the speaker encoder and the voices' embeddings; the content network stays as it is.

    python -m pipeline.generator --minutes 90 [--start checkpoints/v1.pt]

Half of each batch is speech of the cast as it is: multi-resolution spectral and log-mel losses. The other half is anybody's
speech converted to one of the cast. Discriminators with a head a voice (one for all the others) hear both beside real
recordings (hinge loss, Lim & Ye 2017; feature matching on the first half, Larsen et al. 2016). What was said is held by the
content network: the codes of what comes out must be the codes that went in; who says it by the speaker encoder, whose
embedding of what comes out must be that of the target. The encoder learns from the generator's losses and from telling all
speakers apart. For the first tenth of the time there are no discriminators. Resumable from `work/generator.pt`; the weights
kept for publishing are a running mean.
"""

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .content import load_weights
from .data import LOG_FLOOR, VOICES, Data, disguise, hold
from .losses import Discriminator, log_mel_16k, mel_loss, spectral_loss
from .networks import BANDS, CODES, TIMBRE, VOICE, Content, Generator, Speaker
from .paths import SEED, WORK
from .synthesis import HOP, synthesise
from .voices import Codebooks

FRAMES, HALF, EDGE = 130, 5, 12
PIECE_FRAMES = 200
VOICE_SHARE = np.array([0.3, 0.24, 0.1, 0.1, 0.14, 0.12])
OTHERS = 0.35
SPECTRAL, MEL, ADVERSARIAL, MATCHING, CONTENT, SAME_SPEAKER, TELL = 0.4, 1.0, 0.2, 1.0, 1.5, 0.5, 0.1
EMA = 0.999
RATE, JUDGE_RATE = 5e-4, 7e-4
RESOLUTIONS = [(1024, 240), (512, 120)]
CHECKPOINT = WORK / "generator.pt"


class Cast:
    """Everybody whom the generator may imitate, and anybody whose speech it may be given."""

    def __init__(self, data: Data, content: Content) -> None:
        self.data = data
        others = [s for s in data.speakers if s.startswith("mix") or "_x" in s]
        self.names = [*VOICES, *others]
        self.books = Codebooks(content, [data.arrays[name] for name in self.names])
        weights = np.concatenate([VOICE_SHARE / VOICE_SHARE.sum() * (1 - OTHERS), np.full(len(others), OTHERS / max(1, len(others)))])
        self.share = weights / weights.sum()
        self.median = {s: float(np.median(a["f0Hz"][a["f0Hz"] > 0])) for s, a in data.arrays.items()}
        crowd = {s: 0.5 / 6 if s in VOICES else 0.35 / len(others) if s in others else 0.15 / 34 for s in data.speakers}
        self.sources = list(crowd)
        self.source_share = np.array(list(crowd.values())) / sum(crowd.values())

    def choose(self, count: int) -> np.ndarray:
        return self.data.rng.choice(len(self.names), count, p=self.share)

    def pieces(self, speakers: list[str]) -> torch.Tensor:
        """Another two seconds of each [B, 200, 80], for the speaker encoder."""
        mels = [self.data.arrays[s]["logMel"][self.data.segment(s, PIECE_FRAMES)] for s in speakers]
        return torch.from_numpy(np.stack(mels).astype(np.float32))

    def converted(self, who: np.ndarray) -> dict[str, torch.Tensor]:
        """Segments of other speakers than `who`, pitch and level moved to those of `who`."""
        data, rng = self.data, self.data.rng
        out = {k: np.zeros((len(who), FRAMES), np.float32) for k in ("f0Hz", "voiced", "loudnessDb")}
        out["logMel"] = np.zeros((len(who), FRAMES, BANDS), np.float32)
        for i, target in enumerate(self.names[w] for w in who):
            while (name := self.sources[rng.choice(len(self.sources), p=self.source_share)]) == target:
                pass
            cut, a = data.segment(name, FRAMES, least_voiced=20), data.arrays[name]
            data.segment(target, FRAMES)
            gain = data.arrays[target]["levelDb"] - a["levelDb"]
            ratio = self.median[target] / self.median[name] * np.exp(rng.normal() * 0.04)
            out["voiced"][i] = a["voiced"][cut]
            out["f0Hz"][i] = np.clip(hold(a["f0Hz"][cut]) * ratio, 45, 700)
            out["loudnessDb"][i] = np.maximum(a["loudnessDb"][cut] + gain, -80)
            out["logMel"][i] = np.maximum(a["logMel"][cut].astype(np.float32) + gain * np.log(10) / 10, LOG_FLOOR)
        return {k: torch.from_numpy(v) for k, v in out.items()}


class Player(nn.Module):
    """What is published of this stage: generator, speaker encoder, embeddings of the built-in voices."""

    def __init__(self) -> None:
        super().__init__()
        self.generator, self.speaker = Generator(), Speaker()
        self.voices = nn.Embedding(len(VOICES), VOICE)

    def embed(self, who: torch.Tensor, pieces: torch.Tensor) -> torch.Tensor:
        """By the encoder; for half of the built-in voices, as kept."""
        heard = self.speaker(pieces).float()
        kept = self.voices(torch.clamp(who, max=len(VOICES) - 1))
        own = (who < len(VOICES)) & (torch.rand(len(who)) < 0.5)
        return torch.where(own.unsqueeze(1), kept, heard)


def begin_from(player: Player, path: Path) -> None:
    """Weights kept by `pipeline.export`; of a generator of version 1 the timbre, which it never heard, counts nothing at first."""
    saved = torch.load(path, weights_only=False)
    if "player" in saved:
        load_weights(player, saved["player"])
        return
    weights = {k: v.float() for k, v in saved["generator"].items()}
    enter = weights["enter.weight"]
    if enter.shape[1] == CODES + 4:
        weights["enter.weight"] = torch.cat([enter[:, :CODES], torch.zeros(len(enter), TIMBRE), enter[:, CODES:]], 1)
    player.generator.load_state_dict(weights)
    load_weights(player.voices, saved["voices"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--start", type=Path)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    data, content = Data(), Content()
    load_weights(content, torch.load(WORK / "content.pt", weights_only=False)["content"])
    content.eval().requires_grad_(False)
    cast = Cast(data, content)
    player, tell = Player(), nn.Linear(VOICE, len(data.speakers))
    nn.init.normal_(player.voices.weight, std=0.5)
    judges = nn.ModuleList(Discriminator(len(VOICES) + 1, size, hop) for size, hop in RESOLUTIONS)
    saved = torch.load(CHECKPOINT, weights_only=False) if CHECKPOINT.exists() else None
    if not saved and args.start:
        begin_from(player, args.start)
    mean = copy.deepcopy(player).requires_grad_(False)
    learning = [*player.parameters(), *tell.parameters()]
    optimiser = torch.optim.AdamW(learning, RATE, betas=(0.8, 0.99), weight_decay=0.01)
    judge_optimiser = torch.optim.AdamW(judges.parameters(), JUDGE_RATE, betas=(0.8, 0.99), weight_decay=0.01)
    parts = {"player": player, "mean": mean, "tell": tell, "judges": judges, "optimiser": optimiser, "judgeOptimiser": judge_optimiser}
    spent, step = 0.0, 0
    if saved:
        for key, part in parts.items():
            part.load_state_dict(saved[key])
        spent, step = saved["minutes"], saved["step"]
    began, last_save, trace = time.time() - 60 * spent, time.time(), {}

    def save() -> None:
        state = {key: part.state_dict() for key, part in parts.items()}
        torch.save(state | {"minutes": (time.time() - began) / 60, "step": step}, CHECKPOINT.with_suffix(".new"))
        CHECKPOINT.with_suffix(".new").rename(CHECKPOINT)

    def note(**values) -> None:
        for key, value in values.items():
            trace[key] = 0.98 * trace.get(key, float(value)) + 0.02 * float(value)

    inner, codes_inner = slice(EDGE * HOP, -EDGE * HOP), slice(EDGE // 2, -EDGE // 2)
    while (minutes := (time.time() - began) / 60) < args.minutes:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * minutes / args.minutes)) + 1e-5
        judged = minutes > args.minutes / 10
        own, target = cast.choose(HALF), cast.choose(HALF)
        who = torch.from_numpy(np.concatenate([own, target]))
        names = [cast.names[w] for w in who]
        x, y = data.speech(names[:HALF], FRAMES), cast.converted(target)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            # Half of the own speech is heard as it is: a blurred code would teach a blurred answer.
            masked = torch.where(torch.rand(HALF, 1, 1) < 0.5, disguise(x["logMel"], 0.3), x["logMel"])
            said = content.whole(torch.cat([x["logMel"], y["logMel"]])).float()
            heard = torch.cat([content.whole(masked).float(), said[HALF:]])
        with torch.no_grad():
            codes, timbre = cast.books.find(heard, who, torch.rand(2 * HALF) * 0.4, torch.rand(2 * HALF) * 0.7 + 0.3)
        cue = {k: torch.cat([x[k], y[k]]) for k in ("f0Hz", "voiced", "loudnessDb")}
        pieces = cast.pieces(names)
        with torch.autocast("cpu", torch.bfloat16):
            voice = player.embed(who, pieces)
            harmonic, noise = player.generator.whole(codes, timbre, cue["f0Hz"], cue["voiced"], cue["loudnessDb"], voice)
        out = synthesise(cue["f0Hz"], cue["voiced"], harmonic.float(), noise.float())
        fake, real = out[:, inner], x["audio"][:, inner]
        copied, mels = spectral_loss(fake[:HALF], real), mel_loss(fake[:HALF], real)
        loss = SPECTRAL * copied + MEL * mels
        note(copied=copied.detach(), mel=mels.detach())

        if judged:
            heads = torch.clamp(who, max=len(VOICES))
            # Real speech of the voices that were converted to, so that every head hears both.
            genuine = torch.cat([real, data.speech(names[HALF:], FRAMES)["audio"][:, inner]])
            judge_loss = torch.zeros(())
            for judge in judges:
                judge_loss = judge_loss + F.relu(1 - judge(genuine, heads)[0]).mean() + F.relu(1 + judge(fake.detach(), heads)[0]).mean()
            judge_optimiser.zero_grad()
            judge_loss.backward()
            nn.utils.clip_grad_norm_(judges.parameters(), 5.0)
            judge_optimiser.step()
            judges.requires_grad_(False)
            adversarial, matching = torch.zeros(()), torch.zeros(())
            for judge in judges:
                score, features = judge(fake, heads)
                with torch.no_grad():
                    _, wanted = judge(real, heads[:HALF])
                adversarial = adversarial - score.mean()
                matching = matching + sum((a[:HALF] - b).abs().mean() / (b.abs().mean() + 1e-3) for a, b in zip(features, wanted)) / len(wanted)
            judges.requires_grad_(True)
            loss = loss + ADVERSARIAL * adversarial + MATCHING * matching / len(RESOLUTIONS)
            note(judge=judge_loss.detach(), adversarial=adversarial.detach(), matching=matching.detach())

        again = log_mel_16k(out)
        frozen = copy.copy(dict(player.speaker.named_parameters()))
        with torch.autocast("cpu", torch.bfloat16):
            kept_codes = 1 - F.cosine_similarity(content.whole(again).float()[:, codes_inner], said[:, codes_inner], dim=2).mean()
            who_speaks = torch.func.functional_call(player.speaker, {k: v.detach() for k, v in frozen.items()}, (again[:, EDGE:-EDGE],)).float()
            told = tell(player.speaker(cast.pieces(crowd := [data.speakers[i] for i in data.rng.choice(len(data.speakers), 16)])).float())
        same = 1 - F.cosine_similarity(who_speaks, player.speaker(pieces).detach().float(), dim=1).mean()
        telling = F.cross_entropy(told, torch.tensor([data.speakers.index(name) for name in crowd]))
        loss = loss + CONTENT * kept_codes + SAME_SPEAKER * same + TELL * telling
        note(content=kept_codes.detach(), same=same.detach(), telling=telling.detach())
        optimiser.zero_grad()
        loss.backward()
        if torch.isfinite(nn.utils.clip_grad_norm_(learning, 1.0)):
            optimiser.step()
        with torch.no_grad():
            for slow, fast in zip(mean.parameters(), player.parameters()):
                slow.lerp_(fast, 1 - EMA)
        step += 1
        if step % 50 == 0 or step <= 3:
            print(json.dumps({"minutes": round(minutes, 2), "step": step, **{k: round(v, 4) for k, v in trace.items()}}), flush=True)
        if time.time() - last_save > 120:
            save()
            last_save = time.time()
    save()


if __name__ == "__main__":
    main()
