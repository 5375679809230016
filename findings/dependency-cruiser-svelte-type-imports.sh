#!/usr/bin/env bash
# dependency-cruiser 17.4.3 with svelte 5.57.3 and typescript 5.9.3: type imports of Svelte files are not seen.
#
# `tsPreCompilationDeps: true` makes dependency-cruiser count imports that TypeScript drops when it compiles, such as
# `import type`. For a .svelte file it has no effect: the file goes through the Svelte compiler first, which has removed the type
# imports before they are looked for. A rule that forbids one layer to know another, types included, therefore holds for .ts
# files and is silently broken by .svelte files; an import for its value in the same file is seen.
#
# Seen: Plain.ts -> types.ts, Component.svelte -> value.ts, and no Component.svelte -> types.ts.
# Exits with 0 while that is so, with 1 when it changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "name": "finding", "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund dependency-cruiser@17.4.3 svelte@5.57.3 typescript@5.9.3
mkdir src
echo 'export interface Take { name: string }' > src/types.ts
echo 'export const value = 1;' > src/value.ts
echo "import type { Take } from './types'; export const take: Take = { name: 'a' };" > src/Plain.ts
cat > src/Component.svelte <<'EOF'
<script lang="ts">
  import type { Take } from './types';
  import { value } from './value';
  let { take }: { take: Take } = $props();
</script>
<p>{take.name} {value}</p>
EOF
echo '{ "compilerOptions": { "target": "ES2022", "module": "ESNext", "moduleResolution": "bundler" } }' > tsconfig.json
cat > config.mjs <<'EOF'
export default {
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.svelte'] },
  },
};
EOF
npx depcruise --config config.mjs --output-type json src > cruised.json
node --input-type=module -e "
  import { readFileSync } from 'node:fs';
  const { modules } = JSON.parse(readFileSync('cruised.json', 'utf8'));
  const seen = modules.flatMap(({ source, dependencies }) =>
    dependencies.filter(({ resolved }) => resolved.startsWith('src/')).map(({ resolved }) => source + ' -> ' + resolved),
  ).sort();
  console.log(seen.join('\n'));
  const expected = ['src/Component.svelte -> src/value.ts', 'src/Plain.ts -> src/types.ts'];
  process.exitCode = JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1;
"
