import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { misplacedLists } from '../../../lib/requests/misplaced-lists.ts';

const inner = v.strictObject({ days: v.exactOptional(v.number()) });
const schema = v.strictObject({
  settings: v.exactOptional(v.record(v.string(), v.unknown())),
  schedule: v.exactOptional(v.record(v.string(), inner)),
  archive: v.optional(inner, {}),
  names: v.optional(v.array(v.string())),
  items: v.optional(v.pipe(v.array(inner), v.minLength(1))),
  piped: v.optional(
    v.pipe(
      inner,
      v.check(() => true),
    ),
  ),
  jobs: v.optional(v.union([v.literal('all'), v.array(v.string())])),
  either: v.optional(v.variant('kind', [v.strictObject({ kind: v.literal('a') })])),
});

describe('a list where an object belongs', () => {
  it.each<[string, unknown, readonly (readonly (string | number)[])[]]>([
    ['of any members, empty', { settings: [] }, [['settings']]],
    ['of any members, not empty', { settings: ['x'] }, [['settings']]],
    ['of named members', { archive: [] }, [['archive']]],
    ['in a record', { schedule: { scan: [] } }, [['schedule', 'scan']]],
    ['in a list', { items: [{}, []] }, [['items', 1]]],
    ['that is checked for more', { piped: [] }, [['piped']]],
    ['that is one of several', { either: [] }, [['either']]],
    ['of the whole', [], [[]]],
    ['more than once', { settings: [], archive: [] }, [['settings'], ['archive']]],
  ])('is found for one %s', (_, value, paths) => {
    expect(misplacedLists(schema, value).map(({ path }) => path)).toEqual(paths);
  });

  it.each<[string, unknown]>([
    ['objects are objects', { settings: { scan: [] }, schedule: { scan: {} }, archive: { days: 1 } }],
    ['lists are lists', { names: [], items: [{}], jobs: ['x'] }],
    ['something else is wrong', { settings: 'x', schedule: null, items: 5, archive: undefined }],
    ['nothing is there', {}],
    ['it is inherited', Object.create({ settings: [] })],
    ['there is no object at all', 'x'],
  ])('is not found where %s', (_, value) => {
    expect(misplacedLists(schema, value)).toEqual([]);
  });

  it('is given with what it holds', () => {
    expect(misplacedLists(schema, { settings: ['x'] })).toEqual([{ path: ['settings'], value: ['x'] }]);
  });
});
