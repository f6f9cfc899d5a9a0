import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Leaves out of bundles those parts of the SDK's clients that nothing here uses. The parts in use do not change. */
export function sdkAsNeeded(): Plugin {
  return {
    name: 'sdk-as-needed',
    setup(builder) {
      builder.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: 'event-streams', namespace: LEFT_OUT } : undefined,
      );
      builder.onLoad({ filter: /./, namespace: LEFT_OUT }, () => ({ contents: NO_EVENT_STREAMS }));
      builder.onLoad({ filter: /@aws-sdk\/client-[\w-]+\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => ({
        contents: withPlainKeys(await readFile(path, 'utf8')),
      }));
      builder.onLoad({ filter: /@aws-sdk\/client-[\w-]+\/package\.json$/ }, async ({ path }) => ({
        contents: onlyVersion(await readFile(path, 'utf8')),
        loader: 'json',
      }));
    },
  };
}

const LEFT_OUT = 'left-out';

/**
 * Every client can load the code for event streams on demand, and the bundler keeps whole any module that may be loaded
 * on demand, with all that it needs of the SDK's core. No command that we send has a stream; one that did would fail
 * with this error.
 */
const NO_EVENT_STREAMS = `throw new Error('event streams are not in this bundle: see config/package/sdk-as-needed.ts')`;

/**
 * Computed keys keep the bundler from leaving out the schema of a command that is never sent: `[_h]`, with a `const _h
 * = "http"` above it. This writes each key as the plain text that it stands for.
 */
export function withPlainKeys(source: string): string {
  const constants = new Map(Array.from(source.matchAll(CONSTANT), ([, name, text]) => [name, text]));
  return source.replaceAll(COMPUTED_KEY, (key, name) => {
    const text = constants.get(name);
    return text === undefined ? key : `${text}: `;
  });
}
const CONSTANT = /^const (_\w+) = ("[^"\\]*");$/gm;
const COMPUTED_KEY = /\[(_\w+)\]: /g;

/** A client reads only its version from this file, for the user agent. */
function onlyVersion(source: string): string {
  const read: unknown = JSON.parse(source);
  return JSON.stringify(read, ['name', 'version']);
}
