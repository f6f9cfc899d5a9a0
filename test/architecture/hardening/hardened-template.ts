import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { packageStage } from '../../../config/package/package-stage.ts';
import { projectRoot } from '../../../config/stage-config.ts';
import { createConfigTree } from '../../unit/config/config-tree.ts';

export type TemplateResource = {
  readonly Type: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
};
export type Template = {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
};
export type Packaged = {
  readonly text: string;
  readonly template: Template;
  /** Of the account that keeps the archive, where there is one. */
  readonly archiveAccount: (Template & { readonly Rules: unknown; readonly Parameters: unknown }) | undefined;
};

export const ARCHIVE_ACCOUNT = '999999999999';

/** Packages a copy of a stage with these settings of `hardening` (or without any) and reads what comes out. */
export async function packageWith(hardening?: unknown, { stage = 'local' } = {}): Promise<Packaged> {
  const tree = createConfigTree();
  try {
    const file = `config/${stage}.yml`;
    const written: object = parse(readFileSync(path.join(projectRoot, file), 'utf8'));
    const changes = { forbiddenAccountIds: [ARCHIVE_ACCOUNT], ...(hardening !== undefined && { hardening }) };
    tree.write(file, stringify({ ...written, ...changes }));
    return read(await packageStage({ stage, root: tree.root, log: () => undefined }));
  } finally {
    tree.remove();
  }
}

/** The stage `local` as it is, without any of `hardening`. */
export async function readOwn(): Promise<Packaged> {
  return read(await packageStage({ stage: 'local', log: () => undefined }));
}

function read({ templatePath }: { readonly templatePath: string }): Packaged {
  const text = readFileSync(templatePath, 'utf8');
  const beside = path.join(path.dirname(templatePath), 'archive-account-template.json');
  return {
    text,
    template: JSON.parse(text),
    archiveAccount: existsSync(beside) ? JSON.parse(readFileSync(beside, 'utf8')) : undefined,
  };
}

export function ofType({ Resources }: Template, type: string): readonly (readonly [string, TemplateResource])[] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}
