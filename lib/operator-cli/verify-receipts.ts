/**
 * `node verify-receipts.mjs`: what a customer runs on its own CloudTrail, alone: one file, without packages, which asks
 * nobody for anything. `config/build-verifier.ts` makes it; here is its process, and `verify-command.ts` is what it does.
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
