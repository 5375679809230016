"""Stage 4: train the generator, the speaker encoder and the voices' embeddings; the content network is fine-tuned with them.

    python -m pipeline.generator --minutes 90 [--start checkpoints/v2.pt] [--content work/content.pt] [--rate 4e-4]

The first half of each batch is speech of target speakers to be reconstructed: multi-resolution STFT and log-mel losses. The second half
is speech of any speaker to be converted to a target. Discriminators with one head per built-in voice and one for all other targets
compare both halves with real recordings (hinge loss, Lim & Ye 2017; feature matching on the first half, Larsen et al. 2016), below the
bandwidth of the target's recordings. Content loss: the codes of whisper's encoder for the output are to be those for the source. Speaker
loss: the embedding that the network of `pipeline.identity` finds in the output is to be that of other segments of the target.

The speaker encoder is trained by the generator's losses and by classifying all speakers. The content network is fine-tuned by the
generator's losses; its input is augmented, so that it cannot carry the speaker, and the regression of stage 3 goes on beside them
(models/log/0010, 0013). Half of the segments are heard in rooms and noise (`pipeline.heard`); half have some of the teacher's codes mixed
into those of the content network, as takes have that the ear hears.

For the first tenth of the time there are no discriminators; with `--start` of a checkpoint that holds none, they alone are trained in it.
`--content` takes the content network from stage 3. Resumable from `work/generator.pt`; the published weights are an exponential moving
average.
"""

import argparse
import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from .checkpoints import GENERATOR as CHECKPOINT
from .checkpoints import read
from .colour import coloured_mel, coloured_timbre
from .data import VOICES, Data, augment, is_built_in
from .denoising_artefacts import denoised_mel, denoised_timbre, noise_spectra
from .networks import VOICE, ConditionedGenerator, Content, Speaker
from .objective import Objective, cosine_distance
from .paths import SEED
from .sampling import HALF_BATCH, Batch, SpeakerSampler, augment_half, sample_batch
from .synthesis import synthesise
from .training import GraphedStep, Run, adamw, autocast, load, load_weights, optimise
from .voices import textured

CLASSIFIED = 3 * HALF_BATCH
CLASSIFICATION_WEIGHT, REGRESSION_WEIGHT = 0.1, 1.0
EMA = 0.999
# The highest learning rate; those of the discriminators and of the content network relative to it. Small batches of a CPU need a lower one.
RATE, DISCRIMINATOR_RATE_SHARE, CONTENT_RATE_SHARE = 4e-4, 1.5, 0.5
# Largest share of retrieved codes and of retrieved timbre that is mixed in. At inference, enrolled voices use .5 and .3 (src/enrol),
# built-in voices .25 and none.
MAX_BLEND, MAX_BLEND_BUILT_IN, MAX_TEXTURE_BLEND = 0.8, 0.6, 0.4
# Of segments that are heard by the ear as well, and the share of its codes then (models/pipeline/ear.py).
HEARING_SHARE, EAR_SHARES = 0.5, (0.4, 0.9)


@dataclass
class Output:
    """Generated audio [B, samples], and the cosine distance of the content network's codes to the teacher's."""

    audio: torch.Tensor
    regression: torch.Tensor


def ear_shares(count: int) -> torch.Tensor:
    """How much of the ear's codes is mixed into those of the content network [B, 1, 1]: none in half of the segments, as live."""
    low, high = EAR_SHARES
    return torch.where(torch.rand(count, 1, 1) < HEARING_SHARE, low + torch.rand(count, 1, 1) * (high - low), 0.0)


def render(batch: Batch, sampler: SpeakerSampler, content: Content, gains: Callable) -> Output:
    """`gains`: batch, codes, timbre, f0_hz, voiced, loudness_db, log_mel -> harmonic and noise log gains, as `batch_gains`."""
    masked = torch.cat([augment(batch.reconstructed["content_mel"], 0.3), augment_half(batch.converted["log_mel"], 0.6)])
    with autocast():
        predicted = content.offline_delayed(masked).float()
    joined = torch.lerp(predicted, batch.both("ear_codes"), ear_shares(2 * HALF_BATCH))
    batch.colour_reconstructed()
    texture = augment_half(batch.both("log_mel"), 0.5)
    blend = torch.where(is_built_in(batch.target), torch.rand(2 * HALF_BATCH) ** 2 * MAX_BLEND_BUILT_IN, torch.rand(2 * HALF_BATCH) * MAX_BLEND)
    codes, timbre = sampler.codebooks.find(joined, batch.target, blend, torch.rand(2 * HALF_BATCH) * 0.7 + 0.3)
    f0_hz, voiced, loudness_db = map(batch.both, ("f0_hz", "voiced", "loudness_db"))
    with autocast():
        harmonic, noise = gains(batch, codes, timbre, f0_hz, voiced, loudness_db, texture)
    return Output(synthesise(f0_hz, voiced, harmonic.float(), noise.float()), cosine_distance(predicted, batch.both("codes")))


def choose_embeddings(model: ConditionedGenerator, targets: torch.Tensor, encoded: torch.Tensor) -> torch.Tensor:
    """The speaker encoder's embeddings `encoded` [B, 128]; for a random half of the built-in voices, the learnt ones instead."""
    learnt = model.voices(torch.clamp(targets, max=len(VOICES) - 1))
    use_learnt = is_built_in(targets) & (torch.rand(len(targets)) < 0.5)
    return torch.where(use_learnt.unsqueeze(1), learnt, encoded)


def batch_gains(
    model: ConditionedGenerator, sampler: SpeakerSampler, batch: Batch, codes: torch.Tensor, timbre: torch.Tensor, *cues: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Harmonic and noise log gains [B, n, 80] in the target voices, whose embeddings come from other segments of theirs. For targets
    that are not built in, up to 40 % of the source's texture is replaced by that of the retrieved timbre."""
    segments = denoised_mel(coloured_mel(sampler.references(batch.target_speaker), batch.colour), batch.noise)
    embeddings = model.speaker(segments).float()
    timbre = denoised_timbre(coloured_timbre(timbre, batch.colour), batch.noise)
    f0_hz, voiced, loudness_db, log_mel = cues
    blend = (torch.rand(len(codes)) * MAX_TEXTURE_BLEND * ~is_built_in(batch.target)).view(-1, 1, 1)
    log_mel = textured(log_mel, loudness_db, timbre, blend)
    return model.generator.offline(codes, timbre, f0_hz, voiced, loudness_db, log_mel, choose_embeddings(model, batch.target, embeddings))


def classification_loss(speaker: Speaker, classifier: nn.Linear, sampler: SpeakerSampler, warm_up: bool) -> torch.Tensor:
    """Cross-entropy of classifying segments of all persons; during `warm_up` the gradient reaches the untrained classifier alone."""
    persons = sampler.data.persons
    labels = persons[torch.randint(len(persons), (CLASSIFIED,))]
    with autocast():
        embeddings = speaker(denoised_mel(sampler.references(labels), noise_spectra(CLASSIFIED))).float()
        logits = classifier(embeddings.detach() if warm_up else embeddings)
    return F.cross_entropy(logits.float(), labels)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--content", type=Path)
    parser.add_argument("--rate", type=float, default=RATE)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run = Run(CHECKPOINT, args.minutes)
    data, content = Data(), Content()
    model, classifier = ConditionedGenerator(len(VOICES)), nn.Linear(VOICE, len(data.speakers))
    nn.init.normal_(model.voices.weight, std=0.5)
    start = read(args.start) if args.start else {}
    if start:
        load_weights(content, start["content"])
        load_weights(model, start["model"])
    if args.content:
        load_weights(content, load(args.content)["content"])
    warm_up_minutes = args.minutes / 10
    networks = nn.ModuleDict({"content": content, "model": model})
    average = copy.deepcopy(networks).requires_grad_(False)
    trained = [*networks.parameters(), *classifier.parameters()]
    optimiser = adamw([*model.parameters(), *classifier.parameters()], args.rate, (0.8, 0.99))
    content_optimiser = adamw(content.parameters(), args.rate, (0.9, 0.98))
    objective = Objective()
    if "discriminators" in start:
        load_weights(objective.discriminators, start["discriminators"])
    run.begin({
        "networks": networks, "average": average, "classifier": classifier, "discriminators": objective.discriminators,
        "optimiser": optimiser, "contentOptimiser": content_optimiser, "discriminatorOptimiser": objective.optimiser,
    }, {"stepsBefore": run.saved.get("stepsBefore", start.get("generatorSteps", 0))})  # fmt: skip
    sampler = SpeakerSampler(data, content)
    gains = lambda batch, *inputs: batch_gains(model, sampler, batch, *inputs)  # noqa: E731

    def step(warm_up: bool) -> None:
        batch = sample_batch(sampler)
        output = render(batch, sampler, content, gains)
        fake, real, loss = objective.reconstruction(sampler, batch, output.audio, run.log)
        if start or not warm_up:
            heads = torch.clamp(batch.target, max=len(VOICES))
            objective.update_discriminators(sampler, batch, fake, real, heads, run.log)
            if warm_up and "discriminators" not in start:
                return
            loss = loss + objective.adversarial(fake, real, heads, run.log)
        classification = classification_loss(model.speaker, classifier, sampler, warm_up)
        run.log(classification=classification, regression=output.regression)
        loss = loss + objective.perceptual(sampler, batch, output.audio, run.log)
        loss = loss + CLASSIFICATION_WEIGHT * classification + REGRESSION_WEIGHT * output.regression
        optimise(loss, [optimiser, content_optimiser], trained)
        torch._foreach_lerp_(list(average.parameters()), list(networks.parameters()), 1 - EMA)

    step = GraphedStep(step)
    while run.unfinished():
        run.set_rate(optimiser, args.rate, 100, 1e-5)
        run.set_rate(content_optimiser, args.rate * CONTENT_RATE_SHARE, 100, 1e-5)
        run.set_rate(objective.optimiser, args.rate * DISCRIMINATOR_RATE_SHARE, 100, 1e-5)
        step(run.minutes < warm_up_minutes)
        run.end_step()


if __name__ == "__main__":
    main()
