import { configProblemCodes } from '../../lib/platform/deployment-config/problem.ts';
import { deploymentConfigSchema } from '../../lib/platform/deployment-config/schema.ts';
import { type SettingText, settingTexts } from '../../lib/platform/deployment-config/settings.ts';
import { type SchemaSetting, settingsOfSchema } from './settings-of-schema.ts';

/** `docs/configuration.md`: every setting, and every reason why a configuration is refused. */
export function configurationDocument(): string {
  const settings = settingsOfSchema(deploymentConfigSchema);
  const codes = Object.entries(configProblemCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return `# Configuration

A deployment is one file, \`config/<stage>.yml\`, compiled into the functions: a change takes a new deployment, and nobody who
can change a function's environment can change who may ask. [\`config/dev.yml\`](../config/dev.yml) shows every setting,
[\`config/prod.yml\`](../config/prod.yml) is an example whose placeholders are refused until they are replaced, and
\`config/local.yml\` is what the embedded stack runs. With the first line of those files, an editor that knows
yaml-language-server completes and explains settings by [\`config/schema.json\`](../config/schema.json).

\`npm run --silent broker -- config check --stage <stage>\` prints the whole configuration with where each value comes from, and
refuses what cannot be deployed ([cli.md](cli.md)); packaging refuses the same. This page and the schema are made from the
code (\`npx vitest run test/architecture -u\` writes them).

| setting | unit | default | what it means | what goes wrong |
|---|---|---|---|---|
${settings.map(row).join('\n')}

## Why a configuration is refused

| code | what it means |
|---|---|
${codes.join('\n')}
`;
}

function row(setting: SchemaSetting): string {
  const text = settingTexts.get(setting.path);
  if (text === undefined) throw new Error(`nothing is said of the setting ${setting.path}`);
  const cells = [`\`${setting.path}\``, text.unit, defaultOf(setting, text), text.meaning, text.whenWrong];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function defaultOf(setting: SchemaSetting, { leftOut }: SettingText): string {
  if (setting.default !== undefined) {
    return `\`${typeof setting.default === 'string' ? setting.default : JSON.stringify(setting.default)}\``;
  }
  if (!setting.optional) return 'required';
  if (leftOut === undefined) throw new Error(`nothing is said of what holds without ${setting.path}`);
  return leftOut;
}
