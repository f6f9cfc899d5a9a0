import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Connection, Ground } from '../ground.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeInTime, outcomeOf, told } from '../outcome.ts';

const UNBOUND = 'com.example.live-unbound';

/** Who gets an event onto the bus, and what gets onto the queue behind it. */
export const eventBusChecks: readonly LiveCheck[] = [
  {
    name: 'bus-deny-by-source',
    question: 'Does the bus policy keep a source to its principals?',
    documents: 'events:source is a condition key of PutEvents; a resource policy’s Deny holds for the own account too.',
    asked: 'The bound source by its principal and by another one, which may put events of another source.',
    expected: 'its principal: allowed · another: denied · another, unbound source: allowed',
    means: 'Otherwise requesters of our own account cannot be told apart by source, and need a bus each.',
    ask: async (ground) =>
      told({
        'its principal': await outcomeInTime(ground, () => put(ground, ground.bus.owner, [ground.bus.source])),
        another: await outcomeOf(() => put(ground, ground.bus.other, [ground.bus.source])),
        'another, unbound source': await outcomeInTime(ground, () => put(ground, ground.bus.other, [UNBOUND])),
      }),
  },
  {
    name: 'mixed-entries',
    question: 'What becomes of a call in which one entry of two may not be put?',
    documents:
      'events:source has several values then; ForAnyValue takes a Deny that matches one. Not said: call or entry.',
    asked: 'One call with an unbound source and one that is another’s, both ways round.',
    expected: 'denied last: denied · denied first: denied',
    means: '“partly” would still keep the forged entry out; “allowed” means that a source can be forged in company.',
    async ask(ground) {
      const { other, source } = ground.bus;
      await outcomeInTime(ground, () => put(ground, other, [UNBOUND]));
      return told({
        'denied last': await outcomeOf(() => put(ground, other, [UNBOUND, source])),
        'denied first': await outcomeOf(() => put(ground, other, [source, UNBOUND])),
      });
    },
  },
  {
    name: 'service-principal-to-queue',
    question: 'Is EventBridge, sending to a queue, aws:PrincipalIsAWSService, so that everybody else can be denied?',
    documents: 'True for direct calls of service principals; EventBridge to SQS is not among the examples.',
    asked: 'An event through rule and queue policy as packaged, and a message by the account’s administrator.',
    expected: 'event: arrives · administrator: denied',
    means: 'Otherwise the queue policy keeps the rule out, or lets any administrator write requests.',
    async ask(ground) {
      const marker = `live-${ground.suffix}-arrives`;
      await outcomeInTime(ground, () => put(ground, ground.bus.owner, [ground.bus.source], detailOf(marker)));
      const sqs = new SQSClient(ground.accounts.broker.administrator);
      const send = () => sqs.send(new SendMessageCommand({ QueueUrl: ground.bus.queueUrl, MessageBody: '{}' }));
      return told({
        event: (await ground.bus.arrives(marker)) ? 'arrives' : 'does not arrive',
        administrator: await outcomeOf(send),
      });
    },
  },
  {
    name: 'duplicate-keys',
    question: 'What becomes of a key that stands twice in an event’s detail?',
    documents: 'Detail is a JSON object; nothing is said of keys that repeat.',
    asked: 'A detail with one key twice, and what of it comes out of the rule.',
    means: 'A rule on a value of the detail could see another one than the broker; ours is on the type alone.',
    async ask(ground) {
      const [first, last] = [`live-${ground.suffix}-first`, `live-${ground.suffix}-last`];
      const detail = `{"version":1,"reason":"${first}","reason":"${last}"}`;
      const taken = await outcomeInTime(ground, () => put(ground, ground.bus.owner, [ground.bus.source], detail));
      if (taken !== 'allowed') return `not taken: ${taken}`;
      const arrived = await Promise.all([first, last].map((marker) => ground.bus.arrives(marker)));
      return ['first', 'last'].filter((_, index) => arrived[index]).join(' and ') || 'nothing arrives';
    },
  },
];

async function put(
  ground: Ground,
  by: Connection,
  sources: readonly string[],
  detail = detailOf('live'),
): Promise<void> {
  const client = new EventBridgeClient({ ...by, maxAttempts: 1 });
  const entries = sources.map((Source) => ({
    EventBusName: ground.bus.name,
    Source,
    DetailType: 'RunJob',
    Detail: detail,
  }));
  const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries: entries }));
  if (FailedEntryCount === 0) return;
  const error = new Error('some entries were not taken');
  error.name = FailedEntryCount === entries.length ? 'every entry' : 'partly';
  throw error;
}

function detailOf(reason: string): string {
  return JSON.stringify({ version: 1, reason });
}
