import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Leaves out of bundles what the SDK's clients bring along and nobody here asks for. Nothing of what is used changes. */
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
 * Every client can load the code for event streams late, and what may be loaded late the bundler keeps whole, with all
 * that it needs of the SDK's core. No command that we send has a stream; one that did would fail with this.
 */
const NO_EVENT_STREAMS = `throw new Error('event streams are not in this bundle: see config/package/sdk-as-needed.ts')`;

/**
 * A schema of a command that is never sent would be left out, were it not for keys that are computed: `[_h]`, of a
 * `const _h = "http"` above it. They are written as the text that they are.
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

/** A client reads its version from it, for the user agent, and nothing else. */
function onlyVersion(source: string): string {
  const read: unknown = JSON.parse(source);
  return JSON.stringify(read, ['name', 'version']);
}
