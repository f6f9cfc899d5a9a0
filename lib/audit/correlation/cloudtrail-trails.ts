import * as v from 'valibot';
import type { CallCloudTrail } from '../../platform/cloudtrail-call.ts';
import type { FieldSelector, ReadTrails, TrailFacts, TrailSelectors } from './trail-fitness.ts';

/** The trails of the account as CloudTrail describes them. Source: CloudTrail API Reference. */
const trailsSchema = v.object({
  trailList: v.optional(
    v.array(v.object({ TrailARN: v.string(), IsMultiRegionTrail: v.optional(v.boolean(), false) })),
    [],
  ),
});
const statusSchema = v.object({ IsLogging: v.boolean() });
const names = v.optional(v.array(v.string()), []);
const fieldSchema = v.objectWithRest({ Field: v.string(), Equals: names, NotEquals: names }, v.unknown());
const selectorsSchema = v.object({
  EventSelectors: v.nullish(
    v.array(
      v.object({
        ReadWriteType: v.optional(v.string(), 'All'),
        IncludeManagementEvents: v.optional(v.boolean(), true),
      }),
    ),
    [],
  ),
  AdvancedEventSelectors: v.nullish(v.array(v.object({ FieldSelectors: v.array(fieldSchema) })), []),
});

/** Throws `store.unavailable` where CloudTrail does not list its trails. */
export function makeReadTrails(call: CallCloudTrail): ReadTrails {
  return async () => {
    const { trailList } = v.parse(trailsSchema, await call('DescribeTrails', {}));
    return Promise.all(trailList.map((trail) => factsOf(trail, call)));
  };
}

type Trail = v.InferOutput<typeof trailsSchema>['trailList'][number];

/**
 * We may not be allowed to read an organisation's trail: that is reported, and such a trail is not assumed to be fit.
 */
async function factsOf({ TrailARN, IsMultiRegionTrail }: Trail, call: CallCloudTrail): Promise<TrailFacts> {
  try {
    const { IsLogging } = v.parse(statusSchema, await call('GetTrailStatus', { Name: TrailARN }));
    const answer = v.parse(selectorsSchema, await call('GetEventSelectors', { TrailName: TrailARN }));
    return { isMultiRegion: IsMultiRegionTrail, isLogging: IsLogging, selectors: selectorsOf(answer) };
  } catch {
    return { isMultiRegion: IsMultiRegionTrail, isLogging: true, selectors: undefined };
  }
}

function selectorsOf({
  EventSelectors,
  AdvancedEventSelectors,
}: v.InferOutput<typeof selectorsSchema>): TrailSelectors {
  const basic = EventSelectors.map(({ ReadWriteType, IncludeManagementEvents }) => ({
    readWriteType: ReadWriteType,
    includesManagement: IncludeManagementEvents,
  }));
  return { basic, advanced: AdvancedEventSelectors.map(({ FieldSelectors }) => FieldSelectors.map(fieldOf)) };
}

function fieldOf({ Field, Equals, NotEquals, ...others }: v.InferOutput<typeof fieldSchema>): FieldSelector {
  return { field: Field, equals: Equals, notEquals: NotEquals, hasOthers: Object.values(others).some(isSaid) };
}

/** An operator that is present but has no values restricts nothing. */
function isSaid(values: unknown): boolean {
  return !(values === null || values === undefined || (Array.isArray(values) && values.length === 0));
}
