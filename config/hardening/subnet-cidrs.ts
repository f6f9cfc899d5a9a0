import type { VpcSettings } from '../../lib/platform/deployment-config/hardening.ts';

/** The network's range in equal parts, one for each zone: halves for two zones, three of four quarters for three. */
export function subnetCidrs({ cidr, zones }: VpcSettings): readonly string[] {
  const [address = '', prefix = ''] = cidr.split('/');
  const length = Number(prefix) + (zones === 2 ? 1 : 2);
  const first = address.split('.').reduce((before, octet) => before * 256 + Number(octet), 0);
  return Array.from({ length: zones }, (_, zone) => `${addressOf(first + zone * 2 ** (32 - length))}/${length}`);
}

function addressOf(value: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join('.');
}
