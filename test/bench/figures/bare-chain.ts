import type { BrokerClients } from './deployed-broker.ts';

/** One call of an SDK client: which client, and what it was told to send. */
type Call = { readonly client: { send(command: object): Promise<unknown> }; readonly command: object; wave: number };

/**
 * Records what a run tells these clients to send, and gives the chain of the same calls: the same clients, the same
 * commands, those side by side that were sent side by side, and nothing around them.
 */
export async function bareChainOf(clients: BrokerClients, run: () => Promise<void>): Promise<() => Promise<void>> {
  const calls: Call[] = [];
  let wave = 0;
  const restore = Object.values(clients).map((client) =>
    watched(
      client,
      (made) => calls.push({ ...made, wave }),
      () => {
        wave += 1;
      },
    ),
  );
  await run();
  for (const put of restore) put();
  const waves = [...new Set(calls.map((call) => call.wave))].map((one) => calls.filter((call) => call.wave === one));
  return async () => {
    for (const side of waves) await Promise.all(side.map(({ client, command }) => client.send(again(command))));
  };
}

/** How many calls the chain of a run has. */
export function watched(client: object, sent: (call: Omit<Call, 'wave'>) => void, answered: () => void): () => void {
  const real = sendOf(client);
  const send = async (command: object) => {
    sent({ client: { send: (one) => real(one) }, command });
    try {
      return await real(command);
    } finally {
      answered();
    }
  };
  Object.assign(client, { send });
  return () => Object.assign(client, { send: real });
}

/** A command is sent once: its middleware keeps what it resolved. */
function again(command: object): object {
  const input: unknown = 'input' in command ? command.input : undefined;
  return Reflect.construct(command.constructor as new (input: unknown) => object, [input]);
}

function sendOf(client: object): (command: object) => Promise<unknown> {
  const send: unknown = 'send' in client ? client.send : undefined;
  if (typeof send !== 'function') throw new Error('a client that sends nothing');
  return (command) => Reflect.apply(send, client, [command]);
}
