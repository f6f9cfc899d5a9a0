/**
 * `node verify-receipts.mjs`: the verifier that a customer runs on its own CloudTrail. It is a single file without
 * packages, and makes no request to anybody. `config/build-verifier.ts` makes the file; this module is its process, and
 * `verify-command.ts` does its work.
 */
import { systemClock } from '../platform/clock.ts';
import { runVerifier } from './audit/verify-command.ts';
import { Interrupted } from './command-error.ts';
import { printerTo } from './terminal/printer-to.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Interrupted()));
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runVerifier(process.argv.slice(2), {
  stdout: printerTo(process.stdout),
  stderr: printerTo(process.stderr),
  colour: process.stdout.isTTY === true,
  clock: systemClock,
  interrupted: stop.signal,
});
