import type { Command } from '../command.ts';
import { addTenant } from './add-tenant.ts';
import { connectRole } from './connect-role.ts';
import { consentToRole } from './consent-to-role.ts';
import { disconnectRole } from './disconnect-role.ts';
import { importTenants } from './import-tenants.ts';
import { listTenants } from './list-tenants.ts';
import { migrateTenant } from './migrate-tenant.ts';
import { offboardTenant } from './offboard-tenant.ts';
import { resumeTenant } from './resume-tenant.ts';
import { rotateExternalId } from './rotate-external-id.ts';
import { setTenant } from './set-tenant.ts';
import { showChanges } from './show-changes.ts';
import { showOnboarding } from './show-onboarding.ts';
import { showTenant } from './show-tenant.ts';
import { suspendTenant } from './suspend-tenant.ts';
import { verifyTenant } from './verify-tenant.ts';

/** `broker tenants …`, in the order in which a tenant needs the commands. */
const commands: readonly Command[] = [
  addTenant,
  listTenants,
  showTenant,
  connectRole,
  consentToRole,
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
