import type { EffectiveSetting } from '../../platform/deployment-config/effective.ts';
import { type Cell, renderTable, type TableStyle } from '../terminal/table.ts';

type Options = {
  lineOf(keys: EffectiveSetting['keys']): number | undefined;
  readonly style: TableStyle;
};

/** The settings as a table: each setting's value, its origin and its meaning. */
export function renderSettings(settings: readonly EffectiveSetting[], { lineOf, style }: Options): string {
  const rows = settings.map((setting): readonly Cell[] => {
    const line = lineOf(setting.keys);
    return [setting.path, valueText(setting), line === undefined ? 'default' : `line ${line}`, setting.text.meaning];
  });
  return renderTable(['SETTING', 'VALUE', 'FROM', 'MEANING'], rows, style);
}

function valueText({ value, derived, text }: EffectiveSetting): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (value !== undefined) return String(value);
  return derived === undefined ? (text.leftOut ?? 'none') : `${derived}: ${text.leftOut}`;
}
