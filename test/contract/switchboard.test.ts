import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeSwitchboard } from '../../lib/switches/switchboard.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { losingAnswers } from '../support/failing-dynamo.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { recordedTransitions } from '../support/recorded-transitions.ts';

const dynamo = withTables();
const why = { by: 'jane', reason: 'incident 7' };

/** A switchboard of which the next answers are lost after they took effect, and what was kept of a switch. */
function aSwitchboard(options: { readonly lost?: number; readonly maxAttempts?: number } = {}) {
  const client = losingAnswers(dynamo.client({ maxAttempts: options.maxAttempts ?? 4 }), options.lost ?? 0);
  const clock = frozenClock();
  const log = recordedTransitions();
  const board = makeSwitchboard({ dynamo: client, clock, log, config: tables });
  const changesOf = async (switchId: string) => {
    const { Items = [] } = await dynamo.client().send(new ScanCommand({ TableName: tables.switchesTable }));
    return Items.filter(({ changes }) => changes === switchId).map(({ done, by, reason }) => ({ done, by, reason }));
  };
  return { board, clock, log, changesOf };
}

describe('who turned a switch off', () => {
  it('is kept though the answer was lost, and the client asked again and found it off', async () => {
    const { board, changesOf } = aSwitchboard({ lost: 1 });
    await board.switchOff('job#one', why);
    expect(await changesOf('job#one')).toEqual([{ done: 'off', ...why }]);
  });

  it('is kept by who comes next, where it was turned off and could not be recorded', async () => {
    const broken = aSwitchboard({ lost: 1, maxAttempts: 1 });
    await expect(broken.board.switchOff('job#two', why)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect((await broken.board.read(['two'])).off).toMatchObject([{ switchId: 'job#two', ...why }]);
    const next = aSwitchboard();
    next.clock.advance(60_000);
    await next.board.switchOff('job#two', { by: 'joe', reason: 'the same' });
    expect(await next.changesOf('job#two')).toEqual([{ done: 'off', ...why }]);
  });

  it('is kept and told once, however often it is turned off', async () => {
    const { board, clock, log, changesOf } = aSwitchboard();
    for (const reason of ['first', 'second', 'first']) {
      await board.switchOff('job#three', { by: 'jane', reason });
      clock.advance(1_000);
    }
    expect(await changesOf('job#three')).toEqual([{ done: 'off', by: 'jane', reason: 'first' }]);
    expect(log.lines).toMatchObject([{ transition: 'switch.off', caller: 'jane', explanation: 'job#three: first' }]);
  });
});
