import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createStackClock } from '../../../../local/clock.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import { systemIds } from '../../../../local/ids.ts';
import { createQueueStore } from '../../../../local/sqs/queue-store.ts';
import { createEvents } from '../../../../local/stack/start-events.ts';
import { readTemplate } from '../../../../local/template/read-template.ts';
import type { RuleInvocation } from '../../../../local/template/wiring.ts';

const home = { accountId: '111111111111', region: 'eu-west-1', partition: 'aws' };
const place = { ...home, endpoint: 'http://127.0.0.1:4566' };
const template = JSON.parse(readFileSync(new URL('../template/packaged-template.json', import.meta.url), 'utf8'));
const packaged = readTemplate(template, place);
const functionArn = packaged.functions[0]?.arn ?? '';
const ruleArn = 'arn:aws:events:eu-west-1:111111111111:rule/nightly';
const other = 'arn:aws:events:eu-west-1:111111111111:rule/weekly';

/** Fires a rule with a function for its target. Gives what the function got and what was said. */
async function fire({ ruleInvocations, input }: { ruleInvocations: readonly RuleInvocation[]; input?: string }) {
  const clock = createStackClock(() => 1_000);
  const taken: { readonly functionName: string; readonly payload: string }[] = [];
  const said: string[] = [];
  const rule = {
    logicalId: 'Nightly',
    name: 'nightly',
    arn: ruleArn,
    busName: 'default',
    state: 'ENABLED' as const,
    scheduleExpression: 'rate(1 day)',
    targets: [{ id: 'x', arn: functionArn, ...(input === undefined ? {} : { input }) }],
  };
  const { scheduler } = createEvents({
    wiring: { ...packaged, rules: [rule], ruleInvocations },
    home,
    store: createQueueStore({ clock, ids: systemIds }),
    authorize: createAuthorize({ clock }),
    asyncInvocations: {
      accept: (event) => taken.push(event),
      activity: () => 0,
      waiting: () => 0,
      close: () => undefined,
    },
    clock,
    ids: systemIds,
    log: (line) => said.push(line),
  });
  clock.advance(86_400_000);
  await scheduler.runDue();
  return { taken, said };
}

describe('a rule that ticks', () => {
  it('invokes a function that lets it, with the event as it is', async () => {
    const { taken, said } = await fire({ ruleInvocations: [{ functionArn, ruleArn }] });
    expect(said).toEqual([]);
    expect(taken).toMatchObject([{ functionName: packaged.functions[0]?.name }]);
    expect(JSON.parse(taken[0]?.payload ?? '')).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      time: '1970-01-02T00:00:01Z',
      resources: [ruleArn],
    });
  });

  it('invokes it with a constant where there is one', async () => {
    const { taken } = await fire({ ruleInvocations: [{ functionArn, ruleArn }], input: '{"kind":"tick"}' });
    expect(taken.map(({ payload }) => payload)).toEqual(['{"kind":"tick"}']);
  });

  it.each<[string, readonly RuleInvocation[]]>([
    ['nobody', []],
    ['another rule', [{ functionArn, ruleArn: other }]],
    ['it to another function', [{ functionArn: `${functionArn}-2`, ruleArn }]],
  ])('invokes no function that lets in %s', async (_, ruleInvocations) => {
    const { taken, said } = await fire({ ruleInvocations });
    expect(taken).toEqual([]);
    expect(said.join()).toContain('NO_PERMISSIONS');
  });
});
