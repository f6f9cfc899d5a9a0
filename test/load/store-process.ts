/**
 * A store in a process of its own: dynalite, in the folder that it is given, so that a store that was killed and is started
 * again has what was written, or else in memory. Tells its port.
 */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';

// dynalite comes without types.
const dynalite: (options: { readonly path?: string; readonly createTableMs: number }) => Server = createRequire(
  import.meta.url,
)('dynalite');

const [, , folder] = process.argv;
const server = dynalite({ ...(folder === undefined ? {} : { path: folder }), createTableMs: 0 });
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.on('disconnect', () => process.exit());
