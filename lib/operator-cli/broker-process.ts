import { setTimeout as sleepFor } from 'node:timers/promises';
import { readAwsSettings } from '../client/aws-settings.ts';
import { findFunctionUrl } from '../client/find-function-url.ts';
import { type FunctionUrlClient, makeFunctionUrlClient } from '../client/function-url-client.ts';
import { MANAGEMENT_FUNCTION, makeManagementClient } from '../client/management-client.ts';
import { VENDING_FUNCTION } from '../client/vending-client.ts';
import { systemClock } from '../platform/clock.ts';
import { chooseProfile, enterCredentialProcess, operatorEnvironment } from '../platform/environment.ts';
import { systemIds } from '../platform/ids.ts';
import { Interrupted, usageError } from './command-error.ts';
import type { ReadStage } from './commands/config-commands.ts';
import { runCli } from './run-cli.ts';
import type { Opened, Target } from './session.ts';
import { printerTo } from './terminal/printer-to.ts';

const environment = operatorEnvironment();

/**
 * Runs the command line of this process to its end and sets its exit code. `readStage`: given where there is a clone.
 */
export async function runBrokerProcess({ readStage }: { readonly readStage?: ReadStage } = {}): Promise<void> {
  const stop = new AbortController();
  // A second Ctrl-C ends the process at once.
  process.once('SIGINT', () => stop.abort(new Interrupted()));
  // In `broker tenants list | head`, a reader that has enough closes the pipe.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: printerTo(process.stdout),
    stderr: printerTo(process.stderr),
    colour: process.stdout.isTTY === true && !environment.plain,
    clock: systemClock,
    ids: systemIds,
    interrupted: stop.signal,
    // Ctrl-C ends the pause; the caller finds out why.
    sleep: (durationMs, signal) => sleepFor(durationMs, undefined, { signal }).catch(() => undefined),
    open,
    openFunctionUrl,
    readStage: readStage && ((stage = environment.stage) => readStage(stage)),
  });
}

async function open({ profile, region, stage = environment.stage }: Target): Promise<Opened> {
  if (profile !== undefined) chooseProfile(profile);
  const settings = await readAwsSettings({ region });
  const url = await findFunctionUrl({ functionName: MANAGEMENT_FUNCTION, stage }, settings);
  const { credentials } = settings;
  return { client: makeManagementClient({ url, region: settings.region, credentials }), region: settings.region };
}

async function openFunctionUrl(functionName: string, target: Target): Promise<FunctionUrlClient> {
  const { profile, region, stage = environment.stage } = target;
  if (functionName === VENDING_FUNCTION && !enterCredentialProcess()) {
    throw usageError(
      'broker credentials was started to get the credentials that it needs itself.',
      'In credential_process, name the profile that may call: broker credentials --profile <another profile> …',
    );
  }
  if (profile !== undefined) chooseProfile(profile);
  const settings = await readAwsSettings({ region });
  const url = await findFunctionUrl({ functionName, stage }, settings);
  return makeFunctionUrlClient({ url, region: settings.region, credentials: settings.credentials });
}
