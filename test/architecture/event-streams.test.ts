import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, sourceFiles } from './source-files.ts';

/** As the SDK writes schemas: a kind first, then namespace, name and traits; of a structure or union, its members last. */
const [OPERATION, UNION] = [9, 4];

const clients = globSync('node_modules/@aws-sdk/client-{lambda,s3}/dist-es/schemas/schemas_0.js', { cwd: root }).sort();

describe('what bundles are made without', () => {
  it.each([
    ['client-lambda', ['InvokeWithResponseStreamCommand']],
    ['client-s3', ['SelectObjectContentCommand']],
  ])('%s has commands with event streams: %s', async (client, commands) => {
    const file = clients.find((one) => one.includes(client)) ?? '';
    expect(await commandsWithStreams(file)).toEqual(commands);
  });

  it('is needed by no command that a function sends', async () => {
    const all = globSync('node_modules/@aws-sdk/client-*/dist-es/schemas/schemas_0.js', { cwd: root });
    const streaming = (await Promise.all(all.map(commandsWithStreams))).flat();
    const files = sourceFiles('lib/**/*.ts', 'functions/**/*.ts');
    const sent = files.flatMap(({ text }) => streaming.filter((command) => text.includes(command)));
    expect(files.some(({ text }) => text.includes('InvokeCommand'))).toBe(true);
    expect(sent).toEqual([]);
  });
});

async function commandsWithStreams(file: string): Promise<readonly string[]> {
  const schemas: Readonly<Record<string, unknown>> = await import(path.join(root, file));
  return Object.entries(schemas)
    .filter(([, schema]) => Array.isArray(schema) && schema[0] === OPERATION && schema.slice(4, 6).some(hasStream))
    .map(([name]) => `${name.replace('$', '')}Command`);
}

/** One member of what is sent or answered is a union that streams. */
function hasStream(ofOperation: unknown): boolean {
  const schema = resolved(ofOperation);
  if (!Array.isArray(schema) || !Array.isArray(schema[5])) return false;
  return schema[5].some((member) => {
    const target = resolved(Array.isArray(member) ? member[0] : member);
    return Array.isArray(target) && target[0] === UNION && Object(target[3])['streaming'] === 1;
  });
}

function resolved(schema: unknown): unknown {
  return typeof schema === 'function' ? schema() : schema;
}
