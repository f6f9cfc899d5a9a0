import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configurationDocument } from '../../config/settings/configuration-document.ts';
import { configurationSchema } from '../../config/settings/configuration-schema.ts';
import { settingsOfSchema } from '../../config/settings/settings-of-schema.ts';
import { deploymentConfigSchema } from '../../lib/platform/deployment-config/schema.ts';
import { settingTexts } from '../../lib/platform/deployment-config/settings.ts';
import { root } from './source-files.ts';

const settings = settingsOfSchema(deploymentConfigSchema);
const stages = globSync('config/*.yml', { cwd: root });

describe('the settings of config/<stage>.yml', () => {
  it('are each explained, and nothing else is', () => {
    expect(settings.length).toBeGreaterThan(30);
    expect([...settingTexts.keys()].toSorted()).toEqual(settings.map(({ path: setting }) => setting).toSorted());
  });

  it.each(settings)('$path has a unit, a default, a meaning and what goes wrong', (setting) => {
    const { unit = '', meaning = '', whenWrong = '', leftOut } = settingTexts.get(setting.path) ?? {};
    expect(unit).not.toBe('');
    expect(meaning).toMatch(/^\S.*\.$/);
    expect(whenWrong).toMatch(/^\S.*\.$/);
    // What may be left out without a value says what holds then; nothing else does.
    expect(leftOut !== undefined).toBe(setting.optional && setting.default === undefined);
  });

  it('docs/configuration.md is the table of them (vitest run test/architecture -u writes it)', async () => {
    await expect(configurationDocument()).toMatchFileSnapshot(path.join(root, 'docs/configuration.md'));
  });

  it('config/schema.json is what the schema says (vitest run test/architecture -u writes it)', async () => {
    const text = `${JSON.stringify(configurationSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(path.join(root, 'config/schema.json'));
  });
});

describe('config/schema.json', () => {
  it('has only patterns that mean the same to an editor', () => {
    const patterns = [...JSON.stringify(configurationSchema()).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)];
    expect(patterns.length).toBeGreaterThan(10);
    for (const [, pattern = ''] of patterns) expect(() => new RegExp(JSON.parse(pattern), 'u')).not.toThrow();
  });

  it('has a description of every setting', () => {
    const text = JSON.stringify(configurationSchema());
    for (const { meaning } of settingTexts.values()) expect(text).toContain(JSON.stringify(meaning).slice(1, -1));
  });

  it.each(stages)('is named by %s, all of whose settings it has', (stage) => {
    const text = readFileSync(path.join(root, stage), 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./schema.json');
    expect(missing(parse(text), configurationSchema())).toEqual([]);
  });
});

type Schema = Record<string, unknown>;

/** The keys that no branch of the schema has. */
function missing(value: unknown, schema: Schema, at = ''): readonly string[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => missing(item, Object(schema['items']), `${at}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  const branches: readonly Schema[] = Array.isArray(schema['oneOf']) ? schema['oneOf'] : [schema];
  return Object.entries(value).flatMap(([key, member]) => {
    const found = branches.map(({ properties }) => Object(properties)[key]).find((property) => property !== undefined);
    return found === undefined ? [`${at}.${key}`] : missing(member, found, `${at}.${key}`);
  });
}
