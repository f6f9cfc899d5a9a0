import { announcedView } from './announced-view.ts';
import { ARCHIVE_TABLE } from './archive-table.ts';
import { archiveViews } from './archive-views.ts';
import { assumptionViews } from './assumption-views.ts';
import { attemptViews } from './attempt-views.ts';
import { CLOUDTRAIL_TABLE } from './cloudtrail-table.ts';
import { recordViews } from './record-views.ts';
import { refusalView } from './refusal-view.ts';
import { verdictViews } from './verdict-views.ts';
import type { View } from './view.ts';

/** Every view of the audit, each after the views that it reads. */
export const auditViews: readonly View[] = [
  ...archiveViews,
  ...recordViews,
  ...attemptViews,
  refusalView,
  announcedView,
  ...assumptionViews,
  ...verdictViews,
];

/** The views that people ask for. */
export const namedViews: readonly View[] = auditViews.filter(({ isPart }) => isPart !== true);

export const AUDIT_TABLES: readonly string[] = [ARCHIVE_TABLE, CLOUDTRAIL_TABLE];

/** The query for all rows of a view. Throws a `TypeError` for a name that is no view. */
export function queryOfView(name: string): string {
  const view = namedViews.find((each) => each.name === name);
  if (view === undefined) throw new TypeError(`there is no view ${name}`);
  return `SELECT * FROM ${view.name}${view.order === undefined ? '' : ` ORDER BY ${view.order}`}`;
}

/** Everything that a query needs that names these views and tables: they and what those views read, in their order. */
export function neededBy(names: ReadonlySet<string>): {
  readonly views: readonly View[];
  readonly tables: readonly string[];
} {
  const needed = new Set(names);
  for (const view of auditViews.toReversed()) {
    if (needed.has(view.name)) for (const name of view.reads) needed.add(name);
  }
  return {
    views: auditViews.filter(({ name }) => needed.has(name)),
    tables: AUDIT_TABLES.filter((name) => needed.has(name)),
  };
}
