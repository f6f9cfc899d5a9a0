import type { OnboardingRefusal } from '../onboarding/onboarding-refusal.ts';
import { switchIds } from '../platform/table-keys.ts';
import { LONGEST_REPLAY_MS } from '../switches/replay-window.ts';
import type { SwitchesNow } from '../switches/switchboard.ts';
import type { ManagementDependencies } from './management-dependencies.ts';
import { managementRoute } from './management-route.ts';
import type { SwitchesView } from './management-views.ts';
import { reasonBody, replayBody } from './request-schemas.ts';

type Switching = Pick<ManagementDependencies, 'switchboard' | 'rules' | 'clock'>;

/**
 * The routes of the switches: what is off, for whom and why, and when replays are allowed. The switch of a tenant is
 * its suspension.
 */
export function switchRoutes(dependencies: Switching) {
  const { switchboard, rules, clock } = dependencies;
  const jobs = [...rules.jobs.keys()];
  const view = async () => ({
    status: 200 as const,
    answer: viewOf(await switchboard.read(jobs), { jobs, nowMs: clock.nowMs() }),
  });

  /** Refuses a job that does not exist: a switch with such a name would stop nothing, but seem to. */
  const unknownJob = (job: string): OnboardingRefusal | undefined =>
    rules.jobs.has(job)
      ? undefined
      : { refused: 'job.unknown', explanation: `there is no job of this name; there are ${jobs.join(', ')}` };

  return {
    'GET /switches': managementRoute<'GET /switches'>({}, view),

    'PUT /switches/global': managementRoute<'PUT /switches/global'>({ body: reasonBody }, async ({ by, body }) => {
      await switchboard.switchOff(switchIds.global, { by, reason: body.reason });
      return view();
    }),

    'DELETE /switches/global': managementRoute<'DELETE /switches/global'>(
      { body: reasonBody },
      async ({ by, body }) => {
        await switchboard.switchOn(switchIds.global, { by, reason: body.reason });
        return view();
      },
    ),

    'PUT /switches/jobs/:job': managementRoute<'PUT /switches/jobs/:job'>(
      { body: reasonBody },
      async ({ job, by, body }) => {
        const refusal = unknownJob(job);
        if (refusal !== undefined) return refusal;
        await switchboard.switchOff(switchIds.job(job), { by, reason: body.reason });
        return view();
      },
    ),

    'DELETE /switches/jobs/:job': managementRoute<'DELETE /switches/jobs/:job'>(
      { body: reasonBody },
      async ({ job, by, body }) => {
        const refusal = unknownJob(job);
        if (refusal !== undefined) return refusal;
        await switchboard.switchOn(switchIds.job(job), { by, reason: body.reason });
        return view();
      },
    ),

    'PUT /switches/replay': managementRoute<'PUT /switches/replay'>({ body: replayBody }, async ({ by, body }) => {
      const { untilMs, reason } = body;
      const refusal = wrongEnd(untilMs, clock.nowMs());
      if (refusal !== undefined) return refusal;
      await switchboard.allowReplay(untilMs, { by, reason });
      return view();
    }),

    'DELETE /switches/replay': managementRoute<'DELETE /switches/replay'>(
      { body: reasonBody },
      async ({ by, body }) => {
        await switchboard.endReplay({ by, reason: body.reason });
        return view();
      },
    ),
  };
}

function wrongEnd(untilMs: number, nowMs: number): OnboardingRefusal | undefined {
  if (untilMs > nowMs && untilMs <= nowMs + LONGEST_REPLAY_MS) return undefined;
  const latest = new Date(nowMs + LONGEST_REPLAY_MS).toISOString();
  return { refused: 'request.fieldInvalid', explanation: `untilMs: expected an instant from now to ${latest}` };
}

type Now = { readonly jobs: readonly string[]; readonly nowMs: number };

function viewOf({ off, replay }: SwitchesNow, { jobs, nowMs }: Now): SwitchesView {
  const stateOf = (switchId: string) => {
    const row = off.find((one) => one.switchId === switchId);
    return row === undefined ? {} : { off: { sinceMs: row.sinceMs, by: row.by, reason: row.reason } };
  };
  const { sinceMs, untilMs, by, reason } = replay ?? {};
  const isOpen = untilMs !== undefined && untilMs > nowMs;
  return {
    switches: [
      { kind: 'global', ...stateOf(switchIds.global) },
      ...jobs.map((name) => ({ kind: 'job' as const, name, ...stateOf(switchIds.job(name)) })),
    ],
    ...(isOpen && sinceMs !== undefined && by !== undefined && reason !== undefined
      ? { replay: { sinceMs, untilMs, by, reason } }
      : {}),
  };
}
