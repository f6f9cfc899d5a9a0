import { sha256Hex } from '../platform/ids.ts';

/**
 * Tenants and roles are spread evenly over slots, each always in the same one. A schedule walks the slots one after the
 * other, so that work for all of them is not done at the same time.
 */
export const SLOTS = 288;

/** `slot-000` to `slot-287`. */
export const SLOT = /^slot-(?:[01]\d\d|2[0-7]\d|28[0-7])$/;

export function slotName(number: number): string {
  return `slot-${String(number).padStart(3, '0')}`;
}

/** The slot of a text, derived from nothing but the text. */
export function slotOf(text: string): string {
  return slotName(Number.parseInt(sha256Hex(text).slice(0, 12), 16) % SLOTS);
}

/** The slot of this tenant in every schedule. */
export function tenantSlot(tenantId: string): string {
  return slotOf(tenantId);
}
