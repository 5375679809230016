"""How many recordings of each set of `evaluate.hearing_sets` the app would denoise, and what it says of them.

    python -m evaluate.denoisable [sets]
"""

import sys

from . import app_code, hearing_sets
from .judgement_sets import CONDITIONS

EXPORTS = [
    "export { judgeTake } from '%(src)s/engine/analysis/condition-take';",
    "export { isDenoisable, named } from '%(src)s/engine/analysis/conditions';",
]
DRIVER = """
import { readFileSync } from 'node:fs';
import { isDenoisable, judgeTake, named } from './app.mjs';
for (const file of process.argv.slice(4)) {
  const samples = new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
  const found = await judgeTake(samples, 16000);
  console.log(JSON.stringify({ is: found !== null && isDenoisable(found), named: found ? named(found) : [] }));
}
"""


def main() -> None:
    for name in sys.argv[1:] or hearing_sets.SETS:
        found = app_code.run(EXPORTS, DRIVER, [hearing_sets.load(file) for file in hearing_sets.files_of(name)])
        counts = {condition: sum(condition in each["named"] for each in found) for condition in CONDITIONS}
        named = ", ".join(f"{condition} {count}" for condition, count in counts.items() if count)
        print(f"{name}: {sum(each['is'] for each in found)} of {len(found)} denoised; named: {named or 'nothing'}", flush=True)


if __name__ == "__main__":
    main()
