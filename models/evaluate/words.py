"""Verification of the words of a spoken consent sentence: misses and false acceptances.

    python -m evaluate.words

Sentences read by other voices than that of the examples (`pipeline.words`): espeak-ng's male and female voice in five languages, Piper's joe
and flite in English. Each is checked for its own words, for the same in reverse order, and for other words.
"""

import json
import subprocess
import tempfile

import numpy as np
import soundfile as sf
import soxr

from pipeline.frontend import RATE_HZ
from pipeline.paths import SEED
from pipeline.tts import ESPEAK, SAMPLE_RATE, Piper, flite
from pipeline.words import LISTS

from . import app_code

SENTENCES, WORDS = 10, 6
EXPORTS = [
    "export { Frontend } from '%(src)s/engine/analysis/frontend';",
    "export { RunQueue } from '%(src)s/engine/backends/network';",
    "export { contentCodes } from '%(src)s/enrol/encode';",
    "export { areWordsRecognised, chanceOfWords, parseWordExamples } from '%(src)s/enrol/permission/spoken-words';",
]
DRIVER = """
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { areWordsRecognised, chanceOfWords, contentCodes, Frontend, parseWordExamples, RunQueue } from './app.mjs';
const [published, given, ...files] = process.argv.slice(2);
ort.env.wasm.numThreads = 1;
const read = (path) => Uint8Array.from(readFileSync(path)).buffer;
const { files: all } = JSON.parse(readFileSync(`${published}/manifest.json`, 'utf8'));
const { file, stateShapes, lookAheadFrames } = all.find(({ role }) => role === 'content');
const content = { session: await ort.InferenceSession.create(read(`${published}/${file}`)), stateShapes, lookAheadFrames };
const makeTensor = (data, dims) => new ort.Tensor('float32', data, dims);
const examples = parseWordExamples(read(`${published}/words.bin`));
const asked = JSON.parse(readFileSync(given, 'utf8'));
for (const [i, file] of files.entries()) {
  const { logMel } = new Frontend().push(new Float32Array(read(file)));
  const codes = await contentCodes(logMel, { content, makeTensor, queue: new RunQueue() });
  const { language, lists } = asked[i];
  const heard = (words) => areWordsRecognised({ chance: chanceOfWords(codes, words, examples.get(language)) });
  console.log(JSON.stringify(lists.map(heard)));
}
"""


def espeak(text: str, voice: str) -> np.ndarray:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", file.name, text], check=True)
        audio, rate = sf.read(file.name, dtype="float32")
    return soxr.resample(audio, rate, SAMPLE_RATE)


def readers(language: str) -> dict:
    found = {"espeak-ng, a man": lambda t: espeak(t, ESPEAK[language]), "espeak-ng, a woman": lambda t: espeak(t, f"{ESPEAK[language]}+f3")}
    if language == "en":
        joe = Piper()
        found |= {"Piper joe": lambda t: joe.speak(t, 1.0), "flite rms": lambda t: flite(t, "rms"), "flite slt": lambda t: flite(t, "slt")}
    return found


def main() -> None:
    rng = np.random.default_rng(SEED)
    labels, recordings, arguments = [], [], []
    for language, entry in json.loads(LISTS.read_text()).items():
        for reader, speak in readers(language).items():
            for _ in range(SENTENCES):
                own, other = (rng.choice(entry["words"], WORDS, replace=False).tolist() for _ in range(2))
                audio = soxr.resample(speak(f"{entry['permission']} {', '.join(own)}."), SAMPLE_RATE, RATE_HZ)
                recordings.append(audio * 0.07 / np.sqrt(np.mean(audio**2)))
                labels.append((language, reader))
                arguments.append({"language": language, "lists": [own, own[::-1], other]})
    answers = np.array(app_code.run(EXPORTS, DRIVER, recordings, arguments))
    print("| language | reader | sentences | known by its words | by them backwards | by other words |\n|---|---|---|---|---|---|")
    for label in dict.fromkeys(labels):
        rows = answers[[i for i, each in enumerate(labels) if each == label]]
        print(f"| {' | '.join(label)} | {len(rows)} | {' | '.join(str(n) for n in rows.sum(0))} |")
    print(f"| all | | {len(answers)} | {' | '.join(f'{100 * share:.1f} %' for share in answers.mean(0))} |")


if __name__ == "__main__":
    main()
