"""Speech in a hall and among voices at the kiosk: what its guide says, whom it asks to speak again, and how many words are lost.

    python -m evaluate.kiosk --make      convert with `npm run convert` first
    python -m evaluate.kiosk             score the last conversions

The strangers of `evaluate.hearing_sets` near the microphone, in babble 10 and 5 dB below the speech, and in the hall with an RT60 of 2.5 s, to
Kathleen and Joe. "Asked again" and the advice come from the app's own code (`src/kiosk/guidance.ts`) and judge whole recordings; words are those of
whisper-base, over the source's in points, with 95 % of bootstrap resamples in brackets. Rewrites its part of EVAL.md.
"""

import argparse

from . import app_code, hearing, hearing_sets, ranges, report, scores
from .run import version
from .table import lines

PLACES = {"near": "strangers", "babble, 10 dB": "babble-10", "babble, 5 dB": "babble-5", "hall, RT60 2.5 s": "hall-2.5"}
HEAD = ["place", "told to come closer or that it is loud, %", "asked again, %", "voice", "source, %", "output, %", "over, points"]
EXPORTS = [
    "export { TakeListener } from '%(src)s/engine/analysis/take-listener';",
    "export { adviceOn, isUnclear } from '%(src)s/kiosk/guidance';",
]
DRIVER = """
import { readFileSync } from 'node:fs';
import { adviceOn, isUnclear, TakeListener } from './app.mjs';
for (const file of process.argv.slice(4)) {
  const samples = new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
  const listener = new TakeListener(16000);
  listener.push(samples);
  const conditions = await listener.judge();
  const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const heard = { peak: Math.min(peak, 0.9), speechDb: listener.levelDb, roomDb: listener.noiseDb, conditions, isSilent: false };
  console.log(JSON.stringify({ advice: adviceOn(heard), unclear: conditions !== null && isUnclear(conditions) }));
}
"""


def rows(place: str, name: str) -> list[list[str]]:
    inputs = hearing_sets.files_of(name)
    judged = app_code.run(EXPORTS, DRIVER, [hearing_sets.load(file) for file in inputs])
    told = ranges.mean([100.0 * (each["advice"] in ("closer", "around")) for each in judged])
    again = ranges.mean([100.0 * each["unclear"] for each in judged])
    texts = [scores.normalise(hearing_sets.texts_of(name)[file.stem]) for file in inputs]
    heard = lambda files: [scores.normalise(str(each["heard"])) for each in scores.measure_all(files)]
    found = []
    for voice in hearing.VOICES:
        outputs = [hearing.Chain(False, "auto").folder(name, voice) / file.name for file in inputs]
        words = hearing.words(texts, heard(inputs), heard(outputs))
        found.append([place, told.shown(0), again.shown(0), voice, words.source.shown(1), words.output.shown(1), words.over.shown(1)])
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", action="store_true")
    if parser.parse_args().make:
        for name in PLACES.values():
            for voice in hearing.VOICES:
                hearing.Chain(False, "auto").make(name, voice, None)
    found = [row for place, name in PLACES.items() for row in rows(place, name)]
    report.rewrite("kiosk", "\n".join([f"Networks {version()}.", "", *lines(HEAD, found)]))


if __name__ == "__main__":
    main()
