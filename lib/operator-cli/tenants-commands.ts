import type { Command } from './command.ts';
import { addTenant } from './commands/add-tenant.ts';
import { connectRole } from './commands/connect-role.ts';
import { disconnectRole } from './commands/disconnect-role.ts';
import { importTenants } from './commands/import-tenants.ts';
import { listTenants } from './commands/list-tenants.ts';
import { migrateTenant } from './commands/migrate-tenant.ts';
import { offboardTenant } from './commands/offboard-tenant.ts';
import { resumeTenant } from './commands/resume-tenant.ts';
import { rotateExternalId } from './commands/rotate-external-id.ts';
import { setTenant } from './commands/set-tenant.ts';
import { showChanges } from './commands/show-changes.ts';
import { showOnboarding } from './commands/show-onboarding.ts';
import { showTenant } from './commands/show-tenant.ts';
import { suspendTenant } from './commands/suspend-tenant.ts';
import { verifyTenant } from './commands/verify-tenant.ts';

/** `broker tenants …`, in the order in which a tenant meets them. */
const commands: readonly Command[] = [
  addTenant,
  listTenants,
  showTenant,
  connectRole,
  disconnectRole,
  verifyTenant,
  setTenant,
  showChanges,
  showOnboarding,
  suspendTenant,
  resumeTenant,
  offboardTenant,
  importTenants,
  migrateTenant,
  rotateExternalId,
];

export const tenantsCommands: Command = (yargs, run) =>
  yargs.command('tenants', 'register tenants, prove their roles, keep them', (tenants) =>
    commands
      .reduce((command, add) => add(command, run), tenants)
      .demandCommand(1, 'Which command? They are listed by: broker tenants --help'),
  );
