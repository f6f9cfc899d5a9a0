import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { archiveAccountTemplate } from './archive-account-template.ts';

/** Puts the template of the account that keeps the archive beside the broker's own, where there is one. */
export async function writeArchiveAccountTemplate(
  config: DeploymentConfig,
  { stage, packageDirectory }: { readonly stage: string; readonly packageDirectory: string },
): Promise<void> {
  const file = path.join(packageDirectory, 'archive-account-template.json');
  const template = archiveAccountTemplate(config, { stage });
  if (template === undefined) await rm(file, { force: true });
  else await writeFile(file, `${JSON.stringify(template, null, 2)}\n`);
}
