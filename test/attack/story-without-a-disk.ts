/**
 * The demo's whole story in a process that may write nowhere but below its temporary directory, where the stack itself has
 * a folder. Prints, as JSON, which files lie there before the stack removes them, and which of them hold a secret.
 */
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readStageConfig } from '../../config/stage-config.ts';
import { formsOf } from '../../lib/job-runtime/holds-secret.ts';
import { makeDemoWorld } from '../../local/demo/demo-world.ts';
import { silentNarrator } from '../../local/demo/narrator.ts';
import { tellStory } from '../../local/demo/story.ts';
import { startStack } from '../../local/stack.ts';

const [root = ''] = process.argv.slice(2);
const stack = await startStack({
  port: 0,
  accountsFile: path.join(root, 'local/accounts/emulated-accounts.json'),
  packageDir: path.join(root, '.build/local'),
  log: () => undefined,
});
try {
  const world = makeDemoWorld({ stack, deployment: readStageConfig({ stage: 'local' }), accounts: stack.accounts });
  await tellStory(world, silentNarrator);
  const files = await filesBelow(tmpdir());
  const secrets = world.sessionSecrets();
  const forms = secrets.flatMap((secret) => [...formsOf(secret)]);
  const holdsSecret = files.filter(({ text }) => forms.some((form) => text.includes(form)));
  const names = (those: typeof files) => those.map(({ name }) => name).sort();
  process.stdout.write(JSON.stringify({ secrets: secrets.length, files: names(files), hits: names(holdsSecret) }));
} finally {
  await stack.close();
}

async function filesBelow(directory: string) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ name, parentPath }) => ({ name, text: await readFile(path.join(parentPath, name), 'latin1') })),
  );
}
