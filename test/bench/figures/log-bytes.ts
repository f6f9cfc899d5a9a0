import { makeTransitionLog, type Transition } from '../../../lib/platform/transition-log.ts';

/** What CloudWatch bills beside the text of each line. Source: CloudWatch Logs, PutLogEvents, "26 bytes for each event". */
const EVENT_BYTES = 26;

/** The bytes of the log that these transitions make, lines and counts, as the deployed log writes them. */
export function logBytes(transitions: readonly Transition[]): number {
  let bytes = 0;
  const real = process.stdout.write;
  const counted = (text: unknown) => {
    bytes += Buffer.byteLength(String(text)) + EVENT_BYTES;
    return true;
  };
  Object.assign(process.stdout, { write: counted });
  try {
    process.env['POWERTOOLS_SERVICE_NAME'] ??= 'issue-credentials';
    process.env['POWERTOOLS_METRICS_NAMESPACE'] ??= 'CredentialBroker';
    const log = makeTransitionLog({ logLevel: 'INFO' });
    for (const transition of transitions) log.transition(transition);
  } finally {
    Object.assign(process.stdout, { write: real });
  }
  return bytes;
}
