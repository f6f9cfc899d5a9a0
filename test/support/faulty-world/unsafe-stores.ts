import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from '../../../lib/platform/store-error.ts';
import { type Item, isItem } from './expressions.ts';
import type { SendCommand } from './memory-tables.ts';
import { currentProcess } from './process.ts';

/** The store with the condition of one write left out. */
export function writesWithoutCondition(send: SendCommand, write: 'issued' | 'claim'): SendCommand {
  const tickets = new Map<string, object>();

  /** The ticket is found again by whoever asks after the first. */
  async function claimWithoutCondition(input: UpdateCommand['input']): Promise<object> {
    const key = JSON.stringify(input.Key);
    const answer = await send(new UpdateCommand(input));
    if ('Attributes' in answer && isTicketed(answer.Attributes)) tickets.set(key, answer);
    return tickets.get(key) ?? answer;
  }

  return (command) => {
    if (!(command instanceof UpdateCommand)) return send(command);
    const { ConditionExpression: _condition, ...input } = command.input;
    const values = input.ExpressionAttributeValues ?? {};
    if (write === 'issued' && values[':state'] === 'issued') return send(new UpdateCommand(input));
    if (write === 'claim' && ':claim' in values) return claimWithoutCondition(input);
    return send(command);
  };
}

/** The store as it looks to who does not know its own entries: after a write that failed, the newest is not to be seen. */
export function ownWritesUnknown(send: SendCommand): SendCommand {
  /** By process, the records that a write of it failed on. */
  const failed = new WeakMap<object, Set<string>>();
  return async (command) => {
    const process = currentProcess() ?? failed;
    const keys = failed.get(process) ?? new Set();
    failed.set(process, keys);
    if (command instanceof GetCommand && keys.has(keyOf(command.input.Key))) return withoutLast(await send(command));
    return send(command).catch((error: unknown) => {
      if (command instanceof UpdateCommand && isConditionFailed(error)) keys.add(keyOf(command.input.Key));
      throw error;
    });
  };
}

function withoutLast(answer: object): object {
  if (!('Item' in answer) || !isItem(answer.Item)) return answer;
  const trail: unknown = answer.Item['trail'];
  return Array.isArray(trail)
    ? { Item: { ...answer.Item, trail: trail.slice(0, -1), trailHead: 'before it' } }
    : answer;
}

function keyOf(key: Item | undefined): string {
  return String(key?.['recordId']);
}

function isTicketed(attributes: unknown): boolean {
  return attributes !== null && typeof attributes === 'object' && 'ticket' in attributes;
}
