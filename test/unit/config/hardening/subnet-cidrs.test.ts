import { describe, expect, it } from 'vitest';
import { subnetCidrs } from '../../../../config/hardening/subnet-cidrs.ts';

describe('subnetCidrs', () => {
  it.each<[string, 2 | 3, readonly string[]]>([
    ['10.42.0.0/24', 2, ['10.42.0.0/25', '10.42.0.128/25']],
    ['10.42.0.0/24', 3, ['10.42.0.0/26', '10.42.0.64/26', '10.42.0.128/26']],
    ['10.0.0.0/16', 2, ['10.0.0.0/17', '10.0.128.0/17']],
    ['192.168.0.0/16', 3, ['192.168.0.0/18', '192.168.64.0/18', '192.168.128.0/18']],
    ['172.31.255.192/26', 2, ['172.31.255.192/27', '172.31.255.224/27']],
    ['172.31.255.192/26', 3, ['172.31.255.192/28', '172.31.255.208/28', '172.31.255.224/28']],
  ])('divides %s among %i zones', (cidr, zones, expected) => {
    expect(subnetCidrs({ cidr, zones })).toEqual(expected);
  });

  it('makes none smaller than a VPC may have: /28', () => {
    const lengths = subnetCidrs({ cidr: '10.0.0.0/26', zones: 3 }).map((cidr) => Number(cidr.split('/')[1]));
    expect(Math.max(...lengths)).toBe(28);
  });
});
