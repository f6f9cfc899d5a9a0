import { isRefusal } from '../onboarding/onboarding-refusal.ts';
import type { ScheduleState } from '../scheduling/schedule-operations.ts';
import { SLOTS } from '../scheduling/slot.ts';
import type { ManagementDependencies } from './management-dependencies.ts';
import { managementRoute } from './management-route.ts';
import type { ScheduleView } from './management-views.ts';
import { answered } from './read-tenant-view.ts';
import { reasonBody } from './request-schemas.ts';

/** The routes of the schedules: their times, who paused them, their progress, and a run by hand. */
export function scheduleRoutes({ schedules }: Pick<ManagementDependencies, 'schedules'>) {
  return {
    'GET /schedules': managementRoute<'GET /schedules'>({}, async () =>
      answered({ schedules: (await schedules.list()).map(scheduleView) }),
    ),

    'PUT /schedules/:schedule/pause': managementRoute<'PUT /schedules/:schedule/pause'>(
      { body: reasonBody },
      async ({ schedule, by, body }) => {
        const state = await schedules.pause(schedule, { by, reason: body.reason });
        return answered(isRefusal(state) ? state : scheduleView(state));
      },
    ),

    'DELETE /schedules/:schedule/pause': managementRoute<'DELETE /schedules/:schedule/pause'>(
      { body: reasonBody },
      async ({ schedule, by, body }) => {
        const state = await schedules.resume(schedule, { by, reason: body.reason });
        return answered(isRefusal(state) ? state : scheduleView(state));
      },
    ),

    'POST /schedules/:schedule/run': managementRoute<'POST /schedules/:schedule/run'>({}, async ({ schedule, by }) =>
      answered(await schedules.runNow(schedule, by)),
    ),
  };
}

function scheduleView({ schedule, pause, windows, ...state }: ScheduleState): ScheduleView {
  const { name, job, expression, spreadMinutes } = schedule;
  return {
    name,
    job,
    expression,
    spreadMinutes,
    ...state,
    ...(pause === undefined ? {} : { pause: { sinceMs: pause.sinceMs, by: pause.by, reason: pause.reason } }),
    windows: windows.map(({ nextSlot, ...window }) => ({ ...window, part: nextSlot / SLOTS })),
  };
}
