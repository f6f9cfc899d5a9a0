import { beforeAll, describe, expect, it } from 'vitest';
import type { Wiring } from '../../local/template/wiring.ts';
import { prefix, readPackagedWiring } from '../architecture/packaged-access.ts';
import { besides } from './besides.ts';
import { type Asker, askerOf, createDecide, type Decide } from './decide.ts';
import { deniedToAll } from './denied-to-all.ts';
import { type FunctionTable, type Question, questionsOf } from './function-table.ts';
import { functionTables } from './functions/all-tables.ts';
import { mutationsOf } from './policy-mutations.ts';

/** What each function of the packaged template may do and what it must not, decided by evaluating its policies. */
let wiring: Wiring;
let decide: Decide;
beforeAll(async () => {
  wiring = await readPackagedWiring();
  decide = createDecide(wiring);
});

function asker(name: string): Asker {
  const role = wiring.roles.find((one) => one.name === `${prefix}-${name}`);
  if (role === undefined) throw new Error(`no role of ${name}`);
  return askerOf(role);
}

/** The same role with one of its statements alone. */
function onlyWith({ arn, policies }: Asker, sid: string): Asker {
  return {
    arn,
    policies: policies.map((one) => ({ ...one, Statement: one.Statement.filter(({ Sid }) => Sid === sid) })),
  };
}

const refusalsOf = (table: FunctionTable) => [...table.mustNot, ...deniedToAll(table.name), ...besides(table.may)];
const text = ({ action, resource, context }: Question) => `${action} ${resource} ${JSON.stringify(context ?? {})}`;

it('every role of the template has its table, and every function its own role', () => {
  const names = wiring.roles.map(({ name }) => name.slice(prefix.length + 1));
  expect(functionTables.map(({ name }) => name)).toEqual([...names].sort());
  expect(wiring.functions.map(({ roleName, name }) => roleName === name)).not.toContain(false);
  for (const name of names) {
    const sids = asker(name).policies.flatMap(({ Statement }) => Statement.map(({ Sid }) => Sid));
    expect(new Set(sids).size, name).toBe(sids.length);
    expect(sids, name).not.toContain(undefined);
  }
});

describe.each(functionTables.map((table) => ({ name: table.name, table })))('$name', ({ name, table }) => {
  it.each(table.may.map((power) => [power.sid, power] as const))('may what %s is for', (sid, power) => {
    for (const question of questionsOf(power)) {
      expect(decide(asker(name), question).deployed, text(question)).toBe(true);
      expect(decide(onlyWith(asker(name), sid), question).byAllows, `${sid} alone: ${text(question)}`).toBe(true);
    }
  });

  it.each(refusalsOf(table).map((refusal) => [refusal.because, refusal] as const))('is denied: %s', (_, refusal) => {
    for (const question of questionsOf(refusal)) {
      expect(decide(asker(name), question).deployed, text(question)).toBe(false);
    }
  });

  it('has no power of another function, but for those that its table names', () => {
    const own = new Set(table.may.flatMap(questionsOf).map(text));
    const found = functionTables.flatMap((other) => {
      const reached = other.may.flatMap((power) =>
        questionsOf(power)
          .filter((question) => !own.has(text(question)) && decide(asker(name), question).deployed)
          .map(({ action }) => `${power.sid} ${action}`),
      );
      return reached.length === 0 ? [] : [[other.name, [...new Set(reached)]] as const];
    });
    expect(Object.fromEntries(found)).toEqual(table.alsoReaches ?? {});
  });

  it('has no statement, action, resource or condition that could go, or be wider, without being noticed', () => {
    const { arn, policies } = asker(name);
    const asked = [...table.may, ...refusalsOf(table), ...functionTables.flatMap((other) => other.may)].flatMap(
      questionsOf,
    );
    const answers = (changed: Asker['policies'], services: readonly string[]) =>
      asked
        .filter(({ action }) => services.includes(action.split(':')[0] ?? ''))
        .map((question) => JSON.stringify(decide({ arn, policies: changed }, question)));
    const unnoticed = mutationsOf(policies).filter(({ policies: changed, services }) => {
      const before = answers(policies, services);
      return !answers(changed, services).some((answer, at) => answer !== before[at]);
    });
    expect(unnoticed.map(({ label }) => label)).toEqual([]);
  });
});
