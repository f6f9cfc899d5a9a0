import { sha256Hex } from '../platform/ids.ts';

/**
 * What is done for everybody is not done for everybody at once: tenants and roles lie in slots, evenly and always in
 * the same one, and a schedule goes through the slots one after the other.
 */
export const SLOTS = 288;

/** `slot-000` to `slot-287`. */
export const SLOT = /^slot-(?:[01]\d\d|2[0-7]\d|28[0-7])$/;

export function slotName(number: number): string {
  return `slot-${String(number).padStart(3, '0')}`;
}

/** The slot of whatever this text says, and nothing else. */
export function slotOf(text: string): string {
  return slotName(Number.parseInt(sha256Hex(text).slice(0, 12), 16) % SLOTS);
}

/** The slot in which the schedules come to this tenant. */
export function tenantSlot(tenantId: string): string {
  return slotOf(tenantId);
}
