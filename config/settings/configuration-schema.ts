import { deploymentConfigSchema } from '../../lib/platform/deployment-config/schema.ts';
import { type SettingText, settingTexts } from '../../lib/platform/deployment-config/settings.ts';
import { type JsonSchema, jsonSchemaOf } from '../openapi/json-schema.ts';
import { settingsOfSchema } from './settings-of-schema.ts';

const defaults = new Map(settingsOfSchema(deploymentConfigSchema).map((setting) => [setting.path, setting.default]));

/** `config/schema.json`: the schema with which an editor completes and explains `config/<stage>.yml`. */
export function configurationSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'config/<stage>.yml',
    description: 'A deployment of the credential broker. Made from lib/platform/deployment-config/schema.ts.',
    ...annotated(jsonSchemaOf(deploymentConfigSchema), ''),
  };
}

/** The schema of a setting, and of the settings inside it, with their descriptions. */
function annotated(schema: JsonSchema, path: string): JsonSchema {
  const text = settingTexts.get(path);
  const { properties, items, oneOf } = schema;
  const fallback = defaults.get(path);
  return {
    ...schema,
    ...(text !== undefined && { description: described(text) }),
    ...(fallback !== undefined && { default: fallback }),
    ...(isMapping(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [
          name,
          annotated(mappingOf(member), path === '' ? name : `${path}.${name}`),
        ]),
      ),
    }),
    ...(isMapping(items) && { items: annotated(items, `${path}[]`) }),
    ...(Array.isArray(oneOf) && { oneOf: oneOf.map((choice: unknown) => annotated(mappingOf(choice), path)) }),
  };
}

function described({ unit, meaning, whenWrong, leftOut }: SettingText): string {
  const absence = leftOut === undefined ? '' : ` Left out: ${leftOut}.`;
  return `${meaning} (${unit})${absence} When wrong: ${whenWrong}`;
}

function isMapping(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mappingOf(value: unknown): JsonSchema {
  if (!isMapping(value)) throw new Error(`no schema: ${JSON.stringify(value)}`);
  return value;
}
